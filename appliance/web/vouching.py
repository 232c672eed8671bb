"""Vouching: somebody with the right approves on the spot, at the tablet of whoever lacks it, with their own PIN.

What a form asks for then is a name and a PIN more. The deed is done by whoever asked for it, with the other's right and
limits added for this once; the history names both.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from appliance.journal import Desk, Refusal, Rights
from appliance.web.forms import FieldView, Texts
from appliance.web.signin import Person
from appliance.web.visit import Visit

WHO, PIN = "supervisor", "supervisor_pin"
ASKED = "You may not do this: {title}. Somebody who may can approve it here with their PIN."
CONFIRM = "This asks for a PIN: your own, or that of somebody who may."


@dataclass(frozen=True)
class Backing:
    """Somebody who put their PIN under a deed."""

    person: Person
    rights: Rights

    def added(self, own: Rights) -> Rights:
        """What somebody may do with this behind them; what they see and where they work stays theirs."""
        return replace(own, grants=(*own.grants, *self.rights.grants), limits=self.rights.limits)


async def backed(visit: Visit, name: str, texts: Mapping[str, Any]) -> Backing | None:
    """Check the name and PIN that were given for an action; refuses and counts wrong tries as at the sign-in."""
    who, pin = _last(texts, WHO), _last(texts, PIN)
    if not pin or not visit.front.staff.may_vouch(name):
        return None
    try:
        await asyncio.to_thread(visit.front.doors.check, who, pin, visit.device)
    except Refusal as refusal:
        refusal.field = PIN
        raise
    known = visit.front.doors.known(who)
    return Backing(*known) if known else None


def _last(texts: Mapping[str, Any], name: str) -> str:
    given = texts.get(name) or ""
    return str(given[-1] if isinstance(given, list) else given)


def with_backing(
    visit: Visit, run: Callable[[Desk], Any], backing: Backing | None
) -> tuple[Desk, Callable[[Desk], Any]]:
    """The desk at which a deed is done and how it runs, with what somebody's PIN adds."""
    desk = visit.desk()
    if backing is None:
        return desk, run
    desk.rights = backing.added(desk.rights)

    def vouched(at: Desk) -> Any:
        done = run(at)
        visit.front.staff.vouch(at, backing.person.id)
        return done

    return desk, vouched


def fields(visit: Visit, name: str, texts: Texts, exceeds: tuple[str, int] | None, error: str) -> list[FieldView]:
    """What a form asks for so that somebody can approve: who, of those who may, and their PIN."""
    there = visit.front.staff.backers(name, exceeds)
    first = _last(texts, WHO) or next((one.id for one in there if one.id == visit.who), "")
    who = FieldView(
        name=WHO, label=visit.words("Approved by"), kind="choice", value=first, required=True,
        options=[(one.id, one.name) for one in there],
    )  # fmt: skip
    hint = visit.words("It goes into the history beside your name.")
    pin = FieldView(name=PIN, label=visit.words("Their PIN"), kind="secret", error=error, hint=hint, required=True)
    return [who, pin] if there else []
