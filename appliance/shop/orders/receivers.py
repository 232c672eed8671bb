"""Receivers: a name, a phone and an address that a courier can find."""

import unicodedata

import msgspec

from appliance.journal import Refusal
from appliance.shop import customers, settings
from appliance.shop.orders.records import NewReceiver, Receiver


def checked_receiver(given: NewReceiver) -> Receiver:
    """Make the receiver of a typed order: cut an address in one piece into its parts, refuse what no parcel reaches."""
    for field in ("name", "phone", "province", "city", "district", "street"):
        _printable(getattr(given, field), field)
    if "*" in given.phone and not given.masked:
        raise Refusal(
            "A phone number with * in it cannot be called. Type the whole number.", field="phone", code="masked"
        )
    parts = _in_parts(given)
    if parts.province and not settings.regions.consistent(parts.province, parts.city, parts.district):
        raise Refusal(
            "{district} does not lie in {city}, {province}. Choose the region again.",
            field="district", code="region", province=parts.province, city=parts.city, district=parts.district,
        )  # fmt: skip
    phone = customers.normal_phone(parts.phone) or parts.phone
    return Receiver(**msgspec.structs.asdict(msgspec.structs.replace(parts, phone=phone)))


def _in_parts(given: NewReceiver) -> NewReceiver:
    if given.province or not given.street:
        return given
    region = settings.regions.split(given.street)
    if not region.ok:
        return given
    return msgspec.structs.replace(
        given, province=region.province, city=region.city, district=region.district, street=region.street
    )


def _printable(text: str, field: str) -> None:
    if not text.isprintable() and any(unicodedata.category(char) in {"Cc", "Cf"} for char in text):
        raise Refusal("There is an invisible character in it. Type it again.", field=field, code="unprintable")
