"""What can be done on the shipping floor and at the counter; each idea has a file of its own."""

from appliance.shop.shipping.counter import counter_sale
from appliance.shop.shipping.leaving import pack, scan_out, ship, ship_packed, undo_ship, unpack

__all__ = ["counter_sale", "pack", "scan_out", "ship", "ship_packed", "undo_ship", "unpack"]
