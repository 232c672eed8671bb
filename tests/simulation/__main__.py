"""`python -m tests.simulation SEED [--seeds N] [--jobs N]`: play one seed and print its trace, or many and print what failed.

Whoever stops it (Ctrl-C, or `kill`) is told how many seeds were played, and how many of them were clean.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.play import Report, play

OFTEN = 100
MOST_LINES = 5


@dataclass
class Tally:
    """What came of the seeds so far."""

    first: int
    played: int = 0
    entries: int = 0
    failed: list[int] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    begun: float = field(default_factory=time.monotonic)

    def add(self, report: Report) -> None:
        """Count a seed; one that broke a law is told at once."""
        self.played += 1
        self.entries += report.entries
        self.marks += report.marks
        if report.wrong:
            self.failed.append(report.seed)
            print(f"seed {report.seed}: replay with  python -m tests.simulation {report.seed}")
            for line in report.wrong[:MOST_LINES]:
                print(f"    {line}", flush=True)

    def __str__(self) -> str:
        last, took = self.first + self.played - 1, time.monotonic() - self.begun
        clean = self.played - len(self.failed)
        return f"{clean} of {self.played} clean, up to seed {last}; {self.entries} entries, {took:.0f} s."


def main() -> int:
    """Play; the exit code is 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?", default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after another")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    asked = parser.parse_args()
    tally = Tally(asked.seed)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for report in _played(range(asked.seed, asked.seed + asked.seeds), asked.jobs):
            if asked.seeds == 1:
                print("\n".join(report.lines))
            tally.add(report)
            if tally.played % OFTEN == 0:
                print(tally, flush=True)
    except KeyboardInterrupt:
        print("Stopped before the end.")
    for state, count in sorted(tally.marks.items()):
        print(f"  {count:7} {state}")
    print(tally)
    return 1 if tally.failed else 0


def _played(seeds: range, jobs: int) -> Iterator[Report]:
    if jobs == 1:
        yield from map(play, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(play, seeds, chunksize=5)
        finally:
            pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    sys.exit(main())
