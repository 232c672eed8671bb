"""Letters: a question to one box, put into an envelope that says who asks.

An envelope is one byte of kind, then the first eight bytes of the sender's name (kind 1) or its whole certificate
behind two bytes of length (kind 2, for a box that does not know the sender yet), then the sealed question. The chain's
name is part of what is sealed, so a letter of another chain cannot be opened.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from appliance.journal.certificate import Certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.channel import KEY_BYTES, OVERHEAD, Answering, Asking
from appliance.sync.boxes.circle import SHORT_BOX, Circle
from appliance.sync.boxes.keys import BoxKey, Random

KNOWN, INTRODUCED = 1, 2
PROLOGUE = b"zhanggui letter 1"
MOST_REMEMBERED = 4_096
UNKNOWN, REVOKED, UNREADABLE, REPEATED = "unknown", "revoked", "unreadable", "repeated"
"""Why a letter is sent back unopened. Anybody could say so on the way: these are hints, not facts."""


class SentBack(Exception):
    """A letter that is not answered, and why, in one word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Busy(Exception):
    """A letter that cannot be answered just now; whoever asked asks again."""


@dataclass(frozen=True)
class Opened:
    """A letter that was opened: who wrote it, what it says, and how to seal the answer."""

    sender: Certificate
    message: bytes
    answering: Answering


class Post:
    """Writes and opens letters for one box."""

    def __init__(
        self, key: BoxKey, circle: Circle, random: Random, *, look: Callable[[], object] = lambda: None
    ) -> None:
        self._key = key
        self._circle = circle
        self._random = random
        self._look = look
        """Called before each letter is opened, for whoever is not alone in learning who belongs to the circle."""
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def wrote(self, author: bytes) -> bool:
        """Tell whether this box wrote under a name."""
        return author.startswith(self._key.box)

    def write(self, to: Certificate, message: bytes, *, introduce: bool = False) -> tuple[bytes, Asking]:
        """Write a letter; returns it, and what opens the answer."""
        asking = Asking(self._key.exchange, to.exchange, self._prologue, self._random(KEY_BYTES))
        own = self._circle.own
        if introduce and own is not None:
            envelope = bytes([INTRODUCED]) + len(own.raw).to_bytes(2, "big") + own.raw
        else:
            envelope = bytes([KNOWN]) + self._key.box[:SHORT_BOX]
        return envelope + asking.seal(message), asking

    def open(self, letter: bytes) -> Opened:
        """Open a letter; raises `SentBack` when it is not to be answered."""
        self._look()
        sender, sealed = self._sender(letter)
        if sender is None:
            raise SentBack(UNKNOWN)
        if self._circle.revoked(sender.box):
            raise SentBack(REVOKED)
        answering = Answering(self._key.exchange, sender.exchange, self._prologue, self._random(KEY_BYTES))
        try:
            message = answering.open(sealed)
        except Unreadable as error:
            raise SentBack(UNREADABLE) from error
        self._remember(sealed[:KEY_BYTES])
        return Opened(sender, message, answering)

    def _sender(self, letter: bytes) -> tuple[Certificate | None, bytes]:
        if len(letter) < 3 + OVERHEAD:
            raise SentBack(UNREADABLE)
        if letter[0] == KNOWN:
            return self._circle.named(letter[1 : 1 + SHORT_BOX]), letter[1 + SHORT_BOX :]
        if letter[0] == INTRODUCED:
            end = 3 + int.from_bytes(letter[1:3], "big")
            self._circle.learn(letter[3:end])
            # The certificate only says who claims to write; that it is he, the seal shows.
            return self._circle.introduced(letter[3:end]), letter[end:]
        raise SentBack(UNREADABLE)

    def _remember(self, ephemeral: bytes) -> None:
        """A letter is answered once: what was asked twice with one key was not asked by its writer."""
        if ephemeral in self._seen:
            raise SentBack(REPEATED)
        self._seen[ephemeral] = None
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)

    @property
    def _prologue(self) -> bytes:
        return PROLOGUE + self._circle.chain
