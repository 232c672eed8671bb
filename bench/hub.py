"""The hub: a day of five hundred boxes at one PostgreSQL hub of two processes, an opening hour in some seconds.

Each box sells 500 receipts of twelve changes, eight hours long, and talks once an hour; head office changes 480 things
that go to everybody, and everybody states a balance. So a real day's entries and bytes are played, in fewer talks than
a real day has; what a talk that brings nothing costs is measured by itself, and a day of one a minute is reckoned by it.
"""

import asyncio
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from appliance.demo.database import Database, database
from appliance.journal.certificate import Certificate
from appliance.shopfitting import circle_of, let_in, new_box
from appliance.sync.boxes.door import SYNC
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.line import Reply, ask
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.talk import Talk
from appliance.sync.hub.base import Base
from appliance.sync.hub.resting import rest
from bench.house import free_port
from bench.report import Figure
from bench.thin import Box, Clock

BOXES, HOURS, RECEIPTS, AT_ONCE, PROCESSES = 500, 8, 500, 8, 2
CENTRAL = 40
"""What head office changes in an hour."""
A_DAY_S = 24 * 3_600
POLLS = 24 * 60


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="zg") as folder:
        Path(folder).chmod(0o755)
        with database(Path(folder) / "pg") as server:
            dsn = server.fresh("chain")
            clock = Clock()
            url, hub, boxes, serving = _open(Path(folder), dsn, clock)
            with serving as processes:
                day = Day(url, hub, boxes, clock, processes, server)
                yield from asyncio.run(day.played())
                yield from _at_rest(dsn, day)


def _open(folder: Path, dsn: str, clock: Clock):
    """Found a chain, let a hub and the boxes in, and open the hub."""
    founder = new_box(folder / "founder", code="A1")
    let_in(founder, folder / "hub", code="H1", branch="", role="hub")
    root, key = RootKey.read(folder / "founder" / "root.key"), BoxKey.read(folder / "hub" / "box.key")
    own = circle_of(founder_of(folder), key).own
    boxes = [Box(number, root, own, clock) for number in range(BOXES)]
    notebook = Notebook(folder / "hub" / "sync.db")
    for box in boxes:
        notebook.keep(box.own.box, box.own.raw)
    notebook.close()
    port = free_port()
    return f"http://127.0.0.1:{port}", own, boxes, _serving(folder / "hub", dsn, port)


def founder_of(folder: Path):
    """The hub's settings."""
    from appliance import config

    return config.read(folder / "hub")


