"""The hub's log: what a swap needs of a journal, answered from PostgreSQL. It holds nothing that another process lacks."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future

from appliance.journal import Clock, Done, Merged, sending
from appliance.journal.certificate import Certificate
from appliance.journal.entry import NO_HEAD, Unreadable
from appliance.journal.forks import Proof
from appliance.journal.merging import Proven, Trust, believed, proven
from appliance.journal.reading import Heads
from appliance.journal.segments import Segment
from appliance.sync.hub import pieces
from appliance.sync.hub.base import Base, Conn
from appliance.sync.hub.pieces import Known, Wanted
from appliance.sync.hub.resting import rest
from appliance.sync.hub.rules import Place, Rules, edition, read
from appliance.sync.hub.shelf import Shelf
from appliance.sync.hub.storing import keep_certificates, scrub, store
from appliance.sync.hub.taking import Certificates, Planner, begun

log = logging.getLogger("appliance.hub")
Fork = tuple[bytes, str, int]


class HubLog:
    """A log as a swap sees it (`swap.Log`). Any thread may ask; any number of processes may share the database."""

    def __init__(
        self,
        base: Base,
        root: bytes,
        clock: Clock,
        *,
        trust: Trust,
        certificates: Certificates = lambda _: iter(()),
        shelf: Shelf | None = None,
    ) -> None:
        self._base = base
        self._root = root
        self._clock = clock
        self._trust = trust
        self._certificates = certificates
        self._shelf = shelf
        self._turn = threading.Lock()
        self._known: Known | None = None
        self.rules = Rules()
        self.changed: Callable[[Rules], None] = lambda _: None
        """Called when the rules are others than before."""

    def refresh(self) -> Rules:
        """Look whether another process changed the rules."""
        with self._base.conn() as conn:
            return self._refreshed(conn)

    def _refreshed(self, conn: Conn) -> Rules:
        if edition(conn) != self.rules.edition:
            with self._turn:
                self.rules = read(conn)
                self.changed(self.rules)
        return self.rules

    def admit(self, told: Certificate) -> None:
        """Keep the certificate of a box that introduced itself."""
        if told.number <= self.rules.certificates.get(told.box, (0, b""))[0]:
            return
        with self._base.conn() as conn, conn.transaction():
            keep_certificates(conn, [told.raw], self._root)
            conn.execute("update hub set edition = edition + 1")

    # ---- saying how far one is

    def _now(self, conn: Conn) -> Known:
        found = self._known = pieces.known(conn, self._known)
        return found

    def heads(self) -> Heads:
        """How far each author's log is known."""
        with self._base.conn() as conn:
            return self.rules.limits.told(self._now(conn).heads)

    def ended(self) -> Heads:
        """Those of the heads beyond which nothing will come any more."""
        rules = self.rules
        return rules.limits.ended(self.heads(), rules.retired)

    def wants(self) -> Heads:
        """The heads to ask by. A hub only answers; whoever asks finds second histories out."""
        return self.heads()

    def digest(self, partitions: Collection[str] | None = None) -> bytes:
        """32 bytes over the heads."""
        return sending.digest(self.heads(), partitions)

    def compare(self, theirs: Heads) -> list[Fork]:
        """Where another box's heads show a second history under one name."""
        with self._base.conn() as conn:
            found = self._now(conn)
            ours = self.rules.limits.told(found.heads)
            asked = {place: told for place, told in theirs.items() if 0 < told[0] <= ours.get(place, (0, b""))[0]}
            # Their heads may be cut short; where both stand at one place there is nothing to look up.
            behind = {
                place: (seq, head)
                for place, (seq, head) in asked.items()
                if seq != ours[place][0] or not ours[place][1].startswith(head)
            }
            if not behind:
                return []
            ends = pieces.heads_at(conn, [(found.numbers[place], seq) for place, (seq, _) in behind.items()])
            forks = []
            for (author, partition), (seq, head) in behind.items():
                number = found.numbers[author, partition]
                known = ends.get(number) or pieces.head_at(conn, number, seq)
                if known is not None and not known.startswith(head):
                    forks.append((author, partition, seq))
            return forks

    def suspect(self, forks: list[Fork]) -> None:
        """Another box sees a second history; it asks from further back itself, or has the proof sent."""

    # ---- handing out

    def segments(
        self, have: Heads, *, partitions: Collection[str] | None = None, most_bytes: int | None = None
    ) -> Iterator[bytes]:
        """What another box lacks, in the order in which it should be taken in; ends after `most_bytes`."""
        with self._base.conn() as conn:
            for packed, in_turn in self._segments(conn, have, partitions):
                yield packed
                if most_bytes is not None and in_turn:
                    most_bytes -= len(packed)
                    if most_bytes <= 0:
                        return

    def _segments(self, conn: Conn, have: Heads, partitions: Collection[str] | None) -> Iterator[tuple[bytes, bool]]:
        """Yield each piece, and whether this is its turn: why stamps are false is told before it (`sending.outgoing`)."""
        rules, found = self.rules, self._now(conn)
        ours = rules.limits.told(found.heads)
        names = dict.fromkeys(partitions) if partitions is not None else sorted({name for _, name in ours})
        for partition in sending.in_order(names):
            wanted: list[Wanted] = []
            for (author, name), told in ours.items():
                theirs = have.get((author, name), (0, b""))
                if name != partition or not sending.says_more(told, theirs):
                    continue
                number = found.numbers[author, name]
                if (author, name) in rules.forked:
                    yield from ((proof, True) for proof in _proof(conn, number))
                if theirs[0] < told[0]:
                    wanted.append(Wanted(number, theirs[0], told[0]))
            if not wanted:
                continue
            if rules.restamps:
                yield from ((packed, False) for packed in pieces.restampings(conn, wanted))
            yield from ((packed, True) for packed in pieces.in_order(conn, wanted))

    def lapsed(self, have: Heads, partitions: Collection[str] | None = None) -> bool:
        """Whether a box lacks what had been trimmed before the hub came; it trims nothing itself."""
        for name, seq in self.rules.begins.items():
            limit = self.rules.limits.of(*name)
            needed = seq if limit is None else min(seq, limit.seq)
            if (partitions is None or name[1] in partitions) and have.get(name, (0, b""))[0] < needed:
                return True
        return False

    def snapshot(self, partitions: Collection[str] | None = None) -> list[bytes]:
        """What stands for the log that is not here; nothing where all of it is."""
        return self._shelf.snapshot(self.refresh(), partitions) if self._shelf else []

    @property
    def astray(self) -> bool:
        """Never: a hub folds nothing."""
        return False

    def install(self, _snapshot: Sequence[bytes]) -> "Future[Heads]":
        """Refuse: a hub never asks; a snapshot is brought to its shelf."""
        raise Unreadable("A hub asks nobody.")

    def given_back(self, _box: bytes) -> list[bytes]:
        """Nothing: a hub keeps of a second history only what proves it."""
        return []

    # ---- taking in

    def take(self, segments: list[bytes]) -> "Future[Done[Merged]]":
        """Take in what another box sent; done when it returns, and then on disk."""
        merged, done = Merged(), Future[Done[Merged]]()
        told = proven(segments, self._trust, merged)
        if self._clock.trusted:
            told = believed(told, merged, self.rules.stamp, self._clock.now_ms())
        done.set_result(Done(self._stored(told, merged) if told else merged, frozenset()))
        return done

    def _stored(self, told: list[Proven | Proof], merged: Merged) -> Merged:
        with self._base.conn() as conn:
            while True:
                # Whoever was not quick enough looks again: each time round, another process has come further.
                rules, found = self._refreshed(conn), self._now(conn)
                plan = self._planner(conn, merged, rules, found).add(told)
                if store(conn, plan, found.numbers, self._root):
                    break
            if plan.changes_rules:
                self._refreshed(conn)
            if plan.erased:
                scrub(conn)
            return plan.merged

    # ---- in quiet moments

    def tidy(self) -> int:
        """Join small pieces that are old, and finish scrubbing that broke off; returns how many pieces gave way."""
        with self._base.conn() as conn:
            scrub(conn)
            return rest(conn)

    def _planner(self, conn: Conn, merged: Merged, rules: Rules, found: Known) -> Planner:
        def head_at(place: Place, seq: int) -> bytes | None:
            return pieces.head_at(conn, found.numbers.get(place, 0), seq)

        def piece_with(place: Place, seq: int) -> Segment | None:
            return pieces.piece_with(conn, found.numbers.get(place, 0), seq)

        return Planner(
            begun(merged, rules),
            self._root,
            head=lambda place: found.heads.get(place, (0, NO_HEAD)),
            head_at=head_at,
            piece_with=piece_with,
            certificates=self._certificates,
        )


def _proof(conn: Conn, place: int) -> Iterator[bytes]:
    row = conn.execute("select proof from forked where place = %s", (place,), binary=True).fetchone()
    if row is not None:
        yield row[0]
