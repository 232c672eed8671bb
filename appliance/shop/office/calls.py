"""Calls: taking one, saying whose it was and what it was about, calling back, and what disturbs."""

from typing import Annotated

from appliance.journal import Desk, Hint, Label, Limit, Refusal, Text, Words, action, derive
from appliance.shop import customers
from appliance.shop.customers import CustomerId, CustomerPhone
from appliance.shop.office import consent
from appliance.shop.office.hearing import able, ask, pick_up
from appliance.shop.office.line_records import Call, CallerScreen, CallId, Nuisance, PhoneLineId
from appliance.shop.office.returning import WAITING, call_returned, remember_to_call_back
from appliance.shop.office.tasks import drop_task
from appliance.shop.orders import SalesOrderId

# ---- who has it, whose it is, what it is about


@action("I take it")
def take_call(desk: Desk, *, call: CallId) -> None:
    """The others see who talks. Lift the telephone first: where calls are recorded, the box joins in."""
    standing = desk.get(Call, call)
    desk.change(Call, call, employee=desk.who)
    pick_up(desk, call=call)
    if not standing.recording_since and consent.plan(desk, call, by_box=False).record:
        ask(desk, standing.line, "record", call=call)


@action("I talked with them")
def answered_call(desk: Desk, *, call: CallId) -> None:
    """For a call that was taken on a telephone which the box cannot hear; nobody needs to call back."""
    standing = desk.get(Call, call)
    desk.step(Call, call, to="answered")
    desk.change(Call, call, employee=standing.employee or desk.who)
    call_returned(desk, standing.normal)


@action("Nobody talked with them")
def missed_call(desk: Desk, *, call: CallId) -> None:
    """It becomes a task, so that somebody calls back."""
    desk.step(Call, call, to="missed")
    remember_to_call_back(desk, call)


@action("Note on the call")
def note_call(
    desk: Desk,
    *,
    call: CallId,
    note: Annotated[Words, Label("What they wanted"), Limit(max=2_000)] = "",
    tags: list[str] | None = None,
) -> None:
    """It stands beside the call, on the customer's page and on the order it was about."""
    standing = desk.get(Call, call)
    named = list(dict.fromkeys(name for tag in tags or [] if (name := tag.strip())))
    desk.change(Call, call, note=note.strip(), tags=named, employee=standing.employee or desk.who)


@action("Whose call it was")
def link_call(
    desk: Desk,
    *,
    call: CallId,
    customer: CustomerId,
    keep_number: Annotated[bool, Label("Write the number into their file")] = False,
) -> None:
    """For a number that is not in the file, or in several."""
    standing = desk.get(Call, call)
    if keep_number:
        if not standing.normal:
            raise Refusal("There is no number to write down.", field="keep_number")
        known = customers.match_phone(desk, standing.normal)
        if customers.current(desk, customer) not in known or not customers.holder(desk, standing.normal):
            customers.add_phone(desk, customer=customer, phone=standing.normal)
    desk.change(Call, call, customer=customer)
    desk.about(customer)


@action("What order it was about")
def file_call(desk: Desk, *, call: CallId, sales_order: Annotated[SalesOrderId, Label("Order")]) -> None:
    """The call and its recording stand on the order's page."""
    desk.get(Call, call)
    desk.change(Call, call, sales_order=sales_order)
    desk.about(sales_order)


# ---- calling back


@action("Call back")
def dial_call(desk: Desk, *, call: CallId) -> str:
    """The box dials; lift the telephone that is plugged into it."""
    standing = desk.get(Call, call)
    if not standing.phone or standing.presentation != "allowed":
        raise Refusal("There is no number to call back.", code="no_number")
    line = _line_to_dial(desk, standing.line)
    number = standing.normal if standing.direction == "incoming" and standing.normal else standing.phone
    return ask(desk, line, "dial", call=call, number=number)


