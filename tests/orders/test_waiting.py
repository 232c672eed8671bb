"""Orders that wait for another day, and orders that nobody has to look at."""

from __future__ import annotations

import pytest

from appliance.journal import ONE, Desk
from appliance.shop import customers, orders
from appliance.shop.orders import Exceptions, NewLine, SalesOrder
from appliance.shop.orders import actions as act
from tests.cast import clean
from tests.orders.teahouse import House, approved, change, held, order, pay, refused, state, turn

DAY_MS = 24 * 3_600_000


def waiting(desk: Desk, house: House, **more: object) -> str:
    """An order that is paid and waits for review."""
    placed = order(desk, house, **more)
    pay(desk, house, placed)
    return placed


def test_a_preorder_stands_aside_and_holds_its_goods_apart(alice: Desk, house: House):
    placed = waiting(alice, house)
    act.keep_as_preorder(alice, order=placed)
    assert state(alice, placed) == "preorder"
    assert (held(alice, house, house.teapot, "preorder"), held(alice, house, house.teapot, "pending_review")) == (
        10_000,
        0,
    )
    refused("wrong_state", lambda: act.keep_as_preorder(alice, order=placed))
    act.submit(alice, order=placed)
    assert state(alice, placed) == "to_review"
    act.review(alice, order=placed)
    refused("wrong_state", lambda: act.keep_as_preorder(alice, order=placed))


def test_a_delayed_order_comes_back_to_review_on_its_day(alice: Desk, house: House):
    placed = waiting(alice, house)
    refused("day", lambda: act.delay(alice, order=placed, until=alice.day), "until")
    act.delay(alice, order=placed, until="2026-11-26")
    assert (state(alice, placed), orders.wake_delayed(alice)) == ("delayed", 0)
    alice.journal.clock.now += 2 * DAY_MS  # type: ignore[attr-defined]
    assert orders.wake_delayed(alice) == 1
    assert state(alice, placed) == "to_review"
    act.review(alice, order=placed)
    refused("wrong_state", lambda: act.delay(alice, order=placed, until="2026-12-24"))


def test_what_the_platform_changed_after_a_forced_review_stops_the_accountant_too(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.cup, gift=True), delivery_term="cod")
    act.force_review(alice, order=placed, reason="老客户")
    assert state(alice, placed) == "to_finance_review"
    alice.journal.do(alice, "orders.told", lambda desk: orders.raise_exception(desk, placed, Exceptions.ADDRESS))
    refused("exceptions", lambda: act.finance_review(alice, order=placed))
    act.clear_exceptions(alice, order=placed)
    act.finance_review(alice, order=placed)
    assert state(alice, placed) == "approved"


def test_an_order_whose_buyer_wants_the_money_back_is_not_completed(alice: Desk, house: House):
    placed = approved(alice, house)
    change(alice, SalesOrder, placed, refund_status="requested", shipped_on="2026-11-01")
    alice.journal.do(alice, "orders.test", lambda desk: desk.step(SalesOrder, placed, to="shipped"))
    refused("refund", lambda: act.complete(alice, order=placed))
    assert act.complete_due(alice) == 0
    change(alice, SalesOrder, placed, refund_status="none")
    assert act.complete_due(alice) == 1


# ---- without a person


@pytest.fixture
def unattended(alice: Desk, house: House) -> None:
    turn(alice, "auto.on", "1")


def test_nothing_is_approved_by_itself_unless_the_shop_wants_it(alice: Desk, house: House):
    placed = waiting(alice, house)
    assert orders.review_unattended(alice) == 0
    turn(alice, "auto.on", "1")
    assert orders.review_unattended(alice) == 1
    assert state(alice, placed) == "approved"
    assert clean(alice) == []


@pytest.mark.parametrize(
    ("more", "switch"),
    [
        ({"buyer_message": "请包礼盒"}, "auto.no_message"),
        ({"remark": "老客户"}, "auto.no_memo"),
        ({"street": "茶山村 8 号"}, "auto.plain_address"),
    ],
)
def test_what_a_person_should_read_waits_for_a_person(
    alice: Desk, house: House, unattended: None, more: dict[str, str], switch: str
):
    placed = waiting(alice, house, **more)
    assert orders.review_unattended(alice) == 0
    turn(alice, switch, "0")
    assert orders.review_unattended(alice) == 1
    assert state(alice, placed) == "approved"


def test_heavy_orders_other_shops_and_wishes_for_invoices_wait(alice: Desk, house: House, unattended: None):
    heavy = order(alice, house, NewLine(sku=house.cup, qty=11 * ONE))
    pay(alice, house, heavy)
    assert orders.review_unattended(alice) == 0
    turn(alice, "auto.weight", "0")
    assert orders.review_unattended(alice) == 1
    turn(alice, "auto.shops", house.taobao)
    other = waiting(alice, house)
    assert orders.review_unattended(alice) == 0
    turn(alice, "auto.shops", f"{house.taobao},{house.counter}")
    change(alice, orders.Receiver, alice.get(SalesOrder, other).receiver, invoice_title="某某公司")
    assert orders.review_unattended(alice) == 0
    turn(alice, "auto.no_invoice", "0")
    assert orders.review_unattended(alice) == 1
    assert [state(alice, one) for one in (heavy, other)] == ["approved", "approved"]


def test_what_review_objects_to_stays_and_the_others_go_on(alice: Desk, house: House, unattended: None):
    bad = waiting(alice, house)
    customers.actions.blacklist(alice, customer=house.li_na, blacklist_reason="退货太多")
    stranger = customers.create(alice, name="王芳", phone="13911112222")
    good = waiting(alice, house, customer=stranger, name="王芳", phone="13911112222")
    assert orders.review_unattended(alice) == 1
    assert [state(alice, one) for one in (bad, good)] == ["to_review", "approved"]


@pytest.mark.parametrize(
    ("begin", "end", "done"),
    [("08:00", "22:00", 1), ("11:00", "22:00", 0), ("22:00", "11:00", 1), ("22:00", "06:00", 0)],
)
def test_it_keeps_to_its_hours(alice: Desk, house: House, unattended: None, begin: str, end: str, done: int):
    """It is ten in the morning."""
    waiting(alice, house)
    turn(alice, "auto.from", begin)
    turn(alice, "auto.until", end)
    assert orders.review_unattended(alice) == done
