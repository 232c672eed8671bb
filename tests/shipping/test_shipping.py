"""Parcels leave and come back: stock, money and the order's state move together, on one box and on two."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal
from appliance.shop import accounts, inventory, orders
from appliance.shop.orders import Exceptions, NewLine, SalesOrder, SalesOrderLine
from appliance.shop.orders import actions as act
from appliance.shop.settings import Courier
from appliance.shop.settings.actions import add_packaging
from appliance.shop.shipping import Parcel
from appliance.shop.shipping import actions as floor
from tests.cast import TestClock, agree, clean, meet
from tests.orders.teahouse import House, approved, change, held, order, pay, refused, state, turn

DAY_MS = 24 * 3600 * 1000


def shipped(desk: Desk, house: House, *lines: NewLine, waybill: str = "SF1", **more) -> tuple[str, str]:
    placed = approved(desk, house, *lines, **more)
    return placed, floor.ship(desk, order=placed, waybill=waybill)


def on_hand(desk: Desk, house: House, sku: str) -> int:
    return inventory.on_hand(desk, house.warehouse, sku) // ONE


def owed(desk: Desk, house: House) -> int:
    return accounts.balance(desk, house.li_na, "customer")


def problems(desk: Desk) -> list[tuple[str, str]]:
    views = ("problem_shipped_twice", "problem_waybill_twice")
    return [(view.removeprefix("problem_"), row.id) for view in views for row in desk.rows(f"select id from {view}")]


def test_a_parcel_leaves_with_its_goods_at_their_cost_and_the_sale_is_charged(alice: Desk, house: House):
    placed, parcel = shipped(alice, house, NewLine(sku=house.teapot, qty=2 * ONE), postage=1000)
    assert state(alice, placed) == "shipped"
    assert alice.state(Parcel, parcel) == "shipped"
    assert on_hand(alice, house, house.teapot) == 8
    assert held(alice, house, house.teapot, "pending_ship") == 0
    assert alice.value("select cost from sales_order_line where sales_order = ?", placed) == 160 * ONE
    assert accounts.charged_for(alice, placed) == 26600
    assert owed(alice, house) == 0
    assert alice.get(SalesOrder, placed).shipped_on == "2026-11-24"
    assert clean(alice) == []


def test_an_order_paid_later_is_owed_when_it_leaves(alice: Desk, house: House):
    placed = order(alice, house, delivery_term="cod")
    act.review(alice, order=placed)
    floor.ship(alice, order=placed, waybill="SF1")
    assert owed(alice, house) == 12800
    act.take_payment(alice, order=placed, account=house.till, amount=12800)
    assert owed(alice, house) == 0


def test_what_is_not_approved_or_stopped_does_not_leave(alice: Desk, house: House):
    placed = order(alice, house)
    refused("not_approved", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    pay(alice, house, placed)
    act.review(alice, order=placed)
    act.freeze(alice, order=placed, reason="等电话")
    refused("frozen", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    act.unfreeze(alice, order=placed)
    change(alice, SalesOrder, placed, exceptions=int(Exceptions.ADDRESS))
    refused("exceptions", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    act.clear_exceptions(alice, order=placed)
    change(alice, SalesOrder, placed, refund_status="requested")
    refused("refund", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    change(alice, SalesOrder, placed, refund_status="none")
    line = alice.value("select id from sales_order_line where sales_order = ?", placed)
    change(alice, SalesOrderLine, line, refund_status="requested")
    refused("refund", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    change(alice, SalesOrderLine, line, refund_status="none")
    change(alice, SalesOrder, placed, receivable=12801)
    refused("unpaid", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    change(alice, SalesOrder, placed, receivable=12800)
    floor.ship(alice, order=placed, waybill="SF1")
    refused("shipped", lambda: floor.ship(alice, order=placed, waybill="SF2"))


def test_goods_that_are_not_on_the_shelf_do_not_leave(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot, qty=11 * ONE))
    pay(alice, house, placed)
    act.force_review(alice, order=placed, reason="马上到货")
    refused("stock_short", lambda: floor.ship(alice, order=placed, waybill="SF1"))
    assert state(alice, placed) == "approved"
    assert alice.value("select count(*) from parcel") == 0


def test_a_courier_needs_a_waybill_and_no_two_parcels_carry_one(alice: Desk, house: House):
    first, second = approved(alice, house), approved(alice, house)
    refused("no_waybill", lambda: floor.ship(alice, order=first), "waybill")
    floor.ship(alice, order=first, waybill=" sf1 ")
    refused("waybill_twice", lambda: floor.ship(alice, order=second, waybill="SF1"), "waybill")
    floor.ship(alice, order=second, courier=house.post, waybill="SF1")
    third = approved(alice, house)
    change(alice, Courier, house.post, disabled=True)
    refused("disabled", lambda: floor.ship(alice, order=third, courier=house.post, waybill="P1"), "courier")


def test_what_the_buyer_fetches_needs_no_waybill(alice: Desk, house: House):
    placed = approved(alice, house)
    act.change_courier(alice, order=placed)
    floor.ship(alice, order=placed)
    assert state(alice, placed) == "shipped"


def test_a_packed_parcel_waits_for_the_courier(alice: Desk, house: House):
    placed = approved(alice, house)
    refused("no_parcel", lambda: floor.ship_packed(alice, order=placed))
    parcel = floor.pack(alice, order=placed, waybill="SF7")
    assert floor.pack(alice, order=placed, weight=800) == parcel
    assert alice.get(Parcel, parcel).waybill == "SF7"
    row = alice.row("select * from shipping_queue where id = ?", placed)
    assert (row.parcel, row.waybill, row.courier_name) == (parcel, "SF7", "顺丰")
    assert floor.ship_packed(alice, order=placed) == parcel
    assert alice.value("select count(*) from shipping_queue") == 0


def test_scanning_a_label_or_an_order_number_ships(alice: Desk, house: House):
    first, second = approved(alice, house), approved(alice, house)
    floor.pack(alice, order=first, waybill="SF7")
    floor.pack(alice, order=second, waybill="SF8")
    floor.scan_out(alice, code="SF7")
    floor.scan_out(alice, code=alice.get(SalesOrder, second).number.lower())
    assert (state(alice, first), state(alice, second)) == ("shipped", "shipped")
    refused("unknown", lambda: floor.scan_out(alice, code="SF9"), "code")


def test_an_unpacked_parcel_frees_its_waybill(alice: Desk, house: House):
    placed = approved(alice, house)
    parcel = floor.pack(alice, order=placed, waybill="SF7")
    floor.unpack(alice, parcel=parcel)
    refused("wrong_state", lambda: floor.unpack(alice, parcel=parcel))
    assert floor.ship(alice, order=placed, waybill="SF7") != parcel


def test_shipping_is_taken_back_the_same_day_at_the_captured_cost(alice: Desk, house: House):
    placed, parcel = shipped(alice, house)
    refused("reason", lambda: floor.undo_ship(alice, parcel=parcel, reason=" "), "reason")
    floor.undo_ship(alice, parcel=parcel, reason="发错了")
    refused("wrong_state", lambda: floor.undo_ship(alice, parcel=parcel, reason="发错了"))
    assert state(alice, placed) == "approved"
    assert alice.value("select value from stock where sku = ?", house.teapot) == 800 * ONE
    assert accounts.charged_for(alice, placed) == 0
    assert alice.value("select cost from sales_order_line where sales_order = ?", placed) == 0
    floor.ship_packed(alice, order=placed)
    assert (on_hand(alice, house, house.teapot), owed(alice, house)) == (9, 0)
    assert clean(alice) == []


def test_what_left_yesterday_or_is_completed_comes_back_as_a_return(alice: Desk, house: House):
    placed, parcel = shipped(alice, house)
    act.complete(alice, order=placed)
    refused("completed", lambda: floor.undo_ship(alice, parcel=parcel, reason="发错了"))
    _, other = shipped(alice, house, waybill="SF2")
    clock_of(alice).now += DAY_MS
    refused("other_day", lambda: floor.undo_ship(alice, parcel=other, reason="发错了"))


def clock_of(desk: Desk) -> TestClock:
    clock = desk.journal.clock
    assert isinstance(clock, TestClock)
    return clock


def pass_days(desk: Desk, days: int) -> None:
    clock_of(desk).now += days * DAY_MS
    clock_of(desk).ticks += days * DAY_MS


def test_orders_are_completed_when_the_shops_days_are_over(alice: Desk, house: House):
    placed, _ = shipped(alice, house)
    pass_days(alice, 14)
    assert act.complete_due(alice) == 0
    pass_days(alice, 1)
    assert act.complete_due(alice) == 1
    assert state(alice, placed) == "completed"
    assert alice.get(SalesOrder, placed).completed_on == "2026-12-09"


def test_the_day_knows_what_was_sold_and_what_it_cost(alice: Desk, house: House):
    shipped(alice, house, NewLine(sku=house.teapot), NewLine(sku=house.cup, qty=2 * ONE), postage=600)
    shipped(alice, house, NewLine(sku=house.cup), waybill="SF2", discount=100)
    row = alice.row("select * from sales_day where basis = 'shipped' and day = '2026-11-24'")
    assert (row.orders, row.units, row.amount, row.cost) == (2, 4 * ONE, 12800 + 7600 + 600 + 3700, 140 * ONE)
    scanned = alice.row("select sum(receivable) as amount, sum(cost) as cost from order_list where state = 'shipped'")
    assert (row.amount, row.cost) == (scanned.amount, scanned.cost)


# ---- two boxes


def test_two_boxes_ship_the_same_order_and_somebody_is_told(alice: Desk, bella: Desk, house: House):
    """Each box's goods left, so both left; the buyer owes once; taking one parcel back puts everything right."""
    placed = approved(alice, house)
    meet(alice, bella)
    floor.ship(alice, order=placed, waybill="SF1")
    second = floor.ship(bella, order=placed, waybill="SF2")
    meet(alice, bella)
    assert problems(alice) == problems(bella) == [("shipped_twice", placed)]
    assert on_hand(alice, house, house.teapot) == on_hand(bella, house, house.teapot) == 8
    assert accounts.charged_for(alice, placed) == 12800
    floor.undo_ship(bella, parcel=second, reason="重复发货")
    meet(alice, bella)
    assert problems(alice) == problems(bella) == []
    assert (state(alice, placed), on_hand(alice, house, house.teapot)) == ("shipped", 9)
    assert accounts.charged_for(alice, placed) == 12800
    assert agree(alice, bella)
    assert clean(alice) == clean(bella) == []


