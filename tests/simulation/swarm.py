"""Swarms: the faults that a seed draws, some of them and its own measure of each (swarm testing)."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.simulation.network import Weather
from tests.simulation.world import DAY, HOUR, World


@dataclass
class Swarm:
    """The faults of one run."""

    boxes: int
    hours: int
    weather: Weather
    crash: float
    sticks: float
    partitions: float
    backups: float
    restores: float
    clones: float
    bad_clocks: float
    newer: float
    upgrades: float
    talks: float
    """How much of the time there is a network at all; without one, everything goes by stick."""
    nights: float = 0.0
    """How often a box tidies up; then limits are so tight that logs are trimmed within the hour."""
    lapse: int = 10 * DAY
    """How long nobody need be heard of before the others trim without waiting."""
    imports: bool = True
    """Whether somebody reads files in, so that logs are long."""
    clogs: float = 0.0
    full_disks: float = 0.0
    erasures: float = 0.0
    images: float = 0.0
    thefts: float = 0.0
    """How often the owner puts a box out."""
    last_breath: bool = False
    """Whether a box never comes back, with what only it knew."""

    @classmethod
    def drawn(cls, world: World) -> Swarm:
        """Draw: half the faults are absent from a run, so that the others meet undisturbed."""
        chance = world.chance

        def some(most: float) -> float:
            return chance.uniform(0, most) if chance.random() < 0.5 else 0.0

        weather = Weather(some(0.4), some(0.3), some(0.05), chance.choice((50, 2_000, 30_000)))
        weather.spoilt = some(0.6)
        weather.portion = chance.choice((1, 2_000, 256 * 1024))
        swarm = cls(
            chance.choice((2, 3, 3, 4, 5)), chance.choice((2, 6, 30)), weather,
            some(0.25), some(0.6), some(0.3), some(0.3), some(0.3), some(0.15), some(1.0), some(1.0), some(0.2),
            chance.choice((1.0, 1.0, 0.2, 0.0)),
        )  # fmt: skip
        swarm._draw_more(random.Random(f"more {world.seed}"), world.seed)
        return swarm

    def _draw_more(self, chance: random.Random, seed: int) -> None:
        """Draw what came later by a chance of its own, so that the older faults of a seed stay what they were."""

        def some(most: float) -> float:
            return chance.uniform(0, most) if chance.random() < 0.3 else 0.0

        self.nights = chance.uniform(0.3, 1.0) if chance.random() < 0.3 else 0.0
        if self.nights:
            # No clock is wrong for as long as a shop keeps its log, and here that is ten minutes: what was stamped ahead
            # and is trimmed before anybody takes it back can count no more as it should (seeds 321, 331 of 3798c93).
            self.bad_clocks = 0.0
        self.lapse = chance.choice((10 * DAY, 10 * DAY, 4 * HOUR))
        if self.clones and self.restores:
            # Of two histories of which one was trimmed before anybody compared them it cannot be told any more where they
            # part (seeds 2895, 4238); and who hears of nobody waits for nobody.
            self.lapse, self.talks = 10 * DAY, max(self.talks, 0.2)
        self.imports = chance.random() < 0.5
        self.clogs, self.full_disks = some(0.4), some(0.3)
        self.last_breath = chance.random() < 0.1
        self.erasures = some(0.3)
        # An image older than what others trimmed leaves them two histories to begin with, and nothing to compare them by.
        self.images = some(0.2) if not self.nights else 0.0
        self.backups = max(self.backups, self.images)
        theft = random.Random(f"theft {seed}")
        # A stolen box is put out before its log is trimmed anywhere: who kept of it what should not count is set right by a
        # box that has the log, but where that one lacks what the other trimmed neither can help (seed 585, had it both).
        self.thefts = theft.uniform(0, 0.3) if theft.random() < 0.2 and not self.nights else 0.0


CALM = Swarm(3, 0, Weather(), *[0.0] * 9, talks=1.0)
"""No faults but those that somebody else brings."""
