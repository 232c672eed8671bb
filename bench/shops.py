"""The shops that are measured: one with a thousand orders behind it, and the same one with a million.

Both have the same goods, staff, first customers and work waiting today; the large one has lived through the finished
day a thousand times, so that only history differs. Its log is told entry by entry (`again`); its tables are the rows
that the journal drew of the day, told with it (`rows`), and what is kept is drawn from them by the journal. They are
made once and stay under `var/bench`, named by the shape of the tables; when only views changed the journal draws them
anew by itself.
"""

import hashlib
import shutil
import sqlite3
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
from appliance.journal.cold import CHUNK_BYTES, CHUNK_ENTRIES, STAY_HOT
from appliance.journal.drawing import begin_anew, finish
from appliance.journal.entry import FORMAT, NO_HEAD, Entry, encode_parts, read_deed, read_sealed
from appliance.journal.resting import Line, pack_chunk
from appliance.journal.shadow import Shadow, beside
from appliance.journal.store import Store
from appliance.shop.inventory.actions import InLine, other_in
from bench import again, rows, story

KEPT = Path("var/bench")
ROUNDS = 1_000
OWNER_PIN = STAFF[0].pin
PLAYED = "played_at"
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
        Path(module.__file__ or "").read_bytes() for module in (again, rows, story, tea, demo, sys.modules[__name__])
    )
    shape = Schema(room.shape for room in rooms()).fingerprint
    return hashlib.sha256(shape.encode() + own).hexdigest()[:12]


def _play(folder: Path) -> None:
    """Play the first day, the finished day and today through the rooms' own actions."""
    now = WallClock().now_ms()
    goods, people = all_goods(), story.people()
    box = demo.new_box(folder, code="A1")
    clock = PlayedClock(now - (ROUNDS + story.BACK_DAYS + 10) * tea.DAY_MS)
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
    """Tell the finished day so many times, oldest first: its log, and the rows that the journal drew from it."""
    shutil.copytree(before, folder, ignore=shutil.ignore_patterns("shop.db*", "front.db*"))
    old = open_journal(config.read(before).box, rooms(), clock=WallClock())
    new = open_journal(config.read(folder).box, rooms(), clock=WallClock())
    new.close()
    lived = Lived(old)
    store = Store(folder / "shop.db")
    for pragma in ("journal_mode = off", "synchronous = off", "secure_delete = off", "cache_size = -2000000"):
        # A shop in the making may be lost with the power and needs no way back.
        store.writing.execute(f"pragma {pragma}")
    store.writing.execute("begin")
    begin_anew(shadow := Shadow(store.writing, new.schema, new.box.root))
    _write(shadow, new.author, lived.told(rounds))
    _draw(shadow, old, lived, rounds)
    finish(shadow)
    store.writing.execute("commit")
    store.close()
    old.close()


@dataclass(frozen=True)
class Told:
    """An entry as it is told: whose history it belongs to, and of whom each further part speaks."""

    hlc: int
    partition: str
    parts: list[bytes]
    about: list[str]
    persons: list[str]


class Lived:
    """What the small shop lived through: its opening, the finished day, and today."""

    def __init__(self, journal: Journal) -> None:
        begins, ends = _span(journal.box.folder)
        entries = list(journal.entries())
        self.before = [one for one in entries if one.hlc >> 16 < begins]
        self.after = [one for one in entries if one.hlc >> 16 >= ends]
        self.last = len(entries) - len(self.after)
        self.day = again.Day(entries[len(self.before) : self.last], begins, ends)

    def told(self, rounds: int) -> Iterator[Told]:
        """Tell every entry of the large shop's log, in the order of their moments."""
        for entry in self.before:
            yield _as_it_was(entry)
        day, pending = self.day, defaultdict[int, list[Told]](list)
        first = day.tellings[0].at_ms // tea.DAY_MS
        for lived in range(rounds):
            days = rounds - 1 - lived
            for one, parts in day.told(days):
                if one.ledger and lived:
                    parts[0] = again.go_on(parts[0], day.moves, lived)
                due = lived + one.at_ms // tea.DAY_MS - first
                named = [[day.named(record, days) for record in records] for records in (one.about, one.persons)]
                pending[due].append(Told(again.earlier_hlc(one.hlc, days), one.partition, parts, *named))
            yield from sorted(pending.pop(lived), key=_moment)
        for due in sorted(pending):
            yield from sorted(pending[due], key=_moment)
        for entry in self.after:
            told = _as_it_was(entry)
            told.parts[0] = again.go_on(told.parts[0], day.moves, rounds - 1)
            yield told


def _moment(told: Told) -> int:
    return told.hlc


