"""Couriers, packaging, income and expense items, reasons and units: the short lists that papers choose from."""

from typing import Annotated

from appliance.journal import Desk, Hint, Label, Phone, Price, Refusal, Text, Weight, action
from appliance.shop.settings.directory import check_code, check_name, check_open, check_parent
from appliance.shop.settings.records import (
    Courier,
    CourierId,
    Direction,
    MoneyItem,
    MoneyItemId,
    Packaging,
    PackagingId,
    Reason,
    ReasonId,
    ReasonKind,
    ShortCode,
    Unit,
    UnitId,
)

Cod = Annotated[bool, Label("Collects cash on delivery")]
MaxWeight = Annotated[Weight, Label("Heaviest parcel")]
VolumeRatio = Annotated[
    int, Label("Volume ratio"), Hint("Cubic centimetres charged as one kilogram; often 6000 or 8000.")
]
Fraction = Annotated[bool, Label("Can be divided"), Hint("Tea by the gram can, teapots cannot.")]
Above = Annotated[MoneyItemId, Label("Belongs to")]


# ---- couriers


@action("Add a courier")
def add_courier(
    desk: Desk,
    *,
    name: Text,
    code: ShortCode = "",
    cod: Cod = False,
    account_no: Text = "",
    max_weight: MaxWeight = 0,
    volume_ratio: VolumeRatio = 0,
    phone: Phone = "",
) -> str:
    """A company that carries parcels."""
    check_name(desk, Courier, name)
    check_code(desk, Courier, code)
    _check_measures(max_weight, volume_ratio)
    return desk.put(
        Courier(
            name=name, code=code, cod=cod, account_no=account_no,
            max_weight=max_weight, volume_ratio=volume_ratio, phone=phone,
        )
    )  # fmt: skip


@action("Change the courier")
def change_courier(
    desk: Desk,
    *,
    courier: CourierId,
    name: Text,
    code: ShortCode = "",
    cod: Cod = False,
    account_no: Text = "",
    max_weight: MaxWeight = 0,
    volume_ratio: VolumeRatio = 0,
    phone: Phone = "",
) -> None:
    """Parcels that have left stay with what they were sent by."""
    check_name(desk, Courier, name, courier)
    check_code(desk, Courier, code, courier)
    _check_measures(max_weight, volume_ratio)
    desk.change(
        Courier, courier, name=name, code=code, cod=cod, account_no=account_no,
        max_weight=max_weight, volume_ratio=volume_ratio, phone=phone,
    )  # fmt: skip


def _check_measures(max_weight: int, volume_ratio: int) -> None:
    if max_weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field="max_weight")
    if volume_ratio < 0:
        raise Refusal("A volume ratio cannot be less than nothing.", field="volume_ratio")


# ---- packaging


@action("Add packaging")
def add_packaging(desk: Desk, *, name: Text, weight: Weight = 0, cost: Price = 0) -> str:
    """A box or a bag that goods are sent in."""
    check_name(desk, Packaging, name)
    _check_packaging(weight, cost)
    return desk.put(Packaging(name=name, weight=weight, cost=cost))


@action("Change the packaging")
def change_packaging(desk: Desk, *, packaging: PackagingId, name: Text, weight: Weight = 0, cost: Price = 0) -> None:
    """Parcels that were packed before keep the weight they had."""
    check_name(desk, Packaging, name, packaging)
    _check_packaging(weight, cost)
    desk.change(Packaging, packaging, name=name, weight=weight, cost=cost)


def _check_packaging(weight: int, cost: int) -> None:
    if weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field="weight")
    if cost < 0:
        raise Refusal("A cost cannot be less than nothing.", field="cost")


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
