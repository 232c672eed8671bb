"""Talks: the side of the box that asks. Give one each answer, send what it says, until it says nothing more."""

from collections.abc import Collection

from appliance.journal.certificate import Certificate
from appliance.journal.entry import pack
from appliance.sync.boxes.messages import (
    MOST_TOGETHER,
    Begin,
    Begun,
    Bring,
    Brought,
    Differs,
    Have,
    Trade,
    Traded,
    Turned,
    read_answer,
)
from appliance.sync.boxes.swap import Heads, Outcome, Place, Swap, as_many
from appliance.sync.boxes.vectors import Shorts, fold, more_in, pack_heads, read_heads, short, shortened

MOST_PIECES = 100_000
"""So many pieces of a snapshot are taken, whatever a box says it has."""


class Talk:
    """One talk of the box that asks: give it each answer, send what it says, until it says nothing more."""

    def __init__(
        self,
        swap: Swap,
        peer: Certificate,
        *,
        most: int = MOST_TOGETHER,
        skip: Collection[Place] = (),
        withheld: Collection[Place] = (),
    ) -> None:
        self._swap = swap
        self._peer = peer.box
        self.most = most
        """How many bytes one question and one answer may carry; who is slow makes it less."""
        self._skip = sorted(skip)
        self._withheld = withheld
        self._before: tuple[Heads, Shorts] | None = None
        self._wanted: list[Heads] = []
        """What was asked for since either side last learned something: a second history is looked for further and
        further back."""
        self._lapsed = self._takes = False
        self._ended: Shorts = {}
        """How far those who have ended were known when the last question was asked."""
        self._folds = True
        self._folded = b""
        """What stood for them in the last question."""
        self._pieces: list[bytes] = []
        self._errs = False
        """Nothing is lacking, but something counts here that should not: a snapshot is asked for to set it right."""
        self._brought: list[bytes] = []
        self._lacking = MOST_PIECES
        self.outcome = Outcome(partitions=swap.circle.shared_with(peer))

    def begin(self) -> bytes:
        """The first question."""
        self._swap.begin()
        self._ended = self._swap.ended(self.outcome.partitions)
        digest = self._swap.log.digest(self.outcome.partitions)
        return pack(Have(digest=digest, folded=fold(self._ended), **self._swap.told()))

    def go_on(self, raw: bytes) -> bytes | None:
        """Take an answer in; returns the next question, or None at the end. Raises `Unreadable` for what is none."""
        answer = read_answer(raw)
        self.outcome.peer = answer
        wrong = answer.why if isinstance(answer, Turned) else self._swap.judge(answer, self.outcome)
        if wrong:
            self.outcome.turned = wrong
            return None
        if isinstance(answer, Begun):
            return self._begin_with(answer)
        if isinstance(answer, Brought):
            return self._bring(answer.lacking) if answer.kept else None
        if isinstance(answer, Differs | Traded):
            theirs = read_heads(answer.heads) | (self._ended if answer.folded else {})
            if isinstance(answer, Traded):
                self._lapsed, self._takes = answer.lapsed, answer.takes
                self.outcome.refused_there += answer.refused
                self._swap.take(answer.segments, self.outcome)
                self._swap.hear(answer.forks)
            elif self._folded:
                # Meanwhile they have come further with those who have ended: from now on all are listed.
                self._folds, self._folded = False, b""
                self._wanted.clear()
            return self._next(theirs, answer.folded)
        return self._next(shortened(self._swap.log.heads(), self.outcome.partitions))

    def _next(self, theirs: Shorts, folded: bytes = b"") -> bytes | None:
        ours, partitions = self._swap.log.heads(), self.outcome.partitions
        self._swap.note(theirs, self.outcome)
        if self.outcome.agreed and not self._swap.log.given_back(self._peer):
            return self._set_right()
        given = self._swap.gather(self._peer, theirs, partitions, self.most, self._withheld)
        wants = self._swap.log.wants()
        if self._before != (ours, theirs):
            self._before, self._wanted = (ours, theirs), []
        if wants in self._wanted:
            # They have all that is this box's own; now their snapshot stands for what they have no more (R33).
            if self._lapsed and not self.outcome.began:
                return self._ask_to_begin()
            if given.lapsed and self._takes and not self._brought:
                self._brought = self._swap.log.snapshot(partitions)
                if self._brought:
                    return self._ask_to_take([])
            self._settle(theirs, shortened(ours, partitions))
            return self._set_right()
        self._wanted.append(wants)
        lower = [
            (short(place[0]), place[1], seq) for place, (seq, _) in wants.items() if seq < ours.get(place, (0, b""))[0]
        ]
        self._ended = self._swap.ended(partitions)
        self._folded = folded if self._folds and folded == fold(self._ended) else b""
        asked = Trade(
            heads=pack_heads(ours, partitions, self._ended if self._folded else ()),
            segments=given.segments,
            most=self.most,
            skip=self._skip,
            lower=lower,
            forks=given.forks,
            folded=self._folded,
            **self._swap.told(),
        )
        return pack(asked)

    def _set_right(self) -> bytes | None:
        """At the end: whoever went astray begins once more, with the snapshot of somebody who did not."""
        if self.outcome.began or not self._swap.log.astray:
            return None
        self._errs = True
        return self._ask_to_begin()

    def _ask_to_begin(self) -> bytes:
        # Whoever only errs looks at the manifest first: it may be the one that did not help before.
        most = 1 if self._errs and not self._pieces else self.most
        return pack(Begin(at=len(self._pieces), most=most, **self._swap.told()))

    def _begin_with(self, answer: Begun) -> bytes | None:
        """Take pieces of a snapshot in; with the last of them the log goes on from there."""
        self._pieces += answer.pieces
        if self._errs and not (self._pieces and self._swap.may_help(self._peer, self._pieces[0])):
            return None
        if answer.pieces and len(self._pieces) < min(answer.count, MOST_PIECES):
            return self._ask_to_begin()
        self.outcome.began = True
        if not self._pieces:
            # What they have laid down does not count any more: somebody else has to help.
            return self.begin()
        if self._errs:
            return self.begin() if self._swap.set_right_with(self._peer, self._pieces) else None
        self._swap.begin_with(self._pieces)
        return self.begin()

    def _ask_to_take(self, pieces: list[bytes]) -> bytes:
        return pack(Bring(manifest=self._brought[0], pieces=pieces, **self._swap.told()))

    def _bring(self, lacking: list[int]) -> bytes | None:
        """Bring what a hub still lacks of the snapshot; then the log goes on from there."""
        if len(lacking) >= self._lacking > 0:
            return None
        self._lacking = len(lacking)
        pieces = [self._brought[1 + place] for place in lacking if 0 <= place < len(self._brought) - 1]
        return self._ask_to_take(as_many(pieces, self.most)) if pieces else self.begin()

    def _settle(self, theirs: Shorts, ours: Shorts) -> None:
        """Nothing moved any more: name what each side does not take, so that it is not sent every time."""
        lacking, surplus = more_in(ours, theirs), more_in(theirs, ours)
        self.outcome.stuck_here, self.outcome.stuck_there = frozenset(lacking), frozenset(surplus)
