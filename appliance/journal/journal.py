"""The journal: the log of what was done and the tables that are its shadow. It knows no shop."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec

from appliance.journal import ids, numbers, search
from appliance.journal.apply import Applier, Authors, Unfit
from appliance.journal.blobs import Blobs
from appliance.journal.clock import Clock, Hybrid
from appliance.journal.desk import Desk, Draft, Work
from appliance.journal.entry import (
    FORMAT,
    MOST_BYTES,
    MOST_CHANGES,
    NO_HEAD,
    Deed,
    Entry,
    Erased,
    Sealed,
    Stamp,
    Unreadable,
    decode,
    decode_parts,
    encode_parts,
    pack,
    read_deed,
    read_sealed,
)
from appliance.journal.kept import Keeper
from appliance.journal.refusal import Refusal
from appliance.journal.rights import EVERYTHING, Rights
from appliance.journal.rows import Row
from appliance.journal.schema import GROUND, Schema
from appliance.journal.shapes import Fact, Record, Shape
from appliance.journal.writer import Writer

T = TypeVar("T")
ANSWERS_KEPT_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True)
class Box:
    """The few things that are true of this box only."""

    folder: Path
    author: bytes
    """16 bytes of the hash of the box key, 8 bytes of incarnation."""
    code: str = "A1"
    """Stands in document numbers."""
    zone_minutes: int = 480
    """The counter's zone, minutes east of UTC."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of an action."""

    value: T
    touched: frozenset[tuple[str, str]]
    """(table, key) of everything that changed, for those who show it."""
    repeated: bool = False
    """The key had been answered before; nothing was done again."""


@dataclass
class Merged:
    """What came of a list of foreign entries."""

    applied: int = 0
    known: int = 0
    early: int = 0
    parked: int = 0
    refused: int = 0


Listener = Callable[[frozenset[tuple[str, str]]], None]


