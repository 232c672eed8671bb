"""The counter: one action takes the goods, the money and the finished order."""

from appliance.journal import ONE, Desk, Rights
from appliance.shop import accounts, inventory
from appliance.shop.customers import Customer
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders.deciding import Objected
from appliance.shop.settings import Shop
from appliance.shop.shipping import counter_sale
from appliance.shop.shipping.counter import Tender
from tests.cast import clean
from tests.orders.teahouse import House, change, refused, state


def drawer(desk: Desk, house: House) -> int:
    return desk.value("select amount from account_balance where account = ?", house.till) or 0


def test_a_stranger_buys_a_teapot(alice: Desk, house: House):
    sold = counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.teapot)])
    found = alice.get(SalesOrder, sold)
    assert (state(alice, sold), found.receiver, found.completed_on) == ("completed", "", "2026-11-24")
    assert inventory.on_hand(alice, house.warehouse, house.teapot) == 9 * ONE
    assert drawer(alice, house) == 12800
    assert accounts.charged_for(alice, sold) == accounts.received_for(alice, sold) == 12800
    assert alice.value("select paid from order_list where id = ?", sold) == 12800
    assert alice.value("select cost from sales_day where basis = 'completed'") == 80 * ONE
    assert clean(alice) == []


def test_li_na_pays_at_the_end_of_the_month(alice: Desk, house: House):
    refused(
        "no_customer", lambda: counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.cup)], on_account=True)
    )
    sale = {"shop": house.counter, "customer": house.li_na, "lines": [NewLine(sku=house.cup)], "on_account": True}
    refused("credit_over", lambda: counter_sale(alice, **sale))
    change(alice, Customer, house.li_na, credit=10000, credit_days=30)
    counter_sale(alice, **sale)
    assert accounts.balance(alice, house.li_na, "customer") == 3800
    assert drawer(alice, house) == 0
    assert alice.value("select due_on from charged") == "2026-12-24"


def test_goods_that_are_not_there_are_not_sold(alice: Desk, house: House):
    refused(
        "stock_short", lambda: counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.cup, qty=41 * ONE)])
    )
    assert alice.value("select count(*) from sales_order") == 0


def test_a_sale_is_paid_part_in_cash_and_part_in_a_wallet(alice: Desk, house: House):
    wallet = accounts.open_account(alice, name="微信", kind="wechat")
    lines = [NewLine(sku=house.teapot)]
    tenders = [Tender(amount=2_800), Tender(account=wallet, amount=10_000), Tender(account=house.till, amount=0)]
    sold = counter_sale(alice, shop=house.counter, lines=lines, tenders=tenders)
    assert drawer(alice, house) == 2_800
    assert alice.value("select amount from account_balance where account = ?", wallet) == 10_000
    assert alice.value("select count(*) from money_paper where document = ?", sold) == 1, "one receipt over both"
    short = [Tender(account=wallet, amount=12_000)]
    refused("tenders", lambda: counter_sale(alice, shop=house.counter, lines=lines, tenders=short), "tenders")
    assert clean(alice) == []


def test_money_needs_a_place(alice: Desk, house: House):
    change(alice, Shop, house.counter, account="")
    refused("no_account", lambda: counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.cup)]), "account")


def test_a_cashier_does_not_sell_under_cost(alice: Desk, house: House):
    cheap = [NewLine(sku=house.teapot, price=79 * ONE)]
    cashier = alice.journal.desk(who="c", branch=alice.branch, rights=Rights(("shipping.*",)))
    assert isinstance(refused("below_cost", lambda: counter_sale(cashier, shop=house.counter, lines=cheap)), Objected)
    counter_sale(alice, shop=house.counter, lines=cheap)


def test_a_gift_leaves_the_shelf_without_money(alice: Desk, house: House):
    counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.cup, gift=True)])
    assert (drawer(alice, house), inventory.on_hand(alice, house.warehouse, house.cup)) == (0, 39 * ONE)
