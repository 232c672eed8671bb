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


def verify(conn: sqlite3.Connection, night: int = 0, nights: int = 1) -> list[Fault]:
    """Return what is wrong with the ledgers; an empty list is a warehouse whose books are right.

    In one of several nights only its share of the goods is added up, and whether a warehouse's lines are gapless is
    seen from their number.
    """
    columns = ", ".join(Fault._fields)
    if nights == 1:
        asked = f"select {columns} from ledger_fault union all select {columns} from stock_fault limit 1000"
        return [Fault(*row) for row in conn.execute(asked)]
    keys = conn.execute("select warehouse, sku, quality from stock order by sku, warehouse, quality").fetchall()
    found = [Fault(*key, *row) for key in keys[night::nights] for row in conn.execute(_ONE, tuple(key))]
    return [*found, *(Fault(*row) for row in conn.execute(_GAPS))]


_ONE = """
select t.seq, 'after' from (
    select m.seq, m.qty_after, m.value_after, sum(m.qty) over ledger as qty, sum(m.value) over ledger as value
    from moved m where m.warehouse = ?1 and m.sku = ?2 and m.quality = ?3 window ledger as (order by m.seq, m._hlc, m.id)
) t where t.qty_after <> t.qty or t.value_after <> t.value
union all
select 0, 'sum' from stock s join (
    select ifnull(sum(m.qty), 0) as qty, ifnull(sum(m.value), 0) as value from moved m
    where m.warehouse = ?1 and m.sku = ?2 and m.quality = ?3
) m where s.warehouse = ?1 and s.sku = ?2 and s.quality = ?3
    and (s.qty <> m.qty or s.value <> m.value or (s.qty = 0 and s.value <> 0))
limit 100
"""
_GAPS = """
select m.warehouse, '', '', max(m.seq), 'order' from moved m group by m.warehouse having count(*) <> max(m.seq)
"""
