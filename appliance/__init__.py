"""Zhanggui (掌柜), a shop in a box."""

__version__ = "0.1.0"
