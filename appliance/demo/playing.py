"""Playing the year: every sale goes through the rooms' own actions at its own moment, as staff would have done it."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import to_csv
from appliance.demo.goods import GoodsIdea, SkuIdea
from appliance.demo.hand import Hand
from appliance.demo.opening import Places
from appliance.demo.people import Person
from appliance.demo.story import DAY_MS, HOUR_MS, SHORT_SKU, ZONE_MS, Sale, demand, pieces
from appliance.journal import Desk
from appliance.shop.inventory.actions import InLine, OutLine, other_in, scrap
from appliance.shop.marketplace.actions import submit
from appliance.shop.marketplace.records import RawOrder
from appliance.shop.marketplace.told import ToldLines, ToldOrder, understand
from appliance.shop.orders.actions import cancel, complete, create, force_review, freeze, review, take_payment
from appliance.shop.orders.deciding import Objected
from appliance.shop.orders.records import NewLine, SalesOrder
from appliance.shop.shipping.actions import counter_sale, ship

MINUTE_MS = 60_000


@dataclass
class Playing:
    """Everything the deeds of the year need at hand."""

    hand: Hand
    places: Places
    skus: Sequence[SkuIdea]
    told: Mapping[str, tuple[ToldOrder, ToldLines]]
    orders: dict[int, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Delivery:
    """What comes in at the start of a month for one place."""

    at_ms: int
    place: str
    """counter or main."""
    wanted: Mapping[int, int]


def restock(sales: Sequence[Sale]) -> list[Delivery]:
    """Deliveries that keep the shelves filled: each month what that month will sell, none of the SKU that runs short."""
    found = []
    for (month, place), wanted in demand(sales).items():
        first = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        at = max(int(first.timestamp() * 1000) - ZONE_MS, sales[0].placed_ms - DAY_MS)
        found.append(Delivery(at, place, {sku: count for sku, count in wanted.items() if sku != SHORT_SKU}))
    return sorted(found, key=lambda delivery: delivery.at_ms)


def play(
    hand: Hand,
    places: Places,
    sales: Sequence[Sale],
    goods: Sequence[GoodsIdea],
    people: Sequence[Person],
    deliveries: Sequence[Delivery],
) -> None:
    """Play all sales, in the order in which things happened."""
    coming = deque(deliveries)
    platform = SellersDesk(people, goods, "小满茶铺淘宝店")
    told = _told(platform, [sale for sale in sales if sale.channel == "taobao"], places.taobao)
    playing = Playing(hand, places, [sku for one in goods for sku in one.skus], told)
    _run_short(playing)
    for at, _, step, who, sale in sorted(_events(sales), key=lambda event: event[:2]):
        while coming and coming[0].at_ms <= at:
            _deliver(playing, coming.popleft())
        hand.at(at)
        name, run = STEPS[step]
        hand.do(places.staff[who], name, lambda desk, run=run, sale=sale: run(playing, desk, sale))
    hand.wait()


def _deliver(playing: Playing, delivery: Delivery) -> None:
    playing.hand.at(delivery.at_ms)
    warehouse = playing.places.store if delivery.place == "counter" else playing.places.main
    lines = [
        InLine(sku=playing.places.skus[place], qty=pieces(count), cost=playing.skus[place].cost)
        for place, count in sorted(delivery.wanted.items())
    ]
    for some in portions(lines, 50):
        playing.hand.do(
            playing.places.staff["warehouse"], "inventory.other_in",
            lambda desk, some=some: other_in(desk, reason="茶厂到货", warehouse=warehouse, lines=some),
        )  # fmt: skip


def _run_short(playing: Playing) -> None:
    """One is left of what three will be wanted of."""
    line = OutLine(sku=playing.places.skus[SHORT_SKU], qty=pieces(OPENING_PIECES - LEFT_OF_SHORT))
    playing.hand.do(
        playing.places.staff["warehouse"], "inventory.scrap",
        lambda desk: scrap(desk, reason="受潮", warehouse=playing.places.main, lines=[line], quality="good"),
    )  # fmt: skip


def _told(platform: SellersDesk, sales: Sequence[Sale], shop: str) -> dict[str, tuple[ToldOrder, ToldLines]]:
    """What the platform tells of its sales, read by the shop's own reader."""
    orders = understand(to_csv(platform.orders(sales)), "orders.csv", shop).orders
    lines = understand(to_csv(platform.items(sales)), "items.csv", shop).lines
    return {order.order.tid: (order, group) for order, group in zip(orders, lines, strict=True)}


