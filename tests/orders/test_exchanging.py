"""Exchange: other goods go to the same receiver, once what they are sent for has come back."""

from appliance.journal import Desk
from appliance.shop.orders import NewLine, Receiver, SalesOrder
from appliance.shop.orders import actions as desk_of_orders
from appliance.shop.shipping import actions as floor
from tests.cast import clean
from tests.orders.teahouse import House, approved, change, order, refused, state


def sent(desk: Desk, house: House) -> str:
    placed = approved(desk, house)
    floor.ship(desk, order=placed, waybill="SF1")
    return placed


def test_a_cup_is_sent_for_the_teapot_that_comes_back(alice: Desk, house: House) -> None:
    placed = sent(alice, house)
    made = desk_of_orders.exchange(alice, order=placed, lines=[NewLine(sku=house.cup)])
    found = alice.get(SalesOrder, made)
    assert (found.kind, found.receivable, found.exchange_for, state(alice, made)) == (
        "exchange",
        0,
        placed,
        "to_review",
    )
    assert alice.get(Receiver, found.receiver).street == "文一西路 969 号"
    refused("return_missing", lambda: desk_of_orders.review(alice, order=made))
    desk_of_orders.return_arrived(alice, order=made)
    desk_of_orders.review(alice, order=made)
    assert clean(alice) == []


def test_a_difference_in_price_is_paid_first_and_a_masked_receiver_stays_masked(alice: Desk, house: House) -> None:
    placed = sent(alice, house)
    change(alice, Receiver, alice.get(SalesOrder, placed).receiver, masked=True, phone="138****2266", oaid="t")
    dearer = [NewLine(sku=house.teapot, price=300_000)]
    made = desk_of_orders.exchange(alice, order=placed, lines=dearer)
    assert (state(alice, made), alice.get(SalesOrder, made).receivable) == ("awaiting_payment", 3_000)
    receiver = alice.get(Receiver, alice.get(SalesOrder, made).receiver)
    assert (receiver.masked, receiver.phone, receiver.oaid) == (True, "138****2266", "t")


def test_only_what_was_sent_is_exchanged_and_only_an_exchange_waits_for_a_return(alice: Desk, house: House) -> None:
    placed = order(alice, house)
    refused("wrong_state", lambda: desk_of_orders.exchange(alice, order=placed, lines=[NewLine(sku=house.cup)]))
    refused("no_exchange", lambda: desk_of_orders.return_arrived(alice, order=placed))
    made = desk_of_orders.exchange(alice, order=sent(alice, house), lines=[NewLine(sku=house.cup)])
    said = "{day} has not come yet."
    assert (
        refused("", lambda: desk_of_orders.return_arrived(alice, order=made, day="2026-11-25"), "day").sentence == said
    )
