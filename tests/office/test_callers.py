"""The caller's card on the tablets: what it says, to whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from appliance.journal import Desk
from appliance.shop import customers
from appliance.shop.office import actions as office
from appliance.shop.office.repeating import moment
from appliance.shop.shipping.actions import ship
from tests.cast import Shop
from tests.office.conftest import ALICE, CHEN
from tests.orders.teahouse import House, approved
from tests.web.conftest import Tablet

CORNER = "/panel/office/corner"
MOST_STATEMENTS = 6
LI_NAS = "13800002266"


@pytest.fixture
def line(alice: Desk, house: House) -> str:
    return office.line_found(alice, place="usb-1", model="CX93001", can=["caller_id", "voice", "dial"])


def rings(desk: Desk, line: str, number: str = LI_NAS, call: str = "1") -> str:
    return office.ring(desk, line=line, call=call, number=number, presentation="allowed")


def corner(tablet: Tablet) -> str:
    answer = tablet.get(CORNER)
    assert answer.status_code == 200
    assert int(answer.headers["x-statements"]) <= MOST_STATEMENTS
    text: str = answer.text
    return text


def test_every_page_has_a_corner_that_follows_calls(alice_at: Tablet) -> None:
    page = alice_at.get("/orders").text
    assert f'data-href="{CORNER}"' in page and "call_list" in page
    assert "data-pop" not in corner(alice_at)


def test_the_card_says_who_what_they_bought_and_what_is_on_its_way(
    alice: Desk, house: House, line: str, alice_at: Tablet
) -> None:
    sent = approved(alice, house)
    ship(alice, order=sent, courier=house.sf, waybill="SF1234567890")
    rings(alice, line)
    card = corner(alice_at)
    assert "李娜" in card and "138 0000 2266" in card and "¥128.00" in card
    assert "SF1234567890" in card and f"/orders/{sent}" in card
    assert f"/do/orders/create?customer={house.li_na}" in card


def test_who_may_not_see_totals_and_numbers_does_not(
    alice: Desk, house: House, line: str, tablets: Callable[..., Tablet]
) -> None:
    rings(alice, line)
    assert "Bought in all" in corner(tablets(ALICE))
    assert "Bought in all" not in corner(tablets(CHEN))


def test_a_stranger_can_be_made_a_customer_or_marked(alice: Desk, line: str, alice_at: Tablet) -> None:
    call = rings(alice, line, "02166667777")
    card = corner(alice_at)
    assert "/do/customers/create?phone=02166667777" in card
    assert f"/do/office/nuisance_call?call={call}" in card
    assert 'value="02166667777"' in alice_at.get("/do/customers/create?phone=02166667777").text
    alice_at.post("/do/customers/create", phone="02166667777", name="王芳")
    assert "王芳" in corner(alice_at)
    alice_at.post("/do/office/note_call", call=call, note="要二十盒")
    assert "要二十盒" in corner(alice_at)


def test_two_who_ring_at_once_cost_no_more_statements_than_one(
    alice: Desk, house: House, line: str, alice_at: Tablet
) -> None:
    customers.create(alice, name="王芳", phone="13911112222")
    rings(alice, line)
    rings(alice, line, "13911112222", call="2")
    rings(alice, line, "02166667777", call="3")
    card = corner(alice_at)
    assert card.count("<article") == 3


def test_a_card_is_written_once_for_all_who_see_the_same(
    box: Shop, alice: Desk, line: str, tablets: Callable[..., Tablet]
) -> None:
    rings(alice, line)
    first, second = tablets(ALICE), tablets(ALICE)
    box.clock.step = 1
    assert int(first.get(CORNER).headers["x-statements"]) > 2
    assert int(second.get(CORNER).headers["x-statements"]) <= 2


def test_a_quiet_tablet_shows_nobody(alice: Desk, line: str, alice_at: Tablet) -> None:
    rings(alice, line)
    assert "<article" in corner(alice_at)
    alice_at.post("/do/office/choose_callers", quiet="1")
    assert "<article" not in corner(alice_at)


def test_a_reminder_comes_up_where_who_does_it_stands(
    alice: Desk, box: Shop, house: House, tablets: Callable[..., Tablet]
) -> None:
    office.add_task(
        alice, title="顺丰来取件", due_on="2026-11-24", due_time="10:30", remind="at_the_time", assignees=[CHEN]
    )
    at_chens, at_alices = tablets(CHEN), tablets(ALICE)
    assert "顺丰来取件" not in corner(at_chens)
    box.clock.now = moment("2026-11-24", "10:30", 480)
    assert "顺丰来取件" in corner(at_chens)
    assert "顺丰来取件" not in corner(at_alices)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_screen_of_the_telephone_opens(
    alice: Desk, house: House, line: str, tablets: Callable[..., Tablet], lang: str
) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="missed", rings=3)
    odd = office.ring(alice, line=line, call="2", presentation="withheld")
    order = approved(alice, house)
    office.file_call(alice, call=call, sales_order=order)
    at_alices: Any = tablets(ALICE, lang)
    for path in (
        "/office", "/office/calls", "/office/calls?view=to-return", f"/office/calls/{call}", f"/office/calls/{odd}",
        "/office/lines", f"/panel/office/calls/customer/{house.li_na}", f"/panel/office/calls/order/{order}",
        f"/do/office/note_call?call={call}", f"/do/office/link_call?call={call}", "/do/office/choose_callers",
        f"/do/office/change_line?line={line}", f"/do/office/dial_call?call={call}", "/",
    ):  # fmt: skip
        answer = at_alices.get(path)
        assert answer.status_code == 200, path
        assert int(answer.headers.get("x-statements", 0)) <= MOST_STATEMENTS, path
    assert at_alices.get("/office/calls/nothing").status_code == 404
