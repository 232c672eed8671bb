"""The schema: every shape, view and kept thing of the rooms, in their order, and the tables that shadow the log."""

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.journal.kept import KeptView, parse_views
from appliance.journal.shapes import Column, Fact, Record, Shape, Sum, shape_of

GROUND = """
create table if not exists log_place (
    n integer primary key, author blob not null, "partition" text not null, public blob not null default x'',
    unique (author, "partition")
);
create table if not exists log (
    arrived integer primary key, place integer not null, seq integer not null, hlc integer not null,
    needs integer not null, head blob not null, parts blob not null, unique (place, seq)
);
create table if not exists cold (first integer primary key, last integer, chunk blob);
create table if not exists span (
    place integer, last integer, first integer, head blob, chunk integer, primary key (place, last)
) without rowid;
create table if not exists base (place integer primary key, seq integer, head blob);
create table if not exists checkpoint (n integer primary key, "partition" text, kind text, "table" text, first text,
    last text, state blob);
create table if not exists checkpoint_head (place integer primary key, seq integer, head blob, more integer);
create table if not exists dictionary (n integer primary key, content blob);
create table if not exists seal (
    place integer, seq integer, arrived integer, signature blob, primary key (place, seq)
) without rowid;
create table if not exists early (place integer, first integer, segment blob, primary key (place, first)) without rowid;
create table if not exists forked (place integer primary key, seq integer, head blob, proof blob);
create table if not exists cut_off (box blob primary key, number integer, told blob) without rowid;
create table if not exists milestone (number integer, place integer, seq integer, floor integer, told blob,
    primary key (number, place, seq)) without rowid;
create table if not exists reached (place integer, seq integer, number integer, primary key (place, seq)) without rowid;
create table if not exists restamped (author blob, first integer, last integer, minus integer, place integer,
    seq integer, primary key (author, first, last, minus, place, seq)) without rowid;
create table if not exists retired (author blob, "partition" text, seq integer, head blob, place integer,
    source integer, primary key (author, "partition", seq, place, source)) without rowid;
create table if not exists erased (record text primary key) without rowid;
create table if not exists let_go (name text primary key, at integer) without rowid;
create table if not exists meta (name text primary key, value text) without rowid;
create table if not exists numbering (kind text, day text, last integer, primary key (kind, day)) without rowid;
create table if not exists found_wrong (line text primary key, at integer) without rowid;
create table if not exists answered (key text primary key, value text, at integer) without rowid;
create index if not exists answered_at on answered (at);
"""
"""Not redrawn: the log itself, what waits for its place in it, what was said of it, and what only this box knows."""

BEFORE_PLACES = """
begin;
alter table log rename to log_before;
drop table early;
drop table if exists fork_proof;
"""
MADE_PLACES = """
insert into log_place (author, "partition")
    select a.key, p.name from log_before l join log_author a on a.n = l.author
    join log_partition p on p.n = l."partition" group by a.key, p.name order by min(l.arrived);
insert into log (arrived, place, seq, hlc, needs, head, parts)
    select l.arrived, n.n, l.seq, l.hlc, l.needs, l.head, l.parts from log_before l
    join log_author a on a.n = l.author join log_partition p on p.n = l."partition"
    join log_place n on n.author = a.key and n."partition" = p.name;
drop table log_before;
drop table log_author;
drop table log_partition;
commit;
"""
"""How a log of the time before places is laid out anew; not an entry of it changes."""


def ground(conn: sqlite3.Connection, local: str) -> None:
    """Make the tables that are not redrawn, and this process's local ones, where they are missing."""
    old = conn.execute("select 1 from sqlite_master where name = 'log_author'").fetchone()
    if old:
        conn.executescript(BEFORE_PLACES + GROUND + MADE_PLACES)
    conn.executescript(GROUND + local)


