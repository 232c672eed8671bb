"""What stands in a cell: how each kind is written on a screen, in a sheet, and in the line under it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from appliance.web.words import Words


@dataclass(frozen=True, slots=True)
class Seen:
    """Through whose eyes a row is seen: language, the hour, and what this person may know."""

    words: Words
    now_ms: int
    today: str
    may: Callable[[str], bool]
    sees: Callable[[str], bool]
    branch: str = ""
    """The branch of this box: what is a next step here may be another's elsewhere."""


def masked(phone: str) -> str:
    """138****2266."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def veil(name: str, kind: str, text: str) -> str:
    """What a form shows of a phone or a street to somebody who may not see them; everything else as it is."""
    if kind == "phone":
        return masked(text)
    return "****" if name == "street" and text else text


def show(kind: str, value: Any, seen: Seen) -> str:
    """Write a value as HTML."""
    if value is None or value == "":
        return ""
    if kind == "text":
        return escape(str(value))
    return escape(_WRITE[kind](value, seen))


def plain_text(kind: str, value: Any, seen: Seen) -> str:
    """Write a value as it is read on the screen, for a sentence."""
    return "" if value is None or value == "" else _WRITE[kind](value, seen)


def second_line(names: str, row: Any, seen: Seen) -> str:
    """Write "shop_name · placed_at" with the values of the row; empty ones leave no gap."""
    parts = (show(kind, row[name], seen) for name, kind in _named(names))
    return " · ".join([part for part in parts if part])


def named_in(names: str) -> list[str]:
    """The columns that a second line names."""
    return [name for name, _ in _named(names)] if names else []


def _named(names: str) -> tuple[tuple[str, str], ...]:
    if names not in _SPLIT:
        _SPLIT[names] = tuple(_kind_of(part.strip()) for part in names.split("·"))
    return _SPLIT[names]


_SPLIT: dict[str, tuple[tuple[str, str], ...]] = {}


def _kind_of(part: str) -> tuple[str, str]:
    """Read a part as "name" or "name:kind"; a name says its kind where it can: placed_at, due_on, phone."""
    name, _, kind = part.partition(":")
    if kind:
        return name, kind
    if name.endswith("_at"):
        return name, "moment"
    if name.endswith("_on") or name == "day":
        return name, "day"
    if name == "phone":
        return name, "phone"
    return name, "text"


def plain_value(kind: str, value: Any, seen: Seen) -> Any:
    """Give a value for a sheet: figures stay figures, everything else is as on the screen."""
    if value is None:
        return ""
    if kind in _PLACES:
        return Decimal(value).scaleb(-_PLACES[kind])
    if kind in {"weight", "count"}:
        return value
    if kind == "moment":
        return seen.words.full(value)
    if kind == "day":
        return value
    if kind == "phone":
        return value if seen.sees("phone") else masked(str(value))
    return _WRITE[kind](value, seen) if kind in _WRITE else str(value)


_PLACES = {"money": 2, "price": 4, "worth": 4, "qty": 4, "rate": 4}


def _phone(value: Any, seen: Seen) -> str:
    return seen.words.phone(str(value)) if seen.sees("phone") else masked(str(value))


def _tags(value: Any, _seen: Seen) -> str:
    listed = json.loads(value) if isinstance(value, str) else value
    return " ".join(str(one) for one in listed)


_WRITE: dict[str, Callable[[Any, Seen], str]] = {
    "text": lambda value, seen: str(value),  # noqa: ARG005 - every writer takes the same two
    "choice": lambda value, seen: seen.words.name(str(value)),
    "money": lambda value, seen: seen.words.money(value),
    "price": lambda value, seen: seen.words.price(value),
    "worth": lambda value, seen: seen.words.worth(value),
    "qty": lambda value, seen: seen.words.qty(value),
    "weight": lambda value, seen: seen.words.weight(value) if value else "",
    "rate": lambda value, seen: seen.words.rate(value),
    "count": lambda value, seen: f"{value:,}",  # noqa: ARG005
    "moment": lambda value, seen: seen.words.moment(value, seen.now_ms),
    "day": lambda value, seen: seen.words.day(value, seen.today),
    "phone": _phone,
    "flag": lambda value, seen: seen.words("Yes") if value else "",
    "tags": _tags,
}
