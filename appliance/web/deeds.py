"""Deeds: one action is one form, one address and one answer.

A form shows what was typed for as long as it takes: what is unclear, what the shop refuses, and what somebody else
changed meanwhile all come back with the typed text in place.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from appliance.journal import Action, Desk, Done, Refusal, Stale
from appliance.web import vouching
from appliance.web.acting import running
from appliance.web.answer import Answer
from appliance.web.cells import veil
from appliance.web.fields import Field
from appliance.web.files import keep_files
from appliance.web.forms import Texts, changed_rows, field_views, shown_fields, texts_of, veiled
from appliance.web.front import Front
from appliance.web.pages import Form
from appliance.web.routes import Address, Posted, doing, showing
from appliance.web.scanning import SCANNED, scanned
from appliance.web.typed import Reader, Typed, Unclear, written
from appliance.web.visit import Missing, Visit, local
from appliance.web.vouching import Backing

OWN = ("token", "key", "version", "next", vouching.PIN)
"""Hidden fields of every form that are not the action's."""


@dataclass
class Deed:
    """One action asked for by one visit, with what was typed."""

    visit: Visit
    name: str
    texts: Texts
    key: str = ""
    version: str = ""
    next: str = ""
    errors: dict[str, Unclear] = field(default_factory=dict)
    banner: str = ""
    remedy: str = ""
    status: int = 200
    notes: dict[str, str] = field(default_factory=dict)
    backing: Backing | None = None
    asks: str = ""
    """The permission that somebody else has to put their PIN under."""
    exceeds: tuple[str, int] | None = None
    wrong: str = ""
    """What is wrong with the PIN that was given."""

    @property
    def action(self) -> Action[Any, Any]:
        """The action."""
        return self.visit.front.actions[self.name]

    @property
    def form(self) -> Form:
        """What its room says about its form."""
        return self.visit.front.forms.get(self.name) or _PLAIN

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """What this person is asked."""
        return shown_fields(self.visit, self.visit.front.fields(self.name))

    @property
    def subject(self) -> tuple[str, str] | None:
        """(table, id) of the record it is about: its first parameter, where that is one."""
        fields = self.visit.front.fields(self.name)
        if not fields or fields[0].kind != "ref":
            return None
        shape = self.visit.front.journal.schema.shapes.get(fields[0].table)
        record = (self.texts.get(fields[0].name) or [""])[-1]
        return (shape.table, record) if record and shape is not None and not shape.is_fact else None


_PLAIN = Form()


def asked(visit: Visit, name: str, form: Mapping[str, list[str]] | None = None, backing: Backing | None = None) -> Deed:
    """Find the action of an address; the visit must have its permission, or somebody has to put their PIN under it."""
    if name not in visit.front.actions:
        raise Missing("page")
    permitted = visit.may(name) or (backing is not None and backing.rights.may(name))
    if not permitted and not visit.front.staff.may_vouch(name):
        visit.need(name)
    texts = {key: list(given) for key, given in (form or {}).items()}
    own = {key: (texts.pop(key, None) or [""])[-1] for key in OWN}
    deed = Deed(visit, name, texts, own["key"], own["version"], local(own["next"]) if own["next"] else "")
    deed.backing = backing
    if not permitted:
        title = visit.words(visit.front.actions[name].title)
        deed.asks, deed.banner = name, visit.words(vouching.ASKED, title=title)
    elif deed.action.pin and backing is None:
        deed.asks = name
    if deed.form.guard:
        deed.form.guard(visit, {key: given[-1] for key, given in texts.items() if given})
    return deed


# ---- the form


def routes(_front: Front) -> list[Address]:
    """The addresses of every action: its form and its deed."""
    return [showing("/do/{room}/{verb}", show), doing("/do/{room}/{verb}", do)]


def show(visit: Visit, room: str, verb: str) -> Answer:
    """Show an action's form, filled from the address and from the record it is about."""
    name = f"{room}.{verb}"
    given = {key: list(values) for key, values in visit.request.query_params.dict().items()}
    deed = asked(visit, name, given)
    first: dict[str, Any] = {}
    subject = deed.subject
    if subject is not None:
        row = visit.row(f"select * from {subject[0]} where id = ?", subject[1])
        if row is None:
            raise Missing("record")
        # A button tells the version it was drawn with: whoever presses it decided by what they saw then.
        deed.version = deed.version or str(row["changed"])
        shape = visit.front.journal.schema.shapes[subject[0]]
        # Whoever lacks the right is shown no more than they brought along.
        if visit.may(name):
            first |= {column.name: column.loaded(row[column.name]) for column in shape.columns}
    if deed.form.prefill and visit.may(name):
        first |= deed.form.prefill(visit, {key: values[-1] for key, values in deed.texts.items()})
    from_record = veiled(visit, deed.fields, texts_of(deed.fields, first))
    deed.texts = {**from_record, **deed.texts}
    deed.next = deed.next or visit.back
    return page_of(deed)


