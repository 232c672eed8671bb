"""The keeper: kept sums and kept views stay true in the transaction of the change, and can be drawn anew from zero.

A change costs what it touches. Which columns of which tables a view reads is learnt from SQLite itself, so a change of
other columns touches nothing; of a row that changed only the columns that differ are written, and with them only the
indexes that hold them.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from appliance.journal.kept import Follow, KeptView, Touch
from appliance.journal.search import pieces
from appliance.journal.shapes import Sum

Values = Mapping[str, Any]
Key = tuple[Any, ...]
Columns = tuple[str, ...]
WHOLE: Columns = ()
"""All columns of a row."""


@dataclass(frozen=True)
class Watch:
    """A view that has to look again when a row of a table changed in one of the columns it reads."""

    place: int
    """Where the view stands in the order in which they are drawn."""
    touch: Touch
    reads: frozenset[str]
    follow: Follow | None

    def alters(self, names: Iterable[str] | None) -> Columns:
        """How much of a row can differ after a change of these columns; None where a row came or went."""
        follow = self.follow
        if follow is None:
            return WHOLE
        if follow.of and (names is None or not follow.of.issuperset(self.reads.intersection(names))):
            return WHOLE
        return follow.columns


class Keeper:
    """Keeps sums and views while changes are applied on one connection."""

    def __init__(self, conn: sqlite3.Connection, views: Sequence[KeptView], sums: Mapping[str, Sum]) -> None:
        self._conn = conn
        self._sums = sums
        self._views = _ordered(views, sums)
        self._touched: dict[int, dict[tuple[Touch, Key], Columns]] = {}
        self._looks: dict[tuple[str, int, Columns], tuple[str, Columns]] = {}
        self.seen: set[tuple[str, str]] = set()
        """Every (table, key) touched since `begin`, for those who listen."""
        self.paused = False
        self._feed_sql = {name: _feed_sql(kept) for name, kept in sums.items()}

    @cached_property
    def _watches(self) -> dict[str, list[Watch]]:
        """Who watches each table; learnt at the first change, for at the start the views may still be older ones."""
        found: dict[str, list[Watch]] = {}
        for place, view in enumerate(self._views):
            read = _columns_read(self._conn, view)
            follows = {one.table: one for one in view.follows}
            for touch in view.touches:
                reads = frozenset(read.get(touch.table, ())) | frozenset(touch.asks)
                watch = Watch(place, touch, reads, follows.get(touch.table))
                found.setdefault(touch.table, []).append(watch)
        return found

    @cached_property
    def _asked(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for table, watches in self._watches.items():
            for watch in watches:
                found.setdefault(table, {}).update(dict.fromkeys(watch.touch.asks))
        return {table: tuple(columns) for table, columns in found.items()}

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        """The columns of each kept view, in their order."""
        return {view.name: _columns_of(self._conn, view.name) for view in self._views}

    def begin(self) -> None:
        """Forget what an abandoned action touched."""
        self._touched.clear()
        self.seen = set()

    def saw(self, table: str, key: str) -> bool:
        """Note a touched row for those who listen; returns whether it touches any kept view now."""
        if self.paused:
            return False
        self.seen.add((table, key))
        return table in self._watches

    def asked(self, table: str) -> tuple[str, ...]:
        """Name the columns that a changed row of this table is told by."""
        return () if self.paused else self._asked.get(table, ())

    def touch(self, table: str, row: Values) -> None:
        """A row of a table came or went."""
        if self.paused:
            return
        for watch in self._watches.get(table, ()):
            self._note(watch, row, watch.alters(None))

    def changed(self, table: str, before: Values, after: Values, names: Iterable[str]) -> None:
        """A row of a table changed in these columns."""
        if self.paused:
            return
        for watch in self._watches.get(table, ()):
            if not watch.reads.isdisjoint(names):
                alters = watch.alters(names)
                self._note(watch, before, alters)
                self._note(watch, after, alters)

    def _note(self, watch: Watch, row: Values, alters: Columns) -> None:
        # A question is asked when everything is written, and once, however many rows would ask the same.
        told = watch.touch, tuple([row[column] for column in watch.touch.asks])
        _add_to(self._touched.setdefault(watch.place, {}), told, alters)

    # ---- sums

    def feed(self, names: Sequence[str], row: Values, sign: int) -> None:
        """Add a row to the sums it feeds, or take it away."""
        if self.paused:
            return
        for name in names:
            kept = self._sums[name]
            self._add(kept, [row[c] for c in kept.by], [sign * (row[c] or 0) for c in kept.of], sign)

    def _move(self, names: Sequence[str], before: Values, after: Values, columns: set[str]) -> None:
        """A row that feeds sums changed: take it away as it was and add it as it is, where that makes a difference."""
        for name in names:
            kept = self._sums[name]
            if not columns.isdisjoint(kept.by):
                self.feed([name], before, -1)
                self.feed([name], after, 1)
            elif not columns.isdisjoint(kept.of):
                self._add(kept, [after[c] for c in kept.by], [(after[c] or 0) - (before[c] or 0) for c in kept.of], 0)

    def _add(self, kept: Sum, by: list[Any], of: list[int], count: int) -> None:
        self._conn.execute(self._feed_sql[kept.name], (*by, *of, count))
        self.touch(kept.name, dict(zip(kept.by, by, strict=True)))
        self.seen.add((kept.name, str(by[0])))

    # ---- views

    @property
    def waiting(self) -> int:
        """How many keys of kept views wait to be recomputed, or questions for some."""
        return sum(map(len, self._touched.values()))

    def flush(self) -> None:
        """Recompute the touched keys of every kept view, each once, upstream first."""
        if self.paused:
            return
        # What is recomputed touches only views further down.
        while self._touched:
            place = min(self._touched)
            touched = self._touched.pop(place)
            keys: dict[Key, Columns] = {}
            for (touch, told), alters in touched.items():
                for key in touch.keys(self._conn, told):
                    _add_to(keys, key, alters)
            for key, alters in keys.items():
                # A key that begins with another one is looked at with that one.
                if len(key) == 1 or not any(key[:length] in keys for length in range(1, len(key))):
                    self._recompute(self._views[place], key, alters)

    def _recompute(self, view: KeptView, key: Key, alters: Columns) -> None:
        """Compare the rows of a key, or of all keys that begin so, with what the definition says now."""
        look, columns = self._looks.get((view.name, len(key), alters)) or self._look(view, len(key), alters)
        rows = self._conn.execute(look, key + key).fetchall()
        old, new = [row for row in rows if row[-1]], [row for row in rows if not row[-1]]
        if alters and not (len(key) == len(view.key) and old and new):
            # A row that comes or goes does so whole.
            self._recompute(view, key, WHOLE)
            return
        if len(key) == len(view.key):
            self._replace(view, columns, old[0] if old else None, new[0] if new else None)
            return
        places = [columns.index(column) for column in view.key]
        before = {tuple([row[place] for place in places]): row for row in old}
        after = {tuple([row[place] for place in places]): row for row in new}
        for whole in before.keys() | after.keys():
            self._replace(view, columns, before.get(whole), after.get(whole))

    def _look(self, view: KeptView, count: int, alters: Columns) -> tuple[str, Columns]:
        """Ask for the rows of a key, or of all keys that begin so, as they are kept and, without a rowid, as they ought to be."""
        name, where = view.name, view.where_first(count)
        columns = self._told_by(view, alters) if alters else tuple(self._columns[name])
        asked = ", ".join(columns)
        kept = f"select {asked}, rowid as rowid_ from {name} where {where}"
        look = f"{kept} union all select {asked}, 0 from {name}_plain where {where}", columns
        self._looks[name, count, alters] = look
        return look

    def _told_by(self, view: KeptView, alters: Columns) -> Columns:
        """The columns of a row that tell of a change of these: to whoever adds it up, searches it or is drawn from it."""
        read = [(*self._sums[name].by, *self._sums[name].of) for name in view.feeds] + [view.search]
        more = [column for columns in read if not set(columns).isdisjoint(alters) for column in columns]
        return tuple(dict.fromkeys((*view.key, *alters, *more, *self._asked.get(view.name, ()))))

    def _replace(self, view: KeptView, columns: Columns, old: Any, new: Any) -> None:
        name = view.name
        if old is None and new is None:
            return
        if new is None:
            self._conn.execute(f"delete from {name} where rowid = ?", (old["rowid_"],))
            self._gone(view, old)
        elif old is None:
            marks = ", ".join("?" * len(columns))
            rowid = self._conn.execute(f"insert into {name} values ({marks})", new[:-1]).lastrowid or 0
            self._come(view, new, rowid)
        else:
            pairs = zip(columns, new[:-1], old[:-1], strict=True)
            differing = {column: value for column, value, was in pairs if value != was or type(value) is not type(was)}
            if not differing:
                return
            setting = ", ".join([f"{column} = ?" for column in differing])
            self._conn.execute(f"update {name} set {setting} where rowid = ?", (*differing.values(), old["rowid_"]))
            self._became(view, old, new, set(differing))
        self.seen.add((name, str((old if new is None else new)[view.key[0]])))

    def _gone(self, view: KeptView, old: Values) -> None:
        if view.search:
            self._unindex(view, old, old["rowid_"])
        self.feed(view.feeds, old, -1)
        self.touch(view.name, old)

    def _come(self, view: KeptView, new: Values, rowid: int) -> None:
        if view.search:
            self._index(view, new, rowid)
        self.feed(view.feeds, new, 1)
        self.touch(view.name, new)

    def _became(self, view: KeptView, old: Values, new: Values, columns: set[str]) -> None:
        if not columns.isdisjoint(view.search) and _words(view, old) != _words(view, new):
            self._unindex(view, old, old["rowid_"])
            self._index(view, new, old["rowid_"])
        self._move(view.feeds, old, new, columns)
        self.changed(view.name, old, new, columns)

    def _index(self, view: KeptView, row: Values, rowid: int) -> None:
        sql = f"insert into {view.name}_words (rowid, words) values (?, ?)"
        self._conn.execute(sql, (rowid, pieces(_words(view, row))))

    def _unindex(self, view: KeptView, row: Values, rowid: int) -> None:
        sql = f"insert into {view.name}_words ({view.name}_words, rowid, words) values ('delete', ?, ?)"
        self._conn.execute(sql, (rowid, pieces(_words(view, row))))

    # ---- from zero

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

    @property
    def names(self) -> list[str]:
        """The kept views, upstream first."""
        return [view.name for view in self._views]

    def differences(self, facts: Mapping[str, Sequence[str]], names: Iterable[str]) -> list[str]:
        """Compare kept things with their definitions, computed from zero; name those that differ."""
        wrong = []
        for name in names:
            if name in self._sums:
                what, one, other = f"kept sum {name}", *self._sum_twice(name, facts)
            else:
                what, one, other = f"kept view {name}", f"{name}_plain", name
            for first, second in ((one, other), (other, one)):
                if self._conn.execute(f"select * from {first} except select * from {second} limit 1").fetchone():
                    wrong.append(what)
                    break
        return wrong

    def _sum_twice(self, name: str, facts: Mapping[str, Sequence[str]]) -> tuple[str, str]:
        """A sum added up from all that feeds it, and as it is kept."""
        kept = self._sums[name]
        feeders = [table for table, names in facts.items() if name in names]
        feeders += [view.name for view in self._views if name in view.feeds]
        by, of = ", ".join(kept.by), "".join(f", {column}" for column in kept.of)
        each = [f"select {by}{of} from {table}" for table in feeders] or [f"select {by}{of} from {name} where 0"]
        sums = "".join(f", sum({column})" for column in kept.of)
        fresh = f"(select {by}{sums}, count(*) from ({' union all '.join(each)}) group by {by})"
        return fresh, f"(select {by}{of}, n from {name} where n <> 0)"

    def looked_at(self, table: str, row: Values) -> Iterator[tuple[KeptView, Key]]:
        """Tell which keys of which kept views a row of a table touches."""
        for watch in self._watches.get(table, ()):
            told = tuple([row[column] for column in watch.touch.asks])
            for key in watch.touch.keys(self._conn, told):
                yield self._views[watch.place], key

    def twice(self, view: KeptView, key: Key) -> tuple[list[Any], list[Any]]:
        """The rows of a key, or of all keys that begin so, as they are kept and as the definition says."""
        where = view.where_first(len(key))
        live, fresh = (
            self._conn.execute(f"select * from {name} where {where}", key).fetchall()
            for name in (view.name, f"{view.name}_plain")
        )
        return live, fresh


def _add_to(found: dict[Any, Columns], key: Any, alters: Columns) -> None:
    """Two changes that alter other columns of one row alter the whole of it, as far as it is looked at."""
    found[key] = alters if found.get(key, alters) == alters else WHOLE


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


def _columns_read(conn: sqlite3.Connection, view: KeptView) -> dict[str, set[str]]:
    """Ask SQLite which columns of which tables a view is drawn from: it names each to its authorizer."""
    read: dict[str, set[str]] = {}

    def note(deed: int, table: str | None, column: str | None, *_where: str | None) -> int:
        if deed == sqlite3.SQLITE_READ and table and column:
            read.setdefault(table, set()).add(column)
        return sqlite3.SQLITE_OK

    conn.set_authorizer(note)
    try:
        conn.execute(f"select * from {view.name}_plain limit 0")
    finally:
        conn.set_authorizer(None)
    return read


def _columns_of(conn: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"pragma table_info({table})")]


def _feed_sql(kept: Sum) -> str:
    columns = (*kept.by, *kept.of, "n")
    adding = ", ".join(f"{column} = {column} + excluded.{column}" for column in (*kept.of, "n"))
    marks = ", ".join("?" for _ in columns)
    return f"insert into {kept.name} ({', '.join(columns)}) values ({marks}) on conflict do update set {adding}"


def _words(view: KeptView, row: Values) -> str:
    return "\n".join(str(row[column] or "") for column in view.search)
