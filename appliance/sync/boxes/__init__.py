"""Boxes of one chain: who they are, how they find each other, and how they come to hold the same."""
