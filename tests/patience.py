"""Waiting for what has to come: however slow the machine is, and never for ever."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 120


def until(true: Callable[[], Any], what: str = "it", seconds: float = PATIENCE_S) -> Any:
    """Wait until something is so, and return what it is."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return found
