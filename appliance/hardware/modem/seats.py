"""Which modem is which line: bound to the socket it sits in, found again wherever the kernel puts it (spec/modem.md 6).

Serial numbers are not unique - many sticks say 12345678 - and names change with every re-plug, so a modem is its
USB id with its serial number where that is the only such, else the socket.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from appliance.hardware.modem.profiles import USB, Device

SYSTEM = Path("/sys")
DEVICES = Path("/dev")
_TTY = re.compile(r"tty(?:ACM|USB|S|AMA)\d+")
_AT_COMMANDS = "01"
"""bInterfaceProtocol of a USB interface that speaks AT."""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A modem's place, remembered."""

    line: str
    path: str = ""
    """A port named by hand; nothing else is then asked."""
    vendor: int = 0
    product: int = 0
    serial: str = ""
    location: str = ""
    """The USB socket: "1-1.4"."""

    @property
    def usb(self) -> tuple[int, int] | None:
        """The USB id, None for a port named by hand."""
        return (self.vendor, self.product) if self.vendor else None


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """A port that is there now and may have a modem behind it."""

    path: str
    vendor: int
    product: int
    serial: str = ""
    location: str = ""


def listed() -> list[Any]:
    """List the machine's serial ports, as pyserial describes them."""
    from serial.tools.list_ports import comports

    return list(comports())


def here(ports: Callable[[], Iterable[Any]] = listed) -> list[Here]:
    """List the ports behind which a modem sits, by USB id or because the device says that it speaks AT."""
    found: dict[str, Here] = {}
    for port in sorted(ports(), key=lambda one: one.device):
        if port.vid is None or port.pid is None:
            continue
        known = USB.get((port.vid, port.pid))
        location = (port.location or "").partition(":")[0]
        if known.usable if known else _speaks_at(getattr(port, "usb_interface_path", None)):
            # A device with several ports is one line; its first port is the modem's.
            found.setdefault(
                location or port.device,
                Here(
                    path=port.device,
                    vendor=port.vid,
                    product=port.pid,
                    serial=port.serial_number or "",
                    location=location,
                ),
            )
    return list(found.values())


def _speaks_at(interface: str | None) -> bool:
    if not interface:
        return False
    with suppress(OSError):
        return (Path(interface) / "bInterfaceProtocol").read_text("ascii").strip() == _AT_COMMANDS
    return False


def names(devices: Path = DEVICES) -> frozenset[str]:
    """Name the serial ports that exist: cheap enough to ask every second; only a change is worth a closer look."""
    with suppress(OSError):
        return frozenset(one.name for one in os.scandir(devices) if _TTY.fullmatch(one.name))
    return frozenset()


def unsupported(system: Path = SYSTEM) -> list[Device]:
    """List soft modems that are plugged in: they have no port, and no program of ours can use them."""
    found = []
    for device in (system / "bus/usb/devices").glob("*"):
        with suppress(OSError, ValueError):
            usb = tuple(int((device / name).read_text("ascii"), 16) for name in ("idVendor", "idProduct"))
            known = USB.get((usb[0], usb[1]))
            if known and not known.usable:
                found.append(known)
    return found


def seated(present: Iterable[Here], known: Sequence[Seat]) -> dict[str, tuple[Seat, Here]]:
    """Say which line each present modem is: the one it was, else a new one named after its socket."""
    free = [seat for seat in known if not seat.path]
    taken: dict[str, tuple[Seat, Here]] = {}
    left = list(present)
    serials = Counter((one.vendor, one.product, one.serial) for one in left)

    def same_device(seat: Seat, one: Here) -> bool:
        mark = (one.vendor, one.product, one.serial)
        alone = serials[mark] == 1 and sum((s.vendor, s.product, s.serial) == mark for s in known) == 1
        return bool(one.serial) and alone and (seat.vendor, seat.product, seat.serial) == mark

    def same_socket(seat: Seat, one: Here) -> bool:
        return bool(one.location) and seat.location == one.location

    for alike in (same_device, same_socket):
        for one in list(left):
            if seat := next((seat for seat in free if alike(seat, one)), None):
                taken[seat.line] = (_moved(seat, one), one)
                free.remove(seat)
                left.remove(one)
    if len(left) == len(free) == 1 and (left[0].vendor, left[0].product) == free[0].usb:
        taken[free[0].line] = (_moved(free[0], left[0]), left[0])
        left.clear()
    for one in left:
        line = f"usb-{one.location or Path(one.path).name}"
        taken[line] = (_moved(Seat(line=line), one), one)
    return taken


def _moved(seat: Seat, one: Here) -> Seat:
    return Seat(line=seat.line, vendor=one.vendor, product=one.product, serial=one.serial, location=one.location)
