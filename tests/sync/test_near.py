"""Boxes on one network, seen by a foreign client (avahi) as a phone or a laptop would see them."""

from __future__ import annotations

import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.sync.boxes.near import BOXES, Announced, Heard, _label, understood, url_of
from tests.patience import until
from tests.reading import HOUSE
from tests.sync.lan import Avahi, Lan, ip, needs_a_network

ALICE, BOB = "a1" * 16, "b1" * 16
ONE_SHOT = """
import socket, struct, sys
ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); ask.settimeout(3)
name = b"".join(bytes([len(p)]) + p.encode() for p in sys.argv[1].rstrip(".").split(".")) + b"\\0"
ask.sendto(struct.pack(">6H", 4660, 0, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1), ("224.0.0.251", 5353))
told = ask.recv(2000); print(told.hex())
"""


BOBS = {"10.77.0.2", "10.88.0.2"}


@pytest.fixture
def lan() -> Iterator[Lan]:
    made = Lan("a", "b", "c")
    # IPv6 addresses may be bound to only after the kernel looked for doubles.
    time.sleep(2.5)
    yield made
    made.close()


@pytest.fixture
def avahi(lan: Lan, tmp_path: Path) -> Iterator[Avahi]:
    found = Avahi(lan, "c", tmp_path / "avahi")
    yield found
    found.close()


def announce(lan: Lan, place: str, box: str, title: str, log: Path) -> subprocess.Popen[bytes]:
    out = log.open("ab")
    return lan.start(place, sys.executable, "-m", "tests.sync.announce", box, title, cwd=HOUSE, stdout=out, stderr=out)


def told_apart(seen: set[tuple[str, str, str]]) -> bool:
    """Alice's box and Bob's, each under a name and a host of its own, at an address of its own."""
    names, hosts, _ = zip(*seen, strict=True) if seen else ((), (), ())
    places = {"b" if one[2] in BOBS else one[2] for one in seen}
    both = len(seen) == len(set(names)) == 2 and places == {"10.77.0.1", "b"}
    return both and set(hosts) == {"shop-a1a1a1.local", "shop-b1b1b1.local"}


@pytest.mark.alone
@needs_a_network
def test_boxes_are_seen_under_names_of_their_own_follow_their_addresses_and_say_goodbye(
    lan: Lan, avahi: Avahi, tmp_path: Path
):
    ip("-n", lan.space("b"), "link", "add", "eth1", "type", "veth", "peer", "name", "eth2")
    ip("-n", lan.space("b"), "link", "set", "eth2", "up")
    ip("-n", lan.space("b"), "addr", "add", "10.88.0.2/24", "dev", "eth1")
    ip("-n", lan.space("b"), "link", "set", "eth1", "up")
    alice = announce(lan, "a", ALICE, "小满茶铺 A1", tmp_path / "a.log")
    bob = announce(lan, "b", BOB, "小满茶铺 A1", tmp_path / "b.log")
    try:
        # Every look is a new question, which may be asked while somebody gives his name up.
        assert until(lambda: told_apart(avahi.listed()), "two boxes of one name that are told apart")
        assert until(lambda: told_apart(avahi.listed("_http._tcp")))
        assert until(lambda: "heard b1b1b1b1b1b1b1b1" in (tmp_path / "a.log").read_text())
        heard = (tmp_path / "a.log").read_text()
        assert "http://10.77.0.2:8000" in heard and "http://10.88.0.2:8000" in heard, (
            "both of bob's interfaces are named"
        )

        answer = until(lambda: lan.run("c", sys.executable, "-c", ONE_SHOT, "shop-a1a1a1.local"))
        assert answer.startswith(struct.pack(">H", 4660).hex()), (
            "who asks once from any port is answered (RFC 6762 6.7)"
        )
        assert socket.inet_aton("10.77.0.1").hex() in answer

        lan.address("a", "10.77.0.11", instead_of="10.77.0.1")
        ip("-n", lan.space("a"), "addr", "add", "fd77::11/64", "dev", "eth0", "nodad")
        assert until(lambda: "10.77.0.11" in {one[2] for one in avahi.listed()})
        assert until(lambda: "fd77::11" in avahi.ask("avahi-resolve -6 -n shop-a1a1a1.local"))

        bob.send_signal(signal.SIGTERM)
        assert bob.wait(10) == 0
        assert until(lambda: {one[2] for one in avahi.listed()} == {"10.77.0.11"}), "a box that stops is off the list"
    finally:
        for process in (alice, bob):
            process.terminate()
            process.wait(10)


