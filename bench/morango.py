"""Beside Morango 0.8, the nearest relative: records of six fields from one store into another, over HTTP on one machine.

Morango is installed by the bench itself, in an environment of its own. Both sides write each record by itself; what is
timed is the way from one store's tables to the other's, keys, certificates and all.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn

from appliance.journal import Box as JournalBox
from appliance.journal import Desk, Journal, Money, Record, RoomShape, Schema, Text
from appliance.journal.certificate import Certificate
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.door import SYNC, Door
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.line import ask
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.swap import Swap
from appliance.sync.boxes.talk import Talk
from bench.house import free_port
from bench.report import Figure

RECORDS = 3_000
WANTED = "morango==0.8.*"
HERE = Path(__file__).parent / "rival"


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        python = _installed(Path(folder))
        if python is None:
            print("Morango could not be installed here, so nothing is compared.")
            return
        theirs_s, theirs_cpu, theirs_bytes = _theirs(Path(folder), python)
        ours_s, ours_cpu, ours_bytes = _ours(Path(folder))
    told = f"{RECORDS / ours_s:,.0f} to {RECORDS / theirs_s:,.0f} a second"
    yield Figure("records a second, beside Morango's", theirs_s / ours_s, 50, at_least=True, note=told)
    told = f"{ours_cpu / RECORDS * 1e6:,.0f} to {theirs_cpu / RECORDS * 1e6:,.0f} us a record, both ends"
    yield Figure("processor for a record, Morango's beside ours", theirs_cpu / ours_cpu, 5, at_least=True, note=told)
    told = f"{ours_bytes / RECORDS:.0f} to {theirs_bytes / RECORDS:.0f} a record"
    yield Figure("bytes on the wire, beside Morango's", ours_bytes / theirs_bytes, 1, note=told)


# ---- theirs


def _installed(folder: Path) -> Path | None:
    """Install Morango by itself; None where that cannot be."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", WANTED], capture_output=True, check=False)
    return python if done.returncode == 0 else None


def _theirs(folder: Path, python: Path) -> tuple[float, float, int]:
    """Return seconds, processor seconds of both ends, and bytes."""

    def run(*words: object) -> dict[str, float]:
        done = subprocess.run([python, HERE / "peer.py", *map(str, words)], capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    one, other, port = folder / "one.db", folder / "other.db", free_port()
    run("make", one)
    shutil.copy(one, other)
    run("fill", one, RECORDS)
    words = [python, HERE / "peer.py", "serve", other, str(port)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        server.stdout.readline()
        began = _cpu_of(server)
        told = run("push", one, f"http://127.0.0.1:{port}/")
        cpu = told["cpu"] + _cpu_of(server) - began
        server.stdin.close()
    if run("count", other)["count"] != RECORDS:
        raise RuntimeError("Morango did not bring all records over.")
    return told["seconds"], cpu, int(told["bytes"])


def _cpu_of(server: subprocess.Popen[str]) -> float:
    server.stdin.write("cpu\n")
    server.stdin.flush()
    return float(json.loads(server.stdout.readline())["cpu"])


# ---- ours


class Clock:
    """The machine's own."""

    trusted = True

    def now_ms(self) -> int:
        """Wall time."""
        return time.time_ns() // 1_000_000

    def ticks_ms(self) -> int:
        """Time since the start."""
        return time.monotonic_ns() // 1_000_000


@dataclass
class Box:
    """A real journal with one kind of record, and what it needs to speak."""

    own: Certificate
    circle: Circle
    journal: Journal
    swap: Swap
    post: Post


class Product(Record, kw_only=True, frozen=True):
    """Something that is sold."""

    name: Text = ""
    code: Text = ""
    unit: Text = ""
    price: Money = 0
    cost: Money = 0
    note: Text = ""


def _box(folder: Path, code: str, root: RootKey) -> Box:
    key, clock = BoxKey.made(os.urandom), Clock()
    own = certify(root, public=key.public, exchange=key.exchange_public, code=code, branch="b")
    circle = Circle(root.public, key.box)
    circle.learn(own.raw)
    folder.mkdir()
    box = JournalBox(folder, key.author(os.urandom), code, sign=key.sign, public=key.public, root=root.public)
    schema = Schema([RoomShape("bench", [Product], "", [])])
    journal = Journal(box, schema, clock=clock, random=os.urandom, trust=circle.trust)
    return Box(own, circle, journal, Swap(journal, circle, clock, "bench"), Post(key, circle, os.urandom))


def _ours(folder: Path) -> tuple[float, float, int]:
    """Return seconds, processor seconds of both ends, and bytes."""
    root = RootKey.made(os.urandom)
    one, other = _box(folder / "A1", "A1", root), _box(folder / "B1", "B1", root)
    one.circle.learn(other.own.raw)
    other.circle.learn(one.own.raw)
    desk = one.journal.desk(who="bench", device="", branch="b")
    writing = [one.journal.perform(desk, "bench.add", partial(_add, number=number)) for number in range(RECORDS)]
    for each in writing:
        each.result()
    with _answering(other) as url:
        began, cpu = time.monotonic(), time.process_time()
        size = asyncio.run(_push(one, other, url))
        took = time.monotonic() - began, time.process_time() - cpu, size
    (count,) = other.journal.reading().execute("select count(*) from product").fetchone()
    if count != RECORDS or one.journal.digest() != other.journal.digest():
        raise RuntimeError("Not all records came over.")
    for box in (one, other):
        box.journal.close()
    return took


def _add(desk: Desk, number: int) -> str:
    told = {"name": f"Tea {number}", "code": f"T-{number:06}", "unit": "100 g", "note": f"shelf {number % 40}"}
    return desk.put(Product(price=1_280 + number, cost=700 + number, **told))


@contextmanager
def _answering(box: Box) -> Iterator[str]:
    """Let a box's door be open, in a thread of its own."""
    door, port = Door(box.post, box.swap), free_port()
    server = uvicorn.Server(
        uvicorn.Config(door, host="127.0.0.1", port=port, lifespan="off", log_level="error", http="httptools")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        door.close()


async def _push(one: Box, other: Box, url: str) -> int:
    """Talk until both hold the same; returns the bytes on the wire."""
    talk, size = Talk(one.swap, other.own), 0
    question: bytes | None = talk.begin()
    while question is not None:
        letter, seal = one.post.write(other.own, question)
        reply = await ask(url, SYNC, letter, most=MOST_BODY)
        size += reply.sent + reply.received
        question = talk.go_on(seal.open(reply.body))
    return size
