"""The hand that plays the year: a clock set for each deed, and deeds that queue without waiting for the disk."""

import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from appliance.journal import Desk, Done, Journal

MOST_WAITING = 512


class PlayedClock:
    """A clock that shows what the story says."""

    trusted = True

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def now_ms(self) -> int:
        """The story's moment."""
        return self.at_ms

    def ticks_ms(self) -> int:
        """Only ever grows, as the story only ever goes on."""
        return self.at_ms


class Hand:
    """Does deeds at their moments. Errors are raised at the next `wait`, for a story that is refused is a bug."""

    def __init__(self, journal: Journal, clock: PlayedClock, branch: str) -> None:
        self.journal = journal
        self.clock = clock
        self.branch = branch
        self._desks: dict[str, Desk] = {}
        self._waiting: deque[Future[Done[Any]]] = deque()

    def desk(self, who: str) -> Desk:
        """Where somebody of the staff stands."""
        if who not in self._desks:
            self._desks[who] = self.journal.desk(who=who, device="demo", branch=self.branch)
        return self._desks[who]

    def at(self, moment_ms: int) -> None:
        """Set the clock, after everything that was asked before is done."""

        def turn(_conn: sqlite3.Connection) -> None:
            self.clock.at_ms = moment_ms

        self.journal.local(turn)

    def do(self, who: str, action: str, run: Callable[[Desk], Any]) -> None:
        """Queue a deed as one entry; the writer commits many together."""
        self._waiting.append(self.journal.perform(self.desk(who), action, run))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft().result()

    def wait(self) -> None:
        """Wait until everything is done; raises what a deed raised."""
        while self._waiting:
            self._waiting.popleft().result()
