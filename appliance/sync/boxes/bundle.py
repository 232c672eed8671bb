"""The bundle: what a box would say on the wire, laid into one file that somebody carries (spec/sync.md R40, R52).

    "ZGBUNDL1", length (4 bytes), header
    then parts: the first 8 bytes of the file's name, number (4), length (4), sealed part

The header is the MessagePack array of `Header`, signed by the box that wrote it. It holds, for each box the file is
for, the file's key sealed to that box (X25519 with a key made for this file, HKDF-SHA256, ChaCha20-Poly1305). A part is
sealed alone with the file's key (ChaCha20-Poly1305, its number as nonce, the file's name and its number bound to it):
part 0 is the manifest, the others are lists of segments, the last, numbered 2**32 - 1, tells how many there were. Where a
reader may lack what was trimmed, pieces of a snapshot stand before the segments, one in a part. So a torn copy still gives its good parts, and a part cannot stand in another's place or another file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.journal.certificate import Certificate, read_certificate
from appliance.journal.entry import Unreadable, pack
from appliance.journal.segments import signed
from appliance.sync.boxes.circle import SHORT_BOX, Circle
from appliance.sync.boxes.keys import BoxKey, Random

MAGIC = b"ZGBUNDL1"
MOST_HEADER = 1024 * 1024
PART_BYTES = 1024 * 1024
MOST_SEALED = 2 * PART_BYTES + 64 * 1024
"""A part is closed when it holds a mebibyte; its last segment may be almost as large."""
MOST_FRAME = MOST_SEALED + 16
NAME_BYTES, MARK_BYTES = 16, 8
MANIFEST, END = 0, 2**32 - 1
MOST_LOST = 64 * 1024 * 1024
"""How far a reader looks for the next good part."""
_SIGNED_FOR = b"zhanggui bundle 1"
_ONCE = bytes(12)


class Header(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What anybody may read of a bundle."""

    chain: bytes
    sender: bytes
    """The certificate of the box that wrote it."""
    name: bytes
    made_ms: int
    ephemeral: bytes
    keys: list[tuple[bytes, bytes]]
    """(first bytes of a box's name, the file's key sealed to it)."""
    signature: bytes = b""

    @property
    def signed(self) -> bytes:
        """What the sender signs."""
        return _SIGNED_FOR + pack(msgspec.structs.replace(self, signature=b""))


