"""The log: entries by place and sequence, each chained to the one before, in their order of arrival."""

import sqlite3
from collections.abc import Iterable

from appliance.journal.entry import Entry, Erased, Stamp
from appliance.journal.places import Places
from appliance.journal.reading import Heads, Reading
from appliance.journal.resting import LEARN_AT, LEARN_FROM, Packing


class Log(Reading):
    """The log on the connection that writes it, inside the transaction of its caller."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn, Places(conn), Packing(conn))
        self._heads: dict[int, tuple[int, bytes]] = {}
        self._moved: set[int] = set()
        self._arrived = self._newest()
        self.told: Heads = self.heads()
        """The heads that are on disk; replaced, never changed, so that any thread may look."""

    def seen_by(self, conn: sqlite3.Connection) -> Reading:
        """Return the log as another connection sees it."""
        return Reading(conn, self.places, self.packing)

    def forget(self) -> None:
        """A transaction was given up: what was remembered beside it may not be true."""
        self._heads.clear()
        self._arrived = self._newest()
        self.places.reload()
        self._moved &= set(self.places)
        self.packing.reload()

    def flushed(self) -> None:
        """The disk has everything: what was appended may be told."""
        if self._moved:
            moved = {self.places.of(place): self.head(place) for place in self._moved}
            self.told = {place: head for place, head in (self.told | moved).items() if head[0]}
            self._moved.clear()

    def _newest(self) -> int:
        found = self.conn.execute(
            "select max(ifnull((select max(arrived) from log), 0), ifnull((select max(last) from cold), 0))"
        )
        return int(found.fetchone()[0])

    def head(self, place: int) -> tuple[int, bytes]:
        """Return the last sequence and head of a place, remembered."""
        found = self._heads.get(place)
        if found is None:
            found = self._heads[place] = self.tip(place)
        return found

    def append(self, entry: Entry, head: bytes, place: int) -> int:
        """Write an entry at the end of its author's chain; returns its place in the order of arrival."""
        self._arrived += 1
        self.conn.execute(
            "insert into log values (?, ?, ?, ?, ?, ?, ?)",
            (self._arrived, place, entry.seq, entry.hlc, entry.needs, head, self.packing.pack(entry.parts)),
        )
        self._heads[place] = (entry.seq, head)
        self._moved.add(place)
        if self._arrived >= LEARN_AT and not self.packing.number:
            self._learn()
        return self._arrived

    def _learn(self) -> None:
        """Take the impersonal parts of the newest entries as a sample of what is usually written here."""
        rows = self.conn.execute("select parts from log order by arrived desc limit ?", (LEARN_FROM,)).fetchall()
        firsts = [self.packing.unpack(row[0])[0] for row in rows]
        self.packing.learn([part for part in firsts if isinstance(part, bytes)])

    def write_parts(self, arrived: int, parts: list[bytes | Erased]) -> None:
        """Change the parts of a row."""
        self.conn.execute("update log set parts = ? where arrived = ?", (self.packing.pack(parts), arrived))

    def rewritten(self, places: Iterable[int]) -> None:
        """The heads of places changed behind what is remembered."""
        for place in places:
            self._heads.pop(place, None)
            self._moved.add(place)

    def index_history(self, stamp: Stamp, arrived: int, about: Iterable[str]) -> None:
        """Note whose history an entry belongs to."""
        for record in about:
            row = (record, stamp.hlc, stamp.place, arrived)
            self.conn.execute("insert or ignore into history values (?, ?, ?, ?)", row)

    def index_persons(self, arrived: int, records: Iterable[str]) -> None:
        """Note which persons an entry speaks of, one in each part after the first; an erased part names nobody."""
        for part, record in enumerate(records, 1):
            if record:
                self.conn.execute("insert or ignore into personal values (?, ?, ?)", (record, arrived, part))
