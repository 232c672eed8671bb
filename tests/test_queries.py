"""Fast means it does not grow with history: nothing that runs at a tap may read a whole table."""

import re
import sqlite3
from collections.abc import Iterator, Sequence

import pytest

from appliance.assembly import rooms
from appliance.journal import Desk, Schema
from appliance.journal.kept import KeptView, parse_views
from appliance.journal.schema import ground
from appliance.journal.store import dressed
from appliance.shop.assistant.cards import CARDS
from appliance.web.listing import Listing, Saved

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


@pytest.mark.parametrize("view", KEPT, ids=lambda view: view.name)
def test_what_follows_a_change_are_columns_of_the_view(alice: Desk, view: KeptView):
    for follow in view.follows:
        assert follow.table in {touch.table for touch in view.touches}
        alice.rows(f"select {', '.join(follow.columns)} from {view.name}_plain where 0")
        alice.rows(f"select {', '.join(follow.of) or 1} from {follow.table} where 0")


QUEUES = {
    # Work in hand: as long as what waits, however old the shop is.
    "customer_list": {"Blacklist"},
    "transfer_list": {"To send", "On the way"},
    "money_paper_list": {"To review", "Drafts"},
    "party_balance": {"Owe us", "We owe", "Prepayments"},
    "raw_order_list": {"To submit", "Not paid yet", "Set aside"},
    "import_job_list": {"Under way"},
    "task_list": {"Mine", "All open", "Overdue", "Nobody does it"},
    "call_list": {"To return"},
    "stock_level": {"Low", "Negative", "Promised", "Defective goods"},
    "order_list": {
        "To review", "For the accountant", "Not paid", "Later", "Preorders", "Preorders in stock", "To ship", "Short",
        "Shipped", "Exceptions", "Frozen",
    },
}  # fmt: skip
FEW = {"employee_list", "customer_class_list"}
WAITING = {"unmatched_goods", "customer_double", "parked", "found_wrong"}
"""Kept for what waits only."""
OF_ACCOUNTS = {"problem_account_negative", "problem_journal_broken"}
"""They go through the few money accounts, one by one."""
LISTINGS = [
    (listing, saved, sort)
    for room in rooms()
    for listing in getattr(room.pages(), "PAGES", ())
    if isinstance(listing, Listing)
    for saved in listing.saved or (Saved("All"),)
    for sort in listing.sorts or (("id", "", "desc"),)
]


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    """Every table and view of the shop, and nothing in them."""
    conn, schema = dressed(sqlite3.connect(":memory:")), Schema(room.shape for room in rooms())
    ground(conn, "")
    schema.create_tables(conn)
    schema.create_indexes(conn)
    schema.create_views(conn)
    yield conn
    conn.close()


def _plan(conn: sqlite3.Connection, sql: str) -> list[str]:
    return [row[3] for row in conn.execute(f"explain query plan {sql}")]


def test_every_list_of_what_is_past_is_read_in_its_order(empty: sqlite3.Connection):
    sorted_whole = []
    for listing, saved, (column, _, way) in LISTINGS:
        if listing.view in FEW or saved.title in QUEUES.get(listing.view, ()):
            continue
        where = " and ".join(f"({one})" for one in (listing.where, saved.where) if one) or "true"
        where = where.replace(":me", "'me'").replace(":today", "'2026-11-24'")
        order = f"{column} {way}, id {way}" if column != "id" else f"id {way}"
        plan = _plan(empty, f"select * from {listing.view} where {where} order by {order} limit 51")
        whole = [one for one in plan if one in (f"SCAN {listing.view}", "USE TEMP B-TREE FOR ORDER BY")]
        if whole:
            sorted_whole.append((listing.path, saved.title, column, whole))
    assert sorted_whole == []


def test_what_every_page_asks_reads_what_waits_and_no_history(empty: sqlite3.Connection):
    """The cards and problems of the home page, and the numbers on the rail."""
    asked = {card.title: f"select 1 from {card.what} limit 100" for card in CARDS}
    pages = [room.pages() for room in rooms()]
    asked |= {view: f"select * from {view} limit 5" for page in pages for view in getattr(page, "PROBLEMS", {})}
    asked |= {rail.title: rail.badge for page in pages if (rail := getattr(page, "RAIL", None)) and rail.badge}
    partial = {
        name
        for (name,) in empty.execute("select name from sqlite_master where type = 'index' and sql like '% where %'")
    }
    grown = [table for (table,) in empty.execute("select name from sqlite_master where type = 'table'")]
    wrong = []
    for title, sql in asked.items():
        aliases = {alias: table for table, alias in ALIASES if table in grown and table not in SMALL | WAITING}
        if title in OF_ACCOUNTS:
            continue
        for step in _plan(empty, re.sub(r":\w+", "''", sql)):
            name = step.split()[1]
            whole = step.startswith("SCAN ") and (name in aliases or name in set(grown) - SMALL - WAITING)
            # An index that is made for one question is a whole view written down.
            if "AUTOMATIC" in step or (whole and not partial & set(step.split())):
                wrong.append((title, step))
    assert wrong == []
