"""Fast means it does not grow: in a shop with ten times the rows, every page asks the database for about as much.

How much that is is counted in the database's own steps, which are the same on every machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import Desk
from appliance.serving import pages_of
from appliance.shop.orders import NewLine
from appliance.shop.shipping import actions as floor
from appliance.web.app import app
from appliance.web.front import WebConfig
from appliance.web.listing import Listing
from tests.cast import Shop
from tests.marketplace.files import items_csv, new_item, orders_csv
from tests.marketplace.files import order as told_order
from tests.marketplace.test_importing import take_in
from tests.orders.teahouse import House, approved, furnish, order
from tests.web.conftest import House as Front
from tests.web.conftest import Tablet, ToyStaff

SHORT, LONG = 600, 6_000
AS_QUICK = 1.2
SPARED = 1_000
EVERY = 10
SMALL = {
    # Directories that no shop fills, and what only this box knows of them.
    "branch", "shop", "warehouse", "courier", "packaging", "money_item", "reason", "setting", "role", "device",
    "money_account", "customer_class", "price_list", "category", "currency", "unit", "tax_rate", "employee", "member",
    "department", "mark", "holiday",
}  # fmt: skip
QUEUES = {
    # Work in hand, put in another order than its own: as long as what waits is, however old the shop.
    "/orders?sort=ship_by-asc", "/orders?sort=receivable-desc", "/shipping?sort=placed_at-asc",
    # An index of what is to be shipped is walked, some steps for each order, and none of them read.
    "/shipping", "/shipping?view=all", "/shipping?view=ready-to-leave", "/shipping?view=stopped",
    # Added up over those who owe something now.
    "/accounts",
}  # fmt: skip
AGES = ("made_at", "placed_at", "state_at", "at", "began_at", "changed", "seq", "place")
"""Columns in which no two rows of a real shop say the same."""


@pytest.fixture
def house(alice: Desk) -> House:
    return furnish(alice)


def _grow(conn: sqlite3.Connection, rows: int) -> None:
    """Live through this day so many times more: every row of a table that grows stands there again, beside its like."""
    tables = {
        table: [
            row[1] for row in conn.execute(f"pragma table_info({table})") if not row[2].startswith("INTEGER PRIMARY")
        ]
        for (table,) in conn.execute("select name from sqlite_master where type = 'table' and sql not like '%virtual%'")
    }
    grown = {
        table: columns
        for table, columns in tables.items()
        if conn.execute(
            f"select 1 from main.{table} where typeof({'id' if 'id' in columns else 0}) = 'text'"
        ).fetchone()
        and table.removesuffix("_list") not in SMALL
    }
    conn.execute("create temp table known as select '' as id where 0")
    for table in grown:
        conn.execute(f"insert into known select id from main.{table}")
    conn.execute("create temp table times as with recursive t(n) as (select 1 union all select n + 1 from t "
                 f"where n < {rows}) select n from t")  # fmt: skip
    for table, columns in grown.items():
        told = [
            f'"{name}" + n'
            if name in AGES
            else f"""iif("{name}" in (select id from known), "{name}" || '~' || n, "{name}")"""
            for name in columns
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        conn.execute(
            f"insert or ignore into main.{table} ({names}) select {', '.join(told)} "
            f"from (select * from main.{table} where id in (select id from known)), times"
        )
    conn.executescript("drop table known; drop table times")


def _pages(more: list[str]) -> Iterator[str]:
    for room in rooms():
        for page in pages_of(room).pages:
            if isinstance(page, Listing):
                yield page.path
                yield from (f"{page.path}?view={one.key}" for one in page.saved)
                yield from (f"{page.path}?sort={column}-{way}" for column, _, way in page.sorts)
            elif "{" not in page.path:
                yield page.path
    yield from more


def _steps(box: Shop, folder: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many steps the database takes for each page."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += EVERY

    def connect(*args: Any, **told: Any) -> sqlite3.Connection:
        conn = sqlite3.Connection(*args, **told)
        conn.set_progress_handler(step, EVERY)
        return conn

    staff = ToyStaff()
    folder.mkdir()
    made = app(
        box.journal, [pages_of(room) for room in rooms()], WebConfig(folder, branch=box.branch), box.clock, staff
    )
    counted: dict[str, int] = {}
    with monkeypatch.context() as patched, TestClient(made, base_url="http://testserver.local") as client:
        patched.setattr(sqlite3, "connect", connect)
        tablet = Tablet(client, Front(box.journal, box.clock, staff, made)).enrol()
        tablet.sign_in("alice")
        for path in paths:
            steps = 0
            answer = tablet.get(path)
            assert answer.status_code in {200, 303, 404, 405}, (path, answer.text[:500])
            counted[path] = steps
    return counted


def test_no_page_asks_more_in_a_shop_of_ten_times_the_rows(
    box: Shop, alice: Desk, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = approved(alice, house)
    floor.ship(alice, order=gone, courier=house.sf, waybill="SF1", weight=1_000)
    approved(alice, house)
    order(alice, house, NewLine(sku=house.teapot), delivery_term="cod")
    take_in(alice, house.taobao, orders_csv([told_order(0)]))
    take_in(alice, house.taobao, items_csv([new_item(0, 外部系统编号="X-9")]))
    paper = alice.value("select id from money_paper where state = 'approved' limit 1")
    paths = [*_pages([f"/orders/{gone}", f"/accounts/papers/{paper}", f"/customers/{house.li_na}",
                      "/do/orders/create", "/do/accounts/new_receipt", "/do/inventory/other_in"])]  # fmt: skip
    _grow(box.journal.writing, SHORT)
    few = _steps(box, tmp_path / "few", paths, monkeypatch)
    _grow(box.journal.writing, LONG // SHORT)
    many = _steps(box, tmp_path / "many", paths, monkeypatch)
    grown = {path: (few[path], steps) for path, steps in many.items() if steps > few[path] * AS_QUICK + SPARED}
    assert {path: steps for path, steps in grown.items() if path not in QUEUES} == {}
