"""What is written about stock: what moved, at which cost, and the papers that say why."""

from typing import Annotated, ClassVar, Final, Literal

from appliance.journal import (
    BRANCH,
    CHAIN,
    Day,
    Fact,
    Flow,
    Group,
    Id,
    Label,
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
from appliance.shop.settings import BranchId, WarehouseId

StockPaperId = Annotated[str, Ref("stock_paper")]
TransferId = Annotated[str, Ref("transfer")]
TransferLineId = Annotated[str, Ref("transfer_line")]
DifferenceId = Annotated[str, Ref("difference")]
PoolId = Annotated[str, Ref("pool")]

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
HELD = Sum("held", by=("warehouse", "sku", "bucket"), of=("qty",), common=True)
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


# ---- transfers

CarriedKind = Literal["sent", "came", "came_home", "written_off"]
LossReason = Annotated[Literal["lost", "damaged", "miscounted"], Label("What happened to them")]

IN_TRANSIT = Sum("in_transit", by=("line",), of=("qty", "value"))
"""What left one shelf and has not reached another: it belongs to the sender until it comes or is written off."""
CARRIAGE = Sum("carriage", by=("line", "kind"), of=("qty", "value"))

TRANSFER_FLOW: Final = Flow(
    start="editing",
    steps={
        # Between two shelves of one branch it may be all at once.
        "editing": ("to_review", "sent", "cancelled"),
        "to_review": ("editing", "approved", "cancelled"),
        "approved": ("sent", "to_review", "cancelled"),
        "sent": (),
        "cancelled": (),
    },
    # What is on its way cannot be cancelled by paper; a cancelled transfer is not revived by somebody's approval.
    rank={"sent": 30, "cancelled": 20, "approved": 10},
)

DIFFERENCE_FLOW: Final = Flow(
    start="open",
    steps={"open": ("accepted", "withdrawn"), "accepted": (), "withdrawn": ()},
    rank={"accepted": 20, "withdrawn": 10},
)


class Transfer(Record, kw_only=True, frozen=True):
    """Goods are to go from one shelf to another. Both branches read and write it, so it travels to the whole chain.

    How far the goods are follows from what was carried; the steps only say what people decided.
    """

    within: ClassVar[tuple[str, ...] | None] = ("source|target",)
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = TRANSFER_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("source",), ("target",))

    number: Text = ""
    source: WarehouseId = ""
    target: WarehouseId = ""
    branch: BranchId = ""
    """The branch that asked for it."""
    note: Words = ""
    day: Day = ""
    cancel_reason: Text = ""
    ended: bool = False
    """The sender sends no more, whatever is still open."""


class TransferLine(Record, kw_only=True, frozen=True):
    """One SKU of a transfer: what the one branch asked for, and what the owner of the goods granted."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("transfer", "place"), ("sku",))

    transfer: TransferId = ""
    place: int = 0
    sku: SkuId = ""
    asked: Qty = 0
    granted: Qty = 0


class Carried(Fact, kw_only=True, frozen=True):
    """Goods of a transfer left, came, came home again, or were given up: with a sign, as seen from the way."""

    partition: ClassVar[Partition] = CHAIN
    feeds: ClassVar[tuple[Sum, ...]] = (IN_TRANSIT, CARRIAGE)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("transfer",), ("line",), ("difference",))

    transfer: TransferId = ""
    line: TransferLineId = ""
    kind: CarriedKind = "sent"
    qty: Qty = 0
    value: Price = 0
    difference: DifferenceId = ""
    day: Day = ""


class Difference(Record, kw_only=True, frozen=True):
    """Other than what was sent has come. The goods stay the sender's until the sender accepts it."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = DIFFERENCE_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("transfer",), ("line",))

    transfer: TransferId = ""
    line: TransferLineId = ""
    qty: Annotated[Qty, Group("found")] = 0
    """Less than nothing: so much is missing; more: so much more has come than was sent."""
    reason: Annotated[LossReason, Group("found")] = "lost"
    note: Annotated[Words, Group("found")] = ""
    day: Day = ""


# ---- pools


class Pool(Record, kw_only=True, frozen=True):
    """Goods of one shelf that several branches sell without asking: each promises only what its box has the right to.

    One box keeps the pool: it gives the rights out, and what was promised leaves the shelf there. The id follows from the
    shelf.
    """

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("warehouse", "sku"), ("keeper",))

    warehouse: WarehouseId = ""
    sku: SkuId = ""
    keeper: Annotated[Text, Group("kept"), Watched()] = ""
    """The name under which the keeping box writes, in hex."""
    code: Annotated[Text, Group("kept")] = ""
    """How that box is called on papers."""
    closed: bool = False
