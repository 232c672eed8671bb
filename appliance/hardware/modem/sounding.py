"""Sound on its way out and in: paced to real time, cut into even pieces, counted (spec/modem.md 4.5)."""

from dataclasses import dataclass, field

from appliance.hardware.line import PCM, RATE, Level, Recorded, Sound, Tone
from appliance.hardware.modem.formats import Coding, decode
from appliance.hardware.modem.telling import Teller
from appliance.hardware.modem.tones import Ear

A_MS = RATE // 1000
PIECE = RATE // 10
"""Samples in one piece of a recording."""
LEAD_MS = 700
MOST_LEAD_MS = 1_000
"""Sound is sent so far ahead of the moment at which it is heard."""
STEP = 50 * A_MS
ENDLESS_TONE_MS = 20_000
"""Nobody listens to a dial tone for so long."""
STALL_MS = 2_000
"""A recording modem that says nothing for so long has stopped."""


@dataclass
class Player:
    """Hands out sound as fast as it is heard, a little ahead."""

    sound: bytes
    begun_ms: int
    underruns: int = 0
    _sent: int = 0
    _lead_ms: int = LEAD_MS

    @property
    def done(self) -> bool:
        """Whether all of it is on its way."""
        return self._sent >= len(self.sound)

    @property
    def next_ms(self) -> int:
        """When the next piece is due."""
        return self.begun_ms - self._lead_ms + (self._sent + STEP) // A_MS

    def due(self, now_ms: int) -> bytes:
        """Return what is to be sent now."""
        allowed = (now_ms - self.begun_ms + self._lead_ms) * A_MS
        if allowed - self._sent < min(STEP, len(self.sound) - self._sent):
            return b""
        piece = self.sound[self._sent : allowed]
        self._sent += len(piece)
        return piece

    def ran_dry(self) -> None:
        """The modem had nothing to say for a moment; once, at the beginning, is normal."""
        self.underruns += 1
        if self.underruns > 1:
            self._lead_ms = MOST_LEAD_MS


@dataclass
class Recorder:
    """Takes the sound of a call, listens to it, and tells it in pieces of one length."""

    teller: Teller
    call: str
    coding: Coding
    begun_ms: int
    silence_ms: int = 0
    dial_ends: bool = True
    """A dial tone means that the other side is gone; not so where somebody has just lifted to dial."""
    why: str = ""
    """Why it is to end, once it is."""
    over: bool = False
    """The modem has ended the stream."""
    samples: int = 0
    missing: int = 0
    ear: Ear = field(default_factory=Ear)
    their_end: bool = False
    """The sound says that the other side has hung up."""
    _heard_ms: int = 0
    _lost: int = 0
    _left: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._heard_ms = self.begun_ms

    @property
    def stream_ms(self) -> int:
        """How far the stream has come, by its own samples."""
        return self.begun_ms + (self.samples + self.missing + len(self._left)) // A_MS

    @property
    def stalls_ms(self) -> int:
        """When the modem is taken for silent, unless sound comes before."""
        return self._heard_ms + STALL_MS

    def hear(self, sound: bytes, now_ms: int) -> None:
        """Take what the modem sent, without its shielding."""
        self._heard_ms = now_ms
        self._left += sound
        while len(self._left) >= PIECE:
            self._tell(decode(bytes(self._left[:PIECE]), self.coding))
            del self._left[:PIECE]

    def overrun(self, now_ms: int) -> None:
        """The modem has lost sound: so much as real time is ahead of the stream."""
        lost = max(0, (now_ms - self.stream_ms) * A_MS)
        self._lost += lost
        self.missing += lost

    def end(self) -> None:
        """Tell what is left, and that it is over."""
        if self._left:
            self._tell(decode(bytes(self._left), self.coding))
            self._left.clear()
        self.teller.tell(
            Recorded, call=self.call, samples=self.samples, why=self.why or "hung_up", missing=self.missing
        )

    def _tell(self, pcm: PCM) -> None:
        self.samples += len(pcm) // 2
        self.teller.tell(Sound, call=self.call, pcm=pcm, missing=self._lost)
        self._lost = 0
        for heard in self.ear.hear(pcm):
            self.teller.tell(Tone, call=self.call, what=heard, by="box")
            ends = heard in {"busy", "congestion"} or (heard == "dial" and self.dial_ends)
            self.their_end = self.their_end or ends
        self.their_end = self.their_end or self.ear.tone_ms >= ENDLESS_TONE_MS
        if second := self.ear.second():
            self.teller.tell(Level, call=self.call, peak=second[0], mean=second[1])
        if self.silence_ms and self.ear.silent_ms >= self.silence_ms and not self.why:
            self.why = "silence"
