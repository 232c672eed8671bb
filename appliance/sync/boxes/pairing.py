"""Pairing: six digits shown on one box and typed on another let the second into the chain.

The digits are the password of a SPAKE2 exchange (RFC 9382; the library spake2 implements the draft that preceded it):
whoever listens learns nothing to guess by, and whoever guesses has one try. Inside what both then share, the newcomer
says its keys and the host hands over the owner's certificate. A message that was lost on its way may be sent again,
letter by letter the same; it is answered the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.journal import Clock, Refusal
from appliance.journal.entry import Unreadable, pack
from appliance.sync.boxes.keys import Random, fingerprint
from appliance.sync.boxes.letters import SentBack

DIGITS = 6
OPEN_MS = 5 * 60_000
MOST_CERTIFICATES = 5_000
CLOSED, USED, WRONG, REFUSED = "closed", "used", "wrong code", "refused"
_NEWCOMER, _HOST = b"zhanggui newcomer 1", b"zhanggui host 1"
_ONCE = bytes(12)
"""Each key seals one message, so its counter never moves."""


class Newcomer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a box that wants in says of itself."""

    public: bytes
    exchange: bytes
    version: str = ""
    urls: list[str] = []
    role: str = "box"
    """box, or hub for one that only keeps the log and passes it on."""


class Welcome(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What it is told in return."""

    root: bytes
    certificate: bytes
    others: list[bytes]
    """The certificates of every box of the chain, the host's first."""
    urls: list[str]
    """Where the host may be reached."""
    code: str
    branch: str
    title: str
    zone_minutes: int
    now_ms: int


@dataclass
class Invitation:
    """An open door: for how long, for whom, and what became of it."""

    digits: str
    until_ms: int
    admit: Callable[[Newcomer], Welcome]
    state: str = "open"
    """open, tried, joined, wrong or closed."""
    sign: str = ""
    """What both screens show once the boxes share a secret."""
    answered: dict[bytes, bytes] = field(default_factory=dict)
    secret: bytes = b""
    turn: Lock = field(default_factory=Lock)


class Host:
    """The side that shows the digits. One invitation at a time, one try each."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self.invitation: Invitation | None = None

    def invite(self, admit: Callable[[Newcomer], Welcome]) -> Invitation:
        """Open the door for five minutes; an invitation that was open before is closed."""
        digits = f"{int.from_bytes(self._random(8), 'big') % 10**DIGITS:0{DIGITS}}"
        self.invitation = Invitation(digits, self._clock.ticks_ms() + OPEN_MS, admit)
        return self.invitation

    def close(self) -> None:
        """Close the door."""
        self.invitation = None

    def answer(self, letter: bytes) -> bytes:
        """Answer a newcomer; raises `SentBack`. May wait for the writer."""
        found = self.invitation
        if found is None or self._clock.ticks_ms() > found.until_ms:
            raise SentBack(CLOSED)
        # One at a time: who repeats a letter while it is being answered gets that answer.
        with found.turn:
            if letter not in found.answered:
                said = self._first(found, letter) if found.state == "open" else self._second(found, letter)
                found.answered[letter] = said
            return found.answered[letter]

    def _first(self, found: Invitation, letter: bytes) -> bytes:
        from spake2 import SPAKE2_B

        # Whatever came was the one try; only a secret that both worked out opens the next question.
        became = "wrong"
        try:
            side = SPAKE2_B(found.digits.encode(), idA=_NEWCOMER, idB=_HOST, entropy_f=self._random)
            ours: bytes = side.start()
            found.secret = _finished(side, letter)
            found.sign = fingerprint(found.secret)
            became = "tried"
        finally:
            found.state = became
        return ours

    def _second(self, found: Invitation, letter: bytes) -> bytes:
        if found.state != "tried":
            raise SentBack(USED)
        # The one try is spent: whoever guesses must be shown new digits first. The screen hears it when all is done.
        became = "wrong"
        try:
            newcomer = _opened(found.secret, _NEWCOMER, letter, Newcomer)
            welcome = found.admit(newcomer)
            became = "joined"
        except Unreadable as error:
            raise SentBack(WRONG) from error
        except Refusal as refusal:
            became = "closed"
            raise SentBack(REFUSED) from refusal
        finally:
            found.state = became
        return _sealed(found.secret, _HOST, welcome)


class Guest:
    """The side that types the digits: two questions, in this order."""

    def __init__(self, digits: str, random: Random) -> None:
        from spake2 import SPAKE2_A

        typed = "".join(letter for letter in digits if letter.isdigit())
        if len(typed) != DIGITS:
            raise Refusal("The code has six digits.", field="code")
        self._side: Any = SPAKE2_A(typed.encode(), idA=_NEWCOMER, idB=_HOST, entropy_f=random)
        self._secret = b""
        self.first: bytes = self._side.start()

    def second(self, answer: bytes, newcomer: Newcomer) -> bytes:
        """The second question; raises `SentBack` for an answer that is none."""
        self._secret = _finished(self._side, answer)
        return _sealed(self._secret, _NEWCOMER, newcomer)

    @property
    def sign(self) -> str:
        """What both screens show."""
        return fingerprint(self._secret)

    def welcome(self, answer: bytes) -> Welcome:
        """Read the last answer; raises `Unreadable` unless who gave it knew the digits."""
        found: Welcome = _opened(self._secret, _HOST, answer, Welcome)
        if len(found.others) > MOST_CERTIFICATES:
            raise Unreadable("A welcome names more boxes than any chain has.")
        return found


def _finished(side: Any, told: bytes) -> bytes:
    from spake2 import SPAKEError
    from spake2.ed25519_basic import NotOnCurve

    try:
        secret: bytes = side.finish(told)
    # The library checks a stranger's bytes by assertions, too.
    except (SPAKEError, NotOnCurve, ValueError, AssertionError) as error:
        raise SentBack(WRONG) from error
    return secret


def _key(secret: bytes, side: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=side).derive(secret)


def _sealed(secret: bytes, side: bytes, told: msgspec.Struct) -> bytes:
    return ChaCha20Poly1305(_key(secret, side)).encrypt(_ONCE, pack(told), side)


def _opened(secret: bytes, side: bytes, sealed: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.msgpack.decode(ChaCha20Poly1305(_key(secret, side)).decrypt(_ONCE, sealed, side), type=kind)
    except (InvalidTag, ValueError, RecursionError) as error:
        raise Unreadable("It was not sealed by who knew the digits.") from error
