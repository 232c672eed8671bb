"""The last piece, sold twice: who came first, and what the other buyer is offered."""
