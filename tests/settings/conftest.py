"""A chain with two branches, as the directories' tests need it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.journal import Desk
from appliance.shop.settings import actions
from appliance.shop.staff.actions import first_shop
from tests.cast import BRANCH_A, Shop


@dataclass(frozen=True)
class Chain:
    """The main branch with its counter, and a second one across the river."""

    main: str
    river: str
    main_store: str
    river_store: str
    counter: str
    river_shop: str


@pytest.fixture
def desk(new_box: Callable[..., Shop]) -> Desk:
    """Li Na, owner, at a box with directories and staff only."""
    shop = new_box("A1", BRANCH_A, ["settings", "staff"])
    owner = first_shop(shop.desk("nobody"), shop="李娜茶铺", owner="李娜", pin="258036")
    return shop.journal.desk(who=owner, device="tablet", branch=BRANCH_A)


@pytest.fixture
def chain(desk: Desk) -> Chain:
    """Two branches, each with a warehouse and a shop."""
    river = actions.add_branch(desk, name="河对岸", code="B1")
    river_store = actions.add_warehouse(desk, name="河对岸仓", branch=river)
    river_shop = actions.add_shop(desk, name="河对岸店", platform="counter", branch=river, warehouse=river_store)
    row = desk.row("select id, warehouse from shop where branch = ?", BRANCH_A)
    assert row is not None
    return Chain(BRANCH_A, river, row["warehouse"], river_store, row["id"], river_shop)
