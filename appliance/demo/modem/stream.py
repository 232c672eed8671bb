"""The two directions of sound: what the line brings to the modem, and what the box gives it to say."""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from appliance.hardware.modem.formats import SILENCE, Coding, encode

A_MS = 8
Piece: TypeAlias = "bytes | array[int]"
"""Sound as it is in the wire, or samples that are still to be coded."""


class LineSound:
    """What is heard on the line: whatever was fed to it, then quiet."""

    def __init__(self) -> None:
        self._ready = bytearray()
        self._sources: deque[Iterator[Piece]] = deque()

    def feed(self, *pieces: Piece) -> None:
        """Let some sound be heard, once all before it has been."""
        self._sources.append(iter(pieces))

    def feed_endless(self, pieces: Iterable[Piece]) -> None:
        """Let this be heard from now on."""
        self._sources.append(iter(pieces))

    def clear(self) -> None:
        """Fall quiet."""
        self._ready.clear()
        self._sources.clear()

    def take(self, count: int, coding: Coding) -> bytes:
        """Return the next samples, coded."""
        while len(self._ready) < count and self._sources:
            piece = next(self._sources[0], None)
            if piece is None:
                self._sources.popleft()
            else:
                self._ready += piece if isinstance(piece, bytes) else encode(piece.tobytes(), coding)
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        return taken + bytes((SILENCE[coding],)) * (count - len(taken))


class Loudspeaker:
    """What the box says, in a buffer of a second; emptied by the clock."""

    ROOM = 8_000

    def __init__(self, now_ms: int) -> None:
        self.heard = bytearray()
        """All that the other side has heard."""
        self.codes = bytearray()
        """What the box ordered within the stream."""
        self.ending = False
        self.starved = 0
        self._queue = bytearray()
        self._at_ms = now_ms
        self._escaped = False
        self._dry = False

    @property
    def full(self) -> bool:
        """Whether it takes no more for now."""
        return len(self._queue) >= self.ROOM

    @property
    def empty(self) -> bool:
        """Whether all of it has been heard."""
        return not self._queue

    def take(self, letter: int) -> int:
        """Take one byte from the box; returns the order that it completes, 0 for sound."""
        if not self._escaped:
            if letter == 0x10:
                self._escaped = True
            else:
                self._queue.append(letter)
            return 0
        self._escaped = False
        if letter == 0x10:
            self._queue.append(letter)
        elif letter == 0x1A:
            self._queue += b"\x10\x10"
        else:
            self.codes.append(letter)
            if letter == 0x18:
                self._queue.clear()
            return letter
        return 0

    def play(self, now_ms: int) -> bool:
        """Let as much be heard as time has passed; returns whether there was too little, once for each gap."""
        count, self._at_ms = (now_ms - self._at_ms) * A_MS, now_ms
        short = count > len(self._queue) and not self.ending
        self.heard += self._queue[:count]
        del self._queue[:count]
        starts, self._dry = short and not self._dry, short
        self.starved += starts
        return starts
