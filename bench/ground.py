"""The ground against the log floor: a local durable write, a merge, and the raw order transaction."""

import hashlib
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from appliance.assembly import WallClock
from appliance.journal import CHAIN, Box, Desk, Journal, Money, Record, RoomShape, Schema, Text, action
from bench.floor import LogFloor
from bench.report import Figure, median_ratio

PRODUCTS = 2_000
COMMITS = 1_500
FIELDS = ("name", "retail", "wholesale", "member", "weight", "remark")


class Product(Record, kw_only=True, frozen=True):
    """A product of six fields, as spec/sync.md section 5 measures."""

    partition: ClassVar = CHAIN
    name: Text = ""
    retail: Money = 0
    wholesale: Money = 0
    member: Money = 0
    weight: Money = 0
    remark: Text = ""


@action("Correct products")
def correct(desk: Desk, *, changes: list[tuple[str, str, int]]) -> None:
    """Five field changes in one commit."""
    for product, field, value in changes:
        desk.change(Product, product, **{field: value})


@action("Put products")
def put(desk: Desk, *, count: int) -> list[str]:
    """Make products to work on."""
    return [desk.put(Product(name=f"product {n}")) for n in range(count)]


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measured(Path(folder))


def _desk(folder: Path, code: str) -> Desk:
    author = hashlib.sha256(code.encode()).digest()[:24]
    schema = Schema([RoomShape("bench", [Product])])
    journal = Journal(Box(folder, author, code), schema, clock=WallClock(), random=random.Random(code).randbytes)
    return journal.desk(who="bench", branch="b")


def _measured(folder: Path) -> Iterator[Figure]:
    chance = random.Random(1)
    ours, theirs = [], []
    desk = _desk(folder / "ours", "A1")
    floor = LogFloor(folder / "floor.db", 1)
    products = [product for _ in range(PRODUCTS // 500) for product in put(desk, count=500)]
    numbers = [field for field in FIELDS if field not in {"name", "remark"}]
    for _ in range(5):
        plans = [
            [(chance.choice(products), chance.choice(numbers), chance.randrange(10**6)) for _ in range(5)]
            for _ in range(COMMITS // 5)
        ]
        begun = time.process_time()
        for plan in plans:
            correct(desk, changes=plan)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        for number, plan in enumerate(plans):
            floor.write(list(plan), number)
        theirs.append(time.process_time() - begun)
    yield Figure("local durable write, 5 changes a commit, CPU against the log floor", median_ratio(ours, theirs), 2)
    yield from _merging(folder, desk, floor)
    desk.journal.close()


def _merging(folder: Path, desk: Desk, floor: LogFloor) -> Iterator[Figure]:
    entries = list(desk.journal.entries())
    ops = floor.conn.execute("select * from oplog order by seq").fetchall()
    ours, theirs = [], []
    for round_ in range(3):
        other = _desk(folder / f"other-{round_}", f"B{round_}")
        begun = time.process_time()
        for start in range(0, len(entries), 200):
            other.journal.merge(entries[start : start + 200]).result()
        changes = PRODUCTS + COMMITS * 5
        ours.append((time.process_time() - begun) / changes)
        other.journal.close()
        bare = LogFloor(folder / f"bare-{round_}.db", 2)
        heads: dict[int, bytes] = {}
        begun = time.process_time()
        for start in range(0, len(ops), 1_000):
            bare.take(ops[start : start + 1_000], heads)
        theirs.append((time.process_time() - begun) / len(ops))
    yield Figure("merging foreign entries, CPU a change against the log floor", median_ratio(ours, theirs), 2)
