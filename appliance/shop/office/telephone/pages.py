"""What can be seen of the telephone: the caller's card in every corner, the list of calls, one call, the lines."""

from datetime import date, timedelta
from html import escape
from typing import Any

from markupsafe import Markup

from appliance.journal import Row
from appliance.shop.customers import members
from appliance.shop.office import actions
from appliance.shop.office.callers import FOLLOWS, LASTS_MS, Eyes, callers, eyes
from appliance.shop.office.consent import rules, rules_id
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
from appliance.web.cells import Seen, plain_text

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
    cards = visit.remember(key, lambda: _cards(visit, only, now), follows=FOLLOWS, most_ms=LASTS_MS)
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

UNTOLD = {
    "allowed": "Unknown number", "withheld": "Number withheld", "unavailable": "Number not known to the network",
    "absent": "No number was sent", "erased": "Somebody who was erased",
}  # fmt: skip


class Whom(c.Text):
    """Whoever is at the other end, the number under a name; or why nobody knows."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write the name, or the number, or why there is none."""
        known = row["customer_name"] or row["name"] or plain_text("phone", row["phone"], seen)
        return escape(known or seen.words(UNTOLD[row["presentation"]]))

    def under(self, row: Any, seen: Seen) -> str:
        """Write the number under a name."""
        return super().under(row, seen) if row["customer_name"] or row["name"] else ""


