"""A tea shop with an owner, a cashier and a tablet."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.journal import Desk
from appliance.shop.staff import actions, rights_of, role_id
from tests.cast import BRANCH_A, Shop


@dataclass(frozen=True)
class House:
    """Li Na owns the shop, Manager Ma runs it, Cashier Chen stands at the till."""

    shop: Shop
    owner: str
    manager: str
    cashier: str

    def desk(self, who: str) -> Desk:
        """Somebody's desk, with the rights their role gives."""
        reader = self.shop.journal.desk(who="", branch=BRANCH_A)
        return self.shop.journal.desk(who=who, device="tablet", branch=BRANCH_A, rights=rights_of(reader, who))


@pytest.fixture
def house(new_box: Callable[..., Shop]) -> House:
    shop = new_box("A1", BRANCH_A, ["settings", "staff"])
    owner = actions.first_shop(shop.desk("nobody"), shop="李娜茶铺", owner="李娜", pin="258036")
    li_na = shop.journal.desk(who=owner, device="tablet", branch=BRANCH_A)
    manager = actions.add_employee(li_na, name="马店长", role=role_id("manager"))
    cashier = actions.add_employee(
        li_na, name="小陈", role=role_id("cashier"), phone="13800002266", jobs=["salesperson"]
    )
    return House(shop, owner, manager, cashier)


@pytest.fixture
def owner(house: House) -> Desk:
    return house.desk(house.owner)


@pytest.fixture
def manager(house: House) -> Desk:
    return house.desk(house.manager)
