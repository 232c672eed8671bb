"""A shop to play with: 小满茶铺, made by lot but always the same, through the rooms' own actions."""

import shutil
import time
from pathlib import Path

from appliance import config
from appliance.assembly import WallClock, open_journal, rooms
from appliance.demo.exports import Desk as SellersDesk
from appliance.demo.exports import write_files
from appliance.demo.goods import all_goods
from appliance.demo.hand import Hand, PlayedClock
from appliance.demo.opening import open_shop
from appliance.demo.people import STAFF, customers
from appliance.demo.playing import play
from appliance.demo.story import DAY_MS, DAYS, incoming, year
from appliance.journal import Journal, derive

FILES = "淘宝导出"
AUTHOR = bytes.fromhex("c0ffee") * 8
CUSTOMERS, ORDERS = 2_000, 6_000


def open_demo(folder: Path, *, now_ms: int = 0, orders: int = ORDERS, people: int = CUSTOMERS) -> None:
    """Open the tea shop in an empty folder, with a year behind it that ends now, and say how to come in.

    The shop is made beside and moved into place when it is whole, so a demo that was interrupted is begun anew.
    """
    began = time.monotonic()
    making = folder / ".making"
    shutil.rmtree(making, ignore_errors=True)
    branch = derive("branch", AUTHOR.hex())
    made = config.Config(folder=making, author=AUTHOR, branch=branch)
    clock = PlayedClock(0)
    journal = open_journal(made.box, rooms(), clock=clock)
    try:
        fill(journal, clock, branch, now_ms or WallClock().now_ms(), orders=orders, people=people)
    finally:
        journal.close()
    config.write(made)
    for part in sorted(making.iterdir(), key=lambda path: path.name == "box.toml"):
        part.rename(folder / part.name)
    making.rmdir()
    print(f"小满茶铺 is open: a year of {orders} orders, made in {time.monotonic() - began:.0f} s.")  # noqa: T201
    for colleague in STAFF:
        print(f"  {colleague.name} ({colleague.role}): PIN {colleague.pin}")  # noqa: T201
    print(f"Order files to import by hand lie in {folder / FILES}.")  # noqa: T201


def fill(
    journal: Journal, clock: PlayedClock, branch: str, now_ms: int, *, orders: int = ORDERS, people: int = CUSTOMERS
) -> None:
    """Play the first day and the year after it."""
    goods, persons = all_goods(), customers(people)
    clock.at_ms = now_ms - (DAYS + 1) * DAY_MS
    hand = Hand(journal, clock, branch)
    places = open_shop(hand, goods, persons)
    play(hand, places, year(now_ms, goods, customers=people, orders=orders), goods, persons)
    hand.at(now_ms)
    hand.wait()
    platform = SellersDesk(persons, goods, "小满茶铺淘宝店")
    write_files(journal.box.folder / FILES, platform, incoming(now_ms, goods, customers=people))
