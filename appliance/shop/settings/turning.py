"""Turning the switches: one action, whose form is made from the table of switches."""

import inspect
import re
from collections.abc import Mapping
from typing import Annotated, Any, cast

from appliance.journal import Desk, Kind, Label, Money, Refusal, Text, Weight, action
from appliance.shop.settings.records import Setting, Shop
from appliance.shop.settings.switches import BY_NAME, RULES, SWITCHES, Switch, setting_id, value, values, whole

_TYPES: Mapping[str, Any] = {
    "flag": bool,
    "money": Money,
    "weight": Weight,
    "count": int,
    "days": int,
    "clock": Text,
    "text": Text,
    "prefix": Annotated[str, Kind("code")],
    "shops": list[str],
}
_WHOLE = ("money", "weight", "count", "days")
_ASKED = {switch.parameter: switch for switch in SWITCHES if switch.kind != "always"}


def _turn(desk: Desk, /, **given: Any) -> None:
    """What is left empty counts as nothing, or as never.

    A form and the API tell all switches at once; called with a few of them, it turns only those.
    """
    standing = values(desk)
    turned = {name: _stored(_ASKED[name], typed) for name, typed in given.items()}
    for name, stored in turned.items():
        _check(desk, _ASKED[name], stored)
    _check_prefixes({name: turned.get(name, standing[_ASKED[name].name]) for name in _ASKED})
    for name, stored in turned.items():
        switch = _ASKED[name]
        if standing[switch.name] != stored:
            desk.put(Setting(id=setting_id(switch.name), name=switch.name, value=stored))
            desk.about(RULES)


def _stored(switch: Switch, typed: Any) -> str:
    """Turn a typed value into the text it is kept as."""
    if switch.kind == "flag":
        return "1" if typed else "0"
    if isinstance(typed, list):
        return ",".join(typed)
    return str(typed or 0) if switch.kind in _WHOLE else str(typed).strip()


def _check(desk: Desk, switch: Switch, stored: str) -> None:
    field = switch.parameter
    if switch.kind in {"money", "weight"} and whole(stored) < 0:
        raise Refusal("This cannot be less than nothing.", field=field)
    if switch.kind == "count" and not 1 <= whole(stored) <= 1440:
        raise Refusal("Between 1 and 1440 minutes.", field=field)
    if switch.kind == "days" and not 0 <= whole(stored) <= 60:
        raise Refusal("Between 0 and 60 days.", field=field)
    if switch.kind == "clock" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", stored):
        raise Refusal("Write the time like 08:30.", field=field)
    if switch.kind == "prefix" and not re.fullmatch(r"[A-Z]{1,4}", stored):
        raise Refusal("One to four capital letters.", field=field)
    if switch.kind == "shops":
        for shop in filter(None, stored.split(",")):
            if desk.find(Shop, shop) is None:
                raise Refusal("There is a shop among these that is not known.", field=field)


def _check_prefixes(turned: dict[str, str]) -> None:
    """Two kinds of papers with one prefix would share numbers."""
    taken: dict[str, str] = {}
    for name, prefix in turned.items():
        if _ASKED[name].kind != "prefix":
            continue
        if prefix in taken:
            raise Refusal("{prefix} is used for other papers already.", field=name, prefix=prefix)
        taken[prefix] = name


def _signature() -> inspect.Signature:
    asked = [inspect.Parameter("desk", inspect.Parameter.POSITIONAL_ONLY, annotation=Desk)]
    for name, switch in _ASKED.items():
        kind = cast("Any", Annotated)[_TYPES[switch.kind], Label(switch.sentence)]
        asked.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=_empty(switch)))
    return inspect.Signature(asked, return_annotation=None)


def _empty(switch: Switch) -> Any:
    """What an empty field means: off, nothing or none. What stands now is filled in by the page."""
    if switch.kind in _WHOLE:
        return 0
    return {"flag": False, "shops": []}.get(switch.kind, "")


# The form asks for exactly what the table of switches says, so a new switch is one line in one place.
_turn.__name__ = _turn.__qualname__ = "turn_switches"
vars(_turn)["__signature__"] = _signature()
_turn.__annotations__ = {one.name: one.annotation for one in _signature().parameters.values()}
turn_switches = action("Set the rules")(_turn)


def paper_number(desk: Desk, kind: str) -> str:
    """Give the next number of a kind of paper ("SO"), with the prefix that the shop chose for it."""
    return desk.number(value(desk, f"number.{kind}") if f"number.{kind}" in BY_NAME else kind)
