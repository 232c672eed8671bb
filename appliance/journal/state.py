"""State: what follows from entries, laid out so that entries may go (spec/sync.md R28).

It is cells with their stamps, facts, steps, watched corrections and rivals, never anything derived, and it can be
joined: states of two boxes, or a state and entries that it holds already, come to the same in any order. What this
version did not wholly understand is kept as the entries themselves, for a later version to read.

A packed state is one zstd frame with the MessagePack array

    ["state", partition, kind, table, [author, ...], [row, ...]]

in which a row names its author by place in the list. Rows by kind: `record` [id, made_at, {group: [stamp, author,
{field: value}]}], `fact` [id, stamp, author, who, {field: value}], `step` [id, document, from, to, parent, stamp,
author, who], `watched` [record, group, stamp, author, stamp replaced, author replaced, who, content], `rival` [id,
stamp, author, content, who], `entries` [author, sequence, stamp, needs, [part, ...]].
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import zstandard

from appliance.journal.apply import read_id
from appliance.journal.controls import Unfit
from appliance.journal.entry import Erased, Stamp, Unreadable, pack, pack_id, show_id
from appliance.journal.held import later
from appliance.journal.resting import Line
from appliance.journal.segments import MOST_INFLATED, MOST_PACKED, inflate
from appliance.journal.shadow import Shadow
from appliance.journal.shapes import Shape

MOST_ROWS = 2_000
MOST_ENTRIES_TOGETHER = 50
_LEVEL = 9


class State(msgspec.Struct, frozen=True, array_like=True, tag="state"):
    """Some of the state of one partition: rows of one kind, of one table, ordered by their ids."""

    partition: str
    kind: str
    table: str
    authors: list[bytes]
    rows: list[list[Any]]

    @property
    def packed(self) -> bytes:
        """The state as it lies and travels."""
        return zstandard.ZstdCompressor(level=_LEVEL).compress(pack(self))

    def about(self, row: list[Any]) -> str:
        """The id of what a row is about; empty for whole entries."""
        if self.kind == "entries":
            return ""
        return str(show_id(row[1] if self.kind == "step" else row[0]))


_decode = msgspec.msgpack.Decoder(State).decode


def read_state(raw: bytes) -> State:
    """Read a state from elsewhere; raises only `Unreadable`."""
    try:
        return _decode(inflate(raw, MOST_PACKED, MOST_INFLATED))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


# ---- laying it out


class _Sheets:
    """Gathers rows by partition, kind and table, and gives them away by the thousand."""

    def __init__(self, shadow: Shadow) -> None:
        self._places = shadow.log.places
        self._open: dict[tuple[str, str, str], tuple[dict[bytes, int], list[list[Any]]]] = {}

    def author(self, place: int, kind: str, table: str) -> tuple[str, int]:
        """Return the partition of a place, and the number of its author on the sheet that it will stand on."""
        author, partition = self._places.of(place)
        authors, _ = self._open.setdefault((partition, kind, table), ({}, []))
        return partition, authors.setdefault(author, len(authors))

    def add(self, partition: str, kind: str, table: str, row: list[Any], most: int = MOST_ROWS) -> Iterator[State]:
        """Put a row on its sheet; yields the sheet when it is full."""
        _, rows = self._open[partition, kind, table]
        rows.append(row)
        if len(rows) >= most:
            yield self._close((partition, kind, table))

    def rest(self) -> Iterator[State]:
        """Yield what is not full."""
        for key in list(self._open):
            if self._open[key][1]:
                yield self._close(key)

    def _close(self, key: tuple[str, str, str]) -> State:
        authors, rows = self._open.pop(key)
        return State(*key, list(authors), rows)


def lay_out(shadow: Shadow) -> Iterator[State]:
    """Yield the whole state of a shadow."""
    sheets, conn = _Sheets(shadow), shadow.conn
    for shape in shadow.schema.shapes.values():
        told = _fact if shape.is_fact else _record
        for row in conn.execute(f"select * from {shape.table} order by id"):
            yield from told(sheets, shape, row)
        yield from sheets.rest()
    for row in conn.execute("select * from step order by kind, hlc, id"):
        partition, author = sheets.author(row["place"], "step", row["kind"])
        told_row = [pack_id(row["id"]), pack_id(row["document"]), row["origin"], row["state"], pack_id(row["parent"])]
        yield from sheets.add(partition, "step", row["kind"], [*told_row, row["hlc"], author, row["who"]])
    for row in conn.execute("select * from watched_set order by record, part, hlc"):
        partition, author = sheets.author(row["place"], "watched", row["kind"])
        told_row = [pack_id(row["record"]), row["part"], row["hlc"], author, row["was_hlc"], row["was_author"]]
        yield from sheets.add(partition, "watched", row["kind"], [*told_row, row["who"], row["content"]])
    for row in conn.execute("select * from rival order by kind, id, hlc"):
        partition, author = sheets.author(row["place"], "rival", row["kind"])
        told_row = [pack_id(row["id"]), row["hlc"], author, row["content"], row["who"]]
        yield from sheets.add(partition, "rival", row["kind"], told_row)
    yield from _half_known(sheets, shadow)
    yield from sheets.rest()
    yield from shadow.unknown


def _fact(sheets: _Sheets, shape: Shape, row: sqlite3.Row) -> Iterator[State]:
    partition, author = sheets.author(row["_place"], "fact", shape.table)
    fields = {
        name: shape.travelling(name, row[name])
        for name, blank in zip(shape.names, shape.blank, strict=True)
        if row[name] != blank
    }
    yield from sheets.add(partition, "fact", shape.table, [pack_id(row["id"]), row["_hlc"], author, row["who"], fields])


def _record(sheets: _Sheets, shape: Shape, row: sqlite3.Row) -> Iterator[State]:
    marks, base = later(row), (row["_hlc"], row["_place"])
    by_partition: dict[str, dict[str, list[Any]]] = {}
    for group, names in shape.groups.items():
        hlc, place = marks.get(group, base)
        if hlc:
            partition, author = sheets.author(place, "record", shape.table)
            fields = {name: shape.travelling(name, row[name]) for name in names}
            by_partition.setdefault(partition, {})[group] = [hlc, author, fields]
    for partition, cells in by_partition.items():
        yield from sheets.add(partition, "record", shape.table, [pack_id(row["id"]), row["made_at"], cells])


def _half_known(sheets: _Sheets, shadow: Shadow) -> Iterator[State]:
    """Keep whole what this version could not read in full."""
    arrivals = [
        row[0] for row in shadow.conn.execute("select arrived from parked union select arrived from half_known")
    ]
    lines = shadow.log.at(arrived for arrived in arrivals if arrived > 0)
    for line in lines.values():
        partition, author = sheets.author(line.place, "entries", "")
        row = [author, line.seq, line.hlc, line.needs, line.parts]
        yield from sheets.add(partition, "entries", "", row, MOST_ENTRIES_TOGETHER)
    for line in shadow.kept_whole:
        partition, author = sheets.author(line.place, "entries", "")
        row = [author, line.seq, line.hlc, line.needs, line.parts]
        yield from sheets.add(partition, "entries", "", row, MOST_ENTRIES_TOGETHER)


def stamps(state: State) -> Iterator[tuple[int, bytes]]:
    """Yield each stamp of a state with its author."""
    for row in state.rows:
        match state.kind:
            case "record":
                yield from ((hlc, state.authors[author]) for hlc, author, _ in row[2].values())
            case "step":
                yield row[5], state.authors[row[6]]
            case "fact" | "rival":
                yield row[1], state.authors[row[2]]
            case "watched":
                yield row[2], state.authors[row[3]]
            case _:
                yield row[2], state.authors[row[0]]


def newest(states: Iterable[State]) -> int:
    """Return the greatest stamp in states."""
    return max((hlc for state in states for hlc, _ in stamps(state)), default=0)


# ---- joining it


def join(shadow: Shadow, states: Iterable[State]) -> None:
    """Let states count in a shadow that is being drawn, beside whatever counts in it already.

    Raises `Unreadable` for what does not fit together, or what a newer version wrote: then nothing may be kept of it.
    """
    for state in states:
        if state.table and state.table not in shadow.schema.shapes:
            shadow.keep_unknown(state)
            continue
        numbers = [shadow.log.places.number(author, state.partition) for author in state.authors]
        stamped = [(author, number) for author, number in zip(state.authors, numbers, strict=True)]
        for row in state.rows:
            try:
                _JOINS[state.kind](shadow, state.table, row, stamped)
            except (Unfit, KeyError, IndexError, TypeError, ValueError) as error:
                raise Unreadable(f"A state does not fit together: {error}") from error


_Authors = list[tuple[bytes, int]]


def _join_record(shadow: Shadow, table: str, row: list[Any], authors: _Authors) -> None:
    record, made_at, cells = row
    shape = shadow.schema.shapes[table]
    known = {
        group: (Stamp(hlc, *authors[author]), shadow.applier.corrections(shape, fields))
        for group, (hlc, author, fields) in cells.items()
    }
    if any(fields.keys() != set(shape.groups[group]) for group, (_, fields) in known.items()):
        raise Unfit("A group lacks some of its fields.")
    name = read_id(record)
    before = shadow.applier.before(shape, name, (*shape.names, "deleted"))
    if before is None:
        _begin_record(shadow, shape, name, made_at, known)
        return
    marks, base = later(before), (before["_hlc"], before["_place"])
    for group, (stamp, fields) in known.items():
        # States of two boxes tell mostly the same.
        told_already = marks.get(group, base) == (stamp.hlc, stamp.place)
        if not told_already or any(before[field] != value for field, value in fields.items()):
            shadow.applier.correct(shape, stamp, "", name, fields, {})
    if made_at:
        shadow.applier.made(shape, name, made_at, before)


def _begin_record(
    shadow: Shadow, shape: Shape, record: str, made_at: int, known: dict[str, tuple[Stamp, dict[str, Any]]]
) -> None:
    told = dict(zip(shape.names, shape.blank, strict=True)) | {"deleted": 0}
    for _, fields in known.values():
        told |= fields
    marks = {group: (stamp.hlc, stamp.place) for group, (stamp, _) in known.items()}
    shadow.applier.begin_apart(shape, record, made_at, told, marks)


def _join_fact(shadow: Shadow, table: str, row: list[Any], authors: _Authors) -> None:
    fact, hlc, author, who, fields = row
    shape = shadow.schema.shapes[table]
    if not fields.keys() <= shape.by_name.keys():
        raise Unfit("A newer version wrote this.")
    shadow.applier.fact(
        shape, Stamp(hlc, *authors[author]), who, read_id(fact), shadow.applier.whole_row(shape, fields)
    )


def _join_step(shadow: Shadow, table: str, row: list[Any], authors: _Authors) -> None:
    step, document, origin, to, parent, hlc, author, who = row
    told = (origin, to, read_id(parent) if parent else "")
    shape, stamp = shadow.schema.shapes[table], Stamp(hlc, *authors[author])
    shadow.applier.take_step(shape, stamp, read_id(step), who, read_id(document), *told)


def _join_watched(shadow: Shadow, table: str, row: list[Any], authors: _Authors) -> None:
    record, group, hlc, author, was_hlc, was_author, who, content = row
    told = (read_id(record), table, group, hlc, authors[author][1], was_hlc, was_author, who, content)
    shadow.conn.execute("insert or ignore into watched_set values (?, ?, ?, ?, ?, ?, ?, ?, ?)", told)


def _join_rival(shadow: Shadow, table: str, row: list[Any], authors: _Authors) -> None:
    fact, hlc, author, content, who = row
    told = (table, read_id(fact), hlc, authors[author][1], content, who)
    shadow.conn.execute("insert or ignore into rival values (?, ?, ?, ?, ?, ?)", told)


def _join_entry(shadow: Shadow, _table: str, row: list[Any], authors: _Authors) -> None:
    author, seq, hlc, needs, told = row
    parts = [Erased(part[0]) if isinstance(part, list) else part for part in told]
    shadow.keep_whole(Line(0, authors[author][1], seq, hlc, needs, parts))


_JOINS: dict[str, Callable[[Shadow, str, list[Any], _Authors], None]] = {
    "record": _join_record,
    "fact": _join_fact,
    "step": _join_step,
    "watched": _join_watched,
    "rival": _join_rival,
    "entries": _join_entry,
}