@pytest.mark.waits
@needs_a_network
def test_two_that_took_one_name_apart_are_told_apart_once_they_hear_each_other(lan: Lan, avahi: Avahi, tmp_path: Path):
    lan.cut("a", "bc")
    places = {"a": ALICE, "b": BOB}
    boxes = [announce(lan, place, box, "Shop", tmp_path / f"{place}.log") for place, box in places.items()]
    try:
        assert until(lambda: {one[0] for one in avahi.listed()} == {"Shop"})
        assert until(lambda: lan.run("a", sys.executable, "-c", ONE_SHOT, "shop-a1a1a1.local"))
        lan.heal()
        # The one whose host comes later in order keeps it.
        kept = {("Shop", "10.77.0.2"), ("Shop-2", "10.77.0.1")}
        assert until(lambda: {(one[0], one[2]) for one in avahi.listed()} == kept)
    finally:
        for process in boxes:
            process.terminate()
            process.wait(10)


@pytest.mark.waits
@needs_a_network
def test_a_box_that_starts_before_its_network_is_seen_once_it_comes(lan: Lan, avahi: Avahi, tmp_path: Path):
    ip("-n", lan.space("b"), "link", "set", "eth0", "down")
    ip("-n", lan.space("b"), "addr", "flush", "dev", "eth0")
    bob = announce(lan, "b", BOB, "Shop", tmp_path / "b.log")
    try:
        time.sleep(2)
        ip("-n", lan.space("b"), "link", "set", "eth0", "up")
        lan.address("b", "10.77.0.22")
        assert until(lambda: "10.77.0.22" in {one[2] for one in avahi.listed()})
    finally:
        bob.terminate()
        bob.wait(10)


@pytest.mark.waits
@needs_a_network
def test_a_copied_card_does_not_take_the_first_boxs_host_name(lan: Lan, avahi: Avahi, tmp_path: Path):
    first = announce(lan, "a", ALICE, "Shop", tmp_path / "a.log")
    copy = None
    try:
        assert until(lambda: "10.77.0.1" in {one[2] for one in avahi.listed()})
        copy = announce(lan, "b", ALICE, "Shop", tmp_path / "b.log")
        apart = {("shop-a1a1a1.local", "10.77.0.1"), ("shop-a1a1a1-2.local", "10.77.0.2")}
        assert until(lambda: {(one[1], one[2]) for one in avahi.listed()} == apart)
        assert until(lambda: "was a card copied?" in (tmp_path / "b.log").read_text())
    finally:
        for process in (first, copy):
            if process:
                process.terminate()
                process.wait(10)


def test_what_a_box_announces_is_short_and_names_nobody():
    me = Announced(bytes.fromhex(ALICE), b"root", "小满茶铺 A1", 8000, "0.3.0", waiting=True)
    assert sum(len(key) + len(value) + 2 for key, value in me.facts.items()) <= 400
    assert "茶" not in str(me.facts) and me.facts["setup"] == "1"


def test_a_name_is_cut_between_characters():
    assert _label("小满茶铺" * 9) == "小满茶铺" * 5 + "小"
    assert _label("a.b") == "a b" and _label("") == "shop"


@pytest.mark.parametrize(
    ("facts", "port"),
    [
        ({}, 8000),
        ({"id": "a1" * 8}, 8000),
        ({"id": "a1" * 8, "grp": "x" * 80}, 8000),
        ({"id": "a1" * 8, "grp": "0" * 8}, 0),
    ],
)
def test_what_no_box_of_ours_would_announce_is_not_heard(facts: dict[str, str], port: int):
    assert understood(f"Shop.{BOXES}", facts, ["10.0.0.1"], port) is None


def test_what_is_heard_says_where_to_knock():
    found = understood(
        f"Shop A1.{BOXES}", {"id": "a1" * 8, "grp": "0" * 8, "ver": "9" * 99}, ["10.0.0.1", "fd00::1"], 80
    )
    assert found == Heard(
        "a1" * 8, "0" * 8, "Shop A1", ("http://10.0.0.1:80", "http://[fd00::1]:80"), "9" * 20, waiting=False
    )
    assert re.match(r"http://\[", url_of("fd00::1", 1))
