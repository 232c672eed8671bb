"""Couriers and packaging: who carries what is sent, and what it is sent in."""

from typing import Annotated

from appliance.journal import Desk, Hint, Label, Phone, Price, Refusal, Text, Weight, Words, action
from appliance.shop.settings.directory import check_code, check_name
from appliance.shop.settings.records import (
    Courier,
    CourierId,
    CourierKind,
    Packaging,
    PackagingId,
    ShortCode,
    StockSkuId,
    WaybillSource,
)

Cod = Annotated[bool, Label("Collects cash on delivery")]
MonthlyAccount = Annotated[Text, Label("Monthly account"), Hint("Our number with the courier; it stands on the bill.")]
MaxWeight = Annotated[Weight, Label("Heaviest parcel")]
VolumeRatio = Annotated[
    int, Label("Volume ratio"), Hint("Cubic centimetres charged as one kilogram; often 6000 or 8000.")
]
NotServed = Annotated[Words, Label("Does not go to"), Hint("One area a line, like 西藏 or 新疆 喀什.")]
Length = Annotated[int, Label("Length in cm")]
Width = Annotated[int, Label("Width in cm")]
Height = Annotated[int, Label("Height in cm")]
StockSku = Annotated[StockSkuId, Label("Lies in stock as"), Hint("Then one piece leaves the shelf with each parcel.")]


# ---- couriers


@action("Add a courier")
def add_courier(
    desk: Desk,
    *,
    name: Text,
    code: ShortCode = "",
    kind: CourierKind = "express",
    waybill_source: WaybillSource = "paper",
    cod: Cod = False,
    account_no: MonthlyAccount = "",
    max_weight: MaxWeight = 0,
    volume_ratio: VolumeRatio = 0,
    not_served: NotServed = "",
    phone: Phone = "",
) -> str:
    """A company that carries parcels."""
    check_name(desk, Courier, name)
    check_code(desk, Courier, code)
    _check_measures(max_weight, volume_ratio)
    return desk.put(
        Courier(
            name=name, code=code, kind=kind, waybill_source=waybill_source, cod=cod, account_no=account_no,
            max_weight=max_weight, volume_ratio=volume_ratio, not_served=not_served, phone=phone,
        )
    )  # fmt: skip


@action("Change the courier")
def change_courier(
    desk: Desk,
    *,
    courier: CourierId,
    name: Text,
    code: ShortCode = "",
    kind: CourierKind = "express",
    waybill_source: WaybillSource = "paper",
    cod: Cod = False,
    account_no: MonthlyAccount = "",
    max_weight: MaxWeight = 0,
    volume_ratio: VolumeRatio = 0,
    not_served: NotServed = "",
    phone: Phone = "",
) -> None:
    """Parcels that have left stay with what they were sent by."""
    check_name(desk, Courier, name, courier)
    check_code(desk, Courier, code, courier)
    _check_measures(max_weight, volume_ratio)
    desk.change(
        Courier, courier, name=name, code=code, kind=kind, waybill_source=waybill_source, cod=cod,
        account_no=account_no, max_weight=max_weight, volume_ratio=volume_ratio, not_served=not_served, phone=phone,
    )  # fmt: skip


def _check_measures(max_weight: int, volume_ratio: int) -> None:
    if max_weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field="max_weight")
    if volume_ratio < 0:
        raise Refusal("A volume ratio cannot be less than nothing.", field="volume_ratio")


# ---- packaging


@action("Add packaging")
def add_packaging(
    desk: Desk,
    *,
    name: Text,
    length_cm: Length = 0,
    width_cm: Width = 0,
    height_cm: Height = 0,
    weight: Weight = 0,
    cost: Price = 0,
    sku: StockSku = "",
) -> str:
    """A box or a bag that goods are sent in."""
    check_name(desk, Packaging, name)
    _check_packaging(weight, cost, (length_cm, width_cm, height_cm))
    return desk.put(
        Packaging(
            name=name, length_cm=length_cm, width_cm=width_cm, height_cm=height_cm, weight=weight, cost=cost, sku=sku
        )
    )


@action("Change the packaging")
def change_packaging(
    desk: Desk,
    *,
    packaging: PackagingId,
    name: Text,
    length_cm: Length = 0,
    width_cm: Width = 0,
    height_cm: Height = 0,
    weight: Weight = 0,
    cost: Price = 0,
    sku: StockSku = "",
) -> None:
    """Parcels that were packed before keep the weight they had."""
    check_name(desk, Packaging, name, packaging)
    _check_packaging(weight, cost, (length_cm, width_cm, height_cm))
    desk.change(
        Packaging, packaging, name=name, length_cm=length_cm, width_cm=width_cm, height_cm=height_cm, weight=weight,
        cost=cost, sku=sku,
    )  # fmt: skip


def _check_packaging(weight: int, cost: int, size: tuple[int, int, int]) -> None:
    if weight < 0:
        raise Refusal("A weight cannot be less than nothing.", field="weight")
    if cost < 0:
        raise Refusal("A cost cannot be less than nothing.", field="cost")
    if min(size) < 0:
        raise Refusal("A length cannot be less than nothing.", field="length_cm")
    if any(size) and not all(size):
        raise Refusal("Give length, width and height, or none of them.", field="length_cm")
