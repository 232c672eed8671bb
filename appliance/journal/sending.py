"""Sending: what another box lacks, as segments in the order in which this box learned it.

Each author's log is cut at its seals, and the pieces go out in the order in which their last entries arrived: whoever
wrote after having seen something had seen it sealed, so a piece never comes before what it speaks of (spec/sync.md
R51, and Bayou's causally closed prefixes).
"""

import hashlib
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass

from appliance.journal.controls import Controls
from appliance.journal.entry import Entry, pack
from appliance.journal.limits import Limit
from appliance.journal.log import Log
from appliance.journal.reading import Heads, Reading
from appliance.journal.segments import key_hash, pack_segment, seal_message, segment_of

CHAIN = "chain"
SEAL_ENTRIES = 1_000
SEAL_BYTES = 256 * 1024
"""An author seals at least this often, so that no piece is larger."""
MOST_AHEAD = 16
"""How many restampings are told before their turn; those that are needed first came first."""

Sign = Callable[[bytes], bytes]


def seal_tips(log: Log, sign: Sign, public: bytes) -> None:
    """Sign the tip of every log of this box's key, and further heads where much waits unsealed."""
    conn = log.conn
    for place in log.places:
        author, partition = log.places.of(place)
        if author[:16] != key_hash(public):
            continue
        conn.execute("update log_place set public = ? where n = ? and public = x''", (public, place))
        for arrived, seq, head in _due(log, place):
            signature = sign(seal_message(author, partition, seq, head))
            conn.execute("insert or ignore into seal values (?, ?, ?, ?)", (place, seq, arrived, signature))


def _due(log: Log, place: int) -> list[tuple[int, int, bytes]]:
    """Return (arrived, seq, head) of the entries that a seal should stand at."""
    (sealed,) = log.conn.execute("select ifnull(max(seq), 0) from seal where place = ?", (place,)).fetchone()
    tip, _ = log.head(place)
    due, count, size = [], 0, 0
    for arrived, entry, head in log.stretch(place, sealed + 1, tip):
        count, size = count + 1, size + entry.size
        if count >= SEAL_ENTRIES or size >= SEAL_BYTES or entry.seq == tip:
            due.append((arrived, entry.seq, head))
            count = size = 0
    return due


@dataclass(frozen=True)
class Piece:
    """A stretch of a place from one seal to the next."""

    place: int
    first: int
    last: int
    public: bytes
    signature: bytes

    def says(self, sources: Container[tuple[int, int]]) -> bool:
        """Whether it is one of these entries and nothing else."""
        return self.first == self.last and (self.place, self.first) in sources


def outgoing(
    log: Reading, controls: Controls, ours: Heads, have: Heads, partitions: Collection[str] | None
) -> Iterator[tuple[bytes, bool]]:
    """Yield what the other side lacks, packed: the chain first, then partitions as given (spec/sync.md R51).

    Whoever knows the time refuses what is stamped ahead unless it has heard why it is. So that is said before its turn,
    and again in its turn; with each piece stands whether this is its turn.
    """
    restamps = {(row[0], row[1]) for row in log.conn.execute("select place, seq from restamped")}
    names = dict.fromkeys(partitions) if partitions is not None else sorted({name for _, name in ours})
    for partition in in_order(names):
        wanted: list[tuple[int, Piece]] = []
        for (author, name), told in ours.items():
            theirs = have.get((author, name), (0, b""))
            if name != partition or not says_more(told, theirs):
                continue
            place = log.places.number(author, name)
            proof = log.conn.execute("select proof from forked where place = ?", (place,)).fetchone()
            if proof is not None:
                yield proof[0], True
            wanted += _pieces(log, place, theirs[0], controls.limit(place))
        pieces = [piece for _, piece in sorted(wanted, key=lambda pair: pair[0])]
        for packed in segments(log, [piece for piece in pieces if piece.says(restamps)][:MOST_AHEAD]):
            yield packed, False
        for packed in segments(log, pieces, restamps):
            yield packed, True


