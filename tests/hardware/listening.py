"""A line that only listens: what a modem printed is read to it, and what it heard is looked at."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from appliance.hardware.line import Caller, Event, HungUp, Ring
from appliance.hardware.modem.protocol import Modem
from appliance.hardware.modem.session import Settings
from tests.hardware.wired import Hands

FIXTURES = sorted(Path(__file__).parent.joinpath("fixtures/modem").glob("*.trace"))
NEVER_MS = 1 << 60


@dataclass(frozen=True)
class Heard:
    """Bytes, and when they came."""

    at_ms: int
    data: bytes


def listen(heard: Sequence[Heard], *, settings: Settings | None = None, rest_ms: int = 30_000) -> list[Event]:
    """Return what a line makes of it."""
    clock = Hands(0)
    modem = Modem("line1", clock, settings=settings or Settings())
    # It was made ready before, and is not asked whether it still is.
    modem.session.ready = True
    modem._probe_ms = NEVER_MS
    events: list[Event] = []
    for one in heard:
        pass_time(modem, clock, one.at_ms)
        modem.hear(one.data)
        events += modem.take()
    pass_time(modem, clock, clock.ticks + rest_ms)
    return events + modem.take()


def pass_time(modem: Modem, clock: Hands, until_ms: int) -> None:
    """Let time pass, waking the line whenever it asks for it."""
    while (due := modem.next_ms) < until_ms:
        clock.ticks = max(due, clock.ticks)
        modem.tick()
        agree(modem)
    clock.ticks = max(until_ms, clock.ticks)
    modem.tick()


def agree(modem: Modem) -> None:
    """Whatever the line asks, the modem says OK."""
    if modem.out:
        modem.out.clear()
        modem.hear(b"\r\nOK\r\n")


def said(*lines: bytes, every_ms: int = 0) -> list[Heard]:
    """Lines as a modem prints them."""
    return [Heard(n * every_ms, b"\r\n" + line + b"\r\n") for n, line in enumerate(lines)]


def plain(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events without their moments."""
    told = [msgspec.structs.asdict(event) | {"event": type(event).__name__} for event in events]
    return [{key: value for key, value in one.items() if key not in {"at_ms", "tick_ms"}} for one in told]


def rings(events: Sequence[Event]) -> int:
    return sum(isinstance(event, Ring) for event in events)


def calls(events: Sequence[Event]) -> int:
    return sum(isinstance(event, HungUp) for event in events)


def reports(events: Sequence[Event]) -> list[Caller]:
    """What was told of each caller in the end: a later word on a call replaces the earlier."""
    last = {event.call: event for event in events if isinstance(event, Caller) and event.presentation != "absent"}
    return list(last.values())


def caller(*lines: bytes, settings: Settings | None = None) -> Caller:
    """The caller that these lines report, after a first ring."""
    heard = [*said(b"RING"), Heard(1_000, b"\r\n" + b"".join(line + b"\r\n" for line in lines))]
    found = reports(listen(heard, settings=settings))
    assert len(found) == 1
    return found[0]


# ---- the recorded exchanges


def trace(path: Path) -> list[Heard]:
    return [Heard(at_ms, data) for at_ms, data in _heard(path)]


def _heard(path: Path) -> Iterator[tuple[int, bytes]]:
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            seconds, direction, text = line.split(" ", maxsplit=2)
            assert direction == "<"
            yield round(float(seconds) * 1000), _bytes(text)


def _bytes(text: str) -> bytes:
    marks = {"r": b"\r", "n": b"\n", "\\": b"\\"}
    parts = re.findall(r"\\x[0-9A-Fa-f]{2}|\\.|[^\\]+", text)
    return b"".join(
        bytes.fromhex(part[2:]) if part.startswith("\\x") else marks[part[1]] if part[0] == "\\" else part.encode()
        for part in parts
    )


def expected(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.with_suffix("").with_suffix(".expect.json").read_text("utf-8"))
    return told["must"]  # type: ignore[no-any-return]


def in_groups(heard: Sequence[Heard]) -> list[Heard]:
    """Join what came without a gap of more than a second."""
    groups: list[list[Heard]] = []
    for one in heard:
        if groups and one.at_ms - groups[-1][-1].at_ms <= 1_000:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [Heard(group[0].at_ms, b"".join(one.data for one in group)) for group in groups]
