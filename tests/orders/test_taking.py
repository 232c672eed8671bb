"""Orders are taken at the counter, on the phone, and from marketplaces; every fen of them adds up."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal, Rights, action, business_day, times
from appliance.shop import catalog, customers, orders
from appliance.shop.customers import Customer, CustomerClass
from appliance.shop.customers import actions as customers_of
from appliance.shop.orders import NewLine, NewReceiver, Receiver, SalesOrder, TakenLine
from appliance.shop.orders import actions as act
from appliance.shop.orders.amounts import Asked, settle
from appliance.shop.settings import Courier, Shop, Warehouse, working_day
from appliance.shop.settings.actions import turn_switches
from appliance.shop.shipping import actions as floor
from tests.cast import agree, clean, meet
from tests.orders.teahouse import ADDRESS, House, approved, change, held, order, refused, state


def lines_of(desk: Desk, placed: str) -> list:
    return desk.rows("select * from sales_order_line where sales_order = ? and deleted = 0 order by place", placed)


def test_li_na_orders_a_teapot_and_two_cups(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot), NewLine(sku=house.cup, qty=2 * ONE), postage=1000)
    found = alice.get(SalesOrder, placed)
    assert found.number.startswith("SO-A1-")
    assert (found.goods_amount, found.receivable) == (20400, 21400)
    assert found.warehouse == house.warehouse
    assert found.courier == house.sf
    assert state(alice, placed) == "awaiting_payment"
    assert alice.get(Receiver, found.receiver).name == "李娜"
    assert held(alice, house, house.cup, "unpaid") == 2 * ONE
    assert clean(alice) == []


def test_the_discount_is_spread_by_the_largest_remainder(alice: Desk, house: House):
    three = [
        NewLine(sku=house.cup, price=333_000),
        NewLine(sku=house.cup, price=333_000),
        NewLine(sku=house.cup, price=334_000),
    ]
    placed = order(alice, house, *three, discount=1000)
    assert [line.amount for line in lines_of(alice, placed)] == [3330 - 333, 3330 - 333, 3340 - 334]


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**8), st.integers(0, 100)), min_size=1, max_size=8),
    st.integers(0, 100),
    st.integers(0, 10**5),
    st.integers(0, 10**5),
)
def test_line_amounts_postage_and_other_charges_are_the_receivable(sold, off, postage, other):
    """INV-5, whatever is sold at whatever discount."""
    lines = [Asked(qty, price, times(price, qty) * share // 100) for qty, price, share in sold]
    discount = sum(line.net for line in lines) * off // 100
    settled = settle(lines, discount=discount, postage=postage, other=other)
    assert sum(settled.amounts) + postage + other == settled.receivable
    assert sum(settled.postage_shares) == postage
    assert settled.receivable == settled.goods_amount - discount + postage + other
    assert all(0 <= amount <= line.net for amount, line in zip(settled.amounts, lines, strict=True))


def test_a_price_list_goes_before_the_class_and_the_class_before_the_retail_price(alice: Desk, house: House):
    gold = customers.actions.create_class(alice, name="金卡", discount=9_000)
    change(alice, Customer, house.li_na, customer_class=gold)
    assert lines_of(alice, order(alice, house))[0].price == 1_152_000
    change(alice, CustomerClass, gold, disabled=True)
    assert lines_of(alice, order(alice, house))[0].price == 128 * ONE
    agreed = catalog.add_price_list(alice, name="批发")
    catalog.set_list_prices(alice, price_list=agreed, prices=[catalog.PriceRow(sku=house.teapot, price=100 * ONE)])
    change(alice, Customer, house.li_na, price_list=agreed)
    assert lines_of(alice, order(alice, house))[0].price == 100 * ONE


def test_a_gift_costs_nothing(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot), NewLine(sku=house.cup, gift=True))
    assert [line.amount for line in lines_of(alice, placed)] == [12800, 0]


def test_an_order_on_account_waits_for_review_at_once(alice: Desk, house: House):
    assert state(alice, order(alice, house, delivery_term="on_account")) == "to_review"
    assert state(alice, order(alice, house, delivery_term="cod")) == "to_review"


def test_an_address_in_one_piece_is_cut_into_its_parts(alice: Desk, house: House):
    placed = order(alice, house, province="", city="", district="", street="浙江省杭州市余杭区文一西路 969 号")
    receiver = alice.get(Receiver, alice.get(SalesOrder, placed).receiver)
    assert (receiver.province, receiver.city, receiver.district) == ("浙江省", "杭州市", "余杭区")
    assert receiver.street == "文一西路 969 号"


BAD = [
    ("no_lines", "lines", {"lines": []}),
    ("quantity", "lines.0.qty", {"lines": [{"qty": 0}]}),
    ("fraction", "lines.0.qty", {"lines": [{"qty": ONE // 2}]}),
    ("price", "lines.0.price", {"lines": [{"price": -1}]}),
    ("discount", "lines.0.discount", {"lines": [{"discount": 12801}]}),
    ("discount", "discount", {"discount": 12801}),
    ("discount", "discount", {"discount": -1}),
    ("charges", "postage", {"postage": -1}),
    ("charges", "other", {"other": -1}),
    ("masked", "phone", {"phone": "138****2266"}),
    ("unprintable", "name", {"name": "李\u200b娜"}),
    ("region", "district", {"district": "浦东新区"}),
    ("no_customer", "customer", {"customer": "", "delivery_term": "on_account"}),
]


@pytest.mark.parametrize(("code", "field", "asked"), BAD, ids=[f"{code}-{field}" for code, field, _ in BAD])
def test_what_cannot_be_sold_is_refused_beside_its_field(alice: Desk, house: House, code: str, field: str, asked: dict):
    lines = [NewLine(sku=house.teapot, **one) for one in asked.pop("lines", [{}])]
    given = {"shop": house.counter, "customer": house.li_na, **ADDRESS, **asked}
    refused(code, lambda: orders.create(alice, lines=lines, **given), field)


def test_what_is_not_in_use_any_more_is_refused(alice: Desk, house: House):
    cases = [
        (catalog.Goods, alice.get(catalog.Sku, house.cup).goods, {"disabled": True}, "lines.0.sku"),
        (Customer, house.li_na, {"disabled": True}, "customer"),
        (Courier, house.sf, {"disabled": True}, "courier"),
        (Warehouse, house.warehouse, {"disabled": True}, "warehouse"),
        (Shop, house.counter, {"disabled": True}, "shop"),
    ]
    for kind, record, fields, field in cases:
        change(alice, kind, record, **fields)
        refused("disabled", lambda: order(alice, house, NewLine(sku=house.cup)), field)
        change(alice, kind, record, disabled=False)
    change(alice, Shop, house.counter, warehouse="")
    refused("no_warehouse", lambda: order(alice, house), "warehouse")


def test_nobody_gives_more_away_than_their_role_allows(alice: Desk, house: House):
    cashier = alice.journal.desk(who="c", branch=alice.branch, rights=Rights(("*",), limits={"discount": 1000}))
    placed = order(cashier, house, discount=1280)
    assert cashier.get(SalesOrder, placed).receivable == 11520
    refused("discount_limit", lambda: order(cashier, house, discount=1281), "discount")
    refused("discount_limit", lambda: order(cashier, house, NewLine(sku=house.teapot, price=100 * ONE)), "discount")


def test_nobody_sells_at_less_margin_than_their_role_allows(alice: Desk, house: House):
    cashier = alice.journal.desk(who="c", branch=alice.branch, rights=Rights(("*",), limits={"margin": 2_000}))
    placed = order(cashier, house, NewLine(sku=house.teapot, price=100 * ONE))
    refused("margin_limit", lambda: order(cashier, house, NewLine(sku=house.teapot, price=99 * ONE)), "discount")
    cheaper = [NewLine(sku=house.teapot, price=99 * ONE)]
    refused("margin_limit", lambda: act.change_lines(cashier, order=placed, lines=cheaper), "discount")
    order(cashier, house, NewLine(sku=house.tea, price=0))  # nobody knows what it cost


# ---- from a marketplace


def taken(desk: Desk, house: House, **more) -> str:
    given = {
        "raw_order": "raw-1", "shop": house.taobao, "platform_number": "2309884211703500", "paid": 12800,
        "lines": [
            TakenLine(raw_line="raw-1-1", sku=house.teapot, title="茶壶", qty=2 * ONE, price=64 * ONE, amount=12000)
        ],
        "receiver": NewReceiver(
            name="周**", phone="138****2266", street="浙江省杭州市余杭区文一西路", masked=True, oaid="OA1"
        ),
        "postage": 800, "placed_at": 1_795_485_000_000, "paid_at": 1_795_485_100_000,
    }  # fmt: skip
    return take(desk, **{**given, **more})


@action("Take")
def take(desk: Desk, **given) -> str:
    return orders.take(desk, **given)


def test_a_platform_order_keeps_the_platforms_amounts(alice: Desk, house: House):
    placed = taken(alice, house)
    found, line = alice.get(SalesOrder, placed), lines_of(alice, placed)[0]
    assert (found.receivable, found.platform_paid, found.day, found.paid_on) == (
        12800,
        12800,
        "2026-11-24",
        "2026-11-24",
    )
    assert (line.amount, line.discount, line.title) == (12000, 800, "青瓷茶壶")
    assert state(alice, placed) == "to_review"
    assert alice.get(Receiver, found.receiver).district == "余杭区"


def test_a_platform_order_that_is_not_paid_waits(alice: Desk, house: House):
    assert state(alice, taken(alice, house, paid=0, paid_at=0)) == "awaiting_payment"


def test_an_order_shipped_long_ago_enters_as_history_only(alice: Desk, house: House):
    placed = taken(alice, house, shipped_long_ago=True)
    assert state(alice, placed) == "shipped"
    assert held(alice, house, house.teapot, "pending_ship") == 0


def test_taking_the_same_raw_order_twice_makes_one_order(alice: Desk, bella: Desk, house: House):
    """INV-11, on one box and on two."""
    assert taken(alice, house) == taken(alice, house) == taken(bella, house)
    meet(alice, bella)
    assert agree(alice, bella)
    assert alice.value("select count(*) from order_list where raw_order = 'raw-1'") == 1
    assert state(alice, taken(alice, house)) == state(bella, taken(bella, house)) == "to_review"
    assert clean(alice) == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 5))
def test_no_two_orders_share_a_number(alice: Desk, bella: Desk, house: House, count: int):
    """INV-11."""
    for _ in range(count):
        order(alice, house)
        order(bella, house)
    meet(alice, bella)
    assert alice.value("select count(*) - count(distinct number) from sales_order") == 0


def test_an_order_asked_for_twice_with_one_key_is_one_order(alice: Desk, house: House):
    """INV-14: a double tap."""
    given = {"shop": house.counter, "customer": house.li_na, "lines": [NewLine(sku=house.teapot)], **ADDRESS}
    first, second = (
        alice.journal.perform(alice, "orders.create", lambda desk: orders.create.run(desk, **given), key="tap").result()
        for _ in range(2)
    )
    assert first.value == second.value
    assert second.repeated
    assert alice.value("select count(*) from sales_order") == 1
    assert held(alice, house, house.teapot, "unpaid") == ONE


def test_a_record_that_is_not_there_is_refused(alice: Desk, house: House):
    with pytest.raises(Refusal, match="not here any more"):
        order(alice, house, NewLine(sku="nothing"))


def test_an_order_of_ours_is_promised_in_working_days(alice: Desk, house: House) -> None:
    assert alice.get(SalesOrder, order(alice, house)).ship_by == 0
    turn_switches(alice, promise_days=2, promise_until="17:30")
    promised = alice.get(SalesOrder, order(alice, house)).ship_by
    day = working_day(alice, alice.day, 2)
    assert business_day(promised, 480) == day
    assert (promised // 60_000 + 480) % 1440 == 17 * 60 + 30


def test_a_customer_is_known_by_what_left_for_them_and_after_a_merge_for_both_files(alice: Desk, house: House) -> None:
    def bought(customer: str) -> tuple[int, int]:
        row = alice.row("select orders, bought from customer_list where id = ?", customer)
        assert row is not None
        return row["orders"], row["bought"]

    placed = approved(alice, house)
    assert bought(house.li_na) == (0, 0)
    parcel = floor.ship(alice, order=placed, waybill="SF1")
    assert bought(house.li_na) == (1, 12_800)
    other = customers.create(alice, name="李娜", phone="13911110000")
    floor.counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.cup)], customer=other, account=house.till)
    assert bought(other) == (1, 3_800)
    customers_of.merge(alice, customer=house.li_na, other=other)
    assert bought(min(house.li_na, other)) == (2, 16_600)
    floor.undo_ship(alice, parcel=parcel, reason="地址不对")
    assert bought(min(house.li_na, other)) == (1, 3_800)
    assert clean(alice) == []
