"""A marketplace's file is taken in while the plug is pulled: every order is there once, and the count is exact."""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Seed
from tests.faults.shop import Box, Goods, Tablet
from tests.marketplace import files

ORDERS = 800
LINES = 250
MOST_UPLOADED = 32 * 1024 * 1024


def test_an_import_that_is_killed_again_and_again_ends_exactly(seed: Seed, shop: Box, request: pytest.FixtureRequest):
    chance, kills = random.Random(3), request.config.getoption("kills")
    rows = [files.order(n) for n in range(ORDERS)]
    told = _taken_in(shop, seed, files.orders_csv([*rows, files.order(0, 订单编号="1.93068E+15")]), chance, kills // 2)
    assert told == {"total": ORDERS, "taken": ORDERS, "added": ORDERS, "same": 0, "bad": 1, "submitted": 0}
    lines = files.items_csv([files.new_item(n) for n in range(LINES)])
    told = _taken_in(shop, seed, lines, chance, kills - kills // 2)
    assert told == {"total": LINES, "taken": LINES, "added": LINES, "same": 0, "bad": 0, "submitted": LINES}
    shop.end()
    assert shop.check() == "All is well.\n"
    assert _counted(shop.folder) == (ORDERS, LINES, LINES, LINES)


def _taken_in(shop: Box, seed: Seed, content: bytes, chance: random.Random, kills: int) -> dict[str, int]:
    """Lay a file in, take it in, and pull the plug so often before it is done; say what the import says of itself."""
    if shop.process is None:
        shop.open()
    tablet = Tablet(shop.address, seed.cookies)
    job = _lay_in(tablet, seed.goods, content)
    _wait(shop, job, "checked")
    answer = tablet.do("marketplace.take_in", job, import_job=job, submits=True)
    assert answer.status_code == 200, answer.text
    for _ in range(kills):
        time.sleep(0.05 + chance.random() * 1.5)
        shop.end(signal.SIGKILL)
        shop.open()
    return _wait(shop, job, "done")


def _lay_in(tablet: Tablet, goods: Goods, content: bytes) -> str:
    answer = _sent(tablet, goods, content)
    assert answer.status_code == 303, answer.text[:500]
    return str(re.split(r"[/?]", answer.headers["location"])[-1])


def _sent(tablet: Tablet, goods: Goods, content: bytes):
    token = re.search(r'name="token" value="(\w+)"', tablet.get("/do/marketplace/lay_in").text)
    assert token is not None
    form = {"token": token[1], "shop": goods.shop}
    return tablet.http.post("/do/marketplace/lay_in", data=form, files={"file": ("orders.csv", content)})


def _wait(shop: Box, job: str, state: str) -> dict[str, int]:
    conn = sqlite3.connect(shop.folder / "shop.db")
    conn.row_factory = sqlite3.Row
    for _ in range(1_200):
        row = conn.execute("select * from import_job where id = ?", (job,)).fetchone()
        if row["state"] == state:
            conn.close()
            return {name: row[name] for name in ("total", "taken", "added", "same", "bad", "submitted")}
        time.sleep(0.05)
    raise AssertionError(f"The import is {row['state']} and not {state}.")


def _counted(folder: Path) -> tuple[int, ...]:
    conn = sqlite3.connect(folder / "shop.db")
    tables = ("raw_order", "raw_order_line", "sales_order", "sales_order_line")
    counts = tuple(conn.execute(f"select count(*) from {name}").fetchone()[0] for name in tables)
    conn.close()
    return counts


def test_a_file_that_is_too_large_is_turned_away_at_the_door_and_work_goes_on(seed: Seed, shop: Box):
    tablet = Tablet(shop.open().address, seed.cookies)
    answer = _sent(tablet, seed.goods, files.orders_csv([files.order(0)]) + b" " * (MOST_UPLOADED + 1))
    assert answer.status_code == 413
    assert "This file is too large: at most 32 MB." in answer.text
    assert tablet.do("shipping.counter_sale", "next", **seed.goods.sale()).status_code == 200