def _as_it_was(entry: Entry) -> Told:
    parts = [part for part in entry.parts if isinstance(part, bytes)]
    persons = [read_sealed(part).record for part in parts[1:]]
    return Told(entry.hlc, entry.partition, parts, read_deed(parts[0]).about, persons)


def _draw(shadow: Shadow, old: Journal, lived: Lived, rounds: int) -> None:
    """Fill the tables: what was before the day, each telling of it, and then the day itself and what came after."""
    beside_it = beside(old.path, "", old.schema, old.box.root)
    finished = rows.finished(beside_it, lived.last)
    conn, known = shadow.conn, old.reading()
    for when in ("<", ">="):
        for table in (*old.schema.shapes, *rows.STAMPED):
            asked = f"select * from {table} where {rows.stamp(old.schema, table)} {when} ?"
            found = known.execute(asked + " order by rowid" * (table in old.schema.shapes), (lived.day.first_ms,))
            last = conn.execute(f"select max(rowid) from {table}").fetchone()[0] if table in again.LEDGERS else 0
            conn.executemany(rows.insert(conn, table), map(tuple, found))
            if when == ">=" and table in again.LEDGERS:
                rows.go_on(conn, table, last or 0, lived.day, rounds)
        if when == "<":
            rows.tell(shadow, finished, lived.day, rounds)
    numbering = known.execute("select * from numbering")
    conn.executemany("insert into numbering values (?, ?, ?)", map(tuple, numbering))
    finished.conn.close()


def _span(folder: Path) -> tuple[int, int]:
    """From the finished day's first moment to when its last order was completed."""
    begins = story.midnight(int((folder / PLAYED).read_text()))
    return begins, begins + story.FINISHED_DAYS * tea.DAY_MS


def _write(shadow: Shadow, author: bytes, told: Iterable[Told]) -> None:
    """Lay the entries down as a box keeps them after the night: the newest as rows, those before in chunks."""
    heads: dict[int, tuple[int, bytes]] = {}
    waiting: deque[tuple[Line, bytes]] = deque()
    conn, places, history, persons = shadow.conn, shadow.log.places, list[tuple](), list[tuple]()
    for arrived, one in enumerate(told, 1):
        place = places.number(author, one.partition)
        seq, head = heads.get(place, (0, NO_HEAD))
        entry = Entry(FORMAT, author, one.partition, seq + 1, one.hlc, 0, head, list(one.parts))
        heads[place] = (seq + 1, entry.head)
        waiting.append((Line(arrived, place, seq + 1, one.hlc, 0, entry.parts), heads[place][1]))
        history += [(record, one.hlc, place, arrived) for record in one.about]
        persons += [(record, arrived, part) for part, record in enumerate(one.persons, 1)]
        if len(waiting) >= STAY_HOT + CHUNK_ENTRIES:
            spans, chunk = _chunk(_oldest(waiting))
            conn.execute("insert into cold values (?, ?, ?)", chunk)
            conn.executemany("insert into span values (?, ?, ?, ?, ?)", spans)
            _index(conn, history, persons)
    _index(conn, history, persons)
    lines = [(*line[:5], head, encode_parts(line.parts)) for line, head in waiting]
    conn.executemany("insert into log values (?, ?, ?, ?, ?, ?, ?)", lines)


def _oldest(waiting: deque[tuple[Line, bytes]]) -> list[tuple[Line, bytes]]:
    taken, size = list[tuple[Line, bytes]](), 0
    while len(taken) < CHUNK_ENTRIES and (not taken or size < CHUNK_BYTES):
        taken.append(waiting.popleft())
        size += sum(len(part) for part in taken[-1][0].parts)
    return taken


def _index(conn: sqlite3.Connection, history: list[tuple], persons: list[tuple]) -> None:
    conn.executemany("insert or ignore into history values (?, ?, ?, ?)", history)
    conn.executemany("insert or ignore into personal values (?, ?, ?)", persons)
    history.clear()
    persons.clear()


_Chunk = tuple[list[tuple[int, int, int, bytes, int]], tuple[int, int, bytes]]
"""The spans of a chunk, and the chunk, as they lie."""


def _chunk(entries: list[tuple[Line, bytes]]) -> _Chunk:
    lines = [line for line, _ in entries]
    first, spans = lines[0].arrived, dict[int, tuple[int, int, int, bytes, int]]()
    for line, head in entries:
        begins = spans[line.place][2] if line.place in spans else line.seq
        spans[line.place] = (line.place, line.seq, begins, head, first)
    return list(spans.values()), (first, lines[-1].arrived, pack_chunk(lines))
