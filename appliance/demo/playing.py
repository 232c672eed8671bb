"""Playing the year: every sale goes through the rooms' own actions at its own moment, as staff would have done it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import to_csv
from appliance.demo.goods import GoodsIdea, SkuIdea
from appliance.demo.hand import Hand
from appliance.demo.opening import Places
from appliance.demo.people import Person
from appliance.demo.story import HOUR_MS, Sale, pieces
from appliance.demo.supply import Delivery, deliveries, spoil, take_in
from appliance.journal import Desk
from appliance.shop.marketplace.actions import submit
from appliance.shop.marketplace.records import RawOrder
from appliance.shop.marketplace.told import ToldLines, ToldOrder, understand
from appliance.shop.orders.actions import cancel, complete, create, force_review, freeze, review, take_payment
from appliance.shop.orders.deciding import Objected
from appliance.shop.orders.records import NewLine, SalesOrder
from appliance.shop.shipping.actions import counter_sale, ship

MINUTE_MS = 60_000
Event = tuple[int, int, str, str, Any]
"""(moment, number, step, whose job it is, what it is about)."""


@dataclass
class Playing:
    """Everything the deeds of the year need at hand."""

    hand: Hand
    places: Places
    skus: Sequence[SkuIdea]
    told: Mapping[str, tuple[ToldOrder, ToldLines]]
    orders: dict[int, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)


def play(
    hand: Hand,
    places: Places,
    sales: Sequence[Sale],
    goods: Sequence[GoodsIdea],
    people: Sequence[Person],
    supply: Iterable[Delivery] | None = None,
) -> None:
    """Play all sales in the order in which things happened; without a `supply` each month's goods come as it begins."""
    platform = SellersDesk(people, goods, "小满茶铺淘宝店")
    told = _told(platform, [sale for sale in sales if sale.channel == "taobao"], places.taobao)
    playing = Playing(hand, places, [sku for one in goods for sku in one.skus], told)
    events: list[Event] = [*_events(sales), *_supply(deliveries(sales) if supply is None else supply)]
    for at, _, step, who, subject in sorted(events, key=lambda event: event[:2]):
        hand.at(at)
        name, run = STEPS[step]
        hand.do(places.staff[who], name, partial(run, playing, subject))
    hand.wait()


def _told(platform: SellersDesk, sales: Sequence[Sale], shop: str) -> dict[str, tuple[ToldOrder, ToldLines]]:
    """What the platform tells of its sales, read by the shop's own reader."""
    orders = understand(to_csv(platform.orders(sales)), "orders.csv", shop).orders
    lines = understand(to_csv(platform.items(sales)), "items.csv", shop).lines
    return {order.order.tid: (order, group) for order, group in zip(orders, lines, strict=True)}


def _events(sales: Sequence[Sale]) -> Iterator[Event]:
    """(moment, sale, step, whose job it is, sale) of everything that happens."""
    for sale in sales:
        at, number = sale.placed_ms, sale.number
        if sale.channel == "counter":
            yield at, number, "counter", "cashier", sale
            continue
        yield at, number, sale.channel, "reviewer", sale
        if sale.fate == "cancelled":
            yield at + 2 * HOUR_MS, number, "cancel", "reviewer", sale
        if sale.fate == "frozen":
            yield at + 5 * MINUTE_MS, number, "freeze", "manager", sale
        if sale.fate in {"done", "to_ship"}:
            yield at + 8 * MINUTE_MS, number, "review", "reviewer", sale
        if sale.shipped_ms:
            yield sale.shipped_ms, number, "ship", "warehouse", sale
        if sale.done_ms:
            yield sale.done_ms, number, "complete", "manager", sale


def _supply(supply: Iterable[Delivery]) -> Iterator[Event]:
    for delivery in supply:
        yield delivery.at_ms, -1, "spoil" if delivery.spoilt else "take_in", "warehouse", delivery


# ---- the steps of a sale


