"""Scan to add: a code that was scanned into a form becomes a row of it, or one more of a row that is there.

The scan field is no field of the action. What is scanned is found like anything that is typed into a reference; the
row's other fields keep their defaults.
"""

from appliance.journal.numbers import ONE
from appliance.web.fields import Field
from appliance.web.forms import Texts
from appliance.web.typed import Unclear, folded, row_numbers, scaled, written
from appliance.web.visit import Visit

SCANNED = "_scan"


def scanned(visit: Visit, fields: tuple[Field, ...], texts: Texts, errors: dict[str, Unclear]) -> bool:
    """Put what was scanned into the form's rows; tells whether anything was."""
    code = folded((texts.pop(SCANNED, None) or [""])[-1])
    rows = next((one for one in fields if one.kind == "rows"), None)
    about = next((one for one in rows.rows if one.kind == "ref" and one.required), None) if rows else None
    if not code or rows is None or about is None:
        return False
    # Enter in the scan field presses the form's first button; only the code was meant.
    for button in ("_add", "_drop"):
        texts.pop(button, None)
    found = visit.front.labels.find(visit, about.table, code)
    # A code that is the whole of one label's word is meant before those that merely begin like it.
    found = [one for one in found if code.lower() in one[1].lower().split()] or found
    if len(found) != 1:
        sentence = "{count} fit {text}. Choose one from the list." if found else "Nothing is called {text}."
        errors[SCANNED] = Unclear(sentence, count=len(found), text=code[:40])
        texts[SCANNED] = [code]
        return True
    _count(rows, about, texts, *found[0])
    return True


def _count(rows: Field, about: Field, texts: Texts, record: str, label: str) -> None:
    numbers = row_numbers(texts, rows.name)
    quantity = next((one for one in rows.rows if one.kind == "qty"), None)
    for number in numbers:
        before = f"{rows.name}.{number}."
        if (texts.get(before + about.name) or [""])[-1] == record and quantity:
            texts[before + quantity.name] = [_one_more((texts.get(before + quantity.name) or [""])[-1])]
            return
    empty = [n for n in numbers if not (texts.get(f"{rows.name}.{n}.{about.name}") or [""])[-1]]
    empty = [n for n in empty if not (texts.get(f"{rows.name}.{n}.{about.name}.text") or [""])[-1]]
    number = empty[0] if empty else max(numbers, default=-1) + 1
    before = f"{rows.name}.{number}."
    texts[before + about.name], texts[f"{before}{about.name}.text"] = [record], [label]
    if quantity and not (texts.get(before + quantity.name) or [""])[-1]:
        texts[before + quantity.name] = ["1"]


def _one_more(text: str) -> str:
    try:
        return written("qty", scaled(folded(text), 4) + ONE if text.strip() else ONE)
    except Unclear:
        return text
