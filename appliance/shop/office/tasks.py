"""Tasks: what is to be done, by whom and until when; they can come again, remind, and hold a list to check off."""

import re
from typing import Annotated, Any

from appliance.journal import Day, Desk, Hint, Id, Label, Limit, Refusal, Text, Words, action, derive
from appliance.shop.office.pinning import check_about
from appliance.shop.office.records import Check, Priority, Remind, Reminder, Repeat, Task, TaskId
from appliance.shop.office.repeating import day_before, next_day, remind_moment
from appliance.shop.staff import EmployeeId

OPEN = ("open", "doing")
LONGEST_SNOOZE = 7 * 24 * 60

Title = Annotated[Text, Label("What is to be done"), Limit(max=120)]
Assignees = Annotated[list[EmployeeId], Label("Who does it"), Hint("Nobody ticked means you.")]
DueOn = Annotated[Day, Label("Due on")]
DueTime = Annotated[Text, Label("Due at"), Hint("Like 14:30; empty for any time of the day.")]


@action("New task", undo="office.drop_task")
def add_task(
    desk: Desk,
    *,
    title: Title,
    details: Words = "",
    assignees: Assignees | None = None,
    priority: Priority = "usual",
    due_on: DueOn = "",
    due_time: DueTime = "",
    repeat: Repeat = "never",
    remind: Remind = "never",
    checklist: list[Check] | None = None,
    about: Id = "",
    about_kind: Text = "",
) -> str:
    """It stands on the lists of those who do it, and on the page of what it is about."""
    check_about(desk, about, about_kind)
    task = desk.put(
        Task(
            title=_titled(title), details=details, author=desk.who, assignees=_people(desk, assignees),
            priority=priority, checklist=checklist or [], about=about, about_kind=about_kind,
            **_due(desk, due_on, due_time, repeat, remind),
        )
    )  # fmt: skip
    if about:
        desk.about(about)
    return task


@action("Change the task")
def change_task(
    desk: Desk,
    *,
    task: TaskId,
    title: Title,
    details: Words = "",
    assignees: Assignees | None = None,
    priority: Priority = "usual",
    due_on: DueOn = "",
    due_time: DueTime = "",
    repeat: Repeat = "never",
    remind: Remind = "never",
    checklist: list[Check] | None = None,
) -> None:
    """What it is about stays."""
    standing = desk.get(Task, task)
    first = standing.first_on if standing.due_on == due_on and standing.repeat == repeat else ""
    desk.change(
        Task, task, title=_titled(title), details=details, assignees=_people(desk, assignees), priority=priority,
        checklist=checklist or [], **_due(desk, due_on, due_time, repeat, remind, first),
    )  # fmt: skip


@action("Give the task to")
def assign_task(desk: Desk, *, task: TaskId, assignees: Assignees) -> None:
    """For a task whose people are ill, busy or gone."""
    if not assignees:
        raise Refusal("Say who does it.", field="assignees")
    desk.change(Task, task, assignees=_people(desk, assignees))


@action("Begin")
def begin_task(desk: Desk, *, task: TaskId) -> None:
    """Others see that somebody is at it."""
    desk.step(Task, task, to="doing")


@action("Done", undo="office.reopen_task")
def finish_task(desk: Desk, *, task: TaskId) -> None:
    """If it comes again, the next one is written down at once."""
    standing = desk.get(Task, task)
    desk.step(Task, task, to="done")
    # Done late, it does not come again for the days that have gone by; today's may still come.
    passed = max(standing.due_on, day_before(desk.day))
    if standing.due_on and (following := next_day(standing.repeat, standing.first_on, passed)):
        _come_again(desk, task, standing, following)


def _come_again(desk: Desk, task: str, standing: Task, day: str) -> None:
    desk.put(
        Task(
            id=_next_id(task, day), title=standing.title, details=standing.details, author=standing.author,
            assignees=standing.assignees, priority=standing.priority, due_on=day, due_time=standing.due_time,
            repeat=standing.repeat, first_on=standing.first_on, remind=standing.remind,
            remind_at=remind_moment(standing.remind, day, standing.due_time, desk.journal.zone_minutes),
            checklist=[Check(text=one.text) for one in standing.checklist], about=standing.about,
            about_kind=standing.about_kind, before=task,
        )
    )  # fmt: skip


def _next_id(task: str, day: str) -> str:
    """Two boxes that both finish a task write down the same next one."""
    return derive("task", task, day)


@action("Drop the task", undo="office.reopen_task")
def drop_task(desk: Desk, *, task: TaskId) -> None:
    """It need not be done, and does not come again."""
    desk.step(Task, task, to="dropped")


@action("Open again")
def reopen_task(desk: Desk, *, task: TaskId) -> None:
    """The repetition that was written down for it goes away, unless somebody began with it."""
    desk.step(Task, task, to="open")
    following = desk.row("select id, state from task where before = ? and deleted = 0", task)
    if following and following["state"] == "open":
        desk.remove(Task, following["id"])


@action("Check off")
def check_off(desk: Desk, *, task: TaskId, place: int, done: bool = False) -> None:
    """One line of its list."""
    lines = list(desk.get(Task, task).checklist)
    if not 0 <= place < len(lines):
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    lines[place] = Check(text=lines[place].text, done=done)
    desk.change(Task, task, checklist=lines)


# ---- reminders


@action("I know")
def hear_reminder(desk: Desk, *, task: TaskId) -> None:
    """It is not shown to you again."""
    _note_reminder(desk, task, heard=desk.get(Task, task).remind_at)


@action("Remind me later")
def snooze_reminder(
    desk: Desk, *, task: TaskId, minutes: Annotated[int, Label("In so many minutes"), Limit(min=1)] = 10
) -> None:
    """Only you are reminded later; others have their own reminder."""
    desk.get(Task, task)
    if not 1 <= minutes <= LONGEST_SNOOZE:
        raise Refusal("Between a minute and a week.", field="minutes")
    _note_reminder(desk, task, again_at=desk.at + minutes * 60_000)


def _note_reminder(desk: Desk, task: str, *, heard: int = 0, again_at: int = 0) -> None:
    name = derive("reminder", task, desk.who)
    if desk.find(Reminder, name) is None:
        desk.put(Reminder(id=name, task=task, employee=desk.who, heard=heard, again_at=again_at))
    else:
        desk.change(Reminder, name, heard=heard, again_at=again_at)


# ---- what is checked


def _titled(title: str) -> str:
    if not title.strip():
        raise Refusal("Write what is to be done.", field="title")
    return title.strip()


def _people(desk: Desk, assignees: list[str] | None) -> list[str]:
    """Nobody named means who writes it down; what the box writes by itself is for everybody."""
    return assignees or ([desk.who] if desk.who else [])


def _due(desk: Desk, day: str, clock: str, repeat: str, remind: str, first: str = "") -> dict[str, Any]:
    if clock and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock):
        raise Refusal("Write the time like 08:30.", field="due_time")
    if not day and (clock or repeat != "never" or remind != "never"):
        raise Refusal("Say on which day it is due.", field="due_on")
    return {
        "due_on": day,
        "due_time": clock,
        "repeat": repeat,
        "first_on": first or day,
        "remind": remind,
        "remind_at": remind_moment(remind, day, clock, desk.journal.zone_minutes),
    }
