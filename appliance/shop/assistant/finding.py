"""Finding: somebody pastes a number, a phone or a name, and lands on the one thing it means.

Only what is certain counts here: whole numbers, whole phones, whole codes. Everything else is a matter for the search.
"""

from collections.abc import Sequence
from functools import lru_cache
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
    ("orders.see", "/orders/{id}", "select id from order_list where platform_number = :text and platform_number <> ''"),
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
    allowed = tuple([place for place, granted in enumerate(may) if granted])
    if not allowed:
        return ""
    phone = customers.normal_phone(text) or "-"
    sql, asks = _question(allowed)
    found = reader.rows(sql, *[phone if by_phone else text for by_phone in asks])
    if not found:
        return ""
    # Sorted here: SQLite would lay a table of a row or two.
    place, record = min(map(tuple, found))
    return KINDS[place][1].format(id=record)


@lru_cache(64)
def _question(allowed: tuple[int, ...]) -> tuple[str, list[bool]]:
    """Return the statement that asks these questions, and of each whether it asks by phone."""
    asked = [(place, KINDS[place][2]) for place in allowed]
    parts = [f"select * from (select {place} as place, id from ({one} limit 1))" for place, one in asked]
    sql = " union all ".join(parts).replace(":text", "?").replace(":phone", "?")
    return sql, [":phone" in one for _, one in asked]
