"""A file of thousands of orders makes a long queue, and its pages are as quick as those of a short one.

How much the database does is counted in its own steps, which are the same on every machine.
"""

from __future__ import annotations

import re
import sqlite3

import pytest

from appliance.journal import Desk
from appliance.journal.store import dressed
from appliance.shop.assistant.cards import CARDS
from appliance.shop.marketplace.pages import raw_orders
from appliance.shop.orders import NewLine
from appliance.shop.orders.pages import orders_listing
from appliance.shop.shipping.pages import queue
from tests.orders.teahouse import House, furnish, order

SHORT, LONG = 300, 3_000
AS_QUICK = 1.2
WALKED = "/shipping number of Ready to leave"
"""It walks an index of what is to be shipped, ten steps for each order, and reads none of them."""
FILLED = (
    ("order_list", {"state": "'to_review'", "reviewing": "1", "placed_at": "placed_at + n"}),
    ("order_list", {"state": "'approved'", "reviewing": "0", "placed_at": "placed_at + n"}),
    ("order_hold", {"bucket": "'pending_review'"}),
    ("raw_order", {"platform_status": "'await_ship'", "placed_at": "placed_at + n"}),
    ("raw_order", {"platform_status": "'finished'", "placed_at": "placed_at + n"}),
)
"""The tables that a file fills, and what each further row says otherwise than the first."""


def _asked() -> dict[str, str]:
    """What the desk's pages ask: the first page of each list, the number on each of its tabs, the cards of the home page."""
    asked = {card.title: f"select 1 from {card.what} limit 100" for card in CARDS}
    for listing in (orders_listing, raw_orders, queue):
        column, _, way = listing.sorts[0]
        first = next(one for one in listing.saved if one.title == listing.default)
        page = f"select * from {listing.view} where {first.where} order by {column} {way}, id {way} limit 51"
        asked[f"{listing.path} {first.title}"] = page
        for saved in listing.saved:
            if saved.where:
                sql = f"select count(*) from (select 1 from {listing.view} where {saved.where} limit 100)"
                asked[f"{listing.path} number of {saved.title}"] = sql
    return asked


def _steps(conn: sqlite3.Connection, sql: str) -> int:
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    conn.set_progress_handler(step, 1)
    conn.execute(sql, dict.fromkeys(re.findall(r":(\w+)", sql), "")).fetchall()
    conn.set_progress_handler(None, 1)
    return steps


def _filled(alice: Desk, rows: int) -> dict[str, int]:
    """How much work each question is in a shop whose queues are so long."""
    conn = dressed(sqlite3.connect(":memory:"))
    alice.journal.reading().backup(conn)
    conn.execute("insert into raw_order (id, state, made_at) values ('r', 'waiting', 1)")
    for number, (table, other) in enumerate(FILLED):
        names = [row[1] for row in conn.execute(f"pragma table_info({table})")]
        told = {name: f'"{name}"' for name in names} | {"id": f"id || '-{number}-' || n"} | other
        conn.execute(
            f"with recursive counted(n) as (select 1 union all select n + 1 from counted where n < {rows}) "
            f"insert into {table} ({', '.join(names)}) "
            f"select {', '.join(told[name] for name in names)} from (select * from {table} limit 1), counted"
        )
    # More is wanted than lies there, but no order wants so much by itself.
    conn.execute("update stock_level set on_hand = 100000, pending_review = 200000, pending_ship = 0")
    steps = {title: _steps(conn, sql) for title, sql in _asked().items()}
    conn.close()
    return steps


@pytest.fixture
def house(alice: Desk) -> House:
    return furnish(alice)


def test_a_page_of_a_long_queue_asks_no_more_than_a_page_of_a_short_one(alice: Desk, house: House) -> None:
    order(alice, house, NewLine(sku=house.teapot), delivery_term="cod")
    few, many = _filled(alice, SHORT), _filled(alice, LONG)
    assert many.pop(WALKED) < 11 * LONG
    assert {title: (few[title], steps) for title, steps in many.items() if steps > few[title] * AS_QUICK + 50} == {}
