"""Bringing in a file of twenty thousand orders: how fast, and what the tablets notice of it."""

import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from appliance.assembly import WallClock
from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import to_csv
from appliance.demo.goods import all_goods
from appliance.demo.story import year
from appliance.journal import Desk
from appliance.shop.marketplace import Clerk
from appliance.shop.marketplace.actions import lay_in, take_in
from bench import shops, story
from bench.house import House, open_shop
from bench.report import Figure
from bench.till import standing

ORDERS = 20_000
SHOP = "小满茶铺淘宝店"
IDLE_S, BUSY_S = 8, 15
PAUSE_S = 0.02


def figures() -> Iterator[Figure]:
    """Measure."""
    orders, items = told_files()
    small = shops.small()
    with tempfile.TemporaryDirectory(dir=shops.KEPT) as name:
        folder = Path(name) / "shop"
        shutil.copytree(small, folder)
        yield _rate(folder, orders, items)
        shutil.rmtree(folder)
        shutil.copytree(small, folder)
        yield from _meanwhile(folder, orders, items)


def told_files() -> tuple[bytes, bytes]:
    """An order file and an item file as the seller's desk writes them, of orders nobody has seen."""
    goods, people = all_goods(), story.people()
    now = WallClock().now_ms()
    told = year(now, goods, customers=len(people), orders=ORDERS * 2, seed=77)
    sales = [sale for sale in told if sale.channel == "taobao"][:ORDERS]
    # Numbers of their own: the shop's year began with these too.
    fresh = [replace(sale, number=sale.number + 5_000_000, fate="to_review") for sale in sales]
    desk = SellersDesk(people, goods, SHOP)
    return to_csv(desk.orders(fresh)), to_csv(desk.items(fresh))


def _rate(folder: Path, orders: bytes, items: bytes) -> Figure:
    with standing(folder) as (desk, _):
        shop = desk.value("select id from shop where platform = 'taobao'")
        began = time.process_time()
        for content in (orders, items):
            _taken_in(desk, shop, content)
        took = time.process_time() - began
        count = desk.value("select count(*) from raw_order where made_at > ?", desk.at - 3_600_000)
        if count < ORDERS:
            raise RuntimeError(f"Only {count} orders came in.")
        return Figure("20,000 orders of a platform's two files taken in, a CPU second", ORDERS / took, 5_000, "orders",
                      at_least=True)  # fmt: skip


def _taken_in(desk: Desk, shop: str, content: bytes) -> None:
    clerk = Clerk(desk.journal, desk.branch)
    job = lay_in(desk, file=desk.journal.blobs.keep(content), shop=shop)
    clerk.work()
    take_in(desk, import_job=job, submits=False)
    clerk.work()


def _meanwhile(folder: Path, orders: bytes, items: bytes) -> Iterator[Figure]:
    """What a tablet waits for the order list at worst, while files come in and while nothing does."""
    with open_shop(folder, shops.OWNER_PIN) as house:
        token = token_of(house)
        idle = _waits(house, IDLE_S, lambda: True)
        busy: list[float] = []
        for content in (orders, items):
            job = laid_in(house, folder, content, token)
            taken_in(house, job, token)
            busy += _waits(house, BUSY_S, lambda job=job: state_of(folder, job) == "running")
        note = f"{_p99(busy) * 1e3:.1f} ms against {_p99(idle) * 1e3:.1f}, {len(busy)} pages"
        yield Figure("a page's p99 while files come in, against idle", _p99(busy) / _p99(idle), 3, note=note)


def token_of(house: House) -> str:
    """Read from the form for files what every form must bring."""
    return re.findall(rb'name="token" value="([^"]+)"', house.page("/do/marketplace/lay_in"))[0].decode()


def taken_in(house: House, job: str, token: str) -> None:
    """Let a file that the box has looked at come in, and its orders be made."""
    posted(house.post("/do/marketplace/take_in", {"import_job": job, "submits": "1", "token": token, "key": job}))


def laid_in(house: House, folder: Path, content: bytes, token: str) -> str:
    """Upload a file and wait until the box has looked at it; returns its job."""
    shop = _asked(folder, "select id from shop where platform = 'taobao'")
    form = {"shop": shop, "token": token, "key": str(len(content))}
    job = posted(house.send("/do/marketplace/lay_in", form, ("file", "orders.csv", content)))
    while state_of(folder, job) == "laid_in":
        time.sleep(0.1)
    return job


def state_of(folder: Path, job: str) -> str:
    """How far an import is."""
    return _asked(folder, "select state from import_job where id = ?", job)


def _asked(folder: Path, sql: str, *args: str) -> str:
    conn = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
    try:
        return conn.execute(sql, args).fetchone()[0]
    finally:
        conn.close()


def posted(answer: tuple[int, bytes, dict[str, str]]) -> str:
    """Return the id of what a form wrote; raises when it was not taken."""
    status, body, headers = answer
    if status != 303:
        raise RuntimeError(f"The form was answered {status}: {body[:300]!r}")
    return headers["location"].rpartition("/")[2]


def _waits(house: House, seconds: float, going: Callable[[], bool]) -> list[float]:
    told, began = [], time.monotonic()
    while time.monotonic() - began < seconds and going():
        asked = time.perf_counter()
        house.page("/orders")
        told.append(time.perf_counter() - asked)
        time.sleep(PAUSE_S)
    return told


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]
