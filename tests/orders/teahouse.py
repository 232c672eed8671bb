"""A tea house in which orders are taken: a counter, a Taobao shop, ten teapots on the shelf, and Li Na who buys."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.desk import action
from appliance.shop import accounts, catalog, customers, inventory, orders
from appliance.shop.inventory import OpeningLine
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders import actions as desk_of_orders
from appliance.shop.settings import Branch, Courier, Setting, Shop, Warehouse
from tests.cast import BRANCH_A, BRANCH_B

ROOMS = ["settings", "staff", "allowances", "catalog", "customers", "inventory", "accounts", "orders", "shipping"]


@dataclass(frozen=True)
class House:
    """What the tests sell, where, and to whom. A teapot costs 128, a cup 38; they cost us 80 and 20."""

    counter: str
    taobao: str
    warehouse: str
    sf: str
    post: str
    till: str
    teapot: str
    cup: str
    tea: str
    li_na: str


@action("Build the tea house")
def build(desk: Desk) -> None:
    desk.put(Branch(id=BRANCH_A, name="湖滨店", code="A"))
    desk.put(Branch(id=BRANCH_B, name="城西店", code="B"))
    for name, branch in (("a", BRANCH_A), ("b", BRANCH_B)):
        desk.put(Warehouse(id=derive("warehouse", name), name=f"仓{name}", code=name.upper(), branch=branch))
    desk.put(Courier(id=derive("courier", "sf"), name="顺丰", code="SF", cod=True))
    desk.put(Courier(id=derive("courier", "post"), name="邮政", code="EMS"))


@action("Open the shops")
def open_shops(desk: Desk, till: str) -> None:
    warehouse, sf = derive("warehouse", "a"), derive("courier", "sf")
    for name, platform in (("counter", "counter"), ("taobao", "taobao")):
        desk.put(
            Shop(
                id=derive("shop", name), name=name, platform=platform, branch=BRANCH_A, warehouse=warehouse, courier=sf,
                account=till,
            )
        )  # fmt: skip


@action("Turn a switch")
def turn(desk: Desk, name: str, value: str) -> None:
    desk.put(Setting(id=derive("setting", name), name=name, value=value))


@action("Change a record")
def change(desk: Desk, kind: type, record: str, **fields: object) -> None:
    desk.change(kind, record, **fields)


def furnish(desk: Desk) -> House:
    build(desk)
    till = accounts.open_account(desk, name="收银台")
    open_shops(desk, till)
    for name, code, retail in (("青瓷茶壶", "TEAPOT", 128), ("茶杯", "CUP", 38), ("散装茶叶", "TEA", 60)):
        catalog.add_goods(desk, name=name, no=code, skus=[catalog.NewSku(code=code, retail=retail * ONE, weight=500)])
    teapot, cup, tea = (catalog.by_code(desk, code) or "" for code in ("TEAPOT", "CUP", "TEA"))
    change(desk, catalog.Sku, tea, fraction=True, allow_negative=True)
    warehouse = derive("warehouse", "a")
    shelf = [OpeningLine(sku=teapot, qty=10 * ONE, cost=80 * ONE), OpeningLine(sku=cup, qty=40 * ONE, cost=20 * ONE)]
    inventory.opening_stock(desk, warehouse=warehouse, lines=shelf)
    li_na = customers.create(desk, name="李娜", phone="13800002266")
    return House(
        counter=derive("shop", "counter"), taobao=derive("shop", "taobao"), warehouse=warehouse,
        sf=derive("courier", "sf"), post=derive("courier", "post"), till=till, teapot=teapot, cup=cup, tea=tea,
        li_na=li_na,
    )  # fmt: skip


ADDRESS = {"province": "浙江省", "city": "杭州市", "district": "余杭区", "street": "文一西路 969 号"}


def order(desk: Desk, house: House, *lines: NewLine, **more: object) -> str:
    """Take an order of Li Na's: a teapot unless told otherwise."""
    given = {"shop": house.counter, "customer": house.li_na, **ADDRESS, **more}
    return orders.create(desk, lines=list(lines) or [NewLine(sku=house.teapot)], **given)  # type: ignore[arg-type]


def pay(desk: Desk, house: House, placed: str) -> None:
    """Pay an order in full."""
    left = desk.get(SalesOrder, placed).receivable - orders.paid(desk, placed)
    orders.take_payment(desk, order=placed, account=house.till, amount=left)


def approved(desk: Desk, house: House, *lines: NewLine, **more: object) -> str:
    """Take an order, pay it, approve it."""
    placed = order(desk, house, *lines, **more)
    pay(desk, house, placed)
    desk_of_orders.review(desk, order=placed)
    return placed


def state(desk: Desk, placed: str) -> str:
    return desk.state(SalesOrder, placed)


def held(desk: Desk, house: House, sku: str, bucket: str) -> int:
    return inventory.held(desk, house.warehouse, sku, bucket)


def refused(code: str, deed: Callable[[], object], field: str | None = None) -> Refusal:
    """Say no, with this code (and beside this field)."""
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.code == code, said.value.sentence
    if field is not None:
        assert said.value.field == field
    return said.value


__all__ = [
    "ADDRESS", "ROOMS", "House", "approved", "change", "furnish", "held", "order", "pay", "refused", "replace", "state",
    "turn",
]  # fmt: skip
