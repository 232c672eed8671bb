"""Fields: what an action asks for, read from its signature, so that a verb of the trade is its own form."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from appliance.journal.kinds import Anywhere, Hint, Kind, Label, Limit, Ref

MISSING = inspect.Parameter.empty
MOST_ROWS = 200
TEXT_LENGTH = 200
WORDS_LENGTH = 4_000


@dataclass(frozen=True)
class Field:
    """One thing a form asks for."""

    name: str
    kind: str
    label: str
    hint: str = ""
    default: Any = MISSING
    options: Sequence[str] = ()
    table: str = ""
    anywhere: bool = False
    """Whether a reference may lie beyond the person's range."""
    limit: Limit = field(default_factory=Limit)
    rows: tuple["Field", ...] = ()
    struct: Any = None
    type: Any = str

    @property
    def required(self) -> bool:
        """Whether the form cannot do without it."""
        return self.default is MISSING and self.kind != "flag"

    @property
    def empty(self) -> Any:
        """The value of a field left empty."""
        if self.default is not MISSING:
            return self.default
        return {"flag": False, "rows": [], "list": [], "refs": []}.get(self.kind, 0 if self.kind in FIGURES else "")


FIGURES = frozenset({"money", "price", "qty", "weight", "rate", "count", "moment"})


def read_fields(function: Callable[..., Any]) -> tuple[Field, ...]:
    """Read the fields of an action: its parameters after the desk."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return tuple(_field(one.name, hints[one.name], one.default) for one in parameters)


def _field(name: str, hint: Any, default: Any) -> Field:
    base, marks = _stripped(hint)
    by_type = {type(mark): mark for mark in marks}
    label = by_type[Label].text if Label in by_type else name
    said = by_type[Hint].text if Hint in by_type else ""
    shape = _shape(base, by_type)
    return Field(
        name=name, label=label, hint=said, default=default, limit=by_type.get(Limit, Limit()), type=hint, **shape
    )


def _shape(base: Any, marks: Mapping[type, Any]) -> dict[str, Any]:
    origin, args = get_origin(base), get_args(base)
    if origin is Literal:
        return {"kind": "choice", "options": tuple(str(arg) for arg in args)}
    if origin is list:
        return _listed(args[0])
    if Ref in marks:
        return {"kind": "ref", "table": marks[Ref].table, "anywhere": Anywhere in marks}
    if Kind in marks:
        return {"kind": marks[Kind].name}
    return {"kind": {bool: "flag", int: "count"}.get(base, "text")}


def _listed(inner: Any) -> dict[str, Any]:
    base, marks = _stripped(inner)
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return {"kind": "rows", "rows": struct_fields(base), "struct": base}
    if get_origin(base) is Literal:
        return {"kind": "choices", "options": tuple(str(arg) for arg in get_args(base))}
    ref = next((mark for mark in marks if isinstance(mark, Ref)), None)
    return {"kind": "refs", "table": ref.table} if ref else {"kind": "list"}


def struct_fields(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """Read the fields of a record, or of a row of a form."""
    hints = get_type_hints(struct, include_extras=True)
    found = []
    for info in msgspec.structs.fields(struct):
        default = MISSING if info.default is msgspec.NODEFAULT else info.default
        if info.default_factory is not msgspec.NODEFAULT:
            default = info.default_factory()
        found.append(_field(info.name, hints[info.name], default))
    return tuple(found)


def _stripped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Divide an annotation into the bare type and its marks; "or None" is the form's empty field."""
    marks: tuple[Any, ...] = ()
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            marks = (*marks, *more)
            continue
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        if len(inner) == 1 and type(None) in get_args(hint):
            hint = inner[0]
            continue
        return hint, marks
