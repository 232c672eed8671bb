"""Who asks to be erased leaves neither name nor number nor voice on any box; the papers that the law keeps stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import accounts, customers, orders
from appliance.shop.customers.actions import add_account, add_address, merge
from appliance.shop.office import actions as office
from appliance.shop.office.forgetting import anything_left
from appliance.shop.office.line_records import Recording
from appliance.shop.orders import SalesOrder
from appliance.shop.shipping import actions as floor
from tests.cast import Shop, agree, clean, meet
from tests.office.test_recordings import VOICE, kept, still_there
from tests.orders.teahouse import House, approved, order, pay, refused
from tests.web.conftest import Tablet

LI_NAS, SECOND = "13800002266", "13911112222"
TOLD = [
    "李娜", LI_NAS, "文一西路", "li_na_tea", "李娜娜", SECOND, "乐清市", "喜欢龙井", "孩子过敏", "送到门卫", "问茶壶", "回电话",
]  # fmt: skip
SEARCHED = ("customer_list", "call_list", "note_list", "task_list", "order_list", "parcel_list", "money_paper_list")


@pytest.fixture
def line(alice: Desk, house: House) -> str:
    return office.line_found(alice, place="usb-1", model="CX93001", can=VOICE)


def calls(desk: Desk, line: str, number: str = LI_NAS, call: str = "1") -> str:
    made = office.ring(desk, line=line, call=call, number=number, presentation="allowed", name="LI NA")
    office.pick_up(desk, call=made)
    office.hang_up(desk, call=made, how="answered", rings=2, talked_ms=90_000)
    return made


@pytest.fixture
def known(alice: Desk, house: House, line: str) -> str:
    """Li Na bought and paid, rang, is in the files twice, and people wrote down what they know of her."""
    add_address(alice, customer=house.li_na, street="浙江省杭州市余杭区文一西路 969 号", name="李娜")
    add_account(alice, customer=house.li_na, platform="taobao", nick="li_na_tea")
    double = customers.create(alice, name="李娜娜", phone=SECOND, street="浙江省温州市乐清市人民路 1 号")
    merge(alice, customer=house.li_na, other=double)
    placed = approved(alice, house)
    floor.ship(alice, order=placed, waybill="SF1")
    orders.complete(alice, order=placed)
    call = calls(alice, line)
    office.note_call(alice, call=call, note="问茶壶")
    kept(alice, call)
    calls(alice, line, SECOND, call="2")
    missed = office.ring(alice, line=line, call="3", number=LI_NAS, presentation="allowed")
    office.hang_up(alice, call=missed, how="missed", rings=4)
    office.dial_call(alice, call=missed)
    for about, kind, text in (
        (house.li_na, "customer", "孩子过敏"), (call, "call", "喜欢龙井"), (placed, "sales_order", "送到门卫"),
    ):  # fmt: skip
        office.write_note(alice, text=text, shared=True, about=about, about_kind=kind)
    office.add_task(alice, title="回电话", about=house.li_na, about_kind="customer")
    return placed


def found(desk: Desk) -> set[str]:
    """What of her still lies in any file of the box."""
    desk.journal.settled().result()
    files = [path.read_bytes() for path in Path(desk.journal.box.folder).rglob("*") if path.is_file()]
    return {text for text in TOLD if any(text.encode() in content for content in files)}


def searched(desk: Desk) -> list[tuple[str, str]]:
    """What of her is found by searching."""
    conn = desk.journal.reading()
    return [(view, text) for view in SEARCHED for text in TOLD if desk.journal.search(conn, view, text)]


def figures(desk: Desk) -> list[tuple[object, ...]]:
    asked = "select day, outcome, calls, talked_s from call_day where calls <> 0 order by day, outcome"
    return [tuple(row) for row in desk.rows(asked)]


def test_nothing_of_a_person_is_left_on_any_box_and_the_papers_stay(
    alice: Desk, bella: Desk, bob: Desk, house: House, line: str, known: str
) -> None:
    calls(alice, line, "02166667777", call="9")
    meet(alice, bella, bob)
    assert found(alice) == found(bella) == set(TOLD)
    assert searched(alice)
    counted = figures(alice)
    whole = accounts.charged_for(alice, known)
    office.erase_person(alice, customer=house.li_na, asked=True)
    meet(alice, bella, bob)
    for desk in (alice, bella, bob):
        assert found(desk) == set()
        assert searched(desk) == []
        assert desk.rows("select 1 from customer") == desk.rows("select 1 from note") == []
        assert clean(desk) == []
    assert agree(alice, bella)
    assert (alice.state(SalesOrder, known), accounts.charged_for(bella, known)) == ("completed", whole)
    assert figures(bella) == counted
    assert [row.phone for row in bella.rows("select phone from call_list where phone <> ''")] == ["02166667777"]
    assert still_there(bella) == []
    assert {row.deleted_why for row in bella.rows("select deleted_why from recording_list")} == {"erased"}


def test_what_another_box_said_of_them_meanwhile_goes_when_it_hears(
    alice: Desk, bella: Desk, house: House, line: str, known: str
) -> None:
    meet(alice, bella)
    late = calls(bella, office.line_found(bella, place="usb-2", can=VOICE), call="7")
    kept(bella, late)
    office.write_note(bella, text="喜欢龙井", about=late, about_kind="call")
    customers.add_phone(bella, customer=house.li_na, phone="13922223333")
    merge(bella, customer=house.li_na, other=customers.create(bella, name="李娜", phone=LI_NAS, different=True))
    office.erase_person(alice, customer=house.li_na, asked=True)
    meet(alice, bella)
    assert found(bella) != set()
    assert anything_left(bella, "call", [late]) and anything_left(bella, "customer", [house.li_na])
    assert office.finish_erasing(bella) > 0
    meet(alice, bella)
    for desk in (alice, bella):
        assert found(desk) == set()
        assert still_there(desk) == []
        assert office.finish_erasing(desk) == 0
        assert clean(desk) == []
    assert agree(alice, bella)


def test_a_number_that_others_share_says_nothing_of_whose_the_call_was(alice: Desk, house: House, line: str) -> None:
    mother = customers.create(alice, name="李母", phone=LI_NAS, different=True)
    shared = calls(alice, line)
    hers = calls(alice, line, call="2")
    office.link_call(alice, call=hers, customer=house.li_na)
    office.erase_person(alice, customer=house.li_na, asked=True)
    assert [row.customer for row in alice.rows("select customer from call_list where id = ?", shared)] == [mother]
    assert alice.rows("select 1 from call where id = ?", hers) == []


def test_nobody_is_erased_while_something_is_open_with_them(alice: Desk, house: House, line: str) -> None:
    def erase() -> None:
        office.erase_person(alice, customer=house.li_na, asked=True)

    with pytest.raises(Refusal) as said:
        office.erase_person(alice, customer=house.li_na)
    assert said.value.field == "asked"
    placed = order(alice, house)
    refused("unfinished", erase)
    pay(alice, house, placed)
    orders.review(alice, order=placed)
    floor.ship(alice, order=placed, waybill="SF1")
    orders.complete(alice, order=placed)
    recording = kept(alice, calls(alice, line))
    office.hold_recording(alice, recording=recording, hold="案号 118")
    refused("held", erase)
    office.release_recording(alice, recording=recording)
    accounts.charge(alice, party=house.li_na, party_kind="customer", kind="sale", amount=500, document=placed)
    refused("unsettled", erase)


def test_what_a_dispute_holds_is_kept_without_a_name_until_it_is_over(
    alice: Desk, bella: Desk, house: House, line: str
) -> None:
    recording = kept(alice, calls(alice, line))
    meet(alice, bella)
    office.hold_recording(alice, recording=recording, hold="案号 118")
    office.erase_person(bella, customer=house.li_na, asked=True)
    meet(alice, bella)
    office.finish_erasing(alice)
    office.retire_recordings(alice)
    assert found(alice) == set()
    # Bella had not heard of the dispute, so her word stands.
    assert alice.get(Recording, recording).deleted_why == "erased"
    late = kept(bella, calls(bella, office.line_found(bella, place="usb-2", can=VOICE), call="8"))
    assert still_there(bella) == [late]


def test_the_owner_erases_from_the_customers_page_and_others_are_not_asked(
    alice_at: Tablet, alice: Desk, house: House, known: str
) -> None:
    page = alice_at.get(f"/customers/{house.li_na}")
    assert f"/do/office/erase_person?customer={house.li_na}" in page.text
    form = alice_at.get(f"/do/office/erase_person?customer={house.li_na}")
    assert (
        "李娜 2266 · Their file" in form.text
        and "as the law asks of a shop" in form.text
        and "nothing brings them back" in form.text
    )
    assert "data-pop" in alice_at.get("/panel/office/corner").text
    done = alice_at.post("/do/office/erase_person", customer=house.li_na, asked="on")
    assert (done.status_code, done.headers["location"]) == (303, "/customers")
    assert alice_at.get(f"/customers/{house.li_na}").status_code == 404
    for path in (
        "/panel/office/corner",
        f"/orders/{known}",
        "/orders",
        "/office/calls",
        "/office/recordings",
        "/accounts/papers",
        "/office/tasks",
    ):
        answer = alice_at.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert not [text for text in TOLD if text in answer.text]
    assert "data-pop" not in alice_at.get("/panel/office/corner").text


def test_a_manager_may_not_erase(box: Shop, chen_at: Tablet, house: House, known: str) -> None:
    assert "erase_person" not in chen_at.get(f"/customers/{house.li_na}").text
    assert chen_at.post("/do/office/erase_person", customer=house.li_na, asked="on").status_code == 403
