"""`python -m tests.simulation SEED [--seeds N] [--jobs N]`: play one seed and print its trace, or many and print what failed."""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.play import Report, play


def main() -> int:
    """Play; the exit code is 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?", default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after another")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    told = parser.parse_args()
    if told.seeds == 1:
        report = play(told.seed)
        print("\n".join(report.lines))
        return _tell([report])
    begun = time.monotonic()
    with ProcessPoolExecutor(told.jobs) as pool:
        reports = list(pool.map(play, range(told.seed, told.seed + told.seeds), chunksize=5))
    print(f"{told.seeds} seeds, {sum(one.entries for one in reports)} entries, {time.monotonic() - begun:.0f} s")
    return _tell(reports)


def _tell(reports: list[Report]) -> int:
    marks = sum((report.marks for report in reports), Counter())
    for state, count in sorted(marks.items()):
        print(f"  {count:7} {state}")
    failed = [report for report in reports if report.wrong]
    for report in failed:
        print(f"seed {report.seed}: replay with  python -m tests.simulation {report.seed}")
        for line in report.wrong[:5]:
            print(f"    {line}")
    print(f"{len(reports) - len(failed)} of {len(reports)} clean.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
