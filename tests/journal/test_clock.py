"""Stamps never go back and never run away (spec/sync.md R8, R9)."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk, action
from appliance.journal.clock import TOLERANCE_MS, Hybrid
from appliance.journal.controls import MOST_HLC, Restamp
from appliance.journal.retelling import MOST_GAPS, taken_back
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


STAMPS = st.lists(st.integers(MORNING << 16, MORNING + YEAR_MS << 16), unique=True, min_size=1, max_size=40).map(sorted)


@given(STAMPS, st.lists(st.integers(0, YEAR_MS), min_size=1, max_size=3))
def test_what_is_taken_back_keeps_its_order_and_leaves_the_past_alone(stamps: list[int], times: list[int]):
    """However often a clock proves fast, and whatever it gave."""
    told: list[Restamp] = []

    def counts(hlc: int) -> int:
        return hlc - max((one.minus for one in told if one.first <= hlc <= one.last), default=0)

    for now_ms in sorted((MORNING + time for time in times), reverse=True):
        before = [counts(hlc) for hlc in stamps]
        if before[-1] >> 16 > now_ms:
            told += taken_back(b"", list(zip(stamps, before, strict=True)), now_ms)
        after = [counts(hlc) for hlc in stamps]
        assert all(earlier < later for earlier, later in pairwise(after))
        assert after[-1] >> 16 <= now_ms
        assert all((hlc - now) & 0xFFFF == 0 for hlc, now in zip(stamps, after, strict=True))
        past = [hlc for hlc in before if hlc >> 16 < now_ms]
        ahead = len(before) - len(past)
        # Each that is taken back keeps a millisecond of its own, so there must be as many between the past and now.
        if past and ahead <= MOST_GAPS and (past[-1] >> 16) + ahead < now_ms:
            assert after[: len(past)] == past


def test_what_another_took_back_without_knowing_all_is_taken_back_too():
    """A twin on a copied card heard only the newest stamp, so that the one before it counts as later than that."""
    first, second, third = (MORNING + hours * 3_600_000 << 16 for hours in (0, 50, 70))
    told = taken_back(b"", [(first, first), (second, second), (third, first + 1)], MORNING + 3_600_000)
    counts = [hlc - max((r.minus for r in told if r.first <= hlc <= r.last), default=0) for hlc in (second, third)]
    assert counts[0] >> 16 == MORNING + 3_600_000
    assert counts[1] <= counts[0]


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


def a_year_ahead(fast: Desk, clock: TestClock, buyer: str) -> str:
    """Work under a wrong date, and set it right; returns a ticket that was shipped meanwhile."""
    clock.now += YEAR_MS
    ticket = shop.sell(fast, name="李娜", total=100)
    shop.step(fast, ticket=ticket, to="approved")
    shop.step(fast, ticket=ticket, to="shipped")
    shop.correct(fast, buyer=buyer, credit=500)
    shop.correct(fast, buyer=buyer, credit=600)
    clock.now -= YEAR_MS
    return ticket


def test_a_clock_that_proves_fast_is_taken_back_by_one_word_and_its_box_goes_on(toy: Callable[..., Desk]):
    clock = TestClock()
    fast, sure = toy("A1", clock), toy("B1")
    buyer = shop.register(fast, name="张伟")
    meet(fast, sure)
    ticket = a_year_ahead(fast, clock, buyer)
    entries = len(list(fast.journal.entries()))
    assert abs(fast.journal.take_clock_back().result() - YEAR_MS) < 60_000
    assert len(list(fast.journal.entries())) == entries + 1
    assert fast.journal.take_clock_back().result() == 0
    shop.correct(fast, buyer=buyer, credit=700)
    shop.register(fast, name="王芳")
    fast.journal.settled().result()
    assert clean(fast) == []
    meet(fast, sure)
    shop.correct(sure, buyer=buyer, credit=800)
    meet(fast, sure)
    for desk in (fast, sure):
        assert tuple(desk.row("select state, forked from ticket where id = ?", ticket)) == ("shipped", 0)
        assert desk.value("select credit from buyer where id = ?", buyer) == 800
        assert desk.rows("select * from conflict") == []
        assert desk.value("select max(changed) from buyer") >> 16 < MORNING + YEAR_MS // 2
        assert clean(desk) == []
    assert agree(fast, sure)


def test_a_copy_made_before_the_clock_was_set_right_holds_the_same_history(toy: Callable[..., Desk], tmp_path: Path):
    """What no box has seen may lie in a backup, on a copied card or on a stick: it is never written anew."""
    clock = TestClock()
    fast, sure = toy("A1", clock), toy("B1")
    buyer = shop.register(fast, name="张伟")
    a_year_ahead(fast, clock, buyer)
    before = list(fast.journal.entries())
    assert fast.journal.take_clock_back().result()
    assert list(fast.journal.entries())[: len(before)] == before
    sure.journal.merge(before).result()
    meet(fast, sure)
    assert not sure.journal.compare(fast.journal.heads()) and not sure.rows("select * from forked")
    assert agree(fast, sure)


def test_a_clock_that_ran_ahead_twice_is_taken_back_twice(toy: Callable[..., Desk]):
    clock = TestClock()
    fast, sure = toy("A1", clock), toy("B1")
    buyer = shop.register(fast, name="张伟")
    for number in range(3):
        a_year_ahead(fast, clock, buyer)
        assert fast.journal.take_clock_back().result()
        shop.correct(fast, buyer=buyer, credit=number)
    fast.journal.settled().result()
    assert fast.value("select max(changed) from buyer") >> 16 < MORNING + YEAR_MS // 2
    meet(fast, sure)
    assert [clean(desk) for desk in (fast, sure)] == [[], []]
    assert sure.value("select credit from buyer where id = ?", buyer) == 2
    assert agree(fast, sure)


def test_a_box_whose_clock_ran_ahead_goes_on_where_it_was_after_a_restart(toy: Callable[..., Desk]):
    clock = TestClock()
    fast = toy("A1", clock)
    buyer = shop.register(fast, name="张伟")
    a_year_ahead(fast, clock, buyer)
    assert fast.journal.take_clock_back().result()
    fast.journal.close()
    again = toy("A1", clock)
    shop.correct(again, buyer=buyer, credit=900)
    assert again.value("select credit from buyer where id = ?", buyer) == 900
    assert again.value("select max(changed) from buyer") >> 16 < MORNING + YEAR_MS // 2
    assert clean(again) == []


def test_two_boxes_that_followed_each_other_into_the_future_both_come_back(toy: Callable[..., Desk]):
    clocks = [TestClock(MORNING + YEAR_MS, trusted=False), TestClock(trusted=False)]
    fast, follower = toy("A1", clocks[0]), toy("B1", clocks[1])
    buyer = shop.register(fast, name="张伟")
    meet(fast, follower)
    shop.correct(follower, buyer=buyer, credit=500)
    meet(fast, follower)
    clocks[0].now = MORNING
    took = [0, 0]
    for _ in range(2):
        for number, one in enumerate((fast, follower)):
            took[number] += one.journal.take_clock_back().result() > 0
        meet(fast, follower)
    assert took == [1, 1]
    commits = [one.journal.commits for one in (fast, follower)]
    assert [one.journal.take_clock_back().result() for one in (fast, follower)] == [0, 0]
    assert commits == [one.journal.commits for one in (fast, follower)]
    assert fast.value("select max(changed) from buyer") >> 16 < MORNING + YEAR_MS // 2
    assert agree(fast, follower)


def test_why_a_date_is_false_is_heard_before_the_entries_that_carry_it(toy: Callable[..., Desk]):
    """However small the portions, whoever knows the time need not refuse them until that date has come."""
    clock = TestClock()
    fast, sure = toy("A1", clock), toy("B1")
    a_year_ahead(fast, clock, shop.register(fast, name="张伟"))
    early = list(fast.journal.segments({}))
    assert sure.journal.take(early).result().value.ahead
    assert fast.journal.take_clock_back().result()
    for _ in range(12):
        portion = list(fast.journal.segments(sure.journal.heads(), most_bytes=1))
        assert not sure.journal.take(portion).result().value.ahead
    assert agree(fast, sure)
    assert sure.journal.hybrid.last >> 16 < MORNING + YEAR_MS // 2


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
    (author, _, first, _) = outcome.ahead[0]
    restamp(sure, told=Restamp(author, first, MOST_HLC, YEAR_MS << 16))
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
