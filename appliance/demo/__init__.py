"""A shop to play with: 小满茶铺, made by lot but always the same, through the rooms' own actions."""

import sys
import time
from pathlib import Path

from appliance.assembly import WallClock, open_journal, rooms
from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import write_files
from appliance.demo.goods import all_goods
from appliance.demo.hand import Hand, PlayedClock
from appliance.demo.opening import open_shop
from appliance.demo.people import STAFF, customers
from appliance.demo.playing import play
from appliance.demo.story import DAY_MS, DAYS, incoming, year
from appliance.journal import Journal
from appliance.shopfitting import made_whole, new_box

FILES = "淘宝导出的文件"
SHOP = "小满茶铺淘宝店"
CUSTOMERS, ORDERS = 2_000, 6_000


def open_demo(folder: Path, *, now_ms: int = 0, orders: int = ORDERS, people: int = CUSTOMERS) -> None:
    """Open the tea shop in an empty folder, with a year behind it that ends now, and say how to come in."""
    began = time.monotonic()
    _say(f"Making a tea shop with {orders:,} orders, once; this takes a moment ...")
    with made_whole(folder) as making:
        box = new_box(making, code="A1")
        clock = PlayedClock(0)
        journal = open_journal(box.box, rooms(), clock=clock)
        try:
            fill(journal, clock, box.branch, now_ms or WallClock().now_ms(), orders=orders, people=people)
        finally:
            journal.close()
    _say(f"It took {time.monotonic() - began:.0f} s. Files to import by hand lie in {folder / FILES}.")
    _say("Sign in as: " + ", ".join(f"{one.name} ({one.role}) PIN {one.pin}" for one in STAFF))


def fill(
    journal: Journal, clock: PlayedClock, branch: str, now_ms: int, *, orders: int = ORDERS, people: int = CUSTOMERS
) -> None:
    """Play the first day and the year after it, and lay out the platform's newest files."""
    goods, persons = all_goods(), customers(people)
    clock.at_ms = now_ms - (DAYS + 1) * DAY_MS
    hand = Hand(journal, clock, branch)
    places = open_shop(hand, goods, persons)
    play(hand, places, year(now_ms, goods, customers=people, orders=orders), goods, persons)
    hand.at(now_ms)
    hand.wait()
    platform = SellersDesk(persons, goods, SHOP)
    write_files(journal.box.folder / FILES, platform, incoming(now_ms, goods, customers=people))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
