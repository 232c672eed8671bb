"""Caller ID as the exchange sends it: a type, a length, a body and a sum (spec/modem.md 3.4).

SDMF (04) holds date, time and number in a row; MDMF (80) holds parameters, each with its own type and length. The sum
of all bytes is 0 modulo 256. What is read here becomes the same tags that a modem's own reading would print.
"""

import re
from collections.abc import Iterator

Tags = list[tuple[str, bytes]]

SDMF, MDMF, SDMF_LAMP, MDMF_LAMP = 0x04, 0x80, 0x06, 0x82
KINDS = {SDMF, MDMF, SDMF_LAMP, MDMF_LAMP}
SEIZURE = 0x55
SHORTEST = 4
_HEX = re.compile(rb"[0-9A-Fa-f]{8,}")
_LAMP = {0x42: b"on", 0x6F: b"off"}

_TAG_OF = {
    0x02: "NMBR",
    0x03: "DDN",
    0x04: "NO NMBR",
    0x05: "REDIRECT REASON",
    0x06: "QUAL",
    0x07: "NAME",
    0x08: "NO NAME",
    0x0D: "MESSAGES",
    0x10: "NMBR 2",
    0x12: "CALLED",
    0x13: "MESSAGES",
    0x1A: "REDIRECT",
}
"""Parameters by the tag whose rules they share. The rest is kept as MESG, the way a modem prints what it cannot name."""


def from_hex(line: bytes) -> bytes:
    """Return the beginning of a packet that a line of hex digits holds, b"" when it holds none."""
    if not _HEX.fullmatch(line) or len(line) % 2:
        return b""
    packet = bytes.fromhex(line.decode()).lstrip(bytes((SEIZURE,)))
    return packet if packet and packet[0] in KINDS else b""


def missing(packet: bytes) -> int:
    """Tell how many bytes the packet still lacks; the length is told by its second byte."""
    return max(0, packet[1] + 3 - len(packet)) if len(packet) > 1 else SHORTEST - len(packet)


def sound(packet: bytes) -> bool:
    """Whether the packet has the length it says and its sum is right."""
    return len(packet) >= SHORTEST and len(packet) == packet[1] + 3 and sum(packet) % 256 == 0


def tags(packet: bytes) -> Tags:
    """Return what a packet says, in tags."""
    kind, body = packet[0], packet[2 : 2 + packet[1]] if len(packet) > 1 else b""
    if kind == SDMF:
        return [*_moment(body[:8]), ("NMBR", body[8:])]
    if kind == SDMF_LAMP:
        return [("LAMP", _LAMP.get(body[-1], b"on") if body else b"on")]
    told = [tag for parameter in parameters(body) for tag in _named(*parameter)]
    return told if kind == MDMF else [*told, ("LAMP", b"on")]


def parameters(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the parameters of a body; one that runs past the end is left out."""
    while len(body) >= 2 and len(body) >= 2 + body[1]:
        yield body[0], body[2 : 2 + body[1]]
        body = body[2 + body[1] :]


def _named(kind: int, value: bytes) -> Tags:
    if kind == 0x01:
        return _moment(value)
    if kind == 0x0B:
        return [("LAMP", b"off" if value == b"\x00" else b"on")]
    if kind in {0x0D, 0x13}:
        return [(_TAG_OF[kind], str(value[-1]).encode())] if value else []
    tag = _TAG_OF.get(kind)
    return [(tag, value)] if tag else [("MESG", bytes((kind, len(value), *value)).hex().upper().encode())]


def _moment(value: bytes) -> Tags:
    return [("DATE", value[:4]), ("TIME", value[4:8])]


def of_message(value: bytes) -> Tags:
    """Return what a modem's MESG says: a parameter in hex, some with a sum behind it."""
    if not re.fullmatch(rb"(?:[0-9A-Fa-f]{2})+", value):
        return []
    raw = bytes.fromhex(value.decode())
    if raw[0] == MDMF_LAMP:
        return tags(raw)
    return [tag for parameter in parameters(raw) for tag in _named(*parameter) if tag[0] != "MESG"]
