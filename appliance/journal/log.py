"""The log: entries by author, partition and sequence, each chained to the one before, in their order of arrival.

One author's log in one partition is a *place*; a small number stands for it in this box's tables.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from appliance.journal.entry import (
    FORMAT,
    NO_HEAD,
    Deed,
    Entry,
    Stamp,
    decode_parts,
    encode_parts,
    read_deed,
)

Heads = dict[tuple[bytes, str], tuple[int, bytes]]
"""How far each author's log is known in each partition: the last sequence and its head."""


class Places:
    """Places by their numbers. Number 0 is nobody, before everybody."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._numbers: dict[tuple[bytes, str], int] = {}
        self._places: dict[int, tuple[bytes, str]] = {}
        self.reload()

    def reload(self) -> None:
        """Read them again, after a transaction was given up."""
        found = self._conn.execute('select n, author, "partition" from log_place').fetchall()
        self._places = {0: (b"", "")} | {row[0]: (row[1], row[2]) for row in found}
        self._numbers = {place: n for n, place in self._places.items()}

    def number(self, author: bytes, partition: str) -> int:
        """Return the number of a place, giving one to a new one."""
        found = self._numbers.get((author, partition))
        if found is None:
            place = (author, partition)
            found = (
                self._conn.execute('insert into log_place (author, "partition") values (?, ?)', place).lastrowid or 0
            )
            self._numbers[place] = found
            self._places[found] = place
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(n for n in list(self._places) if n))

    def of(self, number: int) -> tuple[bytes, str]:
        """Return the author and partition of a place."""
        if number not in self._places:
            self.reload()
        return self._places[number]

    def author(self, number: int) -> bytes:
        """Return the author of a place."""
        return self.of(number)[0]


class Log:
    """The table of entries. Writing goes through the writer's connection, inside its transaction."""

    def __init__(self, conn: sqlite3.Connection, places: Places) -> None:
        self._conn = conn
        self.places = places
        self._heads: dict[int, tuple[int, bytes]] = {}
        self._moved: set[int] = set()
        self.told: Heads = self.all_heads()
        """The heads that are on disk; replaced, never changed, so that any thread may look."""

    def forget(self) -> None:
        """A transaction was given up: what was remembered beside it may not be true."""
        self._heads.clear()
        self.places.reload()

    def flushed(self) -> None:
        """The disk has everything: what was appended may be told."""
        if self._moved:
            moved = {self.places.of(place): self.head(place) for place in self._moved}
            self.told = {place: head for place, head in (self.told | moved).items() if head[0]}
            self._moved.clear()

    def head(self, place: int) -> tuple[int, bytes]:
        """Return the last sequence and head of a place."""
        if place not in self._heads:
            found = self._conn.execute(
                "select seq, head from log where place = ? order by seq desc limit 1", (place,)
            ).fetchone()
            self._heads[place] = (found[0], found[1]) if found else (0, NO_HEAD)
        return self._heads[place]

    def all_heads(self) -> Heads:
        """Return the head of every place, also of what is not on disk yet."""
        return {self.places.of(place): head for place in self.places if (head := self.head(place))[0]}

    def append(self, entry: Entry, head: bytes, place: int) -> int:
        """Write an entry at the end of its author's chain; returns its place in the order of arrival."""
        added = self._conn.execute(
            "insert into log (place, seq, hlc, needs, head, parts) values (?, ?, ?, ?, ?, ?)",
            (place, entry.seq, entry.hlc, entry.needs, head, encode_parts(entry.parts)),
        )
        self._heads[place] = (entry.seq, head)
        self._moved.add(place)
        return added.lastrowid or 0

    def rewritten(self, places: Iterable[int]) -> None:
        """The heads of places changed behind what is remembered."""
        for place in places:
            self._heads.pop(place, None)
            self._moved.add(place)

    def index_history(self, stamp: Stamp, arrived: int, about: Iterable[str]) -> None:
        """Note whose history an entry belongs to."""
        for record in about:
            row = (record, stamp.hlc, stamp.place, arrived)
            self._conn.execute("insert or ignore into history values (?, ?, ?, ?)", row)

    def index_persons(self, arrived: int, records: Iterable[str]) -> None:
        """Note which persons an entry speaks of, one in each part after the first; an erased part names nobody."""
        for part, record in enumerate(records, 1):
            if record:
                self._conn.execute("insert or ignore into personal values (?, ?, ?)", (record, arrived, part))

    def cut(self, place: int, seq: int) -> None:
        """Take away what this box itself wrote after a sequence and now writes anew under another name."""
        conn = self._conn
        for table in ("history", "personal", "parked"):
            beyond = "select arrived from log where place = ? and seq > ?"
            conn.execute(f"delete from {table} where arrived in ({beyond})", (place, seq))
        for table in ("log", "seal"):
            conn.execute(f"delete from {table} where place = ? and seq > ?", (place, seq))
        self.rewritten([place])


