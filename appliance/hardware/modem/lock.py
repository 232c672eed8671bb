"""Who has a port: the lock files that modem programs have agreed on since UUCP (spec/modem.md 2.1).

NCID, mgetty and minicom look for `LCK..ttyACM0` with a process number in it. A lock whose process is gone is stale.
"""

import os
from contextlib import suppress
from pathlib import Path

LOCKS = Path("/var/lock")


class Taken(Exception):
    """Somebody else has the port."""


class PortLock:
    """Our lock on one port."""

    def __init__(self, port: str, folder: Path = LOCKS) -> None:
        real = os.path.realpath(port)
        self._file = folder / f"LCK..{real.removeprefix('/dev/').replace('/', '_')}"
        self._held = False

    def take(self) -> None:
        """Take it; raises `Taken` with the name of whoever has it. Without a folder for locks there is none."""
        for _ in range(2):
            try:
                lock = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            except FileExistsError:
                holder = self._holder()
                if holder and holder != os.getpid():
                    raise Taken(f"{_name(holder)} ({holder})") from None
                with suppress(OSError):
                    self._file.unlink()
                continue
            except OSError:
                return
            os.write(lock, f"{os.getpid():10d}\n".encode())
            os.close(lock)
            self._held = True
            return

    def give_back(self) -> None:
        """Let others have the port."""
        if self._held:
            self._held = False
            with suppress(OSError):
                self._file.unlink()

    def _holder(self) -> int:
        """The process that has it, 0 when that is gone or the file says nothing."""
        try:
            told = self._file.read_bytes()
        except OSError:
            return 0
        pid = process_of(told)
        return pid if pid > 0 and _alive(pid) else 0


def process_of(lock: bytes) -> int:
    """Read the process number in a lock, 0 where there is none. Some old programs write it as four bytes."""
    # No process has so great a number that its last byte is not 0, and no text has a 0 in it; but the bytes before may
    # well look like a digit and a blank.
    if len(lock) == 4 and lock[3] == 0:
        return int.from_bytes(lock, "little")
    words = lock.split()
    return int(words[0]) if words and words[0].isdigit() else 0


def who_has(port: str) -> str:
    """Name the programs that have a port open, as far as we may see them."""
    real, found = os.path.realpath(port), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(process.name) != os.getpid() and any(
                os.path.realpath(fd) == real for fd in (process / "fd").iterdir()
            ):
                found.append(f"{_name(int(process.name))} ({process.name})")
    return ", ".join(found)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
    except OSError:
        return "?"
