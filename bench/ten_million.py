"""Ten million field changes drawn anew: the goal of spec/sync.md in its full size. It takes long, so it is asked for by name."""

from collections.abc import Iterator

from bench.life import rebuilt
from bench.report import Figure


def figures() -> Iterator[Figure]:
    """Measure."""
    yield rebuilt(10_000_000)
