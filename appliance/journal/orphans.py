"""Files that no record shows any more: what was uploaded and never used, and what was erased with its record.

Only what this box saw come or go is looked at. That no table names a file proves nothing: after a restored backup, or
under an older version, the record that shows it may still be on its way.
"""

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from appliance.journal.kinds import Blob
from appliance.journal.schema import Schema
from appliance.journal.shapes import Shape

if TYPE_CHECKING:
    from appliance.journal.journal import Journal

DAY_MS = 24 * 3600 * 1000
"""So long an uploaded file may wait in somebody's form."""
_BLOB = get_args(Blob)[1]


def files_of(shape: Shape) -> Iterator[str]:
    """Name every column of a record that names a file."""
    return (column.name for column in shape.columns if _BLOB in get_args(column.hint)[1:])


def showing(schema: Schema) -> Iterator[tuple[Shape, str]]:
    """Name every column of every record that names a file."""
    return ((shape, column) for shape in schema.shapes.values() for column in files_of(shape))


def let_go(conn: sqlite3.Connection, name: str, at_ms: int = 0) -> None:
    """Have a file looked at in a night to come, a day after it came; what was erased may go in the first night."""
    conn.execute("insert or replace into let_go values (?, ?)", (name, at_ms))


def sweep(journal: "Journal") -> int:
    """Let go of every file of which that was said and that nothing shows; returns how many."""
    asked = "select name from let_go where at < ?"
    due = {name for (name,) in journal.reading().execute(asked, (journal.clock.now_ms() - DAY_MS,))}
    gone = due - _shown(journal) if due else due
    for name in gone:
        journal.blobs.drop(name)
    settled = [(name,) for name in due]
    journal.local(lambda conn: conn.executemany("delete from let_go where name = ?", settled)).result()
    return len(gone)


def _shown(journal: "Journal") -> set[str]:
    shown: set[str] = set()
    for shape, column in showing(journal.schema):
        rows = journal.reading().execute(f"select distinct {column} from {shape.table} where {column} <> ''")
        shown.update(name for (name,) in rows)
    return shown
