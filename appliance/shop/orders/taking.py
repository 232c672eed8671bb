"""Taking orders: typed at the counter or on the phone, or handed on by a marketplace."""

import json
from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import (
    ONE,
    Desk,
    Hint,
    Label,
    Money,
    Phone,
    Refusal,
    Text,
    Words,
    action,
    round_half_up,
)
from appliance.shop import catalog, customers, inventory, settings
from appliance.shop.customers import Customer, CustomerId
from appliance.shop.inventory import Place
from appliance.shop.orders.amounts import Asked, Settled, settle
from appliance.shop.orders.promise import ship_by
from appliance.shop.orders.receivers import checked_receiver
from appliance.shop.orders.records import (
    LATER,
    DeliveryTerm,
    Kind,
    NewLine,
    NewReceiver,
    Origin,
    SalesOrder,
    SalesOrderLine,
)
from appliance.shop.settings import Courier, CourierId, Shop, ShopId, Warehouse, WarehouseId
from appliance.shop.staff import EmployeeId, check_limit


class Asking(msgspec.Struct, kw_only=True, frozen=True):
    """Everything an order is opened with, whoever asks."""

    shop: ShopId
    lines: list[NewLine]
    customer: CustomerId = ""
    receiver: NewReceiver | None = None
    warehouse: WarehouseId = ""
    courier: CourierId = ""
    delivery_term: DeliveryTerm = "prepaid"
    kind: Kind = "offline"
    origin: Origin = "manual"
    discount: Money = 0
    postage: Money = 0
    other: Money = 0
    salesperson: EmployeeId = ""
    buyer_message: Words = ""
    remark: Words = ""
    print_remark: Words = ""


@action("New order")
def create(
    desk: Desk,
    *,
    shop: ShopId,
    lines: list[NewLine],
    customer: CustomerId = "",
    name: Annotated[Text, Label("Receiver"), Hint("Empty: it goes to the customer, at the address in the file.")] = "",
    phone: Phone = "",
    province: Text = "",
    city: Text = "",
    district: Text = "",
    street: Annotated[Text, Label("Address"), Hint("Written in one line; province, city and district are found.")] = "",
    delivery_term: DeliveryTerm = "prepaid",
    warehouse: WarehouseId = "",
    courier: CourierId = "",
    discount: Money = 0,
    postage: Money = 0,
    other: Money = 0,
    buyer_message: Words = "",
    remark: Words = "",
    print_remark: Words = "",
    salesperson: EmployeeId = "",
) -> str:
    """Scan the goods, choose the customer, done. Prices are the customer's own unless another is typed."""
    receiver = NewReceiver(name=name, phone=phone, province=province, city=city, district=district, street=street)
    asking = Asking(
        shop=shop, lines=lines, customer=customer, receiver=receiver, warehouse=warehouse, courier=courier,
        delivery_term=delivery_term, discount=discount, postage=postage, other=other, salesperson=salesperson,
        buyer_message=buyer_message, remark=remark, print_remark=print_remark,
    )  # fmt: skip
    order = open_order(desk, asking)
    receivable = desk.value("select receivable from sales_order where id = ?", order)
    waits = delivery_term == "prepaid" and receivable > 0
    desk.step(SalesOrder, order, to="awaiting_payment" if waits else "to_review")
    return order


