"""The journal: the log of what was done and the tables that are its shadow. It knows no shop."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from appliance.journal import ids, log, search, sending
from appliance.journal.apply import Applier
from appliance.journal.blobs import Blobs
from appliance.journal.clock import Clock, Hybrid
from appliance.journal.desk import Desk, Draft, Work
from appliance.journal.entry import FORMAT, MOST_BYTES, MOST_CHANGES, Deed, Entry, Erased, Sealed, Stamp, pack
from appliance.journal.kept import Keeper
from appliance.journal.log import Heads, Log, Places
from appliance.journal.merging import Merged, Merger, Proven, Trust, apply_entry, proven, unsealed
from appliance.journal.refusal import Refusal, Unable
from appliance.journal.rights import EVERYTHING, Rights
from appliance.journal.schema import Schema, ground
from appliance.journal.shapes import Fact, Record, Shape
from appliance.journal.store import Store
from appliance.journal.writer import More, Writer

T = TypeVar("T")
MOST_AT_ONCE = 200
"""Entries that a merge takes in before it lets the disk flush."""
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
    sign: Callable[[bytes], bytes] | None = None
    """Signs with the box key (Ed25519); the journal never sees the key itself. Without it nothing of ours is sent."""
    public: bytes = b""
    """The public half of the box key."""
    root: bytes = b""
    """The public half of the owner's root key: only what it signed may cut an author off."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of an action."""

    value: T
    touched: frozenset[tuple[str, str]]
    """(table, key) of everything that changed, for those who show it."""
    repeated: bool = False
    """The key had been answered before; nothing was done again."""


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
        trust: Trust | None = None,
    ) -> None:
        self.box = box
        self.trust = trust
        self.schema = schema
        self.clock = clock
        self.author = box.author
        self.box_code = box.code
        self.zone_minutes = box.zone_minutes
        self.blobs = Blobs(box.folder / "blobs")
        self._random = random
        self._shapes = {shape.kind: shape for shape in schema.shapes.values()}
        self._listeners: list[Listener] = []
        self._store = Store(box.folder / "shop.db")
        self.writing = self._store.writing
        self.reader = self._store.reader
        self.reading = self._store.reading
        ground(self.writing, local)
        self.log = Log(self.writing, Places(self.writing))
        self.hybrid = Hybrid(clock, self.log.newest_hlc())
        self._prepare()
        self._writer = Writer(
            self.writing,
            self._store.checkpointing,
            log_bytes=self._store.log_bytes,
            given_up=self._forget,
            committed=self._tell,
        )

    # ---- the shadow

    def _prepare(self) -> None:
        conn = self.writing
        if self._meta("shadow") != self.schema.fingerprint:
            conn.execute("begin immediate")
            self._redraw(conn)
            conn.execute("commit")
        elif self._meta("views") != self.schema.view_fingerprint:
            conn.execute("begin immediate")
            self.schema.drop_views(conn)
            self.schema.create_views(conn)
            self._bind(conn)
            self.keeper.redraw(self.schema.fact_feeds)
            self._remember_drawn(conn)
            conn.execute("commit")
        else:
            self._bind(conn)

    def _redraw(self, conn: sqlite3.Connection) -> None:
        self.schema.drop_all(conn)
        self.schema.create_tables(conn)
        self.schema.create_views(conn)
        self._bind(conn)
        self.keeper.paused = True
        for arrived, entry in log.replayed(conn, self.log.places):
            place = self.log.places.number(entry.author, entry.partition)
            apply_entry(conn, self.log, self.applier, entry, place, arrived)
        self.schema.create_indexes(conn)
        self.keeper.paused = False
        self.keeper.redraw(self.schema.fact_feeds)
        self._remember_drawn(conn)

    def _bind(self, conn: sqlite3.Connection) -> None:
        self.keeper = Keeper(conn, self.schema.kept, self.schema.sums)
        self.applier = Applier(conn, self.schema, self.keeper, self.log.places)
        self._merger = Merger(conn, self.log, self.applier, self.hybrid)

    def _remember_drawn(self, conn: sqlite3.Connection) -> None:
        told = {"shadow": self.schema.fingerprint, "views": self.schema.view_fingerprint}
        told["drawn"] = " ".join(self.schema.drawn)
        conn.executemany("insert or replace into meta values (?, ?)", told.items())

    def _meta(self, name: str) -> str:
        found = self.writing.execute("select value from meta where name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def rebuild(self) -> "Future[None]":
        """Draw the whole shadow anew from the log, in one transaction."""
        return self._writer.submit(self._redraw)

    def close(self) -> None:
        """Finish what waits and close."""
        self._writer.close()
        self._store.close()

    # ---- doing

    def desk(self, *, who: str, device: str = "", branch: str = "", rights: Rights = EVERYTHING) -> Desk:
        """Give a person a standing desk."""
        return Desk(self, who=who, device=device, branch=branch, rights=rights)

    def perform(self, desk: Desk, name: str, run: Callable[[Desk], T], *, key: str = "") -> "Future[Done[T]]":
        """Run an action in the writer; its future is answered when the disk has it.

        `key` names the request: a second one with the same key is answered like the first and does nothing. The
        action's value must then be what JSON can hold: an id, a number, a text or None.
        """
        return self._writer.submit(lambda conn: self._do(conn, desk, name, run, key))

    def do(self, desk: Desk, name: str, run: Callable[[Desk], T]) -> T:
        """Run an action and wait until the disk has it."""
        return self._writer.run(lambda conn: self._do(conn, desk, name, run, "")).value

    def _do(self, conn: sqlite3.Connection, desk: Desk, name: str, run: Callable[[Desk], T], key: str) -> Done[T]:
        answered = conn.execute("select value from answered where key = ?", (key,)).fetchone() if key else None
        if answered:
            return Done(msgspec.json.decode(answered[0]), frozenset(), repeated=True)
        if self.hybrid.set_back:
            raise Unable(
                "The box's clock stands before the newest entry. Set the date right, then go on.",
                code="clock_behind",
            )
        self.keeper.begin()
        at = self.hybrid.believed_ms()
        work = Work(name, ids.derive("action", key) if key else self.new_id(at), at)
        working = desk.at_work(work)
        value = run(working)
        self.keeper.flush()
        self._close_work(working, work)
        if key:
            answer = (key, msgspec.json.encode(value).decode(), at)
            conn.execute("insert into answered values (?, ?, ?)", answer)
        return Done(value, frozenset(self.keeper.seen))

    def local(self, run: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Write to tables that only this box knows (sessions, jobs); no entry is made."""
        return self._writer.submit(run)

    def new_id(self, now_ms: int) -> str:
        """Make an id."""
        return ids.new_id(now_ms, self._random(10))

    def shape(self, kind: type[Record] | type[Fact]) -> Shape:
        """Return the shape of a class that a room declared."""
        return self._shapes[kind]

    @property
    def commits(self) -> int:
        """How often a commit was flushed to disk since start."""
        return self._writer.commits

    def _close_work(self, desk: Desk, work: Work) -> None:
        for partition, draft in work.drafts.items():
            deed = Deed(
                salt=self._random(16),
                who=desk.who,
                device=desk.device,
                action=work.action,
                action_id=work.action_id,
                day=desk.day,
                about=list(draft.about),
                changes=draft.changes,
            )
            sealed = [Sealed(self._random(16), record, changes) for record, changes in draft.personal.items()]
            self._append(partition, draft, deed, sealed)

    def _append(self, partition: str, draft: Draft, deed: Deed, sealed: list[Sealed]) -> None:
        parts: list[bytes | Erased] = [pack(deed), *(pack(part) for part in sealed)]
        count = len(deed.changes) + sum(len(part.changes) for part in sealed)
        if count > MOST_CHANGES or sum(len(part) for part in parts if isinstance(part, bytes)) > MOST_BYTES:
            raise Refusal("That is too much for one step. Do it in smaller portions.", code="too_much")
        place = draft.stamp.place
        seq, head = self.log.head(place)
        entry = Entry(FORMAT, self.author, partition, seq + 1, draft.stamp.hlc, 0, head, parts)
        arrived = self.log.append(entry, entry.head, place)
        self.log.index(draft.stamp, arrived, deed.about, draft.personal)

    def _forget(self) -> None:
        self.log.forget()
        self.keeper.begin()

    # ---- listening

    def listen(self, listener: Listener) -> None:
        """Call back after each commit, in the writer's thread, with what was touched."""
        self._listeners.append(listener)

    def _tell(self, results: list[Any]) -> None:
        self.log.flushed()
        touched = frozenset[tuple[str, str]]().union(*(r.touched for r in results if isinstance(r, Done)))
        if touched:
            for listener in self._listeners:
                listener(touched)

    # ---- other boxes

    def entries(self, have: dict[tuple[bytes, str], int] | None = None) -> Iterator[Entry]:
        """Yield the log in its order of arrival, leaving out what the other side has by author and partition."""
        return log.entries(self.reading(), self.log.places, have)

    def vector(self) -> dict[tuple[bytes, str], int]:
        """Say how far this box has each author's log, by partition."""
        return {place: seq for place, (seq, _) in self.log.told.items()}

    def heads(self) -> Heads:
        """Say how far this box has each author's log, with the head it has there; only what is on disk."""
        return self.log.told

    def digest(self, partitions: Collection[str] | None = None) -> bytes:
        """Return 32 bytes over the heads: where they are equal there is nothing new."""
        return sending.digest(self.log.told, partitions)

    def compare(self, theirs: Heads) -> list[tuple[bytes, str, int]]:
        """Name each (author, partition, sequence) where another box's heads show a second history."""
        return sending.compare(self.reading(), self.log.places, self.log.told, theirs)

    def segments(
        self, have: Heads, *, partitions: Collection[str] | None = None, most_bytes: int | None = None
    ) -> Iterator[bytes]:
        """Yield what another box lacks, packed, in the order in which it should be taken in.

        The chain comes first, then the partitions as given; without any, all. It ends after `most_bytes`, but not
        before the first segment. Waits for the writer once, to sign what this box wrote since.
        """
        sign, public = self.box.sign, self.box.public
        if sign is not None:
            self._writer.run(lambda conn: sending.seal_tips(conn, self.log, sign, public))
        conn, places = self.reading(), self.log.places
        if partitions is None:
            partitions = sorted({partition for _, partition in self.log.told})
        for partition in sending.in_order(partitions):
            for packed in sending.segments(conn, places, sending.pieces(conn, places, have, partition)):
                yield packed
                if most_bytes is not None:
                    most_bytes -= len(packed)
                    if most_bytes <= 0:
                        return

    def merge(self, foreign: Iterable[bytes | Entry]) -> "Future[Done[Merged]]":
        """Take in bare entries from one who is believed, in any order, split and repeated at will."""
        merged = Merged()
        return self._take(list(unsealed(foreign, merged)), merged)

    def take(self, segments: Iterable[bytes]) -> "Future[Done[Merged]]":
        """Take in segments from anybody; what their authors did not sign, or may not write, is refused.

        They are read and proven in the calling thread. Whoever writes meanwhile goes first.
        """
        merged = Merged()
        return self._take(proven(segments, self.trust, merged), merged)

    def _take(self, told: list[Proven], merged: Merged) -> "Future[Done[Merged]]":
        steps = self._merger.take(told, merged)

        def some(_conn: sqlite3.Connection) -> Any:
            self.keeper.begin()
            more = False
            for count, _ in enumerate(steps, 1):
                more = count == MOST_AT_ONCE or self._writer.waited_for
                if more:
                    break
            self.keeper.flush()
            done = Done(merged, frozenset(self.keeper.seen))
            return More(done) if more else done

        return self._writer.submit(some)

    # ---- asking

    def history(self, conn: sqlite3.Connection, record: str, limit: int = 100) -> list[tuple[Stamp, Deed]]:
        """Return what was done to a record, newest first."""
        return log.history(conn, self.log.places, record, limit)

    def search(self, conn: sqlite3.Connection, view: str, text: str, limit: int = 50) -> list[int]:
        """Return the rowids of a kept view's rows that hold the words of a text, newest first."""
        kept = next(kept for kept in self.schema.kept if kept.name == view)
        return search.find(conn, view, kept.search, text, limit)

    def tidy(self) -> "Future[int]":
        """Forget answers older than a month; nobody repeats a request that late."""
        before = self.clock.now_ms() - ANSWERS_KEPT_MS
        return self.local(lambda conn: conn.execute("delete from answered where at < ?", (before,)).rowcount)
