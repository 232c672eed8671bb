"""Exchange: the half of a journal that faces other boxes. What they do with it is `sync`'s business."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from appliance.journal import erasing, giving_back, retelling, sending
from appliance.journal.box import Box, Done
from appliance.journal.clock import DAY_MS, TOLERANCE_MS, Hybrid
from appliance.journal.digests import Digests, of_partitions
from appliance.journal.disk import explained
from appliance.journal.drawing import Drawing
from appliance.journal.entry import Deed, Entry
from appliance.journal.forks import Proof
from appliance.journal.merging import Merged, Merger, Proven, Trust, believed, proven, unsealed, waiting
from appliance.journal.reading import Heads, Reading
from appliance.journal.shadow import Shadow
from appliance.journal.store import Store
from appliance.journal.writer import More, Writer

T = TypeVar("T")
MOST_AT_ONCE = 2_000
"""Rows that a merge touches before it lets the disk flush."""
AGAIN_MS = 10 * 60 * 1000
"""After so long it is tried again to draw tables anew that could not be drawn."""
MANY_AT_ONCE, FEW_AT_ONCE = 256, 32
"""Keys of kept views that a merge lets wait to be drawn, where nobody wants to write meanwhile and where somebody does: he
waits for so many at most."""
STEPS_AT_ONCE = 8
"""Steps of a merge, a few tenths of a millisecond each, between two looks whether somebody is being answered."""
HURRIED = 200
"""For so many portions after somebody had to wait, it is taken that more will."""


class Exchange:
    """Hands out what this box knows, takes in what others know, and lets it count."""

    def __init__(self, box: Box, store: Store, shadow: Shadow, hybrid: Hybrid, trust: Trust | None) -> None:
        self.box = box
        self.author = box.author
        self.trust = trust
        """Asked of every author and partition that comes from elsewhere; None believes every signature."""
        self.hybrid = hybrid
        self.path = store.path
        """The file."""
        self.reading = store.reading
        self._store = store
        self._shadow = shadow
        self.controls = shadow.controls
        self.controls.erase = lambda record: erasing.erase(shadow, record)
        self._merger = Merger(shadow, hybrid, box.author)
        self._aside = ThreadPoolExecutor(1, "journal-aside")
        self._later: Future[None] | None = None
        self._drawn_for = ""
        self._hurried = 0
        self._scrubbed_for = shadow.scrubbed
        self._not_before_ms = 0
        self._writer: Writer
        self._deed_of_its_own: Callable[[str], Deed]

    # ---- saying how far one is

    def heads(self) -> Heads:
        """Say how far this box has each author's log, with the head it has there; only what is on disk."""
        return self._shadow.controls.told(self._shadow.log.told)

    def ended(self) -> Heads:
        """Return those of `heads` beyond which nothing will come any more."""
        return self.controls.ended(self.heads())

    def vector(self) -> dict[tuple[bytes, str], int]:
        """Say how far this box has each author's log, by partition."""
        return {place: seq for place, (seq, _) in self.heads().items()}

    def wants(self) -> Heads:
        """Return the heads to ask another box by: `heads`, but lower where a second history has to be found out."""
        return self._merger.wants(self.heads())

    def digest(self, partitions: Collection[str] | None = None) -> bytes:
        """Return 32 bytes over the heads: where they are equal there is nothing new."""
        return sending.digest(self.heads(), partitions)

    def digests(self) -> dict[str, Digests]:
        """Return for each partition a digest of its entries and one of what follows from them (R25).

        It reads every row, in a thread of the caller's, and is for quiet moments; `digest` is for every meeting. Empty
        while tables show what does not count any more.
        """
        conn = self._store.reader()
        try:
            return of_partitions(conn, self._shadow.schema, self.box.root)
        finally:
            conn.close()

    def compare(self, theirs: Heads) -> list[tuple[bytes, str, int]]:
        """Name each (author, partition, sequence) where another box's heads show a second history.

        Only the side that has more can see it, so the other should be told (`suspect`). What `wants` asks for then
        shows where the second history begins.
        """
        forks = sending.compare(self._shadow.log.seen_by(self.reading()), self.heads(), theirs)
        self.suspect(forks)
        return forks

    def suspect(self, forks: Iterable[tuple[bytes, str, int]]) -> None:
        """Take note that somebody has a second history at these places."""
        self._merger.suspect(forks)

    # ---- handing out

    def segments(
        self, have: Heads, *, partitions: Collection[str] | None = None, most_bytes: int | None = None
    ) -> Iterator[bytes]:
        """Yield what another box lacks, packed, in the order in which it should be taken in.

        The chain comes first, then the partitions as given; without any, all. It ends after `most_bytes`, but not
        before the first segment. Waits for the writer once, to sign what this box wrote since.
        """
        shadow = self._shadow
        if self.box.sign is not None:
            self._writer.run(lambda _conn: self._seal())
        for packed, in_turn in sending.outgoing(
            shadow.log.seen_by(self.reading()), shadow.controls, self.heads(), have, partitions
        ):
            yield packed
            if most_bytes is not None and in_turn:
                most_bytes -= len(packed)
                if most_bytes <= 0:
                    return

    def entries(self, have: dict[tuple[bytes, str], int] | None = None) -> Iterator[Entry]:
        """Yield the log in its order of arrival, leaving out what the other side has by author and partition."""
        return self._shadow.log.seen_by(self.reading()).entries(have)

    def given_back(self, box: bytes) -> list[bytes]:
        """Return, packed, what another box wrote beyond a fork of its own and has not told again; mostly nothing.

        What it has told again wholly is not kept any longer.
        """
        log = self._shadow.log.seen_by(self.reading())
        places = giving_back.beyond(log, self.controls, box)
        if not places:
            return []
        left = giving_back.not_told(log, self.controls, places, box)
        if done := [one for one in places.items() if one[0] not in left]:
            self._writer.run(lambda _conn: [retelling.take_away(self._shadow.log, *one) for one in done])
        return giving_back.to_give(log, left)

    # ---- taking in

    def merge(self, foreign: Iterable[bytes | Entry]) -> "Future[Done[Merged]]":
        """Take in bare entries from one who is believed, in any order, split and repeated at will."""
        merged = Merged()
        return self._take(list(unsealed(foreign, merged)), merged)

    def take(self, segments: Iterable[bytes]) -> "Future[Done[Merged]]":
        """Take in segments from anybody; what their authors did not sign, or may not write, is refused.

        They are read and proven in the calling thread. A box that knows the time refuses them from the first on that is
        dated more than a day ahead (R11). Whoever writes meanwhile goes first. The future is answered when everything
        counts, also where tables had to be drawn anew.
        """
        merged = Merged()
        told = proven(segments, self.trust, merged)
        if self.hybrid.clock.trusted:
            now_ms, conn = self.hybrid.clock.now_ms(), self.reading()
            told = believed(told, merged, self.controls.stamp, now_ms, self.author[:16], lambda: waiting(conn))
        return self._take(told, merged)

    def _take(self, told: Iterable[Proven | Proof], merged: Merged) -> "Future[Done[Merged]]":
        steps, shadow, keeper = self._merger.take(told, merged), self._shadow, self._shadow.keeper

        def some(_conn: sqlite3.Connection) -> Any:
            shadow.begin_taking()
            more = False
            most = FEW_AT_ONCE if self._hurried else MANY_AT_ONCE
            for number, _ in enumerate(steps):
                if number % STEPS_AT_ONCE == 0:
                    self._writer.give_way()
                if keeper.waiting >= most:
                    shadow.show()
                waited_for = self._writer.waited_for
                more = waited_for or len(keeper.seen) >= MOST_AT_ONCE
                if more:
                    self._hurried = HURRIED if waited_for else max(0, self._hurried - 1)
                    break
            self._tell_given_back(merged)
            shadow.end_taking()
            if self.controls.redraw_due not in {"", self._drawn_for}:
                # Stamps that were taken back are not followed, though the tables that show it are still to be drawn.
                self._rewind(self.author)
            done = Done(merged, frozenset(keeper.seen))
            return More(done) if more else done

        return self._after_drawing(self._writer.submit(some, patient=True))

    def _tell_given_back(self, merged: Merged) -> None:
        """Tell again what others kept of this box's own; under a name that is forked itself it would not count."""
        given, self._merger.given_back = self._merger.given_back, []
        for entry in giving_back.hear(self._shadow, given, self.author) if given and not self.copied else ():
            retelling.tell_again(self._shadow, self.hybrid, entry, self.author)
            merged.applied += 1

    # ---- when something has to count differently

    def settled(self) -> "Future[None]":
        """Be told when no table waits to be drawn anew, and nothing to be scrubbed."""
        if self._later is not None and not self._later.done():
            return self._aside.submit(lambda: None)
        nothing: Future[None] = Future()
        nothing.set_result(None)
        return nothing

    def _after_drawing(self, taking: "Future[T]") -> "Future[T]":
        outer: Future[T] = Future()

        def answer(done: "Future[Any]") -> None:
            error = taking.exception() or done.exception()
            if error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(taking.result())

        def taken(_: "Future[Any]") -> None:
            later = self._later
            if later is None or (later.done() and later.exception() is None):
                answer(taking)
            elif later.done():
                # Whatever does not count yet is said as long as it does not.
                answer(later)
            else:
                later.add_done_callback(answer)

        taking.add_done_callback(taken)
        return outer

    def _do_what_is_due(self) -> None:
        """Start to draw tables anew, or to scrub the file; called after each commit, once for each reason."""
        due, erased = self.controls.redraw_due, len(self.controls.all_erased)
        draws, scrubs = due not in {"", self._drawn_for}, erased != self._scrubbed_for
        if (draws or scrubs) and self.hybrid.clock.ticks_ms() >= self._not_before_ms:
            self._drawn_for, self._scrubbed_for = due or self._drawn_for, erased
            self._later = self._aside.submit(self._do_aside, draws=draws, scrubs=scrubs)

    def _do_aside(self, *, draws: bool, scrubs: bool) -> None:
        try:
            if draws:
                self._draw()
            if scrubs:
                self._scrub()
        except Exception as error:
            # It is still due. A disk that is full is not full of room a moment later, and drawing is work.
            self._not_before_ms = self.hybrid.clock.ticks_ms() + AGAIN_MS
            self._drawn_for, self._scrubbed_for = "", self._shadow.scrubbed
            raise (explained(error) if isinstance(error, sqlite3.Error) else error) from error

    def _scrub(self) -> None:
        self._writer.alone(lambda _conn: erasing.scrub(self._store, self._shadow.schema)).result()

    def _draw(self) -> None:
        drawing = Drawing(self._store, self._shadow.schema, self.box.root)
        try:
            drawing.draw()
            self._writer.alone(lambda _conn: self._change_over(drawing)).result()
        finally:
            drawing.close()

    def _change_over(self, drawing: Drawing) -> Done[None]:
        drawing.change_over()
        self._shadow.forget()
        self._rewind(self.author)
        return Done(None, frozenset((table, "") for table in self._shadow.schema.drawn))

    # ---- being a copy

    @property
    def copied(self) -> bool:
        """Whether this box's own log has a second history elsewhere, so that it needs a new author."""
        return bool(self._merger.twice())

    def reincarnate(
        self, author: bytes, sign: Callable[[bytes], bytes] | None = None, public: bytes = b""
    ) -> "Future[int]":
        """Go on as another author, and tell again what of its log others may lack; returns how many entries.

        Sequences are never reused: the old author is retired where it stands. Without `sign` the key stays.
        """

        def job(_conn: sqlite3.Connection) -> int:
            shadow, hybrid, told = self._shadow, self.hybrid, 0
            self._rewind(author)
            shadow.keeper.begin()
            for place, after in self._merger.twice().items():
                told += retelling.retell(shadow, hybrid, place, after, author)
            retelling.retire(shadow, hybrid, self.author, author, self._deed_of_its_own("journal.reincarnate"))
            shadow.keeper.flush()
            self.box = replace(self.box, author=author, sign=sign or self.box.sign, public=public or self.box.public)
            self.author = author
            self._merger.became(author)
            return told

        return self._writer.submit(job)

    # ---- a clock that ran ahead

    def take_clock_back(self) -> "Future[int]":
        """Say of what this box stamped ahead of its clock how much less it counts; returns by how many milliseconds.

        One word in the log does it, which all who hold those entries obey (R12); none of them is written anew. To be
        called when the clock was set right, and before anything is handed out (R10).
        """

        def job(_conn: sqlite3.Connection) -> int:
            ahead_ms = self._to_take_back(self._shadow.log)
            if ahead_ms:
                # The word stands in a piece of its own, so that it can be heard before what it speaks of.
                self._seal()
                deed = self._deed_of_its_own("journal.restamp")
                retelling.restamp(self._shadow, self.hybrid, self.author, deed)
                self._seal()
                self._rewind(self.author)
            return ahead_ms

        # Whoever has nothing to take back need not wait for the writer, nor write.
        if self._to_take_back(self._shadow.log.seen_by(self.reading())):
            return self._writer.submit(job)
        nothing: Future[int] = Future()
        nothing.set_result(0)
        return nothing

    def _to_take_back(self, log: Reading) -> int:
        """Return by how many milliseconds this box's newest stamp runs ahead, if that is for this box to take back.

        Whoever only follows another box's clock is outrun one by one, and leaves it, unless nobody would believe it.
        """
        now_ms, box = self.hybrid.clock.now_ms(), self.author[:16]
        if (self.hybrid.last >> 16) - now_ms <= TOLERANCE_MS:
            return 0
        ahead_ms = (self._shadow.newest_hlc(box, log) >> 16) - now_ms
        if ahead_ms <= TOLERANCE_MS:
            return 0
        late = ahead_ms > DAY_MS or self._shadow.drove(box, now_ms + TOLERANCE_MS << 16, log)
        return ahead_ms if late else 0

    def _seal(self) -> None:
        if self.box.sign is not None:
            sending.seal_tips(self._shadow.log, self.box.sign, self.box.public)

    def _rewind(self, author: bytes) -> None:
        """Go on from the stamps that count now, as an author of this box."""
        shadow = self._shadow
        self.hybrid.rewind(shadow.newest_hlc(), shadow.newest_hlc(author[:16]), shadow.runs_ahead(author))
