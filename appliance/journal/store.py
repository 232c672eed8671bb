"""The file: one SQLite database for log, shadow and what only this box knows, and the connections to it."""

import sqlite3
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import cast

from appliance.journal import numbers
from appliance.journal.rows import Row
from appliance.journal.writer import MOST_LOG_BYTES

MOST_EYES = 16
"""So many connections of confined people a thread keeps open."""


class Store:
    """Opens connections: one that writes, as many as needed that only read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._readers = threading.local()
        self.writing = self.another()

    def another(self) -> sqlite3.Connection:
        """Open a further connection that writes; only while the first one rests."""
        conn = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=1024)
        conn.execute("pragma journal_mode = wal")
        conn.execute("pragma synchronous = full")
        conn.execute("pragma wal_autocheckpoint = 0")
        # The write-ahead log keeps this much of its room when it begins anew, and gives the rest back to the disk.
        conn.execute(f"pragma journal_size_limit = {MOST_LOG_BYTES}")
        # What is deleted is overwritten, so that an erased person is nowhere in the file (spec/sync.md R38).
        conn.execute("pragma secure_delete = on")
        # Two megabytes of pages between two transactions, as much as readers keep; a large transaction may use eight.
        conn.execute("pragma cache_size = -2000")
        conn.execute("pragma cache_spill = 2000")
        return dressed(conn)

    def log_bytes(self) -> int:
        """Say how large the write-ahead log is on the disk."""
        return self._log.stat().st_size

    def checkpointing(self) -> sqlite3.Connection:
        """Open the connection that moves the write-ahead log into the file."""
        return sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)

    def reader(self, dress: Callable[[sqlite3.Connection], None] = lambda _conn: None) -> sqlite3.Connection:
        """Open a further connection that can only read; `dress` puts temporary views before what it reads."""
        conn = sqlite3.connect(
            f"file:{self.path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        dress(conn)
        conn.execute("pragma query_only = on")
        return dressed(conn)

    def reading(self) -> sqlite3.Connection:
        """Return this thread's own reading connection."""
        if not hasattr(self._readers, "conn"):
            self._readers.conn = self.reader()
        return cast("sqlite3.Connection", self._readers.conn)

    def reading_as(self, eyes: Hashable, dress: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
        """Return this thread's reading connection for whoever sees with these eyes; few are kept, the latest ones."""
        if not hasattr(self._readers, "others"):
            self._readers.others = {}
        others: dict[Hashable, sqlite3.Connection] = self._readers.others
        conn = others.pop(eyes, None) or self.reader(dress)
        others[eyes] = conn
        if len(others) > MOST_EYES:
            others.pop(next(iter(others))).close()
        return conn

    def close(self) -> None:
        """Close the writing connection and this thread's reading one."""
        self.writing.close()
        if hasattr(self._readers, "conn"):
            self._readers.conn.close()
            del self._readers.conn
        for conn in getattr(self._readers, "others", {}).values():
            conn.close()
        self._readers.others = {}


def dressed(conn: sqlite3.Connection) -> sqlite3.Connection:
    """Give a connection our rows and our arithmetic."""
    conn.row_factory = Row
    conn.create_function("times", 2, numbers.times, deterministic=True)
    conn.create_function("round_half_up", 2, numbers.round_half_up, deterministic=True)
    return conn
