"""The box's clock is wrong: a battery ran empty, somebody typed the wrong year (spec/sync.md R8, R9)."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.journal.clock import TOLERANCE_MS
from appliance.serving import TIME_SYNCED
from tests.cast import TestClock
from tests.faults.shop import Box, Tablet, furnish

DAY_MS = 24 * 3_600_000
DOUBTFUL = "The date of the box is doubtful."
BEHIND = "The box's clock stands before the newest entry. Set the date right, then go on."

pytestmark = pytest.mark.skipif(TIME_SYNCED.exists(), reason="A time server vouches for this machine's date.")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """A box that is not set up yet; whatever process it has at the end is ended."""
    made = Box(tmp_path / "box")
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.communicate()


def test_a_clock_far_ahead_is_asked_about_and_dates_nothing_until_somebody_confirms_it(box: Box):
    last = _now() - 300 * DAY_MS
    goods = furnish(box.folder, clock=TestClock(last, step_ms=10))
    tablet = box.open().tablet().sign_in(goods.owner)
    assert DOUBTFUL in tablet.get("/").text
    early = tablet.do("shipping.counter_sale", "early", **goods.sale())
    assert early.status_code == 200, early.text
    assert "Yes, that is today" in tablet.get("/date").text
    assert tablet.post("/date", token=_token(tablet, "/date")).status_code == 303
    assert DOUBTFUL not in tablet.get("/").text
    late = tablet.do("shipping.counter_sale", "late", **goods.sale())
    box.end()
    assert last < _placed(box, early.json()["id"]) < last + TOLERANCE_MS + 120_000
    assert abs(_placed(box, late.json()["id"]) - _now()) < 120_000
    assert box.check() == "All is well.\n"


def test_a_clock_set_back_shows_everything_and_writes_nothing(box: Box):
    goods = furnish(box.folder, clock=TestClock(_now() + DAY_MS, step_ms=10), device="key")
    tablet = Tablet(box.open().address, {"device": "key"}).sign_in(goods.owner)
    assert DOUBTFUL in tablet.get("/orders").text
    assert "The clock stands before that entry" in tablet.get("/date").text
    refused = tablet.do("shipping.counter_sale", "no", **goods.sale())
    assert (refused.status_code, refused.json()["sentence"]) == (422, BEHIND)
    box.end()
    assert box.check() == "All is well.\n"


def _now() -> int:
    return time.time_ns() // 1_000_000


def _token(tablet: Tablet, address: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', tablet.get(address).text)
    assert found is not None
    return found[1]


def _placed(box: Box, order: str) -> int:
    conn = sqlite3.connect(box.folder / "shop.db")
    found = conn.execute("select placed_at from sales_order where id = ?", (order,)).fetchone()[0]
    conn.close()
    return int(found)
