"""Prices: the SKU's own, and those of price lists agreed with customers."""

from collections.abc import Sequence

import msgspec

from appliance.journal import Desk, Price, Refusal, action, derive
from appliance.shop.catalog.records import (
    ListPrice,
    ListPriceId,
    Market,
    Member,
    Minimum,
    Name,
    PriceList,
    PriceListId,
    Retail,
    Sku,
    SkuId,
    Wholesale,
)


class PriceRow(msgspec.Struct, kw_only=True, frozen=True):
    """One price of a list, as a row of the form."""

    sku: SkuId
    price: Price


def price_of(desk: Desk, sku: str, price_list: str = "") -> int:
    """Say what a SKU costs a customer with this price list; the retail price where the list says nothing."""
    found = desk.value("select retail from sku where id = ?", sku) if not price_list else desk.value(
        "select ifnull((select p.price from list_price p join price_list l on l.id = p.price_list "
        "where p.id = ? and p.deleted = 0 and l.deleted = 0 and l.disabled = 0), retail) from sku where id = ?",
        _price_id(price_list, sku), sku,
    )  # fmt: skip
    if found is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return int(found)


@action("Set prices")
def set_prices(
    desk: Desk,
    *,
    sku: SkuId,
    retail: Retail,
    wholesale: Wholesale = 0,
    member: Member = 0,
    market: Market = 0,
    minimum: Minimum = 0,
) -> None:
    """An empty price means that there is none; the lowest price is what a cashier may not go below."""
    named = {"retail": retail, "wholesale": wholesale, "member": member, "market": market, "minimum": minimum}
    for field, price in named.items():
        _check_price(price, field)
    if minimum > retail:
        raise Refusal("The lowest price is above the retail price.", field="minimum")
    desk.change(Sku, sku, retail=retail, wholesale=wholesale, member=member, market=market, minimum=minimum)
    desk.about(desk.get(Sku, sku).goods)


@action("Add price list")
def add_price_list(desk: Desk, *, name: Name) -> str:
    """Customers who have this list pay its prices; what is not in it costs the retail price."""
    _check_list_name(desk, name)
    return desk.put(PriceList(name=name))


@action("Rename price list")
def rename_price_list(desk: Desk, *, price_list: PriceListId, name: Name) -> None:
    """Its prices and customers stay."""
    _check_list_name(desk, name, but=price_list)
    desk.change(PriceList, price_list, name=name)


@action("Disable price list", undo="catalog.enable_price_list")
def disable_price_list(desk: Desk, *, price_list: PriceListId) -> None:
    """Its customers pay the retail price again."""
    desk.change(PriceList, price_list, disabled=True)


@action("Enable price list", undo="catalog.disable_price_list")
def enable_price_list(desk: Desk, *, price_list: PriceListId) -> None:
    """Its customers pay its prices again."""
    desk.change(PriceList, price_list, disabled=False)


@action("Set prices of the list")
def set_list_prices(desk: Desk, *, price_list: PriceListId, prices: list[PriceRow]) -> None:
    """A SKU that is already in the list gets the new price."""
    desk.get(PriceList, price_list)
    _check_rows(desk, prices)
    for row in prices:
        name = _price_id(price_list, row.sku)
        standing = desk.find(ListPrice, name)
        if standing is None or _removed(desk, name):
            desk.put(ListPrice(id=name, price_list=price_list, sku=row.sku, price=row.price))
        else:
            desk.change(ListPrice, name, price=row.price)
    desk.about(price_list)


@action("Take SKU out of the list")
def remove_list_price(desk: Desk, *, list_price: ListPriceId) -> None:
    """It costs the retail price again."""
    standing = desk.get(ListPrice, list_price)
    desk.remove(ListPrice, list_price)
    desk.about(standing.price_list)


def _price_id(price_list: str, sku: str) -> str:
    return derive("list_price", price_list, sku)


def _removed(desk: Desk, name: str) -> bool:
    return bool(desk.value("select deleted from list_price where id = ?", name))


def _check_rows(desk: Desk, rows: Sequence[PriceRow]) -> None:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        _check_price(row.price, f"prices.{place}.price")
        desk.get(Sku, row.sku)
        if row.sku in seen:
            raise Refusal("This SKU stands here twice.", field=f"prices.{place}.sku")
        seen.add(row.sku)


def _check_price(price: int, field: str) -> None:
    if price < 0:
        raise Refusal("A price cannot be less than nothing.", field=field)


def _check_list_name(desk: Desk, name: str, but: str = "") -> None:
    if not name:
        raise Refusal("A price list needs a name.", field="name")
    if desk.row("select 1 from price_list where name = ? and id <> ? and deleted = 0 limit 1", name, but):
        raise Refusal("There is already a price list of this name.", field="name")
