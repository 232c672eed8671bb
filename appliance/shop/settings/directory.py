"""What all directories share: names and codes stand once, trees have no circles, nothing is lost."""

from collections.abc import Mapping
from typing import Protocol, cast

from appliance.journal import Desk, Record, Refusal
from appliance.shop.settings.records import (
    Branch,
    Courier,
    Currency,
    Holiday,
    Mark,
    MoneyItem,
    Packaging,
    Reason,
    Shop,
    TaxRate,
    Unit,
    Warehouse,
)

KINDS: Mapping[str, type[Record]] = {
    "branch": Branch,
    "shop": Shop,
    "warehouse": Warehouse,
    "courier": Courier,
    "packaging": Packaging,
    "money_item": MoneyItem,
    "reason": Reason,
    "mark": Mark,
    "currency": Currency,
    "tax_rate": TaxRate,
    "holiday": Holiday,
    "unit": Unit,
}
"""Every directory whose entries can be disabled, by its table."""

DEEPEST = 5


def check_name(desk: Desk, kind: type[Record], name: str, record: str = "", /, **within: str) -> None:
    """Refuse an empty name, and one that another entry has; `within` narrows where it must be the only one."""
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if _taken(desk, kind, "name", name, record, within):
        raise Refusal("There is already something called {name} here.", field="name", code="taken", name=name)


def check_code(desk: Desk, kind: type[Record], code: str, record: str = "") -> None:
    """Refuse a code with other signs than letters and digits, and one that another entry has."""
    if not code:
        return
    if not (code.isascii() and code.replace("-", "").isalnum()):
        raise Refusal("A code has only letters and digits.", field="code")
    if _taken(desk, kind, "code", code, record, {}):
        raise Refusal("The code {given} is taken.", field="code", code="taken", given=code)


def _taken(desk: Desk, kind: type[Record], column: str, value: str, record: str, within: Mapping[str, str]) -> bool:
    table = desk.journal.shape(kind).table
    narrowed = "".join(f" and {name} = ?" for name in within)
    # A directory holds a handful of rows, so comparing without regard to case costs nothing that grows.
    asked = f"select 1 from {table} where {column} = ? collate nocase and id <> ? and deleted = 0{narrowed}"
    return desk.row(asked, value, record, *within.values()) is not None


class Entry(Protocol):
    """What every entry of a directory has."""

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    @property
    def disabled(self) -> bool:
        """Whether it is offered no more."""
        ...


def entry(desk: Desk, kind: type[Record], record: str) -> Entry:
    """Return an entry of a directory; a refusal when there is none."""
    return cast("Entry", desk.get(kind, record))


def table_of(desk: Desk, record: str) -> str:
    """Find the directory that an entry stands in; ids are never the same in two."""
    for table in KINDS:
        if desk.row(f"select 1 from {table} where id = ? and deleted = 0", record):
            return table
    raise Refusal("That is not here any more. Look at the list again.", code="missing")


def check_open(desk: Desk, kind: type[Record], record: str, field: str) -> None:
    """Refuse to point at an entry that was disabled."""
    found = entry(desk, kind, record)
    if found.disabled:
        raise Refusal("{name} is disabled. Choose another.", field=field, name=found.name)


def check_parent(desk: Desk, item: str, parent: str, direction: str) -> None:
    """Refuse a parent that is the item itself or below it, of the other direction, or too deep."""
    above, steps = parent, 1
    while above:
        if above == item:
            raise Refusal("An item cannot stand below itself.", field="parent", code="circle")
        found = desk.get(MoneyItem, above)
        if found.direction != direction:
            raise Refusal("Income and expenses stand in trees of their own.", field="parent")
        steps += 1
        if steps > DEEPEST:
            raise Refusal("Items stand at most {most} deep.", field="parent", most=DEEPEST)
        above = found.parent
