"""Vectors: how far a box has everybody's log, in about fifteen bytes an author (spec/sync.md R50).

A vector lists, by partition, the first eight bytes of each author's hash, the last sequence, and the first eight bytes
of the head there. Who reads it knows the same authors or has nothing to say about them, so the whole name need not
travel; the piece of the head shows a second history under one name (R6).

Authors who have written their last fold: where both boxes have all of them to the end, a digest of eight bytes says so,
and they are left out of the vector (R36). However many boxes were replaced over the years, a vector does not grow.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256

import msgspec

from appliance.journal.entry import Unreadable, pack

SHORT = 8
MOST_BYTES = 1024 * 1024
Heads = Mapping[tuple[bytes, str], tuple[int, bytes]]
Shorts = dict[tuple[bytes, str], tuple[int, bytes]]
"""Like heads, but by the short names of authors, and with only the beginning of each head."""

_decode = msgspec.msgpack.Decoder(dict[str, bytes]).decode


@lru_cache(10_000)
def short(author: bytes) -> bytes:
    """Return the short name of an author."""
    return sha256(author).digest()[:SHORT]


def pack_heads(heads: Heads, partitions: Collection[str] | None, folded: Collection[tuple[bytes, str]] = ()) -> bytes:
    """Lay a vector out for the wire, without what is `folded`; None is every partition."""
    told = shortened(heads, partitions)
    return pack_shorts({place: head for place, head in told.items() if place not in folded})


def fold(ended: Shorts) -> bytes:
    """Return what says in a vector's stead how far ended authors are known; empty where there are none."""
    return sha256(pack_shorts(ended)).digest()[:SHORT] if ended else b""


def pack_shorts(shorts: Shorts) -> bytes:
    """Lay a vector out that was read from elsewhere."""
    told: dict[str, bytearray] = {}
    for (author, partition), (seq, head) in sorted(shorts.items()):
        told.setdefault(partition, bytearray()).extend(author + head + _varint(seq))
    return pack({partition: bytes(rows) for partition, rows in told.items()})


def read_heads(raw: bytes) -> Shorts:
    """Read a vector; raises only `Unreadable`."""
    if len(raw) > MOST_BYTES:
        raise Unreadable("A vector is larger than any chain needs.")
    try:
        told = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return {(author, partition): place for partition, rows in told.items() for author, place in _rows(memoryview(rows))}


def known(theirs: Shorts, ours: Heads) -> dict[tuple[bytes, str], tuple[int, bytes]]:
    """Say another box's vector by the authors' whole names, as far as we know them."""
    return {
        (author, partition): theirs[short(author), partition]
        for author, partition in ours
        if (short(author), partition) in theirs
    }


def behind(one: Shorts, other: Shorts) -> int:
    """Count the entries that one lacks and the other has."""
    return sum(more_in(one, other).values())


def more_in(one: Shorts, other: Shorts) -> dict[tuple[bytes, str], int]:
    """Name the places of which the other has more, and how many entries."""
    return {
        place: seq - one.get(place, (0, b""))[0]
        for place, (seq, _) in other.items()
        if seq > one.get(place, (0, b""))[0]
    }


def shortened(heads: Heads, partitions: Collection[str] | None) -> Shorts:
    """Say our own heads as a vector would."""
    return {
        (short(author), partition): (seq, head[:SHORT])
        for (author, partition), (seq, head) in heads.items()
        if partitions is None or partition in partitions
    }


def _rows(rows: memoryview) -> Iterator[tuple[bytes, tuple[int, bytes]]]:
    at = 0
    while at < len(rows):
        author, head = bytes(rows[at : at + SHORT]), bytes(rows[at + SHORT : at + 2 * SHORT])
        seq, at = _read_varint(rows, at + 2 * SHORT)
        yield author, (seq, head)


def _varint(number: int) -> bytes:
    """LEB128, as DWARF and Protocol Buffers write it."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _read_varint(rows: memoryview, at: int) -> tuple[int, int]:
    number = 0
    for place in range(8):
        if at + place >= len(rows):
            break
        byte = rows[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    raise Unreadable("A vector breaks off.")
