"""The home page says what waits and where to do it, a pasted number leads to the one thing it means."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest

from appliance.journal import ONE, Desk, Rights, Row, action, derive
from appliance.serving import nightly
from appliance.shop import inventory, orders
from appliance.shop.assistant import cards, finding
from appliance.shop.assistant.cards import CARDS, STEPS
from appliance.shop.inventory import on_hand
from appliance.shop.orders import SalesOrder
from appliance.shop.staff import Employee
from appliance.web import problems
from tests.marketplace.files import items_csv, new_item, orders_csv
from tests.marketplace.files import order as told_order
from tests.marketplace.test_importing import take_in
from tests.marketplace.test_pages import seen, tablet
from tests.orders.teahouse import House, furnish, order
from tests.web.conftest import Tablet

__all__ = ["tablet"]
DAY_MS = 24 * 3_600_000


@pytest.fixture
def house(alice: Desk) -> House:
    return furnish(alice)


def counted(desk: Desk) -> dict[str, int]:
    now = desk.at
    found = cards.counts(desk, CARDS, now=now, tonight=now + DAY_MS, today=desk.day)
    return {card.title: count for card, count in zip(CARDS, found, strict=True) if count}


def test_an_empty_shop_has_nothing_waiting(alice: Desk) -> None:
    assert counted(alice) == {}


def test_each_thing_that_waits_stands_on_its_card(alice: Desk, house: House) -> None:
    unpaid = order(alice, house)
    assert counted(alice) == {"Not paid yet": 1}
    orders.take_payment(alice, order=unpaid, account=house.till, amount=12_800)
    assert counted(alice) == {"To review": 1}
    orders.freeze(alice, order=unpaid, reason="等客户回话")
    assert counted(alice) == {"Frozen": 1}
    orders.unfreeze(alice, order=unpaid)
    orders.review(alice, order=unpaid)
    assert counted(alice) == {"To ship today": 1}

    @action("Promise")
    def promise(desk: Desk) -> None:
        desk.change(SalesOrder, unpaid, ship_by=desk.at - 1_000)

    promise(alice)
    assert counted(alice) == {"Overdue to ship": 1, "To ship today": 1}
    take_in(alice, house.taobao, orders_csv([told_order(0)]))
    take_in(alice, house.taobao, items_csv([new_item(0, 外部系统编号="X-9")]))
    assert counted(alice) == {"Overdue to ship": 1, "To ship today": 1, "To submit": 1, "Goods to match": 1}


def test_every_card_leads_to_a_list_that_is_there(alice: Desk, house: House, tablet: Tablet) -> None:
    for card in CARDS:
        answer = tablet.get(card.href)
        assert answer.status_code == 200
        saved = card.href.partition("view=")[2].partition("&")[0]
        assert not saved or f"view={saved}" in answer.text


def test_a_count_goes_no_further_than_a_hundred(alice: Desk, house: House) -> None:
    lines = [new_item(n, 商品标题=f"货{n}", 外部系统编号="", 商品ID=str(n)) for n in range(120)]
    take_in(alice, house.taobao, items_csv(lines))
    assert counted(alice)["Goods to match"] == cards.COUNTED


def test_the_day_is_told_in_numbers_of_the_roll_ups(alice: Desk, house: House) -> None:
    paid = order(alice, house)
    orders.take_payment(alice, order=paid, account=house.till, amount=12_800)
    found = cards.day(alice, ["2026-11-23", alice.day])
    assert (found.placed, found.placed_amount, found.shipped, found.taken) == (1, 12_800, 0, 12_800)
    assert found.week == [("2026-11-23", 0), (alice.day, 12_800)]


def test_the_first_steps_are_ticked_as_they_are_done(alice: Desk) -> None:
    assert cards.steps(alice) == [False] * len(STEPS)
    house = furnish(alice)
    assert cards.steps(alice) == [True, True, True, False, False, False]
    order(alice, house)

    @action("Hire")
    def hire(desk: Desk) -> None:
        for name in ("老王", "小李"):
            desk.put(Employee(name=name))

    hire(alice)
    assert cards.steps(alice) == [True, True, True, True, True, False]


def test_the_pin_that_the_box_drew_is_to_be_changed_until_the_owner_has_done_so(alice: Desk, house: House) -> None:
    from appliance.shop.staff.actions import set_pin
    from appliance.shop.staff.pins import hash_pin
    from appliance.shop.staff.records import Pin
    from appliance.shop.staff.roles import OWNER

    @action("Begin")
    def begin(desk: Desk) -> str:
        owner = desk.put(Employee(name="老板", role=OWNER))
        desk.put(Pin(id=derive("pin", owner), employee=owner, hash=hash_pin("260521")))
        return owner

    owner = begin(alice)
    assert not cards.steps(alice)[-1]
    alice.journal.clock.now += 1_000
    set_pin(alice, employee=owner, pin="739105")
    assert cards.steps(alice)[-1]


def test_every_problem_of_every_room_says_its_sentence(alice: Desk, house: House, tablet: Tablet) -> None:
    front = tablet.house.front
    assert set(front.problems) >= {"problem_negative_stock", "problem_raw_order_submitted_twice", "problem_step_fork"}
    assert problems.find(alice, front.problems, front.forks, 5) == []
    assert problems.find(alice, {}, {}, 5) == []


def test_what_is_wrong_stands_on_the_home_page_with_the_way_to_put_it_right(
    alice: Desk, house: House, tablet: Tablet
) -> None:
    ledger = inventory.Place(house.warehouse, house.teapot)

    @action("Ship what is not there")
    def ship(desk: Desk) -> None:
        inventory.issue(
            desk, warehouse=ledger.warehouse, sku=ledger.sku, qty=11 * ONE, kind="sale_out", document=house.till,
            forced=True,
        )  # fmt: skip

    ship(alice)
    page = seen(tablet, "/").text
    assert "There is less than nothing of 青瓷茶壶" in page
    assert f"/stock/{house.warehouse}.{house.teapot}" in page


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("SO", "/orders/"),
        (" 1930679858170600 ", "/marketplace/orders/"),
        ("TEAPOT", "/skus/"),
        ("138 0000 2266", "/customers/"),
        ("CU", "/customers/"),
    ],
)
def test_a_pasted_text_leads_to_what_it_means(alice: Desk, house: House, tablet: Tablet, text: str, leads: str) -> None:
    mine = order(alice, house)
    take_in(alice, house.taobao, orders_csv([told_order(0)]))
    known = {
        "SO": alice.get(SalesOrder, mine).number,
        "CU": alice.value("select no from customer where id = ?", house.li_na),
    }
    answer = tablet.get(f"/find?q={known.get(text, text)}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(leads)


def test_what_is_not_certain_is_searched_for(alice: Desk, house: House, tablet: Tablet) -> None:
    assert tablet.get("/find?q=李").headers["location"].startswith("/search?q=")
    assert finding.best(alice, "", [True] * len(finding.KINDS)) == ""
    assert finding.best(alice, "TEAPOT", [False] * len(finding.KINDS)) == ""
    assert finding.best(alice, "x'; drop table sku; --", [True] * len(finding.KINDS)) == ""
    assert on_hand(alice, house.warehouse, house.teapot) == 100_000


def test_the_home_page_is_one_glance(alice: Desk, house: House, tablet: Tablet) -> None:
    order(alice, house)
    page = seen(tablet, "/").text
    assert "Not paid yet" in page
    assert 'action="/find"' in page
    assert "First steps" not in page


def test_who_may_not_see_orders_sees_no_orders_at_home(alice: Desk, house: House, tablet: Tablet) -> None:
    order(alice, house)
    tablet.house.staff.rights_by["ben"] = Rights(grants=("assistant.see", "inventory.see"))
    tablet.sign_in("ben")
    page = seen(tablet, "/").text
    assert "Not paid yet" not in page
    assert "Today in numbers" not in page


def test_a_new_shop_is_led_through_its_first_steps(tablet: Tablet) -> None:
    page = seen(tablet, "/").text
    assert "First steps" in page
    assert "/do/catalog/add_goods" in page


@pytest.mark.parametrize("asked", [asked for _, _, asked in finding.KINDS])
def test_what_is_pasted_is_looked_up_by_index(alice: Desk, asked: str) -> None:
    plan = alice.rows(f"explain query plan {asked.replace(':text', '?').replace(':phone', '?')}", "138")
    assert [row["detail"] for row in plan if row["detail"].startswith("SCAN")] == []


def test_the_cards_are_counted_by_the_same_statement_at_every_moment(alice: Desk) -> None:
    asked: set[str] = set()

    class Listening:
        def rows(self, sql: str, *args: object) -> Sequence[Row]:
            asked.add(sql)
            return alice.rows(sql, *args)

    for now in (alice.at, alice.at + DAY_MS):
        cards.counts(Listening(), CARDS, now=now, tonight=now + 1, today=alice.day, me=alice.who)
    assert len(asked) == 1


def test_what_the_night_found_wrong_with_the_books_stands_on_the_home_page(
    alice: Desk, house: House, tablet: Tablet
) -> None:
    nightly(alice.journal, alice.branch)
    assert "appliance rebuild" not in seen(tablet, "/").text
    with sqlite3.connect(alice.journal.box.folder / "shop.db") as conn:
        conn.execute("update sku set retail = retail + 1 where id = ?", (house.teapot,))
    conn.close()
    assert nightly(alice.journal, alice.branch) != []
    assert "appliance rebuild" in seen(tablet, "/").text
    alice.journal.rebuild().result()
    assert nightly(alice.journal, alice.branch) == []
    assert "appliance rebuild" not in seen(tablet, "/").text
