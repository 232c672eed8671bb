"""Guests: who is being answered right now. Long work lets them go first, between two of its pieces.

A page reads rows in many small steps, and each gives up its turn to compute; beside a file that comes in it would wait
for that turn dozens of times (measured: three times as long as the page takes). So the file waits, and not for long.
"""

import threading
from collections.abc import Callable

MOST_WAITS = 20
WAIT_S = 0.001


class Guests:
    """Counts them. Entered and left in one thread; long work asks from others."""

    def __init__(self) -> None:
        self._here = 0
        self._gone = threading.Event()
        self._gone.set()

    def enter(self) -> None:
        """Somebody is being answered."""
        self._here += 1
        self._gone.clear()

    def leave(self) -> None:
        """Somebody was."""
        self._here -= 1
        if not self._here:
            self._gone.set()

    def let_pass(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Wait until nobody is being answered, or `enough` says so; twenty milliseconds at most, so that work goes on."""
        for _ in range(MOST_WAITS):
            if self._gone.wait(WAIT_S) or enough():
                return
