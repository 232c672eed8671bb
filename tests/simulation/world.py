"""The world of a simulation: virtual time, one source of chance, and a trace by which a run is known again."""

from __future__ import annotations

import hashlib
import heapq
import random
from collections import Counter
from collections.abc import Callable

MORNING = 1_795_485_600_000
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class World:
    """A heap of things to come. What happens at one moment happens in the order in which it was planned."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.now = MORNING
        self.marks: Counter[str] = Counter()
        self.lines: list[str] = []
        self.out_of_order = False
        """Somebody read a torn, forged or shuffled stick: something may be unknown until all rests (spec/sync.md R18)."""
        self.imports = True
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._planned = 0

    def after(self, ms: int, do: Callable[[], None]) -> None:
        """Plan something."""
        self._planned += 1
        heapq.heappush(self._heap, (self.now + max(0, ms), self._planned, do))

    def every(self, low: int, high: int, do: Callable[[], None], until: int) -> None:
        """Do something again and again, at distances drawn anew."""

        def again() -> None:
            if self.now < until:
                do()
                self.after(self.chance.randint(low, high), again)

        self.after(self.chance.randint(0, high), again)

    def run(self, until: int) -> None:
        """Let time pass."""
        while self._heap and self._heap[0][0] <= until:
            self.now, _, do = heapq.heappop(self._heap)
            do()
        self.now = max(self.now, until)

    def forget(self) -> None:
        """Let nothing that was planned happen: a new phase begins."""
        self._heap.clear()

    def happens(self, chance: float) -> bool:
        """Draw."""
        return self.chance.random() < chance

    def say(self, line: str) -> None:
        """Add to the trace."""
        self.lines.append(f"{(self.now - MORNING) / SECOND:11.3f} {line}")

    def mark(self, state: str) -> None:
        """An interesting state was reached: the runs together must reach each of them."""
        self.marks[state] += 1

    @property
    def trace(self) -> str:
        """A digest of everything that was said: equal where a run was the same."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


class Watch:
    """A box's clock: the world's time and an error of some kind on it, after TigerBeetle's kinds of clock faults."""

    KINDS = ("right", "behind", "ahead", "drifting", "stepping", "noisy")

    def __init__(self, world: World, kind: str, size: int, *, trusted: bool) -> None:
        self._world = world
        self._began = world.now
        self.kind = kind
        self.size = size
        self.trusted = trusted
        self._moved = 0

    def correct(self, by_ms: int, vouched: bool) -> None:
        """Go by what another box said, where nobody else vouches."""
        if not self.trusted:
            self._moved += by_ms
            self.trusted = vouched

    def set_right(self) -> None:
        """A time server answers at last."""
        self.kind, self.trusted, self._moved = "right", True, 0

    def now_ms(self) -> int:
        """What the box believes."""
        passed = self._world.now - self._began
        error = {
            "right": 0,
            "behind": -self.size,
            "ahead": self.size,
            "drifting": passed * self.size // DAY,
            "stepping": self.size if (passed // HOUR) % 2 else 0,
            "noisy": (hash((self._world.now // SECOND, self.size)) % 2_001) - 1_000,
        }[self.kind]
        return self._world.now + error + self._moved

    def ticks_ms(self) -> int:
        """Time since start, which no fault touches."""
        return self._world.now - self._began
