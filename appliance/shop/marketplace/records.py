"""What the marketplaces told us, word for word, and how their goods are named here.

Ids follow from (platform, shop, the platform's own number), so two boxes that read the same file write the same
records. Names, phones and addresses stand in personal records of their own and can be erased.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from appliance.journal import BRANCH, Blob, Code, Flow, Moment, Money, Partition, Phone, Price, Qty, Record, Ref, Text
from appliance.journal import Words as ManyLines
from appliance.shop.catalog import SkuId
from appliance.shop.settings import ShopId

RawOrderId = Annotated[str, Ref("raw_order")]
RawReceiverId = Annotated[str, Ref("raw_receiver")]
RawOrderLineId = Annotated[str, Ref("raw_order_line")]
ShopGoodsId = Annotated[str, Ref("shop_goods")]
ImportJobId = Annotated[str, Ref("import_job")]

PlatformStatus = Literal[
    "unconfirmed",
    "await_balance",
    "await_ship",
    "part_shipped",
    "shipped",
    "signed",
    "finished",
    "refunded",
    "closed",
]
TO_SUBMIT = "state = 'waiting' and platform_status in ('await_ship', 'part_shipped')"
"""Which platform orders the shop has still to take up, in the words of the database."""
STATUS_RANK: dict[str, int] = {
    "unconfirmed": 10,
    "await_balance": 20,
    "await_ship": 30,
    "part_shipped": 40,
    "shipped": 50,
    "signed": 60,
    "finished": 70,
    "refunded": 80,
    "closed": 90,
}
"""A platform's order only goes up; a file that says less is an older one."""

RefundStatus = Literal["none", "requested", "part", "full"]
FileKind = Literal["orders", "items"]
Platform = Literal["taobao"]


class RawOrder(Record, kw_only=True, frozen=True):
    """An order as the platform told it; staff work on the system orders that come of it."""

    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = Flow(
        start="waiting",
        steps={"waiting": ("submitted", "set_aside"), "submitted": ("waiting",), "set_aside": ("waiting",)},
        rank={"submitted": 20, "set_aside": 10},
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("state", "platform_status", "placed_at", "id"),
        ("shop", "placed_at", "id"),
        ("placed_at", "id"),
        ("tid",),
        ("forked",),
        # What waits to be submitted stands in its order here, however much of it there is.
        ("state", "placed_at", "id", f"where {TO_SUBMIT}"),
    )

    platform: Platform = "taobao"
    shop: ShopId = ""
    tid: Text = ""
    raw_receiver: RawReceiverId = ""
    platform_status: PlatformStatus = "unconfirmed"
    refund_status: RefundStatus = "none"
    delivery_term: Literal["prepaid", "cod"] = "prepaid"
    placed_at: Moment = 0
    paid_at: Moment = 0
    ship_by: Moment = 0
    shipped_at: Moment = 0
    ended_at: Moment = 0
    goods_amount: Money = 0
    postage: Money = 0
    receivable: Money = 0
    paid: Money = 0
    received: Money = 0
    refunded: Money = 0
    commission: Money = 0
    """What the platform keeps for itself."""
    payment_no: Text = ""
    """The number under which the money came; a statement of the platform names it."""
    presale: Text = ""
    """A presale's steps, in the platform's own words."""
    goods_count: Qty = 0
    title: Text = ""
    buyer_message: ManyLines = ""
    seller_memo: ManyLines = ""
    seller_label: Text = ""
    """The word that stands with the memo's flag; the files tell no colour."""
    close_reason: Text = ""
    waybill: Text = ""
    courier_name: Text = ""
    source: Literal["file", "api", "housekeeper"] = "file"
    payload_hash: Text = ""
    """Over everything told about the order and its receiver: an equal hash is no work."""


class RawReceiver(Record, kw_only=True, frozen=True):
    """Who bought and where it goes, as the platform told it; what is masked stays masked."""

    partition: ClassVar[Partition] = BRANCH
    personal: ClassVar[bool] = True

    nick: Text = ""
    open_id: Text = ""
    name: Text = ""
    phone: Phone = ""
    telephone: Phone = ""
    address: Text = ""
    new_address: Text = ""
    invoice_title: Text = ""
    oaid: Text = ""
    masked: bool = False
    alipay: Text = ""
    told: dict[str, str] = msgspec.field(default_factory=dict)
    """Everything else that its row told, by heading, word for word."""


class RawOrderLine(Record, kw_only=True, frozen=True):
    """One line of a raw order, a sub-order of the platform."""

    partition: ClassVar[Partition] = BRANCH
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("raw_order", "place"), ("shop_goods",))

    raw_order: RawOrderId = ""
    oid: Text = ""
    place: int = 0
    shop_goods: ShopGoodsId = ""
    title: Text = ""
    spec: Text = ""
    price: Price = 0
    qty: Qty = 0
    payable: Money = 0
    paid: Money = 0
    platform_status: PlatformStatus = "unconfirmed"
    refund_status: RefundStatus = "none"
    refund_amount: Money = 0
    bundle: Text = ""
    memo: Text = ""
    waybill: Text = ""
    payload_hash: Text = ""


class ShopGoods(Record, kw_only=True, frozen=True):
    """Goods as a shop lists them on its platform; written by imports, named ours by code or by `Mapping`."""

    partition: ClassVar[Partition] = BRANCH
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("outer_code",), ("shop", "goods_key", "spec_key"))

    shop: ShopId = ""
    outer_code: Code = ""
    goods_key: Text = ""
    spec_key: Text = ""
    title: Text = ""
    spec: Text = ""


class Mapping(Record, kw_only=True, frozen=True):
    """A person said which of our goods a shop's goods are; remembered for every later order.

    Its id is that of the shop's goods, so the same answer given on two boxes is one record.
    """

    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("shop", "goods_key", "spec_key"),
        ("outer_code", "shop"),
        ("made_at", "id"),
    )

    shop: ShopId = ""
    outer_code: Code = ""
    goods_key: Text = ""
    spec_key: Text = ""
    sku: SkuId = ""


class ImportJob(Record, kw_only=True, frozen=True):
    """A file laid in: first looked at, then taken in portion by portion; it says how far it came."""

    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = Flow(
        start="laid_in",
        steps={
            "laid_in": ("checked", "unreadable", "dropped"),
            "checked": ("running", "dropped"),
            "running": ("done", "stopped", "unreadable"),
            "stopped": ("running", "dropped"),
        },
        rank={"done": 30, "unreadable": 25, "stopped": 20, "dropped": 10},
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("state",), ("made_at", "id"))

    shop: ShopId = ""
    file: Blob = ""
    name: Text = ""
    kind: FileKind = "orders"
    profile: Text = ""
    encoding: Text = ""
    box: Text = ""
    started_by: Annotated[str, Ref("employee")] = ""
    latest: Moment = 0
    """An order placed after this has a wrong date, or the box has. Written down, so that a file is always read alike."""
    submits: bool = True
    total: int = 0
    taken: int = 0
    added: int = 0
    changed_orders: int = 0
    same: int = 0
    older: int = 0
    bad: int = 0
    repeated: int = 0
    submitted: int = 0
    not_submitted: int = 0
    late: list[tuple[int, str, str]] = msgspec.field(default_factory=list)
    """Rows that could not be stored: number, order, and why (a message id)."""
    errors: Blob = ""
    warnings: list[str] = msgspec.field(default_factory=list)
    ignored: list[str] = msgspec.field(default_factory=list)
    message: Text = ""
    params: dict[str, str] = msgspec.field(default_factory=dict)