def page_of(deed: Deed, address: str = "", **more: Any) -> Answer:
    """Draw a form as it stands; for many rows the first field is the rows themselves."""
    visit, act = deed.visit, deed.action
    fields = deed.fields[1:] if "ids" in more else deed.fields
    views = field_views(visit, fields, deed.texts, deed.errors)
    for view in views:
        view.note = deed.notes.get(view.name, "")
    if deed.asks:
        visit.asking = vouching.fields(visit, deed.asks, deed.texts, deed.exceeds, deed.wrong)
    first_line = (act.__doc__ or "").strip().split("\n")[0]
    return visit.show(
        deed.form.template if deed.form.template and not more else "form.html",
        title=visit.words(act.title),
        status=deed.status,
        action=act,
        address=address or "/do/" + deed.name.replace(".", "/"),
        hint=visit.words(first_line) if first_line else "",
        confirm=visit.words(act.confirm) if act.confirm else "",
        fields=views,
        by_name={view.name: view for view in views},
        scan=scan_view(deed),
        version=deed.version,
        next=deed.next,
        banner=deed.banner,
        remedy=deed.remedy,
        **{"ids": [], "names": [], "count": 1, **(deed.form.more(visit) if deed.form.more else {}), **more},
    )


def scan_view(deed: Deed) -> dict[str, str]:
    """What stands in the form's scan field, and what is unclear about it."""
    unclear = deed.errors.get(SCANNED)
    said = deed.visit.words(unclear.sentence, **unclear.named) if unclear else ""
    return {"value": (deed.texts.get(SCANNED) or [""])[-1], "error": said}


# ---- the deed


async def do(visit: Visit, posted: Posted, room: str, verb: str) -> Answer:
    """Do an action with what a form holds, or show the form again with what is in the way."""
    # A button of a row says in its address what it is about.
    told_by_address = {key: list(values) for key, values in visit.request.query_params.dict().items()}
    deed = await vouched(visit, f"{room}.{verb}", {**told_by_address, **posted.texts})
    deed.next = deed.next or visit.back
    await keep_files(visit, deed.fields, deed.texts, posted.files)
    if scanned(visit, deed.fields, deed.texts, deed.errors) or changed_rows(deed.fields, deed.texts):
        return page_of(deed)
    typed = read(deed)
    if typed.errors or deed.asks:
        deed.errors, deed.status = typed.errors, 422
        return page_of(deed)
    try:
        done = await perform(deed, typed.values)
    except Stale as stale:
        explain_stale(deed, stale)
        return page_of(deed)
    except Refusal as refusal:
        explain(deed, refusal)
        return page_of(deed)
    return told(deed, typed.values, done)


async def vouched(visit: Visit, name: str, texts: Mapping[str, list[str]]) -> Deed:
    """Find the action of an address, with whoever put their PIN under it."""
    wrong, backing = "", None
    try:
        backing = await vouching.backed(visit, name, texts)
    except Refusal as refusal:
        wrong = visit.words(refusal.sentence, **refusal.params)
    deed = asked(visit, name, texts, backing)
    if wrong:
        deed.wrong, deed.asks = wrong, deed.asks or name
    elif deed.asks and not deed.banner:
        deed.banner = visit.words(vouching.CONFIRM)
    return deed


def read(deed: Deed) -> Typed:
    """Read what was typed; fields that this person may not see keep what stands in the record."""
    visit, fields = deed.visit, deed.visit.front.fields(deed.name)
    texts = dict(deed.texts)
    unknown = _keep_veiled(deed, texts)
    typed = Reader(visit.day, lambda table, record, text: resolve(visit, table, record, text)).read(fields, texts)
    typed.errors |= unknown
    return typed


def _keep_veiled(deed: Deed, texts: dict[str, list[str]]) -> dict[str, Unclear]:
    """Put what stands in the record where this person may not see it, and say where that is not known."""
    visit, unknown = deed.visit, dict[str, Unclear]()
    shown = {one.name for one in deed.fields}
    dark = [
        (one, text)
        for one in visit.front.fields(deed.name)
        if "****" in (text := (texts.get(one.name) or [""])[-1]) or one.name not in shown
    ]
    standing = _standing(deed) if dark else {}
    for one, text in dark:
        unseen, stands = one.name not in shown, str(standing.get(one.name, ""))
        kept = "****" in text and text == veil(one.name, one.kind, stands)
        if (unseen or kept) and one.name in standing:
            texts[one.name] = [written(one.kind, standing[one.name])]
        elif unseen:
            texts.pop(one.name, None)
        elif not visit.sees("phone") and (one.kind == "phone" or one.name == "street"):
            # It was filled in from another record than the form's own, so nobody knows what to keep.
            unknown[one.name] = Unclear("You may not see what stands here. Type it anew, or leave it empty.")
    return unknown


def _standing(deed: Deed) -> Mapping[str, Any]:
    subject = deed.subject
    if subject is None:
        return {}
    row = deed.visit.row(f"select * from {subject[0]} where id = ?", subject[1])
    return dict(row) if row is not None else {}


