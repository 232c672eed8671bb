"""The last piece sold twice: who sold first is said, and the ways out are a transfer, something else, or the money back."""

from __future__ import annotations

from appliance.journal import ONE, Desk, derive
from appliance.shop import inventory
from appliance.shop.inventory import OpeningLine, OutLine
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders import actions as act
from appliance.shop.shipping import actions as floor
from tests.branches.conftest import seen
from tests.cast import agree, clean, meet
from tests.orders.teahouse import House, approved, order
from tests.web.conftest import Tablet


def one_left(alice: Desk, house: House, *others: Desk) -> None:
    lines = [OutLine(sku=house.teapot, qty=9 * ONE)]
    inventory.other_out(alice, reason="样品", warehouse=house.warehouse, lines=lines)
    meet(alice, *others)


def oversold(desk: Desk) -> list[tuple[str, int, str]]:
    rows = desk.rows("select id, promised, last_order from problem_oversold")
    return [(row.id, row.promised // ONE, row.last_order) for row in rows]


def test_two_boxes_promise_the_last_teapot_and_every_box_says_who_came_first(
    alice: Desk, bella: Desk, bob: Desk, house: House, tablet: Tablet
) -> None:
    one_left(alice, house, bella, bob)
    first = approved(alice, house, NewLine(sku=house.teapot))
    bella.journal.clock.now += 3_600_000  # type: ignore[attr-defined]
    second = approved(bella, house, NewLine(sku=house.teapot))
    meet(alice, bella, bob)
    shelf = f"{house.warehouse}.{house.teapot}"
    for desk in (alice, bella, bob):
        assert oversold(desk) == [(shelf, 2, second)]
        sides = desk.rows(
            "select side, who from oversold_side where problem = ? and kind = 'sales_order' order by at", shelf
        )
        assert [tuple(side) for side in sides] == [(first, alice.who), (second, bella.who)]
    assert agree(alice, bella, bob)
    page = seen(tablet, "/inbox")
    assert "2 of 青瓷茶壶 are sold from 仓a, and 1 are there." in page
    assert page.index(alice.get(SalesOrder, first).number) < page.index(alice.get(SalesOrder, second).number)
    assert f"/orders/{second}" in page
    # The later buyer takes something else; the case is gone everywhere.
    act.unreview(bella, order=second)
    act.change_lines(bella, order=second, lines=[NewLine(sku=house.cup, qty=4 * ONE)])
    meet(alice, bella, bob)
    assert [oversold(desk) for desk in (alice, bella, bob)] == [[], [], []]
    assert clean(alice) == []


def test_a_piece_elsewhere_is_offered_as_a_transfer(alice: Desk, bella: Desk, bob: Desk, house: House) -> None:
    elsewhere = derive("warehouse", "b")
    lines = [OpeningLine(sku=house.teapot, qty=3 * ONE, cost=80 * ONE)]
    inventory.opening_stock(bob, warehouse=elsewhere, lines=lines)
    one_left(alice, house, bella, bob)
    approved(alice, house, NewLine(sku=house.teapot))
    approved(bella, house, NewLine(sku=house.teapot))
    meet(alice, bella, bob)
    assert alice.value("select elsewhere from problem_oversold") == elsewhere


def test_sold_over_one_counter_while_another_box_promised_it(alice: Desk, bella: Desk, house: House) -> None:
    one_left(alice, house, bella)
    promised = approved(bella, house, NewLine(sku=house.teapot))
    sold = approved(alice, house, NewLine(sku=house.teapot))
    floor.ship(alice, order=sold, waybill="SF1")
    meet(alice, bella)
    for desk in (alice, bella):
        assert [found[2] for found in oversold(desk)] == [promised]


def test_what_one_box_promised_knowingly_is_no_contradiction(alice: Desk, bella: Desk, house: House) -> None:
    one_left(alice, house, bella)
    placed = order(alice, house, NewLine(sku=house.teapot, qty=2 * ONE), delivery_term="cod")
    act.force_review(alice, order=placed, reason="马上到货")
    assert alice.value("select pending_ship from stock_level where sku = ?", house.teapot) == 2 * ONE
    assert oversold(alice) == []
