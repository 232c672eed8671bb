"""Places: one author's log in one partition, and the small number that stands for it in this box's tables."""

import sqlite3
from collections.abc import Iterator


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
