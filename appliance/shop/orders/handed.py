"""Orders that a marketplace hands on: the platform has sold, we only write down what it said."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from appliance.journal import ONE, Desk, Id, Money, business_day, derive, spread, times
from appliance.shop import catalog, settings
from appliance.shop.catalog import Sku
from appliance.shop.customers import CustomerId
from appliance.shop.orders.amounts import Asked
from appliance.shop.orders.records import (
    DeliveryTerm,
    FlagColour,
    NewReceiver,
    Origin,
    Receiver,
    RefundStatus,
    SalesOrder,
    SalesOrderLine,
    TakenLine,
)
from appliance.shop.settings import CourierId, Shop, ShopId, WarehouseId


def take(
    desk: Desk,
    *,
    raw_order: Id,
    shop: ShopId,
    lines: Sequence[TakenLine],
    receiver: NewReceiver,
    customer: CustomerId = "",
    platform_number: str = "",
    delivery_term: DeliveryTerm = "prepaid",
    origin: Origin = "import",
    postage: Money = 0,
    other: Money = 0,
    paid: Money = 0,
    commission: Money = 0,
    placed_at: int = 0,
    paid_at: int = 0,
    ship_by: int = 0,
    buyer_message: str = "",
    remark: str = "",
    mark: str = "",
    flag: FlagColour = "none",
    refund_status: RefundStatus = "none",
    warehouse: WarehouseId = "",
    courier: CourierId = "",
    shipped_long_ago: bool = False,
) -> str:
    """Open the order of a raw order; its id follows from the raw order's, so two boxes write one order.

    Amounts are the platform's, after every discount. What it shipped before we saw it enters as history.
    """
    order = derive("sales_order", raw_order)
    if desk.find(SalesOrder, order) is not None:
        return order
    from_shop, goods_amount = desk.get(Shop, shop), sum(line.amount for line in lines)
    receivable = goods_amount + postage + other
    desk.put(
        SalesOrder(
            id=order, number=settings.paper_number(desk, "SO"), shop=shop, shop_name=from_shop.name, customer=customer,
            receiver=desk.put(_taken_receiver(order, receiver)), warehouse=warehouse or from_shop.warehouse,
            courier=courier or from_shop.courier, delivery_term=delivery_term, kind="online", origin=origin,
            goods_amount=goods_amount, postage=postage, other=other, receivable=receivable, platform_paid=paid,
            commission=commission, day=_day(desk, placed_at or desk.at), placed_at=placed_at or desk.at,
            paid_at=paid_at, paid_on=_day(desk, paid_at), ship_by=ship_by, buyer_message=buyer_message, remark=remark, mark=mark, flag=flag,
            refund_status=refund_status, raw_order=raw_order, platform_number=platform_number, taken_by=desk.who, weight=_taken_weight(desk, lines),
        )
    )  # fmt: skip
    _take_lines(desk, order, lines, postage)
    waits = delivery_term == "prepaid" and paid < receivable
    return _enter(desk, order, "shipped" if shipped_long_ago else "awaiting_payment" if waits else "to_review")


def _day(desk: Desk, at: int) -> str:
    return business_day(at, desk.journal.zone_minutes) if at else ""


def _enter(desk: Desk, order: str, state: str) -> str:
    if state == "shipped":
        desk.change(SalesOrder, order, shipped_on=desk.get(SalesOrder, order).day)
    desk.step(SalesOrder, order, to=state)
    return order


def _taken_receiver(order: str, given: NewReceiver) -> Receiver:
    """A platform's receiver is taken as told: what is wrong with it, review will say."""
    fields = msgspec.structs.asdict(given)
    if given.street and not given.province:
        region = settings.regions.split(given.street)
        if region.ok:
            fields |= {
                "province": region.province, "city": region.city, "district": region.district, "street": region.street,
            }  # fmt: skip
    return Receiver(id=derive("receiver", order), **fields)


def _taken_weight(desk: Desk, lines: Sequence[TakenLine]) -> int:
    known = [(desk.find(Sku, line.sku), line.qty) for line in lines if line.sku]
    return sum(sku.weight * qty // ONE for sku, qty in known if sku)


def _take_lines(desk: Desk, order: str, lines: Sequence[TakenLine], postage: int) -> None:
    shares = spread(postage, [line.amount for line in lines])
    for place, line in enumerate(lines):
        known = _known_goods(desk, line.sku)
        asked = _as_asked(line)
        desk.put(
            SalesOrderLine(
                id=derive("sales_order_line", order, line.raw_line), sales_order=order, place=place, sku=line.sku,
                raw_line=line.raw_line, code=known.code, title=known.title or line.title,
                spec=known.spec or line.spec, picture=known.picture, qty=line.qty, list_price=line.price,
                price=asked.price, discount=asked.discount, amount=line.amount, postage_share=shares[place],
                gift=line.gift, refund_status=line.refund_status, tax=known.tax(desk, line.amount),
            )
        )  # fmt: skip


def _as_asked(line: TakenLine) -> Asked:
    """Say a platform's amount as a price and a discount, so that working the line out again gives the same amount."""
    price = line.price
    if times(price, line.qty) < line.amount:
        price = -(-line.amount * 100 * ONE // line.qty)
    return Asked(line.qty, price, times(price, line.qty) - line.amount)


class Known(NamedTuple):
    """What our own catalogue says of goods; nothing while nobody said which they are."""

    code: str = ""
    title: str = ""
    spec: str = ""
    picture: str = ""
    tax_rate: str = ""

    def tax(self, desk: Desk, amount: int) -> int:
        """The tax that an amount for them holds."""
        return settings.tax_in(desk, self.tax_rate, amount)


def _known_goods(desk: Desk, sku: str) -> Known:
    found = desk.find(Sku, sku) if sku else None
    goods = desk.find(catalog.Goods, found.goods) if found else None
    if found is None or goods is None:
        return Known()
    return Known(found.code, goods.name, found.spec, found.picture or goods.picture, found.tax_rate)
