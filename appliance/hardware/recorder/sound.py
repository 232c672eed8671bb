"""Sound as bytes: the header of a WAV, and how loud a stretch is. 16-bit samples, 8000 a second, one channel."""

import struct
from array import array
from collections.abc import Sequence
from itertools import pairwise

from appliance.hardware.line import BYTES_A_SECOND, RATE

SAMPLE_BYTES = 2
LOUDNESS_EVERY = RATE // 10
BARS = 96
LOUDEST = 15
_LIMITS = (24, 48, 96, 160, 256, 400, 640, 1_000, 1_600, 2_500, 4_000, 6_300, 10_000, 16_000, 25_000)
"""Peaks from which on a bar is one step taller: speech is heard in ratios, so they grow by about 1.6."""


def wav_header(samples: int) -> bytes:
    """Return the 44 bytes before the sound."""
    size = samples * SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, BYTES_A_SECOND, SAMPLE_BYTES, 16, b"data", size,
    )  # fmt: skip


def peak(pcm: bytes) -> int:
    """Return the greatest deflection of a stretch, of 32767."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if not samples:
        return 0
    highest, lowest = max(samples), min(samples)
    return min(max(highest, -lowest), 32_767)


def bars(peaks: Sequence[int], count: int = BARS) -> str:
    """Draw peaks together into at most so many bars, a hexadecimal digit each."""
    if not peaks:
        return ""
    count = min(count, len(peaks))
    edges = [place * len(peaks) // count for place in range(count + 1)]
    tallest = [max(peaks[start:end]) for start, end in pairwise(edges)]
    return "".join(f"{sum(one >= limit for limit in _LIMITS):x}" for one in tallest)
