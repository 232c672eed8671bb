"""Kept views: the definition stays one readable SELECT, the list page reads an indexed table.

In `views.sql` a kept view is a view with a comment before it:

    -- kept by id                                   the key, one row each; several columns may make it
    -- touched by sales_order: id                   a changed row of that table touches the key in this column, ...
    -- touched by receiver: select id from sales_order where receiver = :id     ... or the keys of this question
    -- index state, ship_by
    -- index ship_by where late = 1                   a queue's index holds the queue only, and costs the others nothing
    -- search number, receiver                      columns whose words can be searched for
    -- feeds held, sales_day                        sums that add up this view's rows

Readers use the plain name; the definition itself is `<name>_plain`.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from appliance.journal.search import pieces
from appliance.journal.shapes import Sum

_COMMENT = re.compile(r"^\s*--\s*(kept by|touched by|index|search|feeds)\s+(.*?)\s*$", re.MULTILINE)
_VIEW = re.compile(r"create\s+view\s+(\w+)\s+as\s+(.*)", re.IGNORECASE | re.DOTALL)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Touch:
    """How a changed row of `table` finds the keys it touches: by its own columns, or by a question."""

    table: str
    columns: tuple[str, ...] = ()
    question: str = ""

    def keys(self, conn: sqlite3.Connection, row: Values) -> list[tuple[Any, ...]]:
        """Return the keys that this row touches."""
        if self.question:
            return [tuple(found) for found in conn.execute(self.question, dict(row))]
        return [tuple(row[column] for column in self.columns)]


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

    @property
    def where(self) -> str:
        """The condition that names one key."""
        return " and ".join(f"{column} = ?" for column in self.key)


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
    )


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


class Keeper:
    """Keeps sums and kept views true while changes are applied, and draws them anew from zero."""

    def __init__(self, conn: sqlite3.Connection, views: Sequence[KeptView], sums: Mapping[str, Sum]) -> None:
        self._conn = conn
        self._sums = sums
        self._views = _ordered(views, sums)
        self._touched: dict[str, dict[tuple[Any, ...], None]] = {}
        self._watchers: dict[str, list[tuple[KeptView, Touch]]] = {}
        self.seen: set[tuple[str, str]] = set()
        """Every (table, key) touched since `begin`, for those who listen."""
        self.paused = False
        for view in self._views:
            for touch in view.touches:
                self._watchers.setdefault(touch.table, []).append((view, touch))
        self._columns = {view.name: _columns_of(conn, view.name) for view in self._views}
        self._feed_sql = {name: _feed_sql(kept) for name, kept in sums.items()}
        self._upserts = {view.name: _upsert(view, self._columns[view.name]) for view in self._views}

    def begin(self) -> None:
        """Forget what an abandoned action touched."""
        self._touched.clear()
        self.seen = set()

    def saw(self, table: str, key: str) -> None:
        """Note a touched row for those who listen."""
        if not self.paused:
            self.seen.add((table, key))

    def watches(self, table: str) -> bool:
        """Tell whether a change of this table touches any kept view now."""
        return table in self._watchers and not self.paused

    def touch(self, table: str, *rows: Values | None) -> None:
        """A row of a table changed; give it as it was and as it is."""
        if self.paused:
            return
        for view, touch in self._watchers.get(table, ()):
            keys = self._touched.setdefault(view.name, {})
            for row in rows:
                if row is not None:
                    keys.update(dict.fromkeys(touch.keys(self._conn, row)))

    def feed(self, names: Sequence[str], row: Values, sign: int) -> None:
        """Add a row to the sums it feeds, or take it away."""
        if self.paused:
            return
        for name in names:
            kept = self._sums[name]
            by = tuple(row[column] for column in kept.by)
            of = tuple(sign * (row[column] or 0) for column in kept.of)
            self._conn.execute(self._feed_sql[name], (*by, *of, sign))
            self.touch(name, dict(zip(kept.by, by, strict=True)))
            self.seen.add((name, str(by[0])))

    def flush(self) -> None:
        """Recompute the touched keys of every kept view, each once, upstream first."""
        if self.paused:
            return
        for view in self._views:
            keys = self._touched.pop(view.name, None)
            for key in keys or ():
                self._recompute(view, key)

    def _recompute(self, view: KeptView, key: tuple[Any, ...]) -> None:
        conn, name = self._conn, view.name
        old = conn.execute(f"select rowid as rowid_, * from {name} where {view.where}", key).fetchone()
        new = conn.execute(f"select * from {name}_plain where {view.where}", key).fetchone()
        if new is None:
            if old is None:
                return
            conn.execute(f"delete from {name} where {view.where}", key)
            written = None
        elif old is not None and tuple(new) == tuple(old)[1:]:
            return
        else:
            written = conn.execute(self._upserts[name], tuple(new)).lastrowid
        if view.search:
            self._index(view, old, new, old["rowid_"] if old is not None else written)
        if view.feeds:
            if old is not None:
                self.feed(view.feeds, old, -1)
            if new is not None:
                self.feed(view.feeds, new, 1)
        self.touch(name, old, new)
        self.seen.add((name, str(key[0])))

    def _index(self, view: KeptView, old: Values | None, new: Values | None, rowid: int | None) -> None:
        conn, name = self._conn, view.name
        was = _words(view, old) if old is not None else ""
        now = _words(view, new) if new is not None else ""
        if old is not None and was == now:
            return
        if old is not None:
            conn.execute(
                f"insert into {name}_words ({name}_words, rowid, words) values ('delete', ?, ?)",
                (rowid, pieces(was)),
            )
        if new is not None:
            conn.execute(f"insert into {name}_words (rowid, words) values (?, ?)", (rowid, pieces(now)))

    def redraw(self, facts: Mapping[str, Sequence[str]]) -> None:
        """Draw every sum and kept view from zero; `facts` names the sums each table feeds."""
        for name in self._sums:
            self._conn.execute(f"delete from {name}")
        for table, names in facts.items():
            self._sum_up(table, names)
        for view in self._views:
            self._conn.execute(f"delete from {view.name}")
            self._conn.execute(f"insert into {view.name} select * from {view.name}_plain")
            if view.search:
                self._reindex(view)
            self._sum_up(view.name, view.feeds)

    def _sum_up(self, table: str, names: Sequence[str]) -> None:
        for name in names:
            kept = self._sums[name]
            by = ", ".join(kept.by)
            of = "".join(f", sum({column})" for column in kept.of)
            adding = ", ".join(f"{column} = {column} + excluded.{column}" for column in (*kept.of, "n"))
            self._conn.execute(
                f"insert into {name} ({', '.join((*kept.by, *kept.of, 'n'))}) "
                f"select {by}{of}, count(*) from {table} where true group by {by} "
                f"on conflict do update set {adding}"
            )

    def _reindex(self, view: KeptView) -> None:
        conn, name = self._conn, view.name
        conn.execute(f"insert into {name}_words ({name}_words) values ('delete-all')")
        rows = conn.execute(f"select rowid as rowid_, {', '.join(view.search)} from {name}")
        conn.executemany(
            f"insert into {name}_words (rowid, words) values (?, ?)",
            ((row["rowid_"], pieces(_words(view, row))) for row in rows),
        )

    def differences(self, facts: Mapping[str, Sequence[str]]) -> list[str]:
        """Compare every kept thing with its definition, computed from zero; name those that differ."""
        wrong = []
        for view in self._views:
            for first, second in ((f"{view.name}_plain", view.name), (view.name, f"{view.name}_plain")):
                if self._conn.execute(f"select * from {first} except select * from {second} limit 1").fetchone():
                    wrong.append(f"kept view {view.name}")
                    break
        for name, kept in self._sums.items():
            feeders = [table for table, names in facts.items() if name in names]
            feeders += [view.name for view in self._views if name in view.feeds]
            by, of = ", ".join(kept.by), "".join(f", {column}" for column in kept.of)
            each = [f"select {by}{of} from {table}" for table in feeders] or [f"select {by}{of} from {name} where 0"]
            sums = "".join(f", sum({column})" for column in kept.of)
            fresh = f"select {by}{sums}, count(*) from ({' union all '.join(each)}) group by {by}"
            live = f"select {by}{of}, n from {name} where n <> 0"
            for first, second in ((fresh, live), (live, fresh)):
                if self._conn.execute(f"select * from ({first}) except select * from ({second}) limit 1").fetchone():
                    wrong.append(f"kept sum {name}")
                    break
        return wrong


def _ordered(views: Sequence[KeptView], sums: Mapping[str, Sum]) -> list[KeptView]:
    """Put each view after those whose rows, or whose sums, it is drawn from."""
    by_name = {view.name: view for view in views}
    feeders = {name: [view.name for view in views if name in view.feeds] for name in sums}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for view in views:
        upstream = [t.table for t in view.touches if t.table in by_name and t.table != view.name]
        upstream += [feeder for t in view.touches for feeder in feeders.get(t.table, ()) if feeder != view.name]
        sorter.add(view.name, *upstream)
    return [by_name[name] for name in sorter.static_order()]


def _columns_of(conn: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"pragma table_info({table})")]


def _upsert(view: KeptView, columns: Sequence[str]) -> str:
    marks = ", ".join("?" for _ in columns)
    setting = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in view.key)
    does = f"update set {setting}" if setting else "nothing"
    return f"insert into {view.name} values ({marks}) on conflict ({', '.join(view.key)}) do {does}"


def _feed_sql(kept: Sum) -> str:
    columns = (*kept.by, *kept.of, "n")
    adding = ", ".join(f"{column} = {column} + excluded.{column}" for column in (*kept.of, "n"))
    marks = ", ".join("?" for _ in columns)
    return f"insert into {kept.name} ({', '.join(columns)}) values ({marks}) on conflict do update set {adding}"


def _words(view: KeptView, row: Values) -> str:
    return "\n".join(str(row[column] or "") for column in view.search)
