"""The cast of the catalogue: boxes that know goods only."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk, Refusal
from tests.cast import BRANCH_B, Shop

ROOMS = ["settings", "catalog"]


@pytest.fixture
def alice(new_box: Callable[..., Shop]) -> Desk:
    return new_box("A1", names=ROOMS).desk("alice")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    return new_box("B1", BRANCH_B, names=ROOMS).desk("bob")


def refused(sentence: str, deed: Callable[[], object], field: str = "") -> Refusal:
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.sentence == sentence
    assert said.value.field == field
    return said.value
