"""Supply: what is bought in at the start of each month is what the month will sell, for the story knows it already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.demo.goods import SkuIdea
from appliance.demo.opening import OPENING_PIECES, Places, portions
from appliance.demo.story import DAY_MS, HOUR_MS, SHORT_SKU, ZONE_MS, Sale, demand, pieces
from appliance.journal import Desk
from appliance.shop.inventory.actions import InLine, OutLine, other_in, scrap

SPOILT_BEFORE = 20 * DAY_MS
LEFT = 1


@dataclass(frozen=True)
class Delivery:
    """Goods that come to a warehouse at a moment, or the one time when some spoiled."""

    at_ms: int
    place: str = ""
    lines: tuple[tuple[int, int], ...] = ()
    per_cent: int = 100
    """Of what the goods cost at first."""
    spoilt: bool = False


def deliveries(sales: Sequence[Sale]) -> Iterator[Delivery]:
    """Everything that comes in during the year; the opening stock serves the first month."""
    wanted = demand(sales)
    first = min(month for month, _ in wanted)
    for (month, place), counts in sorted(wanted.items()):
        if month == first:
            continue
        at = int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000 - ZONE_MS + 8 * HOUR_MS
        lines = [(sku, count) for sku, count in sorted(counts.items()) if sku != SHORT_SKU]
        for some in portions(lines, 100):
            # What they cost creeps up a little over the year.
            yield Delivery(at, place, tuple(some), per_cent=100 + (month + 1) % 4)
    yield Delivery(sales[-1].placed_ms - SPOILT_BEFORE, spoilt=True)


def take_in(desk: Desk, places: Places, skus: Sequence[SkuIdea], delivery: Delivery) -> None:
    """Write the goods of a delivery in."""
    lines = [
        InLine(sku=places.skus[place], qty=pieces(count), cost=skus[place].cost * delivery.per_cent // 100)
        for place, count in delivery.lines
    ]
    where = places.store if delivery.place == "counter" else places.main
    other_in(desk, warehouse=where, reason="茶厂补货", lines=lines)


def spoil(desk: Desk, places: Places) -> None:
    """Damp got at one carton, so today one SKU is short."""
    gone = OutLine(sku=places.skus[SHORT_SKU], qty=pieces(OPENING_PIECES - LEFT))
    scrap(desk, warehouse=places.main, reason="梅雨受潮", lines=[gone], quality="good")
