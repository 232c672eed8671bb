"""Marketplaces: what the platforms tell us, word for word, and how it becomes orders of ours.

The shopfront is the clerk, who takes in the files that people lay in, and what of a person lies here.
"""

from appliance.shop.marketplace.clerk import Clerk
from appliance.shop.marketplace.erasing import receivers

__all__ = ["Clerk", "receivers"]
