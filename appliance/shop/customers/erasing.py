"""What of a person lies in the files, for whoever has to erase it."""

import json
from collections.abc import Sequence

from appliance.journal import Desk

_PIECES = ("customer_phone", "customer_address", "customer_account")


def pieces(desk: Desk, whose: Sequence[str]) -> list[str]:
    """Return the ids of all that is written in these files, removed or not, and of the files themselves."""
    marks = json.dumps(whose)
    files = desk.rows("select c.id from json_each(?) item join customer c on c.id = item.value", marks)
    parts = (
        row
        for table in _PIECES
        for row in desk.rows(f"select p.id from json_each(?) item join {table} p on p.customer = item.value", marks)
    )
    return [row.id for row in (*files, *parts)]


def own_numbers(desk: Desk, whose: Sequence[str]) -> list[str]:
    """Return the numbers of these files, as numbers are compared, that stand in nobody else's."""
    found = desk.rows(
        "select distinct p.normal from json_each(?) item join customer_phone p on p.customer = item.value "
        "where p.normal <> '' and not exists (select 1 from customer_phone x where x.normal = p.normal "
        "and x.deleted = 0 and x.customer not in (select value from json_each(?)))",
        json.dumps(whose),
        json.dumps(whose),
    )
    return [row.normal for row in found]
