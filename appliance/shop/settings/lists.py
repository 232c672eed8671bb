"""Income and expense items, reasons and units: the short lists that papers choose from."""

from typing import Annotated

from appliance.journal import Desk, Hint, Label, Refusal, Text, action
from appliance.shop.settings.directory import check_name, check_open, check_parent
from appliance.shop.settings.records import (
    Direction,
    Mark,
    MarkColour,
    MarkId,
    MarkKind,
    MoneyItem,
    MoneyItemId,
    Reason,
    ReasonId,
    ReasonKind,
    Unit,
    UnitId,
)

Fraction = Annotated[bool, Label("Can be divided"), Hint("Tea by the gram can, teapots cannot.")]
Above = Annotated[MoneyItemId, Label("Belongs to")]


# ---- income and expense items


@action("Add an item")
def add_money_item(desk: Desk, *, name: Text, direction: Direction, parent: Above = "") -> str:
    """What money is earned with or spent on."""
    check_name(desk, MoneyItem, name, direction=direction)
    if parent:
        check_open(desk, MoneyItem, parent, "parent")
    check_parent(desk, "", parent, direction)
    return desk.put(MoneyItem(name=name, direction=direction, parent=parent))


@action("Change the item")
def change_money_item(desk: Desk, *, money_item: MoneyItemId, name: Text, parent: Above = "") -> None:
    """Whether it is income or an expense stays: papers stand on it."""
    standing = desk.get(MoneyItem, money_item)
    check_name(desk, MoneyItem, name, money_item, direction=standing.direction)
    if parent and parent != standing.parent:
        check_open(desk, MoneyItem, parent, "parent")
    check_parent(desk, money_item, parent, standing.direction)
    desk.change(MoneyItem, money_item, name=name, parent=parent)


def check_item_can_close(desk: Desk, item: str) -> None:
    """What stands below it goes first."""
    below = desk.row("select name from money_item where parent = ? and disabled = 0 and deleted = 0", item)
    if below:
        raise Refusal(
            "{below} belongs to {name}. Disable it first, or move it.",
            code="in_use",
            name=desk.get(MoneyItem, item).name,
            below=below["name"],
        )


# ---- reasons


@action("Add a reason")
def add_reason(desk: Desk, *, kind: ReasonKind, name: Text) -> str:
    """Why an order is frozen or sent back, goods come back, or stock is corrected."""
    check_name(desk, Reason, name, kind=kind)
    return desk.put(Reason(kind=kind, name=name))


@action("Change the reason")
def change_reason(desk: Desk, *, reason: ReasonId, name: Text) -> None:
    """What it is a reason for stays."""
    check_name(desk, Reason, name, reason, kind=desk.get(Reason, reason).kind)
    desk.change(Reason, reason, name=name)


# ---- marks


@action("Add a mark")
def add_mark(desk: Desk, *, kind: MarkKind, name: Text, colour: MarkColour = "mark_blue") -> str:
    """A word of our own, in a colour that is seen from afar."""
    check_name(desk, Mark, name, kind=kind)
    return desk.put(Mark(kind=kind, name=name, colour=colour))


@action("Change the mark")
def change_mark(desk: Desk, *, mark: MarkId, name: Text, colour: MarkColour = "mark_blue") -> None:
    """What was marked before keeps the word and colour of its day."""
    check_name(desk, Mark, name, mark, kind=desk.get(Mark, mark).kind)
    desk.change(Mark, mark, name=name, colour=colour)


def mark_of(desk: Desk, mark: str, kind: str) -> Mark:
    """Return a mark that can be put on such a document; none takes away the one it has."""
    if not mark:
        return Mark(colour="mark_blue")
    check_open(desk, Mark, mark, "mark")
    found = desk.get(Mark, mark)
    if found.kind != kind:
        raise Refusal("{name} is a mark for something else. Choose another.", field="mark", name=found.name)
    return found


# ---- units


@action("Add a unit")
def add_unit(desk: Desk, *, name: Text, fraction: Fraction = False) -> str:
    """What goods are counted in."""
    check_name(desk, Unit, name)
    return desk.put(Unit(name=name, fraction=fraction))


@action("Change the unit")
def change_unit(desk: Desk, *, unit: UnitId, name: Text, fraction: Fraction = False) -> None:
    """Goods that were made with it keep what they had."""
    check_name(desk, Unit, name, unit)
    desk.change(Unit, unit, name=name, fraction=fraction)
