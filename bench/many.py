"""Many writers at one box, in a process of its own: `python -m bench.many FOLDER WRITERS SECONDS`, told as JSON.

Each writer hands its order to the journal and waits until the disk has it, as every tablet does.
"""

import ctypes
import json
import sys
import threading
import time
from pathlib import Path

from appliance.shop.orders.actions import create
from appliance.shop.orders.records import NewLine
from bench.till import Till, standing


def write(folder: Path, writers: int, seconds: float) -> dict[str, float]:
    """Let so many write for so long; returns orders a second, and how often the disk was flushed for one."""
    count = ctypes.CDLL(None).flushes
    count.restype = ctypes.c_long
    with standing(folder) as (desk, till):
        _one(desk, till)
        done = [0] * writers
        flushed, began = count(), time.monotonic()

        def work(place: int) -> None:
            while time.monotonic() - began < seconds:
                _one(desk, till)
                done[place] += 1

        threads = [threading.Thread(target=work, args=(place,)) for place in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        return {"rate": sum(done) / took, "flushes": (count() - flushed) / sum(done)}


def _one(desk, till: Till) -> None:
    told = till.order()
    told["lines"] = [NewLine(sku=sku) for sku in told["lines"]]
    desk.journal.perform(desk, create.name, lambda at: create(at, **told)).result()


if __name__ == "__main__":
    print(json.dumps(write(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
