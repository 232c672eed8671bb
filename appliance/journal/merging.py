"""Merging: taking in what other boxes wrote, in any order, split and repeated at will.

Nothing stops a merge. A segment that comes before its turn waits; a second history under one author's name proves a
fork, and what that author wrote after the common part counts no more; a change that this version cannot apply is
parked with its reason, and the next one goes on.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from appliance.journal.clock import Hybrid, too_far_ahead
from appliance.journal.controls import Restamp, Unfit, read_control
from appliance.journal.entry import Entry, Stamp, Unreadable, decode, read_deed
from appliance.journal.forks import Proof, branch_of, prove, read_item, up_to
from appliance.journal.limits import Limit
from appliance.journal.reading import Heads
from appliance.journal.segments import Segment, pack_segment, read_segment, segment_of
from appliance.journal.shadow import Shadow

MOST_EARLY = 1_000
"""How many segments may wait for their turn; what finds no room comes again."""
LOOK_BACK = 64
"""How many entries before a difference a second history is first looked for."""

Trust = Callable[[bytes, str], bool]
"""Tells whether an author may write a partition."""
Stamping = Callable[[bytes, int, int], Stamp]
"""Says as what an author's stamp counts."""


@dataclass
class Merged:
    """What came of entries from elsewhere: how many, and what was found."""

    applied: int = 0
    known: int = 0
    early: int = 0
    parked: int = 0
    refused: int = 0
    ahead: list[tuple[bytes, str, int, int]] = field(default_factory=list)
    """(author, partition, first stamp, last stamp) of what was refused for its date; nothing from there on was taken."""
    forks: list[tuple[bytes, str, int]] = field(default_factory=list)
    """(author, partition, sequence) after which an author has a second history."""


@dataclass(frozen=True)
class Proven:
    """A segment whose chain was computed; `signed` when its seal holds or its sender is believed."""

    segment: Segment
    entries: list[tuple[Entry, bytes]]
    signed: bool = True
    raw: bytes = b""
    """As it came."""


def proven(raw: Iterable[bytes], trust: Trust | None, merged: Merged) -> list[Proven | Proof]:
    """Read what came from elsewhere, prove it, and keep what its author may write."""
    kept: list[Proven | Proof] = []
    for one in raw:
        try:
            item = read_item(one)
        except Unreadable:
            merged.refused += 1
            continue
        if trust is not None and not trust(item.author, item.partition):
            merged.refused += 1 if isinstance(item, Proof) else len(item.parts)
        elif isinstance(item, Segment):
            entries = list(item.chained())
            kept.append(Proven(item, entries, item.seal(entries[-1][1]).holds, one))
        elif item.holds:
            kept.append(item)
        else:
            merged.refused += 1
    return kept


def unsealed(foreign: Iterable[bytes | Entry], merged: Merged) -> Iterator[Proven]:
    """Read bare entries, whose sender is believed, and join those that follow each other."""
    run: list[tuple[Entry, bytes]] = []
    for found in foreign:
        try:
            entry = decode(found) if isinstance(found, bytes) else found
        except Unreadable:
            merged.refused += 1
            continue
        if run and not _follows(entry, *run[-1]):
            yield Proven(segment_of([one for one, _ in run]), run)
            run = []
        run.append((entry, entry.head))
    if run:
        yield Proven(segment_of([one for one, _ in run]), run)


def _follows(entry: Entry, last: Entry, head: bytes) -> bool:
    same = (entry.author, entry.partition, entry.format) == (last.author, last.partition, last.format)
    return same and entry.seq == last.seq + 1 and entry.previous == head


