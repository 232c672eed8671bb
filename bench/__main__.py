"""`python -m bench [section ...]`: print the figures, each with its goal beside it."""

import importlib
import sys

from bench.report import Figure, cpu_us, tell
from bench.shops import KEPT

SECTIONS = ("ground", "life", "standing", "pages", "writes", "selling", "imports", "phone", "ring", "hub", "morango")
LONG = ("history",)
"""Those that first make a shop with a million orders."""


def main() -> int:
    """Run the sections asked for, or all; the exit code does not judge, the table does."""
    asked = sys.argv[1:] or (*SECTIONS, *LONG)
    told: list[Figure] = []
    KEPT.mkdir(parents=True, exist_ok=True)
    print(f"sum(i*i for i in range(10**6)) takes {_calibration():.0f} ms; it took 53 where the goals were set.")
    for section in asked:
        print(f"\n{section}")
        told += tell(importlib.import_module(f"bench.{section}").figures())
    missed = [figure for figure in told if not figure.reached]
    print(f"\n{len(told) - len(missed)} of {len(told)} goals reached.")
    return 0


def _calibration() -> float:
    return cpu_us(lambda: sum(i * i for i in range(10**6)), 1) / 1e3


if __name__ == "__main__":
    sys.exit(main())