def test_a_shipped_order_is_never_shown_cancelled(alice: Desk, bella: Desk, house: House):
    placed = order(alice, house, delivery_term="cod")
    act.review(alice, order=placed)
    meet(alice, bella)
    floor.ship(alice, order=placed, waybill="SF1")
    act.freeze(bella, order=placed, reason="买家来电")
    act.cancel(bella, order=placed, reason="不要了")
    meet(alice, bella)
    assert state(alice, placed) == state(bella, placed) == "shipped"
    for desk in (alice, bella):
        assert [row.document for row in desk.rows("select document from fork where kind = 'sales_order'")] == [placed]
        assert clean(desk) == []


def test_one_waybill_on_two_boxes_is_a_problem_row(alice: Desk, bella: Desk, house: House):
    first, second = approved(alice, house), approved(alice, house)
    meet(alice, bella)
    parcels = [floor.ship(alice, order=first, waybill="SF1"), floor.ship(bella, order=second, waybill="SF1")]
    meet(alice, bella)
    assert problems(alice) == problems(bella) == [("waybill_twice", min(parcels))]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=8))
def test_whatever_two_boxes_do_apart_they_agree_and_add_up(alice: Desk, bella: Desk, house: House, deeds):
    """INV-3, INV-4 and the roll-ups after merging."""
    turn(alice, "review.unmerged", "0")
    placed = approved(alice, house, NewLine(sku=house.cup))
    meet(alice, bella)
    for at_alice, deed in deeds:
        _tried(alice if at_alice else bella, placed, deed)
    meet(alice, bella)
    assert agree(alice, bella)
    assert clean(alice) == clean(bella) == []
    row = alice.value("select sum(amount) from sales_day where basis = 'shipped'") or 0
    assert row == (
        alice.value("select sum(receivable) from order_list where shipped_on <> '' and state <> 'cancelled'") or 0
    )


