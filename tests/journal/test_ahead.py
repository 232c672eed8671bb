"""What a clock that ran ahead stamped stays in the log until it can no more be taken back."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from appliance.journal import Desk
from appliance.journal import cold as storage
from tests.cast import TestClock, agree, clean, meet
from tests.journal import toy as shop
from tests.journal.test_trimming import busy
from tests.journal.toy import toy_box

AHEAD_MS = 20 * 3600 * 1000


def test_what_another_box_stamped_ahead_is_not_trimmed_before_it_takes_that_back(
    toy: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
):
    """The simulation's seeds 321 and 331: who took its own stamps back trimmed what the other was still to take back."""
    monkeypatch.setattr(storage, "CHUNK_ENTRIES", 40)
    clocks = TestClock(), TestClock()
    fast, sure = desks = toy("A1", clocks[0]), toy("B1", clocks[1])
    for clock in clocks:
        clock.now += AHEAD_MS
    busy(sure, 5, seed=2)
    busy(fast, 60)
    meet(*desks)
    sure.journal.put_away(0)
    number = sure.journal.milestone().result()
    sure.journal.milestone(floor=number).result()
    for desk, clock in ((sure, clocks[1]), (fast, clocks[0])):
        clock.now -= AHEAD_MS
        assert desk.journal.take_clock_back().result()
        desk.journal.settled().result()
        clock.now += AHEAD_MS // 10
        sure.journal.trim()
    meet(*desks)
    for desk in desks:
        desk.journal.settled().result()
    assert not sure.journal.astray
    assert agree(*desks)
    assert [clean(desk) for desk in desks] == [[], []]


def test_what_a_box_stamped_ahead_comes_back_to_an_old_image_of_it_and_its_stamps_go_on_from_there(
    toy: Callable[..., Desk], tmp_path: Path
):
    """The simulation's seed 2692: whatever a box stamps is more than whatever it stamped before, also what it forgot."""
    clock = TestClock()
    lost, wang = toy_box(tmp_path / "A1", "A1", clock), toy("B1", TestClock(trusted=False))
    busy(lost, 3)
    lost.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(lost.journal.box.folder, tmp_path / "image")
    clock.now += 3 * 24 * 3600 * 1000
    busy(lost, 3)
    meet(lost, wang)
    lost.journal.close()
    back = toy_box(tmp_path / "image", "A1", TestClock())
    meet(back, wang)
    assert back.journal.author == lost.journal.author
    shop.register(back, name="张伟")
    meet(back, wang)
    assert [clean(desk) for desk in (back, wang)] == [[], []]
    back.journal.close()
