"""Statements (对账单) and ageing (账龄): what a party owed before, what came, what it owes now and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from appliance.journal import Row

MOST_LINES = 2_000

BUCKETS = ("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")

_KNOWN = "(select ? union select m.id from customer_root m where m.root = ?)"


class Reader(Protocol):
    """Whoever can read the shop: a desk, or a visit."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask."""
        ...

    def value(self, sql: str, *args: object) -> Any:
        """Ask for one value."""
        ...


@dataclass(frozen=True)
class Line:
    """One line of a statement, with what was owed after it."""

    row: Row
    balance: int


@dataclass(frozen=True)
class Statement:
    """What a party owed before a period, what happened in it, and what it owes at its end."""

    opening: int
    lines: Sequence[Line]
    closing: int
    cut: bool
    """There are more lines than one statement shows; the closing is that of the last one shown."""

    @property
    def charged(self) -> int:
        """What was charged in the period."""
        return sum(int(line.row.amount) for line in self.lines if line.row.amount > 0)

    @property
    def paid(self) -> int:
        """What was paid or credited in the period."""
        return -sum(int(line.row.amount) for line in self.lines if line.row.amount < 0)


def statement(reader: Reader, party: str, day_from: str, day_to: str) -> Statement:
    """Draw up a statement. Its cost follows from what happened since the period began, not from the years before."""
    before = (date.fromisoformat(day_from) - timedelta(days=1)).isoformat()
    opening = closing_of(reader, party, before)
    balance = opening
    # Named one by one: SQLite does not carry a question about who they are into both halves of the view.
    known = [row[0] for row in reader.rows(f"select * from {_KNOWN}", party, party)]
    marks = ", ".join("?" * len(known))
    rows = reader.rows(
        f"select * from party_line where party in ({marks}) and day between ? and ? order by day, at, id limit ?",
        *known,
        day_from,
        day_to,
        MOST_LINES + 1,
    )
    lines = []
    for row in rows[:MOST_LINES]:
        balance += row.amount
        lines.append(Line(row, balance))
    return Statement(opening, lines, balance, len(rows) > MOST_LINES)


def closing_of(reader: Reader, party: str, day: str) -> int:
    """What a party owed at the end of a day: what it owes now, less what came after."""
    known = (party, party)
    return int(
        reader.value(
            f"select ifnull((select sum(amount) from party_charged where party in {_KNOWN}), 0)"
            f" - ifnull((select sum(amount) from party_received where party in {_KNOWN}), 0)"
            f" - ifnull((select sum(amount) from charged where party in {_KNOWN} and day > ?), 0)"
            f" + ifnull((select sum(amount) from received where party in {_KNOWN} and day > ?), 0)",
            *known,
            *known,
            *known,
            day,
            *known,
            day,
        )
    )


def ageing_of(items: Sequence[Row], today: str) -> list[int]:
    """Put what is owed into buckets by how long it is overdue: not due, 1–30, 31–60, 61–90, more than 90 days."""
    buckets = [0] * len(BUCKETS)
    for item in items:
        if item.side == "owed":
            buckets[bucket(item.due_on, today)] += item.open
    return buckets


def bucket(due_on: str, today: str) -> int:
    """Say which bucket a due day falls into."""
    late = (date.fromisoformat(today) - date.fromisoformat(due_on or today)).days
    return 0 if late <= 0 else min((late - 1) // 30 + 1, len(BUCKETS) - 1)


def ageing_bounds(today: str) -> list[str]:
    """The days at which one bucket ends and the next begins, for a question in SQL."""
    now = date.fromisoformat(today)
    return [(now - timedelta(days=days)).isoformat() for days in (0, 30, 60, 90)]
