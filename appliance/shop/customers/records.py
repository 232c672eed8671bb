"""What is written about customers. All of it is personal: each file can be erased while the log still proves itself."""

from typing import Annotated, ClassVar, Literal

import msgspec

from appliance.journal import (
    CHAIN,
    Day,
    Group,
    Hint,
    Id,
    Label,
    Moment,
    Money,
    Partition,
    Phone,
    Rate,
    Record,
    Ref,
    Sum,
    Text,
    Watched,
    Words,
)
from appliance.shop.catalog import PriceListId
from appliance.shop.settings import ShopId
from appliance.shop.staff import EmployeeId

CustomerId = Annotated[str, Ref("customer")]
CustomerClassId = Annotated[str, Ref("customer_class")]
CustomerPhoneId = Annotated[str, Ref("customer_phone")]
CustomerAddressId = Annotated[str, Ref("customer_address")]
CustomerAccountId = Annotated[str, Ref("customer_account")]
AliasId = Annotated[str, Ref("alias")]

Sex = Literal["unknown", "female", "male"]
Platform = Literal["taobao", "counter", "phone", "other"]

CUSTOMER_BOUGHT = Sum("customer_bought", by=("customer", "basis"), of=("orders", "amount", "cost"))
"""What each file has bought, once for each day that people ask by: placed, paid, shipped, completed. Orders feed it."""

WHOLE_PRICE = 10_000
"""A class without a discount pays ten tenths."""


class CustomerClass(Record, kw_only=True, frozen=True):
    """A kind of customer, such as gold card or wholesale, and the share of the price it pays."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True

    name: Text = ""
    discount: Annotated[Rate, Label("Pays this share of the price"), Watched()] = WHOLE_PRICE
    disabled: bool = False


class Customer(Record, kw_only=True, frozen=True):
    """A customer's file."""

    within: ClassVar[tuple[str, ...] | None] = ()
    partition: ClassVar[Partition] = CHAIN
    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer_class",), ("no",))

    no: Annotated[Text, Label("Customer number")] = ""
    name: Text = ""
    sex: Sex = "unknown"
    birthday: Day = ""
    email: Text = ""
    chat: Annotated[Text, Label("Chat name"), Hint("WeChat, QQ or Wangwang, as the customer is found there.")] = ""
    customer_class: CustomerClassId = ""
    tags: list[str] = msgspec.field(default_factory=list)
    remark: Words = ""
    shop: Annotated[ShopId, Label("Came from")] = ""
    owner: Annotated[EmployeeId, Label("Looked after by")] = ""
    home_branch: Id = ""

    price_list: Annotated[PriceListId, Watched()] = ""
    credit: Annotated[Money, Group("credit"), Watched(), Label("May owe up to")] = 0
    credit_days: Annotated[int, Group("credit"), Watched(), Label("Days to pay")] = 0

    blacklisted: Annotated[bool, Group("blacklist"), Watched()] = False
    blacklist_reason: Annotated[Text, Group("blacklist"), Watched()] = ""

    consent_sms: Annotated[bool, Group("consent"), Label("Agrees to text messages")] = False
    consent_email: Annotated[bool, Group("consent"), Label("Agrees to e-mail")] = False
    consent_recording: Annotated[bool, Group("consent"), Label("Agrees to recorded calls")] = False

    disabled: bool = False


class CustomerPhone(Record, kw_only=True, frozen=True):
    """One of a customer's numbers, as written, and in the form by which numbers are compared."""

    partition: ClassVar[Partition] = CHAIN
    personal: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer",), ("normal",), ("tail",))

    customer: CustomerId = ""
    phone: Annotated[Phone, Group("number")] = ""
    normal: Annotated[Phone, Group("number")] = ""
    tail: Annotated[Phone, Group("number")] = ""
    masked: Annotated[bool, Group("number")] = False
    main: bool = False


class CustomerAddress(Record, kw_only=True, frozen=True):
    """Where parcels for a customer go."""

    partition: ClassVar[Partition] = CHAIN
    personal: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer",),)

    customer: CustomerId = ""
    name: Annotated[Text, Label("Receiver"), Hint("Empty means the customer in person.")] = ""
    phone: Annotated[Phone, Hint("Empty means the customer's own number.")] = ""
    province: Annotated[Text, Group("address")] = ""
    city: Annotated[Text, Group("address")] = ""
    district: Annotated[Text, Group("address")] = ""
    street: Annotated[Text, Group("address")] = ""
    zip: Annotated[Text, Group("address"), Label("Post code")] = ""
    main: bool = False


class CustomerAccount(Record, kw_only=True, frozen=True):
    """Who a customer is on a platform."""

    within: ClassVar[tuple[str, ...] | None] = ()
    partition: ClassVar[Partition] = CHAIN
    personal: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("customer",),
        ("open_id", "platform", "shop"),
        ("nick", "platform"),
    )

    customer: CustomerId = ""
    platform: Platform = "taobao"
    shop: ShopId = ""
    nick: Annotated[Text, Label("Name on the platform")] = ""
    open_id: Annotated[Text, Label("Open id")] = ""


class Alias(Record, kw_only=True, frozen=True):
    """A file that was found to be a double: it stands for the older one, its own id keeps working.

    There is one alias for a file, so its id follows from it. Only an alias to a smaller, that is an older, id counts;
    so two boxes that merged the same pair both ways can never make a circle.
    """

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer",), ("canonical",))

    customer: CustomerId = ""
    canonical: CustomerId = ""
    merged_at: Moment = 0


class DistinctPair(Record, kw_only=True, frozen=True):
    """Two files that share a phone and are two people all the same: a family, a reception desk."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("customer",), ("other",))

    customer: CustomerId = ""
    other: CustomerId = ""
