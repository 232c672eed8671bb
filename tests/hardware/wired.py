"""A modem of ours and an emulated one, joined by a cable that knows no time but a clock of its own."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from appliance.demo.modem import CHIPS, Chip, EmulatedModem, Incoming
from appliance.demo.modem.chips import CONEXANT
from appliance.hardware.line import Answer, Answered, Caller, Command, Done, Event, HungUp, Ring, Sound
from appliance.hardware.modem.protocol import Modem
from appliance.hardware.modem.session import Settings

E = TypeVar("E", bound=Event)
FIRST_MS = 1_795_000_000_000


@dataclass
class Hands:
    """A clock that moves when it is told to."""

    ticks: int = 5_000
    skew_ms: int = 0

    def ticks_ms(self) -> int:
        return self.ticks

    def now_ms(self) -> int:
        return FIRST_MS + self.skew_ms + self.ticks


@dataclass
class Wired:
    """The two, and what has happened so far."""

    clock: Hands
    modem: Modem
    device: EmulatedModem
    events: list[Event] = field(default_factory=list)
    cut: random.Random | None = None
    """Deliver bytes in random pieces."""
    gone: bool = False

    def run(self, ms: int, until: Callable[[], bool] = lambda: False) -> "Wired":
        """Let so much time pass, or until something is so."""
        end = self.clock.ticks + ms
        while self.clock.ticks < end:
            self._exchange()
            if until():
                break
            due = [at for at in (self.modem.next_ms, self.device.next_ms) if at is not None]
            self.clock.ticks = max(self.clock.ticks + 1, min([end, *due]))
        self._exchange()
        return self

    def _exchange(self) -> None:
        for _ in range(8):
            self.device.tick()
            if not self.gone:
                self._carry(bytes(self.device.out), self.modem.hear)
            self.device.out.clear()
            self.modem.tick()
            if self.device.wants_input and self.modem.out:
                said = bytes(self.modem.out)
                self.modem.out.clear()
                if not self.gone:
                    self.device.hear(said)
            self.events += self.modem.take()
            if not self.device.out and not self.modem.out:
                return

    def _carry(self, data: bytes, hear: Callable[[bytes], None]) -> None:
        while data:
            length = self.cut.randint(1, 9) if self.cut else len(data)
            hear(data[:length])
            data = data[length:]

    def do(self, command: Command) -> "Wired":
        self.modem.do(command)
        return self

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def wire(
    chip: Chip = CONEXANT, *, settings: Settings | None = None, cut: int | None = None, start: bool = True
) -> Wired:
    """Plug one into the other and make it ready."""
    clock = Hands()
    modem = Modem("line1", clock, port="/dev/ttyACM0", settings=settings or Settings())
    wired = Wired(clock, modem, EmulatedModem(clock, chip), cut=random.Random(cut) if cut is not None else None)
    if start:
        modem.start()
        wired.run(20_000, until=lambda: modem.session.ready or modem.hung)
    return wired


VOICES = [chip for chip in CHIPS.values() if chip.name != "data"]
EVERY_CODE = bytes(range(256)) * 63
"""Two seconds in which every byte occurs, DLE and ETX among them."""


def talking(chip: Chip = CONEXANT, *, cut: int | None = None, settings: Settings | None = None) -> Wired:
    """A line on which the box has just answered."""
    wired = wire(chip, cut=cut, settings=settings)
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).run(4_000, until=lambda: bool(wired.told(Done)))
    assert wired.device.off_hook
    assert [event.by for event in wired.told(Answered)] == ["box"]
    return wired


def recorded(wired: Wired) -> bytes:
    return b"".join(event.pcm for event in wired.told(Sound))


def done(wired: Wired) -> list[str]:
    return [type(event.command).__name__ for event in wired.told(Done)]


def next_call_is_read(wired: Wired, number: str = "13900139000") -> None:
    """The next call, half a minute later, is told rightly and once."""
    wired.run(30_000)
    before = len(wired.events)
    wired.device.ring(Incoming(number, "LI NA"))
    wired.run(40_000)
    told = [event for event in wired.events[before:] if isinstance(event, Caller)]
    assert [(event.number, event.doubtful) for event in told] == [(number, False)]
    assert len({event.call for event in wired.events[before:] if isinstance(event, Ring | Caller | HungUp)}) == 1
