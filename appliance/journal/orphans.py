"""Files that no record shows any more: what was uploaded and never used, and what was erased with its record."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from appliance.journal.kinds import Blob
from appliance.journal.schema import Schema
from appliance.journal.shapes import Shape

if TYPE_CHECKING:
    from appliance.journal.journal import Journal

DAY_MS = 24 * 3600 * 1000
_BLOB = get_args(Blob)[1]


def showing(schema: Schema) -> Iterator[tuple[Shape, str]]:
    """Every column of a record that names a file."""
    for shape in schema.shapes.values():
        for column in shape.columns:
            if _BLOB in get_args(column.hint)[1:]:
                yield shape, column.name


def sweep(journal: "Journal") -> int:
    """Let go of every file that came more than a day ago and that nothing shows; returns how many."""
    named: set[str] = set()
    for shape, column in showing(journal.schema):
        rows = journal.reading().execute(f"select distinct {column} from {shape.table} where {column} <> ''")
        named.update(name for (name,) in rows)
    gone = [name for name in journal.blobs.older(journal.clock.now_ms() - DAY_MS) if name not in named]
    for name in gone:
        journal.blobs.drop(name)
    return len(gone)
