"""Checking: the log against itself, the shadow against the log, every kept thing against its definition.

A difference is an alarm with a name, never a silent repair. Everything is read in one stream, whatever its size; what a
night can afford of it is `rounds`.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby, starmap, zip_longest
from operator import eq, itemgetter
from typing import Any

from appliance.journal.checkpoints import astray, begin
from appliance.journal.controls import Controls
from appliance.journal.entry import FORMAT, NO_HEAD, Entry, pack
from appliance.journal.held import later
from appliance.journal.journal import Journal
from appliance.journal.keeper import Keeper
from appliance.journal.log import Log
from appliance.journal.places import Places
from appliance.journal.resting import Line
from appliance.journal.shadow import beside
from appliance.journal.shapes import Shape

OFTEN = 2_000
"""After so many entries it is said how far a check is."""
Say = Callable[[str, int, int], None]
"""Told how far a long work is: what is under way, how much of it is done, and of how much."""


def silent(_what: str, _done: int, _of: int) -> None:
    """Nobody waits for it."""


def check(journal: Journal, say: Say = silent) -> list[str]:
    """Return what is wrong, one line each; an empty list is a clean box."""
    return look_over(journal, say) + _shadow_differences(journal, say)


def look_over(journal: Journal, say: Say = silent) -> list[str]:
    """Return what is wrong with the file, the log and what is kept; all but drawing the tables a second time."""
    conn = journal.reader()
    try:
        conn.execute("begin")
        say("the file", 0, 1)
        wrong = [str(row[0]) for row in conn.execute("pragma integrity_check") if row[0] != "ok"]
        wrong += _broken_chains(conn, say)
        keeper = Keeper(conn, journal.schema.kept, journal.schema.sums)
        names = [*keeper.names, *journal.schema.sums]
        for done, name in enumerate(names):
            say(f"what is kept: {name}", done, len(names))
            wrong += keeper.differences(journal.schema.fact_feeds, [name])
    finally:
        conn.close()
    return wrong


def digests(journal: Journal) -> dict[str, str]:
    """Return a digest of each shadow table, and both of each partition: equal on boxes that know the same."""
    conn = journal.reader()
    try:
        # History names what is in the log, and a log may have been trimmed.
        names = [*journal.schema.shapes, *(table for table in _ORDERS if table != "history")]
        tables = {table: _digest(journal, conn, table) for table in names}
        return tables | {partition: str(told) for partition, told in journal.digests().items()}
    finally:
        conn.close()


def _broken_chains(conn: sqlite3.Connection, say: Say) -> list[str]:
    log = Log(conn)
    controls = Controls(conn, log.places, b"", frozen=True)
    wrong: list[str] = []
    if astray(conn, controls):
        wrong.append("something counts that was cut off or restamped after its entries were trimmed")
    chains = Chains(log)
    newest = arrived(conn)
    for line in log.lines():
        wrong += chains.follow(line)
        if line.arrived % OFTEN == 0:
            say("the log", line.arrived, newest)
    return wrong


def arrived(conn: sqlite3.Connection) -> int:
    """Return the place of the newest entry in the order of arrival."""
    return int(
        conn.execute(
            "select max(ifnull((select max(arrived) from log), 0), ifnull((select max(last) from cold), 0))"
        ).fetchone()[0]
    )


class Chains:
    """Follows every author's chain through the log, entry by entry in their order of arrival."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._ends: dict[int, tuple[int, bytes, int]] = {}
        """Of a place: the last sequence, its head, and its stamp."""

    def follow(self, line: Line) -> Iterator[str]:
        """Tell what is wrong with an entry where it stands; the first of a place is taken for good."""
        author, partition = self._log.places.of(line.place)
        where = f"{author.hex()[:8]} {partition} {line.seq}"
        seq, previous, last = self._ends.get(line.place) or self._begins(line)
        if line.seq != seq + 1:
            yield f"entries are missing before {where}"
            previous = self._known(line.place, line.seq - 1) or previous
        entry = Entry(FORMAT, author, partition, line.seq, line.hlc, line.needs, previous, line.parts)
        known = self._known(line.place, line.seq)
        if known not in {None, entry.head}:
            yield f"the chain is broken at {where}"
        if line.hlc <= last:
            yield f"the clock went back at {where}"
        self._ends[line.place] = line.seq, known or entry.head, line.hlc

    def _begins(self, line: Line) -> tuple[int, bytes, int]:
        begins = self._log.conn.execute("select seq, head from base where place = ?", (line.place,)).fetchone()
        return (begins[0], begins[1], 0) if begins else (0, NO_HEAD, 0)

    def begin_at(self, line: Line) -> None:
        """Begin in the middle of a place: what stands before an entry is taken as it is."""
        head = self._log.head_at(line.place, line.seq - 1) or NO_HEAD
        self._ends.setdefault(line.place, (line.seq - 1, head, 0))

    def _known(self, place: int, seq: int) -> bytes | None:
        """The head that lies beside an entry: with every row, and at the end of a stretch in a chunk."""
        found = self._log.conn.execute(
            "select head from log where place = ?1 and seq = ?2 "
            "union all select head from span where place = ?1 and last = ?2",
            (place, seq),
        ).fetchone()
        return bytes(found[0]) if found else None


