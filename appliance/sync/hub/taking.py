"""Taking in: what should be written of segments that came, by the same rules as on any box. Nothing is written here.

What is planned holds for the heads and the rules that were looked at; who writes it sees that they still stand.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec

from appliance.journal.certificate import read_certificate
from appliance.journal.controls import Erase, Restamp, Retire, Revoke, Unfit, id_in, is_partition, read_control
from appliance.journal.entry import Entry, Unreadable, read_deed, read_sealed, without
from appliance.journal.forks import Proof, proof_of
from appliance.journal.merging import Merged, Proven, common, within
from appliance.journal.segments import Segment, pack_segment, segment_of
from appliance.sync.hub.rules import Place, Rules

NEVER = 2**62
Certificates = Callable[[Any], Iterator[str]]
"""Finds the certificates that a change of the shop shows."""


@dataclass(frozen=True)
class Piece:
    """A stretch to be written."""

    place: Place
    first: int
    last: int
    head: bytes
    raw: bytes
    persons: list[tuple[str, int]]
    """Whom it speaks of, and in which entry."""


@dataclass
class Plan:
    """All that should be written, as one."""

    rules: Rules
    merged: Merged
    before: dict[Place, tuple[int, bytes]] = field(default_factory=dict)
    """The heads it goes on from."""
    after: dict[Place, tuple[int, bytes]] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    revoked: list[tuple[Revoke, bytes]] = field(default_factory=list)
    """With the change as it stands in the log."""
    restamped: list[tuple[Restamp, Place, int]] = field(default_factory=list)
    retired: list[tuple[Retire, Place, int]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)

    @property
    def changes_rules(self) -> bool:
        """Whether the rules are others afterwards."""
        return bool(self.proofs or self.revoked or self.restamped or self.retired or self.erased or self.certificates)

    def retire(self, told: Retire, place: Place, seq: int) -> None:
        """Take note of where an author ended, as an entry says, unless it is known; raises `Unfit`."""
        told.check()
        if not {(told.author, *head) for head in told.heads} <= self.rules.retired:
            self.retired.append((told, place, seq))


class Planner:
    """Makes a plan of what came, looking at the log as it stands."""

    def __init__(
        self,
        plan: Plan,
        root: bytes,
        *,
        head: Callable[[Place], tuple[int, bytes]],
        head_at: Callable[[Place, int], bytes | None],
        piece_with: Callable[[Place, int], Segment | None],
        certificates: Certificates,
    ) -> None:
        self.plan = plan
        self._root = root
        self._head = head
        self._head_before = head_at
        self._piece_with = piece_with
        self._certificates = certificates
        self._planned: dict[Place, dict[int, bytes]] = {}

    def add(self, told: Iterable[Proven | Proof]) -> Plan:
        """Plan for all that came."""
        for one in told:
            if isinstance(one, Proven):
                self._segment(one)
            elif not is_partition(one.partition):
                self.plan.merged.refused += 1
            elif one.seq < self.plan.rules.forked.get((one.author, one.partition), NEVER):
                self._hear_of_fork(one)
        return self.plan

    def _segment(self, one: Proven) -> None:
        segment, merged = one.segment, self.plan.merged
        place = (segment.author, segment.partition)
        seq, head = self.plan.after.get(place) or self._head(place)
        told = within(one, self.plan.rules.limits.of(*place))
        if not told:
            merged.refused += len(one.entries)
            self._look_for_third(one, place, seq)
        elif segment.first > seq + 1:
            # It comes again when its turn has come: whoever sends it goes by our heads.
            merged.early += len(segment.parts)
        elif (shared := common(told, seq, partial(self._head_at, place))) is not None:
            merged.refused += len(told)
            self._fork(one, place, shared)
        else:
            merged.known += min(told[-1][0].seq, seq) - segment.first + 1
            fresh = told[seq - segment.first + 1 :]
            if fresh:
                self.plan.before.setdefault(place, (seq, head))
                self.plan.after[place] = (fresh[-1][0].seq, fresh[-1][1])
                self._planned.setdefault(place, {}).update((entry.seq, head) for entry, head in fresh)
                self._keep(one, place, fresh)
                merged.applied += len(fresh)

    def _head_at(self, place: Place, seq: int) -> bytes | None:
        at, head = self.plan.after.get(place) or self._head(place)
        # Nearly always: a log is gone on with where it ends.
        if seq == at:
            return head
        return self._planned.get(place, {}).get(seq) or self._head_before(place, seq)

    # ---- what is kept

    def _keep(self, one: Proven, place: Place, fresh: list[tuple[Entry, bytes]]) -> None:
        entries = [self._stripped(entry) for entry, _ in fresh]
        whole = one.signed and entries[-1].seq == one.segment.last
        same = len(entries) == len(one.entries) and all(
            kept is entry for kept, (entry, _) in zip(entries, fresh, strict=True)
        )
        raw = one.raw if whole and same else pack_segment(segment_of(entries, *(one.segment.sealed if whole else ())))
        persons = [(record, entry.seq) for entry in entries for record in _persons(entry)]
        self.plan.pieces.append(Piece(place, entries[0].seq, entries[-1].seq, fresh[-1][1], raw, persons))
        for entry in entries:
            self._listen(entry, place)

    def _stripped(self, entry: Entry) -> Entry:
        erased = self.plan.rules.erased
        if not erased or len(entry.parts) == 1:
            return entry
        parts = [entry.parts[0], *(without(part, erased.__contains__) for part in entry.parts[1:])]
        return entry if parts == entry.parts else msgspec.structs.replace(entry, parts=parts)

    # ---- what it says of the log itself

    def _listen(self, entry: Entry, place: Place) -> None:
        with suppress(Unreadable):
            for change in read_deed(entry.parts[0]).changes:
                # What this version does not understand is kept and relayed all the same.
                with suppress(Unfit, Unreadable):
                    self._change(change, entry, place)

    def _change(self, change: Any, entry: Entry, place: Place) -> None:
        plan = self.plan
        match read_control(change):
            case Revoke() as told:
                told.check(self._root)
                plan.revoked.append((told, msgspec.msgpack.encode(change)))
            case Restamp() as told:
                told.check()
                plan.restamped.append((told, place, entry.seq))
            case Retire() as told:
                plan.retire(told, place, entry.seq)
            case Erase() as told:
                record = id_in(told.record)
                if record not in plan.rules.erased:
                    plan.erased.append(record)
            case None:
                plan.certificates += [found for text in self._certificates(change) for found in self._newer(text)]

    def _newer(self, text: str) -> Iterator[bytes]:
        found = read_certificate(text, self._root)
        if found.number > self.plan.rules.certificates.get(found.box, (0, b""))[0]:
            yield found.raw

    # ---- second histories

    def _hear_of_fork(self, proof: Proof) -> None:
        place = (proof.author, proof.partition)
        if self._head_at(place, proof.seq) in {None, proof.head}:
            self.plan.proofs.append(proof)
        else:
            # The history here is a third one. Whoever sent this hears so, asks from further back, and proves it.
            self.plan.merged.forks.append((*place, proof.seq))

    def _look_for_third(self, one: Proven, place: Place, seq: int) -> None:
        """Look whether what does not count belongs to a third history, which parts from ours before the known fork."""
        rules = self.plan.rules
        known = 0 if rules.limits.cut_off(one.segment.author) else rules.forked.get(place, 0)
        if one.signed and one.segment.first <= known:
            shared = common(one.entries, seq, partial(self._head_at, place))
            if shared is not None and shared < known:
                self._fork(one, place, shared)

    def _fork(self, one: Proven, place: Place, shared: int) -> None:
        segment = one.segment
        if shared < 0:
            # Where it begins is found out by whoever sent it, who hears of this and asks from further back.
            self.plan.merged.forks.append((*place, segment.first - 1))
            return
        self.plan.merged.forks.append((*place, shared))
        ours, head = self._piece_with(place, shared + 1), self._head_at(place, shared)
        if one.signed and ours is not None and ours.signature and head is not None:
            branches = [
                segment_of([entry for entry, _ in branch.chained() if entry.seq > shared], *branch.sealed)
                for branch in (ours, segment)
            ]
            self.plan.proofs.append(proof_of(shared, head, *branches))


def _persons(entry: Entry) -> Iterator[str]:
    for part in entry.parts[1:]:
        with suppress(Unreadable):
            if record := read_sealed(part).record:
                yield record


def begun(merged: Merged, rules: Rules) -> Plan:
    """Begin a plan; what was counted so far is not counted twice when it has to be made again."""
    return Plan(rules, replace(merged, forks=list(merged.forks)))
