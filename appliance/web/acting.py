"""Acting: what every door (form, button, bulk, program) does before an action runs, inside the writer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from appliance.journal import Desk, Refusal
from appliance.web.fields import Field
from appliance.web.visit import Visit


def running(visit: Visit, name: str, values: Mapping[str, Any]) -> Callable[[Desk], Any]:
    """Return the action as the writer is to run it: whatever it is told of must lie within the person's range."""
    fields, act = visit.front.fields(name), visit.front.actions[name]

    def run(desk: Desk) -> Any:
        check(desk, fields, values)
        return act.run(desk, **values)

    return run


def check(desk: Desk, fields: Sequence[Field], values: Mapping[str, Any]) -> None:
    """Refuse what names a place or a document beyond the person's range; the refusal says which range is missing."""
    if desk.rights.range:
        for one, record in _named(fields, values):
            if record and not one.anywhere and (beyond := said_beyond(desk, one.table, record)):
                sentence, named = beyond
                raise Refusal(sentence, field=one.name, code="out_of_range", **named)


def said_beyond(desk: Desk, table: str, record: str) -> tuple[str, dict[str, Any]] | None:
    """Say why a record lies beyond a person's range; None when it does not. `table` may be any view of such records."""
    ranges, told = desk.journal.ranges, desk.rights.range
    found = ranges.beyond(desk, told, table, record)
    if found is None:
        return None
    kind, place = found
    whose = desk.value(f"select name from {kind} where id = ?", place) if place else ""
    if told.own and kind not in ranges.kinds:
        return BEYOND_OWN if whose else BEYOND_NOBODYS, {"name": whose} if whose else {}
    ids = told.places.get(kind, ())
    marks = ", ".join("?" * len(ids))
    mine = "、".join(row["name"] for row in desk.rows(f"select name from {kind} where id in ({marks})", *ids)) or "-"
    return (BEYOND, {"place": whose, "mine": mine}) if whose else (BEYOND_NONE, {"mine": mine})


BEYOND = "This belongs to {place}, and you work with {mine} only. The owner can let you see more."
BEYOND_NONE = "This belongs to no place yet, and you work with {mine} only. The owner can let you see more."
BEYOND_OWN = "This is {name}'s, and you work with your own only. The owner can let you see more."
BEYOND_NOBODYS = "This is nobody's yet, and you work with your own only. The owner can let you see more."
BEYOND_ALL = "This adds up over more than you may see. The owner can let you see more."


def _named(fields: Sequence[Field], values: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    """Every row of a table that an action was told of."""
    for one in fields:
        value = values.get(one.name)
        if one.kind == "ref":
            yield one, str(value or "")
        elif one.kind == "refs":
            yield from ((one, record) for record in value or ())
        elif one.kind == "rows":
            for row in value or ():
                told = {inner.name: getattr(row, inner.name, "") for inner in one.rows}
                yield from _named(one.rows, told)
