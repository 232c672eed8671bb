"""The log: entries by author, partition and sequence, each chained to the one before, in their order of arrival."""

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


class Authors:
    """Authors by the small number that stands for them in this box's tables."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._numbers: dict[bytes, int] = {}
        self._keys: dict[int, bytes] = {}
        self.reload()

    def reload(self) -> None:
        """Read them again, after a transaction was given up."""
        self._numbers = {row["key"]: row["n"] for row in self._conn.execute("select n, key from log_author")}
        self._keys = {0: b""} | {n: key for key, n in self._numbers.items()}

    def number(self, key: bytes) -> int:
        """Return the number of an author, giving one to a newcomer."""
        if key not in self._numbers:
            added = self._conn.execute("insert into log_author (key) values (?)", (key,)).lastrowid or 0
            self._numbers[key] = added
            self._keys[added] = key
        return self._numbers[key]

    def key(self, number: int) -> bytes:
        """Return the author of a number; number 0 is nobody, before everybody."""
        if number not in self._keys:
            self.reload()
        return self._keys[number]


class Log:
    """The table of entries. Writing goes through the writer's connection, inside its transaction."""

    def __init__(self, conn: sqlite3.Connection, authors: Authors) -> None:
        self._conn = conn
        self.authors = authors
        self._heads: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._partitions: dict[str, int] = {}

    def forget(self) -> None:
        """A transaction was given up: what was remembered beside it may not be true."""
        self._heads.clear()
        self._partitions.clear()
        self.authors.reload()

    def newest_hlc(self) -> int:
        """Return the greatest stamp in the log, 0 when it is empty."""
        found = self._conn.execute("select max(hlc) from log").fetchone()[0]
        return int(found or 0)

    def place(self, author: bytes, partition: str) -> tuple[int, int]:
        """Return the numbers of an author and a partition, giving them where they are new."""
        if partition not in self._partitions:
            self._conn.execute("insert or ignore into log_partition (name) values (?)", (partition,))
            found = self._conn.execute("select n from log_partition where name = ?", (partition,)).fetchone()
            self._partitions[partition] = found[0]
        return self.authors.number(author), self._partitions[partition]

    def head(self, place: tuple[int, int]) -> tuple[int, bytes]:
        """Return the last sequence and head of an author in a partition."""
        if place not in self._heads:
            found = self._conn.execute(
                'select seq, head from log where author = ? and "partition" = ? order by seq desc limit 1', place
            ).fetchone()
            self._heads[place] = (found[0], found[1]) if found else (0, NO_HEAD)
        return self._heads[place]

    def head_at(self, place: tuple[int, int], seq: int) -> bytes | None:
        """Return the head an author had at a sequence; None when that is not here."""
        found = self._conn.execute(
            'select head from log where author = ? and "partition" = ? and seq = ?', (*place, seq)
        ).fetchone()
        return found[0] if found else None

    def append(self, entry: Entry, place: tuple[int, int]) -> int:
        """Write an entry at the end of its author's chain; returns its place in the order of arrival."""
        head = entry.head
        added = self._conn.execute(
            'insert into log (author, "partition", seq, hlc, needs, head, parts) values (?, ?, ?, ?, ?, ?, ?)',
            (*place, entry.seq, entry.hlc, entry.needs, head, encode_parts(entry.parts)),
        )
        self._heads[place] = (entry.seq, head)
        return added.lastrowid or 0

    def index(self, stamp: Stamp, arrived: int, about: Iterable[str], personal: Iterable[str]) -> None:
        """Note whose history an entry belongs to, and which persons it speaks of."""
        author = self.authors.number(stamp.author)
        self._conn.executemany(
            "insert or ignore into history values (?, ?, ?, ?)",
            [(record, stamp.hlc, author, arrived) for record in about],
        )
        self._conn.executemany(
            "insert or ignore into personal values (?, ?, ?)",
            [(record, arrived, part) for part, record in enumerate(personal, 1)],
        )


def replayed(conn: sqlite3.Connection, authors: Authors) -> Iterator[tuple[int, Entry]]:
    """Yield (arrived, entry) from a log in order; the entries carry only what applying needs."""
    for row in conn.cursor().execute("select arrived, author, hlc, parts from log order by arrived"):
        author = authors.key(row["author"])
        yield row["arrived"], Entry(FORMAT, author, "-", 1, row["hlc"], 0, NO_HEAD, decode_parts(row["parts"]))


def entries(
    conn: sqlite3.Connection, authors: Authors, have: dict[tuple[bytes, str], int] | None = None
) -> Iterator[Entry]:
    """Yield whole entries in their order of arrival, leaving out what the other side has."""
    have = have or {}
    names = dict(conn.execute("select n, name from log_partition").fetchall())
    heads: dict[tuple[int, int], bytes] = {}
    for row in conn.cursor().execute('select *, "partition" as place from log order by arrived'):
        place = (row["author"], row["place"])
        previous = heads.get(place, NO_HEAD)
        heads[place] = row["head"]
        author, partition = authors.key(row["author"]), names[row["place"]]
        if row["seq"] > have.get((author, partition), 0):
            parts = decode_parts(row["parts"])
            yield Entry(FORMAT, author, partition, row["seq"], row["hlc"], row["needs"], previous, parts)


def vector(conn: sqlite3.Connection) -> dict[tuple[bytes, str], int]:
    """Say how far a box has each author's log, by partition."""
    rows = conn.execute(
        'select a.key, p.name, (select max(seq) from log where author = a.n and "partition" = p.n) as seq '
        "from log_author a cross join log_partition p"
    )
    return {(key, name): seq for key, name, seq in rows if seq}


def history(conn: sqlite3.Connection, authors: Authors, record: str, limit: int) -> list[tuple[Stamp, Deed]]:
    """Return what was done to a record, newest first."""
    rows = conn.execute(
        "select l.author, l.hlc, l.parts from history h join log l on l.arrived = h.arrived "
        "where h.record = ? order by h.hlc desc limit ?",
        (record, limit),
    )
    return [(Stamp(row["hlc"], authors.key(row["author"])), read_deed(decode_parts(row["parts"])[0])) for row in rows]
