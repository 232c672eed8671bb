"""The same day again and again: a shop's log with one finished day of it repeated, as a log of the same box.

A day's entries are copied as bytes. What must differ from one telling to the next is found once, by its place in the
bytes, and changed to something of the same length: ids, moments, days, paper numbers, the platform's numbers, waybills,
new buyers' phones and names. An id still begins with the moment at which it was made, as it does in a shop. Running
places and balances of the ledgers go on from day to day, every chain of hashes is computed anew, so the log checks, and
the tables are drawn from it by the journal itself.

An id that follows from its cause is told like any other, so an old platform order is not known again by its number;
nothing that is measured imports old files.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from appliance.demo.story import DAY_MS, ZONE_MS
from appliance.journal import ids
from appliance.journal.entry import Deed, Entry, pack, read_deed, read_sealed
from bench.story import NEW_BUYERS, OLD_CUSTOMERS, people

Shift = Callable[[int], bytes]
"""What stands in an entry that is told so many days earlier."""

_MADE_BYTES, _HEAD_BYTES = 6, 12
"""Of an id: the moment at which it was made; and of one that follows from its cause, what stays in every telling."""

_U64 = re.compile(rb"\xcf(.{8})", re.DOTALL)
_ID = re.compile(rb"\xc4\x10(.{16})", re.DOTALL)
_SHOWN = re.compile(rb"\xb6([-0-9A-Z_a-z]{22})")
_DAY = re.compile(rb"\xaa(\d{4}-\d\d-\d\d)")
_PAPER = re.compile(rb"[A-Z]{1,3}-[A-Z]\d-(\d{6})-\d{4,}")
_PLATFORM = re.compile(rb"90(\d{10})\d{7}")
_WAYBILL = re.compile(rb"(?:SF|7|YT|E)(88\d{11})")


@dataclass
class Telling:
    """One entry of the day: its bytes cut at the places that change."""

    at_ms: int
    hlc: int
    partition: str
    parts: list[list[bytes | int]] = field(default_factory=list)
    ledger: bool = False
    about: list[str] = field(default_factory=list)
    """The ids of the records in whose history it stands."""
    persons: list[str] = field(default_factory=list)
    """The ids of those of whom each further part speaks."""


class Day:
    """A finished day, cut out of a log."""

    def __init__(self, entries: Sequence[Entry], first_ms: int, last_ms: int) -> None:
        self.first_ms, self.last_ms = first_ms, last_ms
        self._shifts: list[Shift] = []
        self._known: dict[bytes, int] = {}
        self._buyers = _Buyers()
        self._steps: dict[bytes, tuple[bytes, bytes, str, int]] = {}
        self._retold: tuple[int, dict[bytes, bytes]] = (0, {})
        self._made: set[bytes] = set()
        self._author = entries[0].author
        self.moves: dict[str, int] = defaultdict(int)
        """How many lines the day writes into each ledger, and what it earns, by warehouse and account."""
        for entry in entries:
            self._look(entry)
        self.tellings = [self._cut(entry) for entry in entries]

    # ---- what the day made

    def _look(self, entry: Entry) -> None:
        deed = read_deed(entry.parts[0])
        if ids.is_id(deed.action_id):
            self._made.add(ids.read(deed.action_id))
        for changes in (deed.changes, *(read_sealed(part).changes for part in entry.parts[1:])):
            for change in changes:
                if change[0] in "pf":
                    self._made.add(change[2])
                if change[0] == "t":
                    _, _, document, _, to, parent = change
                    step = ids.derive("step", *_texts(document, parent), to, str(entry.hlc), entry.author.hex())
                    self._steps[ids.read(step)] = (document, parent, to, entry.hlc)
                count(change, self.moves)

    # ---- cutting

    def _cut(self, entry: Entry) -> Telling:
        told = Telling(entry.hlc >> 16, entry.hlc, entry.partition)
        deed = read_deed(entry.parts[0])
        told.ledger = any(change[0] == "f" and change[1] in LEDGERS for change in deed.changes)
        told.about, told.persons = deed.about, [read_sealed(part).record for part in entry.parts[1:]]
        told.parts = [self.cut(part) for part in entry.parts if isinstance(part, bytes)]
        return told

    def cut(self, packed: bytes) -> list[bytes | int]:
        """Cut something packed at the places that change; one piece is left of what does not."""
        cut: list[bytes | int] = []
        done = 0
        for start, end, shift in sorted(self._places(packed)):
            if start >= done:
                cut += [packed[done:start], shift]
                done = end
        return [*cut, packed[done:]]

    def joined(self, cut: Sequence[bytes | int], days: int) -> bytes:
        """Put together again what was cut, as it was so many days earlier."""
        return b"".join([self._shifts[piece](days) if isinstance(piece, int) else piece for piece in cut])

    def holds(self, at_ms: int) -> bool:
        """Whether a moment is one of the day."""
        return self.first_ms <= at_ms < self.last_ms

    def moves_with_it(self, raw: bytes) -> bool:
        """Whether an id is of something that the day made."""
        return raw in self._made or raw in self._steps

    def _places(self, part: bytes) -> Iterator[tuple[int, int, int]]:
        yield from self._ids(part)
        for pattern, shift_of in (
            (_U64, self._moment), (_DAY, self._day), (_PAPER, self._paper), (_PLATFORM, self._platform),
            (_WAYBILL, self._waybill), *((pattern, self._buyers.shift) for pattern in self._buyers.patterns),
        ):  # fmt: skip
            for found in pattern.finditer(part):
                shift = shift_of(found[1])
                if shift is not None:
                    yield found.start(1), found.end(1), self._number(bytes([len(found[1])]) + found[1], shift)

    def _ids(self, part: bytes) -> Iterator[tuple[int, int, int]]:
        for found in _ID.finditer(part):
            raw = found[1]
            if raw in self._made:
                yield found.start(1), found.end(1), self._number(raw, partial(_id, raw))
            elif raw in self._steps:
                yield found.start(1), found.end(1), self._number(raw, partial(self._step, raw))
        for found in _SHOWN.finditer(part):
            raw = ids.read(found[1].decode())
            if raw in self._made:
                yield found.start(1), found.end(1), self._number(found[1], partial(_shown_id, raw))

    def _number(self, key: bytes, shift: Shift) -> int:
        if key not in self._known:
            self._known[key] = len(self._shifts)
            self._shifts.append(shift)
        return self._known[key]

    def again(self, raw: bytes, days: int) -> bytes:
        """The id of the same thing so many days earlier."""
        return _id(raw, days) if raw in self._made else self._step(raw, days)

    def named(self, record: str, days: int) -> str:
        """The id of a record so many days earlier, as it is shown."""
        if not ids.is_id(record):
            return record
        raw = ids.read(record)
        return ids.show(_id(raw, days)) if raw in self._made else record

    def _step(self, raw: bytes, days: int) -> bytes:
        if raw not in self._steps:
            return raw
        if self._retold[0] != days:
            self._retold = (days, {})
        if raw not in self._retold[1]:
            document, parent, to, hlc = self._steps[raw]
            texts = _texts(self.again(document, days), self._step(parent, days) if parent else parent)
            step = ids.derive("step", *texts, to, str(earlier_hlc(hlc, days)), self._author.hex())
            self._retold[1][raw] = ids.read(step)
        return self._retold[1][raw]

    def _moment(self, raw: bytes) -> Shift | None:
        value = int.from_bytes(raw, "big")
        if self.holds(value):
            return lambda days: (value - days * DAY_MS).to_bytes(8, "big")
        if self.holds(value >> 16):
            return lambda days: earlier_hlc(value, days).to_bytes(8, "big")
        return None

    def _day(self, text: bytes) -> Shift | None:
        at = _midnight(text.decode())
        return (lambda days: _date(at - days * DAY_MS)) if self.holds(at) else None

    def _paper(self, text: bytes) -> Shift | None:
        at = _midnight(f"20{text[:2].decode()}-{text[2:4].decode()}-{text[4:].decode()}")
        if not self.holds(at):
            return None
        return lambda days: _date(at - days * DAY_MS)[2:].replace(b"-", b"")

    def _platform(self, text: bytes) -> Shift | None:
        at = int(text)
        inside = self.holds(at * 1000)
        return (lambda days: b"%010d" % (at - days * DAY_MS // 1000)) if inside else None

    def _waybill(self, text: bytes) -> Shift:
        return lambda days: b"%013d" % (int(text) + days * 50_000)

    # ---- telling it again

    def told(self, days: int) -> Iterator[tuple[Telling, list[bytes]]]:
        """Tell the day as it was so many days earlier."""
        table = [shift(days) for shift in self._shifts]
        for one in self.tellings:
            yield one, [b"".join([table[x] if type(x) is int else x for x in part]) for part in one.parts]  # type: ignore[misc,index]


# ---- ledgers that go on


LEDGERS = {"moved": "warehouse", "money_moved": "account"}


def count(change: Sequence[Any], moves: dict[str, int]) -> None:
    """Count a line of a ledger, and what it adds to the account."""
    if change[0] == "f" and change[1] in LEDGERS:
        owner = _shown(change[3][LEDGERS[change[1]]])
        moves[owner] += 1
        moves[f"{owner} earned"] += change[3].get("amount", 0)


def go_on(deed_bytes: bytes, moves: dict[str, int], rounds: int) -> bytes:
    """Move a deed's ledger lines on by so many days that came before."""
    deed: Deed = read_deed(deed_bytes)
    for change in deed.changes:
        if change[0] == "f" and change[1] in LEDGERS:
            owner = _shown(change[3][LEDGERS[change[1]]])
            change[3]["seq"] += rounds * moves[owner]
            if change[1] == "money_moved":
                change[3]["balance"] = change[3].get("balance", 0) + rounds * moves[f"{owner} earned"]
    return pack(deed)