def _tried(desk: Desk, placed: str, deed: int) -> None:
    last = desk.value("select max(id) from parcel where sales_order = ?", placed)
    deeds = [
        lambda: floor.ship(desk, order=placed, waybill=f"{desk.box}-{desk.at}"),
        lambda: floor.undo_ship(desk, parcel=last or "", reason="试"),
        lambda: act.unreview(desk, order=placed),
        lambda: act.freeze(desk, order=placed, reason="试"),
        lambda: act.complete(desk, order=placed),
    ]
    with contextlib.suppress(Refusal):
        deeds[deed]()


def test_shipping_asked_for_twice_with_one_key_ships_once(alice: Desk, house: House):
    """INV-14: a double tap."""
    placed = approved(alice, house)
    for _ in range(2):
        alice.journal.perform(
            alice, "shipping.ship", lambda desk: floor.ship.run(desk, order=placed, waybill="SF1"), key="tap"
        ).result()
    assert on_hand(alice, house, house.teapot) == 9
    assert orders.paid(alice, placed) == 12800


def test_the_box_leaves_its_shelf_with_the_parcel_and_comes_back_with_it(alice: Desk, house: House):
    box = add_packaging(alice, name="纸箱", sku=house.cup)
    before = on_hand(alice, house, house.cup)
    placed = approved(alice, house)
    for _ in range(2):
        parcel = floor.ship(alice, order=placed, waybill="SF1", packaging=box)
        assert on_hand(alice, house, house.cup) == before - 1
        floor.undo_ship(alice, parcel=parcel, reason="少装了")
        assert on_hand(alice, house, house.cup) == before
    assert clean(alice) == []
