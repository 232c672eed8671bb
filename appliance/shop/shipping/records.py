"""Shipping: parcels, what is in them, and what left with whom."""

from typing import Annotated, ClassVar, Final

from appliance.journal import Code, Day, Fact, Flow, Group, Label, Qty, Record, Ref, Text, Weight
from appliance.shop.catalog import SkuId
from appliance.shop.orders import SalesOrderId, SalesOrderLineId
from appliance.shop.settings import CourierId, PackagingId

ParcelId = Annotated[str, Ref("parcel")]

PARCEL_FLOW: Final = Flow(
    start="packed",
    steps={"packed": ("shipped", "void"), "shipped": ("packed",), "void": ()},
    rank={"shipped": 30, "void": 10},
)


class Parcel(Record, kw_only=True, frozen=True):
    """What a courier takes along for one order; an order may need several."""

    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = PARCEL_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("sales_order",), ("waybill", "courier"), ("number",))

    number: Text = ""
    sales_order: SalesOrderId = ""
    courier: Annotated[CourierId, Group("waybill")] = ""
    courier_name: Annotated[Text, Group("waybill")] = ""
    """As it was called when the parcel left."""
    waybill: Annotated[Code, Group("waybill"), Label("Waybill number")] = ""
    weight: Weight = 0
    packaging: PackagingId = ""
    shipped_on: Day = ""


class ParcelLine(Record, kw_only=True, frozen=True):
    """Goods of one order line that left in a parcel; written when it leaves, taken away when it comes back."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("parcel",), ("sales_order_line",))

    parcel: ParcelId = ""
    sales_order: SalesOrderId = ""
    sales_order_line: SalesOrderLineId = ""
    sku: SkuId = ""
    qty: Qty = 0


class Shipped(Fact, kw_only=True, frozen=True):
    """A parcel left."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("sales_order",), ("parcel",))

    parcel: ParcelId = ""
    sales_order: SalesOrderId = ""
    courier: CourierId = ""
    waybill: Code = ""
    day: Day = ""


class TakenBack(Fact, kw_only=True, frozen=True):
    """A parcel that had left was taken back before the day was over."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("sales_order",), ("parcel",))

    parcel: ParcelId = ""
    sales_order: SalesOrderId = ""
    reason: Text = ""
    day: Day = ""
