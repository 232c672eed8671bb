"""`appliance hub` as a whole: let in by six digits, several processes on one port and one database, killed, started."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from appliance import config
from appliance.config import Config
from appliance.hub import open_hub
from appliance.journal.certificate import Certificate
from appliance.main import command
from appliance.shopfitting import circle_of, first_start, let_in
from appliance.sync.boxes.door import SYNC
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.line import Cut, ask
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.talk import Talk
from appliance.sync.boxes.vectors import shortened
from tests.cast import TestClock, agree
from tests.reading import HOUSE
from tests.sync.hub.cast import flaws, trade
from tests.sync.kin import Kin, introduce, kin
from tests.sync.test_joining import Shop, free_port, level


@pytest.fixture
def founder(tmp_path: Path) -> Config:
    made, journal, _ = first_start(tmp_path / "a", code="A1", shop="小满茶铺", owner="王小满", pin="246810")
    journal.close()
    return made


class Serving:
    """One process of a hub."""

    def __init__(self, folder: Path, dsn: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        words = ["hub", "--data", str(folder), "--postgres", dsn, "--port", str(port), "--host", "127.0.0.1"]
        self._log = (folder / f"log-{random.randrange(10**9)}").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance.main", *words], cwd=HOUSE, stdout=subprocess.PIPE, stderr=self._log
        )
        assert self.process.stdout
        said = self.process.stdout.readline()
        self._log.seek(0)
        assert b"answers at port" in said, self._log.read().decode()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(20) == 0


@pytest.fixture
def serving(dsn: str) -> Iterator[Callable[..., Serving]]:
    opened: list[Serving] = []

    def start(folder: Path, port: int) -> Serving:
        opened.append(Serving(folder, dsn, port))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def certificate(folder: Path) -> Certificate:
    told = config.read(folder)
    own = circle_of(told, BoxKey.read(folder / "box.key")).own
    assert own
    return own


def test_boxes_that_know_only_the_hub_come_to_the_same_and_its_processes_share_a_port(
    founder, serving, dsn: str, tmp_path, capsys
):
    shops = [Shop(tmp_path / name) for name in "abc"]
    for shop, code in zip(shops[1:], ("B1", "C1"), strict=True):
        let_in(founder, shop.folder, code=code, branch=founder.branch)
    alice, port = shops[0], free_port()
    alice.open("near")
    url, folder = f"http://127.0.0.1:{port}", tmp_path / "hub"
    try:
        digits = alice.ask("invite H1")["digits"]
        words = ["--data", str(folder), "--join", alice.url, "--code", digits, "--reached-at", url]
        assert command(["hub", *words]) == 0 and "Joined as H1" in capsys.readouterr().out
        for _ in range(2):
            serving(folder, port)
        for shop in shops[1:]:
            with closing(Notebook(shop.folder / "sync.db")) as notebook:
                notebook.keep(certificate(folder).box, certificate(folder).raw)
                notebook.reached(certificate(folder).box, [url])
            shop.open("near")
        for shop in shops:
            shop.ask("work 5")
        assert any(all(shop.ask("meet") for shop in shops) and level(*shops, seconds=3) for _ in range(20))
        for shop in shops:
            state = shop.ask("state")
            assert state["branches"] == 16 and not state["trouble"]["H1"]
            with closing(sqlite3.connect(shop.folder / "shop.db")) as conn:
                assert conn.execute("select role, address from member where code = 'H1'").fetchall() == [("hub", url)]
    finally:
        for shop in shops:
            shop.close()
    assert urllib.request.urlopen(f"{url}/health").read() == b"well"
    assert command(["hub", "--data", str(folder), "--postgres", dsn, "--boxes"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in listed] == ["A1", "B1", "C1"] and all("min ago" in line for line in listed)


def say(box: Kin, to: Certificate, url: str, acknowledged: dict) -> bool:
    """Talk over the wire until nothing is left to say; note how far the hub said it is. False when the line broke."""
    one = Talk(box.swap, to, most=4_000)
    question: bytes | None = one.begin()
    try:
        while question is not None:
            letter, seal = box.post.write(to, question, introduce=True)
            reply = asyncio.run(ask(url, SYNC, letter, most=MOST_BODY, stall_s=5))
            if reply.status != 200:
                return False
            question = one.go_on(seal.open(reply.body))
            acknowledged.update(one.outcome.heads or {})
    except Cut:
        return False
    return one.outcome.agreed


def test_a_hub_killed_while_everybody_pushes_loses_nothing_that_it_acknowledged(founder, serving, dsn: str, tmp_path):
    root, folder, port = RootKey.read(tmp_path / "a" / "root.key"), tmp_path / "hub", free_port()
    let_in(founder, folder, code="H1", branch="", role="hub")
    own, running = certificate(folder), [serving(folder, port) for _ in range(2)]
    boxes = [kin(tmp_path / code, code, root=root) for code in ("B1", "C1", "D1")]
    introduce(*boxes)
    for box in boxes:
        box.circle.learn(own.raw)
    told: list[dict] = [{} for _ in boxes]
    ended = threading.Event()

    def push(number: int) -> int:
        rounds = 0
        while not ended.is_set():
            trade(boxes[number], 2)
            rounds += say(boxes[number], own, running[0].url, told[number])
        return rounds

    with ThreadPoolExecutor(len(boxes)) as hands:
        pushing = [hands.submit(push, number) for number in range(len(boxes))]
        for turn in range(4):
            ended.wait(1.5)
            running[turn % 2].kill()
            running[turn % 2] = serving(folder, port)
        ended.set()
        assert all(one.result() for one in pushing)
    for _ in range(3):
        for number, box in enumerate(boxes):
            assert say(box, own, running[0].url, told[number]) or number
    kept = open_hub(config.read(folder), dsn, TestClock())
    assert flaws(kept.base) == []
    shown = shortened(kept.log.heads(), None)
    for one in told:
        assert one and all(seq <= shown[place][0] for place, (seq, _) in one.items())
    assert {box.journal.digest() for box in boxes} == {kept.log.digest()} and agree(*(box.desk for box in boxes))
    kept.base.close()
    for box in boxes:
        box.journal.close()


def test_what_is_no_hub_is_not_opened_as_one_and_a_hub_is_not_opened_as_a_shop(founder, dsn: str, tmp_path, capsys):
    let_in(founder, tmp_path / "hub", code="H1", branch="", role="hub")
    assert command(["hub", "--data", str(tmp_path / "a"), "--postgres", dsn]) == 1
    assert "is no hub" in capsys.readouterr().err
    assert command(["serve", "--data", str(tmp_path / "hub")]) == 1
    assert "Open it with: appliance hub" in capsys.readouterr().err
    assert command(["hub", "--data", str(tmp_path / "nothing"), "--postgres", dsn]) == 1
    assert "Let it in first" in capsys.readouterr().err
    assert command(["hub", "--data", str(tmp_path / "hub"), "--postgres", "postgresql://nobody@127.0.0.1:9/x"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
