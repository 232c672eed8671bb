"""Prices: the SKU's own, and those of a list that some customers have."""

import pytest

from appliance.journal import Desk
from appliance.shop import catalog
from appliance.shop.catalog import NewSku, PriceRow, actions
from tests.cast import agree, clean, meet
from tests.catalog.conftest import refused


@pytest.fixture
def teapot(alice: Desk) -> str:
    catalog.add_goods(alice, name="青瓷茶壶", no="T", skus=[NewSku(retail=1_280_000)])
    return catalog.by_code(alice, "T") or ""


@pytest.fixture
def wholesale(alice: Desk) -> str:
    return catalog.add_price_list(alice, name="批发价")


def test_a_list_says_the_price_or_else_the_retail_price_holds(alice: Desk, teapot: str, wholesale: str) -> None:
    assert catalog.price_of(alice, teapot) == 1_280_000
    assert catalog.price_of(alice, teapot, wholesale) == 1_280_000
    catalog.set_list_prices(alice, price_list=wholesale, prices=[PriceRow(sku=teapot, price=990_000)])
    assert catalog.price_of(alice, teapot, wholesale) == 990_000
    catalog.set_list_prices(alice, price_list=wholesale, prices=[PriceRow(sku=teapot, price=980_000)])
    assert catalog.price_of(alice, teapot, wholesale) == 980_000
    assert alice.value("select prices from price_list_list") == 1
    actions.disable_price_list(alice, price_list=wholesale)
    assert catalog.price_of(alice, teapot, wholesale) == 1_280_000
    actions.enable_price_list(alice, price_list=wholesale)
    line = alice.value("select id from price_list_line")
    actions.remove_list_price(alice, list_price=line)
    assert catalog.price_of(alice, teapot, wholesale) == 1_280_000
    catalog.set_list_prices(alice, price_list=wholesale, prices=[PriceRow(sku=teapot, price=970_000)])
    assert catalog.price_of(alice, teapot, wholesale) == 970_000
    assert clean(alice) == []


def test_a_price_that_costs_nothing_is_a_price(alice: Desk, teapot: str, wholesale: str) -> None:
    catalog.set_list_prices(alice, price_list=wholesale, prices=[PriceRow(sku=teapot, price=0)])
    assert catalog.price_of(alice, teapot, wholesale) == 0


def test_what_is_not_there_has_no_price(alice: Desk) -> None:
    refused("That is not here any more. Look at the list again.", lambda: catalog.price_of(alice, "nothing"))


@pytest.mark.parametrize("field", ["retail", "wholesale", "member", "market", "minimum"])
def test_no_price_is_less_than_nothing(alice: Desk, teapot: str, field: str) -> None:
    prices = {"retail": 100, field: -1}
    refused("A price cannot be less than nothing.", lambda: catalog.set_prices(alice, sku=teapot, **prices), field)


def test_the_lowest_price_is_not_above_the_retail_price(alice: Desk, teapot: str) -> None:
    refused(
        "The lowest price is above the retail price.",
        lambda: catalog.set_prices(alice, sku=teapot, retail=100, minimum=101), "minimum",
    )  # fmt: skip


def test_rows_of_a_list_are_looked_at_one_by_one(alice: Desk, teapot: str, wholesale: str) -> None:
    def give(*rows: PriceRow) -> object:
        return catalog.set_list_prices(alice, price_list=wholesale, prices=list(rows))

    good = PriceRow(sku=teapot, price=1)
    refused("This SKU stands here twice.", lambda: give(good, good), "prices.1.sku")
    refused("A price cannot be less than nothing.", lambda: give(PriceRow(sku=teapot, price=-1)), "prices.0.price")
    assert alice.value("select count(*) from list_price") == 0


def test_price_lists_have_names_of_their_own(alice: Desk, wholesale: str) -> None:
    refused("A price list needs a name.", lambda: catalog.add_price_list(alice, name=""), "name")
    refused("There is already a price list of this name.", lambda: catalog.add_price_list(alice, name="批发价"), "name")
    actions.rename_price_list(alice, price_list=wholesale, name="批发价")
    actions.rename_price_list(alice, price_list=wholesale, name="大客户价")
    assert alice.value("select name from price_list_list") == "大客户价"


def test_two_boxes_price_one_sku_in_one_list_and_it_is_one_row(
    alice: Desk, bob: Desk, teapot: str, wholesale: str
) -> None:
    meet(alice, bob)
    catalog.set_list_prices(bob, price_list=wholesale, prices=[PriceRow(sku=teapot, price=800)])
    catalog.set_list_prices(alice, price_list=wholesale, prices=[PriceRow(sku=teapot, price=900)])
    meet(alice, bob)
    assert agree(alice, bob)
    assert alice.value("select count(*) from list_price") == 1
    assert catalog.price_of(alice, teapot, wholesale) == catalog.price_of(bob, teapot, wholesale) == 900
