"""Shipping: parcels leave with a courier, goods leave over the counter."""

from appliance.shop.shipping.actions import counter_sale, pack, ship, ship_packed, undo_ship
from appliance.shop.shipping.records import Parcel, ParcelId, ParcelLine, Shipped, TakenBack

__all__ = [
    "Parcel", "ParcelId", "ParcelLine", "Shipped", "TakenBack", "counter_sale", "pack", "ship", "ship_packed",
    "undo_ship",
]  # fmt: skip
