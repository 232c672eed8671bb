"""Orders: what is written when somebody buys, and the states an order walks through until it is done."""

from enum import IntFlag
from typing import Annotated, ClassVar, Final, Literal

import msgspec

from appliance.journal import (
    Blob,
    Day,
    Flow,
    Group,
    Id,
    Label,
    Moment,
    Money,
    Phone,
    Price,
    Qty,
    Record,
    Ref,
    Sum,
    Text,
    Watched,
    Weight,
    Words,
)
from appliance.shop.catalog import SkuId
from appliance.shop.customers import CustomerId
from appliance.shop.settings import CourierId, MarkId, PackagingId, ShopId, WarehouseId
from appliance.shop.staff import EmployeeId

SalesOrderId = Annotated[str, Ref("sales_order")]
SalesOrderLineId = Annotated[str, Ref("sales_order_line")]
OrderMarkId = Annotated[str, Ref("order_mark")]
ReceiverId = Annotated[str, Ref("receiver")]

DeliveryTerm = Literal["prepaid", "cod", "on_account", "instalment"]
LATER: Final = ("on_account", "instalment")
"""Terms under which goods leave before they are paid for, so somebody must be known who owes for them."""
Kind = Literal["online", "offline", "counter", "wholesale", "exchange"]
Origin = Literal["manual", "api", "import", "copy"]
InvoiceKind = Annotated[Literal["plain_invoice", "special_invoice"], Label("invoice_kind")]
RefundStatus = Literal["none", "requested", "part", "full"]
FlagColour = Literal["none", "red", "yellow", "green", "blue", "violet"]
FLAGS: Final = ("none", "red", "yellow", "green", "blue", "violet")

ORDER_FLOW: Final = Flow(
    start="draft",
    steps={
        # A counter sale is all at once, and an order the platform shipped long ago enters as history only.
        "draft": ("to_review", "awaiting_payment", "preorder", "delayed", "shipped", "completed", "cancelled"),
        "awaiting_payment": ("to_review", "preorder", "cancelled"),
        "delayed": ("to_review", "cancelled"),
        "preorder": ("to_review", "cancelled"),
        "to_review": ("to_finance_review", "approved", "preorder", "delayed", "cancelled", "merged"),
        "to_finance_review": ("approved", "to_review", "cancelled"),
        "approved": ("shipped", "to_review", "cancelled"),
        "shipped": ("completed", "approved"),
        "completed": (),
        "cancelled": (),
        "merged": ("to_review",),
    },
    # Goods that left cannot be cancelled by paper; a cancelled order is not revived by somebody's correction.
    rank={"completed": 40, "shipped": 30, "cancelled": 20, "merged": 10},
)

OPEN: Final = ("awaiting_payment", "delayed", "preorder", "to_review", "to_finance_review", "approved")
EDITABLE: Final = ("draft", "awaiting_payment", "delayed", "preorder", "to_review", "to_finance_review")


class Exceptions(IntFlag):
    """What the platform changed after we had the order; any of them stops review and shipping until a person looks."""

    ADDRESS = 1
    INVOICE = 2
    WAREHOUSE = 4
    NOTE = 8
    GOODS = 16
    REFUND = 32
    MESSAGE = 64
    SHIPPED = 128


EXCEPTION_NAMES: Final = {
    Exceptions.ADDRESS: "Address changed on the platform",
    Exceptions.INVOICE: "Invoice changed on the platform",
    Exceptions.WAREHOUSE: "Warehouse changed on the platform",
    Exceptions.NOTE: "Note changed on the platform",
    Exceptions.GOODS: "Goods changed on the platform",
    Exceptions.REFUND: "Refund requested on the platform",
    Exceptions.MESSAGE: "Buyer message changed",
    Exceptions.SHIPPED: "Already shipped on the platform",
}
"""Message ids, one for each bit."""

SALES_DAY: Final = Sum(
    "sales_day",
    by=("basis", "day", "shop"),
    of=("orders", "units", "goods_amount", "discount", "postage", "amount", "cost"),
)
"""Sales by day and shop, once for each date that people ask by: placed, paid, shipped, completed."""

ORDER_COUNT: Final = Sum("order_count", by=("state", "shop"), of=("receivable",))
"""How many orders stand in each state, and what they are worth."""


