"""What the directories hold: the things that are the same on every box of the chain and rarely change."""

from typing import Annotated, ClassVar, Literal

import msgspec

from appliance.journal import (
    CHAIN,
    Code,
    Day,
    Group,
    Hint,
    Label,
    Limit,
    Money,
    Partition,
    Phone,
    Price,
    Rate,
    Record,
    Ref,
    Text,
    Watched,
    Weight,
    Words,
)

BranchId = Annotated[str, Ref("branch")]
WarehouseId = Annotated[str, Ref("warehouse")]
CourierId = Annotated[str, Ref("courier")]
ShopId = Annotated[str, Ref("shop")]
PackagingId = Annotated[str, Ref("packaging")]
MoneyItemId = Annotated[str, Ref("money_item")]
MarkId = Annotated[str, Ref("mark")]
ReasonId = Annotated[str, Ref("reason")]
CurrencyId = Annotated[str, Ref("currency")]
CurrencyRateId = Annotated[str, Ref("currency_rate")]
UnitId = Annotated[str, Ref("unit")]
MoneyAccountId = Annotated[str, Ref("money_account")]
StockSkuId = Annotated[str, Ref("sku")]
TaxRateId = Annotated[str, Ref("tax_rate")]
FreightRuleId = Annotated[str, Ref("freight_rule")]
HolidayId = Annotated[str, Ref("holiday")]

WarehouseKind = Annotated[Literal["normal", "store", "defective", "transit"], Label("warehouse_kind")]
Platform = Literal["taobao", "counter", "phone", "other"]
Direction = Literal["in", "out"]
CourierKind = Annotated[Literal["express", "freight", "own"], Label("courier_kind")]
WaybillSource = Annotated[Literal["paper", "pool", "e_waybill"], Label("waybill_source")]
Rounding = Literal["up", "down", "half_up", "exact"]
DayKind = Annotated[Literal["holiday", "workday"], Label("day_kind")]
MarkKind = Annotated[Literal["sales_order", "money_paper"], Label("mark_kind")]
MarkColour = Annotated[Literal["mark_blue", "mark_red", "mark_amber", "mark_gold", "mark_grey"], Label("Colour")]
ReasonKind = Annotated[Literal["freeze", "revert", "return", "adjust", "void"], Label("reason_kind")]

ShortCode = Annotated[Code, Limit(max=12), Hint("Short, in letters and digits; it stands on labels and in files.")]


class Branch(Record, kw_only=True, frozen=True):
    """A place with a box of its own."""

    confines: ClassVar[bool] = True
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    code: Code = ""
    phone: Phone = ""
    address: Text = ""
    disabled: bool = False


class Warehouse(Record, kw_only=True, frozen=True):
    """A place where goods lie; its ledgers belong to one branch."""

    confines: ClassVar[bool] = True
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",), ("branch",))
    name: Text = ""
    code: Code = ""
    branch: BranchId = ""
    kind: WarehouseKind = "normal"
    disabled: bool = False


class Courier(Record, kw_only=True, frozen=True):
    """A company that carries parcels."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    code: Code = ""
    kind: CourierKind = "express"
    waybill_source: WaybillSource = "paper"
    """Where its numbers come from: typed off paper, drawn from a stock of numbers, or asked of the courier."""
    cod: bool = False
    account_no: Text = ""
    """The shop's number with the courier, for the monthly bill."""
    max_weight: Weight = 0
    volume_ratio: int = 0
    """Cubic centimetres that are charged like one kilogram; 0 when volume is not charged."""
    not_served: Words = ""
    """Areas it does not go to, a line or a comma between them; the parts of one have a blank between them."""
    phone: Phone = ""
    disabled: bool = False


