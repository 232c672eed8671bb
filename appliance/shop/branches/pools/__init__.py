"""Pools on screens: who may promise how much of what several branches sell, and how rights are moved."""