def _shadow_differences(journal: Journal, say: Say) -> list[str]:
    """Draw the shadow a second time, beside the shop, and compare."""
    shadow = beside(journal.path, "", journal.schema, journal.box.root)
    conn = shadow.conn
    try:
        conn.execute("begin")
        shadow.begin_drawing()
        begin(shadow)
        newest = arrived(conn)
        while shadow.go_on(OFTEN):
            say("the tables, drawn again", shadow.arrived, newest)
        shadow.end_drawing()
        wrong, names = [], [*journal.schema.shapes, *_ORDERS]
        for done, table in enumerate(names):
            say(f"the tables, compared: {table}", done, len(names))
            if not _alike(conn, table) and _digest(journal, conn, table, "shop") != _digest(journal, conn, table):
                wrong.append(f"table {table} differs from the log")
        return wrong
    finally:
        conn.close()


def _alike(conn: sqlite3.Connection, table: str) -> bool:
    """Tell whether both tables hold the same rows, also in how they say it; what differs there only is no difference."""
    names = _columns(conn, table)
    order = ", ".join(["id"] if table not in _ORDERS else [*_ORDERS[table], *names])
    live, drawn = conn.cursor(), conn.cursor()
    for one, where in ((live, "shop"), (drawn, "main")):
        one.row_factory = None
        one.execute(f"select {', '.join(names)} from {where}.{table} order by {order}")
    return all(starmap(eq, zip_longest(live, drawn)))


def _columns(conn: sqlite3.Connection, table: str, where: str = "main") -> list[str]:
    return [row[1] for row in conn.execute(f"pragma {where}.table_info({table})") if row[1] != "arrived"]


def _digest(journal: Journal, conn: sqlite3.Connection, table: str, where: str = "main") -> str:
    """Digest a table of the shadow so that boxes with the same rows come to the same."""
    places, digest = Places(conn), hashlib.sha256()
    if shape := journal.schema.shapes.get(table):
        for row in conn.execute(f"select * from {where}.{table} order by id"):
            digest.update(pack(_told(shape, row, places)))
        return digest.hexdigest()
    key, names = _ORDERS[table], _columns(conn, table, where)
    # The numbers of places are this box's own, so rows that differ in nothing else are put in the authors' order.
    rows = conn.execute(f"select {', '.join(names)} from {where}.{table} order by {', '.join(key)}")
    for _, alike in groupby(rows, key=itemgetter(*key)):
        for told in sorted([pack([places.of(row[c]) if c == "place" else row[c] for c in names]) for row in alike]):
            digest.update(told)
    return digest.hexdigest()


_ORDERS = {
    "step": ("id",), "watched_set": ("record", "part", "hlc"), "rival": ("id", "kind", "hlc"), "history": ("record", "hlc"),
}  # fmt: skip
"""How the rows of what belongs to no room are ordered."""


def _told(shape: Shape, row: Any, places: Places) -> list[Any]:
    """Say a row so that it reads the same on every box: stamps by author, one for each group."""
    told: list[Any] = [row["id"], *(row[name] for name in shape.names)]
    base = (row["_hlc"], places.author(row["_place"]))
    if shape.is_fact:
        return [*told, row["at"], row["who"], base]
    marks = later(row)
    stamps = [
        (marks[group][0], places.author(marks[group][1])) if group in marks else base for group in sorted(shape.groups)
    ]
    told += [row["deleted"], row["made_at"], row["changed"], stamps]
    return [*told, row["state"], row["state_at"], row["step"], row["forked"]] if shape.flow else told
