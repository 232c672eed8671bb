"""What only this box's front of house knows: sessions, wrong tries, one-time codes and jobs.

None of it belongs in the log: it concerns a tablet and an hour, and losing it costs one sign-in. So it lives in a small
file of its own and never waits for the journal's writer.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path

from appliance.journal import Refusal, explained

SCHEMA = """
create table if not exists session (hash text primary key, employee text, device text, began integer, seen integer)
    without rowid;
create table if not exists trial (employee text, device text, wrong integer, until integer,
    primary key (employee, device)) without rowid;
create table if not exists code (hash text primary key, until integer) without rowid;
create table if not exists job (id text primary key, who text, title text, began integer, ended integer default 0,
    done integer default 0, total integer default 0, refused integer default 0, state text default 'running',
    message text default '', result text default '', errors text default '') without rowid;
"""


class Local:
    """A small SQLite file, spoken to from any thread with short statements."""

    def __init__(self, path: Path | str) -> None:
        self._conn = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._conn.row_factory = sqlite3.Row
        # A session lost with the power costs one sign-in; waiting for the disk at every tap would cost more.
        self._conn.execute("pragma journal_mode = wal")
        self._conn.execute("pragma synchronous = off")
        self._conn.executescript(SCHEMA)

    def rows(self, sql: str, *args: object) -> list[sqlite3.Row]:
        """Ask, or write: statements are short and the file is ours alone. A full disk refuses."""
        try:
            return self._conn.execute(sql, args).fetchall()
        except sqlite3.OperationalError as error:
            raise explained(error) from error

    def spare(self, sql: str, *args: object) -> None:
        """Write what can be spared: a full disk must not keep anybody from signing in and looking."""
        with suppress(Refusal):
            self.rows(sql, *args)

    def row(self, sql: str, *args: object) -> sqlite3.Row | None:
        """Ask for one row."""
        found = self.rows(sql, *args)
        return found[0] if found else None

    def close(self) -> None:
        """Close the file."""
        self._conn.close()
