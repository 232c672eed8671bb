"""What a box costs by standing there: how soon it answers, and what it holds of the machine's memory."""

import itertools
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import shops
from bench.house import House, free_port, open_shop, running
from bench.report import Figure
from bench.till import LINES, Till

STARTS = 5
FEW, MANY = 2_000, 20_000
SCREENS = ("/", "/orders", "/orders?view=all", "/orders?view=shipped&sort=placed_at-asc", "/stock", "/customers", "/goods",
           "/shipping", "/marketplace", "/accounts", "/search?q=张", "/orders?q=138", "/customers?q=zw", "/do/orders/create",
           "/pick/sku?q=茶", "/settings", "/staff")  # fmt: skip
A_WRITE_IN = 40


def figures() -> Iterator[Figure]:
    """Measure."""
    small = shops.small()
    with tempfile.TemporaryDirectory(dir=shops.KEPT) as name:
        folder = Path(name) / "shop"
        shutil.copytree(small, folder)
        yield from _start(folder)
        yield from _memory(folder)


def _start(folder: Path) -> Iterator[Figure]:
    """From nothing to the first page, and beside it the least application of the same framework, in turns."""
    port = free_port()
    ours = ["-m", "appliance.main", "serve", "--data", str(folder), "--port", str(port), "--host", "127.0.0.1"]
    least = ["bench/least.py", str(port)]
    told = [(_started(ours, port), _started(least, port)) for _ in range(STARTS)]
    (took, cpu), (least_took, least_cpu) = (tuple(map(min, zip(*one, strict=True))) for one in zip(*told, strict=True))
    yield Figure("start to the first page", took, 0.9, "s", note=f"{cpu:.2f} s of the processor")
    note = f"{cpu:.2f} s against {least_cpu:.2f}; by the clock {took / least_took:.2f} x"
    yield Figure("start, CPU against the least application", cpu / least_cpu, 2, note=note)


def _started(arguments: list[str], port: int) -> tuple[float, float]:
    with running(arguments, port) as (house, seconds, _said):
        return seconds, house.cpu_s()


def _memory(folder: Path) -> Iterator[Figure]:
    till = Till(folder)
    with open_shop(folder, shops.OWNER_PIN) as house:
        began = time.monotonic()
        asked = _requests(house, till)
        _ask(asked, FEW)
        few = house.memory_mb()
        _ask(asked, MANY - FEW)
        many = house.memory_mb()
        note = f"{MANY / (time.monotonic() - began):.0f} requests a second, one after the other"
        yield Figure(f"memory after {MANY:,} mixed requests", many, 100, "MB", note=note)
        yield Figure(f"memory grown from {FEW:,} to {MANY:,} requests", many - few, 5, "MB")


def _ask(requests: Iterator[None], count: int) -> None:
    for _ in itertools.islice(requests, count):
        pass


def _requests(house: House, till: Till) -> Iterator[None]:
    """Every screen in turn, the pages of all orders and SKUs that the lists lead to, and now and then a new order."""
    token = re.findall(rb'name="token" value="([^"]+)"', house.page("/do/orders/create"))[0].decode()
    links: list[str] = []
    for number in itertools.count(1):
        path = SCREENS[number % len(SCREENS)]
        if number % A_WRITE_IN == 0:
            _write(house, till, token)
        elif number % 2 and links:
            house.get(links.pop())
        else:
            page = house.page(path)
            if len(links) < 500:
                links += [
                    found.decode()
                    for found in re.findall(rb'href="?(/(?:orders|stock|customers|goods)/[-\w.]{22,})', page)
                ]
                links += [
                    found.decode().replace("&amp;", "&") for found in re.findall(rb'rel="next" href="([^"]+)"', page)
                ]
        yield


def _write(house: House, till: Till, token: str) -> None:
    told = till.order()
    lines = {f"lines.{n}.sku": sku for n, sku in enumerate(told.pop("lines"))}
    form = told | lines | {f"lines.{n}.qty": "1" for n in range(LINES)} | {"token": token, "key": told["phone"]}
    status, body, _ = house.post("/do/orders/create", form)
    if status != 303:
        raise RuntimeError(f"An order was answered {status}: {body[:300]!r}")
