"""What is written about stock: what moved, at which cost, and the papers that say why."""

from typing import Annotated, ClassVar, Literal

from appliance.journal import (
    BRANCH,
    Day,
    Fact,
    Id,
    Limit,
    Partition,
    Price,
    Qty,
    Record,
    Ref,
    Sum,
    Text,
    Watched,
    Words,
)
from appliance.shop.catalog import SkuId
from appliance.shop.settings import WarehouseId

StockPaperId = Annotated[str, Ref("stock_paper")]

Quality = Literal["good", "defective"]

MovedKind = Literal[
    "sale_out", "sale_return_in", "purchase_in", "purchase_return_out", "transfer_out", "transfer_in", "count_gain",
    "count_loss", "assembly_in", "assembly_out", "disassembly_in", "disassembly_out", "other_in", "other_out",
    "repair_in", "repair_out", "convert_out", "convert_in", "opening", "value_adjustment", "scrap",
    "cost_correction", "undone",
]  # fmt: skip

PaperKind = Literal["opening", "other_in", "other_out", "scrap", "convert", "value_adjustment"]

STOCK = Sum("stock", by=("warehouse", "sku", "quality"), of=("qty", "value"))
VARIANCE = Sum("variance", by=("day", "warehouse", "sku"), of=("amount",))
HELD = Sum("held", by=("warehouse", "sku", "bucket"), of=("qty",))
"""What orders and other papers ask for or will bring, by bucket; the lower rooms' kept views feed it."""


class Moved(Fact, kw_only=True, frozen=True):
    """Goods came or went, or their value changed: one line of a warehouse's ledger, never rewritten."""

    partition: ClassVar[Partition] = BRANCH
    feeds: ClassVar[tuple[Sum, ...]] = (STOCK,)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("warehouse", "seq"),
        ("warehouse", "sku", "quality", "seq"),
        ("document", "seq"),
        ("line",),
        ("at", "id"),
        ("warehouse", "at", "id"),
        ("sku", "at", "id"),
        ("kind", "at", "id"),
    )

    warehouse: WarehouseId = ""
    sku: SkuId = ""
    quality: Quality = "good"
    seq: int = 0
    kind: MovedKind = "other_in"
    document: Id = ""
    line: Id = ""
    qty: Qty = 0
    value: Price = 0
    unit_cost: Price = 0
    qty_after: Qty = 0
    value_after: Price = 0
    last_cost: Price = 0
    """What the goods cost when they last came in at a cost of their own; it travels along from line to line."""
    day: Day = ""
    reason: Annotated[Text, Limit(max=100)] = ""
    provisional: bool = False
    cost_missing: bool = False


class Varied(Fact, kw_only=True, frozen=True):
    """Goods had left at a guessed cost; this is what the guess was off by."""

    partition: ClassVar[Partition] = BRANCH
    feeds: ClassVar[tuple[Sum, ...]] = (VARIANCE,)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("document",),)

    warehouse: WarehouseId = ""
    sku: SkuId = ""
    day: Day = ""
    amount: Price = 0
    document: Id = ""
    reason: Annotated[Text, Limit(max=100)] = ""


class StockPaper(Record, kw_only=True, frozen=True):
    """A paper of the warehouse itself: opening stock, other in and out, scrap, conversion, a corrected value."""

    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("number",),
        ("made_at", "id"),
        ("kind", "made_at", "id"),
        ("warehouse", "made_at", "id"),
        ("reverses",),
    )

    number: Text = ""
    kind: PaperKind = "other_in"
    warehouse: WarehouseId = ""
    reason: Annotated[Text, Limit(max=100)] = ""
    note: Words = ""
    day: Day = ""
    reverses: StockPaperId = ""


class StockLimit(Record, kw_only=True, frozen=True):
    """The quantity below which a SKU in a warehouse is low; its id follows from both."""

    partition: ClassVar[Partition] = BRANCH
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("warehouse", "sku"),)

    warehouse: WarehouseId = ""
    sku: SkuId = ""
    low: Annotated[Qty, Watched()] = 0
