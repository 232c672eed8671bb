"""What the directories hold: the things that are the same on every box of the chain and rarely change."""

from typing import Annotated, ClassVar, Literal

from appliance.journal import (
    CHAIN,
    Code,
    Day,
    Group,
    Hint,
    Label,
    Limit,
    Partition,
    Phone,
    Price,
    Record,
    Ref,
    Text,
    Weight,
)

BranchId = Annotated[str, Ref("branch")]
WarehouseId = Annotated[str, Ref("warehouse")]
CourierId = Annotated[str, Ref("courier")]
ShopId = Annotated[str, Ref("shop")]
PackagingId = Annotated[str, Ref("packaging")]
MoneyItemId = Annotated[str, Ref("money_item")]
ReasonId = Annotated[str, Ref("reason")]
CurrencyId = Annotated[str, Ref("currency")]
CurrencyRateId = Annotated[str, Ref("currency_rate")]
UnitId = Annotated[str, Ref("unit")]
MoneyAccountId = Annotated[str, Ref("money_account")]

WarehouseKind = Annotated[Literal["normal", "store", "defective", "transit"], Label("warehouse_kind")]
Platform = Literal["taobao", "counter", "phone", "other"]
Direction = Literal["in", "out"]
ReasonKind = Annotated[Literal["freeze", "revert", "return", "adjust", "void"], Label("reason_kind")]

ShortCode = Annotated[Code, Limit(max=12), Hint("Short, in letters and digits; it stands on labels and in files.")]


class Branch(Record, kw_only=True, frozen=True):
    """A place with a box of its own."""

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
    cod: bool = False
    account_no: Text = ""
    max_weight: Weight = 0
    volume_ratio: int = 0
    """Cubic centimetres that are charged like one kilogram; 0 when volume is not charged."""
    phone: Phone = ""
    disabled: bool = False


class Shop(Record, kw_only=True, frozen=True):
    """One store on one platform, or a counter."""

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
    complete_days: int = 15
    disabled: bool = False


class Packaging(Record, kw_only=True, frozen=True):
    """A box or bag that goods are sent in."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    weight: Weight = 0
    cost: Price = 0
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


class Unit(Record, kw_only=True, frozen=True):
    """What goods are counted in."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("name",),)
    name: Text = ""
    fraction: bool = False
    disabled: bool = False


class Setting(Record, kw_only=True, frozen=True):
    """A switch that was turned away from its default; its id follows from its name."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    name: Text = ""
    value: Text = ""
