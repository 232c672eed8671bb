"""What belongs to a file in several pieces: phones, addresses, accounts on platforms."""

from typing import Annotated, Any

from appliance.journal import Desk, Hint, Label, Phone, Record, Refusal, Text, action
from appliance.shop.customers.phones import is_masked, is_phone, normal_phone, tail
from appliance.shop.customers.records import (
    Customer,
    CustomerAccount,
    CustomerAccountId,
    CustomerAddress,
    CustomerAddressId,
    CustomerId,
    CustomerPhone,
    CustomerPhoneId,
    Platform,
)
from appliance.shop.settings import ShopId, regions

MOST_PHONES = 20

Place = tuple[str, str, str, str]
"""Province, city, district, street."""


@action("Add phone")
def add_phone(
    desk: Desk, *, customer: CustomerId, phone: Phone, main: Annotated[bool, Label("Call this first")] = False
) -> str:
    """A number with stars is kept, but nobody is found by it."""
    desk.get(Customer, customer)
    _dialled(phone)
    standing = desk.rows("select phone, normal from customer_phone where customer = ? and deleted = 0", customer)
    normal = normal_phone(phone)
    if any((normal and one.normal == normal) or one.phone == phone for one in standing):
        raise Refusal("This customer has that number already.", field="phone")
    if len(standing) >= MOST_PHONES:
        raise Refusal("A customer has at most {most} phone numbers. Remove one first.", most=MOST_PHONES)
    kept = keep_phone(desk, customer, phone, main=main or not standing)
    desk.about(customer)
    return kept


@action("Change phone")
def change_phone(
    desk: Desk,
    *,
    customer_phone: CustomerPhoneId,
    phone: Phone,
    main: Annotated[bool, Label("Call this first")] = False,
) -> None:
    """The old number stays in the history."""
    standing = desk.get(CustomerPhone, customer_phone)
    _dialled(phone)
    if main and not standing.main:
        _only_main(desk, CustomerPhone, "customer_phone", standing.customer)
    desk.change(CustomerPhone, customer_phone, main=main or standing.main, **_written(phone))
    desk.about(standing.customer)


@action("Remove phone")
def remove_phone(desk: Desk, *, customer_phone: CustomerPhoneId) -> None:
    """Nobody is found by this number any more."""
    standing = desk.get(CustomerPhone, customer_phone)
    desk.remove(CustomerPhone, customer_phone)
    _next_main(desk, CustomerPhone, "customer_phone", standing.customer)
    desk.about(standing.customer)


def keep_phone(desk: Desk, customer: str, phone: str, *, main: bool) -> str:
    """Write a number into a file, in every form it is looked for."""
    if main:
        _only_main(desk, CustomerPhone, "customer_phone", customer)
    return desk.put(CustomerPhone(customer=customer, main=main, **_written(phone)))


def _dialled(phone: str) -> None:
    if not is_masked(phone) and not is_phone(phone):
        raise Refusal("{phone} is not a phone number. Check its digits.", field="phone", phone=phone)


def _written(phone: str) -> dict[str, Any]:
    normal = normal_phone(phone)
    return {"phone": phone.strip(), "normal": normal, "tail": tail(normal), "masked": is_masked(phone)}


@action("Add address")
def add_address(
    desk: Desk,
    *,
    customer: CustomerId,
    street: Annotated[Text, Label("Address"), Hint("Written in one line; province, city and district are found.")],
    province: Text = "",
    city: Text = "",
    district: Text = "",
    name: Annotated[Text, Label("Receiver"), Hint("Empty means the customer in person.")] = "",
    phone: Annotated[Phone, Hint("Empty means the customer's own number.")] = "",
    zip: Annotated[Text, Label("Post code")] = "",
    main: Annotated[bool, Label("Send here first")] = False,
) -> str:
    """Where parcels for this customer go."""
    desk.get(Customer, customer)
    first = not desk.value("select 1 from customer_address where customer = ? and deleted = 0", customer)
    place = (province, city, district, street)
    kept = keep_address(desk, customer, place, checked=True, name=name, phone=phone, zip=zip, main=main or first)
    desk.about(customer)
    return kept


