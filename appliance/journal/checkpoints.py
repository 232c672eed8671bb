"""Checkpoints: what follows from the older part of the log, laid down, so that drawing anew begins there.

A checkpoint lets the chunks it speaks for be trimmed, and a new box begin with it (spec/sync.md R27, R32 to R35). It
counts as long as nothing in it has to count differently. When an author is cut off within it, or stamps in it prove
false, it is passed over if the log below it is still here. If that was trimmed the box is *astray*: only a checkpoint
of a box that still has the log can set it right.
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.journal.controls import MOST_HLC, Controls
from appliance.journal.entry import NO_HEAD, Stamp, without
from appliance.journal.log import Log
from appliance.journal.places import Places
from appliance.journal.reading import Heads, Reading
from appliance.journal.resting import read_chunk
from appliance.journal.schema import Schema
from appliance.journal.shadow import Shadow, beside
from appliance.journal.state import State, join, lay_out, newest, read_state, stamps

Vector = dict[tuple[bytes, str], int]
"""A sequence for each author and partition."""
Restamps = Mapping[bytes, Sequence[tuple[int, int, int]]]
"""By author, which of its stamps (first, last) count how much less."""
Reached = tuple[int, int, bytes, int]
"""Of a place: the last sequence that counts in a checkpoint, its head, and whether there was more that did not count."""


@dataclass(frozen=True)
class Checkpoint:
    """A state, and how far in the log it reaches."""

    states: list[State]
    reached: list[Reached]
    arrived: int
    shape: str
    restamps: str
    said: Mapping[bytes, int]
    """The last stamp that each author gave in it."""


def drawn(shop: Path, schema: Schema, root: bytes, stay: int) -> Checkpoint | None:
    """Draw the state of all but the newest `stay` entries, beside the shop; None when that is nothing new."""
    shadow = beside(shop, "", schema, root)
    conn = shadow.conn
    try:
        conn.execute("begin")
        until = _end(conn, stay)
        shadow.begin_drawing()
        begin(shadow)
        if until <= shadow.arrived:
            return None
        shadow.go_on(until=until)
        shadow.end_drawing()
        states, reached = list(lay_out(shadow)), _reached(shadow, until)
        said = _said(shadow.log, reached)
        return Checkpoint(states, reached, until, schema.fingerprint, relevant(shadow.controls.restamps, said), said)
    finally:
        conn.close()


def _end(conn: sqlite3.Connection, stay: int) -> int:
    """Return the arrival up to which a checkpoint may speak: everything that lies in chunks, and rows but for some."""
    row = conn.execute("select arrived from log order by arrived desc limit 1 offset ?", (stay,)).fetchone()
    cold = conn.execute("select max(last) from cold").fetchone()
    return max(int(found[0] or 0) for found in (row, cold) if found is not None)


def _reached(shadow: Shadow, until: int) -> list[Reached]:
    found = shadow.conn.execute(
        "select place, max(seq) from (select place, max(seq) as seq from log where arrived <= ? group by place "
        "union all select place, last from span union all select place, seq from base) group by place order by place",
        (until,),
    ).fetchall()
    reached = []
    for place, seq in found:
        limit = shadow.controls.limit(place)
        counts = seq if limit is None else min(seq, limit.seq)
        if seq:
            reached.append((place, counts, shadow.log.head_at(place, counts) or NO_HEAD, int(counts < seq)))
    return reached


def _said(log: Reading, reached: Iterable[Reached]) -> dict[bytes, int]:
    """Return the last stamp that each author gave in a checkpoint."""
    before, said = _said_before(log.conn), dict[bytes, int]()
    for place, seq, *_ in reached:
        author = log.places.author(place)
        told = [entry.hlc for _, entry, _ in log.stretch(place, seq, seq)]
        said[author] = max(said.get(author, 0), told[0] if told else before.get(author, MOST_HLC))
    return said


def _said_before(conn: sqlite3.Connection) -> dict[bytes, int]:
    raw = _meta(conn, "checkpoint_said")
    return {bytes.fromhex(author): hlc for author, hlc in json.loads(raw).items()} if raw else {}


def relevant(restamps: Restamps, said: Mapping[bytes, int]) -> str:
    """Name the restampings that change anything in a checkpoint: those that begin before its author's last stamp."""
    told = [
        (author, sorted(one for one in found if one[0] <= said.get(author, 0)))
        for author, found in sorted(restamps.items())
    ]
    return hashlib.sha256(repr([one for one in told if one[1]]).encode()).hexdigest()


