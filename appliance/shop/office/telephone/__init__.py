"""What can be seen of the telephone: the caller's card, calls, lines and recordings."""
