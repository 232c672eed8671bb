"""Boxes agree on how far everybody has come, and trim by themselves over the years."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk
from appliance.journal.clock import DAY_MS
from tests.cast import TestClock, agree, clean, meet
from tests.journal import toy as shop
from tests.journal.test_forks import OWNER
from tests.journal.test_trimming import busy, small_chunks  # noqa: F401


def nights(*desks: Desk, keep_ms: int = 20 * DAY_MS) -> None:
    """Let a week pass: everybody talks, tidies up at night, and talks again."""
    meet(*desks)
    for desk in desks:
        desk.journal.clock.now += 7 * DAY_MS
        desk.journal.tidy(stay_hot=0, keep_ms=keep_ms)
    meet(*desks)


@pytest.fixture
def apart(toy: Callable[..., Desk]) -> tuple[Desk, Desk]:
    return toy("A1", TestClock(), root=OWNER), toy("B1", TestClock(), root=OWNER)


def test_boxes_trim_by_themselves_what_everybody_has_had_for_long(apart: tuple[Desk, Desk]):
    lina, wang = apart
    busy(lina, 40)
    busy(wang, 20, seed=2)
    for _ in range(3):
        nights(lina, wang)
        assert [desk.value("select count(*) from base") for desk in apart] == [0, 0]
    for _ in range(4):
        nights(lina, wang)
    assert all(desk.value("select count(*) from base") > 0 for desk in apart)
    assert [clean(desk) for desk in apart] == [[], []]
    assert agree(lina, wang)
    elders = lina.rows("select distinct place from milestone")
    assert len(elders) == 1


def test_nobody_trims_what_a_box_heard_of_lately_lacks_and_all_trim_when_it_was_away_too_long(
    apart: tuple[Desk, Desk], toy: Callable[..., Desk]
):
    lina, wang = apart
    away = toy("C1", TestClock())
    shop.register(away, name="远方")
    meet(lina, wang, away)
    busy(lina, 60)
    for _ in range(8):
        nights(lina, wang)
    assert [desk.value("select count(*) from base") for desk in apart] == [0, 0]
    for _ in range(10):
        nights(lina, wang)
    assert all(desk.value("select count(*) from base") > 0 for desk in apart)
    assert lina.journal.lapsed(away.journal.heads())


def test_a_date_set_right_after_trimming_does_not_spoil_what_lies_before_it(apart: tuple[Desk, Desk]):
    lina, wang = apart
    busy(lina, 60)
    for _ in range(6):
        nights(lina, wang)
    assert lina.value("select count(*) from base") > 0
    lina.journal.clock.now += 3 * DAY_MS
    busy(lina, 5, seed=2)
    lina.journal.clock.now -= 3 * DAY_MS
    assert lina.journal.take_clock_back().result()
    meet(lina, wang)
    for desk in apart:
        desk.journal.settled().result()
        assert not desk.journal.astray
        assert clean(desk) == []
    assert agree(lina, wang)