def _events(sales: Sequence[Sale]) -> Iterator[tuple[int, int, str, str, Sale]]:
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


def _supply(sales: Sequence[Sale]) -> Iterator[tuple[int, int, str, str, Delivery]]:
    for delivery in deliveries(sales):
        yield delivery.at_ms, -1, "spoil" if delivery.spoilt else "take_in", "warehouse", delivery


# ---- the steps of a sale


def _from_platform(playing: Playing, desk: Desk, sale: Sale) -> None:
    order, group = playing.told[sale.tid]
    desk.put(order.order)
    desk.put(order.receiver)
    for line, goods in zip(group.lines, group.goods, strict=True):
        if goods.id not in playing.listed:
            playing.listed.add(goods.id)
            desk.put(goods)
        desk.put(line)
    playing.orders[sale.number] = submit(desk, raw_order=order.order.id)


def _by_phone(playing: Playing, desk: Desk, sale: Sale) -> None:
    places = playing.places
    order = create(
        desk, shop=places.phone, customer=places.customers[sale.customer], lines=_lines(playing, sale),
        discount=sale.discount, postage=sale.postage, **_address(desk, places.customers[sale.customer]),
    )  # fmt: skip
    playing.orders[sale.number] = order
    if sale.fate != "cancelled":
        owed = desk.get(SalesOrder, order).receivable
        take_payment(desk, order=order, account=places.alipay, amount=owed)


def _address(desk: Desk, customer: str) -> dict[str, str]:
    found = desk.row(
        "select province, city, district, street from customer_address where customer = ? and main = 1", customer
    )
    return {name: found[name] for name in ("province", "city", "district", "street")} if found else {}


def _at_the_counter(playing: Playing, desk: Desk, sale: Sale) -> None:
    places = playing.places
    playing.orders[sale.number] = counter_sale(
        desk, shop=places.counter, lines=_lines(playing, sale), warehouse=places.store, account=places.cash,
        customer=places.customers[sale.customer] if sale.customer >= 0 else "",
    )  # fmt: skip


def _lines(playing: Playing, sale: Sale) -> list[NewLine]:
    return [NewLine(sku=playing.places.skus[place], qty=pieces(count)) for place, count in sale.lines]


def _review(playing: Playing, desk: Desk, sale: Sale) -> None:
    order = playing.orders[sale.number]
    try:
        review(desk, order=order)
    except Objected:
        # Mostly a second order of the same buyer on the same day.
        force_review(desk, order=order, reason="客户要求分开发")


def _ship(playing: Playing, desk: Desk, sale: Sale) -> None:
    couriers = playing.places.couriers
    letters = ("SF", "7", "YT", "E")[sale.number % len(couriers)]
    ship(
        desk, order=playing.orders[sale.number], courier=couriers[sale.number % len(couriers)],
        waybill=f"{letters}{8_800_000_000_000 + sale.number * 37}",
    )  # fmt: skip
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="shipped", shipped_at=desk.at)


def _complete(playing: Playing, desk: Desk, sale: Sale) -> None:
    complete(desk, order=playing.orders[sale.number])
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="finished", ended_at=desk.at)


def _cancel(playing: Playing, desk: Desk, sale: Sale) -> None:
    cancel(desk, order=playing.orders[sale.number], reason="买家不想要了")
    if sale.tid in playing.told:
        desk.change(RawOrder, playing.told[sale.tid][0].order.id, platform_status="refunded")


def _freeze(playing: Playing, desk: Desk, sale: Sale) -> None:
    freeze(desk, order=playing.orders[sale.number], reason="等客户确认颜色")


def _take_in(playing: Playing, desk: Desk, delivery: Delivery) -> None:
    take_in(desk, playing.places, playing.skus, delivery)


def _spoil(playing: Playing, desk: Desk, _delivery: Delivery) -> None:
    spoil(desk, playing.places)


STEPS: Mapping[str, tuple[str, Callable[[Playing, Desk, Any], None]]] = {
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