@action("Call")
def dial_phone(desk: Desk, *, customer_phone: customers.CustomerPhoneId) -> str:
    """The box dials; lift the telephone that is plugged into it."""
    found = desk.get(CustomerPhone, customer_phone)
    if found.masked or not found.normal:
        raise Refusal("This number cannot be dialled.", code="no_number")
    return ask(desk, _line_to_dial(desk), "dial", number=found.normal)


def _line_to_dial(desk: Desk, preferred: str = "") -> str:
    """The line that rang if it can, else another of this box that can."""
    found = desk.value(
        "select l.id from phone_line l where l.box = ? and l.ready = 1 and l.disabled = 0 and l.deleted = 0 and exists "
        "(select 1 from json_each(l.can) item where item.value = 'dial') order by l.id = ? desc, l.name limit 1",
        desk.box,
        preferred,
    )
    if not found:
        raise Refusal("No line of this box can dial now. Dial by hand.", code="no_line")
    return str(found)


# ---- what can be asked of the line while it rings or somebody talks


@action("Answer by the box")
def answer_call(desk: Desk, *, call: CallId) -> None:
    """The box lifts; for a line without a telephone of its own."""
    _ask_of(desk, call, "answer", "voice", states=("ringing",))


@action("Turn away")
def reject_call(desk: Desk, *, call: CallId) -> None:
    """Lifts and puts down; the other side hears that nobody takes it."""
    _ask_of(desk, call, "reject", "voice", states=("ringing",))


@action("Put down")
def put_down_call(desk: Desk, *, call: CallId) -> None:
    """Ends the call."""
    _ask_of(desk, call, "hang_up", "voice", states=("ringing", "talking"))


def _ask_of(desk: Desk, call: str, asked: str, ability: str, *, states: tuple[str, ...]) -> None:
    standing = desk.get(Call, call)
    if desk.state(Call, call) not in states:
        raise Refusal("The call is over.", code="over")
    able(desk, standing.line, ability)
    ask(desk, standing.line, asked, call=call)


# ---- what disturbs


@action("It is a nuisance", undo="office.welcome_call")
def nuisance_call(desk: Desk, *, call: CallId, reason: Annotated[Text, Label("What for")] = "") -> None:
    """The number is not shown any more when it rings, and is not called back."""
    standing = desk.get(Call, call)
    if not standing.normal:
        raise Refusal("A call without a number cannot be marked.", code="no_number")
    if desk.row("select 1 from customer_phone where normal = ? and deleted = 0", standing.normal):
        raise Refusal("This number belongs to a customer. Put the customer on the blacklist instead.", code="customer")
    record = _nuisance_id(standing.normal)
    if desk.find(Nuisance, record) is None:
        desk.put(Nuisance(id=record, normal=standing.normal, reason=reason))
    else:
        desk.restore(Nuisance, record)
        desk.change(Nuisance, record, reason=reason)
    for row in desk.rows(WAITING, standing.normal):
        drop_task(desk, task=row.id)
    desk.about(call)


@action("It is no nuisance", undo="office.nuisance_call")
def welcome_call(desk: Desk, *, call: CallId) -> None:
    """The number is shown again when it rings."""
    record = _nuisance_id(desk.get(Call, call).normal)
    if desk.find(Nuisance, record) is None:
        raise Refusal("This number is not marked.")
    desk.remove(Nuisance, record)
    desk.about(call)


def _nuisance_id(normal: str) -> str:
    return derive("nuisance", normal)


# ---- which tablets show callers


@action("Callers on this tablet")
def choose_callers(
    desk: Desk,
    *,
    quiet: Annotated[bool, Label("Show no callers here")] = False,
    lines: Annotated[list[PhoneLineId], Label("Only these lines"), Hint("None ticked means all of them.")]
    | None = None,
) -> None:
    """A tablet in the storeroom need not ring along."""
    record = derive("caller_screen", desk.device)
    if desk.find(CallerScreen, record) is None:
        desk.put(CallerScreen(id=record, device=desk.device, quiet=quiet, lines=lines or []))
    else:
        desk.change(CallerScreen, record, quiet=quiet, lines=lines or [])
