"""What a desk writes is one entry, kept and shown at once; what it refuses leaves no trace."""

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from appliance.journal import Desk, Refusal, Stale
from tests.cast import MORNING, TestClock, clean
from tests.journal import toy
from tests.journal.toy import Buyer, Ticket


def test_a_sale_is_one_entry_in_each_partition_under_one_action(lina: Desk):
    ticket = toy.sell(lina, name="张伟", total=12_800)
    told = list(lina.journal.entries())
    assert [entry.partition for entry in told] == ["chain", f"branch/{lina.branch}"]
    assert lina.row("select number, state, total from ticket_list where id = ?", ticket).number == "SO-A1-261124-0001"
    assert lina.value("select qty from stock where sku = 'teapot'") == -10_000
    assert clean(lina) == []


def test_a_refusal_leaves_no_trace(lina: Desk):
    with pytest.raises(Refusal, match="more than nothing"):
        toy.sell(lina, name="张伟", total=0)
    assert list(lina.journal.entries()) == []
    assert lina.rows("select * from buyer") == []


def test_a_refusal_does_not_spoil_the_deeds_committed_with_it(lina: Desk):
    def attempt(total: int) -> Future:
        run = lambda at_work: toy.sell(at_work, name="李娜", total=total)  # noqa: E731
        return lina.journal.perform(lina, "toy.sell", run)

    waiting = [attempt(total) for total in (100, 0, 200, -5, 300)]
    outcomes = [future.exception() for future in waiting]
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "NoneType",
        "Refusal",
        "NoneType",
        "Refusal",
        "NoneType",
    ]
    assert lina.value("select sum(total) from ticket") == 600
    assert clean(lina) == []


def test_many_who_wait_share_one_flush(lina: Desk):
    before = lina.journal.commits
    run = lambda at_work: toy.sell(at_work, name="李娜", total=100)  # noqa: E731
    waiting = [lina.journal.perform(lina, "toy.sell", run) for _ in range(200)]
    assert all(future.result() for future in waiting)
    assert lina.journal.commits - before <= 50


def test_the_same_key_is_answered_once(lina: Desk):
    run = lambda at_work: toy.sell(at_work, name="李娜", total=100)  # noqa: E731
    first = lina.journal.perform(lina, "toy.sell", run, key="tap-1").result()
    second = lina.journal.perform(lina, "toy.sell", run, key="tap-1").result()
    assert second.repeated
    assert second.value == first.value
    assert lina.value("select count(*) from ticket") == 1


def test_a_correction_made_from_an_old_look_is_refused(lina: Desk):
    buyer = toy.register(lina, name="张伟")
    seen = lina.value("select changed from buyer where id = ?", buyer)
    toy.correct(lina, buyer=buyer, name="张大伟")
    with pytest.raises(Stale):
        lina.unchanged(Buyer, buyer, seen)
    lina.unchanged(Buyer, buyer, lina.value("select changed from buyer where id = ?", buyer))


def test_what_does_not_differ_is_not_written(lina: Desk):
    buyer = toy.register(lina, name="张伟", city="杭州")
    before = len(list(lina.journal.entries()))
    toy.correct(lina, buyer=buyer, name="张伟", city="杭州")
    assert len(list(lina.journal.entries())) == before


def test_a_step_that_the_flow_does_not_know_is_refused(lina: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    with pytest.raises(Refusal, match="It is draft now, so it cannot become shipped"):
        toy.step(lina, ticket=ticket, to="shipped")
    with pytest.raises(Refusal, match="That is not here any more"):
        toy.step(lina, ticket="nothing", to="approved")


def test_a_removed_ticket_is_gone_from_lists_but_not_from_history(lina: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    toy.remove(lina, ticket=ticket)
    assert lina.row("select * from ticket_list where id = ?", ticket) is None
    with pytest.raises(Refusal):
        lina.journal.perform(lina, "toy.look", lambda at_work: at_work.get(Ticket, ticket)).result()
    actions = [deed.action for _, deed in lina.journal.history(lina.journal.reading(), ticket)]
    assert actions == ["journal.remove", "journal.sell"]
    assert clean(lina) == []


def test_history_tells_who_did_what(lina: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    toy.step(lina, ticket=ticket, to="approved")
    told = [(deed.who, deed.action) for _, deed in lina.journal.history(lina.journal.reading(), ticket)]
    assert told == [("worker-A1", "journal.step"), ("worker-A1", "journal.sell")]


def test_a_character_that_cannot_be_stored_is_refused_at_the_desk(lina: Desk):
    with pytest.raises(Refusal, match="cannot be stored"):
        toy.register(lina, name="张\ud800")
    with pytest.raises(Refusal, match="cannot be stored"):
        toy.register(lina, name="a\x00b")
    with pytest.raises(Refusal, match="too large"):
        toy.sell(lina, name="张伟", total=2**63)


def test_too_much_for_one_entry_is_refused_whole(lina: Desk):
    def flood(desk: Desk) -> None:
        for number in range(1_100):
            desk.add(toy.Moved(sku=str(number), qty=1))

    with pytest.raises(Refusal, match="smaller portions"):
        lina.journal.perform(lina, "toy.flood", flood).result()
    assert lina.rows("select * from moved") == []


def test_numbers_are_never_given_twice_after_a_restart(toy_folder: Callable[[str], Desk]):
    first = toy_folder("monday")
    ticket = toy.sell(first, name="张伟", total=100)
    assert first.value("select number from ticket where id = ?", ticket).endswith("-0001")
    first.journal.close()
    again = toy_folder("tuesday")
    ticket = toy.sell(again, name="张伟", total=100)
    assert again.value("select number from ticket where id = ?", ticket).endswith("-0002")
    again.journal.close()


def test_a_clock_set_back_stops_writing_with_a_reason(toy: Callable[..., Desk]):
    clock = TestClock()
    desk = toy("C1", clock)
    from tests.journal import toy as shop

    shop.register(desk, name="张伟")
    clock.now = MORNING - 3_600_000
    with pytest.raises(Refusal, match="clock stands before"):
        shop.register(desk, name="李娜")
    clock.now = MORNING + 60_000
    shop.register(desk, name="李娜")
    assert desk.value("select count(*) from buyer") == 2


def test_a_box_that_runs_ahead_keeps_nobody_else_from_selling(toy: Callable[..., Desk]):
    from tests.journal import toy as shop

    ahead, behind = toy("C1", TestClock(MORNING + 3 * 3_600_000)), toy("D1", TestClock())
    shop.register(ahead, name="张伟")
    behind.journal.merge(ahead.journal.entries()).result()
    for name in ("李娜", "王芳", "赵敏"):
        shop.register(behind, name=name)
    last = [entry.hlc for entry in behind.journal.entries()]
    assert last == sorted(set(last)), "its stamps come after what it has seen all the same"


@pytest.fixture
def toy_folder(tmp_path) -> Callable[[str], Desk]:
    from tests.journal.toy import toy_box

    return lambda seed: toy_box(tmp_path / "again", "A1", TestClock(), seed=seed)
