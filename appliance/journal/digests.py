"""Digests: two for each partition, so that boxes can tell whether they agree (spec/sync.md R25).

The first is over the heads: equal where the same entries are known, whatever the version. The second is over the state
drawn from them, and must then be equal wherever the same version runs; if it is not, that is a bug and says so itself.

A record may hold groups of fields that were written in different partitions. Each group counts in the partition of the
entry that it stems from, so a box that holds some partitions agrees with one that holds all.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from appliance.journal.checkpoints import astray
from appliance.journal.controls import Controls
from appliance.journal.entry import pack
from appliance.journal.held import decode_later
from appliance.journal.log import Log
from appliance.journal.reading import Heads
from appliance.journal.schema import Schema
from appliance.journal.shapes import Shape


class Digests(NamedTuple):
    """What is known of a partition, and what follows from it."""

    entries: bytes
    state: bytes


def of_heads(heads: Heads, partition: str) -> bytes:
    """Return 32 bytes over the heads of a partition."""
    told = sorted((author, seq, head) for (author, name), (seq, head) in heads.items() if name == partition)
    return hashlib.sha256(pack(told)).digest()


def of_partitions(conn: sqlite3.Connection, schema: Schema, root: bytes) -> dict[str, Digests]:
    """Compute both digests of every partition as they stand at one moment. It reads every row: not for a busy moment.

    There are none while tables show what does not count any more: they wait to be drawn anew, or for another box's snapshot.
    """
    conn.execute("begin")
    try:
        log = Log(conn)
        places, controls = log.places, Controls(conn, log.places, root, frozen=True)
        if controls.redraw_due or astray(conn, controls):
            return {}
        heads = controls.told(log.told)
        states = {partition: hashlib.sha256(schema.fingerprint.encode()) for _, partition in heads}
        for place, told in _cells(conn, schema):
            states[places.of(place)[1]].update(pack((places.author(place), *told)))
        return {name: Digests(of_heads(heads, name), state.digest()) for name, state in states.items()}
    finally:
        conn.execute("rollback")


def _cells(conn: sqlite3.Connection, schema: Schema) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield (place, what it said) for everything that stands, in an order that is the same on every box."""
    for shape in sorted(schema.shapes.values(), key=lambda shape: shape.table):
        yield from (_facts if shape.is_fact else _records)(conn, shape)
    for row in conn.execute("select * from step order by id"):
        yield row["place"], ("step", *row[:6], row["hlc"], row["who"])
    by_author = "join log_place p on p.n = w.place order by"
    for row in conn.execute(f"select w.* from watched_set w {by_author} w.record, w.part, w.hlc, p.author"):
        yield row["place"], ("watched_set", *row[:4], row["was_hlc"], row["was_author"])
    for row in conn.execute(f"select w.* from rival w {by_author} w.kind, w.id, w.hlc, p.author"):
        yield row["place"], ("rival", *row[:3], row["content"])


def _facts(conn: sqlite3.Connection, shape: Shape) -> Iterator[tuple[int, tuple[Any, ...]]]:
    asked = ", ".join(["_place", "id", "_hlc", "who", *shape.names])
    for place, *told in conn.execute(f"select {asked} from {shape.table} order by id"):
        yield place, (shape.table, *told)


def _records(conn: sqlite3.Connection, shape: Shape) -> Iterator[tuple[int, tuple[Any, ...]]]:
    groups = sorted(shape.groups.items())
    asked = ", ".join(["id", "_hlc", "_place", "_later", "made_at", *(name for _, names in groups for name in names)])
    ends = list(accumulate((len(names) for _, names in groups), initial=0))
    slices = [(group, begin, end) for (group, _), (begin, end) in zip(groups, pairwise(ends), strict=True)]
    for record, hlc, place, later, made_at, *told in conn.execute(f"select {asked} from {shape.table} order by id"):
        marks = decode_later(later) if later else {}
        for group, begin, end in slices:
            at, where = marks.get(group) or (hlc, place)
            if at:
                yield where, (shape.table, record, group, at, made_at if group == "deleted" else 0, *told[begin:end])
