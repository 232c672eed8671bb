"""Forms as they are shown: each field with its words, what stands in it, and what is unclear about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.web.cells import veil
from appliance.web.fields import Field
from appliance.web.typed import Unclear, row_numbers, written
from appliance.web.visit import Visit

Texts = dict[str, list[str]]

GUARDED = {"cost": "cost", "unit_cost": "cost", "profit": "profit"}
"""Fields of a form that only those see who may see the figure."""


@dataclass
class FieldView:
    """A field as a template sees it; `kit.field` draws it."""

    name: str
    label: str
    kind: str
    value: Any = ""
    text: str = ""
    error: str = ""
    hint: str = ""
    note: str = ""
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    href: str = ""
    rows: list[list["FieldView"]] = field(default_factory=list)
    columns: Sequence[str] = ()
    length: int = 0

    @property
    def id(self) -> str:
        """Its id in the page; stable, so that a morph keeps the focus."""
        return "f-" + self.name.replace(".", "-")


def shown_fields(visit: Visit, fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields that this person may see."""
    return tuple(one for one in fields if one.name not in GUARDED or visit.sees(GUARDED[one.name]))


def texts_of(fields: Sequence[Field], values: Mapping[str, Any], before: str = "") -> Texts:
    """Write values as they would be typed."""
    texts: Texts = {}
    for one in fields:
        value = values.get(one.name, one.default if not one.required else "")
        name = before + one.name
        if one.kind == "rows":
            for number, row in enumerate(value or ()):
                inner = row if isinstance(row, Mapping) else {f.name: getattr(row, f.name) for f in one.rows}
                texts |= texts_of(one.rows, inner, f"{name}.{number}.")
        elif one.kind in {"choices", "list", "refs"} and isinstance(value, list | tuple):
            texts[name] = [", ".join(value)] if one.kind == "list" else list(value)
        else:
            texts[name] = [value if isinstance(value, str) else written(one.kind, value)]
    return texts


def field_views(
    visit: Visit, fields: Sequence[Field], texts: Texts, errors: Mapping[str, Unclear], before: str = ""
) -> list[FieldView]:
    """Draw up the fields of a form with what was typed into them."""
    return [_view(visit, one, before + one.name, texts, errors) for one in fields]


def _view(visit: Visit, one: Field, name: str, texts: Texts, errors: Mapping[str, Unclear]) -> FieldView:
    unclear = errors.get(name)
    given = texts.get(name, [])
    view = FieldView(
        name=name,
        label=visit.words.name(one.label),
        kind=one.kind,
        value=given[-1] if given else "",
        error=visit.words(unclear.sentence, **unclear.named) if unclear else "",
        hint=visit.words(one.hint),
        required=one.required,
        length=one.limit.max or 0,
    )
    if one.kind == "secret":
        view.value = ""
    elif one.kind == "flag":
        view.value = bool(given) and given[-1] not in {"", "0"}
    elif one.kind == "choice":
        view.options = [(value, visit.words.name(value)) for value in one.options]
    elif one.kind == "choices":
        view.options = [(value, visit.words.name(value)) for value in one.options]
        view.value = given
    elif one.kind == "ref":
        _offer(visit, one, view, texts)
    elif one.kind == "refs":
        _offer_several(visit, one, view, given)
    elif one.kind == "rows":
        _rows(visit, one, view, texts, errors)
    return view


def _offer(visit: Visit, one: Field, view: FieldView, texts: Texts) -> None:
    """A reference is a plain list where few can be picked, else a field that finds by typing."""
    few = visit.front.labels.few(visit, one.table, anywhere=one.anywhere)
    if few is not None:
        view.options = few
        if view.value and view.value not in dict(few):
            view.options = [*few, (view.value, visit.pick(one.table, view.value))]
        return
    view.kind = "pick"
    view.href = f"/pick/{one.table}"
    view.text = visit.pick(one.table, view.value) or (texts.get(f"{view.name}.text") or [""])[-1]


def _offer_several(visit: Visit, one: Field, view: FieldView, given: Sequence[str]) -> None:
    """Several rows of a table are ticked where few can be picked, else named with commas between them."""
    few = visit.front.labels.few(visit, one.table)
    said = {text: visit.pick(one.table, text) or text for text in given if text}
    if few is not None:
        view.kind, view.value = "choices", list(said)
        view.options = [*few, *((record, name) for record, name in said.items() if record not in dict(few))]
    else:
        view.value = "、".join(said.values())


def _rows(visit: Visit, one: Field, view: FieldView, texts: Texts, errors: Mapping[str, Unclear]) -> None:
    view.columns = [visit.words.name(inner.label) for inner in one.rows]
    numbers = row_numbers(texts, view.name) or [0]
    view.rows = [field_views(visit, one.rows, texts, errors, f"{view.name}.{number}.") for number in numbers]


def changed_rows(fields: Sequence[Field], texts: Texts) -> bool:
    """Carry out "add a line" and "remove this line", which only change the form; tells whether that was asked."""
    added, dropped = texts.pop("_add", None), texts.pop("_drop", None)
    for one in fields:
        if one.kind == "rows" and added == [one.name]:
            number = max(row_numbers(texts, one.name), default=-1) + 1
            texts[f"{one.name}.{number}.{one.rows[0].name}"] = [""]
            # A form that was sent with one empty row showed row 0 without a single text in it.
            if number == 0:
                texts[f"{one.name}.1.{one.rows[0].name}"] = [""]
        if one.kind == "rows" and dropped and dropped[0].startswith(f"{one.name}."):
            for key in [key for key in texts if key.startswith(dropped[0] + ".")]:
                del texts[key]
    return bool(added or dropped)


def veiled(visit: Visit, fields: Sequence[Field], texts: Texts) -> Texts:
    """Mask what this person may not see of a record that fills a form."""
    if visit.sees("phone"):
        return texts
    kinds = {one.name: one.kind for one in fields}
    return {name: [veil(name, kinds.get(name, ""), text) for text in given] for name, given in texts.items()}
