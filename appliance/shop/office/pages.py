"""What can be seen of the office: tasks, notes, and where to find things."""

import json
from typing import Any

from appliance.journal import Refusal, Row
from appliance.shop.office import actions
from appliance.shop.office.attaching import MOST_FILES
from appliance.shop.office.pinning import KINDS, address
from appliance.shop.office.telephone import pages as telephone
from appliance.web import (
    Answer,
    ChoiceFilter,
    Form,
    Go,
    Listing,
    Page,
    Period,
    Rail,
    RefFilter,
    Saved,
    Visit,
    page,
    panel,
)
from appliance.web import columns as c

OPEN = ("open", "doing")
UNDONE = "state in ('open', 'doing')"
MINE = "id in (select id from task_person where employee = :me)"
TASK_TONES = {"open": "do", "doing": "way", "done": "done", "dropped": "done"}
SHOWN = 60
"""So many notes on one board; older ones are found by searching."""


# ---- tasks

tasks = Listing(
    "Tasks",
    path="/office/tasks",
    view="task_list",
    see="office.see",
    columns=[
        c.Text("title", link="/office/tasks/{id}", sub="people"),
        c.Day("due_on", "Due on"),
        c.Text("due_time", "Due at", css="", wide=True),
        c.Name("priority", css="", wide=True),
        c.Name("repeat", css="", wide=True),
        c.Status("state", tones=TASK_TONES),
        c.Next(lambda row: c.Do("Done", "office.finish_task", task=row["id"]) if row["state"] in OPEN else None),
    ],
    saved=[
        Saved("Mine", f"{UNDONE} and {MINE}"),
        Saved("All open", UNDONE),
        Saved("Overdue", f"{UNDONE} and due_on <> '' and due_on < :today", hot=True),
        Saved("Nobody does it", "nobody = 1", hot=True),
        Saved("Done", "state = 'done'"),
    ],
    default="Mine",
    filters=[ChoiceFilter("priority", ("high", "usual", "low")), Period("due_on", "Due on", day=True)],
    sorts=[("due", "Due first", "asc"), ("made_at", "Newest first", "desc")],
    search=True,
    new="office.add_task",
    empty="Nothing to do. What should not be forgotten becomes a task.",
)


@page("/office/tasks/{id}", see="office.see")
def task(visit: Visit, id: str) -> Answer:
    """One task: what, until when, and its list."""
    found = visit.row("select l.*, t.checklist from task_list l join task t on t.id = l.id where l.id = ?", id)
    if found is None:
        visit.missing("task")
    return visit.show(
        "office/task.html",
        title=found.title,
        task=found,
        tone="bad" if found.state in OPEN and found.due_on and found.due_on < visit.day else TASK_TONES[found.state],
        checklist=json.loads(found.checklist or "[]"),
        about=_about(visit, found),
        history=visit.history(id),
    )


# ---- notes


@page("/office/notes", see="office.see")
def notes(visit: Visit) -> Answer:
    """One board: what is kept on top first, then by age; a search looks through all of them."""
    text, only = visit.query.get("q", "").strip()[:80], visit.query.get("only", "")
    where, args = "(shared = 1 or author = ?)", [visit.who]
    if only == "mine":
        where, args = "author = ?", [visit.who]
    elif only == "for-me":
        where, args = f"{where} and id in (select id from note_mention where employee = ?)", [visit.who, visit.who]
    if text:
        found = visit.search("note_list", text, SHOWN)
        where, args = f"{where} and rowid in (select value from json_each(?))", [*args, json.dumps(found)]
    asked = f"select * from note_list where {where} order by pinned desc, made_at desc limit {SHOWN}"
    return visit.show(
        "office/notes.html",
        title=visit.words("Notes"),
        notes=_slips(visit, visit.rows(asked, *args)),
        text=text,
        views=[(visit.words(said), f"/office/notes{query}", only == key) for key, said, query in _BOARDS],
    )


_BOARDS = (("", "All", ""), ("mine", "Mine", "?only=mine"), ("for-me", "For me", "?only=for-me"))


def _slips(visit: Visit, rows: list[Row]) -> list[dict[str, Any]]:
    """Notes as a board shows them, each with whether it waits to be read by who looks."""
    ids = [row.id for row in rows if visit.who in row.mentions]
    marks = ", ".join("?" for _ in ids)
    asked = f"select id from note_mention where employee = ? and heard = 0 and id in ({marks})"
    waiting = {row.id for row in visit.rows(asked, visit.who, *ids)} if ids else set()
    return [
        {
            "note": row,
            "waits": row.id in waiting,
            "for": [visit.pick("employee", one) for one in json.loads(row.mentions)],
            "about": _about(visit, row),
        }
        for row in rows
    ]


def _about(visit: Visit, row: Row) -> tuple[str, str]:
    """The name and the page of what a note or a task is about."""
    if not row.about:
        return ("", "")
    return (
        visit.pick(row.about_kind, row.about) or visit.words.name(row.about_kind),
        address(row.about, row.about_kind),
    )


def _own_or_shared(visit: Visit, args: dict[str, str]) -> None:
    """Somebody else's own note is as if it were not there, for its form too."""
    found = visit.row("select shared, author from note where id = ?", args.get("note", ""))
    if found is None or not (found.shared or found.author == visit.who):
        visit.missing("note")


