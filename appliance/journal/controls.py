"""Controls: entries that speak of the log itself. They hold whatever the order in which they and the rest arrive.

A control is a change `["c", verb, {...}]` of an entry's impersonal part:

- `was` {author, partition, hlc}: this entry was first written by an earlier incarnation of the same box, and counts
  from that moment (spec/sync.md R7); it stands before the entry's other changes
- `revoke` {box, number, cuts, signature}: what a box wrote beyond the cuts [[author, partition, seq, head], ...] does
  not count; the owner's root key signed it, and the highest number stands (R47)
- `restamp` {author, first, last, minus}: an author's stamps from `first` to `last` count `minus` less (R12)
- `retire` {author, heads}: an author wrote its last at [[partition, seq, head], ...] (R5, R36)
- `erase` {record}: a person is to be forgotten (R37)
- `milestone` {number, floor, authors, reaches, states}: how far everything is known, and how far everybody is (R32)
- `reached` {number}: the box that writes this has everything up to a milestone (R32)

What they say is kept in tables beside the log, for the tables drawn from the log depend on it.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from appliance.journal.entry import Stamp, pack, show_id
from appliance.journal.forks import Proof
from appliance.journal.limits import Limit, Limits, common_until
from appliance.journal.places import Places
from appliance.journal.reading import Heads
from appliance.journal.segments import signed

Source = tuple[int, int, Any]
"""Where a control stands: place, sequence, and the change itself."""


class Unfit(Exception):
    """A change this version cannot apply; it is kept, relayed and tried again after an update."""


MOST_HLC = 2**63 - 1
"""No stamp is greater."""
MOST_NAME = 200
"""No partition has a longer name."""
REVOKE = b"zhanggui revoke 1\x00"


class Cut(msgspec.Struct, frozen=True, array_like=True):
    """The last that counts of an author in a partition."""

    author: bytes
    partition: str
    seq: int
    head: bytes


class Revoke(msgspec.Struct, frozen=True):
    """A box is cut off."""

    box: bytes
    number: int
    cuts: list[Cut]
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """The bytes that the owner's root key signs."""
        return REVOKE + pack((self.box, self.number, self.cuts))

    def check(self, root: bytes) -> None:
        """Raise `Unfit` unless the owner's root key signed it."""
        if not root or not signed(root, self.signature, self.message):
            raise Unfit("The owner's key did not sign this.")


class Restamp(msgspec.Struct, frozen=True):
    """Some of an author's stamps are known to be false.

    Its stamps never go back, so it goes on as far ahead as it was; mostly `last` is the greatest stamp there is.
    """

    author: bytes
    first: int
    last: int
    minus: int

    def check(self) -> None:
        """Raise `Unfit` unless its numbers make sense."""
        if len(self.author) != 24 or not 0 < self.first <= self.last < 2**63 or not 0 < self.minus < self.first:
            raise Unfit("A restamping does not fit together.")


class Retire(msgspec.Struct, frozen=True):
    """An author has written its last."""

    author: bytes
    heads: list[tuple[str, int, bytes]]

    def check(self) -> None:
        """Raise `Unfit` unless these are ends of logs."""
        for partition, seq, head in self.heads:
            if not (is_partition(partition) and 0 < seq < 2**63 and len(head) == 32 and len(self.author) == 24):
                raise Unfit("No log ends there.")


class Erase(msgspec.Struct, frozen=True):
    """A person is forgotten: the record and all that was said of it."""

    record: Any


class Milestone(msgspec.Struct, frozen=True):
    """How far everything is known, said by the hub or an elder (R32); the log below `floor` may be trimmed."""

    number: int
    floor: int
    """The milestone that every box heard of lately has reached; 0 for none."""
    authors: list[bytes]
    reaches: dict[str, list[tuple[int, int]]]
    """By partition, (place in `authors`, sequence)."""
    states: dict[str, tuple[bytes, bytes]]
    """By partition, a digest of the entries and one of the state, where it was computed for just these."""

    def vector(self) -> dict[tuple[bytes, str], int]:
        """The sequence it stands at for each author and partition."""
        return {
            (self.authors[author], partition): seq for partition, told in self.reaches.items() for author, seq in told
        }


class Reached(msgspec.Struct, frozen=True):
    """Whoever writes this has everything up to a milestone."""

    number: int


class Was(msgspec.Struct, frozen=True):
    """When and where an entry was first written."""

    author: bytes
    partition: str
    hlc: int


