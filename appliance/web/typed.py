"""Typed text becomes values: every field alone, every error beside its field, all at once.

People type as they speak: full-width figures, ¥, thousands marks, "1.5kg", "11-24". What is not understood is told in
a sentence that says what to do; what was typed is never lost.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from appliance.journal import is_id
from appliance.web.fields import FIGURES, MOST_ROWS, TEXT_LENGTH, WORDS_LENGTH, Field

Resolve = Callable[[str, str, str], str]
"""(table, id, typed text) -> id; raises `Unclear`."""


class Unclear(Exception):
    """A typed text that is no value; the sentence is an English message id."""

    def __init__(self, sentence: str, **named: object) -> None:
        self.sentence = sentence
        self.named = named
        super().__init__(sentence.format(**named) if named else sentence)


@dataclass
class Typed:
    """What came of a form: values by parameter, and what was unclear by field name (`lines.0.qty`)."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Unclear] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Reads forms of one visit: it knows the day and how to find rows by what was typed."""

    today: str
    resolve: Resolve

    def read(self, fields: tuple[Field, ...], form: Mapping[str, list[str]], before: str = "") -> Typed:
        """Read every field, gathering what is unclear."""
        typed = Typed()
        for one in fields:
            name = before + one.name
            try:
                if one.kind == "rows":
                    typed.values[one.name] = self._rows(one, form, name, typed)
                else:
                    typed.values[one.name] = self._value(one, form, name)
            except Unclear as unclear:
                typed.errors[name] = unclear
        return typed

    def _rows(self, one: Field, form: Mapping[str, list[str]], name: str, typed: Typed) -> list[Any]:
        rows = []
        for number in row_numbers(form, name):
            before = f"{name}.{number}."
            inner = self.read(one.rows, form, before)
            if _all_empty(one, form, before):
                continue
            typed.errors |= inner.errors
            if not inner.errors:
                rows.append(one.struct(**inner.values))
        if one.required and not rows and not any(key.startswith(f"{name}.") for key in typed.errors):
            raise Unclear("Add at least one line.")
        return rows

    def _value(self, one: Field, form: Mapping[str, list[str]], name: str) -> Any:
        given = form.get(name, [])
        if one.kind == "flag":
            return bool(given) and given[-1] not in {"", "0", "off", "false"}
        if one.kind == "choices":
            return [_choice(one, text) for text in given if text]
        if one.kind == "list":
            return _listed(given)
        if one.kind == "refs":
            return [self.resolve(one.table, text, "") if is_id(text) else self.resolve(one.table, "", text)
                    for text in _listed(given)]  # fmt: skip
        text = given[-1] if given else ""
        if not text and one.kind != "ref":
            return self._present(one, "")
        if one.kind == "ref":
            looked_for = (form.get(f"{name}.text") or [""])[-1]
            found = self.resolve(one.table, text.strip(), looked_for.strip())
            return self._present(one, found)
        text = text if one.kind in {"words", "secret"} else folded(text) if one.kind in _NARROW else text.strip()
        if text.strip() == "":
            return self._present(one, "")
        return _limited(one, _READ.get(one.kind, _text)(text, self.today, one))

    def _present(self, one: Field, value: str) -> Any:
        if value == "" and one.required:
            raise Unclear("Choose one." if one.kind in {"ref", "choice"} else "This is needed.")
        return value if value != "" else one.empty


def _listed(given: list[str]) -> list[str]:
    """The parts of a list, each once: ticked one by one, or typed with commas between them."""
    parts = [part.strip() for text in given for part in re.split(r"[,,、\n]", text)]
    return list(dict.fromkeys(part for part in parts if part))


def row_numbers(form: Mapping[str, list[str]], name: str) -> list[int]:
    """The numbers of the rows that a form holds, in order; at most as many as a form may have."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.")
    found = {int(match[1]) for key in form if (match := pattern.match(key))}
    return sorted(found)[:MOST_ROWS]


def _all_empty(one: Field, form: Mapping[str, list[str]], before: str) -> bool:
    """A row in which nothing was typed is no row; tick boxes and choices say something by themselves."""
    telling = [f for f in one.rows if f.kind not in {"flag", "choice"}]
    keys = [key for f in telling for key in (before + f.name, f"{before}{f.name}.text")]
    return not any("".join(form.get(key, [])).strip() for key in keys)


def folded(text: str) -> str:
    """Full-width letters, figures and signs as their plain selves, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


_NARROW = FIGURES | {"day", "phone", "code"}


def scaled(text: str, places: int) -> int:
    """Read a decimal figure into an integer of its smallest part."""
    bare = text.replace(",", "").replace("¥", "").replace("¥", "").replace("元", "").replace(" ", "")
    found = re.fullmatch(r"([+-]?)(\d*)(?:\.(\d*))?", bare.replace("−", "-"))
    if not found or not (found[2] or found[3]):
        raise Unclear("This is not a number: {text}.", text=text[:40])
    whole, part = found[2] or "0", found[3] or ""
    if len(part.rstrip("0")) > places:
        raise Unclear("At most {places} places after the point.", places=places)
    if len(whole) > 12:
        raise Unclear("This number is too large.")
    value: int = int(whole) * 10**places + int(part.rstrip("0").ljust(places, "0") or "0")
    return -value if found[1] == "-" else value


