"""The home page: what needs doing, and where to do it. It has nothing of its own; it reads the rooms above."""
