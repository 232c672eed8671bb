"""What a clock that ran ahead stamped stays in the log until it can no more be taken back."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk
from appliance.journal import cold as storage
from tests.cast import TestClock, agree, clean, meet
from tests.journal.test_trimming import busy

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
