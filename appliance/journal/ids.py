"""Ids: 128 bits, made without asking anybody, shown as 22 characters.

A made id is a set top bit, 47 bits of milliseconds and 80 random bits, so ids of one box sort by time. A derived id
has both top bits set and follows from its cause, so two boxes that learn of the same happening write the same id.
The characters sort as the bytes do, need no escaping in an address, and begin with a letter, so that an id may stand
as an HTML id.
"""

import hashlib
import re
from binascii import a2b_base64, b2a_base64
from functools import lru_cache

_COMMON = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SORTED = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_SHOW = bytes.maketrans(_COMMON, _SORTED)
_READ = bytes.maketrans(_SORTED, _COMMON)
_LENGTH = 22
# The last character holds two bits only, so four of the alphabet can stand there.
_IS_ID = re.compile(f"[{_SORTED.decode()}]{{21}}[{_SORTED[::16].decode()}]").fullmatch


def new_id(now_ms: int, random: bytes) -> str:
    """Make an id of this moment from ten random bytes."""
    return _shown(((1 << 47) | now_ms).to_bytes(6, "big") + random)


def derive(*cause: str) -> str:
    """Return the id that follows from a cause: the same parts always give the same id."""
    digest = bytearray(hashlib.sha256("\x1f".join(cause).encode()).digest()[:16])
    digest[0] |= 0xC0
    return _shown(bytes(digest))


@lru_cache(2048)
def show(raw: bytes) -> str:
    """Show 16 bytes as 22 characters; what entries name, they name again and again."""
    return _shown(raw)


def _shown(raw: bytes) -> str:
    return b2a_base64(raw, newline=False)[:_LENGTH].translate(_SHOW).decode()


def read(text: str) -> bytes:
    """Read 22 characters back into 16 bytes; the caller has asked `is_id` first."""
    return a2b_base64(text.encode().translate(_READ) + b"==")


def is_id(text: object) -> bool:
    """Tell whether a text has the shape of an id."""
    return isinstance(text, str) and _IS_ID(text) is not None
