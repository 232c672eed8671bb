"""Labels: how a row of another table is called, and how one is found by typing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from appliance.journal import EVERYWHERE, Range

if TYPE_CHECKING:
    from appliance.web.front import Front
    from appliance.web.visit import Visit

FEW = 30
OFFERED = 12


class Labels:
    """The tables that forms and filters may point at: (kept view or table, label column[, condition])."""

    def __init__(self, front: "Front", named: Mapping[str, tuple[str, ...]]) -> None:
        self.front = front
        self.named = named
        self._conditions: dict[str, str] = {}
        self._searchable = {view.name for view in front.journal.schema.kept if view.search}

    def name(self, visit: "Visit", table: str, record: str) -> str:
        """The label of a row; empty for none."""
        if not record or table not in self.named:
            return ""
        view, column, *_ = self.named[table]
        found = visit.remembered(f"select {column} from {view} where id = ?", record)
        return str(found[0][0]) if found else ""

    def names(self, visit: "Visit", records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The labels of several rows of several tables, (table, id) -> label, in one statement."""
        by_table: dict[str, list[str]] = {}
        for table, record in dict.fromkeys(records):
            if record and table in self.named:
                by_table.setdefault(table, []).append(record)
        if not by_table:
            return {}
        parts, asked = [], list[str]()
        for table, ids in by_table.items():
            view, column, *_ = self.named[table]
            marks = ", ".join("?" * len(ids))
            parts.append(f"select ? as kind, id, {column} as label from {view} where id in ({marks})")
            asked += [table, *ids]
        rows = visit.rows(" union all ".join(parts), *asked)
        return {(row["kind"], row["id"]): str(row["label"] or "") for row in rows}

    def few(self, visit: "Visit", table: str, *, anywhere: bool = False) -> list[tuple[str, str]] | None:
        """Every row that can be picked, if they are few enough for a plain list; None otherwise."""
        return self.few_of(visit, [table], anywhere=anywhere)[table]

    def few_of(
        self, visit: "Visit", tables: Sequence[str], *, anywhere: bool = False
    ) -> dict[str, list[tuple[str, str]] | None]:
        """The same for several tables in one statement."""
        known = [table for table in dict.fromkeys(tables) if table in self.named]
        told = EVERYWHERE if anywhere else visit.rights.range
        asked = [self._picked(table, place, told) for place, table in enumerate(known)]
        found: dict[str, list[tuple[str, str]]] = {table: [] for table in tables}
        ask = visit.remembered_anywhere if anywhere else visit.remembered
        for row in ask(" union all ".join(asked)) if asked else ():
            found[known[row[0]]].append((row[1], str(row[2])))
        by_label = itemgetter(1)
        return {table: sorted(rows, key=by_label) if len(rows) <= FEW else None for table, rows in found.items()}

    def _picked(self, table: str, place: int, told: Range) -> str:
        view, column, condition = self._of(table)
        # In no order: all would be read for that, and where there are many it is enough to know so. Whoever sees a part
        # of it only walks an index at least.
        order = f"order by {column}" if told and self.front.journal.ranges.condition(told, view, view) else ""
        rows = f"select {place} as place, id, {column} from {view} where {condition} {order} limit {FEW + 1}"
        return f"select * from ({rows})"

    def find(self, visit: "Visit", table: str, text: str) -> list[tuple[str, str]]:
        """The rows that a typed text may mean, the best first."""
        if table not in self.named or not text.strip():
            return []
        view, column, condition = self._of(table)
        if view not in self._searchable:
            asked = (
                f"select id, {column} from {view} where {condition} and instr(lower({column}), lower(?)) > 0 limit ?"
            )
            return [(row[0], str(row[1])) for row in visit.rows(asked, text.strip(), OFFERED)]
        found = visit.search(view, text, OFFERED * 2)
        wanted = "rowid in (select value from json_each(?))"
        asked = f"select id, {column} from {view} where {wanted} and {condition} limit ?"
        rows = visit.rows(asked, json.dumps(found), OFFERED) if found else []
        typed = text.strip().lower()
        return sorted(((row[0], str(row[1])) for row in rows), key=lambda pair: pair[1].lower() != typed)

    def _of(self, table: str) -> tuple[str, str, str]:
        view, column, *rest = self.named[table]
        return view, column, rest[0] if rest else self._default_condition(view)

    def _default_condition(self, view: str) -> str:
        """Disabled and removed rows are not offered any more, wherever a table has such columns."""
        if view not in self._conditions:
            columns = {row[1] for row in self.front.journal.reading().execute(f"pragma table_info({view})")}
            wanted = [f"{name} = 0" for name in ("disabled", "deleted") if name in columns]
            self._conditions[view] = " and ".join(wanted) or "true"
        return self._conditions[view]
