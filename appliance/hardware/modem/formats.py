"""How sound travels: which of the codings a modem offers the box can read, and reading them (spec/modem.md 4.2, 4.7).

Inside, sound is 16-bit PCM at 8000 samples a second. The codings here take one byte a sample, so a table of 256
entries reads them; mu-law and A-law are those of ITU-T G.711.
"""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from appliance.hardware.line import PCM, RATE

Coding = Literal["unsigned", "mu-law", "a-law", "signed"]
PREFERRED: tuple[Coding, ...] = ("unsigned", "mu-law", "a-law", "signed")
"""Unsigned linear first: every maker means the same by it."""
SILENCE: dict[Coding, int] = {"unsigned": 0x80, "mu-law": 0xFF, "a-law": 0xD5, "signed": 0x00}

_ROW = re.compile(r'(?:\+VSM:\s*)?(\d+)\s*,\s*"?([^",]*)"?(.*)', re.IGNORECASE)
_STANDARD: dict[int, Coding] = {0: "signed", 1: "unsigned", 4: "mu-law", 5: "a-law"}
"""The labels of V.253, for rows that give no name."""


@dataclass(frozen=True)
class Format:
    """A coding, by the number under which this modem knows it."""

    label: int
    coding: Coding

    def __str__(self) -> str:
        return f"{self.label} {self.coding}"


def choose(rows: Iterable[str]) -> Format | None:
    """Choose from the rows of `AT+VSM=?` what the box reads best; None when it reads none of them."""
    offered = [found for row in rows if (found := _read(row))]
    return min(offered, key=lambda one: PREFERRED.index(one.coding), default=None)


def _read(row: str) -> Format | None:
    found = _ROW.fullmatch(row.strip())
    if not found:
        return None
    label, name, rest = int(found[1]), found[2].strip().upper(), found[3]
    coding = _coding(name, rest) if name else _STANDARD.get(label)
    return Format(label, coding) if coding and _has_rate(rest) else None


def _coding(name: str, rest: str) -> Coding | None:
    bits = re.match(r"\s*,\s*(\d{1,2})\s*(?:,|$)", rest)
    if "ADPCM" in name or re.search(r"\b1[46]\b|CELP", name) or (bits and bits[1] != "8"):
        return None
    if re.search(r"(?:\bMU|\bU|Μ|8-BIT U)[ -]?LAW", name):
        return "mu-law"
    if re.search(r"\bA[ -]?LAW", name):
        return "a-law"
    if "UNSIGNED" in name or "8-BIT LINEAR" in name or "8 BIT LINEAR" in name:
        return "unsigned"
    return "signed" if "SIGNED" in name else None


def _has_rate(rest: str) -> bool:
    """Whether 8000 samples a second are among the rates; a row that names none has it."""
    spans = re.findall(r"\b(\d{4,5})\b(?:\s*-\s*(\d{4,5})\b)?", rest)
    return not spans or any(int(low) <= RATE <= int(high or low) for low, high in spans)


def decode(sound: bytes, coding: Coding) -> PCM:
    """Return a modem's sound as PCM."""
    low, high = _tables(coding)
    pcm = bytearray(2 * len(sound))
    pcm[0::2] = sound.translate(low)
    pcm[1::2] = sound.translate(high)
    return bytes(pcm)


def encode(pcm: PCM, coding: Coding) -> bytes:
    """Return PCM in a modem's coding; half a sample at the end is left out."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    nearest = _nearest(coding)
    return bytes([nearest[sample >> 2] for sample in samples])


@cache
def _tables(coding: Coding) -> tuple[bytes, bytes]:
    """The low and the high bytes of the 256 samples of a coding."""
    samples = [_sample(code, coding).to_bytes(2, "little", signed=True) for code in range(256)]
    return bytes(sample[0] for sample in samples), bytes(sample[1] for sample in samples)


@cache
def _nearest(coding: Coding) -> bytes:
    """The best code for each sample, by its upper 14 bits; a negative index reads from the end, as it should."""
    known = sorted((_sample(code, coding), code) for code in range(256))
    best, at = bytearray(), 0
    for upper in range(-8192, 8192):
        sample = upper * 4 + 2
        while at < 255 and abs(known[at + 1][0] - sample) <= abs(known[at][0] - sample):
            at += 1
        best.append(known[at][1])
    return bytes(best[8192:] + best[:8192])


def _sample(code: int, coding: Coding) -> int:
    if coding == "unsigned":
        return (code - 128) << 8
    if coding == "signed":
        return (code - 256 if code > 127 else code) << 8
    return _of_mu_law(code) if coding == "mu-law" else _of_a_law(code)


def _of_mu_law(code: int) -> int:
    code ^= 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _of_a_law(code: int) -> int:
    code ^= 0x55
    segment, step = code >> 4 & 7, (code & 0x0F) << 4
    magnitude = step + 8 if segment == 0 else step + 0x108 << segment - 1
    return magnitude if code & 0x80 else -magnitude
