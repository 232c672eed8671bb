"""All lines of a box: modems are found as they come, each gets its line, and what happens is told to whoever listens."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from appliance.hardware.line import BYTES_A_SECOND, Clock, Command, Event, Sound, Standing
from appliance.hardware.modem.driver import Driver
from appliance.hardware.modem.port import Port, SerialPort
from appliance.hardware.modem.seats import Here, Seat, here, names, seated
from appliance.hardware.modem.session import AS_MADE, Settings

log = logging.getLogger("appliance.modem")
LOOK_S = 1.0
LOOK_CLOSER_S = 30
"""A device that keeps its name may still have moved."""
BACKLOG = 60 * BYTES_A_SECOND
"""So much sound of a line waits for whoever writes it away; what comes beyond is counted as missing."""


class Switchboard:
    """The lines of a box.

    `paths` are ports named by hand, each a line of its own; with `discover`, modems on USB are lines besides. `known`
    are the seats of earlier days, and `remember` is told when they change, so that a line keeps its name.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        paths: Sequence[str] = (),
        discover: bool = True,
        known: Sequence[Seat] = (),
        remember: Callable[[Sequence[Seat]], None] = lambda _: None,
        settings: Callable[[str], Settings] = lambda _: AS_MADE,
        present: Callable[[], list[Here]] = here,
        ports: Callable[[], frozenset[str]] = names,
        open_port: Callable[[str], Port] = SerialPort,
    ) -> None:
        self.clock = clock
        self._discover = discover
        self._remember = remember
        self._settings = settings
        self._present = present
        self._ports = ports
        self._open = open_port
        self._seats: dict[str, Seat] = {seat.line: seat for seat in known if not seat.path}
        self._where: dict[str, tuple[str, tuple[int, int] | None]] = {}
        self._lines: dict[str, Driver] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._told: deque[Event] = deque()
        self._backlog: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._seating = threading.RLock()
        self._all_told = False
        self._teller = threading.Thread(target=self._tell, name="lines' news", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="lines' ports", daemon=True)
        for path in paths:
            line = f"port-{path.strip('/').replace('/', '-')}"
            self._where[line] = (path, None)
            self._add(line)
        for line in self._seats:
            self._add(line)

    def listen(self, heard: Callable[[Event], None]) -> None:
        """Have every event told, in order, in a thread of the switchboard's. A listener may take its time with sound."""
        self._listeners.append(heard)

    def start(self) -> None:
        """Open the lines."""
        self._teller.start()
        for driver in list(self._lines.values()):
            driver.start()
        if self._discover:
            self._watcher.start()

    def stop(self) -> None:
        """Close them; returns when everything that happened has been told."""
        self._stopping.set()
        if self._discover:
            self._watcher.join()
        for driver in self._lines.values():
            driver.stop()
        with self._news:
            self._all_told = True
            self._news.notify()
        self._teller.join()

    def do(self, line: str, command: Command) -> bool:
        """Tell a line what to do; returns whether there is such a line."""
        driver = self._lines.get(line)
        if driver:
            driver.do(command)
        return driver is not None

    def standings(self) -> list[Standing]:
        """Tell how each line stands."""
        return [driver.standing() for driver in list(self._lines.values())]

    # ---- finding

    def _add(self, line: str) -> Driver:
        driver = self._lines[line] = Driver(
            line,
            self.clock,
            where=lambda: self._find(line),
            open_port=self._open,
            tell=self._take,
            settings=self._settings(line),
        )
        return driver

    def _find(self, line: str) -> tuple[str, tuple[int, int] | None] | None:
        """Where a line's modem is at this moment: two sticks may have swapped their names since the last look."""
        where = self._where.get(line)
        if where is None or where[1] is None:
            return where
        if not Path(where[0]).exists():
            return None
        self._seat()
        return self._where.get(line)

    def _watch(self) -> None:
        before: frozenset[str] | None = None
        looked = 0
        while not self._stopping.is_set():
            now, ports = self.clock.ticks_ms(), self._ports()
            if ports != before or now - looked >= LOOK_CLOSER_S * 1000:
                before, looked = ports, now
                self._seat()
            self._stopping.wait(LOOK_S)

    def _seat(self) -> None:
        with self._seating:
            try:
                present = self._present()
            # What the system says of its devices is none of ours to trust; the next look may succeed.
            except OSError:
                log.exception("The ports could not be listed.")
                return
            self._bind(present)

    def _bind(self, present: Sequence[Here]) -> None:
        found = seated(present, list(self._seats.values()))
        where = {line: (one.path, seat.usb) for line, (seat, one) in found.items()}
        for line in self._seats.keys() - where.keys():
            self._where.pop(line, None)
        self._where |= where
        seats = self._seats | {line: seat for line, (seat, _) in found.items()}
        if seats != self._seats:
            self._seats = seats
            self._remember(list(seats.values()))
        for line in where:
            if line in self._lines:
                self._lines[line].look()
            else:
                self._add(line).start()

    # ---- telling

    def _take(self, event: Event) -> None:
        """Take an event from the thread of a line, which must not wait."""
        with self._news:
            if isinstance(event, Sound):
                waiting, samples = self._backlog[event.line], len(event.pcm) // 2
                if waiting + len(event.pcm) > BACKLOG:
                    self._missing[event.line] += samples + event.missing
                    return
                self._backlog[event.line] += len(event.pcm)
                if self._missing[event.line]:
                    event = msgspec.structs.replace(event, missing=event.missing + self._missing.pop(event.line))
            self._told.append(event)
            self._news.notify()

    def _tell(self) -> None:
        while True:
            with self._news:
                while not self._told and not self._all_told:
                    self._news.wait()
                if not self._told:
                    return
                event = self._told.popleft()
                if isinstance(event, Sound):
                    self._backlog[event.line] -= len(event.pcm)
            for listener in self._listeners:
                try:
                    listener(event)
                # One listener's fault must not cost the others their news.
                except Exception:
                    log.exception("A listener could not take %s of line %s.", type(event).__name__, event.line)
