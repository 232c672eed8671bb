"""Cold storage: the older part of the log lies by the hundred in chunks, a quarter as large (spec/sync.md R26).

A span says which stretch of a place lies in a chunk, and the head it ends with. Whatever has to change something in a
chunk opens it again: its entries are rows until they are packed the next time.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from itertools import pairwise

from appliance.journal.entry import Erased
from appliance.journal.log import Log
from appliance.journal.reading import Reading
from appliance.journal.resting import Line, pack_chunk, read_chunk
from appliance.journal.sending import SEAL_BYTES, SEAL_ENTRIES

CHUNK_ENTRIES = 128
"""Packed by the thousand they would be a seventh smaller, but whoever opens an old paper unpacks a chunk for each entry of it."""
CHUNK_BYTES = 256 * 1024
STAY_HOT = 2_000
"""So many of the newest entries stay rows."""


@dataclass(frozen=True)
class Chunk:
    """Entries about to be put away, packed while others write."""

    lines: list[Line]
    raw: bytes
    print: bytes
    """Over the rows as they were read: they may have changed since."""


def next_chunk(reading: Reading, stay_hot: int = STAY_HOT) -> Chunk | None:
    """Pack the oldest rows; None while there are few."""
    conn = reading.conn
    enough = CHUNK_ENTRIES + stay_hot
    (count,) = conn.execute("select count(*) from (select 1 from log limit ?)", (enough,)).fetchone()
    if count < enough:
        return None
    (first,) = conn.execute("select min(arrived) from log").fetchone()
    (until,) = conn.execute("select ifnull(min(first), ?) from cold where first > ?", (2**62, first)).fetchone()
    lines: list[Line] = []
    size = 0
    for line in reading.rows(first - 1, until - 1, CHUNK_ENTRIES):
        size += _size(line)
        if lines and size > CHUNK_BYTES:
            break
        lines.append(line)
    return Chunk(lines, pack_chunk(lines), _print(conn, lines[0].arrived, lines[-1].arrived))


def _size(line: Line) -> int:
    return sum(len(part) for part in line.parts if not isinstance(part, Erased))


def _print(conn: sqlite3.Connection, first: int, last: int) -> bytes:
    told = hashlib.sha256()
    for row in conn.execute("select arrived, head, parts from log where arrived between ? and ?", (first, last)):
        told.update(repr(tuple(row)).encode())
    return told.digest()


def put_away(log: Log, chunk: Chunk, _conn: sqlite3.Connection) -> bool:
    """Put a chunk in the place of its rows; does nothing when they changed meanwhile."""
    conn = log.conn
    first, last = chunk.lines[0].arrived, chunk.lines[-1].arrived
    if _print(conn, first, last) != chunk.print:
        return False
    conn.execute("insert into cold values (?, ?, ?)", (first, last, chunk.raw))
    spans = conn.execute(
        "select place, min(seq), max(seq) from log where arrived between ? and ? group by place", (first, last)
    ).fetchall()
    for place, begins, ends in spans:
        row = (place, ends, begins, log.head_at(place, ends), first)
        conn.execute("insert into span values (?, ?, ?, ?, ?)", row)
        sizes = {line.seq: _size(line) for line in chunk.lines if line.place == place}
        _thin_seals(conn, place, begins, ends, sizes)
    conn.execute("delete from log where arrived between ? and ?", (first, last))
    return True


def _thin_seals(conn: sqlite3.Connection, place: int, first: int, last: int, sizes: dict[int, int]) -> None:
    """Drop seals between which so little lies that nobody will want to stop there again."""
    seals = [
        row[0]
        for row in conn.execute(
            "select seq from seal where place = ? and seq between ? and ? order by seq", (place, first, last)
        )
    ]
    told = conn.execute("select seq from restamped where place = ?", (place,)).fetchall()
    apart = {one for (seq,) in told for one in (seq - 1, seq)}
    kept = first - 1
    for seq, following in pairwise(seals):
        weight = sum(sizes[one] for one in range(kept + 1, following + 1))
        # Why stamps are false is told before its turn, so it stays a piece of its own.
        if seq not in apart and following - kept <= SEAL_ENTRIES and weight <= SEAL_BYTES:
            conn.execute("delete from seal where place = ? and seq = ?", (place, seq))
        else:
            kept = seq


def open_for(log: Log, arrived: int) -> None:
    """Make the entry that arrived then a row again, if it lies in a chunk."""
    found = log.conn.execute("select first from cold where first <= ?1 and last >= ?1", (arrived,)).fetchone()
    hot = log.conn.execute("select 1 from log where arrived = ?", (arrived,)).fetchone()
    if found is not None and hot is None:
        open_chunk(log, found[0])


def open_beyond(log: Log, place: int, seq: int) -> None:
    """Make everything of a place after a sequence rows again."""
    for (first,) in log.conn.execute("select chunk from span where place = ? and last > ?", (place, seq)).fetchall():
        open_chunk(log, first)


def open_chunk(log: Log, first: int) -> None:
    """Make the entries of a chunk rows again."""
    conn = log.conn
    lines = read_chunk(conn.execute("select chunk from cold where first = ?", (first,)).fetchone()[0])
    spans = conn.execute("select place, first, last from span where chunk = ?", (first,)).fetchall()
    heads = {
        (place, entry.seq): head for place, begins, ends in spans for _, entry, head in log.stretch(place, begins, ends)
    }
    rows = [
        (
            line.arrived,
            line.place,
            line.seq,
            line.hlc,
            line.needs,
            heads[line.place, line.seq],
            log.packing.pack(line.parts),
        )
        for line in lines
    ]
    conn.execute("delete from cold where first = ?", (first,))
    conn.execute("delete from span where chunk = ?", (first,))
    conn.executemany("insert into log values (?, ?, ?, ?, ?, ?, ?)", rows)
