"""Growth: what a million orders behind a shop cost at a tap, against the same shop with a thousand.

Both are served at once and asked in turn, the same pages of each; the least of several is taken, the rest being other
people's noise. `ORDERS=20000 python -m bench history` measures a smaller one, to try something out.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from appliance.journal import Desk
from appliance.shop.orders.actions import create
from appliance.shop.orders.records import NewLine
from bench import shops, story
from bench.house import House, open_shop
from bench.inside import inside
from bench.report import Figure, cpu_us
from bench.till import Till, standing

ROUNDS, TIMES = 5, 60
SAMPLE = 40
COMMITS = 60
MONTHS = (
    "select substr(day, 1, 7) as month, shop, sum(orders), sum(units), sum(amount), sum(cost) from sales_day "
    "where basis = 'paid' and n <> 0 group by month, shop"
)
FROM_ORDERS = (
    "select substr(day, 1, 7) as month, shop, sum(orders), sum(units), sum(amount), sum(cost) from order_day_plain "
    "where basis = 'paid' group by month, shop"
)


@dataclass(frozen=True)
class Screen:
    """A screen as it is asked for in one shop: some addresses in turn."""

    name: str
    paths: Sequence[str]
    goal: float = 1.3


def figures() -> Iterator[Figure]:
    """Measure."""
    orders = int(os.environ.get("ORDERS", "1000000"))
    large = shops.large(orders // story.A_DAY)
    with tempfile.TemporaryDirectory(dir=shops.KEPT) as name:
        small = Path(name) / "shop"
        shutil.copytree(shops.small(), small)
        yield _standing_cost(small, large)
        yield from _served(small, large)
        yield from _first_looks(small, large)
        yield _committed(small, large)
        yield from _rolled_up(large)


def _standing_cost(small: Path, large: Path) -> Figure:
    counted = _asked(large, "select count(*), (select count(*) from sales_order_line) from sales_order")[0]
    sizes = [sum(file.stat().st_size for file in folder.glob("shop.db*")) / 1e9 for folder in (small, large)]
    note = f"{counted[0]:,} orders, {counted[1] / counted[0]:.1f} lines each"
    return Figure(
        "room on the disk for a thousand orders more", (sizes[1] - sizes[0]) / counted[0] * 1e6, 20, "MB", note=note
    )


# ---- over HTTP


def _served(small: Path, large: Path) -> Iterator[Figure]:
    with open_shop(small, shops.OWNER_PIN) as few, open_shop(large, shops.OWNER_PIN) as many:
        started = [house.cpu_s() * 1e3 for house in (few, many)]
        yield _ratio("start to the first page", started[1], started[0], 1.3)
        for one, other in zip(_screens(small, large, 0), _screens(small, large, 1), strict=True):
            told = list(_in_turn(few, one, many, other))
            yield _ratio(one.name, min(pair[1] for pair in told), min(pair[0] for pair in told), one.goal)


def _in_turn(few: House, one: Screen, many: House, other: Screen) -> Iterator[tuple[float, float]]:
    for house, screen in ((few, one), (many, other)):
        house.cpu_of(screen.paths, 10)
    for _ in range(ROUNDS):
        yield few.cpu_of(one.paths, TIMES), many.cpu_of(other.paths, TIMES)


def _ratio(name: str, grown: float, before: float, goal: float) -> Figure:
    return Figure(f"{name}, CPU", grown / before, goal, note=f"{grown:.2f} ms against {before:.2f}")


def _screens(small: Path, large: Path, which: int) -> list[Screen]:
    """The same screens in both shops; those of one thing ask for things from all over the shop's history."""
    folder = (small, large)[which]
    orders = [
        row[0] for row in _spread(folder, "select id from order_list where state = 'completed' order by placed_at")
    ]
    middle = _spread(folder, "select placed_at, id from order_list order by placed_at")
    # Those who bought in both shops, and by now a thousand times as much in one of them.
    known = _asked(small, "select p.normal, p.customer from customer_phone p join customer c on c.id = p.customer "
                          "where p.masked = 0 and c.deleted = 0 order by c.made_at limit ?", SAMPLE)  # fmt: skip
    names, tails = _words(small)
    return [
        Screen("home", ["/"]),
        Screen("order list, first page", ["/orders?view=all"]),
        Screen("order list, what is to be reviewed", ["/orders"]),
        Screen("order list, a page in the middle by its key",
               [f"/orders?view=all&after=i{at}.{id}" for at, id in middle[SAMPLE // 4 : -SAMPLE // 4]]),
        Screen("order list, one courier's dearest of the last month",
               [f"/orders?view=all&courier={Till(small).courier}&placed_at=30d&sort=receivable-desc"]),
        Screen("an order", [f"/orders/{id}" for id in orders]),
        Screen("stock", ["/stock"]),
        Screen("a customer by phone", [f"/find?q={phone}" for phone, _ in known]),
        Screen("their last orders", [f"/panel/orders/of-customer/{customer}" for _, customer in known]),
        Screen("their page", [f"/customers/{customer}" for _, customer in known]),
        Screen("customers", ["/customers"]),
        Screen("platform orders", ["/marketplace"]),
        Screen("parcels", ["/shipping"]),
        Screen("money papers", ["/accounts/papers"]),
        Screen("search for two characters of a name", [f"/search?q={text}" for text in names], 1.5),
        Screen("search for a phone's last four", [f"/search?q={text}" for text in tails], 1.5),
        Screen("order list, two characters of a name", [f"/orders?q={names[0]}"], 1.5),
        Screen("order list, a phone's last four", [f"/orders?q={tails[0]}"], 1.5),
    ]  # fmt: skip


def _words(folder: Path) -> tuple[list[str], list[str]]:
    """Pieces of names and ends of phones to search for: the commonest, the very first of which fills a screen in both."""
    names = _asked(folder, "select substr(receiver, 1, 2) from order_list where length(receiver) > 1 "
                           "group by 1 order by count(*) desc limit 10")  # fmt: skip
    tails = _asked(folder, "select phone_tail from order_list where phone_tail glob '[0-9][0-9][0-9][0-9]' "
                           "group by 1 order by count(*) desc limit 10")  # fmt: skip
    return [row[0] for row in names], [row[0] for row in tails]


def _spread(folder: Path, sql: str) -> list[tuple]:
    """Some rows of many, at even distances."""
    (count,) = _asked(folder, f"select count(*) from ({sql})")[0]
    return [_asked(folder, f"{sql} limit 1 offset ?", count * place // SAMPLE)[0] for place in range(SAMPLE)]


def _asked(folder: Path, sql: str, *args: object) -> list[tuple]:
    conn = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
    conn.create_function("times", 2, lambda *_: 0, deterministic=True)
    try:
        return conn.execute(sql, args).fetchall()
    finally:
        conn.close()


# ---- after something was written


def _first_looks(small: Path, large: Path) -> Iterator[Figure]:
    """What a screen costs when nothing is remembered of it: the counts of the saved views, the totals."""
    cookies = []
    for folder in (small, large):
        with open_shop(folder, shops.OWNER_PIN) as house:
            cookies.append(dict(house.cookies))
    with inside(small) as few, inside(large) as many:
        for path in ("/", "/orders?view=all", "/orders", "/stock", "/customers", "/accounts/parties"):
            looks = [
                partial(box.get, path, cookie, cold=True) for box, cookie in zip((few, many), cookies, strict=True)
            ]
            told = [[cpu_us(look, 5, 1) / 1e3 for look in looks] for _ in range(ROUNDS + 1)]
            grown, before = (min(pair[which] for pair in told) for which in (1, 0))
            yield _ratio(f"{path} just after somebody wrote", grown, before, 1.3)


# ---- writing


def _committed(small: Path, large: Path) -> Figure:
    """An order of three lines, written in turn in both shops."""
    with standing(small) as few, standing(large) as many:
        told = [[_cpu_ms(partial(_written, *at)) for at in (few, many)] for _ in range(ROUNDS + 1)]
    return _ratio("an order written", min(pair[1] for pair in told), min(pair[0] for pair in told), 2.3)


def _cpu_ms(write: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(COMMITS):
        write()
    return (time.process_time() - begun) / COMMITS * 1e3


def _written(desk: Desk, till: Till) -> str:
    told = till.order()
    return create(desk, **{**told, "lines": [NewLine(sku=sku) for sku in told["lines"]]})


# ---- the days in sums


def _rolled_up(large: Path) -> Iterator[Figure]:
    """Sales by month and shop, from the sums that are kept by day, and from every order there is."""
    conn = sqlite3.connect(f"file:{large / 'shop.db'}?mode=ro", uri=True)
    months = cpu_us(lambda: conn.execute(MONTHS).fetchall(), 3)
    begun = time.process_time()
    scanned = sorted(conn.execute(FROM_ORDERS).fetchall())
    took = (time.process_time() - begun) * 1e3
    kept = sorted(conn.execute(MONTHS).fetchall())
    conn.close()
    note = f"{len(kept)} sums; every order scanned: {took:,.0f} ms"
    yield Figure("sales by month and shop from the kept days, CPU", months / 1e3, 10, "ms", note=note)
    differ = len(set(kept) ^ set(scanned))
    yield Figure(
        "sums that differ from the scan, by so much as a fen",
        differ,
        0,
        "",
        note=f"{sum(row[4] for row in kept):,} fen",
    )
