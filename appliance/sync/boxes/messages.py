"""Messages: what two boxes say, as MessagePack arrays that begin with their kind and what the sender says of itself.

A newer box may say more at the end of a message; an older one does not read it (spec/sync.md R21, R22).
"""

from collections.abc import Callable
from typing import Any

import msgspec

from appliance.journal.entry import Unreadable

PROTOCOL = 1
OLDEST = 1
"""The oldest protocol that this version still speaks (R22)."""
MOST_TOGETHER = 4 * 1024 * 1024
MOST_BODY = MOST_TOGETHER + 2 * 1024 * 1024
MOST_SEGMENTS = 2_000
Fork = tuple[bytes, str, int]


class Told(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What every message says of its sender."""

    protocol: int = PROTOCOL
    oldest: int = OLDEST
    version: str = ""
    now_ms: int = 0
    trusted: bool = False


class Have(Told, frozen=True, array_like=True, tag=1, kw_only=True):
    """Question: do we hold the same?"""

    digest: bytes
    folded: bytes = b""
    """What says how far the asker knows those who have ended (vectors.fold)."""


class Trade(Told, frozen=True, array_like=True, tag=2, kw_only=True):
    """Question: here is what you lack; what do I lack?"""

    heads: bytes
    segments: list[bytes]
    most: int
    skip: list[tuple[bytes, str]]
    """Places (short author, partition) that the asker cannot take now."""
    lower: list[Fork] = []
    """Places (short author, partition, sequence) where it asks from further back than it has."""
    forks: list[Fork] = []
    """Places where the asker sees a second history at that sequence."""
    folded: bytes = b""
    """What stands in the vector for those who have ended; empty where they are listed."""


class Same(Told, frozen=True, array_like=True, tag=3, kw_only=True):
    """Answer: nothing new."""


class Differs(Told, frozen=True, array_like=True, tag=4, kw_only=True):
    """Answer: this is how far I am. Also to a vector whose fold is not ours."""

    heads: bytes
    folded: bytes = b""
    """The asker's, if those who have ended are known as far here, and are left out."""


class Traded(Told, frozen=True, array_like=True, tag=5, kw_only=True):
    """Answer: this is what you lack, and how far I am now."""

    heads: bytes
    segments: list[bytes]
    more: bool
    refused: int
    forks: list[Fork] = []
    lapsed: bool = False
    """What the asker lacks was trimmed here: it should take a snapshot (R33)."""
    takes: bool = False
    """A snapshot may be brought here: a hub never asks for one (R35)."""
    folded: bytes = b""
    """The asker's, as in `Differs`."""


class Turned(Told, frozen=True, array_like=True, tag=6, kw_only=True):
    """Answer: not like this. `why` is one word."""

    why: str


class Show(Told, frozen=True, array_like=True, tag=7, kw_only=True):
    """Question: these pictures are named here and missing."""

    names: list[str]


class Shown(Told, frozen=True, array_like=True, tag=8, kw_only=True):
    """Answer: those of them that are there."""

    given: list[bytes]


class Begin(Told, frozen=True, array_like=True, tag=9, kw_only=True):
    """Question: your snapshot, from this piece on."""

    at: int
    most: int


class Begun(Told, frozen=True, array_like=True, tag=10, kw_only=True):
    """Answer: so many pieces, and of how many in all."""

    pieces: list[bytes]
    count: int


class Offer(Told, frozen=True, array_like=True, tag=11, kw_only=True):
    """Question to a hub, which does not know what to ask for: these pictures are here; and here are some you lacked."""

    names: list[str]
    given: list[bytes] = []


class Lacking(Told, frozen=True, array_like=True, tag=12, kw_only=True):
    """Answer: which of those are not there."""

    names: list[str]


class Bring(Told, frozen=True, array_like=True, tag=13, kw_only=True):
    """Question to a hub that lacks what was trimmed here: a snapshot's manifest, and some of its pieces."""

    manifest: bytes
    pieces: list[bytes]


class Brought(Told, frozen=True, array_like=True, tag=14, kw_only=True):
    """Answer: which pieces are still lacking, by their places in the manifest; none when all is settled."""

    lacking: list[int]
    kept: bool = True
    """It stands for the log there now, or nothing of it was lacking."""


CLOCK, VERSION = "clock", "version"
Question = Have | Trade | Show | Begin | Offer | Bring
Answer = Same | Differs | Traded | Turned | Shown | Begun | Lacking | Brought
_read_question = msgspec.msgpack.Decoder(Question).decode
_read_answer = msgspec.msgpack.Decoder(Answer).decode


def read_question(raw: bytes) -> Question:
    """Read a question; raises only `Unreadable`."""
    found: Question = _read(raw, _read_question)
    return found


def read_answer(raw: bytes) -> Answer:
    """Read an answer; raises only `Unreadable`."""
    found: Answer = _read(raw, _read_answer)
    return found


def _read(raw: bytes, decode: Callable[[bytes], Any]) -> Any:
    try:
        found = decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    if len(getattr(found, "segments", ())) > MOST_SEGMENTS or len(found.version) > 40:
        raise Unreadable("A message holds more than any box sends.")
    return found
