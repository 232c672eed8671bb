"""Six digits let a box into the chain: the owner's key signs, one try, five minutes, whoever listens learns nothing."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Refusal
from appliance.journal.entry import Unreadable, pack
from appliance.sync.boxes.circle import Circle
from appliance.sync.boxes.company import Company, Told
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.letters import SentBack
from appliance.sync.boxes.pairing import OPEN_MS, Guest, Host, Invitation, Newcomer, Welcome, _sealed
from tests.cast import TestClock
from tests.patience import PATIENCE_S
from tests.sync.kin import ROOT, introduce, kin, talk

BOB = BoxKey(b"bob's key, made at his first day")
chance = random.Random(11).randbytes
ASKING = Newcomer(public=BOB.public, exchange=BOB.exchange_public, version="0.3.0", urls=["http://10.0.0.2:8000"])


class NoAnchor:
    def give(self, author, heads) -> None:
        """A toy box has no machine."""


@pytest.fixture
def alice(tmp_path: Path):
    box = kin(tmp_path / "A1", "A1")
    ROOT.write(tmp_path / "A1" / "root.key")
    told = Told("小满茶铺 A1", 8000, "0.3.0")
    made = Company(
        box.journal, box.key, box.circle, NoAnchor(), told, folder=tmp_path / "A1", clock=box.clock, random=chance
    )
    made.box = box
    yield made
    made.notebook.close()
    box.journal.close()


def joins(alice: Company, digits: str) -> tuple[Welcome, str]:
    guest = Guest(digits, chance)
    second = guest.second(alice.host.answer(guest.first), ASKING)
    return guest.welcome(alice.host.answer(second)), guest.sign


def test_a_box_that_types_the_digits_is_let_in_and_both_screens_show_the_same(alice: Company):
    written = []
    alice.admitted = lambda certificate, _address: written.append(certificate)
    open_ = alice.invite(code="B1", branch="the second shop", partitions=["chain", "summary", "branch/b"])
    welcome, sign = joins(alice, f"{open_.digits[:3]} {open_.digits[3:]}")
    assert open_.state == "joined" and open_.sign == sign
    assert (welcome.code, welcome.branch, welcome.title) == ("B1", "the second shop", "小满茶铺 A1")

    bobs = Circle(welcome.root, BOB.box)
    assert bobs.learn(welcome.certificate) and bobs.learn(welcome.others[0])
    assert (
        bobs.own and bobs.own.writes == ["chain", "summary", "branch/b"] and [one.code for one in bobs.others] == ["A1"]
    )
    assert [one.code for one in alice.circle.others] == ["B1"] and [one.box for one in written] == [BOB.box]
    assert alice.notebook.peer(BOB.box).urls == ("http://10.0.0.2:8000",)


def test_wrong_digits_spend_the_one_try(alice: Company):
    open_ = alice.invite(code="B1", branch="b")
    wrong = f"{(int(open_.digits) + 1) % 1_000_000:06}"
    with pytest.raises(SentBack, match="wrong code"):
        joins(alice, wrong)
    with pytest.raises(SentBack, match="used"):
        joins(alice, open_.digits)
    assert open_.state == "wrong" and alice.circle.others == []


def test_nobody_gets_in_by_a_first_message_that_is_none(alice: Company):
    """Whoever sends rubbish must not end with a secret that everybody can compute."""
    open_ = alice.invite(code="B1", branch="b")
    for rubbish in (b"", b"A" + bytes(32), b"B" + bytes(32), bytes(33)):
        with pytest.raises(SentBack):
            alice.host.answer(rubbish)
        with pytest.raises(SentBack):
            alice.host.answer(_sealed(b"", b"zhanggui newcomer 1", ASKING))
    assert open_.state == "wrong" and alice.circle.others == []


def test_the_door_stands_open_for_five_minutes(alice: Company):
    open_ = alice.invite(code="B1", branch="b")
    alice.box.clock.ticks += OPEN_MS + 1
    with pytest.raises(SentBack, match="closed"):
        joins(alice, open_.digits)


def test_a_door_that_nobody_opened_is_closed(alice: Company):
    with pytest.raises(SentBack, match="closed"):
        joins(alice, "123456")
    alice.invite(code="B1", branch="b")
    alice.host.close()
    with pytest.raises(SentBack, match="closed"):
        joins(alice, "123456")


def test_a_message_that_was_lost_is_answered_again_and_lets_in_one_box(alice: Company):
    open_ = alice.invite(code="B1", branch="b")
    guest = Guest(open_.digits, chance)
    first = alice.host.answer(guest.first)
    assert first == alice.host.answer(guest.first)
    second = guest.second(first, ASKING)
    assert alice.host.answer(second) == alice.host.answer(second)
    assert guest.welcome(alice.host.answer(second)).code == "B1" and len(alice.circle.others) == 1


def test_while_a_box_is_let_in_the_screen_goes_on_waiting(alice: Company):
    """A page that looks in between must not read that the digits were wrong, and stop looking."""
    between = []
    alice.admitted = lambda _certificate, _address: between.append(open_.state)
    open_ = alice.invite(code="B1", branch="b")
    joins(alice, open_.digits)
    assert between == ["tried"] and open_.state == "joined"


def test_a_message_that_is_repeated_while_it_is_answered_gets_the_same_answer(alice: Company):
    here, go_on = Event(), Event()
    alice.admitted = lambda _certificate, _address: here.set() or go_on.wait(PATIENCE_S)
    guest = Guest(alice.invite(code="B1", branch="b").digits, chance)
    second = guest.second(alice.host.answer(guest.first), ASKING)
    with ThreadPoolExecutor(2) as hands:
        one = hands.submit(alice.host.answer, second)
        assert here.wait(PATIENCE_S)
        other = hands.submit(alice.host.answer, second)
        wait([other], 0.1)
        go_on.set()
    assert one.result() == other.result() and len(alice.circle.others) == 1


def test_a_host_that_does_not_know_the_digits_is_not_believed(alice: Company):
    eve = Host(TestClock(), random.Random(2).randbytes)
    eve.invite(
        lambda _: Welcome(
            root=b"", certificate=b"", others=[], urls=[], code="", branch="", title="", zone_minutes=0, now_ms=0
        )
    )
    guest = Guest("123456", chance)
    first = eve.answer(guest.first)
    guest.second(first, ASKING)
    with pytest.raises(Unreadable):
        guest.welcome(_sealed(eve.invitation.secret, b"zhanggui host 1", ASKING))


def test_only_who_holds_the_owners_key_lets_boxes_in(alice: Company, tmp_path: Path):
    (tmp_path / "A1" / "root.key").unlink()
    with pytest.raises(Refusal, match="founded the chain"):
        alice.invite(code="B1", branch="b")
    with pytest.raises(Refusal, match="another chain"):
        alice.invite(code="B1", branch="b", sheet=RootKey("1" * 40).sheet)
    open_ = alice.invite(code="B1", branch="b", sheet=ROOT.sheet)
    assert joins(alice, open_.digits)[0].code == "B1"


def test_a_shop_that_refuses_the_newcomer_sends_it_back(alice: Company):
    def refuse(_certificate, _address) -> None:
        raise Refusal("There is a box of that code already.")

    alice.admitted = refuse
    open_ = alice.invite(code="B1", branch="b")
    with pytest.raises(SentBack, match="refused"):
        joins(alice, open_.digits)
    assert alice.circle.others == [] and open_.state == "closed"


def test_a_box_that_joins_again_gets_a_newer_certificate(alice: Company):
    first, _ = joins(alice, alice.invite(code="B1", branch="b").digits)
    second, _ = joins(alice, alice.invite(code="B2", branch="b").digits)
    assert first.certificate != second.certificate and [one.code for one in alice.circle.others] == ["B2"]


def test_who_was_let_in_talks_at_once(alice: Company, tmp_path: Path):
    bob = kin(tmp_path / "B1", "B1")
    introduce(alice.box, bob)
    try:
        assert talk(bob, alice.box).agreed
    finally:
        bob.journal.close()


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_a_code_has_six_digits(typed: str):
    with pytest.raises(Refusal, match="six digits"):
        Guest(typed, chance)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_a_stranger_sends_is_sent_back(first: bytes, second: bytes):
    host = Host(TestClock(), random.Random(3).randbytes)
    host.invite(lambda _: pytest.fail("a stranger was let in"))
    for letter in (first, second, pack(ASKING)):
        with pytest.raises(SentBack):
            host.answer(letter)


def test_the_next_invitation_closes_the_one_before(alice: Company):
    first: Invitation = alice.invite(code="B1", branch="b")
    second = alice.invite(code="C1", branch="c")
    if first.digits != second.digits:
        with pytest.raises(SentBack):
            joins(alice, first.digits)
