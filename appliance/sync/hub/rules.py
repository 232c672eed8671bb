"""Rules: what the chain's log says of itself, as a relay must respect it. Read once for each edition."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from appliance.journal.controls import cuts_in
from appliance.journal.entry import Stamp
from appliance.journal.limits import Limits, common_until
from appliance.sync.hub.base import Conn

Place = tuple[bytes, str]
"""An author, and a partition."""


@dataclass(frozen=True)
class Rules:
    """Who belongs to the chain, how far each log counts, who was erased, which stamps are false."""

    edition: int = -1
    certificates: Mapping[bytes, tuple[int, bytes]] = field(default_factory=dict)
    """By box: the number of its certificate, and the certificate."""
    limits: Limits = field(default_factory=lambda: Limits({}, {}))
    forked: Mapping[Place, int] = field(default_factory=dict)
    """Where a second history is proven, with the last sequence in common."""
    erased: frozenset[str] = frozenset()
    restamps: Mapping[bytes, list[tuple[int, int, int]]] = field(default_factory=dict)
    retired: frozenset[tuple[bytes, str, int, bytes]] = frozenset()
    """Where authors have written their last."""
    begins: Mapping[Place, int] = field(default_factory=dict)
    """After which sequence a log begins here, where it does not begin with its first entry."""

    def counts(self, place: Place, seq: int) -> bool:
        """Tell whether an entry counts."""
        limit = self.limits.of(*place)
        return limit is None or seq <= limit.seq

    def stamp(self, author: bytes, hlc: int, place: int = 0) -> Stamp:
        """Return the stamp that an author's stamp counts as."""
        found = self.restamps.get(author, ())
        return Stamp(hlc - max((minus for first, last, minus in found if first <= hlc <= last), default=0), author)

    def said(self, author: bytes, hlc: int) -> int:
        """Return what an author gave for a stamp that counts."""
        for minus in sorted({minus for _, _, minus in self.restamps.get(author, ())}, reverse=True):
            if self.stamp(author, hlc + minus).hlc == hlc:
                return hlc + minus
        return hlc


def edition(conn: Conn) -> int:
    """Return the number of the rules that stand in the database."""
    (number,) = conn.execute("select edition from hub").fetchone() or (0,)
    return int(number)


def read(conn: Conn) -> Rules:
    """Read the rules."""
    # The number is read first: rules that are newer than it are read once more, never missed.
    number = edition(conn)
    certificates, cuts, forks, erased, restamps, retired, begins = (
        conn.execute(query, binary=True).fetchall() for query in _QUERIES
    )
    rules = _rules(number, certificates, cuts, forks, erased, restamps)
    ends = {tuple(row[:4]) for row in retired if rules.counts(tuple(row[5:]), row[4])}
    return replace(rules, retired=frozenset(ends), begins={(author, name): seq for author, name, seq in begins})


_QUERIES = (
    b"select box, number, raw from certificate",
    b"select box, told from cut_off",
    b"select p.author, p.partition, f.seq, f.head from forked f join place p on p.n = f.place",
    b"select record from erased",
    b"select r.*, p.author, p.partition from restamped r join place p on p.n = r.place",
    b"select r.author, r.partition, r.seq, r.head, r.source, p.author, p.partition from retired r join place p on p.n = r.place",
    b"select p.author, p.partition, b.seq from base b join place p on p.n = b.place",
)


def _rules(number: int, certificates: Any, cuts: Any, forks: Any, erased: Any, restamps: Any) -> Rules:
    forked = {(author, name): common_until(seq, head) for author, name, seq, head in forks}
    limits = Limits({box: cuts_in(told) for box, told in cuts}, forked)
    told: dict[bytes, list[tuple[int, int, int]]] = {}
    rules = Rules(limits=limits)
    for author, first, last, minus, _, seq, by, name in restamps:
        if rules.counts((by, name), seq):
            told.setdefault(author, []).append((first, last, minus))
    return Rules(
        number,
        {box: (count, raw) for box, count, raw in certificates},
        limits,
        {place: limit.seq for place, limit in forked.items()},
        frozenset(record.decode() for (record,) in erased),
        told,
    )
