"""Nothing here asserts a time: the machine may be busy with somebody else's work."""

from hypothesis import settings

settings.register_profile("hardware", deadline=None)
settings.load_profile("hardware")