def says_more(told: tuple[int, bytes], theirs: tuple[int, bytes]) -> bool:
    """Tell whether a head that is told here is news to somebody who told theirs, perhaps cut short."""
    differs = theirs[0] != told[0] or not told[1].startswith(theirs[1])
    # A log that is forked from its first entry on stands at 0, like one of which nothing is known.
    return differs or (not told[0] and not theirs[1])


def in_order(partitions: Collection[str]) -> list[str]:
    """Order partitions so that the people and goods come before the papers that speak of them; the rest as given."""
    return sorted(partitions, key=lambda name: name != CHAIN)


def _pieces(log: Reading, place: int, after: int, limit: Limit | None) -> Iterator[tuple[int, Piece]]:
    """Cut what follows a sequence at its seals; yield each piece with the arrival of its last entry."""
    rows = log.conn.execute(
        "select s.seq, s.arrived, s.signature, p.public from seal s join log_place p on p.n = s.place "
        "where s.place = ? and s.seq > ? and s.seq <= ? order by s.seq",
        (place, after, limit.seq if limit else 2**62),
    ).fetchall()
    for row in rows:
        yield row["arrived"], Piece(place, after + 1, row["seq"], row["public"], row["signature"])
        after = row["seq"]
    if limit is not None and after < limit.seq:
        # Where a log stops counting its author's seal may be missing; what set the limit vouches for the head there.
        for arrived, _, _ in log.stretch(place, limit.seq, limit.seq):
            yield arrived, Piece(place, after + 1, limit.seq, b"", b"")


def pieces_beyond(log: Reading, place: int, after: int) -> list[Piece]:
    """Cut everything that is here after a sequence at its seals, whether it counts or not."""
    return [piece for _, piece in _pieces(log, place, after, None)]


def segments(log: Reading, wanted: Sequence[Piece], apart: Container[tuple[int, int]] = ()) -> Iterator[bytes]:
    """Lay pieces out as segments; neighbours of one author go out as one while it stays small.

    What says something `apart` stays so, that whoever keeps it can tell it before its turn as well.
    """
    run: list[Entry] = []
    size = 0
    last: Piece | None = None
    for piece in wanted:
        added = [entry for _, entry, _ in log.stretch(piece.place, piece.first, piece.last)]
        weight = sum([entry.size for entry in added])
        fits = len(run) + len(added) <= SEAL_ENTRIES and size + weight <= SEAL_BYTES
        follows = last is not None and (piece.place, piece.first) == (last.place, last.last + 1)
        if last is not None and (piece.says(apart) or last.says(apart) or not (follows and fits)):
            yield pack_segment(segment_of(run, last.public, last.signature))
            run, size = [], 0
        run += added
        size += weight
        last = piece
    if last is not None:
        yield pack_segment(segment_of(run, last.public, last.signature))


def digest(heads: Heads, partitions: Collection[str] | None) -> bytes:
    """Return 32 bytes that are equal where the same entries are known (spec/sync.md R25, R50)."""
    told = sorted(
        (author, partition, seq, head)
        for (author, partition), (seq, head) in heads.items()
        if partitions is None or partition in partitions
    )
    return hashlib.sha256(pack(told)).digest()


def compare(log: Reading, ours: Heads, theirs: Heads) -> list[tuple[bytes, str, int]]:
    """Return (author, partition, sequence) where another box has a second history under one name (R6).

    Only the side that has more can see it; the other hears of it from there. Their heads may be cut short.
    """
    forks = []
    for (author, partition), (seq, head) in theirs.items():
        mine = ours.get((author, partition), (0, b""))[0]
        if 0 < seq <= mine:
            known = log.head_at(log.places.number(author, partition), seq)
            if known is not None and not known.startswith(head):
                forks.append((author, partition, seq))
    return forks
