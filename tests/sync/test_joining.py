"""The whole way of a new box, with real processes: six digits, the first exchange, a stick there and back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import config
from appliance.shopfitting import first_start
from tests.patience import PATIENCE_S
from tests.reading import HOUSE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Shop:
    """A box's folder, its process, and the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"APPLIANCE_ANCHORS": str(folder.parent / "anchors")}

    def command(self, *words: str, fine: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "appliance.main", *words, "--data", str(self.folder)],
            cwd=HOUSE, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == fine, done.stdout + done.stderr
        return done.stdout + done.stderr

    def open(self, *without: str) -> None:
        told = config.read(self.folder)
        config.write(config.Config(**{**vars(told), "host": "127.0.0.1", "port": free_port()}))
        self.url = f"http://127.0.0.1:{config.read(self.folder).port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.living", str(self.folder), *without],
            cwd=HOUSE, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.ask("state")

    def ask(self, line: str) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        if hasattr(self, "process") and self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(PATIENCE_S) == 0


def level(*shops: Shop, seconds: float = PATIENCE_S) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        states = [shop.ask("state") for shop in shops]
        if len({(one["digest"], one["tables"]) for one in states}) == 1:
            return True
        time.sleep(0.5)
    return False


@pytest.fixture
def alice(tmp_path: Path) -> Iterator[Shop]:
    _, journal, _ = first_start(tmp_path / "a", code="A1", shop="小满茶铺", owner="王小满", pin="246810")
    journal.close()
    made = Shop(tmp_path / "a")
    yield made
    made.close()


@pytest.fixture
def bob(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "b")
    yield made
    made.close()


def test_a_new_box_joins_by_six_digits_and_holds_the_shop_a_moment_later(alice: Shop, bob: Shop, tmp_path: Path):
    alice.open()
    alice.ask("work 20")
    digits = alice.ask("invite B1")["digits"]
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    assert "code was wrong" in bob.command("join", "--at", alice.url, "--code", wrong, fine=1)
    assert not config.exists(bob.folder), "nothing is left where a box was not let in"
    assert "No box is being let in" in bob.command("join", "--at", alice.url, "--code", digits, fine=1)

    digits = alice.ask("invite B1")["digits"]
    assert "Joined as B1" in bob.command("join", "--at", alice.url, "--code", digits)
    assert "already" in bob.command("join", "--at", alice.url, "--code", digits, fine=1)
    bob.open()
    assert level(alice, bob)
    bob.ask("work 5")
    assert level(alice, bob)
    assert alice.ask("state")["branches"] == 26 and bob.ask("check")["wrong"] == []
    assert "is open already" in bob.command("bundle", "write", str(tmp_path), fine=1)


def test_a_stick_carries_a_day_there_and_back_without_any_network(alice: Shop, bob: Shop, tmp_path: Path):
    alice.open()
    assert "Joined" in bob.command("join", "--at", alice.url, "--code", alice.ask("invite B1")["digits"])
    alice.ask("work 30")
    alice.close()
    stick = tmp_path / "stick"
    stick.mkdir()
    told = alice.command("bundle", "write", str(stick), "--to", "B1")
    assert "for B1, read again and good" in told and "safe to unplug" in told
    assert "no such box" in alice.command("bundle", "write", str(stick), "--to", "Z9", fine=2)
    # Thirty branches, the first day, and the two lines that say who belongs to the chain.
    assert "33 entries were new" in bob.command("bundle", "read", str(stick))
    assert "0 entries were new" in bob.command("bundle", "read", str(stick))
    for path in stick.iterdir():
        path.unlink()
    bob.command("bundle", "write", str(stick))
    alice.command("bundle", "read", str(stick))
    alice.open()
    bob.open()
    assert level(alice, bob, seconds=1)


def test_whoever_is_asked_at_the_wrong_address_is_told(bob: Shop):
    assert "No box of ours answers" in bob.command("join", "--at", "http://127.0.0.1:9", "--code", "123456", fine=1)
    assert "six digits" in bob.command("join", "--at", "http://127.0.0.1:9", "--code", "12", fine=1)
