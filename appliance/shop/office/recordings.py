"""Recordings: what becomes of what was said. Who hears it is written down, its time runs out, and a dispute stops time."""

from typing import Annotated, Final

from appliance.journal import Blob, Desk, Hint, Label, Limit, Refusal, Text, action, derive
from appliance.shop import customers
from appliance.shop.customers import CustomerId
from appliance.shop.office import consent
from appliance.shop.office.hearing import able, ask
from appliance.shop.office.line_records import (
    Call,
    CallId,
    Exported,
    Listened,
    Notice,
    NotRecorded,
    Recording,
    RecordingId,
)

DAY_MS: Final = 24 * 3_600_000
MB: Final = 1_000_000
STILL_TALKING_MS: Final = 300_000

# ---- what the box tells


@action("Recording begins")
def begin_recording(desk: Desk, *, call: CallId) -> None:
    """Every card says so."""
    desk.change(Call, call, recording_since=desk.at)


@action("Recording kept")
def keep_recording(
    desk: Desk,
    *,
    call: CallId,
    take: Text,
    blob: Blob,
    size: int,
    length_ms: int,
    peaks: Text = "",
    whole: bool = True,
    notice: Notice = "none",
) -> str:
    """Ties what was said to its call. Told again after a power cut, it tells nothing new."""
    record = derive("recording", take)
    if desk.find(Recording, record) is None:
        began = desk.get(Call, call).recording_since or desk.at - length_ms
        desk.put(
            Recording(
                id=record, call=call, box=desk.box, began_at=began, length_ms=length_ms, peaks=peaks, whole=whole,
                notice=notice, blob=blob, size=size,
            )
        )  # fmt: skip
    desk.change(Call, call, recording_since=0)
    desk.about(call)
    return record


@action("Recording ended")
def end_recording(desk: Desk, *, call: CallId) -> None:
    """Nothing was said, or nothing could be kept."""
    desk.change(Call, call, recording_since=0)


@action("Recording made small")
def swap_recording(desk: Desk, *, recording: RecordingId, blob: Blob, size: int) -> None:
    """The same words in a tenth of the room."""
    desk.change(Recording, recording, blob=blob, size=size, squeezed=True)


@action("Recordings whose time is over")
def retire_recordings(desk: Desk) -> int:
    """Deletes what is past its days, what is beyond the room on the disk, and what belongs to somebody erased."""
    rules = consent.rules(desk)
    before = desk.at - rules.keep_days * DAY_MS
    free = "state = 'kept' and box = ? and deleted = 0 and hold = '' "
    due = [
        ("time", f"select id from recording where {free} and protected = 0 and began_at < ?", (desk.box, before)),
        ("erased", f"{_ERASED} and r.hold = ''", (desk.box,)),
    ]
    count = 0
    for why, sql, args in due:
        for row in desk.rows(sql, *args):
            count += let_go(desk, row.id, why)
    room = desk.value("select sum(size) from recording where state = 'kept' and box = ?", desk.box) or 0
    oldest = f"select id, size from recording where {free} and protected = 0 order by began_at"
    for row in desk.rows(oldest, desk.box) if room > rules.cap_mb * MB else ():
        if room <= rules.cap_mb * MB:
            break
        room -= row.size
        count += let_go(desk, row.id, "room")
    return count


_ERASED = """
select r.id from recording r left join call c on c.id = r.call left join customer k on k.id = c.customer
where r.state = 'kept' and r.box = ? and r.deleted = 0 and (
    c.presentation = 'erased' or exists (select 1 from erased e where e.record = r.call)
    or c.customer <> '' and (k.id is null or k.made_at = 0 or k.deleted = 1)
)
"""
"""Recordings of people who were erased, or are not in the files any more."""


# ---- listening and carrying away


@action("Listen")
def listen(desk: Desk, *, recording: RecordingId) -> None:
    """Who heard it, and when, stays written down."""
    standing(desk, recording)
    desk.add(Listened(recording=recording))


@action("Carry the recording away")
def export_recording(
    desk: Desk, *, recording: RecordingId, reason: Annotated[Text, Label("What for"), Limit(max=200)]
) -> None:
    """What left the box is not protected by it any more; who took it and why stays written down."""
    if not reason.strip():
        raise Refusal("Say what it is for.", field="reason")
    found = standing(desk, recording)
    desk.add(Exported(recording=recording, reason=reason))
    desk.about(found.call)


# ---- keeping and deleting


