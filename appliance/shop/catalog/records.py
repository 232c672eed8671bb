"""What is written about goods: what they are, what they are called, and what they cost the buyer."""

from typing import Annotated, ClassVar, Literal

from appliance.journal import (
    CHAIN,
    ONE,
    Blob,
    Code,
    Group,
    Label,
    Limit,
    Partition,
    Price,
    Qty,
    Record,
    Ref,
    Text,
    Watched,
    Weight,
)
from appliance.shop.settings import TaxRateId

CategoryId = Annotated[str, Ref("category")]
GoodsId = Annotated[str, Ref("goods")]
SkuId = Annotated[str, Ref("sku")]
BarcodeId = Annotated[str, Ref("barcode")]
PriceListId = Annotated[str, Ref("price_list")]
ListPriceId = Annotated[str, Ref("list_price")]

GoodsKind = Literal["sale_item", "material", "packaging", "consumable", "virtual", "fixed_asset", "gift"]

Name = Annotated[Text, Limit(max=100)]
GoodsNumber = Annotated[Code, Limit(max=40), Label("Goods number")]
KindOfGoods = Annotated[GoodsKind, Label("Kind of goods")]
SkuCode = Annotated[Code, Limit(max=40), Label("SKU code")]
Spec = Annotated[Text, Limit(max=100), Label("Specification")]
ScannedCode = Annotated[Code, Limit(max=40), Label("Barcode")]
Units = Annotated[Qty, Label("Units in it")]
Main = Annotated[bool, Label("Main barcode")]
Fraction = Annotated[bool, Label("Sold in fractions")]
BelowZero = Annotated[bool, Label("May be sold below zero stock")]
BelowCost = Annotated[bool, Label("May be sold below cost")]
Retail = Annotated[Price, Label("Retail price")]
Wholesale = Annotated[Price, Label("Wholesale price")]
Member = Annotated[Price, Label("Member price")]
Market = Annotated[Price, Label("Market price")]
Minimum = Annotated[Price, Label("Lowest price")]


class Category(Record, kw_only=True, frozen=True):
    """A shelf of the catalogue; categories lie in each other, at most five deep."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("parent",),)

    name: Name = ""
    parent: CategoryId = ""


class Goods(Record, kw_only=True, frozen=True):
    """What a shop calls one kind of goods; what is on the shelf are its SKUs."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("category",), ("no",))

    no: GoodsNumber = ""
    name: Name = ""
    short_name: Name = ""
    brand: Name = ""
    category: CategoryId = ""
    unit: Annotated[Text, Limit(max=10)] = ""
    kind: KindOfGoods = "sale_item"
    # The large and the small picture are one choice of one person.
    picture: Annotated[Blob, Limit(max=64)] = ""
    thumb: Annotated[Blob, Limit(max=64)] = ""
    disabled: bool = False


class Sku(Record, kw_only=True, frozen=True):
    """One thing that is counted, priced and sold: this teapot, in red."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("goods",), ("code",))

    goods: GoodsId = ""
    code: Annotated[SkuCode, Watched()] = ""
    spec: Spec = ""
    retail: Annotated[Retail, Watched()] = 0
    wholesale: Annotated[Wholesale, Watched()] = 0
    member: Annotated[Member, Watched()] = 0
    market: Annotated[Market, Watched()] = 0
    minimum: Annotated[Minimum, Watched()] = 0
    weight: Weight = 0
    length_cm: Annotated[int, Group("size"), Label("Length in cm")] = 0
    width_cm: Annotated[int, Group("size"), Label("Width in cm")] = 0
    height_cm: Annotated[int, Group("size"), Label("Height in cm")] = 0
    tax_rate: TaxRateId = ""
    fraction: Fraction = False
    allow_negative: BelowZero = False
    allow_below_cost: BelowCost = False
    picture: Annotated[Blob, Limit(max=64)] = ""
    thumb: Annotated[Blob, Limit(max=64)] = ""
    disabled: bool = False


class Barcode(Record, kw_only=True, frozen=True):
    """A barcode that means a SKU, perhaps several units of it at once (the carton of twelve)."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("code",), ("sku",))

    code: Annotated[ScannedCode, Watched()] = ""
    sku: SkuId = ""
    units: Units = ONE
    main: Main = False


class PriceList(Record, kw_only=True, frozen=True):
    """Prices agreed with some customers, instead of the retail price."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("made_at", "id"),)

    name: Name = ""
    disabled: bool = False


class ListPrice(Record, kw_only=True, frozen=True):
    """The price of one SKU in a list; its id follows from both, so that two boxes write the same row."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("price_list", "sku"), ("sku",))

    price_list: PriceListId = ""
    sku: SkuId = ""
    price: Annotated[Price, Watched()] = 0
