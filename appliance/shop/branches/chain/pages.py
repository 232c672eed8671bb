"""What can be seen of the chain: each box and how it stands with it, the way in and the way out."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from appliance.journal import Refusal, Row
from appliance.shop.branches import boxes
from appliance.shop.branches.neighbours import NAME, Neighbours, Standing, Trouble
from appliance.shop.inventory.elsewhere.pages import told
from appliance.web import Answer, Posted, Visit, errand, page
from appliance.web.forms import FieldView

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NEW = "new"
AHEAD_MS = 10 * 60_000
"""A clock is worth a word when it is so far off (spec/sync.md R10)."""


def neighbours(visit: Visit) -> Neighbours | None:
    """Who speaks with the other boxes here; nobody where a shop is only looked at."""
    found: Callable[[], Neighbours] | None = visit.front.gauges.get(NAME)
    return found() if found else None


# ---- the chain


@page("/branches", see="branches.see")
def chain(visit: Visit) -> Answer:
    """Each branch with its boxes: when it was last heard of, and what waits in each direction."""
    knows = neighbours(visit)
    standings = {one.box: one for one in knows.standings()} if knows else {}
    members = visit.rows("select * from member_list order by branch_name, code")
    places = visit.rows(
        "select b.id, b.name, b.disabled from branch_list b order by b.id <> ?, b.disabled, b.name", visit.branch
    )
    by_branch = {place.id: [one for one in members if one.branch == place.id] for place in places}
    lost = [one for one in members if one.branch not in by_branch]
    return visit.show(
        "branches/chain/chain.html",
        title=visit.words("Branches"),
        places=[(place, [_line(visit, one, standings, knows) for one in by_branch[place.id]]) for place in places],
        heard=told(visit, [one.branch for one in members]),
        elsewhere=[_line(visit, one, standings, knows) for one in lost],
        waiting=knows.waiting() if knows else [],
        copies=[one.code for one in members if knows and one.box in knows.copies()],
        open_cases=visit.value(
            "select count(*) from (select 1 from fork_case where open = 1 and same = 0 union all "
            "select 1 from conflict_case where open = 1 and same = 0 union all "
            "select 1 from rival_case where open = 1 limit 100)"
        ),
        alone=len([one for one in members if not one.gone]) < 2,
        date_known=visit.front.journal.clock.trusted,
    )


def _line(visit: Visit, member: Row, standings: Mapping[str, Standing], knows: Neighbours | None) -> dict[str, Any]:
    """A box as a line of the list: its state in a word, its tone, and what is worth saying."""
    here = knows is not None and member.box == knows.box
    one = standings.get(member.box)
    tone, word = _word(member, one, here=here)
    return {
        "member": member,
        "here": here,
        "tone": tone,
        "word": word,
        "standing": one,
        "version": knows.version if here and knows else one.version if one else "",
        "trouble": _trouble(visit, one.trouble) if one and not member.gone else "",
        "clock": _clock(visit, one) if one and not member.gone else "",
    }


def _word(member: Row, one: Standing | None, *, here: bool) -> tuple[str, str]:
    if member.gone:
        return "done", member.gone
    if here:
        return "do", "this_box"
    if one is None or not one.met_ms:
        return "wait", "never_met"
    if one.trouble is not None or not one.in_touch:
        return "bad" if one.trouble else "wait", "not_reached"
    return ("way", "catching_up") if one.waiting_here or one.waiting_there else ("do", "same_here_and_there")


def _trouble(visit: Visit, trouble: Trouble | None) -> str:
    return visit.words(trouble.sentence, **trouble.params) if trouble else ""


def _clock(visit: Visit, one: Standing) -> str:
    """What is to be said of its clock; nothing when it goes right and somebody vouches for it."""
    if abs(one.ahead_ms) >= AHEAD_MS:
        minutes = abs(one.ahead_ms) // 60_000
        sentence = "Its clock is {minutes} min slow" if one.ahead_ms > 0 else "Its clock is {minutes} min fast"
        return visit.words(sentence, minutes=minutes)
    return "" if one.trusted or not one.met_ms else visit.words("Nobody vouches for its clock")


# ---- one box


@page("/branches/boxes/{id}", see="branches.see")
def box(visit: Visit, id: str) -> Answer:
    """A box of the chain: what waits, where it answers, and how it leaves."""
    member = visit.row("select * from member_list where id = ?", id) or visit.missing("Box")
    knows = neighbours(visit)
    one = next((one for one in knows.standings() if one.box == member.box), None) if knows else None
    return visit.show(
        "branches/chain/box.html",
        title=member.name or member.code,
        line=_line(visit, member, {one.box: one} if one else {}, knows),
        member=member,
        standing=one,
        history=visit.history(id),
        has_sheet=knows is not None and knows.holds_owner_key and visit.may("branches.put_out"),
    )


@page("/branches/sheet", see="branches.put_out")
def sheet(visit: Visit) -> Answer:
    """The recovery sheet, where the owner's key lies on this box."""
    knows = neighbours(visit)
    if knows is None or not knows.holds_owner_key:
        visit.missing("page")
    return visit.show("branches/chain/sheet.html", title=visit.words("Recovery sheet"), sheet=knows.recovery_sheet())


