"""An ear of the box's own: levels, silence, and what the exchange says in tones (spec/modem.md 4.6, 7.2).

A modem's ear is deaf to tones of another country, and some modems invent them. In China every tone is 450 Hz and only
its rhythm tells busy (0.35 s on, 0.35 s off) from congestion (0.7/0.7), ring-back (1/4) and dial tone (without end).
The power at a frequency is that of Goertzel's filter, taken as a plain correlation over blocks of 25 ms.
"""

from array import array
from collections import deque
from collections.abc import Iterator
from functools import cache
from math import cos, isqrt, pi
from operator import mul

from appliance.hardware.line import PCM, RATE, Heard

BLOCK = RATE // 40
BLOCK_MS = 25
SINGLE = (400, 425, 450, 480)
"""Britain, Europe, China; 480 Hz alone is half of an American pair and never judged by itself."""
PAIRS = ((350, 440), (480, 620))
FAX = 1100
PURE = 0.75
"""So much of a block's power lies in a tone."""
QUIET = 400
"""Below this root mean square nobody speaks: noise of 8-bit sound reaches 256."""
DIAL_MS = 2_000
BEATS = 3
"""So many equal tones with equal pauses are a busy line."""


class Ear:
    """Listens to the sound of one call."""

    def __init__(self) -> None:
        self.silent_ms = 0
        """For so long nobody has spoken."""
        self.peak = 0
        self.mean = 0
        self._left = array("h")
        self._floor = QUIET / 2
        self._tone = ""
        self._run = 0
        self._runs: deque[tuple[str, int]] = deque(maxlen=2 * BEATS)
        self._second: list[tuple[int, int]] = []
        self._judged = False

    def hear(self, pcm: PCM) -> Iterator[Heard]:
        """Listen to a piece; yields what is recognised in it."""
        self._left.frombytes(pcm)
        while len(self._left) >= BLOCK:
            block = self._left[:BLOCK]
            del self._left[:BLOCK]
            yield from self._block(block)

    @property
    def tone_ms(self) -> int:
        """For so long there has been nothing but one tone."""
        return self._run * BLOCK_MS if self._tone == "tone" else 0

    def second(self) -> tuple[int, int] | None:
        """Return (peak, mean) of the last whole second, once."""
        if len(self._second) < RATE // BLOCK:
            return None
        blocks, self._second = self._second, []
        self.peak = max(peak for peak, _ in blocks)
        self.mean = isqrt(sum(power for _, power in blocks) // len(blocks))
        return self.peak, self.mean

    def _block(self, block: "array[int]") -> Iterator[Heard]:
        power = sum(map(mul, block, block)) // BLOCK
        loud = isqrt(power)
        self._second.append((max(*block, -min(block)), power))
        self._floor = min(loud, self._floor * 1.002 + 0.1)
        silent = loud < max(QUIET, 2 * self._floor)
        self.silent_ms = self.silent_ms + BLOCK_MS if silent else 0
        tone = "" if loud < QUIET else _tone(block, power * BLOCK)
        if tone != self._tone:
            self._runs.append((self._tone, self._run * BLOCK_MS))
            self._tone, self._run = tone, 0
            yield from self._rhythm()
        self._run += 1
        yield from self._endless()

    def _rhythm(self) -> Iterator[Heard]:
        """Judge the tones and pauses so far, when one of them has ended."""
        self._judged = False
        runs = [run for run in self._runs if run[1] > BLOCK_MS or run[0]]
        last, length = runs[-1] if runs else ("", 0)
        if last == "fax" and 400 <= length <= 700:
            yield "fax"
        beats = runs[-(2 * BEATS - 1) :]
        if (
            last != "tone"
            or len(beats) < 2 * BEATS - 1
            or any(bool(tone) == bool(n % 2) for n, (tone, _) in enumerate(beats))
        ):
            return
        lengths = [length for _, length in beats]
        middle = sum(lengths) // len(lengths)
        if 200 <= middle <= 800 and all(abs(length - middle) <= middle * 0.15 + BLOCK_MS for length in lengths):
            self._runs.clear()
            yield "busy" if 300 <= middle <= 600 else "congestion"

    def _endless(self) -> Iterator[Heard]:
        """Judge a tone that does not end, and a long pause after a long tone."""
        length = self._run * BLOCK_MS
        if self._judged:
            return
        if self._tone == "tone" and length >= DIAL_MS + BLOCK_MS * 20:
            self._judged = True
            yield "dial"
        before, lasted = self._runs[-1] if self._runs else ("", 0)
        if not self._tone and length >= DIAL_MS and before == "tone" and 800 <= lasted <= 2_200:
            self._judged = True
            yield "ringback"


def _tone(block: "array[int]", energy: int) -> str:
    """Name the tone that a block is: "tone" of an exchange, "fax", or "" for anything else."""
    powers = {frequency: _power(block, frequency) / energy for frequency in (*SINGLE, 350, 440, 620)}
    if max(powers.values()) >= PURE or any(powers[low] + powers[high] >= PURE for low, high in PAIRS):
        return "tone"
    return "fax" if _power(block, FAX) / energy >= PURE else ""


def _power(block: "array[int]", frequency: int) -> float:
    """The part of a block's energy that lies at a frequency: 1.0 of the energy for a pure tone."""
    in_phase, across = _waves(frequency)
    return float(2 * (sum(map(mul, block, in_phase)) ** 2 + sum(map(mul, block, across)) ** 2) / BLOCK)


@cache
def _waves(frequency: int) -> tuple[list[float], list[float]]:
    turn = 2 * pi * frequency / RATE
    return [cos(turn * n) for n in range(BLOCK)], [cos(turn * n - pi / 2) for n in range(BLOCK)]
