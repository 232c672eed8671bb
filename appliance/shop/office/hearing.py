"""What the box itself tells of its lines: found and lost, ringing, talking, hung up. `main` calls these as it hears."""

from typing import Annotated, Literal

from appliance.journal import Desk, Label, Phone, Refusal, Text, action, derive
from appliance.shop import customers
from appliance.shop.office.line_records import Call, CallId, LineAsked, PhoneLine, PhoneLineId, Presentation
from appliance.shop.office.returning import call_returned, remember_to_call_back

CallOfDevice = Annotated[Text, Label("Call")]
Ending = Literal[
    "answered", "missed", "unsure", "rejected", "busy", "no_answer", "no_dial_tone", "failed", "interrupted",
    "short_ring", "voicemail",
]  # fmt: skip


# ---- lines


@action("Phone line found")
def line_found(desk: Desk, *, place: Text, model: Text = "", can: list[str] | None = None) -> str:
    """A line that is new gets a number for a name; one that is known keeps what was set for it."""
    line = line_id(desk, place)
    if desk.find(PhoneLine, line) is None:
        taken = desk.value("select count(*) from phone_line where box = ?", desk.box)
        desk.put(PhoneLine(id=line, name=str(taken + 1), box=desk.box, place=place))
    desk.change(PhoneLine, line, model=model, can=can or [], ready=True, lost="")
    return line


@action("Phone line lost")
def line_lost(desk: Desk, *, line: PhoneLineId, reason: Text) -> None:
    """Nobody who calls on it is shown until it is back."""
    desk.change(PhoneLine, line, ready=False, lost=reason)


def line_id(desk: Desk, place: str) -> str:
    """The id of a line of this box."""
    return derive("phone_line", desk.box, place)


# ---- calls


@action("The phone rings")
def ring(
    desk: Desk,
    *,
    line: PhoneLineId,
    call: CallOfDevice,
    number: Phone = "",
    presentation: Presentation = "absent",
    name: Text = "",
    doubtful: bool = False,
    called: Phone = "",
    redirected_from: Phone = "",
    waiting: bool = False,
) -> str:
    """A call comes in, or more is known of one that came; returns its id."""
    record = call_id(desk, call)
    normal = "" if doubtful or presentation != "allowed" else comparable(desk, line, number)
    said = {
        "phone": number, "normal": normal, "presentation": presentation, "name": name, "doubtful": doubtful,
        "called": called, "redirected_from": redirected_from, "waiting": waiting,
    }  # fmt: skip
    if desk.find(Call, record) is None:
        _begin(desk, record, Call(line=line, direction="incoming", customer=_owner(desk, normal), **said))  # type: ignore[arg-type]
    else:
        desk.change(Call, record, **said)
        if normal and not desk.get(Call, record).customer:
            desk.change(Call, record, customer=_owner(desk, normal))
    return record


@action("Dialled")
def dialled(desk: Desk, *, line: PhoneLineId, call: CallOfDevice, number: Phone, asked: Text = "") -> str:
    """A call of ours goes out; who asked for it is who talks."""
    record = call_id(desk, call)
    if desk.find(Call, record) is not None:
        return record
    normal = comparable(desk, line, number)
    asker = desk.row("select who, call from line_asked where id = ?", asked) if asked else None
    about = desk.find(Call, asker.call) if asker and asker.call else None
    _begin(
        desk,
        record,
        Call(
            line=line, direction="outgoing", phone=number, normal=normal, presentation="allowed",
            customer=about.customer if about and about.customer else _owner(desk, normal),
            employee=asker.who if asker else "", asked=asked, sales_order=about.sales_order if about else "",
        ),
    )  # fmt: skip
    return record


@action("Somebody picked up")
def pick_up(desk: Desk, *, call: CallId) -> None:
    """They talk; perhaps they did already, and the box hears of it when it joins them."""
    if desk.state(Call, call) in {"ringing", "unsure", "missed"}:
        desk.step(Call, call, to="talking")
        desk.change(Call, call, answered_at=desk.get(Call, call).answered_at or desk.at, ended_at=0)


@action("Hung up")
def hang_up(desk: Desk, *, call: CallId, how: Ending, rings: int = 0, talked_ms: int = 0) -> None:
    """The call is over. One that was missed becomes a task; one that was talked on settles what was missed before."""
    state = desk.state(Call, call)
    if state not in {"ringing", "talking"}:
        return
    if state == "talking" and how == "unsure":
        # The ringing stopped and the box heard no more; but somebody said that they took it.
        how = "answered"
    answered_at = desk.get(Call, call).answered_at
    desk.step(Call, call, to=how)
    if how == "answered" and not answered_at:
        answered_at = desk.at - talked_ms
    desk.change(Call, call, ended_at=desk.at, rings=rings, talked_ms=talked_ms, answered_at=answered_at)
    if how in {"missed", "unsure", "voicemail"} or (how == "interrupted" and state == "ringing"):
        remember_to_call_back(desk, call)
    if how == "answered":
        call_returned(desk, desk.get(Call, call).normal)


@action("Rang once")
def rang_once(desk: Desk, *, line: PhoneLineId, call: CallOfDevice) -> str:
    """A single ring without a number: a line test, or somebody who gave up. It disturbs nobody."""
    record = call_id(desk, call)
    if desk.find(Call, record) is None:
        _begin(desk, record, Call(line=line, direction="incoming"))
        desk.step(Call, record, to="short_ring")
        desk.change(Call, record, ended_at=desk.at, rings=1)
    return record


@action("Close calls that were cut off")
def close_cut_off(desk: Desk) -> int:
    """After a start nothing is on the line: what was open when the box stopped was interrupted."""
    found = desk.rows(
        "select c.id from call c join phone_line l on l.id = c.line where c.state in ('ringing', 'talking') and l.box = ?",
        desk.box,
    )
    for row in found:
        hang_up(desk, call=row.id, how="interrupted")
    return len(found)


def call_id(desk: Desk, call: str) -> str:
    """The id of a call, by the device's own name for it: telling a call twice tells nothing new."""
    return derive("call", desk.box, call)


def comparable(desk: Desk, line: str, number: str) -> str:
    """Return a number as numbers are compared; one of the same town gets the line's area code."""
    return customers.calling_number(number, desk.get(PhoneLine, line).area_code)


def _begin(desk: Desk, record: str, call: Call) -> None:
    import msgspec

    line = desk.get(PhoneLine, call.line)
    hour = (desk.at // 60_000 + desk.journal.zone_minutes) // 60 % 24
    desk.put(msgspec.structs.replace(call, id=record, line_name=line.name, began_at=desk.at, day=desk.day, hour=hour))


def _owner(desk: Desk, normal: str) -> str:
    """Return the one customer with this very number; "" when there is none, or several."""
    if not normal or not customers.holder(desk, normal):
        return ""
    found = customers.match_phone(desk, normal)
    return found[0] if len(found) == 1 else ""


def able(desk: Desk, line: str, ability: str) -> PhoneLine:
    """Return a line that can do this now; refuses when it cannot."""
    found = desk.get(PhoneLine, line)
    if not found.ready or found.disabled:
        raise Refusal(
            "Line {name} is not there. Look at its plug.", code="no_line", name=found.name, remedy="/office/lines"
        )
    if ability not in found.can:
        raise Refusal("The device on line {name} cannot do that.", code="cannot", name=found.name)
    return found


def ask(desk: Desk, line: str, asked: str, *, call: str = "", number: str = "") -> str:
    """Ask the line for something; the box that it hangs on does it."""
    return desk.add(LineAsked(line=line, call=call, asked=asked, number=number))  # type: ignore[arg-type]