@errand("/branches/boxes/{id}/meet", may="branches.see")
async def meet(visit: Visit, posted: Posted, id: str) -> Answer:
    """Talk with a box now, whatever the round says."""
    del posted
    member = visit.row("select box from member_list where id = ?", id) or visit.missing("Box")
    knows = neighbours(visit)
    if knows:
        knows.meet(member.box)
        visit.say(visit.words("It is being asked now."))
    return visit.go(f"/branches/boxes/{id}")


# ---- letting one in


@page("/branches/invite", see="branches.let_in")
def invite(visit: Visit) -> Answer:
    """Which branch the new box stands in, and how it is called in document numbers."""
    return _invite_form(visit, {"branch": visit.query.get("branch", visit.branch), "code": _next_code(visit)})


def _invite_form(visit: Visit, given: Mapping[str, str], refusal: Refusal | None = None) -> Answer:
    knows = neighbours(visit)
    branches = visit.rows("select id, name from branch_list where disabled = 0 order by name limit 200")
    fields = [
        FieldView("branch", visit.words("Branch"), "choice", given.get("branch", ""), required=True,
                  options=[*((one.id, one.name) for one in branches), (NEW, visit.words("A new branch"))]),
        FieldView("name", visit.words("Name of the new branch"), "text", given.get("name", ""), length=40,
                  hint=visit.words("Only for a new branch: it gets a warehouse and a counter of its own.")),
        FieldView("code", visit.words("Code of the box"), "text", given.get("code", ""), required=True, length=4,
                  hint=visit.words("It stands in the numbers of its papers, like A1 or B2.")),
    ]  # fmt: skip
    if knows and not knows.holds_owner_key:
        fields.append(_sheet_field(visit))
    _refused(visit, fields, refusal)
    return visit.show(
        "branches/chain/invite.html",
        title=visit.words("Let a box in"),
        status=422 if refusal else 200,
        fields=fields,
        knows=knows is not None,
        banner=_banner(visit, fields, refusal),
    )


@errand("/branches/invite", may="branches.let_in")
async def open_door(visit: Visit, posted: Posted) -> Answer:
    """Open the door to one box for five minutes."""
    given = {name: posted.one(name).strip() for name in ("branch", "name", "code", "sheet")}
    knows = neighbours(visit) or visit.missing("page")
    given["code"] = given["code"].upper()
    try:
        _check_code(visit, given["code"])
        branch = given["branch"]
        if branch == NEW:
            visit.need("branches.open_branch")
            opening = {"name": given["name"], "code": _branch_code(visit, given["code"])}
            branch = await asyncio.to_thread(boxes.open_branch, visit.desk(), **opening)
        asked = {"code": given["code"], "branch": branch, "sheet": given["sheet"], "who": visit.who}
        await asyncio.to_thread(lambda: knows.invite(**asked))
    except Refusal as refusal:
        return _invite_form(visit, given, refusal)
    return visit.go("/branches/door")


