"""Erasing a person who asks for it: file, numbers, calls and what was said in them, and the notes about them.

The papers that the law keeps stay: orders, receipts and amounts, which name nobody any more. That there were calls
stays too, without saying whose, so that the figures of a day do not change.
"""

import json
from collections.abc import Sequence
from typing import Annotated

from appliance.journal import Desk, Label, Refusal, action, derive
from appliance.shop import customers, marketplace, orders
from appliance.shop.customers import Customer, CustomerId
from appliance.shop.office.line_records import Call, Recording
from appliance.shop.office.recordings import let_go


@action(
    "Erase this person",
    confirm="Their file, numbers, addresses, calls and recordings and all notes about them go for good, on every box; "
    "nothing brings them back. Orders, receipts and amounts stay, as the law asks of a shop; they name nobody any more.",
)
def erase_person(
    desk: Desk,
    *,
    customer: CustomerId,
    asked: Annotated[bool, Label("They asked for it, or the shop may keep it no longer")] = False,
) -> None:
    """For whoever asks for it, and for whom the shop has no more reason to keep."""
    whose = _ids(desk, _ONE_PERSON, [customer])
    name = desk.get(Customer, customer).name
    if not asked:
        raise Refusal("Tick why: what is gone does not come back.", field="asked")
    if number := orders.unfinished(desk, whose):
        raise Refusal("Order {number} is not over. Finish or cancel it first.", code="unfinished", number=number)
    if _unsettled(desk, whose):
        raise Refusal(
            "The accounts with {name} are not settled. Settle them first.", code="unsettled",
            remedy=f"/accounts/parties/{customers.current(desk, customer)}", name=name,
        )  # fmt: skip
    if hold := _held(desk, _calls(desk, whose)):
        raise Refusal("It is held for a dispute: {hold}", code="held", hold=hold)
    _erase(desk, whose)


@action("Finish erasing")
def finish_erasing(desk: Desk) -> int:
    """What was still said of people after they were erased, on boxes that had not heard of it yet, goes too."""
    erased = [row.record for row in desk.rows(f"select record from erased e where {_SAID_OF}")]
    return _erase(desk, _ids(desk, _ONE_PERSON, erased)) if erased else 0


def anything_left(desk: Desk, table: str, ids: Sequence[str]) -> bool:
    """Tell whether among these are customers who were erased, or calls of theirs."""
    of = "select c.customer as id from json_each(?) item join call c on c.id = item.value"
    asked = {"customer": "select value as id from json_each(?)", "call": of}[table]
    return bool(desk.row(f"select 1 from ({asked}) t join erased e on e.record = t.id limit 1", json.dumps(ids)))


def _erase(desk: Desk, whose: Sequence[str]) -> int:
    numbers, papers, calls = customers.own_numbers(desk, whose), orders.papers(desk, whose), _calls(desk, whose)
    for call in calls:
        _make_nameless(desk, call)
    about = [*whose, *calls, *papers]
    gone = [
        *customers.pieces(desk, whose), *orders.receivers(desk, papers), *marketplace.receivers(desk, papers), *calls,
        *_ids(desk, "select n.id from json_each(?) item join note n on n.about = item.value", about),
        *_ids(desk, "select a.id from json_each(?) item join attachment a on a.about = item.value", about),
        *_ids(desk, "select t.id from json_each(?) item join task t on t.about = item.value", about),
        *_ids(desk, "select a.id from json_each(?) item join line_asked a on a.call = item.value", [*whose, *calls]),
        *_ids(desk, "select a.id from json_each(?) item join line_asked a on a.number = item.value", numbers),
        *_ids(desk, "select n.id from json_each(?) item join nuisance n on n.normal = item.value", numbers),
    ]  # fmt: skip
    for record in dict.fromkeys(gone):
        desk.erase(record)
    return len(gone)


def _make_nameless(desk: Desk, call: str) -> None:
    """Leave a call in the place of one: when, on which line and how long, not who. What was said goes, unless it is held."""
    standing, state = desk.get(Call, call), desk.state(Call, call)
    nameless = derive("call", "nameless", call)
    desk.put(
        Call(
            id=nameless, line=standing.line, line_name=standing.line_name, direction=standing.direction,
            began_at=standing.began_at, day=standing.day, hour=standing.hour, presentation="erased",
            employee=standing.employee, answered_at=standing.answered_at, ended_at=standing.ended_at,
            rings=standing.rings, talked_ms=standing.talked_ms,
        )
    )  # fmt: skip
    if desk.state(Call, nameless) == "ringing":
        desk.step(Call, nameless, to=state)
    for row in desk.rows("select id, hold from recording where call = ? and deleted = 0", call):
        desk.change(Recording, row.id, call=nameless)
        if not row.hold:
            let_go(desk, row.id, "erased")


def _calls(desk: Desk, whose: Sequence[str]) -> list[str]:
    """Their calls that are over: said to be theirs, or of nobody else and with a number of theirs."""
    over = "c.deleted = 0 and c.state not in ('ringing', 'talking')"
    told = f"select c.id from json_each(?) item join call c on c.customer = item.value where {over}"
    by_number = (
        f"select c.id from json_each(?) item join call c on c.normal = item.value where c.customer = '' and {over}"
    )
    return [*_ids(desk, told, whose), *_ids(desk, by_number, customers.own_numbers(desk, whose))]


def _held(desk: Desk, calls: Sequence[str]) -> str:
    asked = (
        "select r.hold from json_each(?) item join recording r on r.call = item.value "
        "where r.hold <> '' and r.state = 'kept' and r.deleted = 0 limit 1"
    )
    return str(desk.value(asked, json.dumps(calls)) or "")


def _unsettled(desk: Desk, whose: Sequence[str]) -> bool:
    asked = "select 1 from json_each(?) item join party_balance b on b.id = item.value where b.balance <> 0 or b.prepaid <> 0"
    return bool(desk.row(f"{asked} limit 1", json.dumps(whose)))


def _ids(desk: Desk, asked: str, of: Sequence[str]) -> list[str]:
    return [row.id for row in desk.rows(asked, json.dumps(of))]


_ONE_PERSON = """
with recursive one(id) as (
    select value from json_each(?)
    union select a.customer from one join alias a on a.canonical = one.id where a.deleted = 0
    union select a.canonical from one join alias a on a.customer = one.id where a.deleted = 0
) select id from one
"""
"""All files that were merged, by whichever box and into whichever."""

_SAID_OF = """
exists (select 1 from customer_phone x where x.customer = e.record)
or exists (select 1 from customer_address x where x.customer = e.record)
or exists (select 1 from customer_account x where x.customer = e.record)
or exists (select 1 from alias x join customer c on c.id = x.customer where x.canonical = e.record and x.deleted = 0)
or exists (select 1 from alias x join customer c on c.id = x.canonical where x.customer = e.record and x.deleted = 0)
or exists (select 1 from call x where x.customer = e.record and x.state not in ('ringing', 'talking'))
or exists (select 1 from line_asked x where x.call = e.record)
or exists (select 1 from note x where x.about = e.record)
or exists (select 1 from attachment x where x.about = e.record)
or exists (select 1 from task x where x.about = e.record)
or exists (
    select 1 from order_list x join receiver r on r.id = x.receiver_id
    where x.customer = e.record and x.state in ('completed', 'cancelled', 'merged')
)
"""
"""Whether something is said of somebody erased: other boxes said it before they heard, or an order is over since."""
