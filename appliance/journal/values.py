"""Values: what the fields of a record may hold, and how they travel."""

from itertools import compress
from operator import ne
from typing import Any

from appliance.journal.entry import pack_id
from appliance.journal.refusal import Refusal
from appliance.journal.shapes import Shape, storable


def stored(shape: Shape, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn the values of a new record or fact into what SQLite holds; raises for what it cannot hold."""
    if not _plain(shape, values):
        for name, value in zip(shape.names, values, strict=True):
            check(shape, name, value)
    if not shape.json_columns:
        return values
    held = list(values)
    for place, column in shape.json_columns:
        check(shape, column.name, values[place])
        held[place] = column.stored(values[place])
    return tuple(held)


def sent(shape: Shape, values: tuple[Any, ...]) -> dict[str, Any]:
    """The fields that travel: those that differ from their default, ids as bytes."""
    told = dict(compress(zip(shape.names, values, strict=True), map(ne, values, shape.defaults)))
    for name in shape.id_columns:
        if isinstance(told.get(name), str):
            told[name] = pack_id(told[name])
    return told


def _plain(shape: Shape, values: tuple[Any, ...]) -> bool:
    """Tell at one glance that a record's texts and numbers are as most are: an order has hundreds."""
    if tuple(map(type, shape.scalars(values))) != shape.plain:
        return False
    figures = shape.figures(values)
    in_range = not figures or (max(figures) < 2**63 and min(figures) >= -(2**63))
    return in_range and storable("".join(shape.texts(values)))


def check(shape: Shape, name: str, value: Any) -> None:
    """Refuse at the writer what a reader would have to park (spec/sync.md R24)."""
    kind = type(value)
    if kind is str:
        if value.isascii() and "\x00" not in value:
            return
        if not storable(value):
            raise Refusal("There is a character in it that cannot be stored. Type it again.", field=name)
    elif kind is int:
        if not -(2**63) <= value < 2**63:
            raise Refusal("That number is too large.", field=name)
    elif not shape.by_name[name].fits(value):
        raise TypeError(f"{shape.table}.{name} cannot hold {value!r}.")