@page("/branches/door", see="branches.let_in")
def door(visit: Visit) -> Answer:
    """The six digits, as long as they are good, and what became of them."""
    knows = neighbours(visit)
    return visit.show(
        "branches/chain/door.html",
        title=visit.words("Let a box in"),
        invitation=knows.invitation if knows else None,
        address=f"{visit.request.url.scheme}://{visit.request.url.netloc}",
    )


@errand("/branches/door/close", may="branches.let_in")
async def close_door(visit: Visit, posted: Posted) -> Answer:
    """Let nobody in any more."""
    del posted
    knows = neighbours(visit)
    if knows:
        knows.close_door()
    return visit.go("/branches")


def _next_code(visit: Visit) -> str:
    """Propose a code: the next number behind this branch's letter."""
    taken = {row.code for row in visit.rows("select code from member_list limit 2000")}
    letter = (visit.front.journal.box_code[:1] or "A").upper()
    return next((f"{letter}{number}" for number in range(1, 100) if f"{letter}{number}" not in taken), "")


def _branch_code(visit: Visit, code: str) -> str:
    """The letters of the box's code, unless another branch has them already."""
    letters = re.sub(r"\d+$", "", code)
    taken = visit.value("select 1 from branch where code = ? collate nocase and deleted = 0", letters)
    return "" if taken else letters


def _check_code(visit: Visit, code: str) -> None:
    if not re.fullmatch(r"[A-Z]{1,2}\d{1,2}", code):
        raise Refusal("A box's code is a letter or two and a number, like A1 or B2.", field="code")
    boxes.check_code_free(visit.desk(), code)


# ---- putting one out


@page("/branches/boxes/{id}/out", see="branches.put_out")
def out(visit: Visit, id: str) -> Answer:
    """Why, and the owner's word for it."""
    return _out_form(visit, id, {})


def _out_form(visit: Visit, id: str, given: Mapping[str, str], refusal: Refusal | None = None) -> Answer:
    member = visit.row("select * from member_list where id = ?", id) or visit.missing("Box")
    knows = neighbours(visit)
    fields = [FieldView("reason", visit.words("Reason"), "text", given.get("reason", ""), required=True, length=100)]
    if knows and not knows.holds_owner_key:
        fields.append(_sheet_field(visit))
    _refused(visit, fields, refusal)
    return visit.show(
        "branches/chain/out.html",
        title=visit.words("Put the box out"),
        status=422 if refusal else 200,
        member=member,
        fields=fields,
        banner=_banner(visit, fields, refusal),
    )


@errand("/branches/boxes/{id}/out", may="branches.put_out")
async def put_out(visit: Visit, posted: Posted, id: str) -> Answer:
    """The owner's key says it, and every box obeys."""
    member = visit.row("select * from member_list where id = ?", id) or visit.missing("Box")
    knows, desk = neighbours(visit) or visit.missing("page"), visit.desk()
    given = {name: posted.one(name).strip() for name in ("reason", "sheet")}

    def sign_and_write() -> None:
        signed = knows.revocation(member.box, given["sheet"])
        boxes.put_out(desk, member=id, reason=given["reason"], signed=signed)

    try:
        await asyncio.to_thread(sign_and_write)
    except Refusal as refusal:
        return _out_form(visit, id, given, refusal)
    visit.say(visit.words("{code} is out. Every box that hears of it speaks with it no more.", code=member.code))
    return visit.go(f"/branches/boxes/{id}")


# ---- what the forms have in common


def _sheet_field(visit: Visit) -> FieldView:
    hint = visit.words("Ten groups of digits. The owner's key lies on the box that founded the chain, not on this one.")
    return FieldView("sheet", visit.words("Recovery sheet"), "text", required=True, hint=hint)


def _refused(visit: Visit, fields: list[FieldView], refusal: Refusal | None) -> None:
    for one in fields:
        if refusal and refusal.field == one.name:
            one.error = visit.words(refusal.sentence, **dict(refusal.params))


def _banner(visit: Visit, fields: list[FieldView], refusal: Refusal | None) -> str:
    if refusal is None or any(one.error for one in fields):
        return ""
    return visit.words(refusal.sentence, **dict(refusal.params))


PAGES = [chain, box, sheet, meet, invite, open_door, door, close_door, out, put_out]
