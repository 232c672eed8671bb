"""Finding: somebody pastes a number, a phone or a name, and lands on the one thing it means.

Only what is certain counts here: whole numbers, whole phones, whole codes. Everything else is a matter for the search.
"""

from collections.abc import Sequence
from typing import Protocol

from appliance.journal import Row
from appliance.shop import customers

LONGEST = 80


class Reader(Protocol):
    """Whoever may ask."""

    def rows(self, sql: str, *args: object) -> Sequence[Row]:
        """Ask the shop."""


KINDS = (
    ("orders.see", "/orders/{id}", "select id from order_list where number = :text"),
    ("orders.see", "/orders/{id}", "select id from order_list where platform_number = :text"),
    ("marketplace.see", "/marketplace/orders/{id}", "select id from raw_order where tid = :text and deleted = 0"),
    ("shipping.see", "/orders/{id}", "select sales_order as id from parcel where waybill = :text and deleted = 0"),
    ("shipping.see", "/orders/{id}", "select sales_order as id from parcel where number = :text and deleted = 0"),
    ("catalog.see", "/skus/{id}", "select one as id from code_claimed where code = :text and skus = 1"),
    (
        "customers.see",
        "/customers/{id}",
        "select customer as id from customer_phone where normal = :phone and deleted = 0",
    ),
    (
        "customers.see",
        "/customers/{id}",
        "select customer as id from customer_account where nick = :text and deleted = 0",
    ),
    ("customers.see", "/customers/{id}", "select id from customer where no = :text and deleted = 0"),
)
"""(permission, where it leads, how it is known), the surest first. Each question goes through an index."""


def best(reader: Reader, text: str, may: Sequence[bool]) -> str:
    """Return the address of what a text means, "" when nothing is certain. One statement."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return ""
    allowed = [place for place, granted in enumerate(may) if granted]
    phone = customers.normal_phone(text) or "-"
    parts, args = [], list[str]()
    for place in allowed:
        asked = KINDS[place][2]
        parts.append(f"select * from (select {place} as place, id from ({asked} limit 1))")
        args.append(phone if ":phone" in asked else text)
    if not parts:
        return ""
    sql = " union all ".join(parts).replace(":text", "?").replace(":phone", "?")
    found = reader.rows(f"{sql} order by place limit 1", *args)
    return KINDS[found[0]["place"]][1].format(id=found[0]["id"]) if found else ""
