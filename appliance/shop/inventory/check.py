"""The nightly check: every ledger is added up from zero. A difference is an alarm with a name, never a repair."""

import sqlite3
from typing import NamedTuple


class Fault(NamedTuple):
    """A ledger that does not stand where it says: `after` or `order` at one of its lines, or `sum` as a whole."""

    warehouse: str
    sku: str
    quality: str
    seq: int
    fault: str


def verify(conn: sqlite3.Connection) -> list[Fault]:
    """Return what is wrong with the ledgers; an empty list is a warehouse whose books are right."""
    columns = ", ".join(Fault._fields)
    asked = f"select {columns} from ledger_fault union all select {columns} from stock_fault limit 1000"
    return [Fault(*row) for row in conn.execute(asked)]
