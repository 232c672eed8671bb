"""Limits: how far a role may go. Every action asks here, and whoever is stopped is told who may go further."""

from collections.abc import Sequence
from typing import Final

from appliance.journal import Desk, Refusal, Rights, plain
from appliance.shop.staff.rights import Reader, rights_here
from appliance.shop.staff.roles import LIMITS
from appliance.shop.staff.signin import WITH_PIN

SAID: Final = {
    "discount": "You may give {most} % off at most. {who} may give more.",
    "margin": "This leaves less margin than you may sell at. {who} may sell lower.",
    "refund": "You may give back ¥{most} at most. {who} may give back more.",
    "adjustment": "You may adjust by ¥{most} at most. {who} may adjust by more.",
}
SAID_OF_ALL: Final = {
    "discount": "You may give {most} % off at most, and nobody here may give so much. The owner sets it in the roles.",
    "margin": "This leaves less margin than anybody here may sell at. The owner sets it in the roles.",
    "refund": "You may give back ¥{most} at most, and nobody here may give back so much. The owner sets it in the roles.",
    "adjustment": "You may adjust by ¥{most} at most, and nobody here by so much. The owner sets it in the roles.",
}
NAMED = 3
"""So many of those who may go further are named; the others are asked for at the form."""


def check_limit(desk: Desk, name: str, value: int, *, field: str) -> None:
    """Refuse what goes further than this person may: shares in 1/10000, amounts in fen. Of margins it names no figure."""
    most = desk.limit(name)
    if most is None or _within(name, most, value):
        return
    there = backers(desk, desk.action, (name, value))
    who = "、".join(person for _, person in there[:NAMED])
    shown = f"{most / 100:g}" if LIMITS[name] == "rate" else plain(most, 2)
    raise Refusal(
        (SAID if there else SAID_OF_ALL)[name],
        field=field,
        code=f"{name}_limit",
        exceeds=(name, value),
        most=shown,
        who=who,
    )


def goes_as_far(rights: Rights, exceeds: tuple[str, int] | None) -> bool:
    """Whether somebody may go as far as what went too far for another."""
    if exceeds is None:
        return True
    most = rights.limit(exceeds[0])
    return most is None or _within(exceeds[0], most, exceeds[1])


def backers(reader: Reader, permission: str, exceeds: tuple[str, int] | None) -> Sequence[tuple[str, str]]:
    """Who works here, has a PIN, has the right, and may go as far: (id, name)."""
    return [
        (row["id"], row["name"])
        for row, rights in rights_here(reader, WITH_PIN)
        if rights.may(permission) and goes_as_far(rights, exceeds)
    ]


def _within(name: str, most: int, value: int) -> bool:
    """A margin is a least, everything else a most."""
    return value >= most if name == "margin" else value <= most
