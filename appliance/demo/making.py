"""Making the demo: a box, its first day, a year of trade, and today's files from the platform."""

import sys
from pathlib import Path

from appliance.assembly import WallClock, open_journal, rooms
from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import write_files
from appliance.demo.goods import all_goods
from appliance.demo.hand import Hand, PlayedClock
from appliance.demo.opening import open_shop
from appliance.demo.people import STAFF, customers
from appliance.demo.playing import play, restock
from appliance.demo.story import DAY_MS, DAYS, incoming, year
from appliance.shopfitting import new_box

FILES = "淘宝导出的文件"
SHOP = "小满茶铺淘宝店"


def open_demo(folder: Path, *, now_ms: int = 0, orders: int = 6_000, people: int = 2_000) -> None:
    """Make the tea shop in an empty folder, as it stands today; says what it does and how to sign in."""
    now = now_ms or WallClock().now_ms()
    goods, buyers = all_goods(), customers(people)
    _say(f"Making a tea shop with {orders:,} orders, once; this takes a moment ...")
    box = new_box(folder, code="A1")
    clock = PlayedClock(now - (DAYS + 2) * DAY_MS)
    journal = open_journal(box.box, rooms(), clock=clock)
    hand = Hand(journal, clock, box.branch)
    places = open_shop(hand, goods, buyers)
    sales = year(now, goods, customers=people, orders=orders)
    play(hand, places, sales, goods, buyers, restock(sales))
    files = write_files(folder / FILES, SellersDesk(buyers, goods, SHOP), incoming(now, goods, customers=people))
    journal.close()
    _say(f"Files to import by hand lie in {files[0].parent}.")
    _say("Sign in as: " + ", ".join(f"{one.name} ({one.role}) PIN {one.pin}" for one in STAFF))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