class Controls:
    """What the controls in force say, read once and kept beside their tables.

    On a connection where the shadow is drawn anew they are `frozen`: a control that is not in the tables is only
    noted in `unheard`.
    """

    def __init__(self, conn: sqlite3.Connection, places: Places, root: bytes, *, frozen: bool = False) -> None:
        self._conn = conn
        self._places = places
        self._root = root
        self._frozen = frozen
        self.unheard: list[Source] = []
        self.erase: Callable[[str], None] = lambda _record: None
        """Takes a person's parts and rows away; set by whoever owns the tables."""
        self.redraw_due = ""
        """Why something already applied has to count differently now; empty when nothing has to."""
        self.load()

    def load(self) -> None:
        """Read the tables again, after a transaction was given up or a limit moved."""
        conn = self._conn
        cuts = {row["box"]: cuts_in(row["told"]) for row in conn.execute("select * from cut_off")}
        forked = conn.execute("select * from forked").fetchall()
        self._forked = {row["place"]: common_until(row["seq"], row["head"]) for row in forked}
        self._limits = Limits(cuts, {self._places.of(place): limit for place, limit in self._forked.items()})
        self._restamps: dict[bytes, list[tuple[int, int, int]]] = {}
        for row in conn.execute("select * from restamped"):
            if self.counts(row["place"], row["seq"]):
                told = (row["first"], row["last"], row["minus"])
                self._restamps.setdefault(row["author"], []).append(told)
        self._erased = {row[0] for row in conn.execute("select record from erased")}
        self._retired = frozenset(map(tuple, conn.execute("select * from retired")))
        due = conn.execute("select value from meta where name = 'redraw'").fetchone()
        self.redraw_due = due[0] if due else ""

    # ---- asking

    def limit(self, place: int) -> Limit | None:
        """Say how far a place counts; None without end."""
        return self._limits.of(*self._places.of(place))

    def forked(self, place: int) -> Limit | None:
        """Say up to where a forked place is common to both histories; None when it is not forked."""
        return self._forked.get(place)

    @property
    def forks(self) -> Mapping[int, Limit]:
        """The forked places, each with up to where it is common to both histories."""
        return self._forked

    def counts(self, place: int, seq: int) -> bool:
        """Tell whether an entry counts."""
        limit = self.limit(place) if self._limits.any else None
        return limit is None or seq <= limit.seq

    @property
    def restamps(self) -> dict[bytes, list[tuple[int, int, int]]]:
        """By author, which of its stamps (first, last) count how much less."""
        return self._restamps

    def cut_off(self, author: bytes) -> bool:
        """Tell whether the owner cut the box of an author off."""
        return self._limits.cut_off(author)

    def told(self, heads: Heads) -> Heads:
        """Turn the heads of the log into those that are told: none beyond its limit."""
        return self._limits.told(heads)

    def ended(self, told: Heads) -> Heads:
        """Return those of the heads that are told of authors who have written their last, and of boxes cut off (R36)."""
        retired = {row[:4] for row in self._retired if self.counts(*row[4:])}
        return self._limits.ended(told, retired)

    def stamp(self, author: bytes, hlc: int, place: int) -> Stamp:
        """Return the stamp that an author's stamp counts as."""
        found = self._restamps.get(author)
        if found is not None:
            hlc -= max((minus for first, last, minus in found if first <= hlc <= last), default=0)
        return Stamp(hlc, author, place)

    def said(self, stamp: Stamp) -> int:
        """Return what the author gave for a stamp that counts: the other way round, for entries speak of that."""
        for minus in sorted({minus for _, _, minus in self._restamps.get(stamp.author, ())}, reverse=True):
            if self.stamp(stamp.author, stamp.hlc + minus, 0).hlc == stamp.hlc:
                return stamp.hlc + minus
        return stamp.hlc

    def erased(self, record: str) -> bool:
        """Tell whether a person was erased."""
        return record in self._erased

    @property
    def all_erased(self) -> set[str]:
        """Everybody who was ever erased."""
        return self._erased

    # ---- obeying

    def obey(self, place: int, seq: int, change: Any) -> None:
        """Do what a control says; raises `Unfit`. Told again, it changes nothing."""
        source = (place, seq, change)
        match read_control(change):
            case Revoke() as told:
                self.revoke(told, source)
            case Restamp() as told:
                self._restamp(told, source)
            case Retire() as told:
                self.retire(told, source)
            case Erase() as told:
                self.erase_record(told.record, source)
            case Milestone() as told:
                self._stand(told, source)
            case Reached() as told:
                self._reach(told, source)
            case _:
                raise Unfit("The kind of change is unknown to this version.")

    def _new(self, source: Source | None) -> bool:
        """Tell whether a control may be obeyed here and now."""
        if self._frozen and source is not None:
            self.unheard.append(source)
        return not self._frozen

    def revoke(self, told: Revoke, source: Source | None = None) -> None:
        """Cut a box off, if the owner signed that and has said nothing newer of it; raises `Unfit`."""
        told.check(self._root)
        row = (told.box, told.number, pack(control(told)))
        known = self._conn.execute("select number, told from cut_off where box = ?", (told.box,)).fetchone()
        if (known is None or row[1:] > tuple(known)) and self._new(source):
            self._conn.execute("insert or replace into cut_off values (?, ?, ?)", row)
            self.due()

    def fork(self, proof: Proof) -> bool:
        """Take note of a proven fork; returns whether it was new."""
        place = self._places.number(proof.author, proof.partition)
        known = self._forked.get(place)
        if known is not None and known.seq <= proof.seq:
            return False
        self._conn.execute(
            "insert or replace into forked values (?, ?, ?, ?)", (place, proof.seq, proof.head, proof.packed)
        )
        self.due()
        return True

    def due(self) -> None:
        """Something that is applied has to count differently: a limit moved, a stamp proved false."""
        # Each reason has a number, so that a drawing begun before it does not count as one made for it.
        self._conn.execute(
            "insert into meta values ('redraws', '1') on conflict do update set value = cast(value as integer) + 1"
        )
        self._conn.execute("insert or replace into meta select 'redraw', value from meta where name = 'redraws'")
        self.load()

    def _restamp(self, told: Restamp, source: Source) -> None:
        told.check()
        row = (told.author, told.first, told.last, told.minus, *source[:2])
        known = self._conn.execute(
            "select 1 from restamped where (author, first, last, minus, place, seq) = (?, ?, ?, ?, ?, ?)", row
        )
        if known.fetchone() is None and self._new(source):
            self._conn.execute("insert into restamped values (?, ?, ?, ?, ?, ?)", row)
            self.due()

    def retire(self, told: Retire, source: Source) -> None:
        """Take note of where an author ended; raises `Unfit`."""
        told.check()
        rows = {(told.author, partition, seq, head, *source[:2]) for partition, seq, head in told.heads}
        if not rows <= self._retired and self._new(source):
            self._conn.executemany("insert or ignore into retired values (?, ?, ?, ?, ?, ?)", sorted(rows))
            self._retired |= rows

    def erase_record(self, told: Any, source: Source | None = None) -> None:
        """Forget a person; raises `Unfit`."""
        record = id_in(told)
        if record not in self._erased and self._new(source):
            self._conn.execute("insert into erased values (?)", (record,))
            self._erased.add(record)
            self.erase(record)

    def _stand(self, told: Milestone, source: Source) -> None:
        place, seq, _ = source
        known = self._conn.execute(
            "select 1 from milestone where (number, place, seq) = (?, ?, ?)", (told.number, place, seq)
        )
        if known.fetchone() is None and self._new(source):
            row = (told.number, place, seq, told.floor, pack(control(told)))
            self._conn.execute("insert into milestone values (?, ?, ?, ?, ?)", row)

    def _reach(self, told: Reached, source: Source) -> None:
        place, seq, _ = source
        if not 0 < told.number < 2**63:
            raise Unfit("A milestone has no such number.")
        known = self._conn.execute("select 1 from reached where (place, seq) = (?, ?)", (place, seq)).fetchone()
        if known is None and self._new(source):
            self._conn.execute("insert into reached values (?, ?, ?)", (place, seq, told.number))


