"""The rows of a day, told again: what the tables hold of a day that was told so many days earlier.

Drawing a million orders from their log takes the journal half an hour; telling the rows that it drew of one day a
thousand times takes two minutes, and comes to the same. That it does is no matter of belief: `appliance check` draws
the tables from the log and compares, and was clean over the shop of twenty thousand orders that is made the same way.
Each value of the day stands once in a list, and a row is a choice of places in it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from appliance.demo.story import DAY_MS
from appliance.journal import ids
from appliance.journal.checkpoints import begin
from appliance.journal.entry import pack
from appliance.journal.schema import Schema
from appliance.journal.shadow import Shadow
from bench.again import LEDGERS, Day

Earlier = Callable[[int], Any]
"""What a value is so many days earlier."""
STAMPED = ("step", "watched_set")
"""Tables whose rows carry the stamp of the entry that made them as `hlc`."""
RUNNING = {"moved": ("seq",), "money_moved": ("seq", "balance")}


class Values:
    """Every value of a day, once: those that move with the day, and those that stay."""

    def __init__(self, day: Day, rounds: int) -> None:
        self._day = day
        self._rounds = rounds
        self._places: dict[tuple[Any, ...], int] = {}
        self._moving: list[Earlier] = []
        self._staying: list[Any] = []

    def place(self, value: Any) -> int:
        """Say where a value stands; those that stay are counted from the end."""
        key = (type(value), value)
        if key not in self._places:
            self._note(key, self._earlier(value), value)
        return self._places[key]

    def running(self, value: int, more: int) -> int:
        """Say where the place of a ledger's line stands, or its balance, which goes on by so much each day."""
        key = (value, more)
        if key not in self._places:
            self._note(key, lambda days: value + (self._rounds - 1 - days) * more, value)
        return self._places[key]

    def told(self, days: int) -> list[Any]:
        """Tell them all as they were so many days earlier."""
        return [*(earlier(days) for earlier in self._moving), *reversed(self._staying)]

    def _note(self, key: tuple[Any, ...], earlier: Earlier | None, value: Any) -> None:
        if earlier is None:
            self._staying.append(value)
            self._places[key] = -len(self._staying)
        else:
            self._moving.append(earlier)
            self._places[key] = len(self._moving) - 1

    def _earlier(self, value: Any) -> Earlier | None:
        if isinstance(value, int):
            if self._day.holds(value):
                return lambda days: value - days * DAY_MS
            return (lambda days: value - (days * DAY_MS << 16)) if self._day.holds(value >> 16) else None
        if isinstance(value, str) and ids.is_id(value):
            raw = ids.read(value)
            return (lambda days: ids.show(self._day.again(raw, days))) if self._day.moves_with_it(raw) else None
        if isinstance(value, str) and value[:1] in {"[", "{"}:
            return self._inside(value)
        if isinstance(value, str | bytes) and value:
            cut = self._day.cut(pack(value))
            if len(cut) > 1:
                return lambda days: msgspec.msgpack.decode(self._day.joined(cut, days))
        return None

    def _inside(self, text: str) -> Earlier | None:
        """What a list or an object is, that lies as JSON."""
        try:
            held = json.loads(text)
        except ValueError:
            return None
        cut = self._day.cut(pack(held))
        if len(cut) == 1:
            return None
        return lambda days: msgspec.json.encode(msgspec.msgpack.decode(self._day.joined(cut, days))).decode()


def tell(shadow: Shadow, finished: Shadow, day: Day, rounds: int) -> None:
    """Write the rows of every telling but the last into the tables, oldest first."""
    values = Values(day, rounds)
    tables = {
        table: (insert(shadow.conn, table), [itemgetter(*places) for places in _rows(finished, table, values, day)])
        for table in (*shadow.schema.shapes, *STAMPED)
    }
    for days in range(rounds - 1, 0, -1):
        told = values.told(days)
        for sql, rows in tables.values():
            shadow.conn.executemany(sql, [row(told) for row in rows])


def go_on(conn: sqlite3.Connection, table: str, after: int, day: Day, rounds: int) -> None:
    """Let a ledger's lines beyond a row, those of the last telling and later, go on from those before."""
    for name in [name for name in day.moves if not name.endswith(" earned")]:
        adding = ", ".join(f"{column} = {column} + ?" for column in RUNNING[table])
        more = [(rounds - 1) * day.moves[key] for key in _steps(table, name)]
        conn.execute(f"update {table} set {adding} where {LEDGERS[table]} = ? and rowid > ?", (*more, name, after))


def finished(shadow: Shadow, last: int) -> Shadow:
    """Draw, beside a shop, what its tables held when the day's last entry had counted."""
    shadow.begin_drawing()
    begin(shadow)
    shadow.go_on(until=last)
    shadow.end_drawing()
    return shadow


def _rows(finished: Shadow, table: str, values: Values, day: Day) -> Iterator[list[int]]:
    when = stamp(finished.schema, table)
    found = finished.conn.execute(f"select * from {table} where {when} >= ? order by {when}", (day.first_ms,))
    columns = [one[0] for one in found.description]
    running = RUNNING.get(table, ())
    for row in found.fetchall():
        steps = dict(zip(running, _steps(table, row[LEDGERS[table]]), strict=True)) if running else {}
        yield [
            values.running(value, day.moves[steps[column]]) if column in steps else values.place(value)
            for column, value in zip(columns, row, strict=True)
        ]


def _steps(table: str, owner: str) -> Sequence[str]:
    """By what each running column of a ledger goes on in a day."""
    return (owner, f"{owner} earned")[: len(RUNNING[table])]


def stamp(schema: Schema, table: str) -> str:
    """The moment at which a row of a table came to be."""
    shape = schema.shapes.get(table)
    return "hlc >> 16" if shape is None else "at" if shape.is_fact else "made_at"


def insert(conn: sqlite3.Connection, table: str) -> str:
    """Say how a whole row is written."""
    columns = [row[1] for row in conn.execute(f"pragma table_info({table})")]
    return f"insert into {table} values ({', '.join('?' * len(columns))})"
