"""Selling while another branch's days come in: what a sale waits for at worst, against a quiet hour."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from appliance import config
from appliance.journal import Box
from appliance.journal.entry import Entry
from bench import shops
from bench.report import Figure
from bench.till import standing
from bench.writes import created

ORDERS_ELSEWHERE = 3_000
AT_ONCE = 1_000
SALES = 400
PAUSE_S = 0.005


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory(dir=shops.KEPT) as name:
        here, elsewhere = Path(name) / "here", Path(name) / "elsewhere"
        for folder in (here, elsewhere):
            shutil.copytree(shops.small(), folder)
        yield from _measured(here, _written(elsewhere))


def _written(folder: Path) -> list[Entry]:
    """What a second box writes in some days on its own."""
    with standing(folder, another(config.read(folder).box)) as (desk, till):
        have = desk.journal.vector()
        for _ in range(ORDERS_ELSEWHERE):
            created(desk, till)
        return list(desk.journal.entries(have))


def another(box: Box) -> Box:
    """Return a box that goes on from the same history under a name of its own."""
    return replace(box, author=bytes([box.author[0] ^ 1]) + box.author[1:], code="B1")


def _measured(folder: Path, entries: list[Entry]) -> Iterator[Figure]:
    with standing(folder) as (desk, till):
        idle = _waits(lambda: created(desk, till), lambda done: done < SALES)
        merging = threading.Thread(target=_merge, args=(desk.journal, entries))
        merging.start()
        busy = _waits(lambda: created(desk, till), lambda _: merging.is_alive())
        merging.join()
        if len(busy) < SALES // 8:
            raise RuntimeError(f"Only {len(busy)} sales came between.")
        note = f"{p99(busy) * 1e3:.1f} ms against {p99(idle) * 1e3:.1f}, {len(busy)} sales"
        yield Figure(
            "a sale's p99 while another branch's orders come in, against idle", p99(busy) / p99(idle), 2, note=note
        )


def _merge(journal, entries: list[Entry]) -> None:
    for start in range(0, len(entries), AT_ONCE):
        journal.merge(entries[start : start + AT_ONCE]).result()


def _waits(sell: Callable[[], object], going: Callable[[int], bool]) -> list[float]:
    waits: list[float] = []
    while going(len(waits)):
        began = time.perf_counter()
        sell()
        waits.append(time.perf_counter() - began)
        time.sleep(PAUSE_S)
    return waits


def p99(waits: list[float]) -> float:
    """The wait that one in a hundred exceeds."""
    return sorted(waits)[int(len(waits) * 0.99)]
