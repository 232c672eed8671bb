"""The rows of records while changes count in them: where they lie, or held in memory until many changes have counted.

Whoever draws tables, or takes in much at once, changes the same rows again and again. Held, a row is read once and
written once; which change counts is decided by the same rules, for both kinds answer the same questions.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import msgspec

from appliance.journal.entry import pack
from appliance.journal.keeper import Keeper
from appliance.journal.shapes import Shape

Marks = dict[str, tuple[int, int]]
"""(stamp, place) of groups of a record that were written after its row was made."""
MOST_VALUES = 1_500_000
"""So many values are held at most: some hundred megabytes where all of them differ."""


class Rows(Protocol):
    """What the rules of applying ask of the rows of records."""

    def begin(self, shape: Shape, row: Sequence[Any]) -> bool:
        """Write a whole row, its marks last; does nothing and says so where its record is already."""

    def before(self, shape: Shape, record: str, more: tuple[str, ...] = ()) -> Any:
        """Return of a record's row what decides how a change counts, what a change is told by, and `more`; None if none."""

    def stands(self, before: Any) -> tuple[tuple[int, int], Marks, int]:
        """Say of a row its stamp and place, those of its groups that were written later, and when it last changed."""

    def change(self, shape: Shape, before: Any, setting: Mapping[str, Any], marks: Marks | None = None) -> None:
        """Set columns of a row as `before` named it, and its groups' later stamps."""

    def put_down(self) -> None:
        """Write what is held."""


class Lying:
    """Rows where they lie: each question and each change is a statement."""

    def __init__(self, conn: sqlite3.Connection, keeper: Keeper) -> None:
        self._conn = conn
        self._keeper = keeper
        self._questions: dict[tuple[str, tuple[str, ...], bool], tuple[str, tuple[str, ...]]] = {}

    def begin(self, shape: Shape, row: Sequence[Any]) -> bool:
        """Write a row."""
        return self._conn.execute(insert_sql(shape.table, len(row)), row).rowcount > 0

    def before(self, shape: Shape, record: str, more: tuple[str, ...] = ()) -> Any:
        """Read of a row what it takes to let a change count, and `more`, but nothing else."""
        return self._conn.execute(self.question(shape, more)[0], (record,)).fetchone()

    def question(self, shape: Shape, more: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
        """Say how it is read, and what the columns are called."""
        wanted = (shape.table, more, self._keeper.paused)
        found = self._questions.get(wanted)
        if found is None:
            names = tuple(dict.fromkeys([*_decisive_columns(shape), *self._keeper.asked(shape.table), *more]))
            sql = f"select rowid as {', '.join(names)} from {shape.table} where id = ?"
            found = self._questions[wanted] = sql, names
        return found

    def stands(self, before: Any) -> tuple[tuple[int, int], Marks, int]:
        """They come first of what is read."""
        _, hlc, place, told, changed = before[:5]
        return (hlc, place), decode_later(told) if told else {}, changed

    def change(self, shape: Shape, before: Any, setting: Mapping[str, Any], marks: Marks | None = None) -> None:
        """Write the columns that change."""
        self.set(shape.table, before["rowid_"], setting, marks)

    def set(self, table: str, rowid: int, setting: Mapping[str, Any], marks: Marks | None) -> None:
        """Write columns of the row at a place in its table."""
        if marks is None:
            self._conn.execute(_update_sql(table, *setting), (*setting.values(), rowid))
        else:
            self._conn.execute(_update_sql(table, *setting, "_later"), (*setting.values(), pack(marks), rowid))

    def write(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write whole rows."""
        self._conn.executemany(insert_sql(table, len(rows[0])), rows)

    def put_down(self) -> None:
        """Everything lies already."""


class Held:
    """Rows in memory, read when they are first asked for and written when they are put down."""

    def __init__(self, lying: Lying, *, whole: bool) -> None:
        self._lying = lying
        self._whole = whole
        """Whether nothing is in the tables that is not held."""
        self._rows: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self._values = 0

    def begin(self, shape: Shape, row: Sequence[Any]) -> bool:
        """Hold a new row, as long as everything is held: else it is sooner written than looked for."""
        if self._values > MOST_VALUES:
            self.put_down()
        if not self._whole:
            return self._lying.begin(shape, row)
        if row[0] in self._rows[shape.table]:
            return False
        held = dict(zip(shape.row_names, row, strict=True))
        held["_later"], held["changed_"] = later(held), None
        self._hold(shape.table, row[0], held)
        return True

    def before(self, shape: Shape, record: str, more: tuple[str, ...] = ()) -> Any:
        """Return the row that is held, or read it."""
        row = self._rows[shape.table].get(record)
        if row is None and not self._whole:
            row = self._read(shape, record)
        if row is not None and more and not row.keys() >= set(more):
            # What nobody asked for before did not change either.
            row.update({name: value for name, value in self._asked(shape, record, more).items() if name not in row})
        return row

    def _read(self, shape: Shape, record: str) -> dict[str, Any] | None:
        if self._values > MOST_VALUES:
            self.put_down()
        row = self._asked(shape, record)
        if row:
            row["_later"], row["changed_"] = later(row), {}
            self._hold(shape.table, record, row)
        return row or None

    def _asked(self, shape: Shape, record: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
        found = self._lying.before(shape, record, more)
        return dict(zip(self._lying.question(shape, more)[1], found, strict=True)) if found is not None else {}

    def stands(self, before: Any) -> tuple[tuple[int, int], Marks, int]:
        """It is all here."""
        return (before["_hlc"], before["_place"]), before["_later"], before["changed"]

    def change(self, shape: Shape, before: Any, setting: Mapping[str, Any], marks: Marks | None = None) -> None:
        """Change the row that is held, and remember in what it differs from the one that lies in the table."""
        before.update(setting)
        if before["changed_"] is not None:
            before["changed_"].update(setting)

    def put_down(self) -> None:
        """Write what is held into the tables, and hold nothing."""
        for table, rows in self._rows.items():
            begun = []
            for row in rows.values():
                if row["changed_"] is None:
                    *told, marks, _ = row.values()
                    begun.append((*told, pack(marks) if marks else None))
                elif row["changed_"]:
                    self._lying.set(table, row["rowid_"], row["changed_"], row["_later"] or None)
            if begun:
                self._lying.write(table, begun)
        self._rows.clear()
        self._values, self._whole = 0, False

    def _hold(self, table: str, record: str, row: dict[str, Any]) -> None:
        self._values += len(row)
        self._rows[table][record] = row


def later(row: Any) -> Marks:
    """Return (stamp, place) of each group of a record's row that was written after the row was made."""
    told = row["_later"]
    if told is None:
        return {}
    return told if type(told) is dict else decode_later(told)


decode_later = msgspec.msgpack.Decoder(dict[str, tuple[int, int]]).decode


def _decisive_columns(shape: Shape) -> tuple[str, ...]:
    """What of a record's row decides how a change counts."""
    flow = ("state", "step", "forked") if shape.flow else ()
    return ("rowid_", "_hlc", "_place", "_later", "changed", "made_at", *flow)


@lru_cache(1024)
def insert_sql(table: str, count: int) -> str:
    """Say how a whole row is written unless one of that id is there."""
    return f"insert or ignore into {table} values ({', '.join('?' * count)})"


@lru_cache(1024)
def _update_sql(table: str, *columns: str) -> str:
    setting = ", ".join([f"{name} = ?" for name in columns])
    return f"update {table} set {setting} where rowid = ?"
