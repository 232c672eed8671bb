"""The chain on screens: its boxes and how it stands with each, letting one in, putting one out, and the stick."""
