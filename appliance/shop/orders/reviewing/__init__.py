"""Reviewing: one order after the other, with everything that speaks against it."""
