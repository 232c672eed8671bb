"""What can be done with customers' files; phones, addresses, accounts and merging have files of their own."""

from typing import Annotated

from appliance.journal import Day, Desk, Hint, Label, Limit, Money, Phone, Rate, Refusal, Text, Words, action
from appliance.shop.catalog import PriceListId
from appliance.shop.customers.details import (
    add_account,
    add_address,
    add_phone,
    change_address,
    change_phone,
    keep_account,
    keep_address,
    keep_phone,
    remove_account,
    remove_address,
    remove_phone,
)
from appliance.shop.customers.matching import holder
from appliance.shop.customers.merging import merge, tell_apart, unmerge
from appliance.shop.customers.phones import is_phone
from appliance.shop.customers.records import (
    WHOLE_PRICE,
    Customer,
    CustomerClass,
    CustomerClassId,
    CustomerId,
    Platform,
    Sex,
)
from appliance.shop.settings import ShopId, paper_number
from appliance.shop.staff import EmployeeId

__all__ = [
    "add_account",
    "add_address",
    "add_phone",
    "blacklist",
    "change",
    "change_address",
    "change_class",
    "change_phone",
    "create",
    "create_class",
    "disable",
    "disable_class",
    "enable",
    "enable_class",
    "forgive",
    "merge",
    "remove_account",
    "remove_address",
    "remove_phone",
    "set_credit",
    "tag",
    "tell_apart",
    "unmerge",
]

LONGEST_CREDIT_DAYS = 365


@action("New customer")
def create(
    desk: Desk,
    *,
    name: Annotated[Text, Label("Customer name")] = "",
    phone: Phone = "",
    customer_class: CustomerClassId = "",
    street: Annotated[Text, Label("Address"), Hint("Written in one line; province, city and district are found.")] = "",
    province: Text = "",
    city: Text = "",
    district: Text = "",
    remark: Words = "",
    tags: list[str] | None = None,
    platform: Platform = "counter",
    shop: Annotated[ShopId, Label("Came from")] = "",
    nick: Annotated[Text, Label("Name on the platform")] = "",
    open_id: Annotated[Text, Label("Open id")] = "",
    different: Annotated[bool, Label("A different person, even if the phone is known")] = False,
) -> str:
    """A name or a phone number is enough; the rest can come later.

    What a platform sends is kept as it is, masked or mistyped; what a person types is checked.
    """
    told_by_platform = bool(open_id or nick)
    name = " ".join((name or nick or phone).split())
    if not name:
        raise Refusal("Write a name or a phone number.", field="name")
    if phone and not told_by_platform:
        _unknown_phone(desk, phone, different=different)

    customer = desk.put(
        Customer(
            no=paper_number(desk, "CU"),
            name=name,
            customer_class=customer_class,
            remark=remark,
            tags=_tidy(tags or []),
            shop=shop,
            home_branch=desk.branch,
        )
    )
    if phone:
        keep_phone(desk, customer, phone, main=True)
    if told_by_platform:
        keep_account(desk, customer, platform=platform, shop=shop, nick=nick, open_id=open_id)
    if street or province:
        place = (province, city, district, street)
        keep_address(desk, customer, place, checked=not told_by_platform, main=True)
    desk.about(customer)
    return customer


def _unknown_phone(desk: Desk, phone: str, *, different: bool) -> None:
    if "*" not in phone and not is_phone(phone):
        raise Refusal("{phone} is not a phone number. Check its digits.", field="phone", phone=phone)
    known = "" if different else holder(desk, phone)
    if known:
        file = desk.get(Customer, known)
        raise Refusal(
            "{name} already has this phone. Open that file, or say that this is a different person.",
            field="phone",
            code="phone_known",
            remedy=f"/customers/{known}",
            name=file.name,
        )


@action("Change customer")
def change(
    desk: Desk,
    *,
    customer: CustomerId,
    name: Annotated[Text, Label("Customer name")],
    sex: Sex = "unknown",
    birthday: Day = "",
    email: Text = "",
    chat: Annotated[Text, Label("Chat name"), Hint("WeChat, QQ or Wangwang, as the customer is found there.")] = "",
    customer_class: CustomerClassId = "",
    tags: list[str] | None = None,
    remark: Words = "",
    shop: Annotated[ShopId, Label("Came from")] = "",
    owner: Annotated[EmployeeId, Label("Looked after by")] = "",
    consent_sms: Annotated[bool, Label("Agrees to text messages")] = False,
    consent_email: Annotated[bool, Label("Agrees to e-mail")] = False,
    consent_recording: Annotated[bool, Label("Agrees to recorded calls")] = False,
) -> None:
    """Phones, addresses, credit and the blacklist are changed on the customer's page."""
    if not name.strip():
        raise Refusal("A customer needs a name.", field="name")
    if email and ("@" not in email.strip("@") or " " in email):
        raise Refusal("{email} is not an e-mail address.", field="email", email=email)
    if birthday > desk.day:
        raise Refusal("A birthday is not in the future.", field="birthday")
    desk.change(
        Customer,
        customer,
        name=" ".join(name.split()),
        sex=sex,
        birthday=birthday,
        email=email,
        chat=chat,
        customer_class=customer_class,
        tags=_tidy(tags or []),
        remark=remark,
        shop=shop,
        owner=owner,
        consent_sms=consent_sms,
        consent_email=consent_email,
        consent_recording=consent_recording,
    )


