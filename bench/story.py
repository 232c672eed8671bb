"""The story behind the shops that are measured: one finished day of a thousand orders, and today's work waiting.

The goods and people are those of the demo (`appliance/demo`). Two hundred and fifty of the day's buyers are new, so a
shop in which this day comes again and again also gains customers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from appliance.demo.goods import GoodsIdea
from appliance.demo.people import Person, customers
from appliance.demo.story import DAY_MS, HOUR_MS, TODAY, ZONE_MS, Sale, demand, year
from appliance.demo.supply import Delivery

OLD_CUSTOMERS, NEW_BUYERS = 2_000, 250
A_DAY, WAITING = 1_000, 120
BACK_DAYS, FINISHED_DAYS = 20, 18
"""The day lies so many days back, and after so many its last order was completed."""


def people() -> list[Person]:
    """Everybody: those whose files were opened before the first day, then those who come on it."""
    known = customers(OLD_CUSTOMERS + NEW_BUYERS)
    return [
        *known[:OLD_CUSTOMERS],
        *(replace(one, nick=f"{one.nick}{one.number:07d}") for one in known[OLD_CUSTOMERS:]),
    ]


def midnight(now_ms: int) -> int:
    """The midnight at the counter with which the finished day began."""
    return (now_ms + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS - BACK_DAYS * DAY_MS


def sales(now_ms: int, goods: Sequence[GoodsIdea]) -> tuple[list[Sale], list[Sale]]:
    """The finished day's sales, and those that wait today."""
    told = year(now_ms, goods, customers=OLD_CUSTOMERS, orders=A_DAY + WAITING + sum(TODAY.values()))
    past, queue = told[: -sum(TODAY.values())], told[-sum(TODAY.values()) :]
    new = iter(range(OLD_CUSTOMERS, OLD_CUSTOMERS + NEW_BUYERS))
    day = [_on_the_day(sale, now_ms, new) for sale in past[:A_DAY]]
    waiting = [_today(sale, now_ms) for sale in past[A_DAY:] if sale.channel == "taobao"]
    # What the demo leaves short on its shelf is not short here.
    waiting += [replace(sale, fate="to_review") if sale.fate in {"short", "blacklisted"} else sale for sale in queue]
    return sorted(day, key=_placed), sorted(waiting, key=_placed)


def _placed(sale: Sale) -> int:
    return sale.placed_ms


def _on_the_day(sale: Sale, now_ms: int, new: Iterator[int]) -> Sale:
    shift = midnight(now_ms) - ((sale.placed_ms + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS)
    placed = _own(sale, sale.placed_ms + shift, 0)
    shipped = _own(sale, sale.shipped_ms + shift if sale.shipped_ms else placed + 5 * HOUR_MS, 1)
    fate = "cancelled" if sale.fate == "cancelled" else "done"
    leaves = fate == "done" and sale.channel != "counter"
    return replace(
        sale, placed_ms=placed, shipped_ms=shipped if leaves else 0, fate=fate,
        done_ms=_own(sale, shipped + 15 * DAY_MS, 2) if leaves else 0,
        customer=next(new, sale.customer) if sale.channel == "taobao" else sale.customer,
    )  # fmt: skip


def _own(sale: Sale, at_ms: int, step: int) -> int:
    """A moment of the day that no other sale's step has, so that days laid over each other never share one."""
    return at_ms // 10_000 * 10_000 + sale.number * 4 + step


def _today(sale: Sale, now_ms: int) -> Sale:
    at = _own(sale, now_ms - HOUR_MS - sale.number % 500 * 60_000, 0)
    return replace(sale, placed_ms=at, fate="to_review", shipped_ms=0, done_ms=0)


def supply(now_ms: int, day: Sequence[Sale], waiting: Sequence[Sale]) -> list[Delivery]:
    """What comes in each morning is what the day sells, so shelves look the same after any number of days."""
    return [
        Delivery(at, place, tuple(some))
        for at, sold in ((midnight(now_ms) + HOUR_MS, day), (now_ms - 14 * HOUR_MS, waiting))
        for place, lines in _wanted([sale for sale in sold if sale.fate != "cancelled"])
        for some in (lines[start : start + 100] for start in range(0, len(lines), 100))
    ]


def _wanted(sold: Sequence[Sale]) -> list[tuple[str, list[tuple[int, int]]]]:
    by_place: dict[str, dict[int, int]] = {}
    for (_, place), counts in demand(sold).items():
        for sku, pieces in counts.items():
            by_place.setdefault(place, {})[sku] = by_place.setdefault(place, {}).get(sku, 0) + pieces
    return [(place, sorted(counts.items())) for place, counts in sorted(by_place.items())]
