"""A year at 小满茶铺: who bought what, when and how, and what became of it.

Pure: the same day always tells the same year.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from appliance.demo.goods import ONE, GoodsIdea, SkuIdea

Channel = Literal["taobao", "counter", "phone"]
Fate = Literal[
    "done", "cancelled", "to_ship", "to_review", "unpaid", "frozen", "refund", "masked", "short", "blacklisted"
]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ZONE_MS = 8 * HOUR_MS
DAYS = 365
SHARES = (100, 70, 110, 130, 95, 105, 80, 85, 110, 115, 190, 150)
"""How busy each month is: spring tea in April, the moon festival in autumn, the platform's feasts at the end."""
HOURS = (9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 20, 21, 21, 22)
TODAY: dict[Fate, int] = {
    "to_ship": 12, "to_review": 16, "unpaid": 7, "masked": 6, "refund": 2, "frozen": 2, "short": 2, "blacklisted": 1,
}  # fmt: skip
"""Today's queue of work: something of everything."""

INCOMING: dict[Fate, int] = {"to_review": 33, "unpaid": 5, "masked": 5, "refund": 2}
INCOMING_FROM = 9_000_000

MESSAGES = (
    "请尽快发货",
    "送礼用，请包好一点",
    "放快递柜就行",
    "要今年的新茶",
    "麻烦送个小样",
    "周末送货，谢谢",
    "不要打电话",
)
MEMOS = ("老客户，送茶包两个", "赠品已备注", "客户要开发票")
BLACKLISTED = 17
"""The customer who sent back nine parcels."""
SHORT_SKU = 40
"""The SKU of which one is left and three are wanted."""


@dataclass(frozen=True)
class Sale:
    """One order, told in advance."""

    number: int
    placed_ms: int
    channel: Channel
    customer: int
    """-1 for somebody who walked in and gave no name."""
    lines: tuple[tuple[int, int], ...]
    """(place of the SKU in the catalogue, pieces)."""
    discount: int
    postage: int
    fate: Fate
    shipped_ms: int = 0
    done_ms: int = 0
    message: str = ""
    memo: str = ""

    @property
    def tid(self) -> str:
        """The platform's number: as long as theirs, but beginning with a nine like none of theirs."""
        return f"90{self.placed_ms // 1000:010d}{self.number:07d}"

    @property
    def paid_ms(self) -> int:
        """People pay within minutes or not at all."""
        return 0 if self.fate == "unpaid" else self.placed_ms + 40_000 + self.number % 7 * 15_000

    def goods_fen(self, skus: Sequence[SkuIdea]) -> int:
        """What the goods cost before any discount."""
        return sum(skus[place].retail * pieces for place, pieces in self.lines) // 100


def year(
    now_ms: int, goods: Sequence[GoodsIdea], *, customers: int = 2_000, orders: int = 6_000, seed: int = 20
) -> list[Sale]:
    """All sales of the year that ends now, the oldest first."""
    chance = random.Random(f"story {seed}")
    skus = [sku for one in goods for sku in one.skus]
    queue = [fate for fate, count in TODAY.items() for _ in range(count)] if orders > 2 * sum(TODAY.values()) else []
    moments = sorted([*_past(chance, now_ms, orders - len(queue)), *_today(chance, now_ms, len(queue))])
    chance.shuffle(queue)
    waiting = dict(zip(range(orders - len(queue), orders), queue, strict=True))
    return [
        _sale(chance, number, at, now_ms, skus, customers, waiting.get(number)) for number, at in enumerate(moments)
    ]


def incoming(now_ms: int, goods: Sequence[GoodsIdea], *, customers: int = 2_000, seed: int = 20) -> list[Sale]:
    """What the platform has sold in the last hours and nobody has imported yet."""
    chance = random.Random(f"incoming {seed}")
    skus = [sku for one in goods for sku in one.skus]
    fates = [fate for fate, count in INCOMING.items() for _ in range(count)]
    chance.shuffle(fates)
    moments = sorted(now_ms - 5 * 60_000 - chance.randrange(6 * HOUR_MS) for _ in fates)
    return [
        _sale(chance, INCOMING_FROM + place, at, now_ms, skus, customers, fate)
        for place, (at, fate) in enumerate(zip(moments, fates, strict=True))
    ]


