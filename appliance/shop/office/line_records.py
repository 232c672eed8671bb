"""What is written about the telephone: lines, calls, what a line was asked to do, recordings and who heard them."""

from typing import Annotated, ClassVar, Final, Literal

import msgspec

from appliance.journal import (
    Blob,
    Day,
    Fact,
    Flow,
    Group,
    Hint,
    Label,
    Limit,
    Moment,
    Phone,
    Record,
    Ref,
    Sum,
    Text,
    Watched,
    Words,
)
from appliance.shop.customers import CustomerId
from appliance.shop.orders import SalesOrderId
from appliance.shop.staff import DeviceId, EmployeeId

PhoneLineId = Annotated[str, Ref("phone_line")]
CallId = Annotated[str, Ref("call")]
RecordingId = Annotated[str, Ref("recording")]

Direction = Annotated[Literal["incoming", "outgoing"], Label("call_direction")]
Presentation = Literal["allowed", "withheld", "unavailable", "absent", "erased"]
"""Whether a number came; `erased`: whoever it was asked to be forgotten."""
Asked = Literal["answer", "hang_up", "reject", "dial", "record", "stop_recording", "restart", "check"]
Notice = Literal["none", "played", "spoken", "beep"]
"""How the other side was told of the recording: by the box, by who was talking, by a tone, or not at all."""

ENDINGS: Final = (
    "answered", "missed", "unsure", "rejected", "busy", "no_answer", "no_dial_tone", "failed", "interrupted",
    "short_ring", "voicemail",
)  # fmt: skip
CALL_FLOW: Final = Flow(
    start="ringing",
    steps={
        "ringing": ("talking", *ENDINGS),
        "talking": ENDINGS,
        # The box could not tell, or told wrongly: who was there says how it was.
        "unsure": ("talking", "answered", "missed"),
        "missed": ("talking", "answered"),
    },
    rank={"answered": 40, "voicemail": 30, "missed": 20, "talking": 10},
)

CALL_DAY: Final = Sum("call_day", by=("day", "line", "outcome"), of=("calls", "talked_s", "waited_s"))
"""Calls by day and line: taken, missed, reached, not reached, of no account; how long they lasted and had to wait."""
CALL_HOUR: Final = Sum("call_hour", by=("month", "hour", "outcome"), of=("calls",))
CALL_PERSON: Final = Sum("call_person", by=("day", "employee", "outcome"), of=("calls", "talked_s"))
RECORDED_ROOM: Final = Sum("recorded_room", by=("box", "state"), of=("size",))
"""How much room recordings take, by box."""


# ---- lines


class PhoneLine(Record, kw_only=True, frozen=True):
    """A telephone line of one box. Its id follows from the box and the device's own name for the line."""

    history: ClassVar[bool] = True
    name: Text = ""
    box: Text = ""
    """The code of the box that it hangs on."""
    place: Text = ""
    """The device's own name for the line."""
    area_code: Annotated[Text, Label("Area code"), Hint("Like 0571; put before numbers that come without one.")] = ""
    outside: Annotated[Text, Label("To get outside"), Hint("What is dialled first, like 9, behind a switchboard.")] = ""
    records: Annotated[bool, Label("Record its calls")] = False
    voicemail_after: Annotated[int, Label("Rings before the box answers")] = 0
    """0 for never; then it plays what the owner laid in, and records what is said."""
    disabled: bool = False

    model: Annotated[Text, Group("device")] = ""
    can: Annotated[list[str], Group("device")] = msgspec.field(default_factory=list)
    ready: Annotated[bool, Group("device")] = False
    lost: Annotated[Text, Group("device")] = ""


class CallerScreen(Record, kw_only=True, frozen=True):
    """Whether callers are shown on a tablet, and of which lines; its id follows from the tablet's."""

    device: DeviceId = ""
    quiet: Annotated[bool, Label("Show no callers here")] = False
    lines: Annotated[list[PhoneLineId], Label("Only these lines")] = msgspec.field(default_factory=list)


class LineAsked(Fact, kw_only=True, frozen=True):
    """Somebody asked for something at a line; the box that it hangs on does it."""

    personal: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("call",), ("number",))

    line: PhoneLineId = ""
    call: CallId = ""
    asked: Asked = "check"
    number: Phone = ""


# ---- calls