@action("Change address")
def change_address(
    desk: Desk,
    *,
    customer_address: CustomerAddressId,
    street: Annotated[Text, Label("Address"), Hint("Written in one line; province, city and district are found.")],
    province: Text = "",
    city: Text = "",
    district: Text = "",
    name: Annotated[Text, Label("Receiver"), Hint("Empty means the customer in person.")] = "",
    phone: Annotated[Phone, Hint("Empty means the customer's own number.")] = "",
    zip: Annotated[Text, Label("Post code")] = "",
    main: Annotated[bool, Label("Send here first")] = False,
) -> None:
    """Parcels that are packed already keep the address they have."""
    standing = desk.get(CustomerAddress, customer_address)
    province, city, district, street = _found((province, city, district, street), checked=True)
    if main and not standing.main:
        _only_main(desk, CustomerAddress, "customer_address", standing.customer)
    desk.change(
        CustomerAddress,
        customer_address,
        name=name,
        phone=phone,
        province=province,
        city=city,
        district=district,
        street=street,
        zip=zip,
        main=main or standing.main,
    )
    desk.about(standing.customer)


@action("Remove address")
def remove_address(desk: Desk, *, customer_address: CustomerAddressId) -> None:
    """It is not offered any more; old parcels keep it."""
    standing = desk.get(CustomerAddress, customer_address)
    desk.remove(CustomerAddress, customer_address)
    _next_main(desk, CustomerAddress, "customer_address", standing.customer)
    desk.about(standing.customer)


def keep_address(
    desk: Desk,
    customer: str,
    place: Place,
    *,
    checked: bool,
    name: str = "",
    phone: str = "",
    zip: str = "",
    main: bool,
) -> str:
    """Write an address into a file; one that a person typed must hold together."""
    province, city, district, street = _found(place, checked=checked)
    if main:
        _only_main(desk, CustomerAddress, "customer_address", customer)
    return desk.put(
        CustomerAddress(
            customer=customer,
            name=name,
            phone=phone,
            province=province,
            city=city,
            district=district,
            street=street,
            zip=zip,
            main=main,
        )
    )


def _found(place: Place, *, checked: bool) -> Place:
    """Divide an address written in one line, and refuse a district that lies elsewhere."""
    province, city, district, street = (part.strip() for part in place)
    if not province and street:
        found = regions.split(street)
        if found.ok:
            return found.province, found.city, found.district, found.street
    if not checked:
        return province, city, district, street
    if not street:
        raise Refusal("Write the street and number.", field="street")
    if not province:
        raise Refusal("The province or city is not clear from this. Write it before the street.", field="street")
    if not regions.consistent(province, city, district):
        raise Refusal(
            "{district} does not lie in {city}, {province}.",
            field="district" if district else "city",
            district=district or city,
            city=city,
            province=province,
        )
    return province, city, district, street


@action("Add account on a platform")
def add_account(
    desk: Desk,
    *,
    customer: CustomerId,
    platform: Platform,
    nick: Annotated[Text, Label("Name on the platform")] = "",
    open_id: Annotated[Text, Label("Open id")] = "",
    shop: ShopId = "",
) -> str:
    """New orders from there then find this customer."""
    desk.get(Customer, customer)
    if not (nick or open_id):
        raise Refusal("Write the name on the platform, or the open id.", field="nick")
    same = "customer = ? and platform = ? and nick = ? and open_id = ?"
    if desk.value(f"select 1 from customer_account where {same} and deleted = 0", customer, platform, nick, open_id):
        raise Refusal("This customer has that account already.", field="nick")
    kept = keep_account(desk, customer, platform=platform, shop=shop, nick=nick, open_id=open_id)
    desk.about(customer)
    return kept


@action("Remove account on a platform")
def remove_account(desk: Desk, *, customer_account: CustomerAccountId) -> None:
    """Orders from there do not find this customer any more."""
    standing = desk.get(CustomerAccount, customer_account)
    desk.remove(CustomerAccount, customer_account)
    desk.about(standing.customer)


def keep_account(desk: Desk, customer: str, *, platform: Platform, shop: str, nick: str, open_id: str) -> str:
    """Write an account on a platform into a file."""
    return desk.put(
        CustomerAccount(customer=customer, platform=platform, shop=shop, nick=nick.strip(), open_id=open_id.strip())
    )


def _only_main(desk: Desk, kind: type[Record], table: str, customer: str) -> None:
    for one in desk.rows(f"select id from {table} where customer = ? and main = 1 and deleted = 0", customer):
        desk.change(kind, one.id, main=False)


def _next_main(desk: Desk, kind: type[Record], table: str, customer: str) -> None:
    """When the main one is gone, the oldest of the others takes its place."""
    left = desk.row(
        f"select id, main from {table} where customer = ? and deleted = 0 order by main desc, id limit 1", customer
    )
    if left is not None and not left.main:
        desk.change(kind, left.id, main=True)
