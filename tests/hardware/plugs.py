"""Modems on real ptys, a switchboard that finds them, and waiting for what has to happen."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from appliance.assembly import WallClock
from appliance.demo.modem import Chip, EmulatedModem, PluggedModem
from appliance.demo.modem.chips import CONEXANT
from appliance.hardware.line import Event
from appliance.hardware.modem import Switchboard
from appliance.hardware.modem.port import SerialPort
from tests.patience import PATIENCE_S

E = TypeVar("E", bound=Event)


class Hurry:
    """A clock that runs faster than the world, so that nobody waits long for a modem's pauses."""

    FACTOR = 3

    def __init__(self) -> None:
        self._wall = WallClock()

    def ticks_ms(self) -> int:
        return self._wall.ticks_ms() * self.FACTOR

    def now_ms(self) -> int:
        return self._wall.now_ms()


class HurriedPort(SerialPort):
    """A real port that waits by that clock."""

    def wait(self, timeout_s: float, *, to_write: bool) -> bytes:
        return super().wait(timeout_s / Hurry.FACTOR, to_write=to_write)


class Ears:
    """Hears all that is told, and waits for what has to come."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def told(self, kind: type[E], *, line: str = "") -> list[E]:
        return [event for event in list(self.events) if isinstance(event, kind) and line in {"", event.line}]

    def until(self, so: Callable[[], object]) -> None:
        """Wait, a bounded while, until something is so."""
        with self._news:
            assert self._news.wait_for(so, PATIENCE_S), [type(event).__name__ for event in self.events[-20:]]

    def hear(self, kind: type[E], count: int = 1, *, line: str = "") -> E:
        """Wait for the n-th event of a kind."""
        self.until(lambda: len(self.told(kind, line=line)) >= count)
        return self.told(kind, line=line)[count - 1]


@contextmanager
def plugged(link: Path, chip: Chip = CONEXANT, *, cuts: bool = False, deaf: bool = False) -> Iterator[PluggedModem]:
    modem = EmulatedModem(Hurry(), chip)
    modem.deaf = deaf
    there = PluggedModem(modem, link, cuts=cuts, hurry=Hurry.FACTOR).start()
    try:
        yield there
    finally:
        there.stop()


@contextmanager
def switchboard(locks: Path, **how: object) -> Iterator[tuple[Switchboard, Ears]]:
    board = Switchboard(Hurry(), **{"discover": False, "open_port": lambda path: HurriedPort(path, locks=locks), **how})
    ears = Ears()
    board.listen(ears)
    board.start()
    try:
        yield board, ears
    finally:
        board.stop()


def a_moment(seconds: float) -> None:
    threading.Event().wait(seconds)
