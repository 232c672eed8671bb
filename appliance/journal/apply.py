"""Applying changes to the shadow: the same code for what is done here, what another box did, and what is redrawn.

Whatever order entries arrive in, the shadow comes out the same: each group of fields belongs to its latest writer,
a fact to its first, and a document stands at the end of the chain of steps that its flow prefers. Applying never
refuses: a change that cannot be understood raises `Unfit`, and whoever reads foreign entries parks it.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from appliance.journal import ids
from appliance.journal.controls import Controls, Unfit
from appliance.journal.entry import Stamp, pack
from appliance.journal.held import Held, Lying, Rows, insert_sql, later
from appliance.journal.keeper import Keeper
from appliance.journal.places import Places
from appliance.journal.schema import Schema
from appliance.journal.shapes import Shape
from appliance.journal.steps import standing


class Applier:
    """Applies changes on one connection, inside the transaction of its caller."""

    def __init__(
        self, conn: sqlite3.Connection, schema: Schema, keeper: Keeper, places: Places, controls: Controls
    ) -> None:
        self.controls = controls
        self._conn = conn
        self._schema = schema
        self._keeper = keeper
        self._places = places
        self._marked: tuple[Stamp | None, tuple[int, int]] = (None, (0, 0))
        self.half_known = False
        """Set when a change held something that this version does not know."""
        self._lying = Lying(conn, keeper)
        self._rows: Rows = self._lying

    # ---- where rows are

    def hold(self, *, whole: bool = False) -> None:
        """Keep the rows of records in memory from now on; `whole` when nothing is in the tables yet."""
        self._rows = Held(self._lying, whole=whole)

    def put_down(self) -> None:
        """Write what is held, for now somebody will look at the tables."""
        self._rows.put_down()

    def let_go(self) -> None:
        """Hold nothing any more; what is held is lost."""
        self._rows = self._lying

    def before(self, shape: Shape, record: str, more: tuple[str, ...] = ()) -> Any:
        """Return of a record's row what decides how a change counts, what a change is told by, and `more`; None if none."""
        return self._rows.before(shape, record, more)

    def apply(self, stamp: Stamp, raw_hlc: int, who: str, change: Any) -> None:
        """Apply one change as it stands in a payload; raises `Unfit`. The author's own stamp is in names of steps."""
        # A pattern that names classes asks each of them for more than its type.
        match change:
            case ["p", table, record, fields] if type(table) is str and type(fields) is dict:
                shape = self._shape(table, fact=False)
                self.put(shape, stamp, read_id(record), self.whole_row(shape, fields))
            case ["s", table, record, fields, was] if type(table) is str and type(fields) is type(was) is dict:
                shape = self._shape(table, fact=False)
                replaced = self._was(was) if was else {}
                self.correct(shape, stamp, who, read_id(record), self.corrections(shape, fields), replaced)
            case ["f", table, fact, fields] if type(table) is str and type(fields) is dict:
                shape = self._shape(table, fact=True)
                self.fact(shape, stamp, who, read_id(fact), self.whole_row(shape, fields))
            case ["t", table, document, origin, to, parent] if type(table) is type(origin) is type(to) is str:
                self._step_foreign(table, stamp, raw_hlc, who, read_id(document), origin, to, parent)
            case _:
                raise Unfit("The kind of change is unknown to this version.")

    def _shape(self, table: str, *, fact: bool) -> Shape:
        shape = self._schema.shapes.get(table)
        if shape is None or shape.is_fact != fact:
            raise Unfit(f"This version knows no {table}.")
        return shape

    def whole_row(self, shape: Shape, fields: Mapping[Any, Any]) -> list[Any]:
        """Lay the fields this version knows into a row; a known field of the wrong kind makes the change unfit."""
        row, readers, name = list(shape.blank), shape.readers, ""
        try:
            for name, value in fields.items():
                if name in readers:
                    place, read = readers[name]
                    row[place] = read(value)
                else:
                    self.half_known = True
        except ValueError as error:
            raise _misfit(shape, name) from error
        return row

    def corrections(self, shape: Shape, fields: Mapping[Any, Any]) -> dict[str, Any]:
        """Read the fields of a correction that this version knows."""
        readers, name = shape.readers, ""
        known: dict[str, Any] = {}
        try:
            for name, value in fields.items():
                if name in readers:
                    known[name] = readers[name][1](value)
                elif name == "deleted":
                    known[name] = int(bool(value))
                else:
                    self.half_known = True
        except ValueError as error:
            raise _misfit(shape, name) from error
        return known

    # ---- records

    def put(self, shape: Shape, stamp: Stamp, record: str, stored: Sequence[Any]) -> None:
        """Put a record: mostly its id is new; else it follows from its cause, or half of the record came first."""
        row = (record, *stored, 0, stamp.at, stamp.hlc, *shape.unmoved, stamp.hlc, stamp.place, None)
        if not self._rows.begin(shape, row):
            self._put_over(shape, stamp, record, stored)
            return
        if self._keeper.saw(shape.table, record):
            self._keeper.touch(shape.table, {"id": record, **dict(zip(shape.names, stored, strict=True))})

    def _put_over(self, shape: Shape, stamp: Stamp, record: str, stored: Sequence[Any]) -> None:
        before = self._rows.before(shape, record)
        self.made(shape, record, stamp.at, before)
        values = dict(zip(shape.names, stored, strict=True))
        self._set(shape, stamp, record, {**values, "deleted": 0}, before)

    def made(self, shape: Shape, record: str, at: int, before: Any = None) -> None:
        """Note that a record was made at a moment; of several the first counts. `before` is its row."""
        before = before or self._rows.before(shape, record)
        setting = {"made_at": min(before["made_at"] or at, at)}
        if setting["made_at"] != before["made_at"]:
            if self._keeper.saw(shape.table, record):
                self._tell_changed(shape, before, setting)
            self._rows.change(shape, before, setting)

    def correct(
        self,
        shape: Shape,
        stamp: Stamp,
        who: str,
        record: str,
        fields: Mapping[str, Any],
        was: Mapping[str, Stamp],
        before: Any = None,
    ) -> None:
        """Set fields of a record: each group goes to its latest writer. `before` is its row, if the caller has it."""
        before = before or self._rows.before(shape, record) or self._begun(shape, record)
        for group, replaced in was.items():
            if group in shape.watched:
                content = {name: fields[name] for name in shape.groups[group] if name in fields}
                self._watch(shape, stamp, who, record, group, replaced, content)
        self._set(shape, stamp, record, fields, before)

    def _set(self, shape: Shape, stamp: Stamp, record: str, fields: Mapping[str, Any], before: Any) -> None:
        base, marks, changed = self._rows.stands(before)
        # The changes of an entry share one mark: rows that are held would have as many as there are corrections.
        if stamp is not self._marked[0]:
            self._marked = stamp, (stamp.hlc, stamp.place)
        mark, hlc = self._marked[1], stamp.hlc
        setting: dict[str, Any] = {}
        for name, value in fields.items():
            group = shape.group_of(name)
            standing = marks.get(group, base)
            if standing is mark or hlc > standing[0] or self._follows(stamp, *standing):
                marks[group] = mark
                setting[name] = value
        setting["changed"] = max(changed, hlc)
        # Told before it is changed, for a row that is held is the one that changes.
        if self._keeper.saw(shape.table, record):
            self._tell_changed(shape, before, setting)
        self._rows.change(shape, before, setting, marks)

    def _follows(self, stamp: Stamp, hlc: int, place: int) -> bool:
        """Tell whether a stamp comes after another. Equal ones are of one entry: the later word of one person stands."""
        return stamp.hlc > hlc or (stamp.hlc == hlc and stamp.author >= self._places.author(place))

    def begin_apart(
        self, shape: Shape, record: str, made_at: int, row: Mapping[str, Any], marks: Mapping[str, tuple[int, int]]
    ) -> None:
        """Write a record that is not here yet, whose groups have stamps of their own."""
        base = marks.get("deleted", (0, 0))
        apart = {group: marks.get(group, (0, 0)) for group in shape.groups if marks.get(group, (0, 0)) != base}
        changed = max(hlc for hlc, _ in marks.values())
        told = pack(apart) if apart else None
        values = (row[name] for name in (*shape.names, "deleted"))
        self._rows.begin(shape, (record, *values, made_at, changed, *shape.unmoved, *base, told))

    def stamps(self, row: Any, groups: Collection[str]) -> dict[str, Stamp]:
        """Return the stamp that groups of a record's row carry now."""
        if not groups:
            return {}
        marks, base = later(row), (row["_hlc"], row["_place"])
        return {group: self._stamp(*marks.get(group, base)) for group in groups}

    def _stamp(self, hlc: int, place: int) -> Stamp:
        return Stamp(hlc, self._places.author(place), place)

    def _was(self, was: Mapping[Any, Any]) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        for group, stamp in was.items():
            match stamp:
                case [int(hlc), bytes(author)] if isinstance(group, str) and 0 <= hlc < 2**63:
                    found[group] = self.controls.stamp(author, hlc, 0)
                case _:
                    raise Unfit("A replaced stamp is no stamp.")
        return found

    def _watch(
        self,
        shape: Shape,
        stamp: Stamp,
        who: str,
        record: str,
        group: str,
        replaced: Stamp,
        content: Mapping[str, Any],
    ) -> None:
        told = {"record": record, "kind": shape.table, "part": group, "hlc": stamp.hlc, "place": stamp.place}
        told |= {"was_hlc": replaced.hlc, "was_author": replaced.author, "who": who, "content": _content(content)}
        row = tuple(told.values())
        self._conn.execute("insert or ignore into watched_set values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._keeper.saw("watched_set", record)
        self._keeper.touch("watched_set", told)

    def _begun(self, shape: Shape, record: str) -> Any:
        """Begin a record of which nothing but a correction or a step is here; the rest may come later."""
        self._rows.begin(shape, (record, *shape.blank, 0, 0, 0, *shape.unmoved, 0, 0, None))
        return self._rows.before(shape, record)

    def _tell_changed(self, shape: Shape, before: Any, setting: dict[str, Any]) -> None:
        """Tell the keeper which columns changed; a row that only now came into being is told whole."""
        after = {name: before[name] for name in self._keeper.asked(shape.table)} | setting
        if before["changed"]:
            self._keeper.changed(shape.table, before, after, setting)
        else:
            self._keeper.touch(shape.table, after)

    # ---- facts

    def fact(self, shape: Shape, stamp: Stamp, who: str, fact: str, stored: Sequence[Any]) -> None:
        """Write a fact down. Of several with one id the first by stamp counts; all are kept as rivals."""
        row = (fact, *stored, stamp.at, who, stamp.hlc, stamp.place)
        if not self._conn.execute(insert_sql(shape.table, len(row)), row).rowcount:
            self._rivals(shape, self._row(shape.table, fact), _told(shape, row), stamp, row)
            return
        if self._keeper.saw(shape.table, fact) or shape.feeds:
            self._fact_feeds(shape, _told(shape, row), 1)

    def _rivals(self, shape: Shape, standing: Any, told: Mapping[str, Any], stamp: Stamp, row: tuple[Any, ...]) -> None:
        first = self._stamp(standing["_hlc"], standing["_place"])
        if stamp == first:
            return
        # Every telling is kept, equal ones too: what is told must not depend on the order in which they came.
        for telling, when in ((standing, first), (told, stamp)):
            content = _content({name: telling[name] for name in shape.names})
            place = (shape.table, told["id"], when.hlc, when.place, content, telling["who"])
            self._conn.execute("insert or ignore into rival values (?, ?, ?, ?, ?, ?)", place)
        self._keeper.saw("rival", told["id"])
        self._keeper.touch("rival", {"kind": shape.table, "id": told["id"]})
        if stamp < first:
            self._fact_feeds(shape, standing, -1)
            self._conn.execute(f"delete from {shape.table} where id = ?", (told["id"],))
            self._conn.execute(insert_sql(shape.table, len(row)), row)
            self._fact_feeds(shape, told, 1)

    def _fact_feeds(self, shape: Shape, row: Mapping[str, Any], sign: int) -> None:
        self._keeper.feed(shape.feeds, row, sign)
        self._keeper.touch(shape.table, row)

    # ---- steps

    def _step_foreign(
        self, table: str, stamp: Stamp, raw_hlc: int, who: str, document: str, origin: str, to: str, parent: Any
    ) -> None:
        shape = self._shape(table, fact=False)
        if shape.flow is None or to not in shape.flow.states:
            raise Unfit(f"This version knows no step of a {table} to {to}.")
        self.step(shape, stamp, raw_hlc, who, document, origin, to, read_id(parent) if parent else "")

    def step(
        self,
        shape: Shape,
        stamp: Stamp,
        raw_hlc: int,
        who: str,
        document: str,
        origin: str,
        to: str,
        parent: str,
        before: Any = None,
    ) -> None:
        """Take a step; its name follows from what it is, and from the stamp its author gave it.

        `before` is the document's row, if the caller has it.
        """
        step = ids.derive("step", document, parent, to, str(raw_hlc), stamp.author.hex())
        self.take_step(shape, stamp, step, who, document, origin, to, parent, before)

    def take_step(
        self,
        shape: Shape,
        stamp: Stamp,
        step: str,
        who: str,
        document: str,
        origin: str,
        to: str,
        parent: str,
        before: Any = None,
    ) -> None:
        """Take a named step; one that does not follow the last makes a fork, and the flow's ranks say what stands."""
        row = (step, shape.table, document, origin, to, parent, stamp.hlc, stamp.place, who)
        if not self._conn.execute("insert or ignore into step values (?,?,?,?,?,?,?,?,?)", row).rowcount:
            return
        before = before or self._rows.before(shape, document) or self._begun(shape, document)
        tip, state, hlc, forked = step, to, stamp.hlc, 0
        if before["step"] != parent or before["forked"] or self._has_kin(document, step, parent):
            tip, state, hlc, forked = self.end_of(shape, document)
            self._keeper.touch("step", {"document": document, "parent": parent})
        setting = {"step": tip, "state": state, "state_at": hlc >> 16, "forked": forked}
        setting["changed"] = max(before["changed"], stamp.hlc)
        if self._keeper.saw(shape.table, document):
            self._tell_changed(shape, before, setting)
        self._rows.change(shape, before, setting)

    def _has_kin(self, document: str, step: str, parent: str) -> bool:
        """Whether a step taken elsewhere from the same start, or from this very step, is here already."""
        asked = "select 1 from step where document = ? and parent in (?, ?) and id <> ? limit 1"
        return self._conn.execute(asked, (document, parent, step, step)).fetchone() is not None

    def end_of(self, shape: Shape, document: str) -> tuple[str, str, int, int]:
        """Walk the tree of steps from its root, at each fork down the preferred branch: (step, state, stamp, forked)."""
        flow = shape.flow
        if flow is None:
            raise Unfit(f"A {shape.table} takes no steps.")
        rows = self._conn.execute("select * from step where document = ?", (document,)).fetchall()
        return standing(flow, rows, self._places.author)

    def _row(self, table: str, record: str) -> Any:
        return self._conn.execute(f"select * from {table} where id = ?", (record,)).fetchone()


def _misfit(shape: Shape, name: str) -> Unfit:
    return Unfit(f"{shape.table}.{name} holds what it cannot hold.")


def _told(shape: Shape, row: Sequence[Any]) -> dict[str, Any]:
    """A row of a fact by its names, without the stamp."""
    return dict(zip(("id", *shape.names, "at", "who"), row[:-2], strict=True))


def read_id(value: Any) -> str:
    """Read an id as it travels; raises `Unfit`."""
    if isinstance(value, bytes) and len(value) == 16:
        return ids.show(value)
    if isinstance(value, str) and 0 < len(value) <= 200:
        return value
    raise Unfit("An id is no id.")


def _content(values: Mapping[str, Any]) -> str:
    """Write values down so that they read the same whether they were written here, came, or stood in a table."""
    return _dump({name: int(value) if isinstance(value, bool) else value for name, value in values.items()})


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()