def lay_down(conn: sqlite3.Connection, made: Checkpoint) -> None:
    """Put a checkpoint in the place of the one before, inside the caller's transaction."""
    drop(conn)
    _insert(conn, made.states, made.reached)
    _remember(conn, made.arrived, made.shape, made.restamps, newest(made.states), made.said)


def drop(conn: sqlite3.Connection) -> None:
    """Take the checkpoint away; nothing may have been trimmed."""
    conn.execute("delete from checkpoint")
    conn.execute("delete from checkpoint_head")
    conn.execute("delete from meta where name glob 'checkpoint*'")


def lay_beside(
    conn: sqlite3.Connection,
    controls: Controls,
    places: Places,
    replaced: Collection[str],
    told: tuple[Sequence[State], Heads, Restamps],
) -> None:
    """Lay a state from elsewhere beside the checkpoint, or in its place in some partitions.

    With it come how far it reaches, and which stamps counted less when it was drawn.
    """
    states, reaches, restamps = told
    states = [state for one in states if (state := spared(one, controls.all_erased)).rows]
    for partition in replaced:
        conn.execute('delete from checkpoint where "partition" = ?', (partition,))
        of_it = 'select n from log_place where "partition" = ?'
        conn.execute(f"delete from checkpoint_head where place in ({of_it})", (partition,))
    further = dict(conn.execute("select place, seq from checkpoint_head").fetchall())
    reached = [(places.number(*name), seq, head, 0) for name, (seq, head) in reaches.items()]
    _insert(conn, states, [one for one in reached if one[1] > further.get(one[0], 0)])
    said = dict[bytes, int]()
    for hlc, author in (one for state in states for one in stamps(state)):
        said[author] = max(said.get(author, 0), controls.said(Stamp(hlc, author)))
    same = relevant(restamps, said) == relevant(controls.restamps, said)
    before = _said_before(conn)
    said = {author: max(said.get(author, 0), before.get(author, 0)) for author in said | before}
    # The whole log counts on top of it: whatever the state holds already changes nothing when it is told again.
    newest_hlc = max(int(_meta(conn, "checkpoint_newest") or 0), newest(states))
    _remember(conn, 0, "", relevant(controls.restamps, said) if same else "others", newest_hlc, said)


def _insert(conn: sqlite3.Connection, states: Iterable[State], reached: Iterable[Reached]) -> None:
    conn.executemany(
        'insert into checkpoint ("partition", kind, "table", first, last, state) values (?, ?, ?, ?, ?, ?)',
        map(_row, states),
    )
    conn.executemany("insert or replace into checkpoint_head values (?, ?, ?, ?)", reached)


def _remember(
    conn: sqlite3.Connection, arrived: int, shape: str, restamps: str, newest_hlc: int, said: Mapping[bytes, int]
) -> None:
    told = {"": str(arrived), "_shape": shape, "_restamps": restamps, "_newest": str(newest_hlc)}
    told["_said"] = json.dumps({author.hex(): hlc for author, hlc in said.items()})
    conn.executemany(
        "insert or replace into meta values (?, ?)", [(f"checkpoint{name}", value) for name, value in told.items()]
    )


def _row(state: State) -> tuple[str, str, str, str, str, bytes]:
    about = [state.about(row) for row in state.rows]
    return state.partition, state.kind, state.table, min(about), max(about), state.packed


# ---- drawing from it


def begin(shadow: Shadow) -> None:
    """Begin to draw: with the checkpoint where it counts, else from nothing. The log goes on from `shadow.arrived`."""
    conn = shadow.conn
    shadow.arrived = 0
    shadow.kept_whole.clear()
    shadow.unknown.clear()
    trimmed = conn.execute("select 1 from base limit 1").fetchone() is not None
    if trimmed or (counts(conn, shadow.controls) and _meta(conn, "checkpoint_shape") == shadow.schema.fingerprint):
        shadow.arrived = int(_meta(conn, "checkpoint") or 0)
        join(shadow, _states(conn))
        for line in shadow.log.lines():
            if line.arrived > shadow.arrived:
                break
            shadow.index(line)


def _states(conn: sqlite3.Connection) -> Iterator[State]:
    """Yield what lies here, each piece once: snapshots of two boxes may bring the same one."""
    seen = set[bytes]()
    for (raw,) in conn.execute("select state from checkpoint order by n"):
        known = hashlib.sha256(raw).digest()
        if known not in seen:
            seen.add(known)
            yield read_state(raw)


