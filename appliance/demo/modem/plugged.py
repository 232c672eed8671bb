"""The modem on a cable: a pty behind a link, in real time (spec/modem.md 10.1)."""

import errno
import os
import pty
import random
import select
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance.demo.modem.device import Clock, EmulatedModem

SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.002, 0.2


class PluggedModem:
    """Runs an emulated modem in a thread of its own. `link` is where the box finds it."""

    def __init__(self, modem: EmulatedModem, link: Path, *, cuts: bool = False, hurry: int = 1) -> None:
        self.modem = modem
        self.link = link
        self.hurry = hurry
        """So many times faster than the world the modem's clock runs."""
        self.cuts = cuts
        """Write in pieces of random length."""
        self._master = -1
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._wake, False)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._chance = random.Random(2)
        self._thread = threading.Thread(target=self._run, name="modem", daemon=True)

    @property
    def clock(self) -> Clock:
        """The modem's clock."""
        return self.modem.clock

    def start(self) -> "PluggedModem":
        """Plug it in and let it live."""
        self.plug()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Pull the plug and end."""
        self._stopping.set()
        self._nudge()
        self._thread.join()
        self.unplug()
        os.close(self._wake)
        os.close(self._woken)

    def plug(self) -> None:
        """Put it into a socket: a new device appears behind the link."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        fresh = self.link.with_name(f".{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        with self._lock:
            fresh.replace(self.link)
            self._master = master
        # A pty whose slave nobody holds reads as an error; the box holds it from now on.
        os.close(slave)
        self._nudge()

    def unplug(self, *, powered: bool = False) -> None:
        """Pull it out: the device node disappears under whoever has it open. One with a supply of its own goes on."""
        with self._lock:
            if self._master >= 0:
                self.link.unlink(missing_ok=True)
                os.close(self._master)
                self._master = -1
            self.modem.out.clear()
            if not powered:
                self.modem.power_cycle()
        # The node goes when the last waiting call lets go of it.
        self._nudge()

    def do(self, act: Callable[[EmulatedModem], None]) -> None:
        """Let something happen to the modem."""
        with self._lock:
            act(self.modem)
        self._nudge()

    def _nudge(self) -> None:
        with suppress(OSError):
            os.write(self._woken, b"x")

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                self.modem.tick()
                self._write()
                due, master = self.modem.next_ms, self._master
                reads = [self._wake, *([master] if master >= 0 and self.modem.wants_input else [])]
                writes = [master] if master >= 0 and self.modem.out else []
            wait_s = LONGEST_WAIT_S if due is None else (due - self.clock.ticks_ms()) / 1000 / self.hurry
            try:
                ready, _, _ = select.select(reads, writes, [], max(SHORTEST_WAIT_S, min(LONGEST_WAIT_S, wait_s)))
            except (OSError, ValueError):
                continue
            if self._wake in ready:
                with suppress(BlockingIOError):
                    os.read(self._wake, 4096)
            if master in ready:
                self._read(master)

    def _read(self, master: int) -> None:
        with self._lock:
            if master != self._master:
                return
            try:
                self.modem.hear(os.read(master, 4096))
            except OSError as error:
                if error.errno not in {errno.EIO, errno.EAGAIN}:
                    raise
                # Nobody has the other end open, and what the modem says is said to nobody.
                self.modem.out.clear()
            else:
                return
        self._stopping.wait(0.02)

    def _write(self) -> None:
        out = self.modem.out
        while out and self._master >= 0:
            length = self._chance.randint(1, 40) if self.cuts else len(out)
            try:
                written = os.write(self._master, out[:length])
            except BlockingIOError:
                return
            except OSError:
                out.clear()
                return
            del out[:written]
