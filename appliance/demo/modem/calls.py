"""Calls as an exchange makes them: rings in the rhythm of a country, a report before, between or after them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Where = Literal["before", "between", "after"]
CADENCES = {"china": (1_000, 4_000), "america": (2_000, 4_000), "britain": (1_000, 2_000)}
"""How long the bell rings and rests, in milliseconds; Britain's double ring is taken as one."""


def _as_it_is(report: bytes) -> bytes:
    return report


@dataclass(frozen=True)
class Incoming:
    """One call from outside."""

    number: str = "13800138000"
    """Digits, "P" withheld, "O" unavailable, "" for a line without the service."""
    name: str | None = None
    name_encoding: str = "utf-8"
    date: str = "1123"
    time: str = "1405"
    rings: int = 5
    """So often it rings before the caller gives up."""
    country: str = "china"
    report: Where = "between"
    report_after_ms: int = 1_000
    """After the end of the ring it follows."""
    pieces: int = 1
    """The report comes in so many writes."""
    gap_ms: int = 10
    at_start_of_burst: bool = False
    repeats: bool = False
    """The report comes after every ring."""
    message: str = ""
    """A parameter that the modem does not know, as it prints it in MESG."""
    parts: bool = False
    """Tell the parts of each ring with DRON and DROF."""
    harm: Callable[[bytes], bytes] = _as_it_is
    """What happens to the report between modem and box."""
    keys: str = ""
    """The number comes as DTMF keys: start and stop letters included."""


def as_text(call: Incoming, *, blanks: bool, announces: bool) -> bytes:
    """Print a report as a modem does."""
    equals = b" = " if blanks else b"="
    if call.keys:
        return b"\r\nCIDM\r\n" + call.keys.encode() + b"\r\n"
    lines = [("MESG", call.message.encode())] if call.message else []
    lines += [("DATE", call.date.encode()), ("TIME", call.time.encode()), ("NMBR", call.number.encode())]
    if call.name is not None:
        lines.append(("NAME", call.name.encode(call.name_encoding)))
    told = b"".join(tag.encode() + equals + value + b"\r\n" for tag, value in lines)
    return (b"\r\nCIDM\r\n" if announces else b"\r\n") + told


def as_packet(call: Incoming) -> bytes:
    """Build the packet that the exchange sends: an MDMF message with its sum (spec/modem.md 3.4)."""
    parameters = [(0x01, (call.date + call.time).encode())]
    parameters.append((0x04, call.number.encode()) if call.number in {"P", "O"} else (0x02, call.number.encode()))
    if call.name is not None:
        parameters.append((0x07, call.name.encode(call.name_encoding)))
    body = b"".join(bytes((kind, len(value))) + value for kind, value in parameters)
    packet = bytes((0x80, len(body))) + body
    return packet + bytes((-sum(packet) % 256,))


def as_simple_packet(call: Incoming) -> bytes:
    """Build the older message of one piece, SDMF."""
    body = (call.date + call.time + call.number).encode()
    packet = bytes((0x04, len(body))) + body
    return packet + bytes((-sum(packet) % 256,))
