"""Freight: what a courier will charge for a parcel, estimated from the rules that were agreed with it.

The formula is that of spec/domain.md 4.5.5: the shop's own rule before the general one, then district, city, province,
everywhere; the weight that is charged is the greater of the scale's and the volume's; a small-parcel fee where there is
one, else the first weight and then each band by its unit. Nobody knows a fee that no rule gives: it is None, never 0.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from appliance.journal import Desk, Hint, Label, Money, Refusal, Row, Text, Weight, action, round_half_up
from appliance.shop.settings import regions
from appliance.shop.settings.directory import check_open
from appliance.shop.settings.records import (
    Courier,
    CourierId,
    FreightRule,
    FreightRuleId,
    Rounding,
    Shop,
    ShopId,
)

MOST_BANDS = 4
MOST_TIERS = 6


class Band(msgspec.Struct, kw_only=True, frozen=True):
    """Beyond the first weight: each unit of so much costs so much, up to a weight."""

    until: Annotated[Weight, Label("Up to")] = 0
    unit: Annotated[Weight, Label("Each"), Hint("Empty for a kilogram.")] = 1_000
    price: Money = 0
    rounding: Rounding = "up"


class Tier(msgspec.Struct, kw_only=True, frozen=True):
    """Small parcels: up to this weight one fee, whatever they weigh."""

    until: Annotated[Weight, Label("Up to")] = 0
    price: Money = 0


# ---- the estimate


def chargeable(weight: int, volume_cm3: int, ratio: int) -> int:
    """Return the grams that are charged; `ratio` is how many cm³ count as a kilogram, 0 where volume is free."""
    return max(weight, -(-volume_cm3 * 1000 // ratio) if ratio else 0)


def fee(rule: FreightRule, weight: int) -> int:
    """Return what a parcel of so many charged grams costs by a rule, in fen."""
    for until, price in rule.tiers:
        if weight <= until:
            return price
    total, start = rule.first_price, rule.first_weight
    for until, unit, price, rounding in rule.bands:
        if weight <= start:
            break
        grams = (min(weight, until) if until else weight) - start
        total += _units(grams, unit, price, rounding)
        start = until or weight
    return total


def _units(grams: int, unit: int, price: int, rounding: str) -> int:
    if rounding == "exact":
        return round_half_up(grams * price, unit)
    whole = {"up": -(-grams // unit), "down": grams // unit}.get(rounding)
    return price * (round_half_up(grams, unit) if whole is None else whole)


def best(rules: Iterable[Row], shop: str, province: str, city: str, district: str) -> Row | None:
    """Return the rule that holds for a parcel: the shop's own before the general, the nearest area before the wider."""
    found = [
        rule for rule in rules
        if rule["shop"] in {"", shop} and rule["province"] in {"", province} and rule["city"] in {"", city}
        and rule["district"] in {"", district}
    ]  # fmt: skip
    return max(found, key=_nearness, default=None)


def _nearness(rule: Row) -> tuple[Any, ...]:
    return (rule["shop"] != "", rule["district"] != "", rule["city"] != "", rule["province"] != "", rule["id"])


# ---- the rules


@action("Add a freight rule")
def add_freight_rule(
    desk: Desk,
    *,
    courier: CourierId,
    province: Annotated[Text, Hint("Empty: everywhere that no other rule names.")] = "",
    city: Text = "",
    district: Text = "",
    shop: Annotated[ShopId, Hint("Empty for every shop.")] = "",
    first_weight: Annotated[Weight, Label("First weight")] = 1_000,
    first_price: Annotated[Money, Label("Costs")] = 0,
    bands: Annotated[list[Band], Label("And beyond it")] = [],  # noqa: B006 - read, never written
    tiers: Annotated[list[Tier], Label("Small parcels")] = [],  # noqa: B006
) -> str:
    """What the courier charges for a parcel into an area, to know beforehand what an order will leave."""
    check_open(desk, Courier, courier, "courier")
    if shop:
        check_open(desk, Shop, shop, "shop")
    area = _area(province, city, district)
    _check_once(desk, courier, shop, area)
    fees = _fees(first_weight, first_price, bands, tiers)
    made = desk.put(FreightRule(courier=courier, shop=shop, province=area[0], city=area[1], district=area[2], **fees))
    desk.about(courier)
    return made


