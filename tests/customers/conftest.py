"""A shop that knows its customers."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk
from appliance.shop import customers
from tests.cast import BRANCH_B, Shop

ROOMS = ["settings", "staff", "catalog", "customers"]


@pytest.fixture
def box(new_box: Callable[..., Shop]) -> Shop:
    return new_box("A1", names=ROOMS)


@pytest.fixture
def alice(box: Shop) -> Desk:
    return box.desk("alice")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    return new_box("B1", BRANCH_B, names=ROOMS).desk("bob")


@pytest.fixture
def li_na(alice: Desk) -> str:
    return customers.create(alice, name="李娜", phone="138 0000 2266")
