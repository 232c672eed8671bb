"""Tills: who stands at which drawer, and how the counting came out."""
