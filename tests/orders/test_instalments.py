"""An order paid in parts: a deposit before it is approved, the rest by due days, each a debt of its own once it left."""

from appliance.journal import Desk
from appliance.shop import accounts
from appliance.shop.accounts import Instalment
from appliance.shop.customers import Customer
from appliance.shop.orders import NewLine, SalesOrder, instalments
from appliance.shop.orders import actions as desk_of_orders
from appliance.shop.shipping import actions as floor
from tests.cast import clean, meet
from tests.orders.teahouse import House, change, order, pay, refused, state

PLAN = [
    Instalment(due_on="2026-11-24", amount=2_800),
    Instalment(due_on="2026-12-24", amount=5_000),
    Instalment(due_on="2027-01-24", amount=5_000),
]


def agree(desk: Desk, placed: str, *parts: Instalment) -> None:
    desk_of_orders.agree_instalments(desk, order=placed, parts=list(parts or PLAN))


def debts(desk: Desk, party: str) -> list[tuple[str, int]]:
    rows = desk.rows("select due_on, open from open_item where party = ? and side = 'owed' order by due_on", party)
    return [(row.due_on, row.open) for row in rows]


def test_the_deposit_is_paid_before_it_is_approved_and_the_rest_is_owed_part_by_part(alice: Desk, house: House) -> None:
    change(alice, Customer, house.li_na, credit=20_000)
    placed = order(alice, house, delivery_term="instalment")
    refused("instalments", lambda: desk_of_orders.review(alice, order=placed))
    agree(alice, placed)
    refused("paid", lambda: desk_of_orders.review(alice, order=placed))
    desk_of_orders.take_payment(alice, order=placed, account=house.till, amount=2_800)
    desk_of_orders.review(alice, order=placed)

    parcel = floor.ship(alice, order=placed, waybill="SF1")
    assert debts(alice, house.li_na) == [("2026-12-24", 5_000), ("2027-01-24", 5_000)]
    floor.undo_ship(alice, parcel=parcel, reason="装错了")
    assert debts(alice, house.li_na) == []
    floor.ship(alice, order=placed)
    desk_of_orders.take_payment(alice, order=placed, account=house.till, amount=6_000)
    assert debts(alice, house.li_na) == [("2027-01-24", 4_000)]
    pay(alice, house, placed)
    assert accounts.balance(alice, house.li_na, "customer") == 0
    assert clean(alice) == []


def test_an_order_that_waits_for_its_money_goes_on_once_parts_are_agreed(alice: Desk, house: House) -> None:
    placed = order(alice, house)
    assert state(alice, placed) == "awaiting_payment"
    agree(alice, placed)
    assert state(alice, placed) == "to_review"
    two = [Instalment(due_on="2026-12-01", amount=6_400), Instalment(due_on="2027-01-01", amount=6_400)]
    agree(alice, placed, *two)
    assert instalments(alice, placed) == two, "the parts that were agreed first hold no more"
    agree(alice, placed)
    assert instalments(alice, placed) == PLAN


def test_goods_that_change_ask_for_a_new_agreement(alice: Desk, house: House) -> None:
    change(alice, Customer, house.li_na, credit=50_000)
    placed = order(alice, house)
    agree(alice, placed)
    desk_of_orders.change_lines(alice, order=placed, lines=[NewLine(sku=house.teapot, qty=20_000)])
    refused("instalments", lambda: desk_of_orders.review(alice, order=placed))


def test_who_pays_in_parts_is_known_and_the_order_still_open(alice: Desk, house: House) -> None:
    stranger = order(alice, house, customer="", name="路人", phone="13900001111")
    refused("no_customer", lambda: agree(alice, stranger))
    refused("no_customer", lambda: order(alice, house, customer="", name="路人", delivery_term="instalment"))
    placed = order(alice, house)
    refused("parts", lambda: agree(alice, placed, PLAN[0]), "parts")
    pay(alice, house, placed)
    desk_of_orders.review(alice, order=placed)
    refused("wrong_state", lambda: agree(alice, placed))


def test_two_boxes_that_ship_it_apart_charge_each_part_once(alice: Desk, bella: Desk, house: House) -> None:
    change(alice, Customer, house.li_na, credit=20_000)
    placed = order(alice, house)
    agree(alice, placed)
    desk_of_orders.take_payment(alice, order=placed, account=house.till, amount=2_800)
    desk_of_orders.review(alice, order=placed)
    meet(alice, bella)
    floor.ship(alice, order=placed, waybill="SF1")
    floor.ship(bella, order=placed, waybill="SF2")
    meet(alice, bella)
    assert debts(alice, house.li_na) == debts(bella, house.li_na) == [("2026-12-24", 5_000), ("2027-01-24", 5_000)]
    assert alice.get(SalesOrder, placed).receivable == accounts.charged_for(alice, placed)