Control = Revoke | Restamp | Retire | Erase | Milestone | Reached | Was


def control(told: Control) -> list[Any]:
    """Return the change that says this."""
    return ["c", type(told).__name__.lower(), msgspec.structs.asdict(told)]


def read_control(change: Any) -> Control | None:
    """Read a control; None when the change is none, or one this version does not know. Raises `Unfit`."""
    match change:
        case ["c", str(verb), dict(told)] if verb in _KINDS:
            try:
                return msgspec.convert(told, _KINDS[verb])
            except msgspec.ValidationError as error:
                raise Unfit(str(error)) from error
    return None


_KINDS: dict[str, type[Control]] = {
    kind.__name__.lower(): kind for kind in (Revoke, Restamp, Retire, Erase, Milestone, Reached, Was)
}


def original(author: bytes, change: Any) -> Was | None:
    """Read when an entry was first written from its first change; None when that is now. Raises `Unfit`."""
    was = read_control(change)
    if not isinstance(was, Was):
        return None
    if was.author[:16] != author[:16] or len(was.author) != 24 or not 0 < was.hlc < 2**63:
        raise Unfit("An entry claims to be another box's.")
    return was


def id_in(told: Any) -> str:
    """Return the id of a record as it is shown; raises `Unfit`."""
    record = show_id(told)
    if not isinstance(record, str) or not 0 < len(record) <= 200:
        raise Unfit("An id is no id.")
    return record


def is_partition(name: str) -> bool:
    """Tell whether a partition may be called so: a hub's database takes no longer name, and no NUL."""
    return 0 < len(name) < MOST_NAME and "\x00" not in name


def cuts_in(raw: bytes) -> Heads:
    """Return how far each log of a box counts that was cut off, from the packed change that did it."""
    told = read_control(msgspec.msgpack.decode(raw))
    cuts = told.cuts if isinstance(told, Revoke) else []
    return {(cut.author, cut.partition): (cut.seq, cut.head) for cut in cuts}
