"""Upkeep: how a journal keeps its log small over the years, and helps a box that is new or was away too long."""

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from functools import partial

import msgspec

from appliance.journal import checkpoints, snapshots
from appliance.journal.clock import DAY_MS
from appliance.journal.cold import STAY_HOT, next_chunk, put_away
from appliance.journal.controls import Milestone, Reached, control, read_control
from appliance.journal.digests import of_heads
from appliance.journal.entry import Unreadable, pack
from appliance.journal.exchange import Exchange
from appliance.journal.merging import Trust
from appliance.journal.reading import Heads
from appliance.journal.retelling import write

EVERY_MS = 7 * DAY_MS
"""How often a milestone is stated."""
LAPSED_MS = 90 * DAY_MS
"""Nobody waits for a box that was heard of longer ago; it comes back by a snapshot (R33)."""
KEEP_MS = 400 * DAY_MS
"""So much of the log stays, though everybody has it: people ask who did what last year."""


class Upkeep(Exchange):
    """Puts the old log away, lays checkpoints down, trims what everybody has, and gives and takes snapshots."""

    snapshot_wanted = False
    """Somebody asked for a snapshot, and none could be given; the next night lays a checkpoint down for it."""
    vouches: Trust | None = None
    """Asked of whoever gives a snapshot; without it those are believed who may write its partitions."""

    def put_away(self, stay_hot: int = STAY_HOT) -> int:
        """Pack what is old in the log into chunks, in the caller's thread; returns how many entries."""
        log, count = self._shadow.log, 0
        while (chunk := next_chunk(log.seen_by(self.reading()), stay_hot)) is not None:
            if not self._writer.submit(partial(put_away, log, chunk)).result():
                break
            count += len(chunk.lines)
        return count

    def checkpoint(self, stay_hot: int = STAY_HOT) -> bool:
        """Lay down what follows from all but the newest entries, in the caller's thread; whether that was anything new.

        Drawing anew begins there. It costs about as much as drawing anew does. A box that went astray lays nothing down:
        what should not count would stand in it for good.
        """
        if self.astray:
            return False
        made = checkpoints.drawn(self.path, self._shadow.schema, self.box.root, stay_hot)
        if made is None:
            return False
        erased = set(self.controls.all_erased)

        def job(conn: sqlite3.Connection) -> None:
            checkpoints.lay_down(conn, made)
            for record in self.controls.all_erased - erased:
                checkpoints.forget(conn, record)

        self._writer.submit(job).result()
        return True

    def help_out(self, stay_hot: int = STAY_HOT) -> None:
        """Lay down what somebody asked for in vain, if this box can."""
        if self.snapshot_wanted:
            self.checkpoint(stay_hot)
            self.snapshot_wanted = False

    # ---- trimming

    def agree_on_milestones(self, every_ms: int = EVERY_MS, lapsed_ms: int = LAPSED_MS) -> None:
        """Say how far this box has come since, and, where that is for this box to say, how far everybody is (R32).

        It is for the one with the lowest name of those heard of lately. Two who both think so do no harm.
        """
        now_ms, own = self.hybrid.believed_ms(), self.author[:16]
        number, said = self.reached(), self._said()
        if number > said.get(own, 0):
            self._say("journal.reached", Reached(number))
            said[own] = number
        heard = self._heard_since(now_ms - lapsed_ms) | {own}
        newest_ms = max((at_ms for _, _, at_ms in self._milestones()), default=0)
        if own == min(heard) and newest_ms <= now_ms - every_ms:
            self.milestone(min(said.get(box, 0) for box in heard)).result()

    def _say(self, action: str, told: Reached) -> None:
        def job(_conn: sqlite3.Connection) -> None:
            deed = self._deed_of_its_own(action)
            deed.changes.append(control(told))
            write(self._shadow, self.hybrid, self.author, "chain", [pack(deed)])

        self._writer.submit(job).result()

    def _said(self) -> dict[bytes, int]:
        """Return the number of the milestone that each box said it has reached."""
        said = dict[bytes, int]()
        for place, seq, number in self.reading().execute("select place, seq, number from reached"):
            if self.controls.counts(place, seq):
                box = self._shadow.log.places.author(place)[:16]
                said[box] = max(number, said.get(box, 0))
        return said

    def _heard_since(self, since_ms: int) -> set[bytes]:
        """Return the boxes that wrote anything since, as far as it is known here."""
        log, controls, heard = self._shadow.log.seen_by(self.reading()), self.controls, set[bytes]()
        for place in log.places:
            author, seq = log.places.author(place), log.tip(place)[0]
            if author[:16] in heard or controls.cut_off(author):
                continue
            for _, entry, _ in log.stretch(place, seq, seq):
                if controls.stamp(author, entry.hlc, place).at >= since_ms:
                    heard.add(author[:16])
        return heard

    def reached(self) -> int:
        """Return the number of the newest milestone that this box has reached in the partitions it holds; 0 for none."""
        heads = self.heads()
        held = {partition for _, partition in heads}
        for number, milestone, _ in self._milestones():
            vector = {name: seq for name, seq in milestone.vector().items() if name[1] in held}
            if all(heads.get(name, (0, b""))[0] >= seq for name, seq in vector.items()):
                return number
        return 0

    def _milestones(self) -> list[tuple[int, Milestone, int]]:
        """Return number, milestone and when it was stated, the newest number first; 0 for when nobody knows any more."""
        conn = self.reading()
        log, found = self._shadow.log.seen_by(conn), list[tuple[int, Milestone, int]]()
        for row in conn.execute("select number, place, seq, told from milestone order by number desc").fetchall():
            told, place = read_control(msgspec.msgpack.decode(row["told"])), row["place"]
            if isinstance(told, Milestone):
                stated = [entry.hlc for _, entry, _ in log.stretch(place, row["seq"], row["seq"])]
                at_ms = self.controls.stamp(log.places.author(place), stated[0], place).at if stated else 0
                found.append((row["number"], told, at_ms))
        return found

    def milestone(self, floor: int = 0) -> "Future[int]":
        """State how far this box has everything, and up to which milestone everybody heard of lately has (R32).

        For the hub, or the elder of a chain without one. Returns the number.
        """
        digests = self.digests()

        def job(_conn: sqlite3.Connection) -> int:
            heads = self.controls.told(self._shadow.log.heads())
            authors = sorted({author for author, _ in heads})
            reaches: dict[str, list[tuple[int, int]]] = {}
            for (author, partition), (seq, _) in sorted(heads.items()):
                reaches.setdefault(partition, []).append((authors.index(author), seq))
            states = {name: told for name, told in digests.items() if told.entries == of_heads(heads, name)}
            number = max((number for number, _, _ in self._milestones()), default=0) + 1
            deed = self._deed_of_its_own("journal.milestone")
            deed.changes.append(control(Milestone(number, floor, authors, reaches, dict(states))))
            write(self._shadow, self.hybrid, self.author, "chain", [pack(deed)])
            return number

        return self._writer.submit(job)

    def trim(self, keep_ms: int = 0) -> int:
        """Drop chunks of the log that every box has, as a milestone older than `keep_ms` says; returns how many."""
        told, until_ms = self._milestones(), self.hybrid.believed_ms() - keep_ms
        floor = max((milestone.floor for _, milestone, _ in told), default=0)
        old = max((number for number, _, at_ms in told if number <= floor and at_ms <= until_ms), default=0)
        vectors = [milestone.vector() for number, milestone, _ in told if number in {old, floor}]
        if not old or self.reached() < floor:
            return 0
        lowest = {name: min(vector.get(name, 0) for vector in vectors) for name in set().union(*vectors)}
        if not checkpoints.trimmable(self._shadow.log.seen_by(self.reading()), lowest):
            return 0
        self.checkpoint()
        stamp = until_ms + 1 << 16
        return self._writer.submit(
            lambda _conn: checkpoints.trim(self._shadow.log, self.controls, lowest, stamp)
        ).result()

    # ---- new boxes, and those that were away too long

    def lapsed(self, have: Heads, partitions: Collection[str] | None = None) -> bool:
        """Tell whether another box lacks what was trimmed here: it should hand over its own, then take a snapshot."""
        log = self._shadow.log.seen_by(self.reading())
        for place, seq in log.conn.execute("select place, seq from base"):
            name, limit = log.places.of(place), self.controls.limit(place)
            needed = seq if limit is None else min(seq, limit.seq)
            if (partitions is None or name[1] in partitions) and have.get(name, (0, b""))[0] < needed:
                return True
        return False

    @property
    def astray(self) -> bool:
        """Whether something counts here that should not, and only another box's snapshot can set it right."""
        return checkpoints.astray(self.reading(), self.controls)

    def snapshot(self, partitions: Collection[str] | None = None) -> list[bytes]:
        """Return the checkpoint that lies here, signed, in pieces: first a manifest, then states; empty without one.

        One in which something has to count differently now is not given on.
        """
        sign, public = self.box.sign, self.box.public
        if sign is None:
            return []
        if not checkpoints.counts(self.reading(), self.controls):
            self.snapshot_wanted = True
            return []
        return snapshots.given(self.reading(), self._shadow, partitions, self.author, sign, public)

    def install(self, snapshot: Sequence[bytes]) -> "Future[Heads]":
        """Join a snapshot; raises `Unreadable` when it is not whole, not of this chain, or would lose something.

        It is proven in the caller's thread. What this box wrote beyond it stays, and the rest of the log comes as
        segments. The future is answered with how far it reaches, when everything counts.
        """
        manifest, states = snapshots.read(snapshot)
        vouches = self.vouches or self.trust
        if vouches is not None and not all(vouches(manifest.giver, name[1]) for name in manifest.reaches()):
            raise Unreadable("The giver of the snapshot may not speak for its partitions.")
        snapshots.try_out(self._shadow.schema, states)

        def job(_conn: sqlite3.Connection) -> Heads:
            if self._merger.find_twice(manifest.reaches()):
                raise Unreadable("The snapshot tells another history of this box.")
            self._shadow.keeper.begin()
            snapshots.install(self._shadow, manifest, states)
            self._shadow.keeper.flush()
            return manifest.reaches()

        return self._after_drawing(self._writer.submit(job))
