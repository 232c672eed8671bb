"""Stamps never go back and never run away (spec/sync.md R8, R9)."""

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk, action
from appliance.journal.clock import TOLERANCE_MS, Hybrid, set_back
from appliance.journal.controls import Restamp
from tests.cast import MORNING, TestClock, agree, clean, meet
from tests.journal import toy as shop


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


# ---- between boxes (R10 to R12)

YEAR_MS = 365 * 24 * 3_600_000


@given(st.lists(st.integers(1, 2**50), unique=True).map(sorted), st.integers(0, 2**40), st.integers(0, 2**30))
def test_stamps_set_back_still_grow_and_none_runs_further_ahead(stamps: list[int], last: int, minus_ms: int):
    told = set_back(stamps, last, minus_ms)
    assert all(later > earlier for earlier, later in pairwise([last, *told]))
    assert all(new <= max(old, last + place) for place, (old, new) in enumerate(zip(stamps, told, strict=True), 1))


def test_a_box_that_knows_the_time_refuses_what_is_dated_tomorrow_and_one_that_does_not_must_take_it(
    toy: Callable[..., Desk],
):
    """Invariant 12."""
    fast, sure, unsure = toy("A1", TestClock(MORNING + YEAR_MS)), toy("B1"), toy("C1", TestClock(trusted=False))
    shop.register(fast, name="张伟")
    segments = list(fast.journal.segments({}))
    outcome = sure.journal.take(segments).result().value
    assert (outcome.applied, outcome.refused) == (0, 1)
    assert [(author, partition) for author, partition, _, _ in outcome.ahead] == [(fast.journal.author, "chain")]
    assert sure.journal.heads() == {}
    assert unsure.journal.take(segments).result().value.applied == 1


def test_what_nobody_has_seen_is_stamped_anew_when_the_clock_proves_fast(toy: Callable[..., Desk]):
    clock = TestClock()
    fast, sure = toy("A1", clock), toy("B1")
    buyer = shop.register(fast, name="张伟")
    meet(fast, sure)
    clock.now += YEAR_MS
    ticket = shop.sell(fast, name="李娜", total=100)
    shop.step(fast, ticket=ticket, to="approved")
    shop.step(fast, ticket=ticket, to="shipped")
    shop.correct(fast, buyer=buyer, credit=500)
    shop.correct(fast, buyer=buyer, credit=600)
    clock.now -= YEAR_MS
    ahead_ms, seen = fast.journal.take_clock_back().result()
    assert abs(ahead_ms - YEAR_MS) < 60_000 and not seen
    fast.journal.settled().result()
    assert clean(fast) == []
    shop.register(fast, name="王芳")
    meet(fast, sure)
    for desk in (fast, sure):
        assert tuple(desk.row("select state, forked from ticket where id = ?", ticket)) == ("shipped", 0)
        assert desk.value("select credit from buyer where id = ?", buyer) == 600
        assert desk.rows("select * from conflict") == []
        assert desk.value("select max(changed) from buyer") >> 16 < MORNING + YEAR_MS // 2
        assert clean(desk) == []
    assert agree(fast, sure)


@action("Restamp")
def restamp(desk: Desk, *, told: Restamp) -> None:
    desk.control(told)


def test_a_date_from_the_future_is_set_right_on_every_box_by_one_word(toy: Callable[..., Desk]):
    clock = TestClock()
    fast, unsure, sure = (
        toy("A1", clock),
        toy("B1", TestClock(trusted=False)),
        toy("C1", TestClock(MORNING + 7_200_000)),
    )
    buyer = shop.register(sure, name="张伟")
    meet(fast, unsure, sure)
    clock.now += YEAR_MS
    shop.correct(fast, buyer=buyer, name="未来的人", credit=5)
    unsure.journal.take(list(fast.journal.segments(unsure.journal.heads()))).result()
    shop.correct(sure, buyer=buyer, name="张大伟", credit=7)
    meet(unsure, sure)
    assert unsure.value("select name from buyer") == "未来的人"
    outcome = sure.journal.take(list(unsure.journal.segments(sure.journal.heads()))).result().value
    (author, _, first, last) = outcome.ahead[0]
    restamp(sure, told=Restamp(author, first, last, YEAR_MS << 16))
    clock.now += 3 * 3_600_000 - YEAR_MS
    meet(fast, unsure, sure)
    for desk in (fast, unsure, sure):
        desk.journal.settled().result()
        assert desk.value("select name from buyer") == "张大伟"
        assert desk.value("select count(*) from conflict") == 1
        assert clean(desk) == []
    assert agree(fast, unsure, sure)
    shop.correct(fast, buyer=buyer, name="张小伟")
    meet(fast, unsure, sure)
    assert sure.value("select name from buyer") == "张小伟"
    assert fast.journal.hybrid.last >> 16 < MORNING + YEAR_MS // 2
    assert agree(fast, unsure, sure)
