"""Upkeep: how a journal keeps its log small over the years, and helps a box that is new or was away too long."""

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from functools import partial

import msgspec

from appliance.journal import checkpoints, snapshots
from appliance.journal.cold import STAY_HOT, next_chunk, put_away
from appliance.journal.controls import Milestone, control, read_control
from appliance.journal.digests import of_heads
from appliance.journal.entry import Unreadable, pack
from appliance.journal.exchange import Exchange
from appliance.journal.reading import Heads
from appliance.journal.retelling import write


class Upkeep(Exchange):
    """Puts the old log away, lays checkpoints down, trims what everybody has, and gives and takes snapshots."""

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

        Drawing anew begins there. It costs about as much as drawing anew does.
        """
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

    # ---- trimming

    def reached(self) -> int:
        """Return the number of the newest milestone that this box has reached in the partitions it holds; 0 for none."""
        heads = self.heads()
        held = {partition for _, partition in heads}
        for number, milestone in self._milestones():
            vector = {name: seq for name, seq in milestone.vector().items() if name[1] in held}
            if all(heads.get(name, (0, b""))[0] >= seq for name, seq in vector.items()):
                return number
        return 0

    def _milestones(self) -> list[tuple[int, Milestone]]:
        rows = self.reading().execute("select number, told from milestone order by number desc").fetchall()
        told = [(row["number"], read_control(msgspec.msgpack.decode(row["told"]))) for row in rows]
        return [(number, milestone) for number, milestone in told if isinstance(milestone, Milestone)]

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
            number = max((number for number, _ in self._milestones()), default=0) + 1
            deed = self._deed_of_its_own("journal.milestone")
            deed.changes.append(control(Milestone(number, floor, authors, reaches, dict(states))))
            write(self._shadow, self.hybrid, self.author, "chain", [pack(deed)])
            return number

        return self._writer.submit(job)

    def trim(self) -> int:
        """Drop chunks of the log that every box has, as a milestone says; returns how many."""
        told = self._milestones()
        floor = max((milestone.floor for _, milestone in told), default=0)
        vectors = [milestone.vector() for number, milestone in told if number == floor]
        if not vectors or self.reached() < floor:
            return 0
        lowest = {name: min(vector.get(name, 0) for vector in vectors) for name in set().union(*vectors)}
        if not checkpoints.trimmable(self._shadow.log.seen_by(self.reading()), lowest):
            return 0
        self.checkpoint()
        return self._writer.submit(lambda _conn: checkpoints.trim(self._shadow.log, self.controls, lowest)).result()

    # ---- new boxes, and those that were away too long

    def lapsed(self, have: Heads, partitions: Collection[str] | None = None) -> bool:
        """Tell whether another box lacks what was trimmed here: it should hand over its own, then take a snapshot."""
        log = self._shadow.log.seen_by(self.reading())
        for place, seq in log.conn.execute("select place, seq from base"):
            name = log.places.of(place)
            if (partitions is None or name[1] in partitions) and have.get(name, (0, b""))[0] < seq:
                return True
        return False

    @property
    def astray(self) -> bool:
        """Whether something counts here that should not, and only another box's snapshot can set it right."""
        return checkpoints.astray(self.reading(), self.controls)

    def snapshot(self, partitions: Collection[str] | None = None) -> list[bytes]:
        """Return the checkpoint that lies here, signed, in pieces: first a manifest, then states; empty without one."""
        sign, public = self.box.sign, self.box.public
        if sign is None:
            return []
        return snapshots.given(self.reading(), self._shadow, partitions, self.author, sign, public)

    def install(self, snapshot: Sequence[bytes]) -> "Future[Heads]":
        """Begin with a snapshot; raises `Unreadable` when it is not whole, not of this chain, or would lose something.

        It is proven in the caller's thread. What this box wrote beyond it stays, and the rest of the log comes as
        segments. The future is answered with how far it reaches, when everything counts.
        """
        manifest, states = snapshots.read(snapshot)
        if self.trust is not None and not all(self.trust(manifest.giver, name[1]) for name in manifest.reaches()):
            raise Unreadable("The giver of the snapshot may not speak for its partitions.")
        snapshots.try_out(self._shadow.schema, states)

        def job(_conn: sqlite3.Connection) -> Heads:
            snapshots.install(self._shadow, manifest, states)
            return manifest.reaches()

        return self._after_drawing(self._writer.submit(job))
