"""What people see of transfers, through the real front of house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import Desk, derive
from appliance.serving import pages_of
from appliance.shop.inventory import actions
from appliance.shop.inventory.carrying import ComeGoods
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import BRANCH_A, meet
from tests.inventory.conftest import ROOMS, Shelf, pieces
from tests.inventory.test_transfers import ask, sent, stage
from tests.web.conftest import House, Tablet, ToyStaff

MOST_STATEMENTS = 6


@pytest.fixture
def tablet(alice: Desk, tmp_path: Path) -> Iterator[Tablet]:
    staff = ToyStaff()
    staff.pins |= {derive("employee", one): "975310" for one in ("alice", "bob", "bella")}
    staff.rights_by |= dict.fromkeys(staff.pins, staff.rights_by["alice"])
    told = WebConfig(tmp_path / "web", branch=BRANCH_A, counting=True)
    told.folder.mkdir()
    journal = alice.journal
    made = app(journal, [pages_of(room) for room in rooms(ROOMS)], told, journal.clock, staff)
    with TestClient(made, base_url="http://testserver.local") as client:
        found = Tablet(client, House(journal, journal.clock, staff, made)).enrol()  # type: ignore[arg-type]
        found.sign_in("alice")
        yield found


def seen(tablet: Tablet, path: str) -> Any:
    answer = tablet.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    assert int(answer.headers.get("x-statements", 0)) <= MOST_STATEMENTS
    return answer.text


def test_a_transfer_is_asked_for_granted_sent_and_counted_on_screens(
    alice: Desk, bob: Desk, stocked: Shelf, tablet: Tablet
) -> None:
    transfer = ask(bob, stocked.teapot, 4)
    meet(alice, bob)
    assert f"/do/inventory/approve_transfer?transfer={transfer}" in seen(tablet, "/transfers")
    form = seen(tablet, f"/do/inventory/approve_transfer?transfer={transfer}")
    assert 'name="lines.0.qty"' in form
    grant = {"lines__0__sku": stocked.teapot, "lines__0__qty": "3"}
    assert tablet.post("/do/inventory/approve_transfer", transfer=transfer, **grant).status_code == 303
    assert f"/do/inventory/send_transfer?transfer={transfer}" in seen(tablet, f"/transfers/{transfer}")
    assert tablet.post("/do/inventory/send_transfer", transfer=transfer).status_code == 303
    page = seen(tablet, f"/transfers/{transfer}")
    assert "In transit" in page
    # The receiver's buttons are not shown where the goods come from.
    assert "take_in" not in page
    assert stage(alice, transfer) == "in_transit"


def test_a_difference_is_accepted_where_the_goods_came_from(
    alice: Desk, bob: Desk, stocked: Shelf, tablet: Tablet
) -> None:
    transfer = sent(alice, bob, stocked.teapot, 4)
    actions.take_in(bob, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot, qty=pieces(3))], rest="lost")
    meet(alice, bob)
    assert "are missing: Lost." in seen(tablet, f"/transfers/{transfer}")
    assert "href=/transfers/" in seen(tablet, "/transfers?view=differences")
    difference = alice.value("select id from difference")
    form = seen(tablet, f"/do/inventory/accept_difference?difference={difference}")
    assert "given up" in form
    assert tablet.post("/do/inventory/accept_difference", difference=difference).status_code == 303
    assert stage(alice, transfer) == "done"


def test_what_is_missing_is_said_in_chinese_too(alice: Desk, bob: Desk, stocked: Shelf, tablet: Tablet) -> None:
    transfer = sent(alice, bob, stocked.teapot, 1)
    tablet.http.cookies.set("lang", "zh", domain="testserver.local")
    assert "在途" in seen(tablet, f"/transfers/{transfer}")
    for path in ("/do/inventory/request_transfer", "/do/inventory/move_stock", "/transfers"):
        assert "调" in seen(tablet, path)
