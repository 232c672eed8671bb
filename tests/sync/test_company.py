"""A box in company keeps itself in order: it finds that it is a copy, seals its old names, and takes a wrong date back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from appliance.journal import Refusal
from appliance.sync.boxes.keys import RootKey
from appliance.sync.boxes.letters import SentBack
from tests.cast import TestClock, agree, clean
from tests.journal.toy import sell
from tests.sync.kin import ROOT, Kin, in_company, introduce, kin, put_out, talk

HOUR = 3_600_000


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Kin]]:
    opened: list[Kin] = []

    def make(code: str, *, folder: str = "", former=(), **told) -> Kin:
        box = kin(tmp_path / (folder or code), code, **told)
        in_company(box, tmp_path / (folder or code), former)
        opened.append(box)
        return box

    yield make
    for one in opened:
        one.company.notebook.close()
        one.journal.close()


def trade(box: Kin, name: str, times: int = 1) -> None:
    for _ in range(times):
        sell(box.desk, name=name, total=12_800)


def names(box: Kin) -> list[str]:
    return sorted(row.name for row in box.desk.rows("select name from buyer where made_at > 0"))


def meet(*boxes: Kin) -> None:
    for _ in range(6):
        for one in boxes:
            for other in boxes:
                if one is not other:
                    outcome = talk(one, other)
                    if outcome.agreed:
                        one.company._agreed()


def same(*boxes: Kin) -> bool:
    assert [clean(one.desk) for one in boxes] == [[]] * len(boxes)
    return len({one.journal.digest() for one in boxes}) == 1 and agree(*(one.desk for one in boxes))


@pytest.mark.parametrize("asking", ["alice", "carol"])
def test_what_a_copy_told_somebody_before_it_burned_comes_back_to_the_box_it_was_copied_from(
    made: Callable[..., Kin], tmp_path: Path, asking: str
):
    alice, bob, carol = made("A1"), made("B1"), made("C1")
    introduce(alice, bob, carol)
    trade(alice, "张伟")
    alice.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(tmp_path / "A1", tmp_path / "copy")
    copy = made("A1", folder="copy")
    introduce(copy, carol)
    trade(alice, "李娜")
    alice.clock.now += 1
    trade(copy, "王芳")
    talk(alice, bob)
    talk(copy, carol)
    meet(bob, carol)
    assert names(bob) == names(carol) == ["张伟"], "neither history counts"
    meet(alice, bob)
    assert names(alice) == names(bob) == ["张伟", "李娜"]
    for _ in range(2):
        talk(alice, carol) if asking == "alice" else talk(carol, alice)
    meet(alice, bob)
    assert names(alice) == names(bob) == names(carol) == ["张伟", "李娜", "王芳"]
    assert same(alice, bob, carol)
    entries = len(list(alice.journal.entries()))
    meet(alice, bob, carol)
    assert len(list(alice.journal.entries())) == entries, "it is told again once"


def test_a_card_copied_behind_our_back_is_found_by_talking_and_nothing_is_lost(made, tmp_path: Path):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    trade(alice, "张伟", 3)
    alice.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(tmp_path / "A1", tmp_path / "copy")
    copy = made("A1", folder="copy")
    introduce(bob, copy)
    trade(alice, "李娜")
    trade(copy, "王芳")
    meet(alice, bob)
    meet(copy, bob)
    meet(alice, bob, copy)
    assert copy.journal.author != alice.journal.author and copy.journal.author[:16] == alice.journal.author[:16]
    assert names(alice) == names(bob) == names(copy) == ["张伟"] * 3 + ["李娜", "王芳"]
    assert same(alice, bob, copy)


def test_a_restored_box_gets_its_tail_back_and_seals_its_old_name(made, tmp_path: Path):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    trade(alice, "张伟")
    alice.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(tmp_path / "A1", tmp_path / "restored")
    trade(alice, "李娜")
    meet(alice, bob)
    restored = made("A1", folder="restored", incarnation="after the fire", former=(alice.journal.author,))
    introduce(bob, restored)
    trade(restored, "王芳")
    meet(restored, bob)
    assert names(restored) == names(bob) == ["张伟", "李娜", "王芳"]
    ends = restored.desk.rows('select author, "partition" as place, seq from retired')
    assert {(row.author, row.place, row.seq) for row in ends} == {
        (author, place, seq) for (author, place), (seq, _) in alice.journal.heads().items()
    }
    meet(restored, bob)
    assert same(restored, bob)


@pytest.mark.parametrize("seen", [False, True], ids=["nobody saw it", "another box saw it"])
def test_what_was_written_under_a_wrong_date_counts_at_the_right_moment(made, seen: bool):
    alice, bob, carol = made("A1"), made("B1"), made("C1", clock=TestClock(trusted=False))
    introduce(alice, bob, carol)
    bob.clock.trusted, bob.clock.now = False, alice.clock.now + 30 * 24 * HOUR
    trade(bob, "李娜", 3)
    if seen:
        carol.clock.now = bob.clock.now
        assert talk(carol, bob).agreed
    assert talk(bob, alice).turned == "clock" and names(alice) == []
    assert bob.clock.trusted and abs(bob.clock.now - alice.clock.now) < HOUR
    trade(bob, "王芳")
    carol.clock.now = alice.clock.now
    meet(alice, bob)
    assert names(alice) == ["李娜"] * 3 + ["王芳"]
    latest = max(row.made_at for row in alice.desk.rows("select made_at from buyer"))
    assert latest < alice.clock.now + HOUR
    trade(alice, "张伟")
    meet(alice, bob, carol)
    assert same(alice, bob, carol)


def test_a_box_that_was_put_out_counts_no_further_and_is_not_spoken_with(made, tmp_path: Path):
    alice, bob, carol = made("A1"), made("B1"), made("C1")
    introduce(alice, bob, carol)
    ROOT.write(tmp_path / "A1" / "root.key")
    trade(bob, "李娜")
    meet(alice, bob, carol)
    put_out(alice.desk, told=alice.company.revocation(bob.key.box))
    trade(bob, "the thief")
    with pytest.raises(SentBack, match="revoked"):
        talk(bob, alice)
    assert [one.code for one in alice.circle.others] == ["C1"]
    talk(carol, bob)
    assert "the thief" in names(carol)
    meet(alice, carol)
    assert names(alice) == names(carol) == ["李娜"] and same(alice, carol)
    with pytest.raises(SentBack, match="revoked"):
        talk(bob, carol)
    (told,) = (one for one in alice.company.standings() if one.code == "B1")
    assert told.revoked


def test_only_the_owners_key_puts_a_box_out(made):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    with pytest.raises(Refusal, match="founded the chain"):
        alice.company.revocation(bob.key.box)
    with pytest.raises(Refusal, match="another chain"):
        alice.company.revocation(bob.key.box, RootKey("7" * 40).sheet)
    assert alice.company.revocation(bob.key.box, ROOT.sheet).signature


def test_nothing_leaves_before_the_anchor_knows(made):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    trade(alice, "张伟")
    talk(bob, alice)
    assert set(alice.anchor.given) == {alice.journal.author}


def test_somebody_may_say_where_a_box_answers(made):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    alice.company.reach(bob.key.box, " https://hub.example/shop/ ")
    alice.company.reach(bob.key.box, "http://[fd00::1]:8000")
    assert alice.company.notebook.peer(bob.key.box).urls == ("http://[fd00::1]:8000", "https://hub.example/shop")
    for wrong in ("", "ftp://a", "192.168.1.20", "http://", "javascript:alert(1)", "http://" + "a" * 300):
        with pytest.raises(Refusal, match="An address looks like"):
            alice.company.reach(bob.key.box, wrong)
