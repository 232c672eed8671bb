"""Five real boxes on a bad network: cut apart, losing packets, killed in mid-sentence. They come to hold the same."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import config
from appliance.shopfitting import first_start, let_in
from tests.patience import PATIENCE_S
from tests.reading import HOUSE
from tests.sync.lan import Lan, needs_a_network

NAMES = "abcde"


class Living:
    """A box's process in its place of the network."""

    def __init__(self, lan: Lan, place: str, folder: Path) -> None:
        self.lan, self.place, self.folder = lan, place, folder
        self.start()

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        environment = os.environ | {"APPLIANCE_ANCHORS": str(self.folder.parent / "anchors")}
        self.process = self.lan.start(
            self.place, sys.executable, "-m", "tests.sync.living", str(self.folder),
            cwd=HOUSE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> dict:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, (self.folder / "log").read_text()[-3_000:]
        return json.loads(line)

    def ask(self, line: str) -> dict:
        self.tell(line)
        return self.hear()

    def kill(self) -> None:
        """The plug is pulled; on a process, that is SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)


@pytest.fixture
def five(tmp_path: Path) -> Iterator[dict[str, Living]]:
    founder, journal, _ = first_start(tmp_path / "a", code="A1", shop="小满茶铺", owner="王小满", pin="246810")
    journal.close()
    for name in NAMES[1:]:
        let_in(founder, tmp_path / name, code=f"{name.upper()}1", branch=founder.branch, url="http://10.77.0.1:8000")
        assert config.exists(tmp_path / name)
    lan = Lan(*NAMES)
    time.sleep(2.5)
    boxes = {name: Living(lan, name, tmp_path / name) for name in NAMES}
    yield boxes
    for box in boxes.values():
        box.stop()
    lan.close()


def settled(boxes: dict[str, Living], branches: int, seconds: float = PATIENCE_S) -> list[dict]:
    """Wait until all boxes hold the same entries and tables; returns what they say then."""
    until, states = time.monotonic() + seconds, list[dict]()
    while time.monotonic() < until:
        states = [box.ask("state") for box in boxes.values()]
        same = len({(one["digest"], one["tables"]) for one in states}) == 1
        if same and states[0]["branches"] == branches:
            return states
        time.sleep(1)
    raise AssertionError("\n".join(json.dumps(one, ensure_ascii=False) for one in states))


def a_bad_round(five: dict[str, Living], chance: random.Random) -> int:
    """Cut, sell apart, heal badly, kill some with work just acknowledged; returns how much was written."""
    lan, written = five["a"].lan, 0
    order = "".join(chance.sample(NAMES, len(NAMES)))
    at = chance.randrange(1, len(NAMES))
    lan.cut(order[:at], order[at:])
    for box in five.values():
        assert box.ask("work 20")["done"]
        written += 20
    lan.heal()
    lan.delay_s, lan.loss = chance.choice([0.0, 0.02, 0.1]), chance.choice([0.0, 0.05, 0.15])
    for name in chance.sample(NAMES, 2):
        five[name].ask("work 30")
        written += 30
        five[name].kill()
        five[name].start()
    return written


@needs_a_network
def test_five_boxes_come_to_hold_the_same_whatever_the_cable_does(
    five: dict[str, Living], request: pytest.FixtureRequest
):
    chance, written = random.Random(5), 1
    started = settled(five, written)
    assert len({one["author"] for one in started}) == 5
    for _ in range(request.config.getoption("--rounds")):
        written += a_bad_round(five, chance)
        ended = settled(five, written)
    assert {one["author"] for one in ended} == {one["author"] for one in started}, "a killed box is the same box"
    assert [box.ask("check")["wrong"] for box in five.values()] == [[]] * 5
