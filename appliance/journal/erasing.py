"""Erasing: a person is forgotten everywhere in this box, and the chain still verifies (spec/sync.md R37 to R39).

An entry's header covers only the hashes of its parts, so a part that speaks of the person gives way to its bare hash.
Rows go from every table, words from every index. The list of erased records stays for ever: what arrives late loses
the same parts before it is written down.
"""

import sqlite3
from typing import Any

from appliance.journal.checkpoints import forget
from appliance.journal.cold import open_for
from appliance.journal.entry import Erased, part_hash, without
from appliance.journal.log import Log
from appliance.journal.orphans import files_of, let_go
from appliance.journal.resting import read_chunk
from appliance.journal.schema import Schema
from appliance.journal.segments import pack_segment, read_segment
from appliance.journal.shadow import Shadow
from appliance.journal.shapes import Shape
from appliance.journal.store import Store

SHORTEST = 2
"""Texts of a person shorter than this are not looked for in answers that were kept."""


def erase(shadow: Shadow, record: str) -> None:
    """Take every part and row of a person away, inside the caller's transaction."""
    conn = shadow.conn
    shadow.applier.put_down()
    spoken = conn.execute("select arrived, part from personal where record = ? and arrived > 0", (record,)).fetchall()
    for arrived, part in spoken:
        _strip(shadow.log, arrived, part)
    forget(conn, record)
    conn.execute("delete from personal where record = ?", (record,))
    _strip_waiting(conn, record)
    for shape in shadow.schema.shapes.values():
        if shape.personal:
            _take_row(shadow, shape, record)
    for table, column in (("step", "document"), ("watched_set", "record"), ("rival", "id")):
        conn.execute(f"delete from {table} where {column} = ?", (record,))


def _strip(log: Log, arrived: int, part: int) -> None:
    open_for(log, arrived)
    parts = log.at([arrived])[arrived].parts
    parts[part] = Erased(part_hash(parts[part]))
    read_chunk.cache_clear()
    log.write_parts(arrived, parts)


def _strip_waiting(conn: sqlite3.Connection, record: str) -> None:
    """Strip what waits for its turn, too."""
    for place, first, raw in conn.execute("select place, first, segment from early").fetchall():
        segment = read_segment(raw)
        stripped = [[parts[0], *(without(part, record.__eq__) for part in parts[1:])] for parts in segment.parts]
        if stripped != segment.parts:
            segment.parts[:] = stripped
            row = (pack_segment(segment), place, first)
            conn.execute("update early set segment = ? where place = ? and first = ?", row)


def _take_row(shadow: Shadow, shape: Shape, record: str) -> None:
    conn, keeper = shadow.conn, shadow.keeper
    row: Any = conn.execute(f"select * from {shape.table} where id = ?", (record,)).fetchone()
    if row is None:
        return
    _forget_answers(conn, [row[name] for name in shape.names])
    for column in files_of(shape):
        if row[column]:
            let_go(conn, row[column])
    conn.execute(f"delete from {shape.table} where id = ?", (record,))
    keeper.saw(shape.table, record)
    if shape.is_fact:
        keeper.feed(shape.feeds, row, -1)
    keeper.touch(shape.table, row)


def _forget_answers(conn: sqlite3.Connection, told: list[Any]) -> None:
    for text in told:
        if isinstance(text, str) and len(text) >= SHORTEST:
            conn.execute("delete from answered where instr(value, ?) > 0", (text,))


def scrub(store: Store, schema: Schema) -> None:
    """Take what was erased out of the indexes of words and out of the write-ahead log; nobody else may be writing."""
    conn = store.another()
    try:
        conn.execute("begin immediate")
        for view in schema.kept:
            if view.search:
                # A word that is deleted is only marked until the pieces of the index are merged.
                conn.execute(f"insert into {view.name}_words ({view.name}_words) values ('optimize')")
        conn.execute("insert or replace into meta select 'scrubbed', count(*) from erased")
        conn.execute("commit")
        conn.execute("pragma wal_checkpoint(truncate)").fetchall()
    finally:
        conn.close()
