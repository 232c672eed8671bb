"""Deciding about orders: approve, force, send back, freeze, cancel, complete; and what two boxes do apart."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal
from appliance.shop import customers, inventory, orders
from appliance.shop.customers import Customer
from appliance.shop.orders import Exceptions, NewLine, SalesOrder, SalesOrderLine
from appliance.shop.orders import actions as desk_of_orders
from appliance.shop.orders.deciding import Objected
from appliance.shop.orders.records import OPEN, ORDER_FLOW
from appliance.shop.settings import Shop
from tests.cast import agree, clean, meet
from tests.orders.teahouse import House, approved, change, held, order, pay, refused, state, turn

act = desk_of_orders


def test_a_paid_order_waits_for_review_and_an_approved_one_holds_its_goods(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.cup, qty=3 * ONE))
    pay(alice, house, placed)
    assert state(alice, placed) == "to_review"
    assert held(alice, house, house.cup, "pending_review") == 3 * ONE
    act.review(alice, order=placed)
    assert state(alice, placed) == "approved"
    assert held(alice, house, house.cup, "pending_review") == 0
    assert held(alice, house, house.cup, "pending_ship") == 3 * ONE
    assert inventory.available(alice, house.warehouse, house.cup) == 37 * ONE
    assert clean(alice) == []


def test_a_part_payment_is_not_enough(alice: Desk, house: House):
    placed = order(alice, house)
    act.take_payment(alice, order=placed, account=house.till, amount=10000)
    assert state(alice, placed) == "awaiting_payment"
    refused("unpaid", lambda: act.submit(alice, order=placed))
    act.take_payment(alice, order=placed, account=house.till, amount=2800)
    assert state(alice, placed) == "to_review"
    assert alice.get(SalesOrder, placed).paid_on == "2026-11-24"


def test_a_payment_is_more_than_nothing_and_not_more_than_is_missing(alice: Desk, house: House):
    placed = order(alice, house)
    refused("amount", lambda: act.take_payment(alice, order=placed, account=house.till, amount=0), "amount")
    refused("too_much", lambda: act.take_payment(alice, order=placed, account=house.till, amount=12801), "amount")
    act.cancel(alice, order=placed, reason="不要了")
    refused("wrong_state", lambda: act.take_payment(alice, order=placed, account=house.till, amount=1))


def test_an_objection_says_all_that_is_in_the_way_and_where_to_put_it_right(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot, qty=11 * ONE), phone="13900001111")
    pay(alice, house, placed)
    act.freeze(alice, order=placed, reason="等电话")
    with pytest.raises(Objected) as said:
        act.review(alice, order=placed)
    assert [one.code for one in said.value.findings] == ["frozen", "stock_short"]
    assert said.value.remedy == f"/do/orders/unfreeze?order={placed}"
    with pytest.raises(Objected) as said:
        act.quick_review(alice, order=placed)
    assert [one.code for one in said.value.findings] == ["frozen"]


def test_forcing_overrides_warnings_with_a_reason_but_never_what_must_not_be(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot, qty=11 * ONE))
    refused("wrong_state", lambda: act.revert(alice, order=placed, reason="x"))
    refused("state", lambda: act.force_review(alice, order=placed, reason="明天到货"))
    pay(alice, house, placed)
    refused("reason", lambda: act.force_review(alice, order=placed, reason=" "), "reason")
    act.force_review(alice, order=placed, reason="明天到货")
    assert state(alice, placed) == "approved"
    assert alice.get(SalesOrder, placed).forced_reason == "明天到货"


def test_an_order_that_passes_a_gate_goes_by_the_accountant(alice: Desk, house: House):
    turn(alice, "finance.discount", "1000")
    placed = order(alice, house, discount=1000)
    refused("wrong_state", lambda: act.finance_review(alice, order=placed))
    pay(alice, house, placed)
    act.review(alice, order=placed)
    assert state(alice, placed) == "to_finance_review"
    refused("finance", lambda: act.review(alice, order=placed))
    act.finance_review(alice, order=placed)
    assert state(alice, placed) == "approved"


def test_the_accountant_sends_it_back_and_somebody_has_to_clear_the_reason(alice: Desk, house: House):
    turn(alice, "finance.manual", "1")
    placed = order(alice, house)
    pay(alice, house, placed)
    act.review(alice, order=placed)
    refused("reason", lambda: act.revert(alice, order=placed, reason=""), "reason")
    refused("not_reverted", lambda: act.clear_revert(alice, order=placed))
    act.revert(alice, order=placed, reason="折扣没批")
    assert state(alice, placed) == "to_review"
    refused("reverted", lambda: act.review(alice, order=placed))
    act.clear_revert(alice, order=placed)
    act.review(alice, order=placed)
    assert state(alice, placed) == "to_finance_review"


def test_taking_an_approval_back_frees_the_goods(alice: Desk, house: House):
    placed = approved(alice, house)
    act.unreview(alice, order=placed)
    assert held(alice, house, house.teapot, "pending_ship") == 0
    refused("wrong_state", lambda: act.unreview(alice, order=placed))


def test_frozen_and_unfrozen(alice: Desk, house: House):
    placed = order(alice, house)
    refused("not_frozen", lambda: act.unfreeze(alice, order=placed))
    refused("reason", lambda: act.freeze(alice, order=placed, reason="  "), "reason")
    act.freeze(alice, order=placed, reason="等电话")
    assert alice.value("select frozen from order_list where id = ?", placed) == 1
    act.unfreeze(alice, order=placed)
    act.cancel(alice, order=placed, reason="不要了")
    refused("wrong_state", lambda: act.freeze(alice, order=placed, reason="等电话"))


def test_what_the_platform_changes_stops_the_order_until_somebody_looks(alice: Desk, house: House):
    placed = order(alice, house)
    pay(alice, house, placed)
    note(alice, placed, Exceptions.ADDRESS)
    note(alice, placed, Exceptions.NOTE)
    assert alice.get(SalesOrder, placed).exceptions == Exceptions.ADDRESS | Exceptions.NOTE
    refused("exceptions", lambda: act.review(alice, order=placed))
    act.clear_exceptions(alice, order=placed)
    refused("no_exception", lambda: act.clear_exceptions(alice, order=placed))
    act.review(alice, order=placed)


def test_a_forced_order_is_not_stopped_by_the_same_change_again(alice: Desk, house: House):
    placed = order(alice, house)
    pay(alice, house, placed)
    note(alice, placed, Exceptions.ADDRESS)
    act.force_review(alice, order=placed, reason="问过买家")
    assert alice.get(SalesOrder, placed).exceptions == 0


def note(desk: Desk, placed: str, bit: Exceptions) -> None:
    desk.journal.perform(desk, "test.note", lambda at_work: orders.raise_exception(at_work, placed, bit)).result()


def test_a_cancelled_order_frees_its_goods_for_ever(alice: Desk, house: House):
    placed = order(alice, house)
    refused("reason", lambda: act.cancel(alice, order=placed, reason=""), "reason")
    act.cancel(alice, order=placed, reason="不要了")
    assert held(alice, house, house.teapot, "unpaid") == 0
    refused("wrong_state", lambda: act.submit(alice, order=placed))


def test_a_paid_order_is_not_cancelled_before_the_money_went_back(alice: Desk, house: House):
    placed = order(alice, house)
    pay(alice, house, placed)
    refused("paid", lambda: act.cancel(alice, order=placed, reason="不要了"))


def test_an_approved_order_is_stopped_before_it_is_cancelled(alice: Desk, house: House):
    placed = order(alice, house, delivery_term="cod")
    act.review(alice, order=placed)
    refused("not_intercepted", lambda: act.cancel(alice, order=placed, reason="不要了"))
    act.freeze(alice, order=placed, reason="买家要取消")
    act.cancel(alice, order=placed, reason="不要了")
    assert state(alice, placed) == "cancelled"


def test_who_pays_later_may_owe_so_much(alice: Desk, house: House):
    change(alice, Customer, house.li_na, credit=20000)
    first = order(alice, house, delivery_term="on_account")
    act.review(alice, order=first)
    second = order(alice, house, delivery_term="on_account")
    found = refused("credit", lambda: act.review(alice, order=second))
    assert found.params == {"credit": "¥200.00", "owed": "¥256.00"}


def test_the_blacklist_is_asked_through_merged_files(alice: Desk, house: House):
    placed = order(alice, house)
    pay(alice, house, placed)
    change(alice, Customer, customers.current(alice, house.li_na), blacklisted=True, blacklist_reason="拒收三次")
    assert refused("blacklisted", lambda: act.review(alice, order=placed)).params == {"reason": "拒收三次"}


def test_another_order_of_the_same_person_is_pointed_out(alice: Desk, house: House):
    first, second = order(alice, house, delivery_term="cod"), order(alice, house, delivery_term="cod")
    found = refused("unmerged", lambda: act.review(alice, order=first))
    assert found.params == {"numbers": alice.get(SalesOrder, second).number}


def test_complete_is_for_shipped_orders_only(alice: Desk, house: House):
    refused("wrong_state", lambda: act.complete(alice, order=approved(alice, house)))


def test_an_order_that_is_not_there_cannot_be_reviewed(alice: Desk, house: House):
    refused("missing", lambda: act.review(alice, order="nothing"))
    placed = order(alice, house)
    alice.journal.do(alice, "orders.remove", lambda desk: desk.remove(SalesOrder, placed))
    refused("missing", lambda: act.review(alice, order=placed))


# ---- what must hold, whatever people do


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=10))
def test_what_is_held_is_the_sum_of_open_lines_and_available_follows(alice: Desk, house: House, steps):
    """INV-3, INV-4 and the day roll-ups, after any mixture of deeds."""
    for deed, count in steps:
        _tried(alice, house, deed, count)
    _buckets_are_true(alice, house)
    _roll_ups_equal_the_scan(alice)
    assert clean(alice) == []


def _tried(desk: Desk, house: House, deed: int, count: int) -> None:
    last = desk.value("select id from sales_order order by id desc limit 1")
    deeds = {
        0: lambda: order(desk, house, NewLine(sku=house.cup, qty=count * ONE), discount=count),
        1: lambda: order(desk, house, NewLine(sku=house.teapot, qty=count * ONE), delivery_term="cod", postage=count),
        2: lambda: pay(desk, house, last),
        3: lambda: act.force_review(desk, order=last, reason="试"),
        4: lambda: act.unreview(desk, order=last),
        5: lambda: act.cancel(desk, order=last, reason="试"),
        6: lambda: act.freeze(desk, order=last, reason="试"),
    }
    with contextlib.suppress(Refusal):
        deeds[deed]()


def _buckets_are_true(desk: Desk, house: House) -> None:
    names = {"awaiting_payment": "unpaid", "preorder": "preorder", "approved": "pending_ship"}
    scan: dict[tuple[str, str], int] = {}
    for placed in desk.rows("select id, state from sales_order"):
        if placed.state in OPEN:
            for line in desk.rows("select sku, qty from sales_order_line where sales_order = ?", placed.id):
                key = (line.sku, names.get(placed.state, "pending_review"))
                scan[key] = scan.get(key, 0) + line.qty
    kept = {(row.sku, row.bucket): row.qty for row in desk.rows("select * from held where n <> 0")}
    assert kept == scan
    for sku in (house.teapot, house.cup):
        taken = sum(qty for (one, bucket), qty in scan.items() if one == sku and bucket in inventory.HELD_BACK)
        left = inventory.on_hand(desk, house.warehouse, sku) - taken
        assert inventory.available(desk, house.warehouse, sku) == left


def _roll_ups_equal_the_scan(desk: Desk) -> None:
    scanned = desk.rows(
        "select 'placed' as basis, day, shop, count(*) as orders, sum(receivable) as amount from sales_order "
        "where state not in ('draft', 'cancelled', 'merged') group by day, shop "
        "union all select 'paid', paid_on, shop, count(*), sum(receivable) from sales_order "
        "where state not in ('draft', 'cancelled', 'merged') and paid_on <> '' group by paid_on, shop"
    )
    kept = desk.rows("select basis, day, shop, orders, amount from sales_day where n <> 0")
    assert sorted(map(tuple, kept)) == sorted(map(tuple, scanned))


def test_every_state_but_the_last_three_leads_on_and_ranks_are_as_the_shop_wants_them():
    assert [name for name in ORDER_FLOW.states if not ORDER_FLOW.steps.get(name)] == ["completed", "cancelled"]
    rank = ORDER_FLOW.rank
    assert rank["completed"] > rank["shipped"] > rank["cancelled"] > rank.get("approved", 0)


def test_two_boxes_that_edit_apart_agree_afterwards(alice: Desk, bella: Desk, house: House):
    placed = order(alice, house, delivery_term="cod")
    meet(alice, bella)
    act.review(alice, order=placed)
    act.cancel(bella, order=placed, reason="买家来电")
    meet(alice, bella)
    assert state(alice, placed) == state(bella, placed) == "cancelled"
    assert held(bella, house, house.teapot, "pending_ship") == 0
    assert agree(alice, bella)
    assert clean(bella) == []


def test_a_renamed_shop_does_not_rewrite_old_orders(alice: Desk, house: House):
    placed = order(alice, house)
    change(alice, Shop, house.counter, name="新名字")
    assert alice.value("select shop_name from order_list where id = ?", placed) == "counter"
    assert clean(alice) == []


def test_lines_say_what_they_cost_only_when_they_left(alice: Desk, house: House):
    placed = approved(alice, house)
    line = alice.value("select id from sales_order_line where sales_order = ?", placed)
    assert alice.get(SalesOrderLine, line).cost == 0
