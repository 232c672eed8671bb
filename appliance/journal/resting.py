"""Resting: the shapes in which entries lie in the file. What travels and what is signed never depends on them.

A hot entry is a row. Its parts are packed with a dictionary, a sample of what this shop usually writes, for by itself
an entry is too short to be made much smaller: the first byte is the dictionary's number, a zstd frame without a header
follows. Parts that stand unpacked begin with the byte of a MessagePack array.

Cold entries lie by the hundred in chunks, in their order of arrival (spec/sync.md R26). A chunk is the MessagePack
array [salts, frame]: the salts of all parts side by side, since nothing makes them smaller, and a zstd frame with the
columns [places and the first sequence of each, arrivals, place of each entry, stamps, needs, parts]. Arrivals and
stamps are distances from the one before.
"""

import sqlite3
import threading
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple, cast

import msgspec
import zstandard

from appliance.journal.entry import Erased, decode_parts, encode_parts, pack

LEARN_AT = 300
"""After so many entries a box knows what it usually writes."""
LEARN_FROM = 48
MOST_NUMBERS = 100
_USUAL, _MOST = 2**16, 2**24
"""Bytes of an entry: room for nearly all, which is ready at once, and for the largest, which takes ten times as long."""
_HOT_LEVEL = 1
_COLD_LEVEL = 9
_SALT = b"\xc4\x10"
"""How a part goes on after its first byte: sixteen bytes of salt follow."""
_BARE = zstandard.FORMAT_ZSTD1_MAGICLESS


class Line(NamedTuple):
    """One entry as it lies in the log; its author and partition are its place's."""

    arrived: int
    place: int
    seq: int
    hlc: int
    needs: int
    parts: list[bytes | Erased]


class Packing:
    """Packs the parts of hot entries. One box has one; its dictionaries stay for ever."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        # A decompressor must not be used by two threads at once.
        self._own = threading.local()
        self.reload()

    def reload(self) -> None:
        """Read the dictionaries again, after a transaction was given up."""
        self._contents: dict[int, bytes] = dict(self._conn.execute("select n, content from dictionary").fetchall())
        self.number = max(self._contents, default=0)
        self._packer = _packer(self._contents[self.number]) if self.number else None

    def pack(self, parts: list[bytes | Erased]) -> bytes:
        """Lay parts into one column."""
        plain = encode_parts(parts)
        return bytes([self.number]) + self._packer.compress(plain) if self._packer else plain

    def unpack(self, raw: bytes) -> list[bytes | Erased]:
        """Read the parts back."""
        if raw[0] > MOST_NUMBERS:
            return decode_parts(raw)
        unpacker, frame = self._unpacker(raw[0]), raw[1:]
        try:
            plain = unpacker.decompress(frame, max_output_size=_USUAL)
        except zstandard.ZstdError:
            plain = unpacker.decompress(frame, max_output_size=_MOST)
        return decode_parts(plain)

    def learn(self, samples: Sequence[bytes]) -> None:
        """Make a new dictionary of what was written; what is packed with older ones stays."""
        if self.number < MOST_NUMBERS:
            self._conn.execute("insert into dictionary values (?, ?)", (self.number + 1, b"".join(samples)))
            self.reload()

    def _unpacker(self, number: int) -> zstandard.ZstdDecompressor:
        known = cast("dict[int, zstandard.ZstdDecompressor]", self._own.__dict__)
        if number not in known:
            known[number] = zstandard.ZstdDecompressor(dict_data=_dictionary(self._contents[number]), format=_BARE)
        return known[number]


def _packer(content: bytes) -> zstandard.ZstdCompressor:
    settings = zstandard.ZstdCompressionParameters.from_level(
        _HOT_LEVEL, format=_BARE, write_content_size=False, write_dict_id=False
    )
    dictionary = _dictionary(content)
    dictionary.precompute_compress(compression_params=settings)
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=settings)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


# ---- chunks


def pack_chunk(lines: Sequence[Line]) -> bytes:
    """Lay entries that arrived one after another into a chunk; those of one place follow each other in sequence."""
    salts: list[bytes] = []
    firsts: dict[int, int] = {}
    for line in lines:
        firsts.setdefault(line.place, line.seq)
    needs = [line.needs for line in lines]
    columns = (
        list(firsts.items()),
        _distances([line.arrived for line in lines]),
        [line.place for line in lines],
        _distances([line.hlc for line in lines]),
        needs if any(needs) else [],
        [[_unsalted(part, salts) for part in line.parts] for line in lines],
    )
    return pack((b"".join(salts), zstandard.ZstdCompressor(level=_COLD_LEVEL).compress(pack(columns))))


@lru_cache(8)
def read_chunk(raw: bytes) -> tuple[Line, ...]:
    """Read a chunk back. Whoever follows one author's log comes to the same few again and again."""
    return tuple(read_of_chunk(raw))


def read_of_chunk(raw: bytes, wanted: Container[int] | None = None) -> list[Line]:
    """Read what arrived at wanted moments from a chunk, or all: most of the work is making lines of it."""
    salts, frame = _decode_chunk(raw)
    firsts, arrivals, places, hlcs, needs, parts = _decode_columns(zstandard.ZstdDecompressor().decompress(frame))
    next_seq, salt, lines = dict(firsts), 0, []
    for arrived, place, hlc, need, rested in zip(
        accumulate(arrivals), places, accumulate(hlcs), needs or [0] * len(places), parts, strict=True
    ):
        begins, salt = salt, salt + 16 * [type(part) for part in rested].count(bytes)
        if wanted is None or arrived in wanted:
            own = iter(range(begins, salt, 16))
            salted = [_salted(part, salts, own) for part in rested]
            lines.append(Line(arrived, place, next_seq[place], hlc, need, salted))
        next_seq[place] += 1
    return lines


def _distances(numbers: list[int]) -> list[int]:
    return [numbers[0], *(later - earlier for earlier, later in pairwise(numbers))]


class Whole(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A part that lies as it is."""

    part: bytes


class Hash(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """What is left of an erased part."""

    hash: bytes


_Rested = bytes | Whole | Hash
_Columns = tuple[list[tuple[int, int]], list[int], list[int], list[int], list[int], list[list[_Rested]]]
_decode_chunk = msgspec.msgpack.Decoder(tuple[bytes, bytes]).decode
_decode_columns = msgspec.msgpack.Decoder(_Columns).decode


def _unsalted(part: bytes | Erased, salts: list[bytes]) -> _Rested:
    if isinstance(part, Erased):
        return Hash(part.hash)
    if part[1:3] != _SALT or len(part) < 19:
        return Whole(part)
    salts.append(part[3:19])
    return part[:3] + part[19:]


def _salted(part: _Rested, salts: bytes, places: Iterator[int]) -> bytes | Erased:
    if isinstance(part, Hash):
        return Erased(part.hash)
    if isinstance(part, Whole):
        return part.part
    place = next(places)
    return part[:3] + salts[place : place + 16] + part[3:]
