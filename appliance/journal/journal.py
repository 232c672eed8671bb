"""The journal: the log of what was done and the tables that are its shadow. It knows no shop."""

import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from appliance.journal import ids, search
from appliance.journal.apply import Applier
from appliance.journal.blobs import Blobs
from appliance.journal.box import Box, Done
from appliance.journal.clock import Clock, Hybrid, business_day
from appliance.journal.cold import STAY_HOT
from appliance.journal.desk import Desk, Draft, Work
from appliance.journal.drawing import prepare, redraw
from appliance.journal.entry import FORMAT, MOST_BYTES, MOST_CHANGES, Deed, Entry, Sealed, Stamp, pack
from appliance.journal.guests import Guests
from appliance.journal.log import Log
from appliance.journal.merging import Trust
from appliance.journal.ranges import Ranges
from appliance.journal.refusal import Refusal, Unable
from appliance.journal.rights import EVERYTHING, Range, Rights
from appliance.journal.schema import Schema, ground
from appliance.journal.shadow import Shadow
from appliance.journal.shapes import Fact, Record, Shape
from appliance.journal.store import Store
from appliance.journal.upkeep import EVERY_MS, KEEP_MS, LAPSED_MS, Upkeep
from appliance.journal.writer import Writer

T = TypeVar("T")
ANSWERS_KEPT_MS = 30 * 24 * 3600 * 1000


Listener = Callable[[frozenset[tuple[str, str]]], None]