def _pinned_to(kind: str) -> Page:
    """The panel of notes and tasks beside a record that other rooms show."""
    table = KINDS.get(kind, kind)

    @panel(f"/panel/office/{kind}/{{id}}", see="office.see", beside=kind, title="Notes, tasks and files")
    def pinned(visit: Visit, id: str) -> Answer:
        board = visit.rows(
            "select * from note_list where about = ? and (shared = 1 or author = ?) order by made_at desc limit 10",
            id,
            visit.who,
        )
        due = visit.rows(f"select * from task_list where about = ? and {UNDONE} order by due limit 10", id)
        files = visit.rows("select * from attachment_list where about = ? order by id limit ?", id, MOST_FILES)
        away = {one.id for one in files if one.file and not visit.front.journal.blobs.path(one.file).is_file()}
        return visit.show(
            "office/pinned.html", notes=_slips(visit, board), tasks=due, files=files, away=away, record=id, kind=table,
            tones=TASK_TONES,
        )  # fmt: skip

    return pinned


@page("/office/files/{id}", see="office.see")
def attached(visit: Visit, id: str) -> Answer:
    """One file: a picture to look at, anything else to save, under a name that tells what it is and no more."""
    found = visit.row("select * from attachment_list where id = ?", id) or visit.missing("file")
    path = visit.front.journal.blobs.path(found.file)
    if not path.is_file():
        raise Refusal("This file lies on another box and has not come here yet.")
    kind, ending = ("image/webp", "webp") if found.thumb else ("application/pdf", "pdf")
    place = "inline" if found.thumb else "attachment"
    headers = {
        "Content-Disposition": f'{place}; filename="{id[-8:]}.{ending}"', "Cache-Control": "private, max-age=3600",
    }  # fmt: skip
    return Answer(path.read_bytes(), media_type=kind, headers=headers)


# ---- where to find things

outlets = Listing(
    "Couriers' outlets",
    path="/office/outlets",
    view="outlet_list",
    see="office.see",
    columns=[
        c.Text("courier_name", "Courier", link="/do/office/change_outlet?outlet={id}", sub="name · area"),
        c.Phone("phone"),
        c.Text("cut_off", "Fetches until", css=""),
        c.Phone("complaints_phone", "Complaints", wide=True),
        c.Text("remark", css="", wide=True),
        c.Next(lambda row: c.Do("Change", "office.change_outlet", outlet=row["id"])),
    ],
    saved=[Saved("In use", "disabled = 0"), Saved("Disabled", "disabled = 1")],
    default="In use",
    filters=[RefFilter("courier", "courier")],
    sorts=[("courier_name", "By name", "asc")],
    search=True,
    new="office.add_outlet",
    empty="Whom to ring when a parcel is stuck, and until when parcels are fetched.",
)

bookmarks = Listing(
    "Web pages",
    path="/office/bookmarks",
    view="bookmark_list",
    see="office.see",
    columns=[
        c.Text("name", link="/do/office/change_bookmark?bookmark={id}", sub="account"),
        c.Text("url", "Address", css=""),
        c.Text("remark", css="", wide=True),
        c.Next(lambda row: Go("Open", row["url"])),
    ],
    saved=[Saved("In use", "disabled = 0"), Saved("Disabled", "disabled = 1")],
    default="In use",
    sorts=[("name", "By name", "asc")],
    search=True,
    new="office.add_bookmark",
    empty="Pages that the shop needs: the seller centre, the courier's tracking, the tax office.",
)


# ---- the room


@page("/office", see="office.see")
def home(visit: Visit) -> Answer:
    """What waits for who looks, and the way to everything else."""
    due = visit.rows(
        f"select * from task_list where {UNDONE} and {MINE.replace(':me', '?')} order by due limit 8", visit.who
    )
    board = visit.rows(
        "select * from note_list where shared = 1 or author = ? order by pinned desc, made_at desc limit 6", visit.who
    )
    return visit.show(
        "office/home.html",
        title=visit.words("Office"),
        tasks=due,
        tones=TASK_TONES,
        notes=_slips(visit, board),
    )


PAGES = [
    home,
    tasks,
    task,
    notes,
    outlets,
    bookmarks,
    attached,
    *(_pinned_to(kind) for kind in ("customer", "order", "goods", "sku", "money_paper", "stock_paper")),
    *telephone.PAGES,
]
RAIL = Rail(
    "Office",
    place=60,
    icon="i-office",
    href="/office",
    badge="select count(*) from (select 1 from call_list where to_return = 1 limit 100)",
    hot=True,
)
CORNER = telephone.CORNER
LABELS = {
    **telephone.LABELS,
    "attachment": ("attachment_list", "name", "0"),
    "note": ("note_list", "text", "0"),
    "task": ("task_list", "title"),
    "outlet": ("outlet_list", "name"),
    "bookmark": ("bookmark_list", "name"),
}
FORMS: dict[Any, Form] = {
    **telephone.FORMS,
    actions.erase_person: Form(template="office/telephone/erase.html", next="/customers"),
    actions.attach: Form(template="office/attach.html", waits=True),
    actions.write_note: Form(template="office/note_form.html", waits=True),
    actions.change_note: Form(template="office/note_form.html", guard=_own_or_shared),
    actions.remove_note: Form(guard=_own_or_shared),
    actions.pin_note: Form(guard=_own_or_shared),
    actions.unpin_note: Form(guard=_own_or_shared),
    actions.restore_note: Form(guard=_own_or_shared),
    actions.add_task: Form(template="office/task_form.html", next="/office/tasks/{id}"),
    actions.change_task: Form(template="office/task_form.html"),
}
