"""The deeds of the drill: what three branches do that were cut apart, and how a person settles it."""

from collections.abc import Callable
from typing import Any

from appliance.journal import ONE, Desk
from appliance.shop import catalog, orders
from appliance.shop.branches import actions as inbox
from appliance.shop.catalog.pricing import set_prices
from appliance.shop.inventory import OpeningLine, opening_stock
from appliance.shop.orders import NewLine
from appliance.shop.orders import actions as desk_of_orders
from appliance.shop.settings.sending import add_courier
from appliance.shop.shipping import actions as floor

CASES = ("problem_step_fork", "problem_value_conflict", "problem_told_differently", "problem_oversold")
TEAPOT, CUP = "TEAPOT", "CUP"


def fill(desk: Desk) -> str:
    """Three goods on the shelf of the first branch, one last teapot among them; returns an order that waits to leave."""
    for name, code, price in (("青瓷茶壶", TEAPOT, 128), ("茶杯", CUP, 38)):
        catalog.add_goods(desk, name=name, no=code, skus=[catalog.NewSku(code=code, retail=price * ONE)])
    add_courier(desk, name="顺丰速运", code="SF", cod=True)
    warehouse = desk.value("select id from warehouse where branch = ?", desk.branch)
    opening_stock(
        desk, warehouse=warehouse,
        lines=[
            OpeningLine(sku=_sku(desk, TEAPOT), qty=ONE, cost=80 * ONE),
            OpeningLine(sku=_sku(desk, CUP), qty=40 * ONE, cost=20 * ONE),
        ],
    )  # fmt: skip
    order = _order(desk, CUP)
    desk_of_orders.review(desk, order=order)
    desk_of_orders.freeze(desk, order=order, reason="等客户电话")
    return order


def promise(desk: Desk) -> str:
    """Sell the teapot of the first branch's warehouse to a buyer who gets it by parcel."""
    order = _order(desk, TEAPOT)
    warehouse = desk.value("select l.warehouse from stock_level l where l.sku = ?", _sku(desk, TEAPOT))
    desk_of_orders.change_warehouse(desk, order=order, warehouse=warehouse)
    desk_of_orders.review(desk, order=order)
    return order


def ship(desk: Desk, order: str) -> None:
    """The buyer called: the parcel leaves."""
    desk_of_orders.unfreeze(desk, order=order)
    floor.ship(desk, order=order, waybill="SF1000001")


def cancel(desk: Desk, order: str) -> None:
    """The buyer called another branch: he does not want it."""
    desk_of_orders.cancel(desk, order=order, reason="客户不要了")


def price(desk: Desk, yuan: str) -> None:
    """Correct the price of the cup."""
    set_prices(desk, sku=_sku(desk, CUP), retail=int(yuan) * ONE)


def let_stand(desk: Desk) -> None:
    """It stays shipped."""
    inbox.let_stand(desk, case=desk.value("select id from problem_step_fork"))


def keep_first(desk: Desk) -> None:
    """Of the two prices the one that was written first counts."""
    case = desk.value("select id from problem_value_conflict")
    side = desk.value("select side from conflict_side where problem = ? order by at", case)
    inbox.keep_value(desk, case=case, side=side)


def give_way(desk: Desk) -> str:
    """The buyer who came last takes his money back; returns his order."""
    order = str(desk.value("select last_order from problem_oversold"))
    desk_of_orders.unreview(desk, order=order)
    desk_of_orders.cancel(desk, order=order, reason="最后一把给了先买的客户")
    return order


def _order(desk: Desk, code: str) -> str:
    shop = desk.value("select id from shop where branch = ? and platform = 'counter'", desk.branch)
    order = orders.create(
        desk, shop=shop, lines=[NewLine(sku=_sku(desk, code))], delivery_term="cod", name="李娜",
        courier=desk.value("select id from courier"),
        phone=f"1380000{desk.journal.author[0]:04d}", province="浙江省", city="杭州市", district="西湖区",
        street=f"文一路 {desk.box}",
    )  # fmt: skip
    if desk.state(orders.SalesOrder, order) != "to_review":
        desk_of_orders.submit(desk, order=order)
    return order


def _sku(desk: Desk, code: str) -> str:
    return catalog.by_code(desk, code) or ""


DEEDS: dict[str, Callable[..., Any]] = {
    "promise": promise, "ship": ship, "cancel": cancel, "price": price, "let_stand": let_stand,
    "keep_first": keep_first, "give_way": give_way,
}  # fmt: skip
"""What a line on a branch's standard input may ask for: `verb who argument`."""
