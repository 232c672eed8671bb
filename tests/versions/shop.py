"""A small shop with something of everything that lies in a log, and how it is written down and read again."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from appliance import __version__
from appliance.assembly import open_journal, rooms
from appliance.journal import ONE, Desk, Journal, action, cold
from appliance.journal.entry import FORMAT, pack
from appliance.shop import customers
from appliance.shop.orders import NewLine, deciding
from appliance.sync.boxes import bundle
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.stick import Stick
from appliance.sync.boxes.swap import Swap
from appliance.sync.boxes.vectors import pack_heads
from tests.cast import BRANCH_A, MORNING, TestClock, box_of
from tests.orders.teahouse import approved, furnish, order

ROOT = RootKey.made(random.Random("root").randbytes)
SHOWN = {
    "orders": "select number, state, receivable, deleted from sales_order where made_at > 0 order by number",
    "customers": "select name, no from customer where made_at > 0 order by name",
    "asked": "select s.code, h.bucket, h.qty from held h join sku s on s.id = h.sku where h.qty <> 0 order by 1, 2",
}
"""What is looked at in every version. A column that is renamed one day is renamed here."""


@dataclass
class Box:
    """A box of the whole shop, with what it needs to read what others carry."""

    desk: Desk
    key: BoxKey
    circle: Circle

    @property
    def journal(self) -> Journal:
        return self.desk.journal

    def shown(self) -> dict[str, list[list[Any]]]:
        """What people see of it."""
        return {name: [list(row) for row in self.desk.rows(sql)] for name, sql in SHOWN.items()}

    def read(self, stick: Path) -> None:
        """Take in a bundle."""
        swap = Swap(self.journal, self.circle, self.journal.clock, __version__)
        chance = random.Random("reader").randbytes
        Stick(self.key, self.circle, swap, Notebook(":memory:"), self.journal.clock, chance).read(stick)


def open_box(folder: Path, code: str) -> Box:
    """Open a box with every room of today."""
    key = BoxKey(hashlib.sha256(code.encode()).digest())
    circle = Circle(ROOT.public, key.box)
    circle.learn(_certificate(code, key))
    clock = TestClock(MORNING + (0 if code == "A1" else 86_400_000))
    box = box_of(folder, code, root=ROOT.public)
    journal = open_journal(box, rooms(None), clock=clock, random=random.Random(code).randbytes)
    return Box(journal.desk(who="alice", device="tablet", branch=BRANCH_A), key, circle)


def _certificate(code: str, key: BoxKey) -> bytes:
    told = {"public": key.public, "exchange": key.exchange_public, "code": code, "branch": BRANCH_A}
    return certify(ROOT, **told).raw  # type: ignore[arg-type]


# ---- writing


@action("Forget")
def forget(desk: Desk, *, customer: str) -> None:
    desk.erase(customer)


def write(folder: Path) -> None:
    """Write down what today's version leaves on a disk, sends and shows."""
    usual, cold.CHUNK_ENTRIES = cold.CHUNK_ENTRIES, 20
    box = open_box(folder / "box", "A1")
    try:
        _trade(box.desk)
        journal = box.journal
        journal.put_away(5)
        journal.milestone(floor=journal.milestone().result()).result()
        segments = list(journal.segments({}))
        _lines(folder / "segments.txt", segments)
        _lines(folder / "entries.txt", [pack(entry) for entry in journal.entries()])
        _carry(folder / "A1.bundle", box, segments)
        journal.trim()
        _lines(folder / "snapshot.txt", journal.snapshot())
        told = {"version": __version__, "format": FORMAT, "digest": journal.digest().hex(), "shown": box.shown()}
        (folder / "told.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    finally:
        cold.CHUNK_ENTRIES = usual
        box.journal.close()
    _lay_by(folder / "box" / "shop.db", folder / "shop.db.zst")


def _trade(desk: Desk) -> None:
    house = furnish(desk)
    approved(desk, house, NewLine(sku=house.teapot), NewLine(sku=house.cup, qty=2 * ONE), postage=1000)
    order(desk, house)
    for place, name in enumerate(("王芳", "张伟", "赵敏")):
        customers.create(desk, name=name, phone=f"1380000773{place}")
    gone = customers.create(desk, name="忘记我", phone="13900001111")
    forget(desk, customer=gone)
    for _ in range(12):
        deciding.cancel(desk, order=order(desk, house, NewLine(sku=house.cup)), reason="不要了")
    approved(desk, house, NewLine(sku=house.cup, qty=3 * ONE))


def _carry(path: Path, box: Box, segments: list[bytes]) -> None:
    reader = BoxKey(hashlib.sha256(b"R1").digest())
    circle, heads = Circle(ROOT.public, box.key.box), pack_heads(box.journal.heads(), None)
    for code, key in (("A1", box.key), ("R1", reader)):
        circle.learn(_certificate(code, key))
    with path.open("wb") as file:
        bundle.write_bundle(
            file,
            key=box.key,
            own=circle.own,  # type: ignore[arg-type]
            readers=circle.others,
            manifest=bundle.Manifest(since=b"", upto=heads, version=__version__),
            segments=segments,
            made_ms=MORNING,
            random=random.Random("bundle").randbytes,
        )


def _lines(path: Path, told: list[bytes]) -> None:
    path.write_text("".join(base64.b64encode(one).decode() + "\n" for one in told), "utf-8")


def _lay_by(database: Path, to: Path) -> None:
    with sqlite3.connect(database) as conn:
        conn.execute("vacuum")
        conn.execute("pragma wal_checkpoint(truncate)")
    conn.close()
    to.write_bytes(zstandard.ZstdCompressor(level=22).compress(database.read_bytes()))
    for left in database.parent.iterdir():
        left.unlink()
    database.parent.rmdir()


# ---- reading


def lines(path: Path) -> list[bytes]:
    """Read what was sent."""
    return [base64.b64decode(line) for line in path.read_text("utf-8").split()]


def unpack(folder: Path, to: Path) -> None:
    """Lay a kept database where a box opens it."""
    to.mkdir()
    packed = (folder / "shop.db.zst").read_bytes()
    (to / "shop.db").write_bytes(zstandard.ZstdDecompressor().decompress(packed))


Way = Callable[[Box, Path], None]


def by_segments(box: Box, folder: Path) -> None:
    """What the wire brought."""
    box.journal.take(lines(folder / "segments.txt")).result()


def by_bundle(box: Box, folder: Path) -> None:
    """What a stick brought."""
    box.read(folder / "A1.bundle")


def by_snapshot(box: Box, folder: Path) -> None:
    """What a new box begins with, and the rest of the log."""
    box.journal.install(lines(folder / "snapshot.txt")).result()
    box.journal.merge(lines(folder / "entries.txt")).result()