@contextmanager
def _serving(folder: Path, dsn: str, port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    words = [
        "-m",
        "appliance.main",
        "hub",
        "--data",
        str(folder),
        "--postgres",
        dsn,
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
    ]
    opened = [subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    try:
        for one in opened:
            one.stdout.readline()
        yield opened
    finally:
        for one in opened:
            one.send_signal(signal.SIGTERM)
            one.wait(20)


@dataclass
class Day:
    """A day of all boxes at the hub, and what it cost."""

    url: str
    hub: Certificate
    boxes: list[Box]
    clock: Clock
    processes: list[subprocess.Popen[bytes]]
    server: Database
    sent: int = 0
    received: int = 0
    talks: list[float] = field(default_factory=list)
    """Seconds of each."""
    lags: list[float] = field(default_factory=list)
    changes: int = 0

    async def played(self) -> Iterator[Figure]:
        """Play the day, and say what it took."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        before, began = self._cpu(), time.monotonic()
        for hour in range(HOURS):
            self._sell(hour)
            self.clock.now += 3_600_000
            await asyncio.gather(self._lag(), *(self._talk(box) for box in self.boxes))
        # What the last of them said, everybody hears before the night.
        for box in self.boxes:
            await self._talk(box)
        hub, base = (after - one for after, one in zip(self._cpu(), before, strict=True))
        wall = time.monotonic() - began
        talks, count = self.talks, len(self.talks)
        idle = await self._idle()
        day_s = hub + base + idle[0] * BOXES * POLLS
        return [
            Figure("500 boxes agree with the hub in the evening", self._agreed(), BOXES, "boxes", at_least=True,
                   note=f"{count} talks, {self.changes:,} changes in {wall:.0f} s"),
            Figure("hub's processor for a talk with news", hub / count * 1e3, 10, "ms", note=f"{hub:.0f} s in the day"),
            Figure("database's processor for it", base / count * 1e3, 10, "ms", note=f"{base:.0f} s in the day"),
            Figure("processor for a talk that brings nothing", idle[0] * 1e3, 5, "ms", note="hub and database"),
            Figure("such a talk, median", idle[1] * 1e3, 20, "ms"),
            Figure("a day with a talk a minute from each, of one core", day_s / A_DAY_S * 100, 10, "%", note="reckoned"),
            Figure("bytes to the hub for a field change", self.sent / self.changes, 20, "B", note=f"{self.sent / 1e6:.1f} MB"),
            Figure("bytes from the hub for a box's day", self.received / BOXES / 1e3, 200, "kB"),
            Figure("a talk, p99, eight at once", _p99(talks) * 1e3, 1_000, "ms", note=f"median {statistics.median(talks) * 1e3:.0f} ms"),
            Figure("from one box to another that asks at once, p99", _p99(self.lags) * 1e3, 2_000, "ms",
                   note=f"median {statistics.median(self.lags) * 1e3:.0f} ms, {len(self.lags)} times, all others talking"),
        ]  # fmt: skip

    def _sell(self, hour: int) -> None:
        for box in self.boxes:
            for _ in range(RECEIPTS * (hour + 1) // HOURS - RECEIPTS * hour // HOURS):
                self.changes += box.log.write(box.branch)
            if hour == HOURS - 1:
                self.changes += box.log.write("summary")
        for _ in range(CENTRAL):
            self.changes += self.boxes[0].log.write("chain")

    async def _talk(self, box: Box) -> None:
        async with self._turns:
            began = time.monotonic()
            await self._said(box)
            self.talks.append(time.monotonic() - began)

    async def _said(self, box: Box) -> None:
        talk = Talk(box.swap, self.hub)
        question: bytes | None = talk.begin()
        while question is not None:
            question = talk.go_on(await self._asked(box, question))

    async def _asked(self, box: Box, question: bytes) -> bytes:
        while True:
            letter, seal = box.post.write(self.hub, question)
            reply: Reply = await ask(self.url, SYNC, letter, most=MOST_BODY)
            self.sent += reply.sent
            self.received += reply.received
            if reply.status == 200:
                return seal.open(reply.body)
            await asyncio.sleep(0.05)

    async def _lag(self) -> None:
        """Head office says something more; how long until a branch that asks and asks again has it."""
        office, branch = self.boxes[0], self.boxes[1]
        for _ in range(4):
            self.changes += office.log.write("chain")
            began = time.monotonic()
            await self._said(office)
            wanted = office.log.heads()[office.log._author, "chain"][0]
            while branch.log.heads().get((office.log._author, "chain"), (0, b""))[0] < wanted:
                await self._said(branch)
            self.lags.append(time.monotonic() - began)

    async def _idle(self) -> tuple[float, float]:
        """Processor and median seconds of a talk when everything is said."""
        before, self.talks = sum(self._cpu()), []
        for box in self.boxes:
            await self._talk(box)
        return (sum(self._cpu()) - before) / len(self.talks), statistics.median(self.talks)

    def _agreed(self) -> int:
        heads = [{place: told for place, told in box.log.heads().items() if "/" not in place[1]} for box in self.boxes]
        return sum(one == heads[0] for one in heads)

    def _cpu(self) -> tuple[float, float]:
        """Processor seconds so far: of the hub's processes, and of the database's."""
        hub = sum(_used(one.pid) for one in self.processes)
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        ended = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()[13:15]
        return hub, sum(_used(int(pid)) for pid in children) + sum(map(int, ended)) / 100


def _used(pid: int) -> float:
    try:
        return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    except FileNotFoundError:
        return 0.0


def _p99(told: list[float]) -> float:
    return sorted(told)[int(len(told) * 0.99)]


def _at_rest(dsn: str, day: Day) -> Iterator[Figure]:
    """How large the log lies, once small pieces were joined."""
    base = Base(dsn)
    with base.conn() as conn:
        gone = rest(conn, window=BOXES * HOURS, stay=0)
        conn.execute("vacuum (full) piece")
        (size,) = conn.execute("select sum(pg_total_relation_size(relid)) from pg_partition_tree('piece')").fetchone()
    base.close()
    yield Figure(
        "bytes at rest in the database for a field change",
        float(size) / day.changes,
        18,
        "B",
        note=f"{gone} pieces joined",
    )
