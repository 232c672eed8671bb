"""Swap: what two boxes say to each other, as questions and answers. No sockets, no clock and no chance of its own.

The one that asks sends the digest of its heads. If the other's is the same, that was all. Otherwise the answer holds
the other's vector, and each further question carries what the other lacks and one's own vector, each answer what the
asker lacks and the other's vector then (spec/sync.md R50). Nothing is remembered between two questions: whoever was
cut off begins again with the vectors as they stand, and has lost nothing.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from appliance.journal import Clock, Done, Merged
from appliance.journal.certificate import Certificate
from appliance.journal.entry import Unreadable, pack
from appliance.sync.boxes.circle import Circle
from appliance.sync.boxes.messages import (
    CLOCK,
    MOST_SEGMENTS,
    MOST_TOGETHER,
    OLDEST,
    PROTOCOL,
    VERSION,
    Answer,
    Begin,
    Begun,
    Bring,
    Brought,
    Differs,
    Fork,
    Have,
    Lacking,
    Offer,
    Question,
    Same,
    Show,
    Shown,
    Told,
    Traded,
    Turned,
    read_question,
)
from appliance.sync.boxes.vectors import Shorts, behind, fold, known, pack_heads, read_heads, short, shortened

AHEAD_MS = 10 * 60 * 1000
"""A clock so far before a trusted one gives nothing away until it is right (R10)."""
Heads = dict[tuple[bytes, str], tuple[int, bytes]]
Place = tuple[bytes, str]


class Log(Protocol):
    """What a swap needs of a journal, or of whatever else keeps a log."""

    def heads(self) -> Heads:
        """How far each author's log is known, as far as the disk has it."""
        ...

    def digest(self, partitions: Collection[str] | None = None) -> bytes:
        """32 bytes over the heads."""
        ...

    def ended(self) -> Heads:
        """Those of the heads beyond which nothing will come any more."""
        ...

    def wants(self) -> Heads:
        """The heads to ask by: lower where a second history has to be found out."""
        ...

    def compare(self, theirs: Heads) -> list[Fork]:
        """Where another box's heads show a second history under one name."""
        ...

    def suspect(self, forks: list[Fork]) -> None:
        """Another box sees a second history there."""
        ...

    def segments(
        self, have: Heads, *, partitions: Collection[str] | None = None, most_bytes: int | None = None
    ) -> Iterator[bytes]:
        """What another box lacks, in the order in which it should be taken in."""
        ...

    def given_back(self, box: bytes) -> list[bytes]:
        """What another box wrote beyond a fork of its own, and may have lost."""
        ...

    def take(self, segments: list[bytes]) -> "Future[Done[Merged]]":
        """Take in what another box sent."""
        ...

    def lapsed(self, have: Heads, partitions: Collection[str] | None = None) -> bool:
        """Whether another box lacks what was trimmed here."""
        ...

    def snapshot(self, partitions: Collection[str] | None = None) -> list[bytes]:
        """What stands for the log that was trimmed, in pieces."""
        ...

    @property
    def astray(self) -> bool:
        """Whether something counts here that should not, and only another box's snapshot can set it right."""
        ...

    def install(self, snapshot: Sequence[bytes]) -> "Future[Heads]":
        """Begin with another box's snapshot; raises `Unreadable` for what is none."""
        ...


class Gallery(Protocol):
    """What a swap needs of whoever keeps pictures."""

    def missing(self, besides: Collection[str] = ()) -> list[str]:
        """What is named here and is not here, besides what was asked for in vain."""
        ...

    def held(self, besides: Collection[str] = ()) -> list[str]:
        """What is named here and is here, besides what was told."""
        ...

    def give(self, names: Collection[str]) -> list[bytes]:
        """What is here of these, up to a few mebibytes together."""
        ...

    def keep(self, asked: Collection[str], given: Collection[bytes]) -> int:
        """Keep what was asked for; returns how many."""
        ...

    def accept(self, offered: Collection[str], given: Collection[bytes]) -> list[str]:
        """Keep what came, and name what is offered and lacking."""
        ...


class Shelf(Protocol):
    """What a swap needs of whoever keeps snapshots that others bring."""

    def bring(self, manifest: bytes, pieces: Sequence[bytes]) -> list[int] | None:
        """Keep pieces of a snapshot, and name those still lacking; None when it cannot be kept. Raises `Unreadable`."""
        ...


