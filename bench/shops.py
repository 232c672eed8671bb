"""The shops that are measured: one with a thousand orders behind it, and the same one with a million.

Both have the same goods, staff, first customers and work waiting today; the large one has lived through the finished
day a thousand times, so that only history differs. They are made once and kept under `var/bench`, named by the shape of
the tables; when only views changed the journal draws them anew by itself.
"""

import hashlib
import shutil
import sqlite3
import sys
import time
from collections import defaultdict, deque
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
from appliance.journal.cold import CHUNK_ENTRIES, STAY_HOT
from appliance.journal.drawing import redraw
from appliance.journal.entry import FORMAT, NO_HEAD, Entry, encode_parts
from appliance.journal.resting import Line, pack_chunk
from appliance.journal.shadow import Shadow
from appliance.journal.store import Store
from appliance.shop.inventory.actions import InLine, other_in
from bench import again, story

KEPT = Path("var/bench")
ROUNDS = 1_000
OWNER_PIN = STAFF[0].pin
PLAYED = "played_at"
BATCH = 100
"""So many chunks are written together."""
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
    new.writing.execute("pragma synchronous = off")
    _write(new, _told(old, rounds))
    numbering = old.reading().execute("select * from numbering").fetchall()
    new.local(lambda conn: conn.executemany("insert into numbering values (?, ?, ?)", numbering)).result()
    old.close()
    new.close()
    _draw(new)


def _draw(journal: Journal) -> None:
    """Draw the tables as the journal does; a shop in the making may be lost with the power and needs no way back."""
    store = Store(journal.box.folder / "shop.db")
    for pragma in ("journal_mode = off", "synchronous = off", "secure_delete = off", "cache_size = -2000000"):
        store.writing.execute(f"pragma {pragma}")
    store.writing.execute("begin")
    redraw(Shadow(store.writing, journal.schema, journal.box.root))
    store.writing.execute("commit")
    store.close()


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
    """Lay the entries down as a box keeps them after the night: the newest as rows, those before in chunks."""
    heads: dict[int, tuple[int, bytes]] = {}
    waiting: deque[tuple[Line, bytes]] = deque()
    chunks: list[_Chunk] = []
    places = journal.log.places
    for arrived, (partition, hlc, parts) in enumerate(told, 1):
        place = places.number(journal.author, partition)
        seq, head = heads.get(place, (0, NO_HEAD))
        entry = Entry(FORMAT, journal.author, partition, seq + 1, hlc, 0, head, list(parts))
        heads[place] = (seq + 1, entry.head)
        waiting.append((Line(arrived, place, seq + 1, hlc, 0, entry.parts), heads[place][1]))
        if len(waiting) >= STAY_HOT + CHUNK_ENTRIES:
            chunks.append(_chunk([waiting.popleft() for _ in range(CHUNK_ENTRIES)]))
        if len(chunks) == BATCH:
            _put_away(journal, chunks)
            chunks = []
    _put_away(journal, chunks)
    rows = [(*line[:5], head, encode_parts(line.parts)) for line, head in waiting]
    journal.local(lambda conn: conn.executemany("insert into log values (?, ?, ?, ?, ?, ?, ?)", rows)).result()


_Chunk = tuple[list[tuple[int, int, int, bytes, int]], tuple[int, int, bytes]]
"""The spans of a chunk, and the chunk, as they lie."""


def _chunk(entries: list[tuple[Line, bytes]]) -> _Chunk:
    lines = [line for line, _ in entries]
    first, spans = lines[0].arrived, dict[int, tuple[int, int, int, bytes, int]]()
    for line, head in entries:
        begins = spans[line.place][2] if line.place in spans else line.seq
        spans[line.place] = (line.place, line.seq, begins, head, first)
    return list(spans.values()), (first, lines[-1].arrived, pack_chunk(lines))


def _put_away(journal: Journal, chunks: list[_Chunk]) -> None:
    def job(conn: sqlite3.Connection) -> None:
        conn.executemany("insert into cold values (?, ?, ?)", [chunk for _, chunk in chunks])
        conn.executemany("insert into span values (?, ?, ?, ?, ?)", [span for spans, _ in chunks for span in spans])

    journal.local(job).result()
