"""Tasks: who does them and until when, what comes again, what reminds, what is checked off."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.journal.clock import business_day
from appliance.shop.office import actions as office
from appliance.shop.office.records import Check, Task
from appliance.shop.office.repeating import moment, next_day
from appliance.shop.staff.actions import leave
from tests.cast import MORNING, Shop, agree, clean, meet
from tests.office.conftest import CHEN, ZHAO
from tests.orders.teahouse import House, change
from tests.web.conftest import Tablet

TODAY = "2026-11-24"
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31)).map(date.isoformat)


def due(desk: Desk) -> list[tuple[str, str]]:
    asked = "select title, due_on from task_list where state in ('open', 'doing') order by due"
    return [(row.title, row.due_on) for row in desk.rows(asked)]


def reminded(desk: Desk, who: str) -> list[str]:
    asked = "select title from task_reminder where employee = ? and remind_at <= ?"
    return [row.title for row in desk.rows(asked, who, desk.at)]


def test_the_urgent_stands_before_the_rest_of_its_day_and_what_has_no_day_comes_last(alice: Desk, house: House) -> None:
    office.add_task(alice, title="随便哪天")
    office.add_task(alice, title="下午对账", due_on=TODAY, due_time="14:00")
    office.add_task(alice, title="退款", due_on=TODAY, priority="high")
    office.add_task(alice, title="昨天的", due_on="2026-11-23", priority="low")
    assert [title for title, _ in due(alice)] == ["昨天的", "退款", "下午对账", "随便哪天"]


def test_a_task_goes_its_way_and_back(alice: Desk, house: House) -> None:
    task = office.add_task(alice, title="盘点")
    office.begin_task(alice, task=task)
    office.finish_task(alice, task=task)
    assert alice.state(Task, task) == "done"
    with pytest.raises(Refusal):
        office.finish_task(alice, task=task)
    office.reopen_task(alice, task=task)
    office.drop_task(alice, task=task)
    assert due(alice) == []


def test_what_comes_again_is_written_down_when_it_is_done(alice: Desk, house: House) -> None:
    task = office.add_task(
        alice,
        title="交水电费",
        due_on="2026-11-30",
        repeat="monthly",
        assignees=[CHEN],
        checklist=[Check(text="水", done=True)],
    )
    office.finish_task(alice, task=task)
    assert due(alice) == [("交水电费", "2026-12-30")]
    following = alice.get(Task, alice.value("select id from task where before = ?", task))
    assert (following.assignees, following.checklist[0].done) == ([CHEN], False)
    office.reopen_task(alice, task=task)
    assert due(alice) == [("交水电费", "2026-11-30")]


def test_what_was_done_late_does_not_come_again_for_the_days_gone_by(alice: Desk, house: House) -> None:
    late = office.add_task(alice, title="扫地", due_on="2026-11-01", repeat="daily")
    office.finish_task(alice, task=late)
    assert due(alice) == [("扫地", TODAY)]


def test_two_boxes_that_finish_a_task_apart_write_down_one_next(alice: Desk, bella: Desk) -> None:
    task = office.add_task(alice, title="倒垃圾", due_on=TODAY, repeat="daily")
    meet(alice, bella)
    office.finish_task(alice, task=task)
    office.finish_task(bella, task=task)
    meet(alice, bella)
    assert agree(alice, bella)
    assert due(alice) == due(bella) == [("倒垃圾", "2026-11-25")]
    assert clean(alice) == []


@given(
    first=DAYS, repeat=st.sampled_from(["daily", "weekdays", "weekly", "monthly", "yearly"]), steps=st.integers(1, 40)
)
def test_repetitions_go_forward_and_never_drift(first: str, repeat: str, steps: int) -> None:
    days = [first]
    for _ in range(steps):
        days.append(next_day(repeat, first, days[-1]))
    assert days == sorted(set(days))
    start = date.fromisoformat(first)
    for day in map(date.fromisoformat, days[1:]):
        if repeat == "weekly":
            assert day.weekday() == start.weekday()
        if repeat == "weekdays":
            assert day.weekday() < 5
        if repeat in {"monthly", "yearly"}:
            assert day.day == start.day or day.day == max(28, day.day) < start.day
        if repeat == "yearly":
            assert day.month == start.month


def test_the_last_of_the_month_stays_the_last() -> None:
    days = ["2027-01-31"]
    for _ in range(3):
        days.append(next_day("monthly", "2027-01-31", days[-1]))
    assert days == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert next_day("yearly", "2028-02-29", "2028-02-29") == "2029-02-28"
    assert next_day("never", "2028-02-29", "2028-02-29") == ""


@given(DAYS, st.integers(0, 23), st.integers(0, 59))
def test_a_day_and_an_hour_at_the_counter_are_one_moment(day: str, hour: int, minute: int) -> None:
    assert business_day(moment(day, f"{hour:02d}:{minute:02d}", 480), 480) == day
    assert moment("2026-11-24", "10:00", 480) == MORNING


def test_a_reminder_comes_at_its_time_to_each_of_them_until_they_know(box: Shop, alice: Desk, chen: Desk) -> None:
    office.add_task(
        alice, title="顺丰来取件", due_on=TODAY, due_time="10:30", remind="10_minutes_before", assignees=[CHEN, ZHAO]
    )
    assert reminded(chen, CHEN) == []
    box.clock.now = moment(TODAY, "10:20", 480)
    assert reminded(chen, CHEN) == reminded(chen, ZHAO) == ["顺丰来取件"]
    task = chen.value("select id from task")
    office.snooze_reminder(chen, task=task, minutes=5)
    assert (reminded(chen, CHEN), reminded(chen, ZHAO)) == ([], ["顺丰来取件"])
    box.clock.now += 6 * 60_000
    assert reminded(chen, CHEN) == ["顺丰来取件"]
    office.hear_reminder(chen, task=task)
    assert (reminded(chen, CHEN), reminded(chen, ZHAO)) == ([], ["顺丰来取件"])
    office.finish_task(alice, task=task)
    assert reminded(chen, ZHAO) == []


def test_a_changed_hour_reminds_anew(box: Shop, alice: Desk, house: House) -> None:
    task = office.add_task(alice, title="对账", due_on=TODAY, due_time="11:00", remind="at_the_time")
    box.clock.now = moment(TODAY, "11:00", 480)
    office.hear_reminder(alice, task=task)
    office.change_task(alice, task=task, title="对账", due_on=TODAY, due_time="11:30", remind="at_the_time")
    box.clock.now = moment(TODAY, "11:30", 480)
    assert reminded(alice, alice.who) == ["对账"]


def test_lines_are_checked_off_one_by_one(alice: Desk, house: House) -> None:
    task = office.add_task(alice, title="开店", checklist=[Check(text="开灯"), Check(text="烧水")])
    office.check_off(alice, task=task, place=1, done=True)
    row = alice.row("select checks, checked from task_list where id = ?", task)
    assert row and tuple(row) == (2, 1)
    office.check_off(alice, task=task, place=1)
    with pytest.raises(Refusal):
        office.check_off(alice, task=task, place=2, done=True)


def test_tasks_of_who_has_left_are_shown_to_who_stays(alice: Desk, house: House) -> None:
    task = office.add_task(alice, title="回访老客", assignees=[CHEN])
    nobody = "select count(*) from task_list where nobody = 1"
    assert alice.value(nobody) == 0
    from appliance.shop.staff import Employee

    change(alice, Employee, CHEN, joined="2026-01-01")
    leave(alice, employee=CHEN)
    assert alice.value(nobody) == 1
    office.assign_task(alice, task=task, assignees=[ZHAO])
    assert alice.value(nobody) == 0
    with pytest.raises(Refusal, match="Say who"):
        office.assign_task(alice, task=task, assignees=[])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"), ({"title": "x", "due_time": "9"}, "due_time"),
        ({"title": "x", "due_time": "09:00"}, "due_on"), ({"title": "x", "repeat": "daily"}, "due_on"),
        ({"title": "x", "remind": "at_the_time"}, "due_on"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_said_beside_its_field(alice: Desk, house: House, given: dict[str, str], field: str) -> None:
    with pytest.raises(Refusal) as said:
        office.add_task(alice, **given)
    assert said.value.field == field


def test_a_snooze_is_between_a_minute_and_a_week(alice: Desk, house: House) -> None:
    task = office.add_task(alice, title="x", due_on=TODAY, remind="at_the_time")
    for minutes in (0, 8 * 24 * 60):
        with pytest.raises(Refusal):
            office.snooze_reminder(alice, task=task, minutes=minutes)


def test_mine_are_those_i_do(alice: Desk, chen: Desk, alice_at: Tablet, tablets) -> None:
    office.add_task(alice, title="Alice counts", due_on=TODAY)
    office.add_task(alice, title="Chen sweeps", due_on=TODAY, assignees=[CHEN])
    mine = alice_at.get("/office/tasks").text
    assert "Alice counts" in mine and "Chen sweeps" not in mine
    at_chens = tablets(CHEN)
    assert "Chen sweeps" in at_chens.get("/office/tasks").text
    assert "Chen sweeps" in alice_at.get("/office/tasks?view=all-open").text
    assert "Due today or before" in at_chens.get("/").text


def test_a_task_is_written_changed_and_checked_off_on_the_screen(alice: Desk, house: House, alice_at: Tablet) -> None:
    answer = alice_at.post(
        "/do/office/add_task", title="Count", due_on=TODAY, assignees=CHEN, checklist__0__text="cups",
        about=house.li_na, about_kind="customer",
    )  # fmt: skip
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "李娜" in alice_at.get(path).text
    task = path.rpartition("/")[2]
    alice_at.post("/do/office/check_off", task=task, place="0", done="1")
    assert alice.get(Task, task).checklist == [Check(text="cups", done=True)]
    form = alice_at.get(f"/do/office/change_task?task={task}").text
    assert f'value="{CHEN}" checked' in form
