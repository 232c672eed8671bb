"""What is heard on a line: tones of an exchange, a voice of sorts, noise. 16-bit samples, 8000 a second."""

import random
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from math import pi, sin

RATE = 8_000
BUSY = ((450,), 350, 350)
CONGESTION = ((450,), 700, 700)
DIAL = ((450,), 10_000, 0)
AMERICAN_BUSY = ((480, 620), 500, 500)
"""(frequencies, milliseconds on, milliseconds off), spec/modem.md 7.2."""


def tone(frequencies: Sequence[int], ms: int, *, loudness: int = 6_000) -> "array[int]":
    """Return a tone of one or more frequencies."""
    each = loudness / len(frequencies)
    turns = [2 * pi * frequency / RATE for frequency in frequencies]
    return array("h", [int(sum(each * sin(turn * n) for turn in turns)) for n in range(ms * RATE // 1000)])


def rhythm(frequencies: Sequence[int], on_ms: int, off_ms: int) -> Iterator["array[int]"]:
    """Repeat a tone with its pause for ever."""
    return chain.from_iterable(repeat((tone(frequencies, on_ms), silence(off_ms))))


def silence(ms: int) -> "array[int]":
    """Return quiet."""
    return array("h", bytes(2 * (ms * RATE // 1000)))


def voice(ms: int, seed: int = 1, *, loudness: int = 7_000) -> "array[int]":
    """Return something with the ups and downs of speech: gliding voiced syllables, hisses, pauses."""
    chance, samples = random.Random(seed), array("h")
    while len(samples) < ms * RATE // 1000:
        samples += _syllable(chance, chance.randint(80, 350), loudness)
        if chance.random() < 0.3:
            samples += silence(chance.randint(40, 400))
    return samples[: ms * RATE // 1000]


def _syllable(chance: random.Random, ms: int, loudness: int) -> "array[int]":
    pitch, glide = chance.uniform(90, 260), chance.uniform(-0.4, 0.4)
    harmonics = [chance.random() / n for n in range(1, 8)]
    length, phase, samples = ms * RATE // 1000, 0.0, array("h")
    for n in range(length):
        phase += 2 * pi * pitch * (1 + glide * n / length) / RATE
        voiced = sum(part * sin(phase * (k + 1)) for k, part in enumerate(harmonics)) / 2
        swell = sin(pi * n / length)
        samples.append(int(max(-1.0, min(1.0, (voiced + chance.uniform(-0.1, 0.1)) * swell)) * loudness))
    return samples
