"""Merging: taking in entries of other boxes, in any order, split and repeated at will.

Nothing stops a merge. An entry that comes before its turn waits; a second entry at one place of an author's chain is
kept as proof of a fork; a change that this version cannot apply is parked with its reason, and the next one goes on.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.journal.apply import Applier, Unfit
from appliance.journal.clock import Hybrid
from appliance.journal.entry import Entry, Stamp, Unreadable, decode, pack, read_deed, read_sealed
from appliance.journal.log import Log


@dataclass
class Merged:
    """What came of a list of foreign entries."""

    applied: int = 0
    known: int = 0
    early: int = 0
    parked: int = 0
    refused: int = 0


class Merger:
    """Takes entries in, on the writer's connection."""

    def __init__(self, conn: sqlite3.Connection, log: Log, applier: Applier, hybrid: Hybrid) -> None:
        self._conn = conn
        self._log = log
        self._applier = applier
        self._hybrid = hybrid

    def take(self, foreign: Iterable[bytes | Entry]) -> Merged:
        """Take in what another box sent."""
        merged = Merged()
        for found in foreign:
            try:
                entry = decode(found) if isinstance(found, bytes) else found
            except Unreadable:
                merged.refused += 1
                continue
            self._take(entry, merged)
        return merged

    def _take(self, entry: Entry, merged: Merged) -> None:
        waiting: Entry | None = entry
        while waiting is not None:
            place = self._log.place(waiting.author, waiting.partition)
            seq, head = self._log.head(place)
            if waiting.seq > seq + 1:
                self._put_by("early", waiting)
                merged.early += 1
                return
            if waiting.seq <= seq:
                if self._log.head_at(place, waiting.seq) == waiting.head:
                    merged.known += 1
                    return
            elif waiting.previous == head:
                arrived = self._log.append(waiting, place)
                self._hybrid.observe(waiting.hlc)
                merged.parked += apply_entry(self._conn, self._log, self._applier, waiting, arrived)
                merged.applied += 1
                waiting = self._next_early(waiting)
                continue
            self._put_by("fork_proof", waiting)
            merged.refused += 1
            return

    def _put_by(self, table: str, entry: Entry) -> None:
        row = (entry.author, entry.partition, entry.seq, pack(entry))
        self._conn.execute(f"insert or ignore into {table} values (?, ?, ?, ?)", row)

    def _next_early(self, entry: Entry) -> Entry | None:
        spot = (entry.author, entry.partition, entry.seq + 1)
        found = self._conn.execute(
            'delete from early where author = ? and "partition" = ? and seq = ? returning entry', spot
        ).fetchall()
        return decode(found[0][0]) if found else None


def apply_entry(conn: sqlite3.Connection, log: Log, applier: Applier, entry: Entry, arrived: int) -> int:
    """Apply an entry to the shadow; returns how many changes had to be parked."""
    stamp = Stamp(entry.hlc, entry.author)
    try:
        deed = read_deed(entry.parts[0])
        sealed = [read_sealed(part) for part in entry.parts[1:]]
    except Unreadable as error:
        _park(conn, arrived, 0, 0, error)
        return 1
    log.index(stamp, arrived, deed.about, [part.record for part in sealed])
    parked = 0
    for part, changes in enumerate([deed.changes, *(seal.changes for seal in sealed)]):
        for place, change in enumerate(changes):
            try:
                applier.apply(stamp, deed.who, change)
            except Unfit as error:
                _park(conn, arrived, part, place, error)
                parked += 1
    return parked


def _park(conn: sqlite3.Connection, arrived: int, part: int, place: int, error: Exception) -> None:
    conn.execute("insert or ignore into parked values (?, ?, ?, ?)", (arrived, part, place, str(error)))
