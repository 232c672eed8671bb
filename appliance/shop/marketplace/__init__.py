"""Marketplaces: what the platforms tell us, word for word, and how it becomes orders of ours.

The shopfront is the clerk, who takes in the files that people lay in.
"""

from appliance.shop.marketplace.clerk import Clerk

__all__ = ["Clerk"]
