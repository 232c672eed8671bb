"""A box that is new, or was away so long that the log it lacks is gone, begins with another one's snapshot as they talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copytree

import pytest

from appliance.journal import cold
from appliance.journal.clock import DAY_MS
from appliance.journal.entry import Unreadable
from appliance.sync.boxes import messages
from tests.cast import agree, clean
from tests.journal.toy import register, sell
from tests.sync import kin as chain
from tests.sync.kin import Kin, in_company, introduce, put_out


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "CHUNK_ENTRIES", 20)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[str], Kin]]:
    opened: list[Kin] = []

    def make(code: str) -> Kin:
        opened.append(chain.kin(tmp_path / code, code))
        return opened[-1]

    yield make
    for one in opened:
        one.journal.close()


def gather(*boxes: Kin) -> None:
    for one in boxes:
        for other in boxes:
            if one is not other:
                chain.talk(one, other)


def weeks(count: int, *boxes: Kin) -> None:
    for _ in range(count):
        gather(*boxes)
        for one in boxes:
            one.clock.now += 7 * DAY_MS
            one.journal.tidy(stay_hot=0, keep_ms=0)


def old_shop(made: Callable[[str], Kin]) -> tuple[Kin, Kin]:
    """Two boxes that sold much and have trimmed since."""
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    for number in range(60):
        sell(alice.desk, name=f"客人{number}", total=100)
    weeks(4, alice, bob)
    return alice, bob


def same(*boxes: Kin) -> bool:
    assert [clean(one.desk) for one in boxes] == [[]] * len(boxes)
    return len({one.journal.digest() for one in boxes}) == 1 and agree(*(one.desk for one in boxes))


@pytest.mark.parametrize("most", [1, messages.MOST_TOGETHER])
def test_who_was_away_too_long_hands_over_its_own_and_takes_a_snapshot(made: Callable[[str], Kin], most: int):
    alice, bob, away = made("A1"), made("B1"), made("C1")
    introduce(alice, bob, away)
    register(alice.desk, name="张伟")
    chain.talk(away, alice)
    own = [sell(away.desk, name=f"远方{number}", total=100) for number in range(5)]
    for number in range(60):
        sell(alice.desk, name=f"客人{number}", total=100)
    weeks(17, alice, bob)
    assert alice.journal.lapsed(away.journal.heads())
    away.clock.now = alice.clock.now
    outcome = chain.talk(away, alice, most=most)
    assert outcome.began and outcome.agreed
    gather(alice, bob, away)
    assert same(alice, bob, away)
    assert len(bob.desk.rows("select 1 from ticket where id in (?, ?, ?, ?, ?)", *own)) == 5


def test_a_new_box_begins_with_what_is_left_of_the_log(made: Callable[[str], Kin]):
    alice, bob = old_shop(made)
    assert alice.desk.value("select count(*) from base")
    fresh = made("C1")
    introduce(alice, bob, fresh)
    fresh.clock.now = alice.clock.now
    # Whoever is asked by the new box first has nothing to give until that box asks itself.
    assert not chain.talk(alice, fresh).agreed
    assert chain.talk(fresh, alice).agreed
    sell(fresh.desk, name="新店", total=100)
    weeks(1, alice, bob, fresh)
    gather(alice, bob, fresh)
    assert same(alice, bob, fresh)


def test_a_snapshot_tells_which_names_have_ended(made: Callable[[str], Kin]):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    for number in range(60):
        sell(alice.desk, name=f"客人{number}", total=100)
    alice.journal.reincarnate(alice.journal.author[:16] + b"restored").result()
    weeks(4, alice, bob)
    assert alice.desk.value("select count(*) from base")
    fresh = made("C1")
    introduce(alice, bob, fresh)
    fresh.clock.now = alice.clock.now
    assert chain.talk(fresh, alice).began
    assert fresh.journal.ended() == alice.journal.ended() != {}


def test_who_kept_what_a_thief_wrote_and_trimmed_it_is_set_right_by_one_who_still_has_the_log(
    made: Callable[[str], Kin], tmp_path: Path
):
    alice, bob, dora, eve = (in_company(made(code), tmp_path / code) for code in ("A1", "B1", "D1", "E1"))
    introduce(alice, bob, dora, eve)
    chain.ROOT.write(tmp_path / "A1" / "root.key")
    for number in range(5):
        sell(bob.desk, name=f"客人{number}", total=100)
    chain.talk(alice, bob)
    for number in range(60):
        sell(bob.desk, name=f"贼{number}", total=100)
    chain.talk(dora, bob)
    weeks(4, bob, eve)
    sell(eve.desk, name="伊芙", total=100)
    assert eve.desk.value("select count(*) from base")
    alice.clock.now = dora.clock.now = eve.clock.now
    put_out(alice.desk, told=alice.company.revocation(bob.key.box))
    chain.talk(alice, dora)
    dora.journal.settled().result()
    assert not dora.journal.astray
    chain.talk(eve, dora)
    assert eve.journal.astray, "nobody has laid down yet what could set it right"
    dora.journal.tidy(stay_hot=0)
    assert chain.talk(eve, dora).agreed
    assert not eve.journal.astray
    for one, other in ((dora, eve), (alice, dora), (eve, alice)):
        chain.talk(one, other)
    for one in (alice, dora, eve):
        one.journal.settled().result()
    assert same(alice, dora, eve)
    names = {row.name for row in eve.desk.rows("select name from buyer where made_at > 0")}
    assert names == {*(f"客人{number}" for number in range(5)), "伊芙"}


def test_a_snapshot_that_does_not_set_right_is_not_fetched_again(
    made: Callable[[str], Kin], monkeypatch: pytest.MonkeyPatch
):
    alice, bob = old_shop(made)
    assert alice.journal.snapshot()
    monkeypatch.setattr(type(bob.journal), "astray", property(lambda self: self is bob.journal))
    first, second, third = list[int](), list[int](), list[int]()
    chain.talk(bob, alice, sizes=first, most=1)
    assert chain.talk(bob, alice, sizes=second, most=1).agreed
    assert bob.swap.unfit
    monkeypatch.undo()
    assert chain.talk(bob, alice, sizes=third).agreed
    assert len(first) > len(second) > len(third)
    assert same(alice, bob)


def test_two_boxes_that_were_apart_so_long_that_both_trimmed_become_one_shop(made: Callable[[str], Kin]):
    alice, bob = made("A1"), made("B1")
    introduce(alice, bob)
    for one in (alice, bob):
        for number in range(60):
            sell(one.desk, name=f"客人{number}", total=100)
        weeks(4, one)
    assert alice.journal.lapsed(bob.journal.heads()) and bob.journal.lapsed(alice.journal.heads())
    assert chain.talk(alice, bob).began
    assert chain.talk(bob, alice).agreed
    gather(alice, bob)
    assert same(alice, bob)
    assert alice.desk.value("select count(*) from ticket") == 120


def test_an_old_image_of_a_card_is_found_out_though_the_log_that_would_prove_it_was_put_away(
    made: Callable[[str], Kin], tmp_path: Path
):
    """Nothing on it tells that it is old, and no talk about it may go on for ever (the simulation's seed 269)."""
    alice, bob, carol = made("A1"), made("B1"), made("C1")
    introduce(alice, bob, carol)
    sell(alice.desk, name="张伟", total=100)
    gather(alice, bob, carol)
    alice.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(tmp_path / "A1", tmp_path / "image")
    for number in range(40):
        sell(alice.desk, name=f"客人{number}", total=100)
    weeks(5, alice, bob, carol)
    old = chain.in_company(chain.kin(tmp_path / "image", "A1"), tmp_path / "image")
    introduce(old, bob, carol)
    old.clock.now = alice.clock.now
    for number in range(45):
        sell(old.desk, name=f"新客{number}", total=100)
    for _ in range(4):
        for one, other in ((bob, old), (old, bob), (old, carol), (bob, carol)):
            letters: list[int] = []
            with suppress(Unreadable):
                chain.talk(one, other, rounds=500, sizes=letters)
            assert len(letters) < 100
    assert old.journal.author != alice.journal.author
    assert same(old, bob, carol)
    assert bob.desk.value("select count(*) from ticket") == 86
    old.company.notebook.close()
    old.journal.close()


def test_a_snapshot_that_changed_on_the_way_changes_nothing(
    made: Callable[[str], Kin], monkeypatch: pytest.MonkeyPatch
):
    alice, bob = old_shop(made)
    fresh = made("C1")
    introduce(alice, bob, fresh)
    fresh.clock.now = alice.clock.now
    whole = alice.journal.snapshot
    monkeypatch.setattr(alice.journal, "snapshot", lambda *told: [*whole(*told)[:-1], b"other"])
    with pytest.raises(messages.Unreadable):
        chain.talk(fresh, alice)
    assert fresh.journal.heads() == {} and clean(fresh.desk) == []
    monkeypatch.undo()
    assert chain.talk(fresh, alice).agreed


def test_an_older_box_reads_what_a_newer_one_says_of_its_snapshot():
    """It does not look at what stands at the end of a message, and asks on as it always did (R21, R22)."""
    told = messages.Traded(heads=b"", segments=[], more=False, refused=0, lapsed=True, takes=True, version="1.0.0")
    later = ("lapsed", "takes", "folded")
    fields = [name for name in messages.Traded.__struct_fields__ if name not in later]
    assert messages.Traded.__struct_fields__ == (*fields, *later)
    assert messages.read_answer(messages.msgspec.msgpack.encode(told)) == told