class Call(Record, kw_only=True, frozen=True):
    """A call. Whose it is, is known from its number, unless somebody said so."""

    within: ClassVar[tuple[str, ...] | None] = ()
    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = CALL_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("normal",), ("customer",), ("employee",), ("sales_order",), ("asked",),
    )  # fmt: skip

    line: PhoneLineId = ""
    line_name: Text = ""
    """As it was called that day."""
    direction: Direction = "incoming"
    began_at: Moment = 0
    day: Day = ""
    hour: int = 0

    phone: Annotated[Phone, Group("caller")] = ""
    """As it was sent."""
    normal: Annotated[Phone, Group("caller")] = ""
    """The form by which numbers are compared; empty when it must not be compared."""
    presentation: Annotated[Presentation, Group("caller")] = "absent"
    name: Annotated[Text, Group("caller"), Label("Name on the line")] = ""
    doubtful: Annotated[bool, Group("caller")] = False
    called: Annotated[Phone, Group("caller"), Label("Called number")] = ""
    redirected_from: Annotated[Phone, Group("caller")] = ""
    waiting: Annotated[bool, Group("caller")] = False

    customer: CustomerId = ""
    employee: Annotated[EmployeeId, Label("Taken by")] = ""
    answered_at: Annotated[Moment, Group("course")] = 0
    ended_at: Annotated[Moment, Group("course")] = 0
    rings: Annotated[int, Group("course")] = 0
    talked_ms: Annotated[int, Group("course")] = 0

    recording_since: Moment = 0
    """Since when what is said is recorded; 0 while it is not."""

    note: Words = ""
    tags: list[str] = msgspec.field(default_factory=list)
    sales_order: Annotated[SalesOrderId, Label("Order")] = ""
    asked: Annotated[str, Ref("line_asked")] = ""
    """What a call of ours was dialled for."""


class Nuisance(Record, kw_only=True, frozen=True):
    """A number that is not to disturb anybody; its id follows from the number."""

    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("normal",),)

    normal: Phone = ""
    reason: Text = ""


# ---- recordings

RECORDING_FLOW: Final = Flow(start="kept", steps={"kept": ("deleted",)}, rank={"deleted": 10})


class RecordingRules(Record, kw_only=True, frozen=True):
    """What the owner decided about recording; its id follows from the branch. Off until its duties are accepted."""

    history: ClassVar[bool] = True

    accepted_at: Annotated[Moment, Group("accepted"), Watched()] = 0
    accepted_by: Annotated[EmployeeId, Group("accepted"), Watched()] = ""
    purpose: Annotated[Text, Group("accepted"), Limit(max=200)] = ""
    announce: Annotated[bool, Label("Say that the call is recorded")] = True
    beep: Annotated[bool, Label("Sound a tone when recording begins")] = False
    only_agreed: Annotated[bool, Label("Record only customers whose file says that they agree")] = False
    keep_days: Annotated[int, Label("Days to keep")] = 90
    cap_mb: Annotated[int, Label("Room on the disk, in MB")] = 2_000
    greeting: Annotated[Blob, Label("What the box says")] = ""


class NotRecorded(Record, kw_only=True, frozen=True):
    """A customer who does not want to be recorded; its id follows from the customer's."""

    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer",),)

    customer: CustomerId = ""


class Recording(Record, kw_only=True, frozen=True):
    """What was said in a call: a sealed blob that only the box which took it can open."""

    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = RECORDING_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("call",), ("state", "began_at"))

    call: CallId = ""
    box: Text = ""
    began_at: Moment = 0
    length_ms: int = 0
    whole: bool = True
    """Whether nothing is missing: no plug was pulled, no power lost."""
    notice: Notice = "none"
    peaks: Text = ""
    """How loud it was, from beginning to end, a hexadecimal digit each."""
    blob: Annotated[Blob, Group("sealed")] = ""
    size: Annotated[int, Group("sealed")] = 0
    squeezed: Annotated[bool, Group("sealed")] = False
    protected: Annotated[bool, Label("Keep it beyond its time")] = False
    hold: Annotated[Text, Label("Why it must be kept"), Watched()] = ""
    """A dispute or an authority: nobody deletes it until this is taken back."""
    deleted_why: Text = ""


class Listened(Fact, kw_only=True, frozen=True):
    """Somebody heard a recording."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("recording",),)
    recording: RecordingId = ""


class Exported(Fact, kw_only=True, frozen=True):
    """Somebody carried a recording away."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("recording",),)
    recording: RecordingId = ""
    reason: Text = ""