class Manifest(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the bundle takes from where to where."""

    since: bytes
    """The vector that readers are thought to have."""
    upto: bytes
    """The sender's vector."""
    version: str = ""
    trusted: bool = False
    """The sender's clock was vouched for when it wrote."""


class Standing(msgspec.Struct, frozen=True, array_like=True, tag="standing"):
    """A piece of what stands for a log that was trimmed; a reader that does not know of it passes it over (R35)."""

    place: int
    count: int
    piece: bytes


class End(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """That nothing is missing at the end."""

    parts: int
    digests: list[bytes]


class Foreign(Exception):
    """A bundle that is not for this box; why, in one word: chain, revoked, not for us, damaged."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


CHAIN, REVOKED, NOT_FOR_US, DAMAGED = "chain", "revoked", "not for us", "damaged"


# ---- writing


def write_bundle(
    file: BinaryIO,
    *,
    key: BoxKey,
    own: Certificate,
    readers: Iterable[Certificate],
    manifest: Manifest,
    segments: Iterable[bytes],
    made_ms: int,
    random: Random,
    snapshot: Sequence[bytes] = (),
) -> list[bytes]:
    """Write a bundle; returns the digest of every sealed part in order, the end's last."""
    secret, ephemeral = random(32), X25519PrivateKey.from_private_bytes(random(32))
    name = random(NAME_BYTES)
    header = Header(
        chain=own.chain,
        sender=own.raw,
        name=name,
        made_ms=made_ms,
        ephemeral=ephemeral.public_key().public_bytes_raw(),
        keys=[(one.box[:SHORT_BOX], _wrapped(secret, ephemeral, one, name)) for one in readers],
    )
    raw = pack(msgspec.structs.replace(header, signature=key.sign(header.signed)))
    file.write(MAGIC + len(raw).to_bytes(4, "big") + raw)
    digests: list[bytes] = []

    def put(number: int, part: Any) -> None:
        sealed = ChaCha20Poly1305(secret).encrypt(number.to_bytes(12, "big"), pack(part), _bound(name, number))
        file.write(name[:MARK_BYTES] + number.to_bytes(4, "big") + len(sealed).to_bytes(4, "big") + sealed)
        digests.append(hashlib.sha256(sealed).digest())

    put(MANIFEST, manifest)
    standing = (Standing(place, len(snapshot), piece) for place, piece in enumerate(snapshot))
    for number, part in enumerate(chain(standing, _parts(segments)), 1):
        put(number, part)
    put(END, End(parts=len(digests) - 1, digests=list(digests)))
    return digests


def _parts(segments: Iterable[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for segment in segments:
        part.append(segment)
        size += len(segment)
        if size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _wrapped(secret: bytes, ephemeral: X25519PrivateKey, reader: Certificate, name: bytes) -> bytes:
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(reader.exchange))
    return ChaCha20Poly1305(_shared_key(shared, name, reader.box)).encrypt(_ONCE, secret, name)


def _shared_key(shared: bytes, name: bytes, box: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=name, info=_SIGNED_FOR + box).derive(shared)


def _bound(name: bytes, number: int) -> bytes:
    return name + number.to_bytes(4, "big")


# ---- reading


@dataclass(frozen=True)
class Opened:
    """A bundle whose header was believed."""

    header: Header
    sender: Certificate
    secret: bytes


@dataclass
class Read:
    """How much of a bundle was good."""

    good: int = 0
    bad: int = 0
    whole: bool = False
    """Its end was there, and every part before it was good."""


def read_header(file: BinaryIO) -> Header:
    """Read what anybody may read; raises `Foreign` for what is no bundle."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Foreign(DAMAGED)
    length = int.from_bytes(file.read(4), "big")
    if not 0 < length <= MOST_HEADER:
        raise Foreign(DAMAGED)
    try:
        found = msgspec.msgpack.decode(file.read(length), type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Foreign(DAMAGED) from error
    if len(found.name) != NAME_BYTES or len(found.ephemeral) != 32:
        raise Foreign(DAMAGED)
    return found


def open_bundle(header: Header, key: BoxKey, circle: Circle) -> Opened:
    """Believe a header, or raise `Foreign`: of another chain, of nobody, of a box put out, not for this one."""
    if header.chain != circle.chain:
        raise Foreign(CHAIN)
    try:
        sender = read_certificate(header.sender, circle.root)
    except Unreadable as error:
        raise Foreign(DAMAGED) from error
    if not signed(sender.public, header.signature, header.signed):
        raise Foreign(DAMAGED)
    if circle.revoked(sender.box):
        raise Foreign(REVOKED)
    circle.learn(header.sender)
    sealed = next((sealed for box, sealed in header.keys if box == key.box[:SHORT_BOX]), None)
    if sealed is None:
        raise Foreign(NOT_FOR_US)
    try:
        shared = key.exchange.exchange(X25519PublicKey.from_public_bytes(header.ephemeral))
        secret = ChaCha20Poly1305(_shared_key(shared, header.name, key.box)).decrypt(_ONCE, sealed, header.name)
    except (InvalidTag, ValueError) as error:
        raise Foreign(DAMAGED) from error
    return Opened(header, sender, secret)


def read_parts(file: BinaryIO, opened: Opened, read: Read) -> Iterator[tuple[int, bytes]]:
    """Yield (number, plain part) of every good part, manifest and end too; what is damaged is counted and skipped."""
    seen: set[int] = set()
    for number, plain in _frames(file, opened, read):
        if number in seen:
            read.bad += 1
            continue
        seen.add(number)
        read.good += number not in {MANIFEST, END}
        read.whole = number == END and _complete(plain, read)
        yield number, plain


def _complete(plain: bytes, read: Read) -> bool:
    told = understood(plain, End)
    return told is not None and told.parts == read.good and not read.bad


def understood(plain: bytes, kind: type[Any]) -> Any:
    """Read a part as what it ought to be; None when it is something else."""
    try:
        return msgspec.msgpack.decode(plain, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _unsealed(opened: Opened, number: int, sealed: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(opened.secret).decrypt(
            number.to_bytes(12, "big"), sealed, _bound(opened.header.name, number)
        )
    except InvalidTag:
        return None


def _frames(file: BinaryIO, opened: Opened, read: Read) -> Iterator[tuple[int, bytes]]:
    """Yield (number, plain part); after damage, look for the next mark."""
    mark, ahead, lost = opened.header.name[:MARK_BYTES], b"", 0
    while True:
        ahead += file.read(MOST_FRAME - len(ahead))
        at = ahead.find(mark)
        if at < 0:
            lost += len(ahead)
            if len(ahead) <= len(mark) or lost > MOST_LOST:
                return
            ahead = ahead[-len(mark) + 1 :]
            continue
        ahead = ahead[at:]
        ahead += file.read(MOST_FRAME - len(ahead))
        number, length = int.from_bytes(ahead[8:12], "big"), int.from_bytes(ahead[12:16], "big")
        plain = _unsealed(opened, number, ahead[16 : 16 + length]) if 0 < length <= MOST_SEALED else None
        if plain is None:
            # Not a part, or a damaged one: where it says that it ends is not believed either.
            read.bad += 1
            ahead = ahead[len(mark) :]
            continue
        yield number, plain
        ahead, lost = ahead[16 + length :], 0
