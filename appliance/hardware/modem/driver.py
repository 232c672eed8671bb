"""The life of one line: find the port, open it, keep the modem going, and begin again after whatever happens.

One thread a line, which does nothing else, so that sound is fetched while the rest of the box is busy: a modem's own
buffer holds a moment only. Nobody waits for it and it waits for nobody; what it hears goes into a bounded queue.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from appliance.hardware.line import Caller, Clock, Command, Event, Failed, Found, Level, Lost, Standing, Troubled
from appliance.hardware.modem.port import Gone, Port
from appliance.hardware.modem.protocol import LOSS, Modem
from appliance.hardware.modem.session import AS_MADE, Settings

log = logging.getLogger("appliance.modem")
SETTLE_MS = 500
"""After opening, left-overs of an earlier life are read and dropped."""
REST_S = 2.0
LONGEST_WAIT_S = 60.0
STUCK_MS = 10_000
"""A modem that takes no byte for so long has hung."""
MOST_ORDERS = 64


class Driver:
    """Keeps one line."""

    def __init__(
        self,
        line: str,
        clock: Clock,
        *,
        where: Callable[[], tuple[str, tuple[int, int] | None] | None],
        open_port: Callable[[str], Port],
        tell: Callable[[Event], None],
        settings: Settings = AS_MADE,
    ) -> None:
        self.id = line
        self.clock = clock
        self.settings = settings
        self._where = where
        """The port now and the USB id behind it, None while there is none."""
        self._open = open_port
        self._tell_on = tell
        self._orders: deque[Command] = deque()
        self._stopping = threading.Event()
        self._look = threading.Event()
        self._port: Port | None = None
        self._modem: Modem | None = None
        self._standing = Standing(line=line)
        self._thread = threading.Thread(target=self._run, name=f"line {line}", daemon=True)

    # ---- for whoever owns the line; from any thread

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being recorded is kept."""
        self._stopping.set()
        self._nudge()
        self._thread.join()

    def do(self, command: Command) -> None:
        """Queue a command."""
        if self._modem is None or len(self._orders) >= MOST_ORDERS:
            now, tick = self.clock.now_ms(), self.clock.ticks_ms()
            why: Literal["dropped", "no_device"] = "dropped" if self._modem else "no_device"
            self._tell_on(Failed(line=self.id, at_ms=now, tick_ms=tick, command=command, why=why))
            return
        self._orders.append(command)
        self._nudge()

    def look(self) -> None:
        """Ports have come or gone: look now instead of in a while."""
        self._look.set()

    def standing(self) -> Standing:
        """Tell how the line stands."""
        modem = self._modem
        if modem is None:
            return self._standing
        call = modem.calls.call
        return msgspec.structs.replace(
            self._standing,
            call=call.id if call else "",
            without_number=modem.calls.without_number,
            log=tuple(modem.dialogue.log.copy()),
        )

    def _nudge(self) -> None:
        self._look.set()
        if port := self._port:
            port.wake()

    # ---- in the thread of the line

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._live()
            # The one place that outlives any error: a line that died in silence would be worse.
            except Exception:
                log.exception("The line %s broke and begins again.", self.id)
                self._lost("hung")
            self._look.wait(REST_S)
            self._look.clear()

    def _live(self) -> None:
        """One life: from finding the port to losing it."""
        found = self._where()
        if found is None:
            self._lost("unplugged")
            return
        path, usb = found
        try:
            port = self._open(path)
        except Gone as gone:
            self._lost(gone.reason, gone.detail)
            return
        self._port = port
        modem = Modem(self.id, self.clock, port=path, settings=self.settings, usb=usb)
        try:
            self._keep(port, modem)
        except Gone as gone:
            modem.lost(gone.reason, gone.detail)
        finally:
            self._port = self._modem = None
            self._orders.clear()
            port.close()
            self._hand_on(modem)

    def _keep(self, port: Port, modem: Modem) -> None:
        """Carry bytes and commands until the modem hangs, the port goes, or the box stops."""
        begun = self.clock.ticks_ms()
        while (left := begun + SETTLE_MS - self.clock.ticks_ms()) > 0 and not self._stopping.is_set():
            port.wait(left / 1000, to_write=False)
        self._modem = modem
        modem.start()
        moved = self.clock.ticks_ms()
        while not modem.hung and not self._stopping.is_set():
            now = self.clock.ticks_ms()
            if modem.out:
                written = port.write(bytes(modem.out))
                del modem.out[:written]
                moved = now if written else moved
            self._hand_on(modem)
            wait_s = max(0, modem.next_ms - now) / 1000
            data = port.wait(min(wait_s, LONGEST_WAIT_S), to_write=bool(modem.out))
            if data:
                modem.hear(data)
            while self._orders:
                modem.do(self._orders.popleft())
            modem.tick()
            if modem.out and now - moved >= STUCK_MS:
                break
            moved = moved if modem.out else now
        modem.lost("stopped" if self._stopping.is_set() else "hung")

    def _hand_on(self, modem: Modem) -> None:
        for event in modem.take():
            self._note(event)

    def _lost(self, reason: LOSS, detail: str = "") -> None:
        now, tick = self.clock.now_ms(), self.clock.ticks_ms()
        self._note(Lost(line=self.id, at_ms=now, tick_ms=tick, reason=reason, detail=detail))

    def _note(self, event: Event) -> None:
        """Keep what the diagnosis page shows, and hand the event on; a loss is told once."""
        standing = self._standing
        if isinstance(event, Lost):
            if not standing.ready and standing.lost == event.reason:
                return
            self._standing = msgspec.structs.replace(standing, ready=False, lost=event.reason, detail=event.detail)
        elif isinstance(event, Found):
            self._standing = Standing(
                line=self.id,
                port=event.port,
                model=event.model,
                profile=event.profile,
                can=event.can,
                ready=True,
                last_report_at_ms=standing.last_report_at_ms,
            )
        elif isinstance(event, Troubled):
            troubles = dict.fromkeys((*standing.troubles, event.what))
            self._standing = msgspec.structs.replace(standing, troubles=tuple(troubles))
        elif isinstance(event, Caller) and event.presentation != "absent":
            self._standing = msgspec.structs.replace(standing, last_report_at_ms=event.at_ms)
        elif isinstance(event, Level):
            self._standing = msgspec.structs.replace(standing, peak=event.peak, mean=event.mean)
        self._tell_on(event)