def open_order(desk: Desk, asking: Asking) -> str:
    """Write a new order as a draft; refuses what cannot be sold."""
    shop = _usable_shop(desk, asking.shop)
    customer = _usable_customer(desk, asking.customer)
    warehouse = usable_warehouse(desk, asking.warehouse or shop.warehouse)
    courier = usable_courier(desk, asking.courier or (shop.courier if asking.kind != "counter" else ""))
    if asking.delivery_term in LATER and customer is None:
        raise Refusal("Who pays later must be known. Choose the customer.", field="customer", code="no_customer")
    receiver = _written_receiver(desk, asking.receiver, customer)
    priced = price_lines(desk, asking.lines, customer)
    settled = settle(
        [line.asked for line in priced], discount=asking.discount, postage=asking.postage, other=asking.other
    )
    if asking.kind != "exchange":
        # What is sent for goods that come back is no discount, however little is paid for it.
        check_discount(desk, priced, settled)
        check_margin(desk, warehouse, priced, settled)
    order = desk.put(
        SalesOrder(
            number=settings.paper_number(desk, "SO"), shop=asking.shop, shop_name=shop.name,
            customer=customer.id if customer else "", receiver=receiver, warehouse=warehouse, courier=courier,
            delivery_term=asking.delivery_term, kind=asking.kind, origin=asking.origin,
            salesperson=asking.salesperson or desk.who, taken_by=desk.who,
            goods_amount=settled.goods_amount, discount=settled.discount, postage=asking.postage, other=asking.other,
            receivable=settled.receivable, day=desk.day, placed_at=desk.at,
            ship_by=0 if asking.kind == "counter" else ship_by(desk),
            buyer_message=asking.buyer_message, remark=asking.remark, print_remark=asking.print_remark,
            weight=sum(line.sku.weight * line.asked.qty // ONE for line in priced),
        )
    )  # fmt: skip
    put_lines(desk, order, priced, settled)
    return order


# ---- lines and their prices


class Sold(msgspec.Struct, frozen=True):
    """A SKU as an order line takes it over."""

    id: str
    code: str
    name: str
    spec: str
    picture: str
    weight: int
    fraction: int
    retail: int
    tax_rate: str
    disabled: int


class Priced(msgspec.Struct, frozen=True):
    """A line with its SKU and what it costs this customer."""

    sku: Sold
    title: str
    picture: str
    list_price: int
    asked: Asked
    gift: bool


def price_lines(desk: Desk, lines: Sequence[NewLine], customer: Customer | None) -> list[Priced]:
    """Find each line's SKU and price; every refusal names the line it is about."""
    if not lines:
        raise Refusal("An order needs at least one line. Scan or choose something.", field="lines", code="no_lines")
    share = _class_share(desk, customer)
    found = {row["id"]: Sold(*row) for row in desk.rows(_SOLD, json.dumps([line.sku for line in lines]))}
    return [
        _priced(desk, line, found.get(line.sku), f"lines.{place}", customer, share) for place, line in enumerate(lines)
    ]


_SOLD = """
select k.id, k.code, g.name, k.spec, case k.picture when '' then g.picture else k.picture end, k.weight, k.fraction,
    k.retail, k.tax_rate, k.disabled or g.disabled
from (select distinct value from json_each(?)) j cross join sku k on k.id = j.value cross join goods g on g.id = k.goods
where k.made_at and not k.deleted and g.made_at and not g.deleted
"""


def _priced(desk: Desk, line: NewLine, sku: Sold | None, field: str, customer: Customer | None, share: int) -> Priced:
    if sku is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    if sku.disabled:
        raise Refusal("{name} is not sold any more.", field=f"{field}.sku", code="disabled", name=sku.name)
    if line.qty <= 0:
        raise Refusal("The quantity must be more than nothing.", field=f"{field}.qty", code="quantity")
    if line.qty % ONE and not sku.fraction:
        raise Refusal("{name} is sold in whole units only.", field=f"{field}.qty", code="fraction", name=sku.name)
    if line.price is not None and line.price < 0:
        raise Refusal("A price is not less than nothing.", field=f"{field}.price", code="price")
    agreed = customer.price_list if customer else ""
    list_price = catalog.price_of(desk, sku.id, agreed) if agreed else round_half_up(sku.retail * share, 10_000)
    price = 0 if line.gift else list_price if line.price is None else line.price
    asked = Asked(line.qty, price, 0 if line.gift else line.discount)
    return Priced(sku, sku.name, sku.picture, list_price, asked, line.gift)


def _class_share(desk: Desk, customer: Customer | None) -> int:
    """The share of the retail price that a customer's class pays; a price list goes before it."""
    if customer is None or not customer.customer_class:
        return 10_000
    found = desk.find(customers.CustomerClass, customer.customer_class)
    return found.discount if found and not found.disabled else 10_000


def check_discount(desk: Desk, lines: Sequence[Priced], settled: Settled) -> None:
    """Nobody gives more away than their role allows, counted from the list prices; gifts are counted too."""
    whole = sum(Asked(line.asked.qty, line.list_price).net for line in lines)
    given = whole - sum(settled.amounts)
    if given > 0:
        check_limit(desk, "discount", -(-given * 10_000 // whole), field="discount")


def check_margin(desk: Desk, warehouse: str, lines: Sequence[Priced], settled: Settled) -> None:
    """Nobody sells at less margin than their role allows, as far as the goods' cost is known. It names no figure."""
    if desk.limit("margin") is None:
        return
    known = [
        (amount * 100, cost)
        for line, amount in zip(lines, settled.amounts, strict=True)
        if (cost := inventory.worth(desk, Place(warehouse, line.sku.id), line.asked.qty)) is not None
    ]
    sold, cost = sum(amount for amount, _ in known), sum(cost for _, cost in known)
    if known and cost > 0:
        check_limit(desk, "margin", (sold - cost) * 10_000 // sold if sold > 0 else -cost, field="discount")


def put_lines(desk: Desk, order: str, lines: Sequence[Priced], settled: Settled) -> None:
    """Write the lines of an order, each with its share."""
    for place, line in enumerate(lines):
        desk.put(
            SalesOrderLine(
                sales_order=order, place=place, sku=line.sku.id, code=line.sku.code, title=line.title,
                spec=line.sku.spec, picture=line.picture, qty=line.asked.qty, list_price=line.list_price,
                price=line.asked.price, discount=line.asked.discount, amount=settled.amounts[place],
                postage_share=settled.postage_shares[place], gift=line.gift,
                tax=settings.tax_in(desk, line.sku.tax_rate, settled.amounts[place]),
            )
        )  # fmt: skip


# ---- whom and where from


def _usable_shop(desk: Desk, shop: str) -> Shop:
    found = desk.get(Shop, shop)
    if found.disabled:
        raise Refusal("The shop {name} is not in use any more.", field="shop", code="disabled", name=found.name)
    return found


def _usable_customer(desk: Desk, customer: str) -> Customer | None:
    if not customer:
        return None
    found = desk.get(Customer, customers.current(desk, customer))
    if found.disabled:
        raise Refusal("{name} is not a customer any more.", field="customer", code="disabled", name=found.name)
    return found


def usable_warehouse(desk: Desk, warehouse: str) -> str:
    """Return the warehouse if goods may leave from it."""
    if not warehouse:
        raise Refusal("Choose the warehouse the goods leave from.", field="warehouse", code="no_warehouse")
    found = desk.get(Warehouse, warehouse)
    if found.disabled:
        raise Refusal(
            "The warehouse {name} is not in use any more.", field="warehouse", code="disabled", name=found.name
        )
    return warehouse


def usable_courier(desk: Desk, courier: str) -> str:
    """Return the courier if parcels may go with it; none is a choice too."""
    if courier and (found := desk.get(Courier, courier)).disabled:
        raise Refusal("{name} does not carry for us any more.", field="courier", code="disabled", name=found.name)
    return courier


def _written_receiver(desk: Desk, given: NewReceiver | None, customer: Customer | None) -> str:
    """Write whom the parcel goes to; who buys at the counter without a name leaves none."""
    receiver = given or NewReceiver()
    if customer and not receiver.name:
        receiver = msgspec.structs.replace(receiver, name=customer.name)
    if customer and not receiver.phone:
        receiver = msgspec.structs.replace(receiver, phone=_main_phone(desk, customer.id))
    if receiver == NewReceiver():
        return ""
    return desk.put(checked_receiver(receiver))


def _main_phone(desk: Desk, customer: str) -> str:
    found = desk.value(
        "select phone from customer_phone where customer = ? and deleted = 0 and masked = 0 "
        "order by main desc, id limit 1",
        customer,
    )
    return str(found or "")