def counts(conn: sqlite3.Connection, controls: Controls) -> bool:
    """Tell whether everything in the checkpoint still counts as it did, and nothing more."""
    reached: list[Reached] = [tuple(row) for row in conn.execute("select * from checkpoint_head")]
    if _meta(conn, "checkpoint_restamps") not in {"", relevant(controls.restamps, _said_before(conn))}:
        return False
    for place, seq, _, more in reached:
        limit = controls.limit(place)
        if (limit is not None and limit.seq < seq) or (more and (limit is None or limit.seq > seq)):
            return False
    return bool(reached)


def astray(conn: sqlite3.Connection, controls: Controls) -> bool:
    """Tell whether something counts here that should not, and cannot be taken out any more."""
    return conn.execute("select 1 from base limit 1").fetchone() is not None and not counts(conn, controls)


def _meta(conn: sqlite3.Connection, name: str) -> str:
    found = conn.execute("select value from meta where name = ?", (name,)).fetchone()
    return found[0] if found else ""


# ---- what a checkpoint allows


def trimmable(log: Reading, floor: Vector) -> bool:
    """Tell whether the oldest chunk is one that everybody has."""
    (first,) = log.conn.execute("select min(first) from cold").fetchone()
    spans = log.conn.execute("select place, last from span where chunk = ?", (first,)).fetchall()
    return bool(spans) and all(seq <= floor.get(log.places.of(place), 0) for place, seq in spans)


def trim(log: Log, controls: Controls, floor: Vector, stamp: int) -> int:
    """Drop the oldest chunks, as far as the checkpoint speaks for them and everybody has them; returns how many.

    What bears a later stamp than this one stays, for its author's clock may have run ahead: that can still be taken back.
    """
    conn, dropped = log.conn, 0
    if not counts(conn, controls):
        return 0
    until = int(_meta(conn, "checkpoint") or 0)
    (rows_from,) = conn.execute("select ifnull(min(arrived), ?) from log", (2**62,)).fetchone()
    for first, last in conn.execute("select first, last from cold order by first").fetchall():
        spans = conn.execute("select place, last, head from span where chunk = ?", (first,)).fetchall()
        if (
            last > until
            or first > rows_from
            or any(seq > floor.get(log.places.of(place), 0) for place, seq, _ in spans)
            or _newest_in(log, controls, first) > stamp
        ):
            break
        conn.execute("delete from cold where first = ?", (first,))
        conn.execute("delete from span where chunk = ?", (first,))
        conn.executemany("insert or replace into base values (?, ?, ?)", map(tuple, spans))
        conn.executemany("delete from seal where place = ? and seq <= ?", [(place, seq) for place, seq, _ in spans])
        for table in ("history", "personal"):
            conn.execute(f"delete from {table} where arrived between ? and ?", (first, last))
        dropped += 1
    return dropped


def _newest_in(log: Log, controls: Controls, first: int) -> int:
    """Return the greatest stamp that counts in a chunk."""
    (raw,) = log.conn.execute("select chunk from cold where first = ?", (first,)).fetchone()
    return max(controls.stamp(log.places.author(line.place), line.hlc, line.place).hlc for line in read_chunk(raw))


def forget(conn: sqlite3.Connection, record: str) -> None:
    """Take a person out of the checkpoint."""
    rows = conn.execute(
        "select n, state from checkpoint where kind = 'entries' or ? between first and last", (record,)
    ).fetchall()
    for n, raw in rows:
        state = read_state(raw)
        told = spared(state, {record})
        if told.rows == state.rows:
            continue
        conn.execute("delete from checkpoint where n = ?", (n,))
        if told.rows:
            conn.execute("insert into checkpoint values (?, ?, ?, ?, ?, ?, ?)", (n, *_row(told)))


def spared(state: State, gone: Container[str]) -> State:
    """Return what may be kept of a state where some persons are gone."""
    rows = [_stripped(state, row, gone) for row in state.rows if state.about(row) not in gone]
    return msgspec.structs.replace(state, rows=rows)


def _stripped(state: State, row: list[object], gone: Container[str]) -> list[object]:
    if state.kind != "entries":
        return row
    *told, parts = row
    return (
        [*told, [parts[0], *(without(part, gone.__contains__) for part in parts[1:])]]
        if isinstance(parts, list)
        else row
    )