def _past(chance: random.Random, now_ms: int, count: int) -> Iterator[int]:
    """Moments of the past year up to yesterday, busier in busy months and at weekends."""
    today = (now_ms + ZONE_MS) // DAY_MS
    days = [today - back for back in range(DAYS, 0, -1)]
    shares = [SHARES[_month(day)] * (4 if day % 7 in {2, 3} else 3) for day in days]
    for day in chance.choices(days, shares, k=count):
        yield day * DAY_MS - ZONE_MS + chance.choice(HOURS) * HOUR_MS + chance.randrange(HOUR_MS)


def _month(day: int) -> int:
    return datetime.fromtimestamp(day * 86_400, UTC).month - 1


def _today(chance: random.Random, now_ms: int, count: int) -> Iterator[int]:
    """The last ten hours, but nothing of the last ten minutes."""
    for _ in range(count):
        yield now_ms - 10 * 60_000 - chance.randrange(10 * HOUR_MS)


def _sale(
    chance: random.Random, number: int, at: int, now_ms: int, skus: Sequence[SkuIdea], customers: int, fate: Fate | None
) -> Sale:
    channel: Channel = "taobao" if fate else chance.choices(("taobao", "counter", "phone"), (60, 30, 10))[0]
    lines = _basket(chance, skus, channel)
    goods = sum(skus[place].retail * pieces for place, pieces in lines) // 100
    if fate == "short":
        lines = ((SHORT_SKU, 3), *lines)
    customer = BLACKLISTED if fate == "blacklisted" else _buyer(chance, customers, channel)
    if fate is None:
        fate = "cancelled" if channel != "counter" and chance.randrange(100) < 3 else "done"
    age = now_ms - at
    shipped = at + chance.randrange(2 * HOUR_MS, 30 * HOUR_MS) if fate == "done" and channel != "counter" else 0
    done = shipped + 15 * DAY_MS if shipped and age > 17 * DAY_MS else 0
    return Sale(
        number=number,
        placed_ms=at,
        channel=channel,
        customer=customer,
        lines=lines,
        discount=goods * chance.choice((0, 0, 0, 3, 5)) // 100,
        postage=0 if channel == "counter" or goods >= 9_900 else 800,
        fate="to_ship" if shipped >= now_ms else fate,
        shipped_ms=shipped if shipped < now_ms else 0,
        done_ms=done if done < now_ms else 0,
        message=chance.choice(MESSAGES) if channel == "taobao" and chance.randrange(6) == 0 else "",
        memo=chance.choice(MEMOS) if channel == "taobao" and chance.randrange(12) == 0 else "",
    )


def _buyer(chance: random.Random, customers: int, channel: Channel) -> int:
    """A few buy often, most once or twice; half of those at the counter give no name."""
    if channel == "counter" and chance.randrange(2):
        return -1
    found = min(int(chance.paretovariate(0.6) * customers / 40), customers * 3) % customers
    return found if found != BLACKLISTED else (found + 1) % customers


def _basket(chance: random.Random, skus: Sequence[SkuIdea], channel: Channel) -> tuple[tuple[int, int], ...]:
    kinds = chance.choices((1, 2, 3, 4), (55, 27, 12, 6))[0]
    places = {int(chance.triangular(0, len(skus), len(skus) // 4)) % len(skus) for _ in range(kinds)}
    # What will run short today was not sold before, so that the story of its shelf stays simple; loose tea is weighed
    # at the counter and does not travel.
    kept = [
        place for place in sorted(places) if place != SHORT_SKU and (channel == "counter" or not skus[place].fraction)
    ]
    return tuple((place, chance.choices((1, 2, 3), (75, 18, 7))[0]) for place in kept or [0])


def demand(sales: Sequence[Sale]) -> dict[tuple[int, str], dict[int, int]]:
    """Pieces wanted by (month counted from 1970, where they leave from) and SKU: what has to be bought in before."""
    wanted: dict[tuple[int, str], dict[int, int]] = {}
    for sale in sales:
        moment = datetime.fromtimestamp((sale.placed_ms + ZONE_MS) / 1000, UTC)
        place = "counter" if sale.channel == "counter" else "main"
        month = wanted.setdefault((moment.year * 12 + moment.month - 1, place), {})
        for sku, pieces in sale.lines:
            month[sku] = month.get(sku, 0) + pieces
    return wanted


def pieces(count: int) -> int:
    """Pieces as a quantity."""
    return count * ONE
