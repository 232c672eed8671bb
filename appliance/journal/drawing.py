"""Drawing: a second shadow, drawn from the log in a file beside the shop while the shop goes on with the first one.

When something already applied has to count differently (an author was cut off, stamps proved false), every table is
drawn anew and changed for the old one in one transaction (spec/sync.md R27). What arrived meanwhile is applied then.
"""

import sqlite3

from appliance.journal.checkpoints import begin
from appliance.journal.erasing import erase
from appliance.journal.schema import Schema
from appliance.journal.shadow import CACHE, Shadow, beside
from appliance.journal.store import Store

AT_ONCE = 2_000
FEW = 200


def prepare(shadow: Shadow) -> None:
    """At the start: draw anew what looks different in this version, or has to count differently."""
    conn, schema = shadow.conn, shadow.schema
    if shadow.meta("shadow") != schema.fingerprint or shadow.controls.redraw_due:
        conn.execute("begin immediate")
        redraw(shadow)
        conn.execute("commit")
    elif shadow.meta("views") != schema.view_fingerprint:
        conn.execute("begin immediate")
        schema.drop_views(conn)
        schema.create_views(conn)
        shadow.bind()
        shadow.keeper.redraw(schema.fact_feeds)
        _remember(shadow)
        conn.execute("commit")
    if lacking := schema.lacking_indexes(conn):
        conn.execute("begin immediate")
        for statement in lacking:
            conn.execute(statement)
        conn.execute("commit")


def redraw(shadow: Shadow) -> None:
    """Draw every table anew from the log, inside the caller's transaction."""
    begin_anew(shadow)
    begin(shadow)
    shadow.go_on()
    finish(shadow)
    shadow.conn.execute("delete from meta where name = 'redraw'")
    shadow.controls.load()


def begin_anew(shadow: Shadow) -> None:
    """Empty every table; nothing is kept until the rows are there."""
    shadow.schema.drop_all(shadow.conn)
    shadow.create()
    shadow.begin_drawing()


def finish(shadow: Shadow) -> None:
    """Draw from the rows what follows from them."""
    shadow.end_drawing()
    shadow.schema.create_indexes(shadow.conn)
    shadow.keeper.paused = False
    shadow.keeper.redraw(shadow.schema.fact_feeds)
    _remember(shadow)


def _remember(shadow: Shadow) -> None:
    told = {"shadow": shadow.schema.fingerprint, "views": shadow.schema.view_fingerprint}
    told["drawn"] = " ".join(shadow.schema.drawn)
    shadow.conn.executemany("insert or replace into meta values (?, ?)", told.items())


class Drawing:
    """A shadow in a file of its own, that will take the place of the shop's."""

    def __init__(self, store: Store, schema: Schema, root: bytes) -> None:
        self._store, self._schema, self._root = store, schema, root
        self._path = store.path.with_name("drawing.db")
        self._path.unlink(missing_ok=True)
        self._shadow = beside(store.path, str(self._path), schema, root)
        self._due = self._shadow.controls.redraw_due

    def draw(self) -> None:
        """Draw everything but the last few entries, which count when the tables are changed over."""
        conn, keeper = self._shadow.conn, self._shadow.keeper
        self._shadow.begin_drawing()
        conn.execute("begin")
        begin(self._shadow)
        conn.execute("commit")
        count = AT_ONCE
        while count >= FEW:
            conn.execute("begin")
            count = self._shadow.go_on(AT_ONCE)
            conn.execute("commit")
        conn.execute("begin")
        self._shadow.end_drawing()
        self._schema.create_indexes(conn)
        keeper.redraw(self._schema.fact_feeds)
        conn.execute("commit")

    def change_over(self) -> None:
        """Put the drawn shadow in place of the shop's, in one transaction; nobody else may be writing."""
        self._shadow.conn.close()
        # A connection of its own: the writer's would trust what it remembers of the index of words.
        conn = self._store.another()
        try:
            conn.execute(CACHE)
            conn.execute("attach ? as drawn", (str(self._path),))
            conn.execute("begin immediate")
            _fill(conn, self._schema)
            fresh = Shadow(conn, self._schema, self._root)
            fresh.arrived = self._shadow.arrived
            fresh.keeper.begin()
            fresh.go_on()
            conn.execute("delete from meta where name = 'redraw' and value = ?", (self._due,))
            for record in fresh.controls.all_erased - self._shadow.controls.all_erased:
                erase(fresh, record)
            for place, seq, change in self._shadow.controls.unheard:
                fresh.controls.obey(place, seq, change)
            fresh.keeper.flush()
            conn.execute("commit")
        finally:
            conn.close()

    def close(self) -> None:
        """Take the file away, whatever came of it."""
        self._shadow.conn.close()
        self._path.unlink(missing_ok=True)


def _fill(conn: sqlite3.Connection, schema: Schema) -> None:
    kept = {view.name for view in schema.kept}
    for table in schema.drawn:
        if table.removesuffix("_words") in kept and table not in kept:
            for part in ("data", "idx", "docsize", "config"):
                conn.execute(f"delete from main.{table}_{part}")
                conn.execute(f"insert into main.{table}_{part} select * from drawn.{table}_{part}")
            continue
        columns = ", ".join(row[1] for row in conn.execute(f"pragma main.table_info({table})"))
        # The index of words names the rows of a kept view by their rowid.
        columns = f"rowid, {columns}" if table in kept else columns
        conn.execute(f"delete from main.{table}")
        conn.execute(f"insert into main.{table} ({columns}) select {columns} from drawn.{table}")
