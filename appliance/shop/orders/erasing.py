"""What of a person lies with their orders: an order stays as a paper of the shop, to whom it went can be erased."""

import json
from collections.abc import Sequence

from appliance.journal import Desk

_THEIRS = "from json_each(?) item cross join order_list o on o.customer = item.value"
_OVER = "o.state in ('completed', 'cancelled', 'merged')"


def unfinished(desk: Desk, whose: Sequence[str]) -> str:
    """Return the number of an order of these customers that is not over, "" when all are."""
    return str(desk.value(f"select o.number {_THEIRS} where not {_OVER} limit 1", json.dumps(whose)) or "")


def papers(desk: Desk, whose: Sequence[str]) -> list[str]:
    """Return the ids of their orders that are over."""
    return [row.id for row in desk.rows(f"select o.id {_THEIRS} where {_OVER}", json.dumps(whose))]


def receivers(desk: Desk, orders: Sequence[str]) -> list[str]:
    """Return the ids of those to whom these orders went."""
    asked = "select r.id from json_each(?) item join sales_order o on o.id = item.value join receiver r on r.id = o.receiver"
    return [row.id for row in desk.rows(asked, json.dumps(orders))]