@action("Keep beyond its time", undo="office.unprotect_recording")
def protect_recording(desk: Desk, *, recording: RecordingId) -> None:
    """Neither its days nor a full disk delete it; people can."""
    standing(desk, recording)
    desk.change(Recording, recording, protected=True)


@action("Keep no longer than others", undo="office.protect_recording")
def unprotect_recording(desk: Desk, *, recording: RecordingId) -> None:
    """It goes when its days are over."""
    standing(desk, recording)
    desk.change(Recording, recording, protected=False)


@action("Hold for a dispute")
def hold_recording(
    desk: Desk,
    *,
    recording: RecordingId,
    hold: Annotated[Text, Label("Why it must be kept"), Hint("The case, and who asked for it.")],
) -> None:
    """Nobody can delete it until this is taken back, not even with its customer."""
    if not hold.strip():
        raise Refusal("Say why it must be kept.", field="hold")
    standing(desk, recording)
    desk.change(Recording, recording, hold=hold.strip())


@action("The dispute is over")
def release_recording(desk: Desk, *, recording: RecordingId) -> None:
    """It is kept and deleted like others again."""
    if not standing(desk, recording).hold:
        raise Refusal("This recording is not held.")
    desk.change(Recording, recording, hold="")


@action(
    "Delete the recording",
    confirm="What was said is gone for good. That it was deleted, and by whom, stays written down.",
)
def delete_recording(desk: Desk, *, recording: RecordingId, deleted_why: Annotated[Text, Label("Why")] = "") -> None:
    """There is no way back."""
    found = standing(desk, recording)
    if found.hold:
        raise Refusal("It is held for a dispute: {hold}", code="held", hold=found.hold)
    let_go(desk, recording, deleted_why or "asked")


def standing(desk: Desk, recording: str) -> Recording:
    """Return a recording that is still kept."""
    found = desk.get(Recording, recording)
    if desk.state(Recording, recording) != "kept":
        raise Refusal("This recording was deleted.", code="deleted")
    return found


def let_go(desk: Desk, recording: str, why: str) -> int:
    """Take the step; the box that has the blob lets go of it when it hears of this."""
    if desk.state(Recording, recording) != "kept":
        return 0
    found = desk.get(Recording, recording)
    desk.step(Recording, recording, to="deleted")
    desk.change(Recording, recording, deleted_why=why, peaks="")
    desk.about(found.call)
    return 1


# ---- by hand, while somebody talks


@action("Record this call")
def record_call(desk: Desk, *, call: CallId) -> None:
    """Say that you record; a customer who objects is not recorded."""
    found = desk.get(Call, call)
    # The box may not have heard that somebody lifted the telephone; the talk goes on all the same.
    lately = desk.at - found.ended_at < STILL_TALKING_MS
    if desk.state(Call, call) != "talking" and not (desk.state(Call, call) in {"unsure", "missed"} and lately):
        raise Refusal("Nobody talks on it now.", code="over")
    consent.check(desk, call)
    able(desk, found.line, "listen_in")
    ask(desk, found.line, "record", call=call)


@action("Record no further")
def unrecord_call(desk: Desk, *, call: CallId) -> None:
    """What was recorded so far is kept; it can be deleted."""
    found = desk.get(Call, call)
    if not found.recording_since:
        raise Refusal("This call is not being recorded.", code="over")
    ask(desk, found.line, "stop_recording", call=call)


# ---- who does not want it


@action("Do not record this customer", undo="office.opt_in")
def opt_out(desk: Desk, *, customer: CustomerId) -> None:
    """Holds for every line of the branch, and for the call that is going on."""
    whose = customers.current(desk, customer)
    record = consent.objection_id(whose)
    if desk.find(NotRecorded, record) is None:
        desk.put(NotRecorded(id=record, customer=whose))
    else:
        desk.restore(NotRecorded, record)
    going = "select id, line from call where customer = ? and recording_since > 0 and state = 'talking'"
    for one in customers.members(desk, whose):
        for row in desk.rows(going, one):
            ask(desk, row.line, "stop_recording", call=row.id)
    desk.about(whose)


@action("Recording is fine with them", undo="office.opt_out")
def opt_in(desk: Desk, *, customer: CustomerId) -> None:
    """The rules of the shop hold for them as for others."""
    found = False
    for one in customers.members(desk, customer):
        record = consent.objection_id(one)
        if desk.value("select deleted = 0 from not_recorded where id = ?", record):
            desk.remove(NotRecorded, record)
            found = True
    if not found:
        raise Refusal("They did not object.")
    desk.about(customer)
