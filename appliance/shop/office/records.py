"""What is written in the office: notes, tasks, where to find things; lines, calls and recordings have a file of their own."""

from typing import Annotated, ClassVar, Final, Literal

import msgspec

from appliance.journal import (
    CHAIN,
    Blob,
    Day,
    Fact,
    Flow,
    Group,
    Hint,
    Id,
    Label,
    Limit,
    Moment,
    Partition,
    Phone,
    Record,
    Ref,
    Text,
    Words,
)
from appliance.shop.office.line_records import (
    CALL_DAY,
    CALL_HOUR,
    CALL_PERSON,
    RECORDED_ROOM,
    Call,
    CallerScreen,
    Exported,
    LineAsked,
    Listened,
    NotRecorded,
    Nuisance,
    PhoneLine,
    Recording,
    RecordingRules,
)
from appliance.shop.settings import CourierId
from appliance.shop.staff import EmployeeId

__all__ = [
    "CALL_DAY", "CALL_HOUR", "CALL_PERSON", "RECORDED_ROOM", "Attachment", "AttachmentId", "Bookmark", "BookmarkId", "Call", "CallerScreen", "Check", "Exported",
    "LineAsked", "Listened", "NotRecorded", "Note", "NoteColour", "NoteHeard", "NoteId", "Nuisance", "Outlet",
    "OutletId", "PhoneLine", "Priority", "Recording", "RecordingRules", "Remind", "Reminder", "Repeat", "Task",
    "TaskId",
]  # fmt: skip

NoteId = Annotated[str, Ref("note")]
AttachmentId = Annotated[str, Ref("attachment")]
TaskId = Annotated[str, Ref("task")]
OutletId = Annotated[str, Ref("outlet")]
BookmarkId = Annotated[str, Ref("bookmark")]

NoteColour = Literal["plain", "yellow", "green", "blue", "red"]
Priority = Literal["low", "usual", "high"]
Repeat = Literal["never", "daily", "weekdays", "weekly", "monthly", "yearly"]
Remind = Literal["never", "at_the_time", "10_minutes_before", "an_hour_before", "the_day_before"]

TASK_FLOW: Final = Flow(
    start="open",
    steps={
        "open": ("doing", "done", "dropped"),
        "doing": ("open", "done", "dropped"),
        "done": ("open",),
        "dropped": ("open",),
    },
    # Two boxes decided apart: what one says is done need not be done again.
    rank={"done": 30, "dropped": 20, "doing": 10},
)


# ---- notes


class Note(Record, kw_only=True, frozen=True):
    """A slip of paper: one's own or everybody's, alone or pinned to something. Often about a person, so erasable."""

    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("about",), ("author",))

    text: Words = ""
    author: EmployeeId = ""
    shared: bool = True
    pinned: bool = False
    colour: NoteColour = "plain"
    mentions: list[EmployeeId] = msgspec.field(default_factory=list)
    about: Annotated[Id, Group("about")] = ""
    about_kind: Annotated[Text, Group("about")] = ""
    """The table of what it is pinned to."""


class NoteHeard(Fact, kw_only=True, frozen=True):
    """Somebody whom a note mentions has read it. Its id follows from both, so hearing twice is hearing once."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("note", "employee"),)

    note: NoteId = ""
    employee: EmployeeId = ""


# ---- files


class Attachment(Record, kw_only=True, frozen=True):
    """A file that belongs to a paper: the photograph of a receipt, a contract as PDF. Often about a person, so erasable."""

    personal: ClassVar[bool] = True
    carried: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("about",), ("author",))

    name: Text = ""
    file: Annotated[Blob, Limit(max=64)] = ""
    thumb: Annotated[Blob, Limit(max=64)] = ""
    """Empty for what is no picture."""
    size: int = 0
    author: EmployeeId = ""
    about: Annotated[Id, Group("about")] = ""
    about_kind: Annotated[Text, Group("about")] = ""


# ---- tasks


class Check(msgspec.Struct, kw_only=True, frozen=True):
    """One line of a task's list."""

    text: Annotated[Text, Label("To check off")]
    done: bool = False


class Task(Record, kw_only=True, frozen=True):
    """Something to be done by somebody, perhaps again and again."""

    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = TASK_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("about",), ("remind_at",))

    title: Text = ""
    details: Words = ""
    author: EmployeeId = ""
    assignees: list[EmployeeId] = msgspec.field(default_factory=list)
    priority: Priority = "usual"
    due_on: Annotated[Day, Group("due")] = ""
    due_time: Annotated[Text, Group("due")] = ""
    """ "14:30", or empty for any time of the day."""
    repeat: Annotated[Repeat, Group("due")] = "never"
    first_on: Annotated[Day, Group("due")] = ""
    """The day the repetition counts from, so that the 31st stays the 31st after a February."""
    remind: Annotated[Remind, Group("due")] = "never"
    remind_at: Annotated[Moment, Group("due")] = 0
    checklist: list[Check] = msgspec.field(default_factory=list)
    about: Annotated[Id, Group("about")] = ""
    about_kind: Annotated[Text, Group("about")] = ""
    before: TaskId = ""
    """The task of which this is the next repetition."""


class Reminder(Record, kw_only=True, frozen=True):
    """What one person did about a task's reminder; its id follows from both."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("task", "employee"),)

    task: TaskId = ""
    employee: EmployeeId = ""
    heard: Annotated[Moment, Group("heard")] = 0
    """The reminder that was acknowledged: the task's `remind_at` of then."""
    again_at: Annotated[Moment, Group("heard")] = 0
    """Not before this moment."""


# ---- where to find things


class Outlet(Record, kw_only=True, frozen=True):
    """A courier's outlet: who fetches parcels here, until when, and who answers for them."""

    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("courier", "name"),)

    courier: CourierId = ""
    name: Text = ""
    phone: Phone = ""
    area: Annotated[Text, Label("Area it serves")] = ""
    cut_off: Annotated[Text, Label("Fetches until"), Hint("Like 17:30. What comes later leaves the next day.")] = ""
    complaints_phone: Annotated[Phone, Label("Complaints")] = ""
    remark: Words = ""
    disabled: bool = False


class Bookmark(Record, kw_only=True, frozen=True):
    """A page on the web that the shop needs, and which account to use there. Never a password."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True

    name: Text = ""
    url: Annotated[Text, Label("Address"), Limit(max=500)] = ""
    account: Annotated[Text, Label("Which account"), Hint("Which account to use. Passwords do not belong here.")] = ""
    remark: Words = ""
    disabled: bool = False
