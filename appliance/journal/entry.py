"""Entries: one action by one person at one moment, as it stands in the log and travels between boxes for ever.

The signed header covers only hashes. The payload is cut into salted parts: part 0 holds everything impersonal, and
each personal record has a part of its own, so that a person can be erased while the chain still verifies
(spec/sync.md R20, R37). An erased part is its bare hash.

A payload part is MessagePack. Part 0 is `[salt, who, device, action, action id, day, about, changes]`, the others
`[salt, record, changes]`. A change is an array that begins with its kind:

- `["p", table, id, {field: value}]` a record is put; a field left out has its default
- `["s", table, id, {field: value}, {group: [hlc, author]}]` fields are set; for watched groups the stamp replaced
- `["f", table, id, {field: value}]` a fact happened
- `["t", table, document, from, to, parent step]` a document took a step
- `["c", verb, {...}]` the log itself is spoken of (controls.py)

Ids travel as their 16 bytes.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from appliance.journal import ids

FORMAT = 1
NO_HEAD = bytes(32)
MOST_BYTES = 64 * 1024
MOST_CHANGES = 1_000

pack = msgspec.msgpack.Encoder().encode


class Erased(msgspec.Struct, frozen=True, array_like=True):
    """What is left of an erased part: its hash."""

    hash: bytes


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """An entry on the wire."""

    format: int
    author: bytes
    partition: str
    seq: int
    hlc: int
    needs: int
    previous: bytes
    parts: list[bytes | Erased]

    @property
    def payload_hash(self) -> bytes:
        """Hash over the hashes of the parts, so an erased part can stand as its hash."""
        return hashlib.sha256(b"".join([part_hash(part) for part in self.parts])).digest()

    @property
    def size(self) -> int:
        """Bytes of its parts, as far as they are here."""
        return sum([len(part) for part in self.parts if isinstance(part, bytes)])

    @property
    def head(self) -> bytes:
        """Hash of the header; the next entry of this author and partition carries it."""
        return head_of(self.author, self.partition, self.seq, self.hlc, self.needs, self.previous, self.payload_hash)


class Deed(msgspec.Struct, frozen=True, array_like=True):
    """Part 0 of an entry: who did what, and the impersonal changes."""

    salt: bytes
    who: str
    device: str
    action: str
    action_id: str
    day: str
    about: list[str]
    changes: list[Any]


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A further part of an entry: the changes of one personal record."""

    salt: bytes
    record: str
    changes: list[Any]


class Stamp(NamedTuple):
    """When and by whom a change was made; stamps order everything that must be ordered."""

    hlc: int
    author: bytes
    place: int = 0
    """This box's number for the author's log in that partition; it never decides an order, for stamps are unique."""

    @property
    def at(self) -> int:
        """Milliseconds since 1970, as far as the author's clock could be believed."""
        return self.hlc >> 16


class Unreadable(Exception):
    """Bytes from elsewhere that are not an entry, or one past the limits."""


_decode = msgspec.msgpack.Decoder(Entry).decode
_decode_deed = msgspec.msgpack.Decoder(Deed).decode
_decode_sealed = msgspec.msgpack.Decoder(Sealed).decode
_decode_parts = msgspec.msgpack.Decoder(list[bytes | Erased]).decode


def head_of(
    author: bytes, partition: str, seq: int, hlc: int, needs: int, previous: bytes, payload: bytes, format: int = FORMAT
) -> bytes:
    """Return the head that an entry's header makes."""
    return hashlib.sha256(pack((format, author, partition, seq, hlc, needs, previous, payload))).digest()


def part_hash(part: bytes | Erased) -> bytes:
    """Hash of a payload part, erased or not."""
    return part.hash if isinstance(part, Erased) else hashlib.sha256(part).digest()


def decode(raw: bytes) -> Entry:
    """Read an entry from elsewhere; raises only `Unreadable`."""
    if len(raw) > 2 * MOST_BYTES:
        raise Unreadable("An entry is larger than any box writes.")
    try:
        entry = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    sizes_fit = len(entry.author) == 24 and len(entry.previous) == 32 and 0 < entry.seq < 2**53
    hashes_fit = all(not isinstance(part, Erased) or len(part.hash) == 32 for part in entry.parts)
    if not (sizes_fit and hashes_fit and 0 < entry.hlc < 2**63 and entry.parts and 0 < len(entry.partition) < 200):
        raise Unreadable("An entry's header does not fit together.")
    return entry


def encode_parts(parts: list[bytes | Erased]) -> bytes:
    """Lay the parts into one column of the log."""
    return pack(parts)


def decode_parts(raw: bytes) -> list[bytes | Erased]:
    """Read the parts back from the log."""
    return _decode_parts(raw)


def read_deed(part: bytes | Erased) -> Deed:
    """Read part 0; an erased or unreadable one is an empty deed (raises `Unreadable`)."""
    if isinstance(part, Erased):
        return Deed(b"", "", "", "", "", "", [], [])
    try:
        deed = _decode_deed(part)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return deed


def read_sealed(part: bytes | Erased) -> Sealed:
    """Read a personal part; an erased one holds nothing any more (raises `Unreadable`)."""
    if isinstance(part, Erased):
        return Sealed(b"", "", [])
    try:
        return _decode_sealed(part)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def without(part: bytes | Erased, gone: Callable[[str], bool]) -> bytes | Erased:
    """Return what may be kept of a further part: its hash where it speaks of a person who is gone."""
    try:
        speaks = isinstance(part, bytes) and gone(read_sealed(part).record)
    except Unreadable:
        return part
    return Erased(part_hash(part)) if speaks else part


@lru_cache(2048)
def pack_id(text: str) -> str | bytes:
    """An id travels as 16 bytes; anything else as it is."""
    return ids.read(text) if ids.is_id(text) else text


def show_id(value: Any) -> Any:
    """Turn 16 bytes back into an id; leave everything else."""
    return ids.show(value) if isinstance(value, bytes) and len(value) == 16 else value
