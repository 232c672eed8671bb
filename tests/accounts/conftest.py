"""A shop with a drawer, a bank account, a customer and a landlord."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk, Refusal, derive
from appliance.shop import accounts, customers
from appliance.shop.accounts import actions
from appliance.shop.settings import MoneyItem, Setting
from tests.cast import BRANCH_B, Shop

ROOMS = ["settings", "staff", "allowances", "catalog", "customers", "inventory", "accounts"]


@pytest.fixture
def box(new_box: Callable[..., Shop]) -> Shop:
    return new_box("A1", names=ROOMS)


@pytest.fixture
def alice(box: Shop) -> Desk:
    return box.desk("alice")


@pytest.fixture
def carol(box: Shop) -> Desk:
    """Carol, at Alice's box."""
    return box.desk("carol")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    return new_box("B1", BRANCH_B, names=ROOMS).desk("bob")


@pytest.fixture
def drawer(alice: Desk) -> str:
    return accounts.open_account(alice, name="柜台现金", kind="cash", opening=100_000)


@pytest.fixture
def bank(alice: Desk) -> str:
    return accounts.open_account(alice, name="招商银行", kind="bank", no="6225", allow_negative=True)


@pytest.fixture
def li_na(alice: Desk) -> str:
    return customers.create(alice, name="李娜", phone="13800002266")


@pytest.fixture
def landlord(alice: Desk) -> str:
    return actions.add_partner(alice, name="房东老陈")


@pytest.fixture
def rent(alice: Desk) -> str:
    return put(alice, MoneyItem(name="房租", direction="out"))


@pytest.fixture
def interest(alice: Desk) -> str:
    return put(alice, MoneyItem(name="利息", direction="in"))


def put(desk: Desk, record: MoneyItem | Setting) -> str:
    """Write a record of another room, as its own action would."""
    return desk.journal.perform(desk, "test.put", lambda at_work: at_work.put(record)).result().value


def turn(desk: Desk, name: str, value: str) -> None:
    """Turn a switch."""
    put(desk, Setting(id=derive("setting", name), name=name, value=value))


def refused(sentence: str, deed: Callable[[], object], field: str = "") -> Refusal:
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.sentence == sentence
    assert said.value.field == field
    return said.value


@pytest.fixture
def bella(new_box: Callable[..., Shop]) -> Desk:
    """Bella, at another box of Alice's branch."""
    return new_box("A2", names=ROOMS).desk("bella")
