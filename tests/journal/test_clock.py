"""Stamps never go back and never run away (spec/sync.md R8, R9)."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.journal.clock import TOLERANCE_MS, Hybrid
from tests.cast import MORNING, TestClock


@given(st.lists(st.integers(-(10**9), 10**9), max_size=50), st.booleans())
def test_stamps_only_grow_whatever_the_wall_says(jumps: list[int], trusted: bool):
    clock = TestClock(trusted=trusted)
    hybrid = Hybrid(clock, MORNING << 16)
    last = 0
    for jump in jumps:
        clock.now += jump
        stamp = hybrid.next()
        assert stamp > last
        last = stamp


def test_a_date_nobody_vouches_for_moves_at_most_ten_minutes_ahead():
    clock = TestClock(trusted=False, step_ms=0)
    hybrid = Hybrid(clock, MORNING << 16)
    clock.now = MORNING + 365 * 24 * 3_600_000
    assert hybrid.next() >> 16 == MORNING + TOLERANCE_MS
    assert hybrid.doubtful
    clock.ticks = 3_600_000
    assert hybrid.next() >> 16 == MORNING + TOLERANCE_MS + 3_600_000
    hybrid.confirm()
    assert not hybrid.doubtful
    clock.now += 7_000
    assert hybrid.believed_ms() == clock.now
    clock.now -= 7_000
    assert hybrid.next() >> 16 == clock.now


def test_a_time_server_that_answers_after_the_start_is_believed():
    clock = TestClock(trusted=False, step_ms=0)
    hybrid = Hybrid(clock, MORNING << 16)
    clock.now = MORNING + 24 * 3_600_000
    assert hybrid.doubtful
    clock.trusted = True
    assert not hybrid.doubtful
    assert hybrid.next() >> 16 == clock.now


def test_a_foreign_stamp_from_the_future_is_followed_but_not_trusted():
    clock = TestClock(step_ms=0)
    hybrid = Hybrid(clock, 0)
    hybrid.observe((MORNING + 9_000) << 16)
    assert hybrid.next() == ((MORNING + 9_000) << 16) + 1
    assert hybrid.believed_ms() == MORNING
