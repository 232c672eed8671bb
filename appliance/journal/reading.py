"""Reading: the log in its order of arrival, or one author's stretch of it, wherever its entries lie.

The newest entries are rows, older ones lie in chunks, and the oldest may have been trimmed: then `base` says where
each place begins.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from appliance.journal.entry import FORMAT, NO_HEAD, Deed, Entry, Stamp, read_deed
from appliance.journal.places import Places
from appliance.journal.resting import Line, Packing, read_chunk, read_of_chunk

Heads = dict[tuple[bytes, str], tuple[int, bytes]]
"""How far each author's log is known in each partition: the last sequence and its head."""


class Reading:
    """The log as one connection sees it."""

    def __init__(self, conn: sqlite3.Connection, places: Places, packing: Packing) -> None:
        self.conn = conn
        self.places = places
        self.packing = packing

    # ---- heads

    def tip(self, place: int) -> tuple[int, bytes]:
        """Return the last sequence and head of a place."""
        found = [row for sql in _LAST if (row := self.conn.execute(sql, (place,)).fetchone()) is not None]
        return max(((row[0], row[1]) for row in found), default=(0, NO_HEAD))

    def heads(self) -> Heads:
        """Return the tip of every place that has any."""
        return {self.places.of(place): tip for place in self.places if (tip := self.tip(place))[0]}

    def holds(self, place: int, seq: int) -> bool:
        """Tell whether an entry was not trimmed."""
        return self.begins(place) < seq <= self.tip(place)[0]

    def begins(self, place: int) -> int:
        """Return the sequence after which a place begins here: what comes before it was trimmed, for all had it."""
        found = self.conn.execute("select seq from base where place = ?", (place,)).fetchone()
        return int(found[0]) if found else 0

    def head_at(self, place: int, seq: int) -> bytes | None:
        """Return the head a place had at a sequence; None when that is not here."""
        if seq == 0:
            return NO_HEAD
        for sql in _AT:
            found = self.conn.execute(sql, (place, seq)).fetchone()
            if found is not None:
                return bytes(found[0])
        return next((head for _, _, head in self.stretch(place, seq, seq)), None)

    def written(self, place: int) -> int:
        """Say when the last entry of a place was written, in milliseconds; 0 when nothing of it is here."""
        hot = self.conn.execute("select hlc from log where place = ? order by seq desc limit 1", (place,)).fetchone()
        if hot is not None:
            return int(hot[0]) >> 16
        cold = self.conn.execute(
            "select s.last, c.chunk from span s join cold c on c.first = s.chunk where s.place = ? "
            "order by s.last desc limit 1",
            (place,),
        ).fetchone()
        lines = read_chunk(cold[1]) if cold is not None else ()
        return next((line.hlc >> 16 for line in lines if (line.place, line.seq) == (place, cold[0])), 0)

    # ---- entries

    def stretch(self, place: int, first: int, last: int) -> Iterator[tuple[int, Entry, bytes]]:
        """Yield (arrived, entry, head) of a place from one sequence to another, as far as they are here."""
        author, partition = self.places.of(place)
        previous = b""
        for line, known in self._of_place(place, first, last):
            if not previous:
                previous = self.head_at(place, line.seq - 1) or NO_HEAD
            entry = Entry(FORMAT, author, partition, line.seq, line.hlc, line.needs, previous, line.parts)
            previous = known or entry.head
            if line.seq >= first:
                yield line.arrived, entry, previous

    def _of_place(self, place: int, first: int, last: int) -> list[tuple[Line, bytes]]:
        """Return the lines of a place in sequence, with heads where a row holds them; a chunk from its start on."""
        spans = self.conn.execute(
            "select c.chunk from span s join cold c on c.first = s.chunk "
            "where s.place = ? and s.last >= ? and s.first <= ?",
            (place, first, last),
        ).fetchall()
        found = [(line, b"") for (chunk,) in spans for line in read_chunk(chunk)]
        found = [(line, head) for line, head in found if line.place == place and line.seq <= last]
        rows = self.conn.execute(
            "select arrived, place, seq, hlc, needs, parts, head from log where place = ? and seq between ? and ? "
            "order by seq",
            (place, first, last),
        ).fetchall()
        lines = [(self._line(row), row[6]) for row in rows]
        # Rows may stand before chunks: one that was opened to change something in it.
        return sorted(found + lines, key=lambda pair: pair[0].seq) if found else lines

    def lines(self, after: int = 0, most: int = -1) -> Iterator[Line]:
        """Yield entries in their order of arrival."""
        chunks = self.conn.execute("select first, last from cold where last > ? order by first", (after,)).fetchall()
        for first, last in chunks:
            for line in self.rows(after, first - 1, most):
                yield line
                most -= 1
            (raw,) = self.conn.execute("select chunk from cold where first = ?", (first,)).fetchone()
            for line in read_chunk(raw):
                if line.arrived > after and most:
                    yield line
                    most -= 1
            after = max(after, last)
            if most == 0:
                return
        yield from self.rows(after, 2**62, most)

    def rows(self, after: int, last: int, most: int) -> Iterator[Line]:
        """Yield what lies in rows, in its order of arrival."""
        rows = self.conn.cursor().execute(
            "select arrived, place, seq, hlc, needs, parts from log where arrived > ? and arrived <= ? "
            "order by arrived limit ?",
            (after, last, most),
        )
        for row in rows:
            yield self._line(row)

    def _line(self, row: sqlite3.Row) -> Line:
        return Line(row[0], row[1], row[2], row[3], row[4], self.packing.unpack(row[5]))

    def entry(self, line: Line) -> Entry:
        """Make the entry of a line, with no place in its chain: what counting it needs."""
        author, partition = self.places.of(line.place)
        return Entry(FORMAT, author, partition, line.seq, line.hlc, line.needs, NO_HEAD, line.parts)

    def entries(self, have: dict[tuple[bytes, str], int] | None = None) -> Iterator[Entry]:
        """Yield whole entries in their order of arrival, leaving out what the other side has."""
        have, heads = have or {}, dict[int, bytes]()
        for line in self.lines():
            previous = heads.get(line.place) or self.head_at(line.place, line.seq - 1) or NO_HEAD
            author, partition = self.places.of(line.place)
            entry = Entry(FORMAT, author, partition, line.seq, line.hlc, line.needs, previous, line.parts)
            heads[line.place] = entry.head
            if line.seq > have.get((author, partition), 0):
                yield entry

    # ---- by arrival

    def at(self, arrivals: Iterable[int]) -> dict[int, Line]:
        """Return entries by their place in the order of arrival, as far as they are here."""
        wanted = set(arrivals)
        rows = self.conn.execute(
            "select l.arrived, l.place, l.seq, l.hlc, l.needs, l.parts from json_each(?) w join log l on l.arrived = w.value",
            (json.dumps(sorted(wanted)),),
        )
        found = {row[0]: self._line(row) for row in rows}
        for arrived in sorted(wanted):
            if arrived not in found and (raw := self._chunk_of(arrived)) is not None:
                found |= {line.arrived: line for line in read_of_chunk(raw, wanted)}
        return found

    def _chunk_of(self, arrived: int) -> bytes | None:
        found = self.conn.execute(
            "select chunk from cold where first <= ?1 and last >= ?1 order by first desc limit 1", (arrived,)
        ).fetchone()
        return bytes(found[0]) if found else None

    def history(self, record: str, limit: int) -> list[tuple[Stamp, Deed]]:
        """Return what was done to a record, newest first."""
        rows = self.conn.execute(
            "select arrived, hlc, place from history where record = ? order by hlc desc limit ?", (record, limit)
        ).fetchall()
        lines = self.at(row["arrived"] for row in rows)
        return [
            (
                Stamp(row["hlc"], self.places.author(row["place"]), row["place"]),
                read_deed(lines[row["arrived"]].parts[0]),
            )
            for row in rows
            if row["arrived"] in lines
        ]


_LAST = (
    "select seq, head from log where place = ? order by seq desc limit 1",
    "select last, head from span where place = ? order by last desc limit 1",
    "select seq, head from base where place = ?",
)
_AT = (
    "select head from log where place = ? and seq = ?",
    "select head from span where place = ? and last = ?",
    "select head from base where place = ? and seq = ?",
)