def believed(
    told: list[Proven | Proof],
    merged: Merged,
    stamp: Stamping,
    now_ms: int,
    box: bytes = b"",
    early: Callable[[], Sequence[Proven]] = tuple,
) -> list[Proven | Proof]:
    """Keep what comes before the first segment that is stamped too far ahead to be true; it is whole without the rest.

    A restamping that was told with them, or waits for its turn, counts already: whoever ran ahead and says so is heard.
    So is what a box itself wrote, under an earlier name: it is the one to take that back.
    """
    segments = [one for one in told if isinstance(one, Proven)]
    if not any(too_far_ahead(_stamps(one, stamp, []), now_ms) for one in segments):
        return told
    restamps = [said for one in [*segments, *early()] for said in _restamps(one)]
    late = [
        one
        for one in segments
        if one.segment.author[:16] != box and too_far_ahead(_stamps(one, stamp, restamps), now_ms)
    ]
    for one in late:
        stamps = one.entries[0][0].hlc, one.entries[-1][0].hlc
        merged.ahead.append((one.segment.author, one.segment.partition, *stamps))
    first = told.index(late[0]) if late else len(told)
    merged.refused += sum(len(one.entries) for one in told[first:] if isinstance(one, Proven))
    return [one for place, one in enumerate(told) if place < first or isinstance(one, Proof)]


def waiting(conn: sqlite3.Connection) -> list[Proven]:
    """Return the segments that wait for their turn."""
    found = [read_segment(row[0]) for row in conn.execute("select segment from early")]
    return [Proven(segment, list(segment.chained())) for segment in found]


def _stamps(one: Proven, stamp: Stamping, restamps: list[Restamp]) -> Iterator[int]:
    author = one.segment.author
    for entry, _ in one.entries:
        minus = max((r.minus for r in restamps if r.author == author and r.first <= entry.hlc <= r.last), default=0)
        yield min(stamp(author, entry.hlc, 0).hlc, entry.hlc - minus)


def _restamps(one: Proven) -> Iterator[Restamp]:
    for entry, _ in one.entries:
        with suppress(Unreadable, Unfit):
            for change in read_deed(entry.parts[0]).changes:
                told = read_control(change)
                if isinstance(told, Restamp):
                    yield told


def within(one: Proven, limit: Limit | None) -> list[tuple[Entry, bytes]]:
    """Return what counts of a segment; nothing when nobody vouches for its end."""
    if limit is None:
        return one.entries if one.signed else []
    told = one.entries[: max(limit.seq - one.segment.first + 1, 0)]
    reaches = bool(told) and told[-1][0].seq == limit.seq
    if reaches:
        return told if told[-1][1] == limit.head else []
    return told if one.signed else []


def common(told: list[tuple[Entry, bytes]], seq: int, head_at: Callable[[int], bytes | None]) -> int | None:
    """Return the last sequence that a second history has in common with ours; None when there is no second.

    Ours ends at `seq`, and `head_at` says which head it has there and before. It is -1 when the last in common lies
    before what was told.
    """
    first = told[0][0]
    ours = head_at(first.seq - 1)
    if ours is not None and ours != first.previous:
        return -1
    both = told[: max(seq - first.seq + 1, 0)]
    if not both or head_at(both[-1][0].seq) in {both[-1][1], None}:
        return None
    return next(entry.seq - 1 for entry, head in both if head_at(entry.seq) not in {head, None})


