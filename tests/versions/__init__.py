"""What each version wrote, kept for ever: a later one opens it and takes it in (spec/sync.md T5).

A folder for each version holds a box's data folder, what it sent, and what it showed. `python -m tests.versions` writes
the folder of the present version; once it is released it never changes again.
"""