@action("Change the freight rule")
def change_freight_rule(
    desk: Desk,
    *,
    freight_rule: FreightRuleId,
    first_weight: Annotated[Weight, Label("First weight")] = 1_000,
    first_price: Annotated[Money, Label("Costs")] = 0,
    bands: Annotated[list[Band], Label("And beyond it")] = [],  # noqa: B006
    tiers: Annotated[list[Tier], Label("Small parcels")] = [],  # noqa: B006
) -> None:
    """The area stays. What parcels cost that have left does not change."""
    standing = desk.get(FreightRule, freight_rule)
    desk.change(FreightRule, freight_rule, **_fees(first_weight, first_price, bands, tiers))
    desk.about(standing.courier)


@action("Remove the freight rule", confirm="Parcels into this area are then estimated by a wider rule, or not at all.")
def remove_freight_rule(desk: Desk, *, freight_rule: FreightRuleId) -> None:
    """The courier does not charge like this any more."""
    standing = desk.get(FreightRule, freight_rule)
    desk.remove(FreightRule, freight_rule)
    desk.about(standing.courier)


def _area(province: str, city: str, district: str) -> tuple[str, str, str]:
    """Write an area in the full names of the table of regions, by which addresses are kept too."""
    if not (province or city or district):
        return "", "", ""
    found = regions.split(f"{province} {city} {district}")
    if not found.province or found.street:
        raise Refusal("There is no such area. Write province, city and district in full.", field="province")
    return found.province, found.city, found.district


def _check_once(desk: Desk, courier: str, shop: str, area: tuple[str, str, str]) -> None:
    taken = desk.row(
        "select 1 from freight_rule where courier = ? and shop = ? and province = ? and city = ? and district = ? "
        "and deleted = 0",
        courier, shop, *area,
    )  # fmt: skip
    if taken:
        raise Refusal("There is a rule for this area already. Change that one.", field="province", code="taken")


def _fees(first_weight: int, first_price: int, bands: Sequence[Band], tiers: Sequence[Tier]) -> dict[str, Any]:
    if first_weight < 0 or first_price < 0:
        raise Refusal("This cannot be less than nothing.", field="first_weight" if first_weight < 0 else "first_price")
    if len(bands) > MOST_BANDS:
        raise Refusal("There are at most {most} bands.", field="bands", most=MOST_BANDS)
    if len(tiers) > MOST_TIERS:
        raise Refusal("There are at most {most} small-parcel fees.", field="tiers", most=MOST_TIERS)
    start = first_weight
    for place, band in enumerate(bands):
        last = place == len(bands) - 1
        if band.unit <= 0:
            raise Refusal("A unit is more than nothing.", field=f"bands.{place}.unit")
        if band.price < 0:
            raise Refusal("This cannot be less than nothing.", field=f"bands.{place}.price")
        if (band.until and band.until <= start) or (not band.until and not last):
            raise Refusal(
                "Each band ends above the one before; only the last has no end.", field=f"bands.{place}.until"
            )
        start = band.until
    for place, tier in enumerate(tiers):
        if tier.until <= (tiers[place - 1].until if place else 0):
            raise Refusal("Each weight is more than the one before.", field=f"tiers.{place}.until")
    return {
        "first_weight": first_weight, "first_price": first_price,
        "bands": [(one.until, one.unit, one.price, one.rounding) for one in bands],
        "tiers": [(one.until, one.price) for one in tiers],
    }  # fmt: skip
