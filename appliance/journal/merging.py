"""Merging: taking in what other boxes wrote, in any order, split and repeated at will.

Nothing stops a merge. A segment that comes before its turn waits; a second history under one author's name is kept as
proof of a fork; a change that this version cannot apply is parked with its reason, and the next one goes on.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from appliance.journal.apply import Applier, Unfit
from appliance.journal.clock import Hybrid
from appliance.journal.entry import Entry, Stamp, Unreadable, decode, read_deed, read_sealed
from appliance.journal.log import Log, head_at
from appliance.journal.segments import Segment, pack_segment, read_segment, segment_of

MOST_EARLY = 1_000
"""How many segments may wait for their turn; what finds no room comes again."""

Trust = Callable[[bytes, str], bool]
"""Tells whether an author may write a partition."""


@dataclass
class Merged:
    """What came of entries from elsewhere; all but `forks` are counted."""

    applied: int = 0
    known: int = 0
    early: int = 0
    parked: int = 0
    refused: int = 0
    forks: list[tuple[bytes, str, int]] = field(default_factory=list)
    """(author, partition, sequence) from where an author has a second history."""


@dataclass(frozen=True)
class Proven:
    """A segment whose chain was computed and, if it came from elsewhere, whose seal holds."""

    segment: Segment
    entries: list[tuple[Entry, bytes]]


def proven(raw: Iterable[bytes], trust: Trust | None, merged: Merged) -> list[Proven]:
    """Read segments from elsewhere and keep those whose author signed them and may write there."""
    kept = []
    for one in raw:
        try:
            segment = read_segment(one)
        except Unreadable:
            merged.refused += 1
            continue
        entries = list(segment.chained())
        allowed = trust is None or trust(segment.author, segment.partition)
        if allowed and segment.seal(entries[-1][1]).holds:
            kept.append(Proven(segment, entries))
        else:
            merged.refused += len(entries)
    return kept


def unsealed(foreign: Iterable[bytes | Entry], merged: Merged) -> Iterator[Proven]:
    """Read bare entries, whose sender is believed, and join those that follow each other."""
    run: list[tuple[Entry, bytes]] = []
    for found in foreign:
        try:
            entry = decode(found) if isinstance(found, bytes) else found
        except Unreadable:
            merged.refused += 1
            continue
        if run and not _follows(entry, *run[-1]):
            yield Proven(segment_of([one for one, _ in run]), run)
            run = []
        run.append((entry, entry.head))
    if run:
        yield Proven(segment_of([one for one, _ in run]), run)


def _follows(entry: Entry, last: Entry, head: bytes) -> bool:
    same = (entry.author, entry.partition, entry.format) == (last.author, last.partition, last.format)
    return same and entry.seq == last.seq + 1 and entry.previous == head


class Merger:
    """Takes segments in, on the writer's connection."""

    def __init__(self, conn: sqlite3.Connection, log: Log, applier: Applier, hybrid: Hybrid) -> None:
        self._conn = conn
        self._log = log
        self._applier = applier
        self._hybrid = hybrid

    def take(self, foreign: Iterable[Proven], merged: Merged) -> Iterator[None]:
        """Take segments in, stopping after each entry so that the caller may let others write first."""
        for one in foreign:
            yield from self._take(one, merged)

    def _take(self, one: Proven, merged: Merged) -> Iterator[None]:
        segment = one.segment
        place = self._log.places.number(segment.author, segment.partition)
        seq, _ = self._log.head(place)
        if segment.first > seq + 1:
            merged.early += self._put_by(place, segment)
            return
        forked = self._second_history(one, place, seq)
        if forked is not None:
            merged.forks.append((segment.author, segment.partition, forked))
            merged.refused += len(one.entries)
            row = (place, segment.first, pack_segment(segment))
            self._conn.execute("insert or ignore into fork_proof values (?, ?, ?)", row)
            return
        merged.known += min(segment.last, seq) - segment.first + 1
        for entry, head in one.entries[seq - segment.first + 1 :]:
            self._append(entry, head, place, merged)
            yield
        self._keep_seal(segment, place)
        for waiting in self._next_early(place, segment.last):
            yield from self._take(waiting, merged)

    def _append(self, entry: Entry, head: bytes, place: int, merged: Merged) -> None:
        arrived = self._log.append(entry, head, place)
        self._hybrid.observe(entry.hlc)
        merged.parked += apply_entry(self._conn, self._log, self._applier, entry, place, arrived)
        merged.applied += 1

    def _second_history(self, one: Proven, place: int, seq: int) -> int | None:
        """Return the sequence from which a segment tells another history than ours; None when it is the same."""
        segment = one.segment
        ours = head_at(self._conn, place, segment.first - 1)
        if ours is not None and ours != segment.previous:
            return segment.first - 1
        both = one.entries[: max(seq - segment.first + 1, 0)]
        if not both or head_at(self._conn, place, both[-1][0].seq) in {both[-1][1], None}:
            return None
        return next(entry.seq for entry, head in both if head_at(self._conn, place, entry.seq) != head)

    def _keep_seal(self, segment: Segment, place: int) -> None:
        if not segment.signature:
            return
        self._conn.execute(
            "insert or ignore into seal select place, seq, arrived, ? from log where place = ? and seq = ?",
            (segment.signature, place, segment.last),
        )
        self._conn.execute("update log_place set public = ? where n = ? and public = x''", (segment.public, place))

    def _put_by(self, place: int, segment: Segment) -> int:
        waiting = self._conn.execute("select count(*) from early").fetchone()[0]
        if waiting < MOST_EARLY:
            row = (place, segment.first, pack_segment(segment))
            self._conn.execute("insert or replace into early values (?, ?, ?)", row)
        return len(segment.parts)

    def _next_early(self, place: int, last: int) -> Iterator[Proven]:
        found = self._conn.execute(
            "delete from early where place = ? and first <= ? returning segment", (place, last + 1)
        ).fetchall()
        for row in found:
            segment = read_segment(row[0])
            yield Proven(segment, list(segment.chained()))


def apply_entry(conn: sqlite3.Connection, log: Log, applier: Applier, entry: Entry, place: int, arrived: int) -> int:
    """Apply an entry to the shadow; returns how many changes had to be parked."""
    stamp = Stamp(entry.hlc, entry.author, place)
    try:
        deed = read_deed(entry.parts[0])
        sealed = [read_sealed(part) for part in entry.parts[1:]]
    except Unreadable as error:
        _park(conn, arrived, 0, 0, error)
        return 1
    log.index(stamp, arrived, deed.about, [part.record for part in sealed])
    parked = 0
    for part, changes in enumerate([deed.changes, *(seal.changes for seal in sealed)]):
        for number, change in enumerate(changes):
            try:
                applier.apply(stamp, deed.who, change)
            except Unfit as error:
                _park(conn, arrived, part, number, error)
                parked += 1
    return parked


def _park(conn: sqlite3.Connection, arrived: int, part: int, place: int, error: Exception) -> None:
    conn.execute("insert or ignore into parked values (?, ?, ?, ?)", (arrived, part, place, str(error)))