class SalesOrder(Record, kw_only=True, frozen=True):
    """What somebody ordered, as the staff work on it."""

    owned_by: ClassVar[str] = "salesperson"
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = ORDER_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("receiver",),
        ("raw_order", "where raw_order <> ''"),
    )

    number: Text = ""
    shop: ShopId = ""
    shop_name: Text = ""
    """As it was called when the order came: renaming a shop does not rewrite its papers."""
    customer: CustomerId = ""
    receiver: ReceiverId = ""
    warehouse: WarehouseId = ""
    courier: CourierId = ""
    packaging: PackagingId = ""
    delivery_term: DeliveryTerm = "prepaid"
    kind: Kind = "offline"
    origin: Origin = "manual"
    salesperson: EmployeeId = ""

    goods_amount: Annotated[Money, Group("amounts")] = 0
    discount: Annotated[Money, Group("amounts")] = 0
    postage: Annotated[Money, Group("amounts")] = 0
    other: Annotated[Money, Group("amounts"), Label("Other charges")] = 0
    receivable: Annotated[Money, Group("amounts"), Watched()] = 0
    platform_paid: Money = 0
    commission: Money = 0
    """What the platform keeps of it."""

    day: Day = ""
    placed_at: Moment = 0
    paid_at: Moment = 0
    paid_on: Day = ""
    ship_by: Moment = 0
    review_on: Day = ""
    """A delayed order comes back to review that day."""
    shipped_on: Day = ""
    completed_on: Day = ""

    buyer_message: Words = ""
    remark: Words = ""
    print_remark: Words = ""
    flag: FlagColour = "none"
    mark: Text = ""
    """As it was called when it was put on; so is its colour."""
    mark_id: Annotated[MarkId, Group("marked")] = ""
    mark_colour: Annotated[Text, Group("marked")] = ""
    frozen_reason: Text = ""
    exceptions: int = 0
    refund_status: RefundStatus = "none"
    revert_reason: Text = ""
    cancel_reason: Text = ""
    forced_reason: Text = ""
    """Why somebody approved it in spite of a warning."""

    exchange_for: SalesOrderId = ""
    """The order whose goods come back for these."""
    returned_on: Day = ""
    raw_order: Id = ""
    platform_number: Text = ""
    """The platform's own number (tid); people search by it."""
    weight: Weight = 0
    taken_by: EmployeeId = ""
    edited_at: Moment = 0
    """When its goods or its receiver last changed, which are records of their own: whoever looked before is told."""


class OrderInstalment(Record, kw_only=True, frozen=True):
    """A part of what an order comes to, and the day on which it is to be paid. When the goods leave it becomes a charge."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("sales_order", "place"),)

    sales_order: SalesOrderId = ""
    place: int = 0
    due_on: Annotated[Day, Group("part")] = ""
    amount: Annotated[Money, Group("part")] = 0


class Receiver(Record, kw_only=True, frozen=True):
    """Who gets the parcel of one order; a masked one came from a platform that keeps the rest to itself."""

    personal: ClassVar[bool] = True

    name: Annotated[Text, Group("receiver")] = ""
    phone: Annotated[Phone, Group("receiver")] = ""
    province: Annotated[Text, Group("receiver")] = ""
    city: Annotated[Text, Group("receiver")] = ""
    district: Annotated[Text, Group("receiver")] = ""
    street: Annotated[Text, Group("receiver")] = ""
    zip: Annotated[Text, Group("receiver"), Label("Postcode")] = ""
    masked: Annotated[bool, Group("receiver")] = False
    oaid: Annotated[Text, Group("receiver")] = ""
    invoice_title: Text = ""
    """Whom an invoice is to be made out to; empty when none was asked for."""
    invoice_kind: Annotated[InvoiceKind, Group("invoice")] = "plain_invoice"
    tax_no: Annotated[Text, Group("invoice")] = ""


class SalesOrderLine(Record, kw_only=True, frozen=True):
    """One line of an order. `amount` is the truth: what the buyer pays for the line after every discount.

    The title, spec, code and picture are those of the day it was ordered, so that old papers keep their words.
    """

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("sales_order", "place"),
        ("raw_line", "where raw_line <> ''"),
    )

    sales_order: SalesOrderId = ""
    place: int = 0
    sku: SkuId = ""
    raw_line: Id = ""
    code: Text = ""
    title: Text = ""
    spec: Text = ""
    picture: Blob = ""
    qty: Annotated[Qty, Group("sold")] = 0
    list_price: Annotated[Price, Group("sold")] = 0
    price: Annotated[Price, Group("sold")] = 0
    discount: Annotated[Money, Group("sold")] = 0
    amount: Annotated[Money, Group("sold")] = 0
    postage_share: Annotated[Money, Group("sold")] = 0
    tax: Annotated[Money, Group("sold")] = 0
    """The tax that the amount holds, by the rate of the goods on that day."""
    gift: bool = False
    refund_status: RefundStatus = "none"
    cost: Price = 0
    """What the goods of this line were worth when they left, the whole line, in 1/10000 yuan."""


class NewLine(msgspec.Struct, kw_only=True, frozen=True):
    """One line as a person types it: without a price it is the customer's own price."""

    sku: SkuId
    qty: Qty = 10_000
    price: Price | None = None
    discount: Money = 0
    gift: bool = False


class TakenLine(msgspec.Struct, kw_only=True, frozen=True):
    """One line as a platform sold it; `sku` is empty while nobody said which of our goods it is."""

    raw_line: Id
    sku: SkuId = ""
    title: Text = ""
    spec: Text = ""
    qty: Qty = 10_000
    price: Price = 0
    amount: Money = 0
    gift: bool = False
    refund_status: RefundStatus = "none"


class NewReceiver(msgspec.Struct, kw_only=True, frozen=True):
    """A receiver as it is known: an address in parts, or in one piece in `street`."""

    name: Text = ""
    phone: Phone = ""
    province: Text = ""
    city: Text = ""
    district: Text = ""
    street: Text = ""
    zip: Text = ""
    masked: bool = False
    oaid: Text = ""
    invoice_title: Text = ""
