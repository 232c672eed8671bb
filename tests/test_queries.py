"""Fast means it does not grow with history: nothing that runs at a tap may read a whole table."""

import re
import sqlite3
from collections.abc import Sequence

import pytest

from appliance.assembly import rooms
from appliance.journal import Desk
from appliance.journal.kept import KeptView, parse_views

SMALL = {
    # Directories that no shop fills: a few rows, read whole on purpose.
    "branch", "shop", "warehouse", "courier", "packaging", "money_item", "reason", "setting", "role", "device",
    "money_account", "customer_class", "price_list", "category", "currency", "unit", "tax_rate",
    "holiday",
}  # fmt: skip
VIEWS = {room.name: room.shape.views for room in rooms()}
KEPT = [view for text in VIEWS.values() for view in parse_views(text).kept]
ALIASES = re.findall(r"(?:from|join)\s+(\w+)\s+(?:as\s+)?(\w+)", "\n".join(VIEWS.values()))


def _grown(desk: Desk) -> set[str]:
    """The tables that grow with history, and the short names by which views call them."""
    schema = desk.journal.schema
    tables = {*schema.shapes, *schema.sums, *(view.name for view in schema.kept)} - SMALL
    views = set(re.findall(r"with (?:recursive )?(\w+)", "\n".join(VIEWS.values())))
    views |= {name for (name,) in desk.journal.reading().execute("select name from sqlite_master where type = 'view'")}
    short = {alias for table, alias in ALIASES if table in tables}
    return tables | (short - {alias for table, alias in ALIASES if table in views or table in SMALL})


def _scans(desk: Desk, sql: str, arguments: Sequence[str] | dict[str, str]) -> list[str]:
    plan: sqlite3.Cursor = desk.journal.reading().execute(f"explain query plan {sql}", arguments)
    scanned = [row["detail"] for row in plan if row["detail"].startswith("SCAN ")]
    grown = _grown(desk)
    return [detail for detail in scanned if detail.split()[1] in grown and "CONSTANT" not in detail]


@pytest.mark.parametrize("view", KEPT, ids=lambda view: view.name)
def test_one_row_of_a_kept_view_is_found_by_index(alice: Desk, view: KeptView):
    sql = f"select * from {view.name}_plain where {view.where_first(len(view.key))}"
    assert _scans(alice, sql, ["" for _ in view.key]) == []


@pytest.mark.parametrize("view", KEPT, ids=lambda view: view.name)
def test_what_a_change_touches_is_found_by_index(alice: Desk, view: KeptView):
    for touch in view.touches:
        if touch.question:
            needed = dict.fromkeys(re.findall(r":(\w+)", touch.question), "")
            assert _scans(alice, touch.question, needed) == [], touch.question
