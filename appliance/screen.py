"""The machine's own screen: a demo shop shows itself there; a box in a back room has none and nothing happens."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

PATIENCE_S = 30
LOOK_AGAIN_S = 0.2


def show_when_open(address: str, environ: Mapping[str, str]) -> threading.Thread | None:
    """Open an address in the desktop's browser once somebody answers there; None where there is no desktop."""
    opener = shutil.which("xdg-open", path=environ.get("PATH"))
    if opener is None or not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return None
    waiting = threading.Thread(target=_show, args=(opener, address), name="screen", daemon=True)
    waiting.start()
    return waiting


def _show(opener: str, address: str) -> None:
    there = urlsplit(address)
    if _answers(there.hostname or "", there.port or 80):
        with suppress(OSError):
            subprocess.Popen(  # noqa: S603 - an address of our own, and no shell
                [opener, address], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip


def _answers(host: str, port: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            return True
        time.sleep(LOOK_AGAIN_S)
    return False
