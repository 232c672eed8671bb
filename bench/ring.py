"""The phone rings: from the last byte of a number on the line to the card painted in a browser.

Fifty tablets follow the box, one of them a real browser, while a platform's files of twenty thousand orders come in. The
modems are emulated on ptys in this process, the box is one of its own, the other tablets are a third, so that what one
does costs the others only what it would cost in a shop. What an idle line costs is measured in `phone`.
"""

import math
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from appliance import config
from appliance.assembly import WallClock
from appliance.demo.modem import CHIPS, EmulatedModem, Incoming, PluggedModem
from bench import shops
from bench.house import House, open_shop
from bench.imports import laid_in, state_of, taken_in, token_of, told_files
from bench.report import Figure

TABLETS = 50
LINES = 4
CALLS, CALLS_AT_REST = 40, 12
PATIENCE_S = 30
RINGING = "select count(*) from call c join phone_line l on l.id = c.line where l.place = ? and c.state = 'ringing'"
READY = "select count(*) from phone_line where ready = 1"
KNOWN = "select normal from customer_phone where masked = 0 and deleted = 0 and length(normal) = 11 limit ?"
WATCH = """() => {
  window.painted = {};
  const look = () => {
    for (const card of document.querySelectorAll("#corner [data-pop]")) {
      if (card.id in painted) continue;
      painted[card.id] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        painted[card.id] = performance.timeOrigin + performance.now();
      }));
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""
PAINTED = "(count) => Object.values(painted).filter((at) => at).length > count"


def figures() -> Iterator[Figure]:
    """Measure."""
    files = told_files()
    small = shops.small()
    with tempfile.TemporaryDirectory(dir=shops.KEPT) as name:
        folder = Path(name) / "shop"
        shutil.copytree(small, folder)
        numbers = [row[0] for row in asked(folder, KNOWN, CALLS + CALLS_AT_REST)]
        with lines(Path(name)) as modems:
            told = config.read(folder)
            config.write(replace(told, modems=tuple(str(modem.link) for modem in modems)))
            with open_shop(folder, shops.OWNER_PIN) as house, browser(house) as page, tablets(house):
                wait(lambda: asked(folder, READY)[0][0] == LINES)
                rest = [ring(folder, page, modems, n, numbers.pop()) for n in range(CALLS_AT_REST)]
                yield told_of("at rest", rest)
                with importing(house, folder, files) as running:
                    waits, busy = [], 0
                    for n in range(CALLS):
                        waits.append(ring(folder, page, modems, n, numbers.pop()))
                        busy += running()
                yield told_of(f"while orders come in ({busy} of {CALLS} calls)", waits)


def told_of(when: str, waits: list[float]) -> Figure:
    """The wait that nineteen of twenty calls do not exceed."""
    ordered = sorted(waits)
    p95, middle = ordered[math.ceil(len(ordered) * 0.95) - 1], ordered[len(ordered) // 2]
    note = f"median {middle:.0f}, longest {ordered[-1]:.0f} ms, {TABLETS} tablets, {len(ordered)} calls"
    return Figure(f"number to painted card, p95, {when}", p95, 300, "ms", note=note)


class Timed(PluggedModem):
    """A modem that remembers when the last byte of a number left it."""

    told_at = 0.0

    def _write(self) -> None:
        report = b"NMBR" in self.modem.out
        super()._write()
        if report and b"NMBR" not in self.modem.out:
            self.told_at = time.time()


@contextmanager
def lines(folder: Path) -> Iterator[list[Timed]]:
    """Modems at their lines, none of which knows names: after the number nothing comes that would end the wait."""
    modems = [Timed(EmulatedModem(WallClock(), CHIPS["usr"]), folder / f"modem{n}") for n in range(LINES)]
    for modem in modems:
        modem.start()
    try:
        yield modems
    finally:
        for modem in modems:
            modem.stop()


@contextmanager
def browser(house: House) -> Iterator:
    """One real tablet with the list of orders before it."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        context = opened.new_context(viewport={"width": 1180, "height": 820})
        url = f"http://127.0.0.1:{house.port}"
        context.add_cookies([{"name": name, "value": said, "url": url} for name, said in house.cookies.items()])
        page = context.new_page()
        page.goto(f"{url}/orders")
        page.wait_for_function("() => document.querySelector('#corner')")
        page.evaluate(WATCH)
        yield page
        opened.close()


@contextmanager
def tablets(house: House) -> Iterator[None]:
    """All the others."""
    cookies = "; ".join(f"{name}={said}" for name, said in house.cookies.items())
    command = [sys.executable, "-m", "bench.tablets", str(house.port), str(TABLETS - 1), cookies]
    others = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        others.stdout.readline()
        yield
    finally:
        fetched = int(others.communicate(timeout=PATIENCE_S)[0] or 0)
    if fetched < (CALLS + CALLS_AT_REST) * (TABLETS - 1):
        raise RuntimeError(f"The tablets looked only {fetched} times.")


def ring(folder: Path, page, modems: list[Timed], n: int, number: str) -> float:
    """Let somebody call, on a line where nobody does; returns the milliseconds until the card was painted."""
    modem = modems[n % len(modems)]
    place = f"port-{str(modem.link).strip('/').replace('/', '-')}"
    wait(lambda: modem.modem.incoming is None and asked(folder, RINGING, place)[0][0] == 0)
    before = page.evaluate("() => Object.values(painted).filter((at) => at).length")
    modem.told_at = 0.0
    modem.do(lambda one: one.ring(Incoming(number, rings=2)))
    page.wait_for_function(PAINTED, arg=before, timeout=PATIENCE_S * 1_000)
    painted = max(page.evaluate("() => Object.values(painted)"))
    modem.do(lambda one: one.caller_hangs_up())
    if not modem.told_at:
        raise RuntimeError("There was a card before there was a number.")
    return painted - modem.told_at * 1_000


@contextmanager
def importing(house: House, folder: Path, files: tuple[bytes, bytes]) -> Iterator:
    """Bring files in, one after another, until the block ends; gives whether one is coming in just now."""
    stopping, job = threading.Event(), [""]
    clerk = House(house.process, house.port)
    clerk.cookies = dict(house.cookies)

    def work() -> None:
        token = token_of(clerk)
        for content in files:
            job[0] = laid_in(clerk, folder, content, token)
            taken_in(clerk, job[0], token)
            while state_of(folder, job[0]) in {"checked", "running"} and not stopping.is_set():
                time.sleep(0.1)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    wait(lambda: job[0] and state_of(folder, job[0]) == "running")
    try:
        yield lambda: state_of(folder, job[0]) == "running"
    finally:
        stopping.set()
        thread.join()


def asked(folder: Path, sql: str, *args: object) -> list[tuple]:
    """Look into the box's tables from outside."""
    conn = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
    try:
        return conn.execute(sql, args).fetchall()
    finally:
        conn.close()


def wait(so) -> None:
    """Wait, a bounded while, until something is so."""
    ends = time.monotonic() + PATIENCE_S
    while not so():
        if time.monotonic() > ends:
            raise TimeoutError("It did not come about.")
        time.sleep(0.05)