def _from_platform(playing: Playing, sale: Sale, desk: Desk) -> None:
    order, group = playing.told[sale.tid]
    desk.put(order.order)
    desk.put(order.receiver)
    for line, goods in zip(group.lines, group.goods, strict=True):
        if goods.id not in playing.listed:
            playing.listed.add(goods.id)
            desk.put(goods)
        desk.put(line)
    playing.orders[sale.number] = submit(desk, raw_order=order.order.id)


def _by_phone(playing: Playing, sale: Sale, desk: Desk) -> None:
    places = playing.places
    customer = places.customers[sale.customer]
    province, city, district, street = _address(desk, customer)
    order = create(
        desk, shop=places.phone, customer=customer, lines=_lines(playing, sale), discount=sale.discount,
        postage=sale.postage, province=province, city=city, district=district, street=street,
    )  # fmt: skip
    playing.orders[sale.number] = order
    if sale.fate != "cancelled":
        owed = desk.get(SalesOrder, order).receivable
        take_payment(desk, order=order, account=places.alipay, amount=owed)


def _address(desk: Desk, customer: str) -> tuple[str, str, str, str]:
    found = desk.row(
        "select province, city, district, street from customer_address where customer = ? and main = 1", customer
    )
    return (found.province, found.city, found.district, found.street) if found else ("", "", "", "")


def _at_the_counter(playing: Playing, sale: Sale, desk: Desk) -> None:
    places = playing.places
    playing.orders[sale.number] = counter_sale(
        desk, shop=places.counter, lines=_lines(playing, sale), warehouse=places.store, account=places.cash,
        customer=places.customers[sale.customer] if sale.customer >= 0 else "",
    )  # fmt: skip


def _lines(playing: Playing, sale: Sale) -> list[NewLine]:
    return [NewLine(sku=playing.places.skus[place], qty=pieces(count)) for place, count in sale.lines]


def _review(playing: Playing, sale: Sale, desk: Desk) -> None:
    order = playing.orders[sale.number]
    try:
        review(desk, order=order)
    except Objected:
        # Mostly a second order of the same buyer on the same day.
        force_review(desk, order=order, reason="客户要求分开发")


def _ship(playing: Playing, sale: Sale, desk: Desk) -> None:
    couriers = playing.places.couriers
    letters = ("SF", "7", "YT", "E")[sale.number % len(couriers)]
    ship(
        desk, order=playing.orders[sale.number], courier=couriers[sale.number % len(couriers)],
        waybill=f"{letters}{8_800_000_000_000 + sale.number * 37}",
    )  # fmt: skip
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="shipped", shipped_at=desk.at)


def _complete(playing: Playing, sale: Sale, desk: Desk) -> None:
    complete(desk, order=playing.orders[sale.number])
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="finished", ended_at=desk.at)


def _cancel(playing: Playing, sale: Sale, desk: Desk) -> None:
    cancel(desk, order=playing.orders[sale.number], reason="买家不想要了")
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="refunded")


def _freeze(playing: Playing, sale: Sale, desk: Desk) -> None:
    freeze(desk, order=playing.orders[sale.number], reason="等客户确认颜色")


def _take_in(playing: Playing, delivery: Delivery, desk: Desk) -> None:
    take_in(desk, playing.places, playing.skus, delivery)


def _spoil(playing: Playing, _delivery: Delivery, desk: Desk) -> None:
    spoil(desk, playing.places)


STEPS: Mapping[str, tuple[str, Callable[[Playing, Any, Desk], None]]] = {
    "take_in": ("inventory.other_in", _take_in),
    "spoil": ("inventory.scrap", _spoil),
    "taobao": ("marketplace.submit", _from_platform),
    "phone": ("orders.create", _by_phone),
    "counter": ("shipping.counter_sale", _at_the_counter),
    "review": ("orders.review", _review),
    "ship": ("shipping.ship", _ship),
    "complete": ("orders.complete", _complete),
    "cancel": ("orders.cancel", _cancel),
    "freeze": ("orders.freeze", _freeze),
}