def resolve(visit: Visit, table: str, record: str, text: str) -> str:
    """Find the row that a reference means: by its id, or by what was typed if that fits one row only."""
    if record:
        return record
    if not text:
        return ""
    found = visit.front.labels.find(visit, table, text)
    exact = [one for one in found if one[1].lower() == text.lower()]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0][0]
    if found:
        raise Unclear("{count} fit {text}. Choose one from the list.", count=len(found), text=text[:40])
    raise Unclear("Nothing is called {text}.", text=text[:40])


async def perform(deed: Deed, values: Mapping[str, Any], key: str = "") -> Done[Any]:
    """Hand the deed to the writer and wait until the disk has it."""
    visit, before = deed.visit, deed.action.before
    name = key or (f"{visit.who}:{deed.name}:{deed.key}" if deed.key else "")
    run = _run(deed, await asyncio.to_thread(before, dict(values)) if before else values)
    desk, run = vouching.with_backing(visit, run, deed.backing)
    return await asyncio.wrap_future(visit.front.journal.perform(desk, deed.name, run, key=name))


def _run(deed: Deed, values: Mapping[str, Any]) -> Callable[[Desk], Any]:
    subject, version, act = deed.subject, deed.version, running(deed.visit, deed.name, values)

    def run(desk: Desk) -> Any:
        if subject is not None and version.isdigit():
            desk.unchanged(desk.journal.schema.shapes[subject[0]].kind, subject[1], int(version))  # type: ignore[arg-type]
        return act(desk)

    return run


def told(deed: Deed, values: Mapping[str, Any], done: Done[Any]) -> Answer:
    """Answer a deed that was done: say so, offer the way back, and lead on."""
    visit, act = deed.visit, deed.action
    undo = undo_address(visit, act, values, done.value)
    if not done.repeated:
        visit.say(visit.words("{title}: done.", title=visit.words(act.title)), undo=undo)
    row = visit.request.header("x-row")
    if row:
        return Answer(None, status_code=204, headers={"HX-Trigger": "changed"})
    following = deed.form.next.replace("{id}", str(done.value or "")) if deed.form.next else ""
    return visit.go(following or deed.next or "/")


def undo_address(visit: Visit, act: Action[Any, Any], values: Mapping[str, Any], value: Any) -> str:
    """The address that undoes a deed: same-named parameters as they were, the first other one gets what it returned."""
    if not act.undo or act.undo not in visit.front.actions or not visit.may(act.undo):
        return ""
    args = {}
    for one in visit.front.fields(act.undo):
        if isinstance(values.get(one.name), str) and values[one.name]:
            args[one.name] = values[one.name]
        elif one.kind == "ref" and isinstance(value, str) and value and value not in args.values():
            args[one.name] = value
    return "/do/" + act.undo.replace(".", "/") + "?" + urlencode(args)


# ---- what is in the way


def explain(deed: Deed, refusal: Refusal) -> None:
    """Put a refusal beside its field, or above the form with the way to its remedy."""
    deed.status = 422
    words = deed.visit.words
    params = {
        name: words.name(str(value)) if name in {"state", "to"} else value for name, value in refusal.params.items()
    }
    if (refusal.needs or refusal.exceeds) and _may_vouch(deed, refusal):
        deed.asks, deed.exceeds = refusal.needs or deed.name, refusal.exceeds
    top, dot, _ = refusal.field.partition(".")
    about = next((one for one in deed.fields if one.name == top), None)
    if about is not None and (about.kind != "rows" or dot):
        deed.errors[refusal.field] = Unclear(refusal.sentence, **params)
        if not refusal.remedy:
            return
    deed.banner = words(refusal.sentence, **params)
    deed.remedy = local(refusal.remedy) if refusal.remedy else ""


def _may_vouch(deed: Deed, refusal: Refusal) -> bool:
    """Whether somebody may approve here what was refused."""
    return deed.visit.front.staff.may_vouch(refusal.needs or deed.name)


def explain_stale(deed: Deed, stale: Stale) -> None:
    """Say who changed the record meanwhile, when, and what stands there now beside what was typed."""
    visit, words = deed.visit, deed.visit.words
    deed.status, deed.version = 409, str(stale.now)
    deed.banner = words(
        "{who} changed this {when}. Your values are still here; look at both, then save again.",
        **last_hand(visit, stale.record),
    )
    row = visit.row(f"select * from {stale.table} where id = ?", stale.record)
    standing = texts_of(deed.fields, dict(row) if row is not None else {})
    standing = veiled(visit, deed.fields, standing)
    for one in deed.fields:
        now, mine = standing.get(one.name, [""]), deed.texts.get(one.name, [""])
        if row is not None and one.name in row.keys() and now != mine:  # noqa: SIM118 - a Row holds values, not keys
            said = visit.pick(one.table, now[-1]) if one.kind == "ref" else now[-1]
            deed.notes[one.name] = words("Now it is: {value}", value=said or "-")


def last_hand(visit: Visit, record: str) -> dict[str, str]:
    """Say who changed a record last, and when."""
    history = visit.history(record)
    last = history[0] if history else {"who": "", "when": ""}
    return {"who": last["who"] or visit.words("Somebody"), "when": last["when"] or visit.words("meanwhile")}