calls = Listing(
    "Calls",
    path="/office/calls",
    view="call_list",
    see="office.see",
    columns=[
        Whom("customer_name", "Who", link="/office/calls/{id}", sub="phone"),
        c.Name("direction", "call_direction", css="", wide=True),
        c.Moment("began_at", "When"),
        c.Status("state", sub="employee_name", tones=TONES),
        c.Count("talked_s", "Seconds", wide=True),
        c.Text("said", "What they wanted", css="", wide=True),
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
        ChoiceFilter("direction", ("incoming", "outgoing"), "call_direction"),
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
        recordings=_recordings(visit, "call = ?", id),
        history=visit.history(id),
    )


def _whom(visit: Visit, row: Row) -> str:
    return row.customer_name or row.name or visit.mask(row.phone) or visit.words(UNTOLD[row.presentation])


def _earlier(visit: Visit, found: Row) -> list[Row]:
    column = "customer" if found.customer else "normal"
    asked = f"select * from call_list where {column} = ? and {column} <> '' and id <> ? order by began_at desc limit 5"
    return visit.rows(asked, found[column], found.id)


_OBJECTS = "select 1 from not_recorded where customer in ({}) and deleted = 0 limit 1"


def _phones(visit: Visit, ids: list[str]) -> list[Row]:
    marks = ", ".join("?" for _ in ids)
    asked = f"select id, phone from customer_phone where customer in ({marks}) and normal <> '' and deleted = 0 order by main desc limit 3"
    return visit.rows(asked, *ids) if visit.may("office.dial_phone") else []


def _beside(kind: str) -> Page:
    """The panel of calls beside a customer or an order."""

    @panel(f"/panel/office/calls/{kind}/{{id}}", see="office.see", beside=kind, title="Calls")
    def of_record(visit: Visit, id: str) -> Answer:
        ids = members(visit.desk(), id) if kind == "customer" else [id]
        marks = ", ".join("?" for _ in ids)
        column = "customer" if kind == "customer" else "sales_order"
        asked = f"select * from call_list where {column} in ({marks}) order by began_at desc limit 8"
        return visit.show(
            "office/telephone/of_record.html",
            calls=visit.rows(asked, *ids),
            tones=TONES,
            recordings=_recordings(visit, f"{column} in ({marks})", *ids),
            customer=id if kind == "customer" else "",
            objects=kind == "customer" and visit.value(_OBJECTS.format(marks), *ids),
            phones=_phones(visit, ids) if kind == "customer" else [],
        )

    return of_record


# ---- recordings

recordings = Listing(
    "Recordings",
    path="/office/recordings",
    view="recording_list",
    see="office.listen",
    columns=[
        c.Chosen(),
        c.Moment("began_at", "When", link="/office/calls/{call}"),
        c.Text("label", "Who", css=""),
        c.Count("length_s", "Seconds"),
        c.YesNo("whole", "Whole", wide=True),
        c.Name("notice", "How they were told", css="", wide=True),
        c.YesNo("protected", "Kept longer", wide=True),
        c.Text("hold", "Held for", css="", wide=True),
        c.Status("state", tones={"kept": "do", "deleted": "done"}),
        c.Next(lambda row: c.Go("Listen", f"/office/calls/{row['call']}") if row["state"] == "kept" else None),
    ],
    saved=[
        Saved("Kept", "state = 'kept'"),
        Saved("Held", "state = 'kept' and held = 1"),
        Saved("Deleted", "state = 'deleted'"),
    ],
    default="Kept",
    filters=[Period("began_at", "When")],
    sorts=[("began_at", "Newest first", "desc")],
    bulk=["office.protect_recording", "office.unprotect_recording", "office.delete_recording"],
    empty="Nothing is recorded. The owner allows it under the rules of recording, then each line is switched on.",
    export=False,
)


def _recordings(visit: Visit, where: str, *args: object) -> list[dict[str, Any]]:
    """What was said, with who heard it; nobody sees more of it than that it is there without the right to listen."""
    if not visit.may("office.listen"):
        return []
    rows = visit.rows(
        f"select * from recording_list where {where} and state = 'kept' order by began_at limit 20", *args
    )
    ids = [row.id for row in rows]
    marks = ", ".join("?" for _ in ids)
    heard = (
        "select recording, at, who, '' as reason, 'listened' as did from listened where recording in ({0}) union all "
        "select recording, at, who, reason, 'exported' from exported where recording in ({0}) order by at desc limit 60"
    )
    told = visit.rows(heard.format(marks), *ids, *ids) if ids else []
    return [
        {
            "row": row,
            "here": row.box == visit.front.journal.box_code,
            "heard": [
                {"title": visit.words.name(one.did), "who": visit.pick("employee", one.who), "note": one.reason,
                 "when": visit.words.moment(one.at, visit.at), "icon": "play" if one.did == "listened" else "export"}
                for one in told if one.recording == row.id
            ],
        }
        for row in rows
    ]  # fmt: skip


@page("/office/recording", see="office.see")
def recording_rules(visit: Visit) -> Answer:
    """What the owner decided about recording, what the law asks, and how much there is."""
    found = rules(visit.desk())
    lines = visit.rows("select * from phone_line_list where disabled = 0 order by name")
    room = visit.row("select size, n from recorded_room where box = ? and state = 'kept'", visit.front.journal.box_code)
    return visit.show(
        "office/telephone/rules.html",
        title=visit.words("Rules of recording"),
        rules=found,
        by=visit.pick("employee", found.accepted_by),
        duties=[visit.words(one) for one in DUTIES],
        lines=lines,
        room=(room.size, room.n) if room else (0, 0),
        history=visit.history(rules_id(visit.branch)),
    )


DUTIES = (
    "Tell whoever calls that the call is recorded, why, and for how long; an announcement or the clerk does it.",
    "Record nobody who objects. Note the objection on the card or the customer's page; it holds from that second on.",
    "Keep what was said only as long as it is needed, then delete it. The box does so by itself.",
    "Let only those listen who must. Each time is written down, with the name.",
    "Give customers their recordings or delete them when they ask, unless a dispute holds them.",
    "Use them for nothing else. Making out who speaks by the voice needs a consent of its own, and the box never does it.",
)


# ---- lines


@page("/office/lines", see="office.change_line")
def lines(visit: Visit) -> Answer:
    """Every line: whether its device is there, what it heard last, and what to try when something is wrong."""
    standings = {one.line: one for one in visit.front.gauges.get("lines", list)()}
    rows = visit.rows(
        "select l.*, p.place from phone_line_list l join phone_line p on p.id = l.id order by l.disabled, l.name"
    )
    here = visit.front.journal.box_code
    return visit.show(
        "office/telephone/lines.html",
        title=visit.words("Phone lines"),
        lines=[{"row": row, "standing": standings.pop(row.place, None) if row.box == here else None} for row in rows],
        strangers=list(standings.values()),
        advice=[visit.words(one) for one in ADVICE],
        lost=LOST,
        troubles=TROUBLES,
        here=here,
    )


@page("/office/lines/{id}/log", see="office.change_line")
def line_log(visit: Visit, id: str) -> Answer:
    """The last words between box and device, without anybody's digits, to send to whoever helps."""
    row = visit.row("select place from phone_line where id = ?", id) or visit.missing("line")
    standing = next((one for one in visit.front.gauges.get("lines", list)() if one.line == row.place), None)
    if standing is None:
        visit.missing("line")
    told = [standing.model, standing.profile, standing.port, standing.lost, " ".join(standing.troubles), *standing.log]
    headers = {"Content-Disposition": f'attachment; filename="line-{visit.day}.txt"', "Cache-Control": "no-store"}
    return Answer("\n".join(told), media_type="text/plain; charset=utf-8", headers=headers)


ADVICE = (
    "Has the line the service of showing numbers? It is paid for and switched on by the carrier.",
    "Ask the carrier to send the number as FSK. These modems do not hear DTMF, which some exchanges send.",
    "On fibre: the box of the carrier must pass the number on to its telephone socket.",
    "Plug the modem in before any splitter or switchboard, straight into the carrier's socket.",
    "Press Begin anew: the modem may have forgotten that it is to listen for numbers.",
    "Another modem: USR 5637 from firmware 1.2.23 on, or one with a Conexant CX93010.",
)
LOST = {
    "unplugged": "It is not plugged in. Look at both ends of its cable.",
    "forbidden": "The box may not open it. The program must belong to the group that owns the port.",
    "taken": "Another program holds it. End that program.",
    "hung": "It does not answer. Pull it out, wait ten seconds, plug it in again.",
    "unsupported": "This device can neither tell who calls nor speak.",
    "stopped": "It was closed.",
}
TROUBLES = {
    "no_voice": "It tells who calls, but cannot answer or record.",
    "no_caller_id": "It does not tell who calls.",
    "calls_without_number": "Three calls came without a number.",
    "sound_lost": "Some sound was lost: the box or a USB hub is too slow.",
    "slow": "It answers slowly.",
    "recovered": "It had hung and was brought back.",
}


# ---- figures


@page("/office/calls/figures", see="office.see")
def figures(visit: Visit) -> Answer:
    """Calls by day, by hour and by who took them, of the last thirty days."""
    days = _days(visit.day)
    by_day = visit.rows(
        "select day, outcome, sum(calls) as calls, sum(talked_s) as talked_s, sum(waited_s) as waited_s from call_day "
        "where day between ? and ? group by day, outcome", days[0], days[-1],
    )  # fmt: skip
    by_hour = visit.rows(
        "select hour, sum(calls) as calls from call_hour where month in (?, ?) and outcome in ('taken', 'missed') group by hour",
        days[0][:7], days[-1][:7],
    )  # fmt: skip
    by_person = visit.rows(
        "select employee, sum(calls) as calls, sum(talked_s) as talked_s from call_person where day between ? and ? "
        "and outcome in ('taken', 'reached') and employee <> '' group by employee order by calls desc limit 20",
        days[0], days[-1],
    )  # fmt: skip
    total = dict.fromkeys(("taken", "missed", "reached", "not_reached", "of_no_account"), 0)
    for row in by_day:
        if row.outcome in total:
            total[row.outcome] += row.calls
    counted = {(row.day, row.outcome): row.calls for row in by_day}
    waited = sum(row.waited_s for row in by_day if row.outcome == "taken")
    hours = {row.hour: row.calls for row in by_hour}
    return visit.show(
        "office/telephone/figures.html",
        title=visit.words("Calls in figures"),
        total=total,
        waited=waited // total["taken"] if total["taken"] else 0,
        talked=sum(row.talked_s for row in by_day),
        missed=[(day[5:].replace("-", "/"), counted.get((day, "missed"), 0)) for day in days],
        came=[
            (day[5:].replace("-", "/"), sum(counted.get((day, one), 0) for one in ("taken", "missed"))) for day in days
        ],
        hours=[(str(hour), hours.get(hour, 0)) for hour in range(7, 23)],
        people=[(visit.pick("employee", row.employee), row.calls, row.talked_s) for row in by_person],
    )


def _days(today: str) -> list[str]:
    last = date.fromisoformat(today)
    return [(last - timedelta(days=back)).isoformat() for back in range(29, -1, -1)]


PAGES = [
    corner, calls, figures, call, recordings, recording_rules, lines, line_log, _beside("customer"), _beside("order"),
]  # fmt: skip
LABELS = {
    "phone_line": ("phone_line", "name"),
    "call": ("call_list", "label", "0"),
    "recording": ("recording_list", "label", "0"),
}
FORMS: dict[Any, Form] = {
    actions.allow_rules: Form(
        template="office/telephone/allow.html", more=lambda visit: {"duties": [visit.words(one) for one in DUTIES]}
    ),
    actions.change_rules: Form(prefill=lambda visit, _args: _standing_rules(visit)),
    actions.set_greeting: Form(next="/office/recording"),
}


def _standing_rules(visit: Visit) -> dict[str, Any]:
    """The rules as they stand; the form is about no record that the address names."""
    found = rules(visit.desk())
    return {name: getattr(found, name) for name in ("announce", "beep", "only_agreed", "keep_days", "cap_mb")}
