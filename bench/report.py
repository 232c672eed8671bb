"""A figure with its goal beside it, and the table they make."""

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, how much, and how much at most (or at least)."""

    name: str
    measured: float
    goal: float
    unit: str = "x"
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the goal was reached in this run."""
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def __str__(self) -> str:
        """Show the line."""
        sign = ">=" if self.at_least else "<="
        mark = "ok  " if self.reached else "MISS"
        shown = f"{self.measured:10.2f} {self.unit:<8}"
        return f"{mark} {self.name:<58}{shown} goal {sign} {self.goal:g} {self.unit}  {self.note}"


def tell(figures: Iterable[Figure]) -> list[Figure]:
    """Print figures as they come and return them."""
    told = []
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
        sys.stdout.flush()
        told.append(figure)
    return told


def cpu_us(run: Callable[[], object], times: int, repeats: int = 5) -> float:
    """Processor microseconds of one call: the least of several repeats, the others being other people's noise."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        for _ in range(times):
            run()
        best = min(best, (time.process_time() - begun) / times * 1e6)
    return best


def median_ratio(ours: list[float], theirs: list[float]) -> float:
    """The middle of ratios taken pair by pair, so that a machine that changes speed does not lie."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