class Shop(Record, kw_only=True, frozen=True):
    """One store on one platform, or a counter."""

    confines: ClassVar[bool] = True
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",), ("branch",), ("warehouse",))
    name: Text = ""
    code: Code = ""
    platform: Platform = "counter"
    branch: BranchId = ""
    warehouse: WarehouseId = ""
    courier: CourierId = ""
    account: MoneyAccountId = ""
    contact: Annotated[Text, Group("sender")] = ""
    phone: Annotated[Phone, Group("sender")] = ""
    address: Annotated[Text, Group("sender")] = ""
    return_contact: Annotated[Text, Group("return_to")] = ""
    return_phone: Annotated[Phone, Group("return_to")] = ""
    return_address: Annotated[Text, Group("return_to")] = ""
    shop_group: Text = ""
    """Shops of one group are reported together, and their orders may go in one parcel."""
    authorised_until: Day = ""
    """Up to which day the platform lets us fetch its orders; empty where nobody asked it to."""
    complete_days: int = 15
    disabled: bool = False


class Packaging(Record, kw_only=True, frozen=True):
    """A box or bag that goods are sent in."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    length_cm: Annotated[int, Group("size")] = 0
    width_cm: Annotated[int, Group("size")] = 0
    height_cm: Annotated[int, Group("size")] = 0
    weight: Weight = 0
    cost: Price = 0
    sku: StockSkuId = ""
    """Under which SKU it lies in the warehouse; empty where nobody counts it."""
    disabled: bool = False


class MoneyItem(Record, kw_only=True, frozen=True):
    """What money is earned with or spent on; items stand in a tree."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",), ("parent",))
    name: Text = ""
    direction: Direction = "out"
    parent: MoneyItemId = ""
    disabled: bool = False


class Reason(Record, kw_only=True, frozen=True):
    """Why something is frozen, sent back, returned, adjusted or voided."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("kind", "name"),)
    kind: ReasonKind = "freeze"
    name: Text = ""
    disabled: bool = False


class Mark(Record, kw_only=True, frozen=True):
    """A named, coloured mark by which orders or money papers are found again."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("kind", "name"),)
    kind: MarkKind = "sales_order"
    name: Text = ""
    colour: MarkColour = "mark_blue"
    disabled: bool = False


class Currency(Record, kw_only=True, frozen=True):
    """Foreign money; the shop's own money needs no entry."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    code: Code = ""
    disabled: bool = False


class CurrencyRate(Record, kw_only=True, frozen=True):
    """What one unit of a currency is worth from a day on; its id follows from both, so two boxes mean the same rate."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("currency", "day"),)
    currency: CurrencyId = ""
    day: Day = ""
    rate: Price = 0


class FreightRule(Record, kw_only=True, frozen=True):
    """What a courier charges for one parcel into an area: a first weight, then bands; small parcels may cost a flat fee."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("courier",),)
    courier: CourierId = ""
    shop: ShopId = ""
    """Empty holds for every shop that has no rule of its own."""
    province: Annotated[Text, Group("area")] = ""
    city: Annotated[Text, Group("area")] = ""
    district: Annotated[Text, Group("area")] = ""
    """An empty area is everywhere else."""
    first_weight: Annotated[Weight, Group("fee")] = 1_000
    first_price: Annotated[Money, Group("fee")] = 0
    bands: Annotated[list[tuple[int, int, int, str]], Group("fee")] = msgspec.field(default_factory=list)
    """(up to so many grams, 0 for no end; grams of one unit; fen for each; "up", "down", "half_up" or "exact")."""
    tiers: Annotated[list[tuple[int, int]], Group("fee")] = msgspec.field(default_factory=list)
    """(up to so many grams, fen): the first that holds the parcel is its whole fee."""


class TaxRate(Record, kw_only=True, frozen=True):
    """A share of the price that is tax; prices hold it already."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    rate: Rate = 0
    disabled: bool = False


class Holiday(Record, kw_only=True, frozen=True):
    """A day on which nobody works though it is no weekend, or the weekend that is worked for it; its id is the day's."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("day",),)
    day: Day = ""
    name: Text = ""
    kind: DayKind = "holiday"
    disabled: bool = False


class Unit(Record, kw_only=True, frozen=True):
    """What goods are counted in."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    fraction: bool = False
    disabled: bool = False


class Books(Record, kw_only=True, frozen=True):
    """The one record that says up to which day the books are closed."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True

    closed_to: Annotated[Day, Watched()] = ""


class Setting(Record, kw_only=True, frozen=True):
    """A switch that was turned away from its default; its id follows from its name."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    name: Text = ""
    value: Text = ""