def _weight(text: str, _today: str, _one: Field) -> int:
    """Grams, unless kilograms are said: 850, 850g, 1.25kg, 1.25公斤, 2斤."""
    found = re.fullmatch(r"(.*?)\s*(kg|公斤|千克|斤|g|克)?", text.lower())
    figure, unit = (found[1], found[2] or "g") if found else (text, "g")
    if unit in {"kg", "公斤", "千克"}:
        return scaled(figure, 3)
    if unit == "斤":
        return scaled(figure, 3) // 2
    return scaled(figure, 0)


def _rate(text: str, _today: str, _one: Field) -> int:
    """A share: 80%, 80 or 0.8 折 is left to people; without a sign it is in hundredths."""
    return scaled(text.removesuffix("%").strip(), 2)


def _day(text: str, today: str, _one: Field) -> str:
    """2025-11-19, 2025/11/19, 20251119, 2025年11月19日, 11-19, 11月19日, 今天."""
    words = {"今天": 0, "today": 0}
    if text.lower() in words:
        return today
    found = re.fullmatch(r"(?:(\d{4})[-/.年]?)?(\d{1,2})[-/.月]?(\d{1,2})日?", text.replace(" ", ""))
    try:
        return date(int(found[1] or today[:4]), int(found[2]), int(found[3])).isoformat()  # type: ignore[index]
    except (TypeError, ValueError):
        raise Unclear("This is not a day. Write it like 2025-11-19.") from None


def _moment(text: str, _today: str, _one: Field) -> int:
    if not text.lstrip("-").isdigit() or len(text) > 15:
        raise Unclear("This is not a moment.")
    return int(text)


def _phone(text: str, _today: str, _one: Field) -> str:
    """A mobile number has 11 digits; land lines and service numbers are let through as they are."""
    bare = re.sub(r"[\s\-()]", "", text)
    bare = re.sub(r"^(\+?86)(?=1\d{10}$)", "", bare)
    if re.search(r"[^\d+*]", bare):
        raise Unclear("A phone number has digits only.")
    if bare.startswith("1") and bare.isdigit() and not bare.startswith(("100", "12")):
        if len(bare) < 11:
            raise Unclear("A phone number has 11 digits; {missing} missing.", missing=11 - len(bare))
        if len(bare) > 11:
            raise Unclear("A phone number has 11 digits; {extra} too many.", extra=len(bare) - 11)
    elif len(bare) < 5:
        raise Unclear("A phone number has 11 digits; {missing} missing.", missing=11 - len(bare))
    elif len(bare) > 20:
        raise Unclear("This phone number is too long.")
    return bare


def _choice(one: Field, text: str) -> str:
    if text not in one.options:
        raise Unclear("Choose one.")
    return text


def _text(text: str, _today: str, one: Field) -> str:
    if one.kind == "text":
        text = " ".join(text.split())
    if not text.isprintable() and any(ord(char) < 32 and char not in "\n\r\t" for char in text):
        raise Unclear("There is a character in it that cannot be stored. Type it again.")
    longest = one.limit.max or (WORDS_LENGTH if one.kind == "words" else TEXT_LENGTH)
    if len(text) > longest:
        raise Unclear("At most {longest} characters; these are {length}.", longest=longest, length=len(text))
    return text.replace("\r\n", "\n")


def _limited(one: Field, value: Any) -> Any:
    if isinstance(value, int) and one.kind in FIGURES:
        if one.limit.min is not None and value < one.limit.min:
            raise Unclear("This is too small.")
        if one.limit.max is not None and value > one.limit.max:
            raise Unclear("This number is too large.")
    return value


_READ: Mapping[str, Callable[[str, str, Field], Any]] = {
    "money": lambda text, _today, _one: scaled(text, 2),
    "price": lambda text, _today, _one: scaled(text, 4),
    "qty": lambda text, _today, _one: scaled(text, 4),
    "count": lambda text, _today, _one: scaled(text, 0),
    "weight": _weight,
    "rate": _rate,
    "day": _day,
    "moment": _moment,
    "phone": _phone,
    "choice": lambda text, _today, one: _choice(one, text),
}


def written(kind: str, value: Any) -> str:
    """Write a value as a person would type it, for the input it stands in."""
    if value is None or value == "" or value is False or (value == 0 and kind in FIGURES):
        return ""
    places = {"money": 2, "price": 4, "qty": 4, "rate": 2, "weight": 0, "count": 0}.get(kind)
    if places is None:
        return "1" if value is True else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    sign, size = ("-", -value) if value < 0 else ("", value)
    whole, part = divmod(size, 10**places)
    tail = f"{part:0{places}d}" if places else ""
    tail = tail if kind == "money" else tail.rstrip("0")
    return f"{sign}{whole}" + (f".{tail}" if tail else "")
