"""The tea house with three boxes: Alice and Bella in one branch, Bob in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import Desk
from appliance.serving import pages_of
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import BRANCH_A, BRANCH_B, Shop, meet
from tests.orders.teahouse import House, furnish
from tests.web.conftest import House as WebHouse
from tests.web.conftest import Tablet, ToyStaff

MOST_STATEMENTS = 6


@pytest.fixture
def house(alice: Desk) -> House:
    return furnish(alice)


@pytest.fixture
def bella(new_box: Callable[..., Shop], alice: Desk, house: House) -> Desk:
    """Bella stands at another box of Alice's branch and knows what Alice knows."""
    desk = new_box("A2", BRANCH_A).desk("bella")
    meet(alice, desk)
    return desk


@pytest.fixture
def bob(new_box: Callable[..., Shop], alice: Desk, house: House) -> Desk:
    """Bob stands in the other branch and knows what Alice knows."""
    desk = new_box("B1", BRANCH_B).desk("bob")
    meet(alice, desk)
    return desk


@pytest.fixture
def tablet(box: Shop, tmp_path: Path) -> Iterator[Tablet]:
    """Alice's tablet."""
    staff = ToyStaff()
    told = WebConfig(tmp_path / "web", branch=box.branch, counting=True)
    told.folder.mkdir()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, box.clock, staff)
    with TestClient(made, base_url="http://testserver.local") as client:
        found = Tablet(client, WebHouse(box.journal, box.clock, staff, made)).enrol()
        found.sign_in("alice")
        yield found


def seen(tablet: Tablet, path: str) -> Any:
    answer = tablet.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    assert int(answer.headers.get("x-statements", 0)) <= MOST_STATEMENTS
    return answer.text