class Journal(Upkeep):
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
        store = Store(box.folder / "shop.db")
        ground(store.writing, local)
        shadow = Shadow(store.writing, schema, box.root)
        prepare(shadow)
        own, more = shadow.newest_hlc(box.author[:16]), shadow.runs_ahead(box.author)
        super().__init__(box, store, shadow, Hybrid(clock, shadow.newest_hlc(), own, more), trust)
        self.schema = schema
        self.clock = clock
        self.box_code = box.code
        self.zone_minutes = box.zone_minutes
        self.blobs = Blobs(box.folder / "blobs")
        self.writing = store.writing
        self.reader = store.reader
        self._random = random
        self._shapes = {shape.kind: shape for shape in schema.shapes.values()}
        self._listeners: list[Listener] = []
        self._deed_of_its_own = self._write_of_itself
        self._writer = Writer(
            store.writing,
            store.checkpointing,
            log_bytes=store.log_bytes,
            given_up=shadow.forget,
            committed=self._tell,
        )

    # ---- the shadow

    @property
    def log(self) -> Log:
        """The table of entries."""
        return self._shadow.log

    @property
    def applier(self) -> Applier:
        """What lets changes count; desks at work write through it."""
        return self._shadow.applier

    @cached_property
    def ranges(self) -> Ranges:
        """How rows tell whose they are."""
        return Ranges(self.schema, self.reading())

    def reading_within(self, told: Range) -> sqlite3.Connection:
        """Return this thread's reading connection for somebody with this range."""
        if not told:
            return self.reading()
        return self._store.reading_as(told, lambda conn: self.ranges.dress(conn, told))

    def rebuild(self) -> "Future[None]":
        """Draw the whole shadow anew from the log, in one transaction."""
        return self._writer.submit(lambda _conn: redraw(self._shadow))

    def close(self) -> None:
        """Finish what waits and close."""
        self._aside.shutdown()
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

    def perform_some(self, desk: Desk, name: str, runs: Iterable[Callable[[Desk], T]]) -> "Future[Done[list[T]]]":
        """Run the first of these actions and, as long as nobody waits, those after it, each an entry of its own.

        One commit holds them all, so a flush serves many; what one of them raises takes all of them back. The answer
        is what came of those that were run.
        """

        def some(conn: sqlite3.Connection) -> Done[list[T]]:
            done: list[Done[T]] = []
            for run in runs:
                done.append(self._do(conn, desk, name, run, ""))
                self._writer.give_way()
                if self._writer.waited_for:
                    break
            return Done([one.value for one in done], frozenset[tuple[str, str]]().union(*[one.touched for one in done]))

        return self._writer.submit(some, patient=True)

    def do(self, desk: Desk, name: str, run: Callable[[Desk], T]) -> T:
        """Run an action and wait until the disk has it."""
        return self._writer.run(lambda conn: self._do(conn, desk, name, run, "")).value

    def _do(self, conn: sqlite3.Connection, desk: Desk, name: str, run: Callable[[Desk], T], key: str) -> Done[T]:
        answered = conn.execute("select value from answered where key = ?", (key,)).fetchone() if key else None
        if answered:
            return Done(msgspec.json.decode(answered[0]), frozenset(), repeated=True)
        if self._shadow.controls.cut_off(self.author):
            raise Unable("This box was taken out of the chain. Ask the owner to let it in again.", code="cut_off")
        if self.hybrid.set_back:
            raise Unable(
                "The box's clock stands before the newest entry. Set the date right, then go on.",
                code="clock_behind",
            )
        self._shadow.keeper.begin()
        at = self.hybrid.believed_ms()
        work = Work(name, ids.derive("action", key) if key else self.new_id(at), at)
        working = desk.at_work(work)
        value = run(working)
        self._shadow.keeper.flush()
        self._close_work(working, work)
        if key:
            answer = (key, msgspec.json.encode(value).decode(), at)
            conn.execute("insert into answered values (?, ?, ?)", answer)
        return Done(value, frozenset(self._shadow.keeper.seen))

    @property
    def guests(self) -> Guests:
        """Who is being answered; work that nobody waits for lets them pass."""
        return self._writer.guests

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
            salt, about = self._random(16), list(draft.about)
            deed = Deed(salt, desk.who, desk.device, work.action, work.action_id, desk.day, about, draft.changes)
            sealed = [Sealed(self._random(16), record, changes) for record, changes in draft.personal.items()]
            self._append(partition, draft, deed, sealed)

    def _write_of_itself(self, action: str) -> Deed:
        at = self.hybrid.believed_ms()
        day = business_day(at, self.zone_minutes)
        return Deed(self._random(16), "", "", action, self.new_id(at), day, [], [])

    def _append(self, partition: str, draft: Draft, deed: Deed, sealed: list[Sealed]) -> None:
        parts = [pack(deed), *[pack(part) for part in sealed]]
        count = len(deed.changes) + sum([len(part.changes) for part in sealed])
        if count > MOST_CHANGES or sum(map(len, parts)) > MOST_BYTES:
            raise Refusal("That is too much for one step. Do it in smaller portions.", code="too_much")
        place = draft.stamp.place
        log = self.log
        seq, head = log.head(place)
        entry = Entry(FORMAT, self.author, partition, seq + 1, draft.hlc, 0, head, [*parts])
        arrived = log.append(entry, entry.head, place)
        log.index_history(draft.stamp, arrived, deed.about)
        log.index_persons(arrived, draft.personal)

    # ---- listening

    def listen(self, listener: Listener) -> None:
        """Call back after each commit, in the writer's thread, with what was touched."""
        self._listeners.append(listener)

    def _tell(self, results: list[Any]) -> None:
        self.log.flushed()
        nothing: frozenset[tuple[str, str]] = frozenset()
        touched = nothing.union(*[result.touched for result in results if isinstance(result, Done)])
        if touched:
            for listener in self._listeners:
                listener(touched)
        self._do_what_is_due()

    # ---- asking

    def history(self, conn: sqlite3.Connection, record: str, limit: int = 100) -> list[tuple[Stamp, Deed]]:
        """Return what was done to a record, newest first."""
        return self.log.seen_by(conn).history(record, limit)

    def search(self, conn: sqlite3.Connection, view: str, text: str, limit: int = 50) -> list[int]:
        """Return the rowids of a kept view's rows that hold the words of a text, newest first."""
        kept = next(kept for kept in self.schema.kept if kept.name == view)
        return search.find(conn, view, kept.search, text, limit)

    def tidy(
        self,
        *,
        stay_hot: int = STAY_HOT,
        every_ms: int = EVERY_MS,
        lapsed_ms: int = LAPSED_MS,
        keep_ms: int = KEEP_MS,
    ) -> None:
        """Forget answers older than a month (nobody repeats a request that late), pack what is old in the log, trim it."""
        before = self.clock.now_ms() - ANSWERS_KEPT_MS
        self.local(lambda conn: conn.execute("delete from answered where at < ?", (before,)).rowcount).result()
        self.put_away(stay_hot)
        self.agree_on_milestones(every_ms, lapsed_ms)
        self.trim(keep_ms)
        self.help_out(stay_hot)
