"""Everybody stands in the tea house."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk
from tests.cast import BRANCH_A, BRANCH_B, Shop, meet
from tests.orders.teahouse import ROOMS, House, furnish


@pytest.fixture
def alice(new_box: Callable[..., Shop]) -> Desk:
    return new_box("A1", BRANCH_A, names=ROOMS).desk("alice")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    return new_box("B1", BRANCH_B, names=ROOMS).desk("bob")


@pytest.fixture
def bella(new_box: Callable[..., Shop], alice: Desk, house: House) -> Desk:
    """Bella stands at another box of Alice's branch and knows what Alice knows."""
    desk = new_box("A2", BRANCH_A, names=ROOMS).desk("bella")
    meet(alice, desk)
    return desk


@pytest.fixture
def house(alice: Desk) -> House:
    return furnish(alice)
