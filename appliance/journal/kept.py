"""Kept views: the definition stays one readable SELECT, the list page reads an indexed table.

In `views.sql` a kept view is a view with a comment before it:

    -- kept by id                                   the key, one row each; several columns may make it
    -- touched by sales_order: id                   a changed row of that table touches the key in this column (or all
                                                    keys that begin with it), ...
    -- touched by receiver: select id from sales_order where receiver = :id     ... or the keys of this question
    -- follows received_for: paid                     so much of a row can a change of that table alter, and no more
    -- follows sales_order (state, changed): state, late   the same, if nothing but these columns of that table changed
    -- index state, ship_by
    -- index ship_by where late = 1                   a queue's index holds the queue only, and costs the others nothing
    -- search number, receiver                      columns whose words can be searched for
    -- feeds held, sales_day                        sums that add up this view's rows
    -- within nothing                               whom it is told to does not depend on where they work (see `ranges`)
    -- withheld bought                              columns that add up over more than some may see, and are not told them

Readers use the plain name; the definition itself is `<name>_plain`.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_COMMENT = re.compile(
    r"^\s*--\s*(kept by|touched by|follows|index|search|feeds|within|withheld)\s+(.*?)\s*$", re.MULTILINE
)
_FOLLOWS = re.compile(r"(\w+)\s*(?:\((.*?)\))?\s*:\s*(.*)")
_ASKED = re.compile(r":([a-z_]\w*)")
_VIEW = re.compile(r"create\s+view\s+(\w+)\s+as\s+(.*)", re.IGNORECASE | re.DOTALL)

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Follow:
    """So much of a kept row can a change of `table` alter, if it was one of these columns alone; of none, any change."""

    table: str
    of: frozenset[str]
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Touch:
    """How a changed row of `table` finds the keys it touches: by its own columns, or by a question."""

    table: str
    columns: tuple[str, ...] = ()
    question: str = ""

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The columns of the changed row that decide."""
        return self.columns or tuple(dict.fromkeys(_ASKED.findall(self.question)))

    def keys(self, conn: sqlite3.Connection, told: Values) -> list[tuple[Any, ...]]:
        """Return the keys that a row touches which has these values in the columns that decide."""
        if not self.question:
            return [told]
        return [tuple(found) for found in conn.execute(self.question, dict(zip(self.asks, told, strict=True)))]


@dataclass(frozen=True)
class KeptView:
    """A view whose rows are stored by key."""

    name: str
    key: tuple[str, ...]
    select: str
    touches: tuple[Touch, ...]
    indexes: tuple[str, ...]
    search: tuple[str, ...]
    feeds: tuple[str, ...]
    within: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    follows: tuple[Follow, ...] = ()

    def where_first(self, count: int) -> str:
        """The condition on the first so many columns of the key."""
        return " and ".join(f"{column} = ?" for column in self.key[:count])


@dataclass(frozen=True)
class Parsed:
    """A room's views: the statements that make them, in order, and those to keep."""

    statements: list[str]
    kept: list[KeptView]


def parse_views(text: str) -> Parsed:
    """Read a `views.sql`."""
    statements: list[str] = []
    kept: list[KeptView] = []
    for piece in _statements(text):
        notes = _COMMENT.findall(piece)
        bare = re.sub(r"^\s*--.*$", "", piece, flags=re.MULTILINE).strip()
        if not bare:
            continue
        if not any(word == "kept by" for word, _ in notes):
            statements.append(bare)
            continue
        found = _VIEW.match(bare)
        if not found:
            raise ValueError(f"Only a view can be kept: {bare[:60]}")
        view = _kept(found[1], found[2], notes)
        statements += [f"create view {view.name}_plain as {view.select}", *_table_sql(view)]
        kept.append(view)
    return Parsed(statements, kept)


def _statements(text: str) -> list[str]:
    pieces_: list[str] = []
    gathered = ""
    for line in text.splitlines(keepends=True):
        gathered += line
        if not line.lstrip().startswith("--") and line.rstrip().endswith(";"):
            pieces_.append(gathered.rstrip().removesuffix(";"))
            gathered = ""
    if re.sub(r"^\s*--.*$", "", gathered, flags=re.MULTILINE).strip():
        raise ValueError(f"A statement lacks its semicolon: {gathered[:80]}")
    return pieces_


def _kept(name: str, select: str, notes: Sequence[tuple[str, str]]) -> KeptView:
    def listed(word: str) -> list[str]:
        return [column.strip() for kind, rest in notes if kind == word for column in rest.split(",")]

    touches = []
    for kind, rest in notes:
        if kind == "touched by":
            table, _, how = rest.partition(":")
            how = how.strip()
            if how.lower().startswith("select"):
                touches.append(Touch(table.strip(), question=how))
            else:
                touches.append(Touch(table.strip(), columns=tuple(c.strip() for c in how.split(","))))
    return KeptView(
        name=name,
        key=tuple(listed("kept by")),
        select=select,
        touches=tuple(touches),
        indexes=tuple(rest for kind, rest in notes if kind == "index"),
        search=tuple(listed("search")),
        feeds=tuple(listed("feeds")),
        within=tuple(listed("within")),
        withheld=tuple(listed("withheld")),
        follows=tuple(_follow(rest) for kind, rest in notes if kind == "follows"),
    )


def _follow(told: str) -> Follow:
    found = _FOLLOWS.fullmatch(told)
    if not found:
        raise ValueError(f"This does not say what follows: {told}")
    return Follow(found[1], frozenset(_names(found[2] or "")), tuple(_names(found[3])))


def _names(told: str) -> list[str]:
    return [name.strip() for name in told.split(",") if name.strip()]


def _table_sql(view: KeptView) -> list[str]:
    key = ", ".join(view.key)
    made = [
        f"create table {view.name} as select * from {view.name}_plain where 0",
        f"create unique index {view.name}_key on {view.name} ({key})",
        *(_index_sql(view.name, n, index) for n, index in enumerate(view.indexes, 1)),
    ]
    if view.search:
        # Contentless and without positions: the index holds only which row has which word.
        made.append(f"create virtual table {view.name}_words using fts5(words, content='', detail=none)")
    return made


def _index_sql(view: str, number: int, index: str) -> str:
    columns, _, condition = index.partition(" where ")
    return f"create index {view}_{number} on {view} ({columns})" + (f" where {condition}" if condition else "")
