"""The cable: opening a serial port, reading and writing without ever waiting longer than asked (spec/modem.md 2.1).

Whatever goes wrong with a port, and there are many ways in which a kernel says that a stick was pulled out, becomes
one `Gone`.
"""

import errno
import os
import select
import termios
from contextlib import suppress
from pathlib import Path
from typing import Literal, Protocol

from appliance.hardware.modem.lock import LOCKS, PortLock, Taken, who_has

SPEED = 115_200
"""8-bit sound needs 80 kbit/s and its shielding up to as much again; a USB modem ignores it."""
MOST_AT_ONCE = 16_384
Reason = Literal["unplugged", "forbidden", "taken"]


class Gone(Exception):
    """The port cannot be used, for one of a few reasons that a person can do something about."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail


class Port(Protocol):
    """An open port. Every method but `wake` belongs to one thread and may raise `Gone`."""

    def wait(self, timeout_s: float, *, to_write: bool) -> bytes:
        """Wait for bytes, for room to write if asked, for `wake` or for the time to pass; return the bytes."""
        ...

    def write(self, data: bytes) -> int:
        """Write what there is room for; returns how much."""
        ...

    def wake(self) -> None:
        """End `wait`, from any thread."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class SerialPort:
    """A serial port or what looks like one."""

    def __init__(self, path: str, *, speed: int = SPEED, locks: Path = LOCKS) -> None:
        import serial

        self._lock = PortLock(path, locks)
        try:
            self._lock.take()
            # Flow control keeps a real RS-232 modem from running dry; others do not mind.
            self._serial = serial.Serial(path, speed, timeout=0, write_timeout=0, exclusive=True, rtscts=True)
        except Taken as taken:
            raise Gone("taken", str(taken)) from taken
        except (OSError, ValueError, termios.error) as error:
            self._lock.give_back()
            raise _gone(path, error) from error
        self._fd = self._serial.fileno()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def wait(self, timeout_s: float, *, to_write: bool) -> bytes:
        """See `Port.wait`."""
        try:
            ready, _, _ = select.select([self._fd, self._woken], [self._fd] if to_write else [], [], timeout_s)
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4096)
            if self._fd not in ready:
                return b""
            data = os.read(self._fd, MOST_AT_ONCE)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise Gone("unplugged", str(error)) from error
        if not data:
            # Ready, and nothing there: that is how a port ends.
            raise Gone("unplugged")
        return data

    def write(self, data: bytes) -> int:
        """See `Port.write`."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise Gone("unplugged", str(error)) from error

    def wake(self) -> None:
        """See `Port.wake`."""
        with suppress(OSError):
            os.write(self._wake, b"x")

    def close(self) -> None:
        """See `Port.close`."""
        # Closing waits for what is unsent, half a minute if a hung modem takes nothing.
        with suppress(OSError, termios.error):
            termios.tcflush(self._fd, termios.TCOFLUSH)
        with suppress(OSError, termios.error):
            self._serial.close()
        os.close(self._woken)
        os.close(self._wake)
        self._lock.give_back()


def _gone(path: str, error: Exception) -> Gone:
    """Say in one word why a port could not be opened. pyserial hides the number in some of its errors."""
    number = getattr(error, "errno", None)
    if number in {errno.EACCES, errno.EPERM}:
        return Gone("forbidden", _group(path))
    if number in {errno.EBUSY, errno.EWOULDBLOCK} or "exclusively lock" in str(error):
        return Gone("taken", who_has(path))
    return Gone("unplugged", str(error))


def _group(path: str) -> str:
    """Name the group that may use the port: whoever runs the box has to be in it."""
    import grp

    try:
        return grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
