"""The notebook: what a box remembers of the others between two meetings. It is local; losing it costs a few talks.

Where they were reached, when, how far they were, what was in the way, and every certificate that was shown. It lives in
a small file of its own, so that it never waits for the journal's writer.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

SCHEMA = """
create table if not exists peer (box blob primary key, met_ms integer, told blob) without rowid;
create table if not exists certificate (box blob primary key, raw blob) without rowid;
"""
MOST_URLS = 8


@dataclass(frozen=True)
class Peer:
    """What is remembered of one box. Moments are milliseconds since 1970 by this box's clock, 0 for never."""

    box: bytes = b""
    urls: tuple[str, ...] = ()
    """Where it may be reached, the best first."""
    met_ms: int = 0
    """The last sealed word from it."""
    agreed_ms: int = 0
    """When both last held the same."""
    since_ms: int = 0
    """The first entry here after that: the oldest that may be unsent."""
    version: str = ""
    ahead_ms: int = 0
    """How far this box's clock ran before its."""
    trusted: bool = False
    """Whether it said that its clock is vouched for."""
    heads: bytes = b""
    """Its vector, packed."""
    partitions: tuple[str, ...] | None = None
    """The partitions that both read; None is all."""
    trouble: str = ""
    """What was in the way the last time: a sentence, or nothing."""
    trouble_ms: int = 0


class Notebook:
    """A small SQLite file, spoken to from any thread."""

    def __init__(self, path: Path | str) -> None:
        self._conn = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._conn.execute("pragma journal_mode = wal")
        self._conn.execute("pragma synchronous = off")
        self._conn.executescript(SCHEMA)
        self._turn = threading.Lock()
        rows = self._conn.execute("select box, told from peer").fetchall()
        self._peers = {box: replace(_read(told), box=box) for box, told in rows}

    def peer(self, box: bytes) -> Peer:
        """What is remembered of a box; an empty page for a stranger."""
        return self._peers.get(box, Peer(box))

    def note(self, box: bytes, **told: Any) -> Peer:
        """Write something down about a box."""
        return self.change(box, lambda peer: replace(peer, **told))

    def change(self, box: bytes, change: Callable[[Peer], Peer]) -> Peer:
        """Change what is remembered of a box."""
        with self._turn:
            before = self.peer(box)
            after = change(before)
            if after != before:
                self._peers = self._peers | {box: after}
                row = (box, after.met_ms, msgspec.msgpack.encode(after))
                self._conn.execute("insert or replace into peer values (?, ?, ?)", row)
            return after

    def reached(self, box: bytes, urls: Sequence[str]) -> Peer:
        """Remember where a box may be reached; the newest stand first."""
        return self.change(box, lambda peer: replace(peer, urls=tuple(dict.fromkeys([*urls, *peer.urls]))[:MOST_URLS]))

    def certificates(self) -> list[bytes]:
        """Every certificate that was kept."""
        with self._turn:
            return [raw for (raw,) in self._conn.execute("select raw from certificate")]

    def keep(self, box: bytes, raw: bytes) -> None:
        """Keep a certificate."""
        with self._turn:
            self._conn.execute("insert or replace into certificate values (?, ?)", (box, raw))

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._conn.close()


def _read(told: bytes) -> Peer:
    try:
        return msgspec.msgpack.decode(told, type=Peer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Written by another version: what is not understood is met anew.
        return Peer()
