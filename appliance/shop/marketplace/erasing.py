"""What of a person lies with the orders that platforms told."""

import json
from collections.abc import Sequence

from appliance.journal import Desk


def receivers(desk: Desk, orders: Sequence[str]) -> list[str]:
    """Return the ids of the buyers of whom a platform told, by the orders that were made of what it told."""
    asked = (
        "select distinct r.id from json_each(?) item join sales_order_line l on l.sales_order = item.value "
        "join raw_order_line t on t.id = l.raw_line join raw_order o on o.id = t.raw_order "
        "join raw_receiver r on r.id = o.raw_receiver where l.raw_line <> ''"
    )
    return [row.id for row in desk.rows(asked, json.dumps(orders))]