@action("Add tag")
def tag(desk: Desk, *, customer: CustomerId, tag: Text) -> None:
    """The tag is added to those the customer has."""
    if not tag.strip():
        raise Refusal("Write the tag.", field="tag")
    file = desk.get(Customer, customer)
    desk.change(Customer, customer, tags=_tidy([*file.tags, tag]))


def _tidy(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(name for tag in tags if (name := tag.strip())))


@action("Set credit and prices")
def set_credit(
    desk: Desk,
    *,
    customer: CustomerId,
    credit: Annotated[Money, Label("May owe up to"), Hint("Nothing means that the customer pays at once.")] = 0,
    credit_days: Annotated[int, Label("Days to pay"), Limit(min=0, max=LONGEST_CREDIT_DAYS)] = 0,
    price_list: PriceListId = "",
) -> None:
    """How much the customer may owe, for how long, and by which price list the shop sells to them."""
    if credit < 0:
        raise Refusal("What a customer may owe is never less than nothing.", field="credit")
    if not 0 <= credit_days <= LONGEST_CREDIT_DAYS:
        raise Refusal("Days to pay are between 0 and {longest}.", field="credit_days", longest=LONGEST_CREDIT_DAYS)
    desk.change(Customer, customer, credit=credit, credit_days=credit_days, price_list=price_list)


@action("Put on the blacklist", undo="customers.forgive")
def blacklist(desk: Desk, *, customer: CustomerId, blacklist_reason: Annotated[Text, Label("Reason")]) -> None:
    """Orders of this customer are held at review until somebody looks at them."""
    if not blacklist_reason.strip():
        raise Refusal("Say why; the next one at the counter will want to know.", field="blacklist_reason")
    desk.change(Customer, customer, blacklisted=True, blacklist_reason=blacklist_reason)


@action("Take off the blacklist")
def forgive(desk: Desk, *, customer: CustomerId) -> None:
    """The customer buys like everybody else again."""
    if not desk.get(Customer, customer).blacklisted:
        raise Refusal("This customer is not on the blacklist.")
    desk.change(Customer, customer, blacklisted=False, blacklist_reason="")


@action("Disable customer", undo="customers.enable")
def disable(desk: Desk, *, customer: CustomerId) -> None:
    """The customer is not offered for new orders any more; everything written stays."""
    if desk.get(Customer, customer).disabled:
        raise Refusal("This customer is disabled already.")
    desk.change(Customer, customer, disabled=True)


@action("Enable customer", undo="customers.disable")
def enable(desk: Desk, *, customer: CustomerId) -> None:
    """The customer is offered for new orders again."""
    if not desk.get(Customer, customer).disabled:
        raise Refusal("This customer is not disabled.")
    desk.change(Customer, customer, disabled=False)


@action("New customer class")
def create_class(
    desk: Desk,
    *,
    name: Text,
    discount: Annotated[Rate, Label("Pays this share of the price"), Hint("95 means 95 % of the price.")] = WHOLE_PRICE,
) -> str:
    """Such as gold card, wholesale, neighbours."""
    return desk.put(CustomerClass(name=_class_name(desk, name), discount=_share(discount)))


@action("Change customer class")
def change_class(
    desk: Desk,
    *,
    customer_class: CustomerClassId,
    name: Text,
    discount: Annotated[Rate, Label("Pays this share of the price"), Hint("95 means 95 % of the price.")] = WHOLE_PRICE,
) -> None:
    """New orders follow the new share; what was sold stays as it was."""
    desk.change(
        CustomerClass, customer_class, name=_class_name(desk, name, besides=customer_class), discount=_share(discount)
    )


@action("Disable customer class", undo="customers.enable_class")
def disable_class(desk: Desk, *, customer_class: CustomerClassId) -> None:
    """It is not offered any more; customers who have it keep it."""
    desk.change(CustomerClass, customer_class, disabled=True)


@action("Enable customer class", undo="customers.disable_class")
def enable_class(desk: Desk, *, customer_class: CustomerClassId) -> None:
    """It is offered again."""
    desk.change(CustomerClass, customer_class, disabled=False)


def _class_name(desk: Desk, name: str, besides: str = "") -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("A class needs a name.", field="name")
    taken = "select 1 from customer_class where name = ? and id <> ? and deleted = 0"
    if desk.value(taken, name, besides):
        raise Refusal("There is a class called {name} already.", field="name", name=name)
    return name


def _share(discount: int) -> int:
    if not 0 < discount <= WHOLE_PRICE:
        raise Refusal("The share of the price is between 0 and 100 %.", field="discount")
    return discount