# ---- people who come for the first time


class _Buyers:
    """New buyers of the day: another number, and another name on the platform, each time."""

    def __init__(self) -> None:
        new = people()[OLD_CUSTOMERS:]
        self._place = {one.phone.encode(): place for place, one in enumerate(new)}
        self._place |= {phone[-7:]: place for phone, place in list(self._place.items())}
        nicks = {b"%07d" % one.number: place for place, one in enumerate(new)}
        phones, tails = ([one for one in self._place if len(one) == length] for length in (11, 7))
        self._place |= nicks
        self.patterns = (
            re.compile(b"\xab(" + b"|".join(phones) + b")"),
            re.compile(b"\xa7(" + b"|".join(tails) + b")"),
            re.compile(rb"\d{5}(" + b"|".join(nicks) + b")"),
        )

    def shift(self, text: bytes) -> Shift:
        """What stands where a new buyer's number or name stood; the day itself keeps them."""
        place = self._place[text]
        if text.startswith(b"000"):
            return lambda days: b"%07d" % (OLD_CUSTOMERS + days * NEW_BUYERS + place)
        return lambda days: _phone(place, days)[-len(text) :] if days else text


def _phone(place: int, days: int) -> bytes:
    # Three to the eighteenth has no factor in common with ten, so no two numbers are equal and tails look random.
    return b"15%09d" % ((days * NEW_BUYERS + place) * 387_420_489 % 10**9)