class Merger:
    """Takes segments in, on the writer's connection."""

    def __init__(self, shadow: Shadow, hybrid: Hybrid, author: bytes) -> None:
        self._shadow = shadow
        self._conn = shadow.conn
        self._log = shadow.log
        self._controls = shadow.controls
        self._hybrid = hybrid
        self._author = author
        """Under which name this box writes now."""
        self.given_back: list[Entry] = []
        """What this box wrote beyond a fork, and others still had."""
        self._asking: dict[int, int] = {}
        self._mine: dict[int, int] = {}
        self._thirds: dict[int, Proof] = {}
        """Forks of which the history here is neither side, until it is found where that parts from both."""

    # ---- what to ask for

    def suspect(self, forks: Iterable[tuple[bytes, str, int]]) -> None:
        """Somebody has another head at these sequences: ask for what lies before, to see where it begins."""
        for author, partition, seq in forks:
            # Whoever asks already asks from further back.
            self._ask(self._log.places.number(author, partition), max(seq - LOOK_BACK, 0), seq)

    def _ask(self, place: int, after: int, until: int) -> bool:
        """Ask for what follows a sequence, as far back as it can be compared; tells whether it can."""
        after = max(after, self._log.begins(place))
        if after < until:
            self._asking.setdefault(place, after)
        return after < until

    def wants(self, heads: Heads) -> Heads:
        """Return heads to ask another box by: as far as all is known, less where a fork must be found."""
        lower = {self._log.places.of(place): (seq, b"") for place, seq in self._asking.items()}
        return heads | {place: told for place, told in lower.items() if place in heads} if lower else heads

    # ---- taking in

    def take(self, foreign: Iterable[Proven | Proof], merged: Merged) -> Iterator[None]:
        """Take in what others told, stopping after each entry so that the caller may let others write first."""
        for one in foreign:
            if isinstance(one, Proven):
                yield from self._take(one, merged)
            else:
                self._hear_of_fork(one)

    def _take(self, one: Proven, merged: Merged) -> Iterator[None]:
        segment = one.segment
        place = self._log.places.number(segment.author, segment.partition)
        seq, _ = self._log.head(place)
        told = within(one, self._controls.limit(place))
        if self._is_given_back(one, place):
            self.given_back += [entry for entry, _ in one.entries]
        elif not told:
            merged.refused += len(one.entries)
            self._look_for_third(one, place, seq, merged)
        elif segment.first > seq + 1:
            merged.early += self._put_by(one, place)
        elif (shared := common(told, seq, partial(self._log.head_at, place))) is not None:
            merged.refused += len(told)
            self._fork(one, place, shared, merged)
        else:
            self._asking.pop(place, None)
            merged.known += min(told[-1][0].seq, seq) - segment.first + 1
            for entry, head in told[seq - segment.first + 1 :]:
                self._append(entry, head, place, merged)
                yield
            if len(told) == len(one.entries):
                # Where it stops counting before its end, that end belongs to another history than the one kept here.
                self._keep_seal(one, place)
            for waiting in self._next_early(place, segment.last):
                yield from self._take(waiting, merged)

    def _append(self, entry: Entry, head: bytes, place: int, merged: Merged) -> None:
        entry = self._shadow.stripped(entry)
        arrived = self._log.append(entry, head, place)
        self._hybrid.observe(self._controls.stamp(entry.author, entry.hlc, place).hlc)
        if entry.author == self._author:
            # Of an old image of this box's card: others kept what came after it.
            self._hybrid.wrote(entry.hlc)
        merged.parked += self._shadow.fold(entry, place, arrived)
        merged.applied += 1

    # ---- second histories

    def _fork(self, one: Proven, place: int, shared: int, merged: Merged) -> None:
        segment = one.segment
        if shared < 0:
            merged.forks.append((segment.author, segment.partition, segment.first - 1))
            self._asking.pop(place, None)
            further = self._ask(place, (segment.first - 1) // 2, segment.first - 1)
            if not further and segment.author[:16] == self._box:
                self._mine.setdefault(place, self._log.begins(place))
            return
        merged.forks.append((segment.author, segment.partition, shared))
        self._asking.pop(place, None)
        if segment.author[:16] == self._box:
            # Whoever learns that it is the copy does not prove it: it tells its own part again under a new name.
            self._mine[place] = shared
            return
        known, told = self._known_fork(place), [entry for entry, _ in one.entries if entry.seq > shared]
        if one.signed:
            theirs = branch_of(told, *segment.sealed)
        elif known is not None and self._vouches(known, one):
            theirs = up_to(told, known)
        else:
            return
        proof = prove(self._log, place, shared, theirs, known)
        if proof is not None:
            self._controls.fork(proof)
            self._thirds.pop(place, None)

    def _hear_of_fork(self, proof: Proof) -> None:
        """Note a fork; where ours is a third history, ask where it parts from both of those, for it is earlier."""
        place = self._log.places.number(proof.author, proof.partition)
        here, known = self._log.head_at(place, proof.seq), self._controls.forked(place)
        if here in {None, proof.head} or (known is not None and known.seq <= proof.seq):
            self._controls.fork(proof)
        elif self._ask(place, max(proof.seq - LOOK_BACK, 0), proof.seq):
            self._thirds[place] = proof

    def _look_for_third(self, one: Proven, place: int, seq: int, merged: Merged) -> None:
        """Look whether what does not count belongs to a third history, which parts from ours before the known fork."""
        known = self._known_fork(place)
        if known is None or one.segment.first > known.seq or self._controls.cut_off(one.segment.author):
            return
        shared = common(one.entries, seq, partial(self._log.head_at, place))
        if shared is not None and shared < known.seq and (one.signed or self._vouches(known, one)):
            self._fork(one, place, shared, merged)

    def _known_fork(self, place: int) -> Proof | None:
        if place in self._thirds:
            return self._thirds[place]
        row = self._conn.execute("select proof from forked where place = ?", (place,)).fetchone()
        proof = read_item(row[0]) if row else None
        return proof if isinstance(proof, Proof) else None

    @staticmethod
    def _vouches(known: Proof, one: Proven) -> bool:
        return (known.seq, known.head) == (one.segment.last, one.entries[-1][1])

    def _is_given_back(self, one: Proven, place: int) -> bool:
        limit = self._controls.forked(place)
        own = one.segment.author[:16] == self._box and one.signed
        return own and limit is not None and one.segment.first > limit.seq

    def twice(self) -> dict[int, int]:
        """Return the places of this box's own key that have a second history, with the last sequence in common.

        Of earlier names only where more stands here than counts; under the present one nothing more would count.
        """
        found = dict(self._mine)
        for place, limit in self._controls.forks.items():
            if self._log.places.author(place)[:16] == self._box:
                found[place] = min(limit.seq, found.get(place, limit.seq))
        return {
            place: after
            for place, after in found.items()
            if self._log.places.author(place) == self._author or self._log.tip(place)[0] > after
        }

    def find_twice(self, heads: Heads) -> bool:
        """Look whether a snapshot tells another history of this box's own; of it only what all had is surely common.

        Where others have more of it than the box itself, nothing proves that what stands here is part of that.
        """
        for (author, partition), (seq, head) in heads.items():
            place = self._log.places.number(author, partition)
            other = self._log.tip(place)[0] < seq or self._log.head_at(place, seq) not in {None, head}
            if author == self._author and other:
                self._mine.setdefault(place, self._log.begins(place))
        return bool(self._mine)

    @property
    def _box(self) -> bytes:
        return self._author[:16]

    def became(self, author: bytes) -> None:
        """The box goes on under another name."""
        self._author = author
        self._mine.clear()

    # ---- seals, and what waits

    def _keep_seal(self, one: Proven, place: int) -> None:
        segment = one.segment
        if not (one.signed and segment.signature):
            return
        self._conn.execute(
            "insert or ignore into seal select place, seq, arrived, ? from log where place = ? and seq = ?",
            (segment.signature, place, segment.last),
        )
        self._conn.execute("update log_place set public = ? where n = ? and public = x''", (segment.public, place))

    def _put_by(self, one: Proven, place: int) -> int:
        waiting = self._conn.execute("select count(*) from early").fetchone()[0]
        # Its turn comes without another look at the seal; one that does not hold is asked for again then.
        if one.signed and waiting < MOST_EARLY:
            row = (place, one.segment.first, pack_segment(one.segment))
            self._conn.execute("insert or replace into early values (?, ?, ?)", row)
        return len(one.entries)

    def _next_early(self, place: int, last: int) -> Iterator[Proven]:
        found = self._conn.execute(
            "delete from early where place = ? and first <= ? returning segment", (place, last + 1)
        ).fetchall()
        for row in found:
            segment = read_segment(row[0])
            yield Proven(segment, list(segment.chained()))
