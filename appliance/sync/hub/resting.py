"""Resting: boxes tell what they wrote by the handful; what is old is joined into pieces as large as an author seals.

Nothing else changes: entries, heads and the order of arrival of each piece's end stay as they are.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from appliance.journal.entry import pack
from appliance.journal.segments import MOST_INFLATED, pack_segment, read_segment, segment_of
from appliance.journal.sending import SEAL_BYTES, SEAL_ENTRIES
from appliance.sync.hub.base import TURN, Conn

WINDOW = 20_000
"""So many arrivals are looked through together."""
STAY = 5_000
"""So many of the newest are left alone: they are still being told on."""
ONE_HAND = TURN + 1
"""Number of the advisory lock of whoever tidies."""


class Lying(NamedTuple):
    """A piece, as far as it matters here."""

    place: int
    first: int
    last: int
    size: int


def rest(conn: Conn, *, window: int = WINDOW, stay: int = STAY) -> int:
    """Join what is old; returns how many pieces gave way. Does nothing while another process is at it."""
    if conn.execute("select pg_try_advisory_lock(%s)", (ONE_HAND,)).fetchone() != (True,):
        return 0
    gone = 0
    try:
        while span := _due(conn, window, stay):
            # Why stamps count less is told before what it speaks of, so it goes on lying by itself.
            rows = conn.execute(
                "select place, first, last, octet_length(segment) from piece "
                "where arrived > %s and arrived <= %s and not exists (select 1 from restamped r "
                "where r.place = piece.place and r.seq = piece.last and piece.first = piece.last) order by place, last",
                span,
            ).fetchall()
            for run in _runs([Lying(*row) for row in rows]):
                gone += _join(conn, run)
            conn.execute("update hub set rested = %s", (span[1],))
    finally:
        conn.execute("select pg_advisory_unlock(%s)", (ONE_HAND,))
    return gone


def _due(conn: Conn, window: int, stay: int) -> tuple[int, int] | None:
    row = conn.execute("select rested, (select coalesce(max(arrived), 0) from piece) from hub").fetchone()
    rested, newest = row or (0, 0)
    return (rested, rested + window) if newest - stay >= rested + window else None


def _runs(lying: Sequence[Lying]) -> Iterator[list[Lying]]:
    """Yield pieces of one place that follow each other and are small together."""
    for _, found in groupby(lying, key=lambda one: one.place):
        run: list[Lying] = []
        for one in found:
            fits = not run or (
                one.first == run[-1].last + 1
                and one.last - run[0].first < SEAL_ENTRIES
                and sum(piece.size for piece in run) + one.size <= SEAL_BYTES
            )
            if not fits:
                yield run
                run = []
            run.append(one)
        yield run


def _join(conn: Conn, run: list[Lying]) -> int:
    if len(run) < 2:
        return 0
    with conn.transaction():
        # Whoever erases somebody has the turn alone, and nobody brings back what he took away.
        conn.execute("select pg_advisory_xact_lock_shared(%s)", (TURN,))
        rows = conn.execute(
            "select last, arrived, head, segment from piece where place = %s and last between %s and %s "
            "order by last for update",
            (run[0].place, run[0].last, run[-1].last),
            binary=True,
        ).fetchall()
        told = [read_segment(row[3]) for row in rows]
        # An end that nobody signed is where a log stopped counting: it stays as it is.
        while told and not told[-1].signature:
            told.pop()
        if len(told) < 2 or any(one.last + 1 != other.first for one, other in pairwise(told)):
            return 0
        whole = segment_of([entry for one in told for entry, _ in one.chained()], *told[-1].sealed)
        if len(pack(whole)) > MOST_INFLATED // 2:
            return 0
        last, arrived, head, _ = rows[len(told) - 1]
        ends = [row[0] for row in rows[: len(told)]]
        conn.execute("delete from piece where place = %s and last = any(%s)", (run[0].place, ends))
        row = (run[0].place, whole.first, last, arrived, head, pack_segment(whole))
        conn.execute("insert into piece values (%s, %s, %s, %s, %s, %s)", row)
        return len(told) - 1
