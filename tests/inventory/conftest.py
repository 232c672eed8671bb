"""A shop with two branches, a warehouse in each, and a teapot."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.desk import action
from appliance.shop import catalog, inventory
from appliance.shop.settings import Branch, Warehouse
from tests.cast import BRANCH_A, BRANCH_B, Shop, meet

ROOMS = ["settings", "staff", "allowances", "catalog", "inventory"]


@action("Build the shop")
def build(desk: Desk) -> None:
    for name, branch, label in (("a", BRANCH_A, "总店"), ("b", BRANCH_B, "分店")):
        desk.put(Branch(id=branch, name=label, code=name.upper()))
        desk.put(Warehouse(id=derive("warehouse", name), name=f"{label}仓", code=name.upper(), branch=branch))


@dataclass(frozen=True)
class Shelf:
    """Where the tests put their goods."""

    warehouse: str
    teapot: str
    cup: str
    tea: str


@pytest.fixture
def alice(new_box: Callable[..., Shop]) -> Desk:
    return new_box("A1", BRANCH_A, names=ROOMS).desk("alice")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    return new_box("B1", BRANCH_B, names=ROOMS).desk("bob")


@pytest.fixture
def bella(new_box: Callable[..., Shop]) -> Desk:
    return new_box("A2", BRANCH_A, names=ROOMS).desk("bella")


@pytest.fixture
def shelf(alice: Desk) -> Shelf:
    return furnish(alice)


def furnish(alice: Desk) -> Shelf:
    build(alice)
    for name, code in (("青瓷茶壶", "TEAPOT"), ("茶杯", "CUP"), ("散装茶叶", "TEA")):
        catalog.add_goods(alice, name=name, no=code)
    skus = [catalog.by_code(alice, code) or "" for code in ("TEAPOT", "CUP", "TEA")]
    catalog.change_sku(alice, sku=skus[2], code="TEA", fraction=True, allow_negative=True)
    return Shelf(derive("warehouse", "a"), *skus)


def refused(sentence: str, deed: Callable[[], object], field: str = "") -> Refusal:
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.sentence == sentence
    assert said.value.field == field
    return said.value


def pieces(count: int) -> int:
    return count * ONE


@action("Stock the shelves")
def stock_up(desk: Desk, shelf: Shelf) -> None:
    for sku, count, cost in ((shelf.teapot, 10, 128_000), (shelf.cup, 2, 10_000), (shelf.cup, 1, 10_100)):
        inventory.receive(
            desk, warehouse=shelf.warehouse, sku=sku, qty=pieces(count), cost=cost, kind="purchase_in",
            document=derive("buy"),
        )  # fmt: skip


@pytest.fixture
def stocked(alice: Desk, bob: Desk, shelf: Shelf) -> Shelf:
    """Ten teapots at 12.80 and three cups, two at 1.00 and one at 1.01, in Alice's warehouse; Bob's is empty."""
    stock_up(alice, shelf)
    meet(alice, bob)
    return shelf
