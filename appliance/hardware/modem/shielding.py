"""Sound and events in one stream: every byte 10 hex of the sound is doubled, anything else after it is an event.

ITU-T V.253 and spec/modem.md 4.6. `Wire` reads what a modem sends, text and stream alike, one token at a time: which
of the two it is may change with any token, so whoever takes a token may switch before the next is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

DLE = 0x10
ETX = 0x03
SUB = 0x1A
CR, LF = 0x0D, 0x0A
LONGEST_LINE = 512
"""A longer line is no modem's; what came so far is let go."""
LONGEST_PACKET = 600


def shield(sound: bytes) -> bytes:
    """Make sound ready to be sent: every 10 hex twice."""
    return sound.replace(b"\x10", b"\x10\x10")


def code(mark: str | int) -> bytes:
    """Write an event or order of the stream."""
    return bytes((DLE, mark if isinstance(mark, int) else ord(mark)))


@dataclass(frozen=True)
class Line:
    """A line of text, without its end."""

    text: bytes


@dataclass(frozen=True)
class Code:
    """An event: the character after a DLE."""

    mark: int


@dataclass(frozen=True)
class Heard:
    """A piece of sound, as the modem codes it."""

    sound: bytes


Token = Line | Code | Heard


@dataclass
class Wire:
    """What comes from the modem, in tokens. The result does not depend on how the bytes are cut.

    CR, LF and CR LF end a line alike. `streaming` is switched by the reader: on after CONNECT to a recording, off
    after its DLE ETX.
    """

    _left: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)
    _escaped: bool = False
    _streaming: bool = False
    _packet: int = 0
    _after_cr: bool = False

    @property
    def streaming(self) -> bool:
        """Whether sound is expected instead of text."""
        return self._streaming

    @streaming.setter
    def streaming(self, on: bool) -> None:
        self._streaming = on
        self._packet = 0
        self._line.clear()

    @property
    def unfinished(self) -> bytes:
        """The beginning of a line whose end has not come."""
        return bytes(self._line)

    def give_up_line(self) -> bytes:
        """Take the beginning of a line whose end will not come."""
        text = bytes(self._line)
        self._line.clear()
        return text

    def hear(self, data: bytes) -> Iterator[Token]:
        """Read bytes into tokens."""
        self._left += data
        while self._left:
            token = self._sound() if self._streaming and not self._packet else self._letter()
            if token:
                yield token

    def _sound(self) -> Token | None:
        """Take what can be taken at once: sound up to the next DLE, or what follows that."""
        left = self._left
        if self._escaped:
            self._escaped = False
            return self._event(left.pop(0))
        if self._after_cr:
            # CONNECT ended with the CR of a CR LF; this LF still belongs to it.
            self._after_cr = False
            if left[0] == LF:
                del left[0]
                return None
        end = left.find(DLE)
        if end == 0:
            del left[0]
            self._escaped = True
            return None
        taken = bytes(left if end < 0 else left[:end])
        del left[: len(taken)]
        return Heard(taken)

    def _event(self, mark: int) -> Token:
        if mark == DLE:
            return Heard(b"\x10")
        if mark == SUB:
            return Heard(b"\x10\x10")
        self._packet = LONGEST_PACKET if mark == ord("X") else 0
        return Code(mark)

    def _letter(self) -> Token | None:
        """Take one character of text."""
        letter = self._left.pop(0)
        if self._packet:
            self._packet -= 1
            if not self._packet:
                self._line.clear()
        if self._escaped:
            self._escaped = False
            # Noise may hold a DLE; the end of a line is never its second half.
            if letter not in (CR, LF):
                return self._mark(letter)
        if letter == DLE:
            self._escaped = True
            self._after_cr = False
            return None
        self._after_cr = letter == CR
        if letter in (CR, LF):
            return self._ended()
        self._line.append(letter)
        if len(self._line) > LONGEST_LINE:
            self._line.clear()
        return None

    def _mark(self, mark: int) -> Token:
        if mark == ord("."):
            self._packet = 0
        elif mark == ord("X") and self._streaming:
            self._packet = LONGEST_PACKET
        self._after_cr = False
        return Code(mark)

    def _ended(self) -> Token | None:
        text = bytes(self._line).strip(b" \t\x00")
        self._line.clear()
        return Line(text) if text else None
