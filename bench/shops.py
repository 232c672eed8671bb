"""The shops that are measured: one with a thousand orders behind it, and the same one with a million.

Both have the same goods, staff, first customers and work waiting today; the large one has lived through the finished
day a thousand times, so that only history differs. They are made once and kept under `var/bench`, named by the shape of
the tables; when only views changed the journal draws them anew by itself.
"""

import hashlib
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance import config, demo
from appliance.assembly import WallClock, open_journal, rooms
from appliance.demo import story as tea
from appliance.demo.goods import all_goods
from appliance.demo.hand import Hand, PlayedClock
from appliance.demo.opening import open_shop
from appliance.demo.people import STAFF
from appliance.demo.playing import play
from appliance.journal import Journal, Schema
from appliance.journal.entry import FORMAT, NO_HEAD, Entry, encode_parts
from appliance.shop.inventory.actions import InLine, other_in
from bench import again, story

KEPT = Path("var/bench")
ROUNDS = 1_000
OWNER_PIN = STAFF[0].pin
PLAYED = "played_at"
BATCH = 20_000
OFTEN_SOLD, PLENTY = 60, 100_000 * tea.ONE
"""SKUs that never run out, for whoever writes orders to measure."""


def small() -> Path:
    """The shop with a thousand orders."""
    return _made("small", _play)


def large(rounds: int = ROUNDS) -> Path:
    """The shop with a million."""
    before = small()
    return _made(f"large-{rounds}", lambda folder: grow(before, folder, rounds))


def _made(name: str, make: Callable[[Path], None]) -> Path:
    folder = KEPT / f"{name}-{_shape()}"
    if not config.exists(folder):
        for old in KEPT.glob(f"{name}-*"):
            shutil.rmtree(old)
        began = time.monotonic()
        making = KEPT / f".making-{name}"
        shutil.rmtree(making, ignore_errors=True)
        make(making)
        making.rename(folder)
        sys.stdout.write(f"     (made the {name} shop in {time.monotonic() - began:.0f} s)\n")
    return folder


def _shape() -> str:
    own = b"".join(
        Path(module.__file__ or "").read_bytes() for module in (again, story, tea, demo, sys.modules[__name__])
    )
    shape = Schema(room.shape for room in rooms()).fingerprint
    return hashlib.sha256(shape.encode() + own).hexdigest()[:12]


def _play(folder: Path) -> None:
    """Play the first day, the finished day and today through the rooms' own actions."""
    now = WallClock().now_ms()
    goods, people = all_goods(), story.people()
    box = demo.new_box(folder, code="A1")
    clock = PlayedClock(now - 30 * tea.DAY_MS)
    journal = open_journal(box.box, rooms(), clock=clock)
    hand = Hand(journal, clock, box.branch)
    places = open_shop(hand, goods, people[: story.OLD_CUSTOMERS])
    day, waiting = story.sales(now, goods)
    play(hand, places, [*day, *waiting], goods, people, story.supply(now, day, waiting))
    plenty = [InLine(sku=sku, qty=PLENTY, cost=tea.ONE) for sku in places.skus[:OFTEN_SOLD]]
    other_in(hand.desk(places.staff["owner"]), warehouse=places.main, reason="试销", lines=plenty)
    journal.close()
    (folder / PLAYED).write_text(str(now))


def grow(before: Path, folder: Path, rounds: int) -> None:
    """Tell the finished day so many times, oldest first, and draw the tables from the log."""
    shutil.copytree(before, folder, ignore=shutil.ignore_patterns("shop.db*", "front.db*"))
    old = open_journal(config.read(before).box, rooms(), clock=WallClock())
    new = open_journal(config.read(folder).box, rooms(), clock=WallClock())
    # A shop in the making may be lost with the power; what is measured later is opened as every shop is.
    new.writing.execute("pragma cache_size = -2000000")
    new.writing.execute("pragma synchronous = off")
    _write(new, _told(old, rounds))
    numbering = old.reading().execute("select * from numbering").fetchall()
    new.local(lambda conn: conn.executemany("insert into numbering values (?, ?, ?)", numbering)).result()
    old.close()
    new.rebuild().result()
    new.close()


def _told(journal: Journal, rounds: int) -> Iterator[tuple[str, int, list[bytes]]]:
    """(partition, stamp, parts) of every entry of the large shop's log, in the order of their moments."""
    begins, ends = _span(journal.box.folder)
    entries = list(journal.entries())
    for entry in entries:
        if entry.hlc >> 16 >= begins:
            break
        yield entry.partition, again.earlier_hlc(entry.hlc, rounds), _bytes(entry)
    told = again.Day([one for one in entries if begins <= one.hlc >> 16 < ends], begins, ends)
    pending: dict[int, list[tuple[int, str, list[bytes]]]] = defaultdict(list)
    first = told.tellings[0].at_ms // tea.DAY_MS
    for lived in range(rounds):
        days = rounds - 1 - lived
        for one, parts in told.told(days):
            if one.ledger and lived:
                parts[0] = again.go_on(parts[0], told.moves, lived)
            due = lived + one.at_ms // tea.DAY_MS - first
            pending[due].append((again.earlier_hlc(one.hlc, days), one.partition, parts))
        yield from _due(pending.pop(lived))
    for due in sorted(pending):
        yield from _due(pending[due])
    for entry in entries:
        if entry.hlc >> 16 < ends:
            continue
        parts = _bytes(entry)
        yield entry.partition, entry.hlc, [again.go_on(parts[0], told.moves, rounds - 1), *parts[1:]]


def _due(entries: list[tuple[int, str, list[bytes]]]) -> Iterator[tuple[str, int, list[bytes]]]:
    for hlc, partition, parts in sorted(entries, key=lambda one: one[0]):
        yield partition, hlc, parts


def _span(folder: Path) -> tuple[int, int]:
    """From the finished day's first moment to when its last order was completed."""
    begins = story.midnight(int((folder / PLAYED).read_text()))
    return begins, begins + story.FINISHED_DAYS * tea.DAY_MS


def _bytes(entry: Entry) -> list[bytes]:
    return [part for part in entry.parts if isinstance(part, bytes)]


def _write(journal: Journal, told: Iterator[tuple[str, int, list[bytes]]]) -> None:
    heads: dict[str, tuple[int, bytes]] = {}
    rows: list[tuple[int, int, int, int, bytes, bytes]] = []
    places = journal.log.places
    for partition, hlc, parts in told:
        seq, head = heads.get(partition, (0, NO_HEAD))
        entry = Entry(FORMAT, journal.author, partition, seq + 1, hlc, 0, head, list(parts))
        heads[partition] = (seq + 1, entry.head)
        place = places.number(journal.author, partition)
        rows.append((place, seq + 1, hlc, 0, heads[partition][1], encode_parts(entry.parts)))
        if len(rows) == BATCH:
            _append(journal, rows)
            rows = []
    _append(journal, rows)


def _append(journal: Journal, rows: list[tuple[int, int, int, int, bytes, bytes]]) -> None:
    sql = "insert into log (place, seq, hlc, needs, head, parts) values (?, ?, ?, ?, ?, ?)"
    journal.local(lambda conn: conn.executemany(sql, rows)).result()