# ---- small things


def earlier_hlc(hlc: int, days: int) -> int:
    """A stamp so many days earlier."""
    return hlc - (days * DAY_MS << 16)


def _id(raw: bytes, days: int) -> bytes:
    """The id of the same thing so many days earlier."""
    if raw[0] & 0x40:
        # It follows from its cause: no part of it is a moment, and any part of it may be another.
        return raw[:_HEAD_BYTES] + _said(days) if days else raw
    made = int.from_bytes(raw[:_MADE_BYTES], "big") - days * DAY_MS
    return made.to_bytes(_MADE_BYTES, "big") + raw[_MADE_BYTES:]


def _shown_id(raw: bytes, days: int) -> bytes:
    return ids.show(_id(raw, days)).encode()


@cache
def _said(days: int) -> bytes:
    return hashlib.sha256(b"%d days earlier" % days).digest()[:4]


def _shown(value: Any) -> str:
    return ids.show(value) if isinstance(value, bytes) else value


def _texts(document: Any, parent: Any) -> tuple[str, str]:
    return _shown(document), _shown(parent)


def _midnight(day: str) -> int:
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000) - ZONE_MS
    except ValueError:
        return 0


def _date(at_ms: int) -> bytes:
    return datetime.fromtimestamp((at_ms + ZONE_MS) / 1000, UTC).strftime("%Y-%m-%d").encode()