def head_at(conn: sqlite3.Connection, place: int, seq: int) -> bytes | None:
    """Return the head a place had at a sequence; None when that is not here."""
    if seq == 0:
        return NO_HEAD
    found = conn.execute("select head from log where place = ? and seq = ?", (place, seq)).fetchone()
    return found[0] if found else None


def stretch(
    conn: sqlite3.Connection, places: Places, place: int, first: int, last: int
) -> Iterator[tuple[Entry, bytes]]:
    """Yield a place's entries from one sequence to another, each with its head."""
    author, partition = places.of(place)
    previous = head_at(conn, place, first - 1) or NO_HEAD
    rows = conn.execute("select * from log where place = ? and seq between ? and ? order by seq", (place, first, last))
    for row in rows.fetchall():
        parts = decode_parts(row["parts"])
        yield Entry(FORMAT, author, partition, row["seq"], row["hlc"], row["needs"], previous, parts), row["head"]
        previous = row["head"]


def replayed(
    conn: sqlite3.Connection, places: Places, *, after: int = 0, most: int = -1
) -> Iterator[tuple[int, int, Entry]]:
    """Yield (arrived, place, entry) from a log in order; the entries carry only what folding needs."""
    rows = conn.cursor().execute(
        "select arrived, place, seq, hlc, needs, parts from log where arrived > ? order by arrived limit ?",
        (after, most),
    )
    for row in rows:
        author, partition = places.of(row["place"])
        entry = Entry(
            FORMAT, author, partition, row["seq"], row["hlc"], row["needs"], NO_HEAD, decode_parts(row["parts"])
        )
        yield row["arrived"], row["place"], entry


def entries(
    conn: sqlite3.Connection, places: Places, have: dict[tuple[bytes, str], int] | None = None
) -> Iterator[Entry]:
    """Yield whole entries in their order of arrival, leaving out what the other side has."""
    have = have or {}
    heads: dict[int, bytes] = {}
    for row in conn.cursor().execute("select * from log order by arrived"):
        place = row["place"]
        previous = heads.get(place, NO_HEAD)
        heads[place] = row["head"]
        author, partition = places.of(place)
        if row["seq"] > have.get((author, partition), 0):
            parts = decode_parts(row["parts"])
            yield Entry(FORMAT, author, partition, row["seq"], row["hlc"], row["needs"], previous, parts)


def history(conn: sqlite3.Connection, places: Places, record: str, limit: int) -> list[tuple[Stamp, Deed]]:
    """Return what was done to a record, newest first."""
    rows = conn.execute(
        "select l.place, l.hlc, l.parts from history h join log l on l.arrived = h.arrived "
        "where h.record = ? order by h.hlc desc limit ?",
        (record, limit),
    )
    return [
        (Stamp(row["hlc"], places.author(row["place"]), row["place"]), read_deed(decode_parts(row["parts"])[0]))
        for row in rows
    ]