SHADOW = """
create table step (id text primary key, kind text, document text, origin text, state text, parent text,
    hlc integer, place integer, who text) without rowid;
create index step_document on step (document);
create table history (record text, hlc integer, place integer, arrived integer,
    primary key (record, hlc, place)) without rowid;
create table personal (record text, arrived integer, part integer, primary key (record, arrived, part)) without rowid;
create table watched_set (record text, kind text, part text, hlc integer, place integer, was_hlc integer,
    was_author blob, who text, content text, primary key (record, part, hlc, place)) without rowid;
create table rival (kind text, id text, hlc integer, place integer, content text, who text,
    primary key (id, kind, hlc, place)) without rowid;
create table parked (arrived integer, part integer, place integer, reason text,
    primary key (arrived, part, place)) without rowid;
create table half_known (arrived integer primary key);
create view fork as
    select s.kind, s.document, s.parent, min(s.hlc) as first_hlc, count(*) as branches
    from step s group by s.document, s.parent having count(*) > 1;
create view conflict as
    select kind, record, part, was_hlc, count(*) as rivals from watched_set
    group by record, part, was_hlc, was_author having count(*) > 1;
create view rivalry as
    select kind, id, count(distinct content) as tellings from rival group by kind, id having count(distinct content) > 1;
"""


@dataclass(frozen=True)
class RoomShape:
    """What a room gives the journal: its name, its record and fact classes, and the text of its views."""

    name: str
    kinds: Sequence[type[Record] | type[Fact]]
    views: str = ""
    sums: Sequence[Sum] = ()


