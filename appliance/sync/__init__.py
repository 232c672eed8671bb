"""Carrying entries between boxes and speaking to platforms. Knows no room by name."""
