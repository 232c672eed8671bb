"""Pieces: the log as it lies in the database, stretches of one author's log, each as its author sealed it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from appliance.journal.entry import NO_HEAD
from appliance.journal.reading import Heads
from appliance.journal.segments import Segment, pack_segment, read_segment, segment_of
from appliance.journal.sending import MOST_AHEAD
from appliance.sync.hub.base import Conn
from appliance.sync.hub.rules import Place

AT_ONCE = 200
"""Pieces that are looked up together."""


class Known(NamedTuple):
    """How far every log reaches here, and the numbers of the places."""

    mark: tuple[int, int]
    """Moves with every entry, for sequences only ever grow: (places, sum of their sequences)."""
    moved: int
    """The latest move that was seen. Another one may have been begun before it and ended after it."""
    heads: Heads
    numbers: dict[Place, int]


def known(conn: Conn, before: Known | None) -> Known:
    """Read how far every log reaches; of what was read before only what moved since."""
    if before is not None:
        rows = conn.execute(
            "select n, author, partition, seq, head, moved from place where moved > %s or n > %s",
            (before.moved, max(before.numbers.values(), default=0)),
            binary=True,
        ).fetchall()
        found = _with(before, rows) if rows else before
        if conn.execute(_MARK, binary=True).fetchone() == found.mark:
            return found
    rows = conn.execute("select n, author, partition, seq, head, moved from place", binary=True).fetchall()
    return _with(Known((0, 0), 0, {}, {}), rows)


_MARK = "select count(*), coalesce(sum(seq), 0)::bigint from place"


def _with(before: Known, rows: Sequence[tuple[Any, ...]]) -> Known:
    heads, numbers, moved, total = dict(before.heads), dict(before.numbers), before.moved, before.mark[1]
    for n, author, name, seq, head, at in rows:
        place = (author, name)
        numbers[place] = n
        total += seq - heads.get(place, (0, b""))[0]
        moved = max(moved, at)
        if seq:
            heads[place] = (seq, head)
    return Known((len(numbers), total), moved, heads, numbers)


def piece_with(conn: Conn, place: int, seq: int) -> Segment | None:
    """Return the piece that holds an entry."""
    row = conn.execute(
        "select segment from piece where place = %s and last >= %s order by last limit 1", (place, seq), binary=True
    ).fetchone()
    return read_segment(row[0]) if row else None


def head_at(conn: Conn, place: int, seq: int) -> bytes | None:
    """Return the head a place had at a sequence; None when that is not here."""
    if seq == 0:
        return NO_HEAD
    if (found := heads_at(conn, [(place, seq)])).get(place):
        return found[place]
    piece = piece_with(conn, place, seq)
    return next((head for entry, head in piece.chained() if entry.seq == seq), None) if piece else None


def heads_at(conn: Conn, places: Sequence[tuple[int, int]]) -> dict[int, bytes]:
    """Return the heads of places at sequences, as far as pieces end there."""
    told = [place for place, _ in places], [seq for _, seq in places]
    rows = conn.execute(
        "select p.place, p.head from unnest(%s::bigint[], %s::bigint[]) as asked (place, seq) "
        "join piece p on p.place = asked.place and p.last = asked.seq",
        told,
        binary=True,
    )
    return dict(rows.fetchall())


@dataclass
class Wanted:
    """What somebody lacks of a place: what comes after a sequence, as far as it counts."""

    place: int
    after: int
    until: int


def in_order(conn: Conn, wanted: Sequence[Wanted]) -> Iterator[bytes]:
    """Yield the pieces of some places in the order of their arrival."""
    left = {one.place: one for one in wanted}
    while left:
        rows = conn.execute(
            "select p.place, p.first, p.last, p.segment "
            "from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as w (place, after, until) "
            "cross join lateral (select * from piece where piece.place = w.place and piece.last > w.after "
            "and piece.first <= w.until order by piece.last limit %s) as p order by p.arrived limit %s",
            (
                [one.place for one in left.values()],
                [one.after for one in left.values()],
                [one.until for one in left.values()],
                AT_ONCE,
                AT_ONCE,
            ),
            binary=True,
        ).fetchall()
        for place, first, last, raw in rows:
            one = left[place]
            yield raw if last <= one.until else _cut(raw, one.until - first + 1)
            one.after = last
        left = {} if len(rows) < AT_ONCE else {n: one for n, one in left.items() if one.after < one.until}


def restampings(conn: Conn, wanted: Sequence[Wanted]) -> Iterator[bytes]:
    """Yield the pieces that only say how much less stamps count, as far as they are wanted."""
    rows = conn.execute(
        "select p.segment from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as w (place, after, until) "
        "join piece p on p.place = w.place and p.first = p.last and p.last > w.after and p.last <= w.until "
        "where exists (select 1 from restamped r where r.place = p.place and r.seq = p.first) "
        "order by p.arrived limit %s",
        (
            [one.place for one in wanted],
            [one.after for one in wanted],
            [one.until for one in wanted],
            MOST_AHEAD,
        ),
        binary=True,
    )
    for (raw,) in rows.fetchall():
        yield raw


def _cut(raw: bytes, count: int) -> bytes:
    """Return the beginning of a piece. Its author sealed it further on; what set the limit vouches for the end here."""
    return pack_segment(segment_of([entry for entry, _ in read_segment(raw).chained()][:count]))
