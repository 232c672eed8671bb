"""Branches: the boxes of the chain, what two of them did in contradiction, and how a person settles it."""