class Journal:
    """One box's log and shadow, opened once per process."""

    def __init__(
        self,
        box: Box,
        schema: Schema,
        *,
        clock: Clock,
        random: Callable[[int], bytes],
        local: str = "",
    ) -> None:
        self.box = box
        self.schema = schema
        self.clock = clock
        self.author = box.author
        self.box_code = box.code
        self.zone_minutes = box.zone_minutes
        self.blobs = Blobs(box.folder / "blobs")
        self._random = random
        self._path = box.folder / "shop.db"
        self._shapes = {shape.kind: shape for shape in schema.shapes.values()}
        self._listeners: list[Listener] = []
        self._readers = threading.local()
        self._heads: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._partitions: dict[str, int] = {}
        box.folder.mkdir(parents=True, exist_ok=True)
        self.writing = self._open_writer()
        self._prepare(local)
        self.hybrid = Hybrid(clock, self.writing.execute("select max(hlc) from log").fetchone()[0] or 0)
        self._writer = Writer(
            self.writing, self._open_checkpoint, given_up=self._forget, committed=self._tell
        )

    # ---- opening

    def _open_writer(self) -> sqlite3.Connection:
        conn = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=1024)
        conn.execute("pragma page_size = 4096")
        conn.execute("pragma journal_mode = wal")
        conn.execute("pragma synchronous = full")
        conn.execute("pragma wal_autocheckpoint = 0")
        conn.execute("pragma secure_delete = on")
        conn.execute("pragma cache_size = -8000")
        return _dressed(conn)

    def _open_checkpoint(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)

    def reader(self) -> sqlite3.Connection:
        """Open a further connection that can only read."""
        conn = sqlite3.connect(
            f"file:{self._path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        conn.execute("pragma query_only = on")
        return _dressed(conn)

    def reading(self) -> sqlite3.Connection:
        """Return this thread's own reading connection."""
        if not hasattr(self._readers, "conn"):
            self._readers.conn = self.reader()
        return cast("sqlite3.Connection", self._readers.conn)

    def _prepare(self, local: str) -> None:
        conn = self.writing
        conn.executescript(GROUND + local)
        drawn = self._meta("shadow")
        if drawn != self.schema.fingerprint:
            conn.execute("begin immediate")
            self.schema.drop_all(conn)
            self.schema.create_tables(conn)
            self._make_views(conn)
            self._replay(conn)
            conn.execute("commit")
        elif self._meta("views") != self.schema.view_fingerprint:
            conn.execute("begin immediate")
            self.schema.drop_views(conn)
            self._make_views(conn)
            self.keeper.redraw(self._fact_feeds)
            self._remember_drawn(conn)
            conn.execute("commit")
        else:
            self._bind(conn)

    def _make_views(self, conn: sqlite3.Connection) -> None:
        self.schema.create_views(conn)
        self._bind(conn)

    def _bind(self, conn: sqlite3.Connection) -> None:
        self.authors = Authors(conn)
        self.keeper = Keeper(conn, self.schema.kept, self.schema.sums)
        self.applier = Applier(conn, self.schema, self.keeper, self.authors)

    def _remember_drawn(self, conn: sqlite3.Connection) -> None:
        for name, value in (
            ("shadow", self.schema.fingerprint),
            ("views", self.schema.view_fingerprint),
            ("drawn", " ".join(self.schema.drawn)),
        ):
            conn.execute("insert or replace into meta values (?, ?)", (name, value))

    def _meta(self, name: str) -> str:
        found = self.writing.execute("select value from meta where name = ?", (name,)).fetchone()
        return found[0] if found else ""

    @property
    def _fact_feeds(self) -> dict[str, tuple[str, ...]]:
        return {shape.table: shape.feeds for shape in self.schema.shapes.values() if shape.feeds}

    def close(self) -> None:
        """Finish what waits and close."""
        self._writer.close()
        self.writing.close()
        if hasattr(self._readers, "conn"):
            self._readers.conn.close()
            del self._readers.conn

    # ---- doing

    def desk(self, *, who: str, device: str = "", branch: str = "", rights: Rights = EVERYTHING) -> Desk:
        """Give a person a standing desk."""
        return Desk(self, who=who, device=device, branch=branch, rights=rights)

    def perform(self, desk: Desk, name: str, run: Callable[[Desk], T], *, key: str = "") -> "Future[Done[T]]":
        """Run an action in the writer; its future is answered when the disk has it.

        `key` names the request: a second one with the same key is answered like the first and does nothing. The
        action's value must then be an id, a number, a text or None.
        """

        def job(conn: sqlite3.Connection) -> Done[T]:
            answered = conn.execute("select value from answered where key = ?", (key,)).fetchone() if key else None
            if answered:
                return Done(msgspec.json.decode(answered[0]), frozenset(), repeated=True)
            if self.hybrid.set_back:
                raise Refusal(
                    "The box's clock stands before the newest entry. Set the date right, then go on.",
                    code="clock_behind",
                )
            self.keeper.begin()
            work = Work(name, ids.derive("action", key) if key else self.new_id(self.clock.now_ms()), self._now())
            value = run(desk.at_work(work))
            self.keeper.flush()
            self._close_work(conn, desk, work)
            if key:
                answer = (key, msgspec.json.encode(value).decode(), work.at)
                conn.execute("insert into answered values (?, ?, ?)", answer)
            return Done(value, frozenset(self.keeper.seen))

        return self._writer.submit(job)

    def local(self, run: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Write to tables that only this box knows (sessions, jobs); no entry is made."""
        return self._writer.submit(run)

    def new_id(self, now_ms: int) -> str:
        """Make an id."""
        return ids.new_id(now_ms, self._random(10))

    def _now(self) -> int:
        return self.hybrid.believed_ms()

    def shape(self, kind: type[Record] | type[Fact]) -> Shape:
        """Return the shape of a class that a room declared."""
        return self._shapes[kind]

    @property
    def commits(self) -> int:
        """How often the disk was flushed for a commit since start."""
        return self._writer.commits

    def _close_work(self, conn: sqlite3.Connection, desk: Desk, work: Work) -> None:
        for partition, draft in work.drafts.items():
            deed = Deed(
                salt=self._random(16),
                who=desk.who,
                device=desk.device,
                action=work.action,
                action_id=work.action_id,
                day=desk.at_work(work).day,
                about=list(draft.about),
                changes=draft.changes,
            )
            parts: list[bytes | Erased] = [pack(deed)]
            parts += [
                pack(Sealed(self._random(16), record, changes)) for record, changes in draft.personal.items()
            ]
            count = len(draft.changes) + sum(map(len, draft.personal.values()))
            size = sum(len(part) for part in parts if isinstance(part, bytes))
            if count > MOST_CHANGES or size > MOST_BYTES:
                raise Refusal("That is too much for one step. Do it in smaller portions.", code="too_much")
            self._append(conn, partition, draft, parts, deed)

    def _append(
        self, conn: sqlite3.Connection, partition: str, draft: Draft, parts: list[bytes | Erased], deed: Deed
    ) -> None:
        author, place = self.authors.number(self.author), self._partition(conn, partition)
        seq, head = self._head(conn, author, place)
        entry = Entry(FORMAT, self.author, partition, seq + 1, draft.stamp.hlc, 0, head, parts)
        arrived = self._log(conn, entry, author, place)
        self._index(conn, draft.stamp, arrived, deed, list(draft.personal))

    def _log(self, conn: sqlite3.Connection, entry: Entry, author: int, place: int) -> int:
        head = entry.head
        row = (author, place, entry.seq, entry.hlc, entry.needs, head, encode_parts(entry.parts))
        added = conn.execute(
            'insert into log (author, "partition", seq, hlc, needs, head, parts) values (?, ?, ?, ?, ?, ?, ?)', row
        )
        self._heads[author, place] = (entry.seq, head)
        return added.lastrowid or 0

    def _index(
        self, conn: sqlite3.Connection, stamp: Stamp, arrived: int, deed: Deed, personal: list[str]
    ) -> None:
        author = self.authors.number(stamp.author)
        conn.executemany(
            "insert or ignore into history values (?, ?, ?, ?)",
            [(record, stamp.hlc, author, arrived) for record in deed.about],
        )
        conn.executemany(
            "insert or ignore into personal values (?, ?, ?)",
            [(record, arrived, part) for part, record in enumerate(personal, 1)],
        )

    def _partition(self, conn: sqlite3.Connection, name: str) -> int:
        if name not in self._partitions:
            conn.execute("insert or ignore into log_partition (name) values (?)", (name,))
            found = conn.execute("select n from log_partition where name = ?", (name,)).fetchone()
            self._partitions[name] = found[0]
        return self._partitions[name]

    def _head(self, conn: sqlite3.Connection, author: int, place: int) -> tuple[int, bytes]:
        if (author, place) not in self._heads:
            found = conn.execute(
                'select seq, head from log where author = ? and "partition" = ? order by seq desc limit 1',
                (author, place),
            ).fetchone()
            self._heads[author, place] = (found[0], found[1]) if found else (0, NO_HEAD)
        return self._heads[author, place]

    def _forget(self) -> None:
        """A transaction was given up: what was remembered beside it may not be true."""
        self._heads.clear()
        self._partitions.clear()
        self.authors.reload()
        self.keeper.begin()

    # ---- listening

    def listen(self, listener: Listener) -> None:
        """Call back after each commit, in the writer's thread, with what was touched."""
        self._listeners.append(listener)

    def _tell(self, results: list[Any]) -> None:
        touched: set[tuple[str, str]] = set()
        for result in results:
            if isinstance(result, Done):
                touched |= result.touched
        if touched:
            for listener in self._listeners:
                listener(frozenset(touched))

    # ---- merging

    def entries(self, have: dict[tuple[bytes, str], int] | None = None) -> Iterator[Entry]:
        """Yield the log in its order of arrival, leaving out what the other side has by author and partition."""
        have = have or {}
        names = {n: name for n, name in self.reading().execute("select n, name from log_partition")}
        heads: dict[tuple[int, int], bytes] = {}
        for row in self.reading().execute('select *, "partition" as place from log order by arrived'):
            spot = (row["author"], row["place"])
            previous = heads.get(spot, NO_HEAD)
            heads[spot] = row["head"]
            author, partition = self.authors.key(row["author"]), names[row["place"]]
            if row["seq"] > have.get((author, partition), 0):
                yield Entry(
                    FORMAT, author, partition, row["seq"], row["hlc"], row["needs"], previous, decode_parts(row["parts"])
                )

    def vector(self) -> dict[tuple[bytes, str], int]:
        """Say how far this box has each author's log, by partition."""
        rows = self.reading().execute(
            'select a.key, p.name, max(l.seq) from log l join log_author a on a.n = l.author '
            'join log_partition p on p.n = l."partition" group by l.author, l."partition"'
        )
        return {(key, name): seq for key, name, seq in rows}

    def merge(self, foreign: Iterable[bytes | Entry]) -> "Future[Done[Merged]]":
        """Take in entries of other boxes, in any order, split and repeated at will; nothing is ever refused half-way."""
        entries = list(foreign)

        def job(conn: sqlite3.Connection) -> Done[Merged]:
            self.keeper.begin()
            merged = Merged()
            for found in entries:
                try:
                    entry = decode(found) if isinstance(found, bytes) else found
                except Unreadable:
                    merged.refused += 1
                    continue
                self._take(conn, entry, merged)
            self.keeper.flush()
            return Done(merged, frozenset(self.keeper.seen))

        return self._writer.submit(job)

    def _take(self, conn: sqlite3.Connection, entry: Entry, merged: Merged) -> None:
        waiting: Entry | None = entry
        while waiting is not None:
            author, place = self.authors.number(waiting.author), self._partition(conn, waiting.partition)
            seq, head = self._head(conn, author, place)
            if waiting.seq <= seq:
                self._compare(conn, waiting, author, place, merged)
                return
            if waiting.seq > seq + 1:
                self._wait(conn, waiting)
                merged.early += 1
                return
            if waiting.previous != head:
                self._prove_fork(conn, waiting)
                merged.refused += 1
                return
            arrived = self._log(conn, waiting, author, place)
            self.hybrid.observe(waiting.hlc)
            merged.parked += self.apply_entry(conn, waiting, arrived)
            merged.applied += 1
            waiting = self._next_early(conn, waiting)

    def _compare(self, conn: sqlite3.Connection, entry: Entry, author: int, place: int, merged: Merged) -> None:
        known = conn.execute(
            'select head from log where author = ? and "partition" = ? and seq = ?', (author, place, entry.seq)
        ).fetchone()
        if known and known[0] != entry.head:
            self._prove_fork(conn, entry)
            merged.refused += 1
        else:
            merged.known += 1

    def _prove_fork(self, conn: sqlite3.Connection, entry: Entry) -> None:
        """Two entries of one author at one place: keep the second as proof and let everything else flow."""
        row = (entry.author, entry.partition, entry.seq, pack(entry))
        conn.execute("insert or ignore into fork_proof values (?, ?, ?, ?)", row)

    def _wait(self, conn: sqlite3.Connection, entry: Entry) -> None:
        row = (entry.author, entry.partition, entry.seq, pack(entry))
        conn.execute("insert or ignore into early values (?, ?, ?, ?)", row)

    def _next_early(self, conn: sqlite3.Connection, entry: Entry) -> Entry | None:
        spot = (entry.author, entry.partition, entry.seq + 1)
        found = conn.execute(
            'select entry from early where author = ? and "partition" = ? and seq = ?', spot
        ).fetchone()
        if found is None:
            return None
        conn.execute('delete from early where author = ? and "partition" = ? and seq = ?', spot)
        return decode(found[0])

    def apply_entry(self, conn: sqlite3.Connection, entry: Entry, arrived: int, applier: Applier | None = None) -> int:
        """Apply an entry to the shadow; returns how many changes had to be parked."""
        stamp = Stamp(entry.hlc, entry.author)
        try:
            deed = read_deed(entry.parts[0])
            sealed = [read_sealed(part) for part in entry.parts[1:]]
        except Unreadable as error:
            self._park(conn, arrived, 0, 0, error)
            return 1
        personal = [part.record for part in sealed]
        self._index(conn, stamp, arrived, deed, personal)
        parked = 0
        for part, changes in enumerate([deed.changes, *(seal.changes for seal in sealed)]):
            for place, change in enumerate(changes):
                try:
                    (applier or self.applier).apply(stamp, deed.who, change)
                except Unfit as error:
                    self._park(conn, arrived, part, place, error)
                    parked += 1
        return parked

    def _park(self, conn: sqlite3.Connection, arrived: int, part: int, place: int, error: Exception) -> None:
        conn.execute("insert or ignore into parked values (?, ?, ?, ?)", (arrived, part, place, str(error)))

    # ---- redrawing

    def rebuild(self) -> "Future[None]":
        """Draw the whole shadow anew from the log, in one transaction."""

        def job(conn: sqlite3.Connection) -> None:
            self.schema.drop_all(conn)
            self.schema.create_tables(conn)
            self._make_views(conn)
            self._replay(conn)

        return self._writer.submit(job)

    def _replay(self, conn: sqlite3.Connection) -> None:
        self.replay_into(conn, self.applier)
        self.keeper.redraw(self._fact_feeds)
        self._remember_drawn(conn)

    def replay_into(self, conn: sqlite3.Connection, applier: Applier, source: sqlite3.Connection | None = None) -> None:
        """Apply the whole log to an empty shadow; kept things are left for `redraw`."""
        applier.pause()
        source = source or conn
        cursor = source.cursor()
        for row in cursor.execute("select arrived, author, hlc, parts from log order by arrived"):
            entry = Entry(
                FORMAT, self.authors.key(row["author"]), "-", 1, row["hlc"], 0, NO_HEAD, decode_parts(row["parts"])
            )
            self.apply_entry(conn, entry, row["arrived"], applier)
        applier.resume()

    # ---- asking

    def history(self, conn: sqlite3.Connection, record: str, limit: int = 100) -> list[tuple[Stamp, Deed]]:
        """Return what was done to a record, newest first."""
        rows = conn.execute(
            "select l.author, l.hlc, l.parts from history h join log l on l.arrived = h.arrived "
            "where h.record = ? order by h.hlc desc limit ?",
            (record, limit),
        )
        return [
            (Stamp(row["hlc"], self.authors.key(row["author"])), read_deed(decode_parts(row["parts"])[0]))
            for row in rows
        ]

    def search(self, conn: sqlite3.Connection, view: str, text: str, limit: int = 50) -> list[int]:
        """Return the rowids of a kept view's rows that hold the words of a text, newest first."""
        question = search.question(text)
        if not question:
            return []
        kept = next(kept for kept in self.schema.kept if kept.name == view)
        whole = " || ' ' || ".join(f"ifnull(v.{column}, '')" for column in kept.search)
        certain = search.certain(text)
        proof = "".join(f" and instr(lower({whole}), ?) > 0" for _ in certain)
        # The index is walked from its newest row and left as soon as enough rows are proven: no cost for old years.
        found = conn.execute(
            f"select w.rowid from {view}_words w cross join {view} v on v.rowid = w.rowid "
            f"where w.{view}_words match ?{proof} order by w.rowid desc limit ?",
            (question, *certain, limit),
        )
        return [row[0] for row in found]

    def tidy(self) -> "Future[int]":
        """Forget answers older than a month; nobody repeats a request that late."""
        before = self.clock.now_ms() - ANSWERS_KEPT_MS
        return self.local(lambda conn: conn.execute("delete from answered where at < ?", (before,)).rowcount)


def _dressed(conn: sqlite3.Connection) -> sqlite3.Connection:
    conn.row_factory = Row
    conn.create_function("times", 2, numbers.times, deterministic=True)
    conn.create_function("round_half_up", 2, numbers.round_half_up, deterministic=True)
    return conn


