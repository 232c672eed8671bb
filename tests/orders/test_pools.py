"""Goods that several branches sell: a box promises only what it has the right to, so the last piece is sold once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal
from appliance.journal.desk import action
from appliance.shop import allowances, inventory
from appliance.shop.inventory import OutLine
from appliance.shop.inventory import actions as shelf
from appliance.shop.orders import NewLine
from appliance.shop.orders import actions as act
from appliance.shop.shipping import actions as floor
from tests.cast import BRANCH_A, BRANCH_B, Shop, agree, clean, meet
from tests.orders.teahouse import ROOMS, House, furnish, order, refused, state


@action("Hand rights over")
def hand(desk: Desk, pool: str, to: str, qty: int) -> None:
    inventory.give_rights(desk, pool, to, qty)


@pytest.fixture
def boxes(new_box: Callable[..., Shop]) -> Callable[[], list[Desk]]:
    """Alice keeps the shelf, Bella stands at the other box of her branch, Bob in the other branch."""

    def make() -> list[Desk]:
        told = (("A1", BRANCH_A), ("A2", BRANCH_A), ("B1", BRANCH_B))
        return [new_box(code, branch, names=ROOMS).desk(code) for code, branch in told]

    return make


def name(desk: Desk) -> str:
    return allowances.here(desk)


def open_shop(desks: list[Desk], there: int = 3) -> tuple[House, str]:
    """A shelf with so many teapots, sold by all three boxes; each of the others may promise one."""
    house = furnish(desks[0])
    inventory.other_out(
        desks[0], reason="样品", warehouse=house.warehouse, lines=[OutLine(sku=house.teapot, qty=(10 - there) * ONE)]
    )
    pool = shelf.open_pool(desks[0], warehouse=house.warehouse, sku=house.teapot)
    for other in desks[1:]:
        hand(desks[0], pool, name(other), ONE)
    meet(*desks)
    return house, pool


def approved(desk: Desk, house: House, *lines: NewLine) -> str:
    """Take an order that is paid at the door, and approve it."""
    placed = order(desk, house, *lines, delivery_term="cod")
    act.review(desk, order=placed)
    return placed


def rights(desk: Desk, pool: str) -> int:
    return allowances.held(desk, inventory.PURSE, pool) // ONE


def test_two_boxes_that_are_cut_apart_cannot_sell_the_same_last_teapot(boxes: Callable[[], list[Desk]]) -> None:
    alice, bella, bob = boxes()
    house, pool = open_shop([alice, bella, bob])
    sold = approved(bob, house, NewLine(sku=house.teapot))
    placed = order(bob, house, delivery_term="cod")
    said = refused("rights", lambda: act.review(bob, order=placed))
    assert said.sentence == inventory.NO_RIGHT
    assert dict(said.params) == {"goods": "青瓷茶壶", "left": "0", "missing": "1", "pool": pool}
    assert said.remedy == f"/branches/pools/{pool}?missing=1"
    refused("rights", lambda: act.force_review(bob, order=placed, reason="急"))
    # The keeper may promise the third one and no more: the others are Bella's and Bob's.
    approved(alice, house, NewLine(sku=house.teapot))
    refused("rights", lambda: approved(alice, house, NewLine(sku=house.teapot)))
    refused("rights", lambda: floor.counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.teapot)]))
    # Over the counter Bella's right is spent too, and then she has none.
    floor.counter_sale(bella, shop=house.counter, lines=[NewLine(sku=house.teapot)])
    refused("rights", lambda: floor.counter_sale(bella, shop=house.counter, lines=[NewLine(sku=house.teapot)]))
    meet(alice, bella, bob)
    inventory.settle_pools(alice)
    floor.ship(alice, order=sold, waybill="SF1")
    meet(alice, bella, bob)
    for desk in (alice, bella, bob):
        assert desk.rows("select * from problem_oversold") == []
        assert tuple(inventory.stand_of(desk, pool)[one] for one in ("on_hand", "given", "used")) == (ONE, 0, ONE)
    assert agree(alice, bella, bob)
    assert clean(alice) == []


def test_what_was_promised_leaves_where_the_pool_is_kept(boxes: Callable[[], list[Desk]]) -> None:
    alice, bella, bob = boxes()
    house, _pool = open_shop([alice, bella, bob])
    sold = approved(bob, house, NewLine(sku=house.teapot))
    meet(alice, bella, bob)
    said = refused("at_keeper", lambda: floor.ship(bella, order=sold, waybill="SF1"))
    assert dict(said.params) == {"goods": "青瓷茶壶", "box": "A1"}
    parcel = floor.ship(alice, order=sold, waybill="SF1")
    floor.undo_ship(alice, parcel=parcel, reason="少装了")
    assert state(alice, sold) == "approved"
    floor.ship(alice, order=sold, waybill="SF1")
    assert clean(alice) == []


def test_a_right_comes_back_when_the_keeper_hears_that_it_was_spent_for_nothing(
    boxes: Callable[[], list[Desk]],
) -> None:
    alice, bella, bob = boxes()
    house, pool = open_shop([alice, bella, bob])
    sold = approved(bob, house, NewLine(sku=house.teapot))
    act.unreview(bob, order=sold)
    assert rights(bob, pool) == 0
    refused("rights", lambda: act.review(bob, order=sold))
    meet(alice, bob)
    inventory.settle_pools(alice)
    inventory.settle_pools(alice)
    meet(alice, bob)
    assert rights(bob, pool) == 1
    act.review(bob, order=sold)
    assert state(bob, sold) == "approved"


def test_a_pool_is_opened_and_closed_where_it_is_kept(boxes: Callable[[], list[Desk]]) -> None:
    alice, bella, bob = boxes()
    house = furnish(alice)
    early = approved(alice, house, NewLine(sku=house.teapot, qty=2 * ONE))
    meet(alice, bella, bob)
    refused("not_owner", lambda: shelf.open_pool(bob, warehouse=house.warehouse, sku=house.teapot))
    with pytest.raises(Refusal, match="need no pool"):
        shelf.open_pool(alice, warehouse=house.warehouse, sku=house.tea)
    pool = shelf.open_pool(alice, warehouse=house.warehouse, sku=house.teapot)
    refused("open", lambda: shelf.open_pool(alice, warehouse=house.warehouse, sku=house.teapot))
    # What was promised before counts as promised.
    refused("too_much", lambda: hand(alice, pool, name(bob), 9 * ONE))
    hand(alice, pool, name(bob), 8 * ONE)
    floor.ship(alice, order=early, waybill="SF1")
    assert inventory.stand_of(alice, pool).used == 0
    refused("given", lambda: shelf.close_pool(alice, pool=pool))
    meet(alice, bella, bob)
    refused("not_keeper", lambda: shelf.close_pool(bella, pool=pool))
    refused("not_sealed", lambda: shelf.keep_pool_here(bella, pool=pool))
    refused("here", lambda: shelf.keep_pool_here(alice, pool=pool))
    hand(bob, pool, name(alice), 8 * ONE)
    meet(alice, bob)
    approved(alice, house, NewLine(sku=house.teapot))
    shelf.close_pool(alice, pool=pool)
    assert inventory.stand_of(alice, pool).used == 0
    approved(alice, house, NewLine(sku=house.teapot))
    force = order(alice, house, NewLine(sku=house.teapot, qty=9 * ONE), delivery_term="cod")
    act.force_review(alice, order=force, reason="马上到货")
    refused("oversold", lambda: shelf.open_pool(alice, warehouse=house.warehouse, sku=house.teapot))
    assert clean(alice) == []


# ---- the law

VERBS = [
    "sell",
    "sell",
    "sell",
    "counter",
    "unreview",
    "again",
    "cancel",
    "ship",
    "undo",
    "hand",
    "meet",
    "meet",
    "settle",
]
deeds = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(VERBS), st.integers(0, 2), st.integers(0, 3)), min_size=10, max_size=40
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_whatever_is_done_apart_every_promise_and_every_right_is_covered_by_what_lies_there(
    boxes: Callable[[], list[Desk]], deeds: list[tuple[int, str, int, int]]
) -> None:
    desks = boxes()
    house, pool = open_shop(desks, there=2)
    sold: list[str] = []
    for who, verb, whom, which in deeds:
        with suppress(Refusal):
            _do(house, pool, desks[who], verb, desks[whom], sold, which)
    meet(*desks)
    assert agree(*desks)
    inventory.settle_pools(desks[0])
    meet(*desks)
    for desk in desks:
        stand = inventory.stand_of(desk, pool)
        assert stand.on_hand >= stand.pending_ship, "sold and not there"
        assert stand.room >= 0, "a right without goods"
        assert desk.value("select count(*) from problem_oversold") == 0
        assert all(row.amount >= 0 for row in allowances.holders(desk, inventory.PURSE, pool))
        assert clean(desk) == []


def _do(house: House, pool: str, desk: Desk, verb: str, other: Desk, sold: list[str], which: int) -> None:
    mine = sold[which % len(sold)] if sold else ""
    if verb == "sell":
        sold.append(order(desk, house, delivery_term="cod"))
        act.review(desk, order=sold[-1])
    elif verb == "counter":
        floor.counter_sale(desk, shop=house.counter, lines=[NewLine(sku=house.teapot)])
    elif verb == "unreview" and mine:
        act.unreview(desk, order=mine)
    elif verb == "again" and mine:
        act.review(desk, order=mine)
    elif verb == "cancel" and mine:
        with suppress(Refusal):
            act.freeze(desk, order=mine, reason="等")
        act.cancel(desk, order=mine, reason="不要了")
    elif verb == "ship" and mine:
        with suppress(Refusal):
            act.unfreeze(desk, order=mine)
        floor.ship(desk, order=mine, courier=house.sf, waybill=f"SF{which}{desk.box}{mine}"[:30])
    elif verb == "undo" and mine:
        parcel = desk.value("select max(id) from parcel where sales_order = ? and state = 'shipped'", mine)
        floor.undo_ship(desk, parcel=parcel, reason="少装了")
    elif verb == "hand":
        hand(desk, pool, name(other), ONE)
    elif verb == "meet":
        meet(desk, other)
        for one in (desk, other):
            inventory.settle_pools(one)
        meet(desk, other)