@dataclass
class Outcome:
    """What came of one talk, for the notebook and the screen."""

    agreed: bool = False
    """Both hold the same now."""
    applied: int = 0
    refused: int = 0
    """Entries of theirs that were not taken in."""
    refused_there: int = 0
    ahead: bool = False
    """They sent what is dated more than a day ahead, and it was refused as a whole (R11)."""
    forks: list[Fork] = field(default_factory=list)
    waiting_here: int = 0
    """Entries that they still lack."""
    waiting_there: int = 0
    heads: Shorts | None = None
    """How far they are; None when they did not say."""
    partitions: list[str] | None = None
    peer: Told | None = None
    ahead_ms: int = 0
    """How far this box's clock runs before theirs."""
    turned: str = ""
    """Why nothing was exchanged, in one word."""
    began: bool = False
    """They had trimmed what was lacking here, and their snapshot was taken."""
    stuck_here: frozenset[Place] = frozenset()
    """Places (short author, partition) of which they have more than this box takes in."""
    stuck_there: frozenset[Place] = frozenset()
    """Places of which this box has more than they take in."""


class Swap:
    """One box's side of every talk."""

    def __init__(
        self,
        log: Log,
        circle: Circle,
        clock: Clock,
        version: str,
        *,
        giving: Callable[[Heads], None] = lambda _: None,
        corrected: Callable[[int, bool], None] = lambda _by, _vouched: None,
        taken: Callable[[], None] = lambda: None,
        begin: Callable[[], None] = lambda: None,
        pictures: Gallery | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.log = log
        self.circle = circle
        self._clock = clock
        self._version = version
        self.giving = giving
        self.pictures = pictures
        self._shelf = shelf
        self._taken = taken
        """Called after something was taken in, in the same thread."""
        self.begin = begin
        """Called before each talk, in the same thread."""
        self.unfit: dict[bytes, bytes] = {}
        """By box the snapshot that did not set this one right, so that it is not fetched again and again."""
        self._corrected = corrected
        """Told how far this box's clock must move, and whether somebody vouches that it is right then."""

    def told(self) -> dict[str, Any]:
        """What every message of ours says of this box."""
        return {"version": self._version, "now_ms": self._clock.now_ms(), "trusted": self._clock.trusted}

    # ---- answering

    def answer(self, peer: Certificate, raw: bytes) -> tuple[bytes, Outcome]:
        """Answer a question of another box; raises `Unreadable` for what is none. May wait for the writer."""
        self.begin()
        asked = read_question(raw)
        outcome = Outcome(peer=asked, partitions=self.circle.shared_with(peer))
        answered = self._answer(peer.box, asked, outcome)
        if isinstance(answered, Turned):
            outcome.turned = answered.why
        return pack(answered), outcome

    def _answer(self, peer: bytes, asked: Question, outcome: Outcome) -> Answer:
        if wrong := self.judge(asked, outcome):
            return Turned(why=wrong, **self.told())
        if isinstance(asked, Have):
            outcome.agreed = asked.digest == self.log.digest(outcome.partitions)
            if outcome.agreed and not self.log.given_back(peer):
                return Same(**self.told())
            return Differs(**self._vector(asked.folded, outcome.partitions), **self.told())
        if isinstance(asked, Show):
            return Shown(given=self.pictures.give(asked.names) if self.pictures else [], **self.told())
        if isinstance(asked, Begin):
            pieces = self.log.snapshot(outcome.partitions)
            return Begun(pieces=as_many(pieces[max(0, asked.at) :], asked.most), count=len(pieces), **self.told())
        if isinstance(asked, Offer):
            return Lacking(names=self.pictures.accept(asked.names, asked.given) if self.pictures else [], **self.told())
        if isinstance(asked, Bring):
            lacking = self._shelf.bring(asked.manifest, asked.pieces) if self._shelf else None
            return Brought(lacking=lacking or [], kept=lacking is not None, **self.told())
        ended = self.ended(outcome.partitions)
        if asked.folded not in {b"", fold(ended)}:
            return Differs(**self._vector(b"", outcome.partitions), **self.told())
        theirs = read_heads(asked.heads) | (ended if asked.folded else {})
        self.take(asked.segments, outcome)
        self.hear(asked.forks)
        asking = theirs | {(author, partition): (seq, b"") for author, partition, seq in asked.lower}
        given = self.gather(peer, asking, outcome.partitions, asked.most, set(asked.skip))
        self.note(theirs, outcome)
        return Traded(
            **self._vector(asked.folded, outcome.partitions),
            segments=given.segments,
            more=given.more,
            refused=outcome.refused,
            forks=given.forks,
            lapsed=given.lapsed,
            takes=self._shelf is not None,
            **self.told(),
        )

    def _vector(self, folded: bytes, partitions: list[str] | None) -> dict[str, Any]:
        """What an answer says of how far this box is, without those who have ended where the other's fold is ours."""
        ended = self.ended(partitions)
        same = bool(folded) and folded == fold(ended)
        heads = pack_heads(self.log.heads(), partitions, ended if same else ())
        return {"heads": heads, "folded": folded if same else b""}

    # ---- both sides

    def ended(self, partitions: list[str] | None) -> Shorts:
        """How far this box knows those who have written their last, as a vector would say it (R36)."""
        return shortened(self.log.ended(), partitions)

    def judge(self, them: Told, outcome: Outcome) -> str:
        """Compare versions and clocks; returns why nothing may be exchanged, or nothing."""
        outcome.ahead_ms = self._clock.now_ms() - them.now_ms
        if them.protocol < OLDEST or them.oldest > PROTOCOL:
            return VERSION
        if them.trusted and not self._clock.trusted:
            ahead = outcome.ahead_ms
            self._corrected(-ahead, True)
            if ahead > AHEAD_MS:
                return CLOCK
        return ""

    def not_before(self, at_ms: int) -> None:
        """Somebody with a trusted clock was alive then: whose own clock is doubtful and behind moves up to it."""
        behind_ms = at_ms - self._clock.now_ms()
        if behind_ms > 0 and not self._clock.trusted:
            self._corrected(behind_ms, False)

    def take(self, segments: list[bytes], outcome: Outcome) -> None:
        """Take in what the other sent, and wait until the disk has it."""
        for again in (True, False):
            merged = self.log.take(segments).result().value
            outcome.applied += merged.applied
            if again and merged.applied and merged.refused:
                # What was taken in may have named a box whose own segments came with it: those are heard again.
                continue
            outcome.refused += merged.refused
            outcome.forks += merged.forks
            outcome.ahead = outcome.ahead or bool(merged.ahead)
            break
        if segments:
            self._taken()

    def begin_with(self, snapshot: list[bytes]) -> None:
        """Let another box's snapshot stand for what it has no more; raises `Unreadable` for what is none."""
        try:
            self.log.install(snapshot).result()
        finally:
            # Also where it shows that this box is a copy.
            self._taken()

    def may_help(self, peer: bytes, manifest: bytes) -> bool:
        """Tell whether a snapshot was not tried yet."""
        return self.unfit.get(peer) != sha256(manifest).digest()

    def set_right_with(self, peer: bytes, snapshot: list[bytes]) -> bool:
        """Let another box's snapshot set right what counts here and should not; returns whether it could."""
        with suppress(Unreadable):
            self.begin_with(snapshot)
            if not self.log.astray:
                return True
        self.unfit[peer] = sha256(snapshot[0]).digest()
        return False

    def hear(self, forks: list[Fork]) -> None:
        """Take note of second histories that the other sees, by the authors' whole names."""
        if forks:
            told = {(author, partition): seq for author, partition, seq in forks}
            found = [place for place in self.log.heads() if (short(place[0]), place[1]) in told]
            self.log.suspect([(*place, told[short(place[0]), place[1]]) for place in found])

    def gather(
        self, peer: bytes, theirs: Shorts, partitions: list[str] | None, most: int, withheld: Collection[Place]
    ) -> "Given":
        """Collect what the other lacks, up to a number of bytes, and name the second histories that its heads show."""
        ours = self.log.heads()
        have = known(theirs, ours)
        forks = [(short(author), partition, seq) for author, partition, seq in self.log.compare(have)]
        have |= {place: told for place, told in ours.items() if (short(place[0]), place[1]) in withheld}
        most = max(1, min(most, MOST_TOGETHER))
        segments: list[bytes] = []
        if self.log.lapsed(have, partitions):
            return Given(segments, forks, more=False, lapsed=True)
        self.giving(ours)
        for packed in self.log.segments(have, partitions=partitions, most_bytes=most):
            segments.append(packed)
            if len(segments) == MOST_SEGMENTS:
                break
        for packed in self.log.given_back(peer):
            if sum(map(len, segments)) >= most or len(segments) == MOST_SEGMENTS:
                break
            segments.append(packed)
        full = sum(map(len, segments)) >= most or len(segments) == MOST_SEGMENTS
        return Given(segments, forks, more=full)

    def note(self, theirs: Shorts, outcome: Outcome) -> None:
        """Remember what waits in each direction."""
        here = shortened(self.log.heads(), outcome.partitions)
        outcome.heads = theirs
        outcome.waiting_here, outcome.waiting_there = behind(theirs, here), behind(here, theirs)
        outcome.agreed = here == theirs


@dataclass(frozen=True)
class Given:
    """What goes out in one message."""

    segments: list[bytes]
    forks: list[Fork]
    more: bool
    """There may be more."""
    lapsed: bool = False
    """What the other lacks was trimmed here."""


def as_many(pieces: list[bytes], most: int) -> list[bytes]:
    """Return the first of some pieces, as many as go into a message, but at least one."""
    room = max(1, min(most, MOST_TOGETHER)) - sum(map(len, pieces[:1]))
    given = pieces[:1]
    for piece in pieces[1:MOST_SEGMENTS]:
        room -= len(piece)
        if room < 0:
            break
        given.append(piece)
    return given
