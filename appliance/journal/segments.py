"""Segments: what travels between boxes, a stretch of one author's log that ends at the author's own signature.

Heads are recomputed, never sent: an author signs a head now and then (a seal), and everything up to it is proven by
the chain (spec/sync.md R48). A packed segment is one zstd frame that states its size, so a reader knows what it will
hold before it holds it (R24). It contains the MessagePack array

    ["segment", format, author, partition, first, previous, steps, needs, parts, public, signature]

where `steps` are the entries' stamps, the first whole and each further one as its distance from the one before,
`needs` is empty when nobody needs anything, and `parts` are lists of payload parts as they stand in the log. The
signature is Ed25519 over `SEAL` and the array [author, partition, last, head].
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import msgspec
import zstandard

from appliance.journal.entry import FORMAT, Entry, Erased, Unreadable, pack

MOST_PACKED = 1024 * 1024
MOST_INFLATED = 8 * 1024 * 1024
MOST_ENTRIES = 4_000
SEAL = b"zhanggui seal 1\x00"
_LEVEL = 9
_WIDEST_WINDOW = 8 * 1024 * 1024


class Seal(msgspec.Struct, frozen=True):
    """An author's signature over the head of its log; it needs nobody else to vouch for it."""

    author: bytes
    partition: str
    seq: int
    head: bytes
    public: bytes
    signature: bytes

    @property
    def holds(self) -> bool:
        """Whether the author itself signed: its name begins with the hash of the key that made the signature."""
        message = seal_message(self.author, self.partition, self.seq, self.head)
        return key_hash(self.public) == self.author[:16] and signed(self.public, self.signature, message)


class Segment(msgspec.Struct, frozen=True, array_like=True, tag="segment"):
    """A stretch of one author's log in one partition."""

    format: int
    author: bytes
    partition: str
    first: int
    previous: bytes
    steps: list[int]
    needs: list[int]
    parts: list[list[bytes | Erased]]
    public: bytes = b""
    signature: bytes = b""

    @property
    def last(self) -> int:
        """The sequence of its last entry."""
        return self.first + len(self.parts) - 1

    @property
    def sealed(self) -> tuple[bytes, bytes]:
        """The author's public key, and its signature over the last head."""
        return self.public, self.signature

    def chained(self) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its head, computed along the chain."""
        previous = self.previous
        needs = self.needs or [0] * len(self.parts)
        for seq, (hlc, need, parts) in enumerate(
            zip(accumulate(self.steps), needs, self.parts, strict=True), self.first
        ):
            entry = Entry(self.format, self.author, self.partition, seq, hlc, need, previous, parts)
            previous = entry.head
            yield entry, previous

    def seal(self, head: bytes) -> Seal:
        """Return the seal it ends with, given the head its entries lead to."""
        return Seal(self.author, self.partition, self.last, head, self.public, self.signature)


def key_hash(public: bytes) -> bytes:
    """Return the 16 bytes that begin the name of every author of a key."""
    return hashlib.sha256(public).digest()[:16]


def seal_message(author: bytes, partition: str, seq: int, head: bytes) -> bytes:
    """Return the bytes that an author signs to seal its log at a head."""
    return SEAL + pack((author, partition, seq, head))


@lru_cache(256)
def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 key signed a message; the same piece comes from several boxes, one soon after the other."""
    # Imported where used: a box that meets nobody never needs it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def segment_of(entries: Sequence[Entry], public: bytes = b"", signature: bytes = b"") -> Segment:
    """Make a segment of entries that follow each other in one author's log."""
    first = entries[0]
    hlcs = [entry.hlc for entry in entries]
    needs = [entry.needs for entry in entries]
    return Segment(
        first.format,
        first.author,
        first.partition,
        first.seq,
        first.previous,
        [hlcs[0], *(later - earlier for earlier, later in pairwise(hlcs))],
        needs if any(needs) else [],
        [entry.parts for entry in entries],
        public,
        signature,
    )


def pack_segment(segment: Segment) -> bytes:
    """Lay a segment out for the wire, for a stick or for a shelf."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(pack(segment))


def read_segment(raw: bytes) -> Segment:
    """Read a segment from elsewhere; raises only `Unreadable`. Its chain and its seal are not yet proven."""
    return read_inflated(inflate(raw, MOST_PACKED, MOST_INFLATED))


def read_inflated(plain: bytes) -> Segment:
    """Read a segment once it is unpacked; raises only `Unreadable`."""
    segment = _decoded(plain)
    for wrong, why in _WRONG:
        if wrong(segment):
            raise Unreadable(why)
    return segment


def inflate(raw: bytes, most_packed: int, most_inflated: int) -> bytes:
    """Undo the packing within limits that are looked at beforehand; raises only `Unreadable`."""
    if len(raw) > most_packed:
        raise Unreadable("It is larger than any box sends.")
    try:
        frame = zstandard.get_frame_parameters(raw)
        if frame.content_size > most_inflated or frame.window_size > _WIDEST_WINDOW:
            raise Unreadable("It would be larger unpacked than any box packs.")
        return zstandard.ZstdDecompressor().decompress(raw, max_output_size=most_inflated, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Unreadable("It is damaged.") from error


def _decoded(plain: bytes) -> Segment:
    try:
        return _decode(plain)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


_decode = msgspec.msgpack.Decoder(Segment).decode


_WRONG: tuple[tuple[Callable[[Segment], bool], str], ...] = (
    (lambda s: s.format != FORMAT, "Its entries have a format that this version does not know."),
    (lambda s: len(s.author) != 24 or len(s.previous) != 32, "Its author or its place in the chain is none."),
    (lambda s: not 0 < len(s.partition) < 200 or "\x00" in s.partition, "It names no partition."),
    (lambda s: not 0 < s.first < 2**53, "It begins nowhere."),
    (lambda s: not 0 < len(s.parts) <= MOST_ENTRIES, "It holds no entries, or more than any box sends."),
    (lambda s: len(s.steps) != len(s.parts) or len(s.needs) not in {0, len(s.parts)}, "Its columns differ in length."),
    (lambda s: not all(0 < hlc < 2**63 for hlc in accumulate(s.steps)), "A stamp is none."),
    (lambda s: any(not 0 <= need < 2**31 for need in s.needs), "It needs what no version offers."),
    (lambda s: not all(s.parts), "An entry has no parts."),
    (
        lambda s: any(isinstance(part, Erased) and len(part.hash) != 32 for parts in s.parts for part in parts),
        "An erased part is no hash.",
    ),
)