class Schema:
    """All rooms together."""

    def __init__(self, rooms: Iterable[RoomShape]) -> None:
        self.rooms = tuple(rooms)
        self.shapes: dict[str, Shape] = {}
        self.sums: dict[str, Sum] = {}
        self.kept: list[KeptView] = []
        self.statements: list[str] = []
        for room in self.rooms:
            self.sums |= {kept.name: kept for kept in room.sums}
            for kind in room.kinds:
                shape = shape_of(kind)
                if shape.table in self.shapes:
                    raise ValueError(f"Two rooms call something {shape.table}.")
                self.shapes[shape.table] = shape
                if issubclass(kind, Fact):
                    self.sums |= {kept.name: kept for kept in kind.feeds}
            parsed = parse_views(room.views)
            self.kept += parsed.kept
            self.statements += parsed.statements
        missing = {name for view in self.kept for name in view.feeds} - self.sums.keys()
        if missing:
            raise ValueError(f"Views feed sums that nobody declared: {sorted(missing)}")

    @property
    def fingerprint(self) -> str:
        """Changes whenever a table of the shadow would look different."""
        text = "\n".join([SHADOW, *(self.table_sql(s) for s in self.shapes.values()), *map(repr, self.sums.values())])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def view_fingerprint(self) -> str:
        """Changes whenever a view or a kept view would look different."""
        return hashlib.sha256("\n".join([self.fingerprint, *(room.views for room in self.rooms)]).encode()).hexdigest()

    def create_tables(self, conn: sqlite3.Connection) -> None:
        """Make the empty shadow tables and the sums; their indexes are quicker made once the rows are there."""
        for statement in SHADOW.split(";"):
            if statement.strip():
                conn.execute(statement)
        for shape in self.shapes.values():
            conn.execute(self.table_sql(shape))
        for kept in self.sums.values():
            by = ", ".join(kept.by)
            of = "".join(f", {name} integer not null default 0" for name in kept.of)
            conn.execute(f"create table {kept.name} ({by}{of}, n integer default 0, primary key ({by})) without rowid")

    def create_indexes(self, conn: sqlite3.Connection) -> None:
        """Make the indexes that the rooms ask for; nothing that applies a change needs them."""
        for statement in self.lacking_indexes(conn):
            conn.execute(statement)

    def lacking_indexes(self, conn: sqlite3.Connection) -> list[str]:
        """Say how the indexes come to be what the rooms ask for; nothing where they are."""
        known = dict(conn.execute("select name, sql from sqlite_master where type = 'index'").fetchall())
        told, asked = list[str](), set[str]()
        for shape in self.shapes.values():
            for number, columns in enumerate(shape.kind.indexes, 1):
                name = f"{shape.table}_{number}"
                asked.add(name)
                made = f"CREATE INDEX {name} on {shape.table} {_indexed(columns)}"
                if known.get(name) != made:
                    # Beside the shop, a bare name would be found in the shop's own file.
                    told += [f"drop index if exists main.{name}", made]
        spare = [name for name in known.keys() - asked if name.rpartition("_")[0] in self.shapes and name[-1].isdigit()]
        return told + [f"drop index main.{name}" for name in sorted(spare)]

    def table_sql(self, shape: Shape) -> str:
        """Say how a shape's shadow table is made."""
        columns = ["id text primary key", *(_column_sql(column) for column in shape.columns)]
        if shape.is_fact:
            columns += ["at integer default 0", "who text default ''"]
        else:
            columns += ["deleted integer default 0", "made_at integer default 0", "changed integer default 0"]
        if shape.flow:
            columns += [f"state text default '{shape.flow.start}'", "state_at integer default 0"]
            columns += ["step text default ''", "forked integer default 0"]
        columns += ["_hlc integer default 0", "_place integer default 0"]
        if not shape.is_fact:
            columns += ["_later blob"]
        return f"create table {shape.table} ({', '.join(columns)})"

    def create_views(self, conn: sqlite3.Connection) -> None:
        """Make the views in the order of the rooms; one that looks down the list fails here."""
        for statement in self.statements:
            conn.execute(statement)

    def drop_views(self, conn: sqlite3.Connection) -> None:
        """Take away every view and kept table, also where an older version kept what is a plain view now."""
        for (name,) in _named(conn, "view"):
            if name not in {"fork", "conflict", "rivalry"}:
                conn.execute(f"drop view {name}")
        drawn = conn.execute("select value from meta where name = 'drawn'").fetchone()
        stay = {*re.findall(r"create table (\w+)", SHADOW), *self.shapes, *self.sums}
        for name in drawn[0].split() if drawn else []:
            if name not in stay:
                conn.execute(f"drop table if exists {name}")

    def drop_all(self, conn: sqlite3.Connection) -> None:
        """Take away the whole shadow, whatever an older version drew; the log and local tables stay."""
        for (name,) in _named(conn, "view"):
            conn.execute(f"drop view {name}")
        keep = set(re.findall(r"create table if not exists (\w+)", GROUND))
        drawn = conn.execute("select value from meta where name = 'drawn'").fetchone()
        for name in drawn[0].split() if drawn else []:
            if name not in keep:
                conn.execute(f"drop table if exists {name}")

    @property
    def fact_feeds(self) -> dict[str, tuple[str, ...]]:
        """The sums that each table of facts feeds."""
        return {shape.table: shape.feeds for shape in self.shapes.values() if shape.feeds}

    @property
    def drawn(self) -> list[str]:
        """Every table of the shadow."""
        fixed = re.findall(r"create table (\w+)", SHADOW)
        kept = [view.name for view in self.kept]
        words = [f"{view.name}_words" for view in self.kept if view.search]
        return [*fixed, *self.shapes, *self.sums, *kept, *words]


def _named(conn: sqlite3.Connection, kind: str) -> list[tuple[str]]:
    return conn.execute("select name from sqlite_master where type = ?", (kind,)).fetchall()


def _indexed(columns: Sequence[str]) -> str:
    """Say what an index holds: columns, and last, where it holds some rows only, which."""
    where = columns[-1] if columns[-1].startswith("where ") else ""
    return f"({', '.join(columns[:-1] if where else columns)}) {where}".rstrip()


def _column_sql(column: Column) -> str:
    if column.is_json:
        default = column.stored(column.default)
    elif column.base is bool:
        default = int(column.default)
    else:
        default = column.default
    quoted = "'" + str(default).replace("'", "''") + "'" if isinstance(default, str) else str(default)
    kind = "integer" if column.base in {int, bool} else "text"
    return f"{column.name} {kind} default {quoted}"
