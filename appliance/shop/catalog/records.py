"""What is written about goods: what they are, what they are called, and what they cost the buyer."""

from typing import Annotated, ClassVar, Literal

from appliance.journal import (
    CHAIN,
    ONE,
    Blob,
    Code,
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

CategoryId = Annotated[str, Ref("category")]
GoodsId = Annotated[str, Ref("goods")]
SkuId = Annotated[str, Ref("sku")]
BarcodeId = Annotated[str, Ref("barcode")]
PriceListId = Annotated[str, Ref("price_list")]

GoodsKind = Literal["sale_item", "material", "packaging", "consumable", "virtual", "fixed_asset", "gift"]

Name = Annotated[Text, Limit(max=100)]
ShortCode = Annotated[Code, Limit(max=40)]


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

    no: Annotated[ShortCode, Label("Goods number")] = ""
    name: Name = ""
    short_name: Name = ""
    brand: Name = ""
    category: CategoryId = ""
    unit: Annotated[Text, Limit(max=10)] = ""
    kind: GoodsKind = "sale_item"
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
    code: Annotated[ShortCode, Label("SKU code"), Watched()] = ""
    spec: Name = ""
    retail: Annotated[Price, Watched()] = 0
    wholesale: Annotated[Price, Watched()] = 0
    member: Annotated[Price, Label("Member price"), Watched()] = 0
    market: Annotated[Price, Label("Market price"), Watched()] = 0
    minimum: Annotated[Price, Label("Lowest price"), Watched()] = 0
    weight: Weight = 0
    fraction: Annotated[bool, Label("Sold in fractions")] = False
    allow_negative: Annotated[bool, Label("May be sold below zero stock")] = False
    allow_below_cost: Annotated[bool, Label("May be sold below cost")] = False
    picture: Annotated[Blob, Limit(max=64)] = ""
    thumb: Annotated[Blob, Limit(max=64)] = ""
    disabled: bool = False


class Barcode(Record, kw_only=True, frozen=True):
    """A barcode that means a SKU, perhaps several units of it at once (the carton of twelve)."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("code",), ("sku",))

    code: Annotated[Code, Watched()] = ""
    sku: SkuId = ""
    units: Annotated[Qty, Label("Units in it")] = ONE
    main: Annotated[bool, Label("Main barcode")] = False


class PriceList(Record, kw_only=True, frozen=True):
    """Prices agreed with some customers, instead of the retail price."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True

    name: Name = ""
    disabled: bool = False


class ListPrice(Record, kw_only=True, frozen=True):
    """The price of one SKU in a list; its id follows from both, so that two boxes write the same row."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("price_list", "sku"), ("sku",))

    price_list: PriceListId = ""
    sku: SkuId = ""
    price: Annotated[Price, Watched()] = 0
