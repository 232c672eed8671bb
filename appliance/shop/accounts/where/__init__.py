"""Where the money lies: every account, and the journal of each."""
