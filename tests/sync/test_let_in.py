"""What a newcomer is told at the door of a chain, over the wire: wrong digits, a closed door, nobody at home."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import appliance
from appliance import config
from appliance.hub import join_as_hub
from appliance.journal import Refusal
from appliance.main import command
from appliance.serving import serve
from appliance.shopfitting import carried, join_chain
from appliance.sync.boxes.anchor import alone
from appliance.sync.boxes.circle import HUB, certify
from appliance.sync.boxes.door import Door
from appliance.sync.boxes.joining import join
from appliance.sync.boxes.keys import BoxKey
from appliance.sync.boxes.pairing import Host, Newcomer, Welcome
from tests.cast import TestClock
from tests.sync.kin import ROOT, Kin, kin

chance = random.Random(20).randbytes
BOB = BoxKey(b"bob's key, made at his first day")


@pytest.fixture
def alice(tmp_path: Path):
    box = kin(tmp_path / "A1", "A1")
    yield box
    box.journal.close()


def told_at(door: Door, visit) -> str:
    """Open a door on a real socket and let a newcomer come; returns what it is told."""

    async def both() -> str:
        # It listens before it is served, so a knock that is too early waits.
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(door, ws="none", lifespan="off", log_level="error"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with pytest.raises(Refusal) as refused:
                await visit(url)
            return refused.value.sentence
        finally:
            server.should_exit = True
            await serving

    try:
        return asyncio.run(both())
    finally:
        door.close()


def newcomer(digits: str):
    async def visit(url: str) -> None:
        await join(url, digits, BOB, chance)

    return visit


def welcome_for(alice: Kin, newcomer: Newcomer) -> Welcome:
    issued = certify(ROOT, public=newcomer.public, exchange=newcomer.exchange, code="B1", branch="b")
    return Welcome(
        root=ROOT.public, certificate=issued.raw, others=[alice.certificate.raw], urls=[], code="B1", branch="b",
        title="小满茶铺 A1", zone_minutes=480, now_ms=0,
    )  # fmt: skip


def test_wrong_digits_are_used_up(alice: Kin):
    host = Host(TestClock(), chance)
    digits = host.invite(lambda told: welcome_for(alice, told)).digits
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    door = Door(alice.post, alice.swap, pair=host.answer)
    assert told_at(door, newcomer(wrong)).startswith("The code was wrong")


def test_a_door_that_nobody_opened_says_so(alice: Kin):
    door = Door(alice.post, alice.swap, pair=Host(TestClock(), chance).answer)
    assert told_at(door, newcomer("123456")).startswith("No box is being let in there just now")


def test_where_no_box_answers_the_address_is_named():
    with pytest.raises(Refusal, match=r"No box of ours answers at http://127.0.0.1:9"):
        asyncio.run(join("http://127.0.0.1:9", "123456", BOB, chance))


def test_a_certificate_for_another_box_lets_nobody_in(alice: Kin, tmp_path: Path):
    host = Host(TestClock(), chance)
    other = Newcomer(public=alice.key.public, exchange=alice.key.exchange_public)
    digits = host.invite(lambda _: welcome_for(alice, other)).digits

    async def visit(url: str) -> None:
        await asyncio.to_thread(join_chain, tmp_path / "B1", url, digits)

    door = Door(alice.post, alice.swap, pair=host.answer)
    assert "certificate is not for this box" in told_at(door, visit)
    assert not config.exists(tmp_path / "B1")


def test_a_box_that_knows_no_hubs_lets_none_in(alice: Kin, tmp_path: Path):
    host = Host(TestClock(), chance)
    digits = host.invite(lambda told: welcome_for(alice, told)).digits

    async def visit(url: str) -> None:
        await asyncio.to_thread(join_chain, tmp_path / "H1", url, digits, role=HUB)

    door = Door(alice.post, alice.swap, pair=host.answer)
    assert "does not know hubs yet" in told_at(door, visit)


def test_a_hub_is_reached_at_an_address(tmp_path: Path):
    with pytest.raises(Refusal, match="An address looks like"):
        join_as_hub(tmp_path, "http://127.0.0.1:9", "123456", "shop.example")


def test_a_hub_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delattr(appliance, "hub", raising=False)
    monkeypatch.setitem(sys.modules, "appliance.hub", None)
    assert command(["hub", "--postgres", "postgresql:///none"]) == 1
    assert "psycopg" in capsys.readouterr().err


def test_a_box_with_a_shop_of_its_own_joins_no_other(tmp_path: Path):
    (tmp_path / config.NAME).write_text("", "ascii")
    with pytest.raises(Refusal, match="There is a box in"):
        join_chain(tmp_path, "http://127.0.0.1:9", "123456")


def test_a_shop_is_opened_once_and_carries_no_stick_meanwhile(tmp_path: Path):
    made = config.Config(folder=tmp_path, author=bytes(24))
    with alone(tmp_path):
        with pytest.raises(Refusal, match="open already"):
            serve(made)
        with pytest.raises(Refusal, match="open already"), carried(made):
            pass


def test_a_key_of_another_kind_is_no_boxs_key(tmp_path: Path):
    foreign = X25519PrivateKey.generate()
    (tmp_path / "box.key").write_bytes(foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(Refusal, match=r"box\.key is not a box's key"):
        BoxKey.read(tmp_path / "box.key")
