"""What lower rooms ask for: their open papers fill the buckets, and what is available follows from them alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.assembly import Room, open_journal, rooms
from appliance.journal import Box, Desk, Qty, Record, RoomShape, Text
from appliance.journal.desk import action
from appliance.shop import inventory
from appliance.shop.catalog import SkuId
from appliance.shop.inventory import OutLine
from appliance.shop.settings import WarehouseId
from appliance.shop.settings.actions import turn_switches
from tests.cast import BRANCH_A, TestClock, clean
from tests.inventory.conftest import ROOMS, Shelf, furnish, pieces, refused
from tests.inventory.test_ledger import buy


class Wish(Record, kw_only=True, frozen=True):
    """A paper of some lower room that waits for goods."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    warehouse: WarehouseId = ""
    sku: SkuId = ""
    bucket: Text = ""
    qty: Qty = 0


VIEWS = """
-- kept by id
-- touched by wish: id
-- feeds held
create view wish_hold as select id, warehouse, sku, bucket, qty from wish where deleted = 0;
"""


@action("Wish")
def wish(desk: Desk, *, warehouse: str, sku: str, bucket: str, qty: int) -> str:
    return desk.put(Wish(warehouse=warehouse, sku=sku, bucket=bucket, qty=qty))


@action("Wish no more")
def forget(desk: Desk, *, wish: str) -> None:
    desk.remove(Wish, wish)


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    opened: list[Desk] = []

    def make() -> Desk:
        lower = Room("wishes", RoomShape("wishes", [Wish], VIEWS, [inventory.HELD]), {})
        box = Box(tmp_path / str(len(opened)), b"a" * 24, "A1")
        journal = open_journal(box, [*rooms(ROOMS), lower], clock=TestClock(), random=lambda size: next(chance)[:size])
        opened.append(journal.desk(who="alice", device="tablet", branch=BRANCH_A))
        return opened[-1]

    chance = (number.to_bytes(32, "little") for number in range(1, 10**6))
    yield make
    for desk in opened:
        desk.journal.close()


@pytest.fixture
def alice(open_desk: Callable[[], Desk]) -> Desk:
    return open_desk()


def level(desk: Desk, sku: str) -> dict[str, int]:
    row = desk.row("select * from stock_level where sku = ?", sku)
    assert row is not None
    return dict(row)


def test_open_papers_take_from_what_is_available_and_not_from_what_is_there(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(10), cost=20_000)
    for bucket, count in (("pending_review", 2), ("pending_ship", 3), ("unpaid", 4), ("on_order", 5)):
        wish(alice, warehouse=shelf.warehouse, sku=shelf.cup, bucket=bucket, qty=pieces(count))
    found = level(alice, shelf.cup)
    assert (found["on_hand"], found["available"], found["unpaid"], found["on_order"]) == (
        pieces(10), pieces(5), pieces(4), pieces(5),
    )  # fmt: skip
    assert inventory.available(alice, shelf.warehouse, shelf.cup) == pieces(5)
    assert inventory.reviewable(alice, shelf.warehouse, shelf.cup) == pieces(7)
    assert (found["promised"], found["low"]) == (1, 0)
    assert clean(alice) == []


def test_a_shop_chooses_what_counts_as_available(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(10), cost=20_000)
    for bucket, count in (("pending_ship", 3), ("unpaid", 1), ("preorder", 2), ("on_order", 5), ("in_transit_in", 4)):
        wish(alice, warehouse=shelf.warehouse, sku=shelf.cup, bucket=bucket, qty=pieces(count))
    for turned, there in (
        ({}, 7), ({"stock_less_unpaid": True}, 6), ({"stock_less_preorder": True}, 4),
        ({"stock_plus_on_order": True, "stock_plus_transit": True}, 13), ({"stock_less_unpaid": False}, 14),
    ):  # fmt: skip
        turn_switches(alice, **turned)
        assert inventory.available(alice, shelf.warehouse, shelf.cup) == pieces(there)
        assert level(alice, shelf.cup)["available"] == pieces(there)
    assert clean(alice) == []


def test_what_orders_wait_for_is_not_given_away_but_may_break(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(3), cost=20_000)
    wish(alice, warehouse=shelf.warehouse, sku=shelf.cup, bucket="pending_ship", qty=pieces(2))
    lines = [OutLine(sku=shelf.cup, qty=pieces(2))]
    said = refused(
        "Too little in stock (asked / there): {items}.",
        lambda: inventory.other_out(alice, warehouse=shelf.warehouse, reason="样品", lines=lines),
    )
    assert said.params["items"] == "茶杯 2 / 1"
    inventory.scrap(alice, warehouse=shelf.warehouse, reason="碎了", lines=lines, quality="good")
    assert (level(alice, shelf.cup)["available"], level(alice, shelf.cup)["low"]) == (pieces(-1), 1)


def test_goods_that_never_lay_here_can_be_waited_for(alice: Desk, shelf: Shelf) -> None:
    asked = wish(alice, warehouse=shelf.warehouse, sku=shelf.teapot, bucket="pending_review", qty=pieces(1))
    assert level(alice, shelf.teapot)["available"] == pieces(-1)
    forget(alice, wish=asked)
    assert level(alice, shelf.teapot)["available"] == 0


wishes = st.lists(
    st.tuples(st.sampled_from(["buy", *inventory.HELD_BACK, "unpaid", "preorder", "forget"]), st.integers(1, 9)),
    max_size=20,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=wishes)
def test_available_always_follows_from_the_buckets(
    open_desk: Callable[[], Desk], wishes: list[tuple[str, int]]
) -> None:
    desk = open_desk()
    shelf = furnish(desk)
    there, waiting = 0, {}
    for kind, count in wishes:
        if kind == "buy":
            buy(desk, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(count), cost=1)
            there += pieces(count)
        elif kind == "forget" and waiting:
            gone = next(iter(waiting))
            forget(desk, wish=gone)
            del waiting[gone]
        elif kind != "forget":
            made = wish(desk, warehouse=shelf.warehouse, sku=shelf.cup, bucket=kind, qty=pieces(count))
            waiting[made] = (kind, pieces(count))
    promised = sum(qty for bucket, qty in waiting.values() if bucket in inventory.HELD_BACK)
    assert inventory.available(desk, shelf.warehouse, shelf.cup) == there - promised
    if desk.row("select 1 from stock_level where sku = ?", shelf.cup):
        assert level(desk, shelf.cup)["available"] == there - promised
    assert clean(desk) == []
