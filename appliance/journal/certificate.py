"""Certificates: what the owner's root key says of a box. Who has none is nobody (spec/sync.md R47).

A certificate stands on its own: it travels in a record, in a message or on a stick, and is believed for its signature
alone. A newer one of the same box, by its number, replaces the older.
"""

import base64
import binascii
from functools import lru_cache
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance.journal.entry import Unreadable, pack

FORMAT = 1
EVERYWHERE = "*"
MOST_BYTES = 4_096
_SIGNED_FOR = b"zhanggui certificate 1"


class Certificate(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A box, as the owner knows it. Ids and names are texts; keys are raw bytes."""

    format: int = FORMAT
    chain: bytes
    public: bytes
    """Ed25519, 32 bytes: what the box signs with."""
    exchange: bytes
    """X25519, 32 bytes: what others seal to the box with."""
    code: str
    """The box's code in document numbers."""
    branch: str
    role: str = "box"
    """box or hub."""
    reads: list[str]
    """Partitions it may be given; `*` is all."""
    writes: list[str]
    """Partitions it may write; `*` is all."""
    number: int = 1
    signature: bytes = b""

    @property
    def box(self) -> bytes:
        """The box's name among boxes: 16 bytes, with which its authors begin."""
        return sha256(self.public).digest()[:16]

    @property
    def signed(self) -> bytes:
        """What the root key signs."""
        return _SIGNED_FOR + pack(msgspec.structs.replace(self, signature=b""))

    @property
    def raw(self) -> bytes:
        """The certificate as it travels."""
        return pack(self)

    @property
    def text(self) -> str:
        """The certificate as a record holds it."""
        return base64.urlsafe_b64encode(self.raw).decode()

    def may_read(self, partition: str) -> bool:
        """Tell whether the box may be given a partition."""
        return partition in self.reads or EVERYWHERE in self.reads

    def may_write(self, partition: str) -> bool:
        """Tell whether the box may write a partition."""
        return partition in self.writes or EVERYWHERE in self.writes


_decode = msgspec.msgpack.Decoder(Certificate).decode


def chain_of(root: bytes) -> bytes:
    """Name the chain of a root key: 16 bytes."""
    return sha256(b"zhanggui chain 1" + root).digest()[:16]


@lru_cache(1_024)
def read_certificate(told: bytes | str, root: bytes) -> Certificate:
    """Read a certificate and believe it only if this root signed it; raises only `Unreadable`."""
    if len(told) > MOST_BYTES:
        raise Unreadable("A certificate is larger than any owner issues.")
    try:
        found = _decode(base64.urlsafe_b64decode(told) if isinstance(told, str) else told)
        if found.chain != chain_of(root) or len(found.exchange) != 32:
            raise Unreadable("A certificate is of another chain.")
        Ed25519PublicKey.from_public_bytes(root).verify(found.signature, found.signed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error, ValueError) as error:
        raise Unreadable(str(error)) from error
    except InvalidSignature as error:
        raise Unreadable("A certificate is not signed by this chain's owner.") from error
    return found
