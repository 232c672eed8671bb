"""Checking: the log against itself, the shadow against the log, every kept thing against its definition.

A difference is an alarm with a name, never a silent repair.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from appliance.journal.apply import later
from appliance.journal.checkpoints import astray, begin
from appliance.journal.controls import Controls
from appliance.journal.journal import Journal
from appliance.journal.keeper import Keeper
from appliance.journal.log import Log
from appliance.journal.places import Places
from appliance.journal.shadow import beside
from appliance.journal.shapes import Shape


def check(journal: Journal) -> list[str]:
    """Return what is wrong, one line each; an empty list is a clean box."""
    conn = journal.reader()
    try:
        conn.execute("begin")
        wrong = [str(row[0]) for row in conn.execute("pragma integrity_check") if row[0] != "ok"]
        wrong += _broken_chains(conn)
        wrong += _shadow_differences(journal)
        wrong += Keeper(conn, journal.schema.kept, journal.schema.sums).differences(journal.schema.fact_feeds)
    finally:
        conn.close()
    return wrong


def digests(journal: Journal) -> dict[str, str]:
    """Return a digest of each shadow table, and both of each partition: equal on boxes that know the same."""
    conn = journal.reader()
    try:
        tables = dict(_digests(journal, conn))
        # History names what is in the log, and a log may have been trimmed.
        del tables["history"]
        return tables | {partition: str(told) for partition, told in journal.digests().items()}
    finally:
        conn.close()


def _broken_chains(conn: sqlite3.Connection) -> list[str]:
    wrong: list[str] = []
    log = Log(conn)
    controls = Controls(conn, log.places, b"", frozen=True)
    if astray(conn, controls):
        wrong.append("something counts that was cut off or restamped after its entries were trimmed")
    for place in log.places:
        author, partition = log.places.of(place)
        begins = conn.execute("select seq from base where place = ?", (place,)).fetchone()
        seq, hlc = begins[0] if begins else 0, 0
        for _, entry, known in log.stretch(place, seq + 1, 2**62):
            where = f"{author.hex()[:8]} {partition} {entry.seq}"
            if entry.seq != seq + 1:
                wrong.append(f"entries are missing before {where}")
            elif entry.head != known:
                wrong.append(f"the chain is broken at {where}")
            if entry.hlc <= hlc:
                wrong.append(f"the clock went back at {where}")
            seq, hlc = entry.seq, entry.hlc
        wrong += [
            f"the chain is broken before {author.hex()[:8]} {partition} {last + 1}"
            for last, head in conn.execute("select last, head from span where place = ?", (place,))
            if next(found for _, _, found in log.stretch(place, last, last)) != head
        ]
    return wrong


def _shadow_differences(journal: Journal) -> list[str]:
    """Draw the shadow a second time, beside the shop, and compare."""
    shadow = beside(journal.path, "", journal.schema, journal.box.root)
    conn = shadow.conn
    try:
        conn.execute("begin")
        shadow.keeper.paused = True
        begin(shadow)
        shadow.go_on()
        live, drawn = dict(_digests(journal, conn, "shop")), dict(_digests(journal, conn))
    finally:
        conn.close()
    return [f"table {table} differs from the log" for table in live if live[table] != drawn[table]]


def _digests(journal: Journal, conn: sqlite3.Connection, where: str = "main") -> Iterator[tuple[str, str]]:
    places = Places(conn)
    for shape in journal.schema.shapes.values():
        digest = hashlib.sha256()
        for row in conn.execute(f"select * from {where}.{shape.table} order by id"):
            digest.update(repr(_told(shape, row, places)).encode())
        yield shape.table, digest.hexdigest()
    for table in ("step", "watched_set", "rival", "history"):
        digest = hashlib.sha256()
        columns = [row[1] for row in conn.execute(f"pragma {where}.table_info({table})") if row[1] != "arrived"]
        rows = sorted(
            repr([places.of(row[c]) if c == "place" else row[c] for c in columns])
            for row in conn.execute(f"select * from {where}.{table}")
        )
        digest.update("\n".join(rows).encode())
        yield table, digest.hexdigest()


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
