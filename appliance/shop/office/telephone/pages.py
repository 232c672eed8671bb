"""What can be seen of the telephone: the caller's card in every corner, the list of calls, one call, the lines."""

from typing import Any

from markupsafe import Markup

from appliance.journal import Row
from appliance.shop.customers import members
from appliance.shop.office.callers import Eyes, callers, eyes
from appliance.shop.orders import standing
from appliance.web import (
    Answer,
    ChoiceFilter,
    Corner,
    Form,
    Listing,
    Page,
    Period,
    RefFilter,
    Saved,
    Visit,
    page,
    panel,
)
from appliance.web import columns as c

TONES = {
    "ringing": "do", "talking": "do", "answered": "done", "missed": "bad", "unsure": "wait", "rejected": "done",
    "busy": "wait", "no_answer": "wait", "no_dial_tone": "bad", "failed": "bad", "interrupted": "bad",
    "short_ring": "done", "voicemail": "way",
}  # fmt: skip


# ---- the corner of every page


@panel("/panel/office/corner", see="office.see")
def corner(visit: Visit) -> Answer:
    """Who calls, and what to be reminded of. What fifty tablets see alike is written once."""
    only = eyes(visit, visit.device.id)
    # The clock that calls were stamped by: a box whose date nobody vouches for stamps earlier than the wall clock says.
    now = visit.front.journal.hybrid.believed_ms()
    key = ("callers", visit.lang, visit.rights.grants, visit.rights.fields, only)
    cards = visit.front.remember(key, lambda: _cards(visit, only, now))
    due = visit.rows(
        "select * from task_reminder where employee = ? and remind_at <= ? order by remind_at desc limit 4",
        visit.who,
        visit.at,
    )
    return visit.show("office/telephone/corner.html", cards=cards, reminders=due, now=now)


def _cards(visit: Visit, only: Eyes, now: int) -> Markup:
    found = callers(visit, visit.desk(), only, now)
    if not found:
        return Markup()
    html = visit.front.render(
        "office/telephone/callers.html", visit.words, visit=visit, callers=found, standing=standing
    )
    return Markup(html)


CORNER = Corner("/panel/office/corner", ("call_list", "task_reminder", "caller_screen"), see="office.see")


# ---- calls

calls = Listing(
    "Calls",
    path="/office/calls",
    view="call_list",
    see="office.see",
    columns=[
        c.Text("customer_name", "Who", link="/office/calls/{id}", sub="phone"),
        c.Name("direction", "call_direction", css="", wide=True),
        c.Moment("began_at", "When"),
        c.Status("state", tones=TONES),
        c.Count("talked_s", "Seconds", wide=True),
        c.Text("employee_name", "Taken by", css="", wide=True),
        c.Text("note", "Note", css="c-goods", wide=True),
        c.Next(lambda row: c.Do("Call back", "office.dial_call", call=row["id"]) if row["to_return"] else None),
    ],
    saved=[
        Saved("To return", "to_return = 1", hot=True),
        Saved("All calls"),
        Saved("Missed", "outcome = 'missed'"),
        Saved("Recorded", "recorded = 1"),
        Saved("Nuisance", "nuisance = 1"),
    ],
    default="All calls",
    filters=[
        ChoiceFilter("direction", ("in", "out"), "call_direction"),
        RefFilter("line", "phone_line", "Phone line"),
        RefFilter("employee", "employee", "Taken by"),
        Period("began_at", "When"),
    ],
    sorts=[("began_at", "Newest first", "desc")],
    search=True,
    empty="Nobody has called yet. Plug a voice modem into the box and the line into the modem.",
)


@page("/office/calls/{id}", see="office.see")
def call(visit: Visit, id: str) -> Answer:
    """One call: who, how it went, what it was about, and what was said."""
    found = visit.row("select * from call_list where id = ?", id) or visit.missing("call")
    return visit.show(
        "office/telephone/call.html",
        title=_whom(visit, found),
        call=found,
        tone=TONES[found.state],
        order=visit.pick("sales_order", found.sales_order),
        earlier=_earlier(visit, found),
        history=visit.history(id),
    )


def _whom(visit: Visit, row: Row) -> str:
    return row.customer_name or row.name or visit.mask(row.phone) or visit.words(UNTOLD[row.presentation])


UNTOLD = {
    "allowed": "Unknown number", "withheld": "Number withheld", "unavailable": "Number not known to the network",
    "absent": "No number was sent",
}  # fmt: skip


def _earlier(visit: Visit, found: Row) -> list[Row]:
    column = "customer" if found.customer else "normal"
    if not found[column]:
        return []
    asked = f"select * from call_list where {column} = ? and id <> ? order by began_at desc limit 5"
    return visit.rows(asked, found[column], found.id)


def _beside(kind: str) -> Page:
    """The panel of calls beside a customer or an order."""

    @panel(f"/panel/office/calls/{kind}/{{id}}", see="office.see", beside=kind, title="Calls")
    def of_record(visit: Visit, id: str) -> Answer:
        ids = members(visit.desk(), id) if kind == "customer" else [id]
        marks = ", ".join("?" for _ in ids)
        column = "customer" if kind == "customer" else "sales_order"
        asked = f"select * from call_list where {column} in ({marks}) order by began_at desc limit 8"
        return visit.show("office/telephone/of_record.html", calls=visit.rows(asked, *ids), tones=TONES, whom=_whom)

    return of_record


# ---- lines

lines = Listing(
    "Phone lines",
    path="/office/lines",
    view="phone_line_list",
    see="office.change_line",
    columns=[
        c.Text("name", "Phone line", link="/do/office/change_line?line={id}", sub="model"),
        c.YesNo("ready", "There"),
        c.Text("area_code", "Area code", css=""),
        c.YesNo("records", "Record its calls"),
        c.Next(lambda row: c.Do("Change", "office.change_line", line=row["id"])),
    ],
    sorts=[("name", "By name", "asc")],
    export=False,
    empty="No line yet. Plug a voice modem into the box and the line into the modem.",
)

PAGES = [corner, calls, call, lines, _beside("customer"), _beside("order")]
LABELS = {"phone_line": ("phone_line", "name"), "call": ("call_list", "label", "0")}
FORMS: dict[Any, Form] = {}
