"""What two boxes do in contradiction stands in the inbox of every box, once; settled once, it is settled everywhere."""

from __future__ import annotations

import pytest

from appliance.assembly import rooms
from appliance.journal import ONE, Desk, Schema, derive
from appliance.journal.desk import action
from appliance.shop import accounts, catalog, orders
from appliance.shop.branches import actions as inbox
from appliance.shop.branches.records import Settlement
from appliance.shop.orders import SalesOrder
from appliance.shop.orders import actions as act
from appliance.shop.shipping import actions as floor
from appliance.web.words_build import merged
from tests.branches.conftest import seen
from tests.cast import agree, clean, meet
from tests.orders.teahouse import House, approved, change, order, state
from tests.web.conftest import Tablet

KINDS = ("problem_step_fork", "problem_value_conflict", "problem_told_differently", "problem_done_twice")


def cases(desk: Desk) -> list[tuple[str, str]]:
    """Every open case: its view and its id."""
    return [(view.removeprefix("problem_"), row.id) for view in KINDS for row in desk.rows(f"select id from {view}")]


def shipped_and_cancelled(alice: Desk, bella: Desk, house: House) -> str:
    placed = order(alice, house, delivery_term="cod")
    act.review(alice, order=placed)
    act.freeze(alice, order=placed, reason="等电话")
    meet(alice, bella)
    act.cancel(bella, order=placed, reason="不要了")
    act.unfreeze(alice, order=placed)
    floor.ship(alice, order=placed, waybill="SF1")
    meet(alice, bella)
    return placed


def price_twice(alice: Desk, bob: Desk, house: House) -> None:
    change(alice, catalog.Sku, house.teapot, retail=130 * ONE)
    change(bob, catalog.Sku, house.teapot, retail=118 * ONE)
    meet(alice, bob)


def test_shipped_here_and_cancelled_there_is_one_case_everywhere(alice: Desk, bella: Desk, house: House) -> None:
    placed = shipped_and_cancelled(alice, bella, house)
    assert cases(alice) == cases(bella)
    ((kind, case),) = cases(alice)
    assert (kind, case.split(".")[0]) == ("step_fork", placed)
    sides = alice.rows("select what, who from fork_side where problem = ? order by what", case)
    assert [tuple(side) for side in sides] == [("cancelled", bella.who), ("shipped", alice.who)]
    inbox.let_stand(bella, case=case)
    assert cases(bella) == []
    meet(alice, bella)
    assert cases(alice) == []
    assert state(alice, placed) == "shipped"
    assert agree(alice, bella)
    assert clean(alice) == clean(bella) == []


def test_a_price_corrected_twice_keeps_the_value_a_person_chooses(alice: Desk, bob: Desk, house: House) -> None:
    price_twice(alice, bob, house)
    ((kind, case),) = cases(bob)
    assert kind == "value_conflict"
    assert bob.value("select retail from sku where id = ?", house.teapot) == 130 * ONE
    (earlier,) = alice.rows("select side from conflict_side where problem = ? and who = ?", case, bob.who)
    inbox.keep_value(alice, case=case, side=earlier.side)
    meet(alice, bob)
    for desk in (alice, bob):
        assert cases(desk) == []
        assert desk.value("select retail from sku where id = ?", house.teapot) == 118 * ONE
    assert agree(alice, bob)


def test_two_people_settle_one_price_differently_and_are_asked_again(alice: Desk, bob: Desk, house: House) -> None:
    price_twice(alice, bob, house)
    ((_, case),) = cases(alice)
    for desk, who in ((alice, alice.who), (bob, bob.who)):
        (side,) = desk.rows("select side from conflict_side where problem = ? and who = ?", case, who)
        inbox.keep_value(desk, case=case, side=side.side)
    meet(alice, bob)
    assert agree(alice, bob)
    # Alice's price stood already, so only Bob wrote one: his is the last word, and nothing is open.
    assert cases(alice) == cases(bob) == []
    assert alice.value("select retail from sku where id = ?", house.teapot) == 118 * ONE
    assert alice.value("select count(*) from settlement") == 1


def test_a_further_side_that_comes_later_opens_the_case_again(
    alice: Desk, bella: Desk, bob: Desk, house: House
) -> None:
    change(alice, catalog.Sku, house.teapot, retail=130 * ONE)
    change(bob, catalog.Sku, house.teapot, retail=118 * ONE)
    change(bella, catalog.Sku, house.teapot, retail=140 * ONE)
    meet(alice, bob)
    ((_, case),) = cases(alice)
    inbox.let_stand(alice, case=case)
    meet(alice, bob)
    assert cases(bob) == []
    meet(alice, bella)
    assert cases(alice) == cases(bella) == [("value_conflict", case)]
    inbox.let_stand(bella, case=case)
    meet(alice, bella, bob)
    assert cases(alice) == cases(bob) == cases(bella) == []


def test_a_happening_told_differently_is_shown_with_both_tellings(alice: Desk, bella: Desk, house: House) -> None:
    @action("Charge")
    def charge(desk: Desk, amount: int) -> None:
        accounts.charge(
            desk, party=house.li_na, party_kind="customer", amount=amount, document=derive("order"), kind="sale",
            due_days=0, number="SO-1", cause="one sale",
        )  # fmt: skip

    charge(alice, 12_800)
    charge(bella, 11_800)
    meet(alice, bella)
    found = [case for case in cases(alice) if case[0] == "told_differently"]
    assert found == [case for case in cases(bella) if case[0] == "told_differently"]
    assert len(found) == 1
    assert accounts.balance(alice, house.li_na, "customer") == 11_800
    inbox.let_stand(bella, case=found[0][1])
    meet(alice, bella)
    assert found[0] not in cases(alice)


def test_what_two_people_did_alike_is_written_down_and_settled_in_one_go(
    alice: Desk, bella: Desk, house: House
) -> None:
    placed = order(alice, house, delivery_term="cod")
    meet(alice, bella)
    act.review(alice, order=placed)
    act.review(bella, order=placed)
    meet(alice, bella)
    assert [kind for kind, _ in cases(alice)] == ["done_twice"]
    assert inbox.settle_alike(bella) == 1
    meet(alice, bella)
    assert cases(alice) == []


def test_a_settlement_can_be_taken_back(alice: Desk, bella: Desk, house: House) -> None:
    shipped_and_cancelled(alice, bella, house)
    ((kind, case),) = cases(alice)
    settlement = inbox.let_stand(alice, case=case)
    inbox.open_again(alice, settlement=settlement)
    assert cases(alice) == [(kind, case)]
    assert inbox.let_stand(alice, case=case) == settlement
    meet(alice, bella)
    assert cases(bella) == []
    assert bella.get(Settlement, settlement).choice == "stands"


def test_what_the_inbox_refuses(alice: Desk, bella: Desk, bob: Desk, house: House) -> None:
    with pytest.raises(Exception, match="not here any more"):
        inbox.let_stand(alice, case="nothing")
    shipped_and_cancelled(alice, bella, house)
    ((_, case),) = cases(alice)
    with pytest.raises(Exception, match="not here any more"):
        inbox.keep_value(alice, case=case, side="1.1")
    inbox.let_stand(alice, case=case)
    with pytest.raises(Exception, match="settled this already"):
        inbox.let_stand(alice, case=case)


def test_a_value_of_something_removed_can_be_settled_too(alice: Desk, bob: Desk, house: House) -> None:
    @action("Remove")
    def remove(desk: Desk) -> None:
        desk.remove(catalog.Sku, house.teapot)

    price_twice(alice, bob, house)
    ((_, case),) = cases(alice)
    side = alice.value("select side from conflict_side where problem = ?", case)
    remove(alice)
    inbox.keep_value(alice, case=case, side=side)
    assert cases(alice) == []


def test_both_sides_stand_on_the_screen_with_who_and_when(
    alice: Desk, bella: Desk, bob: Desk, house: House, tablet: Tablet
) -> None:
    price_twice(alice, bob, house)
    placed = shipped_and_cancelled(alice, bella, house)
    page = seen(tablet, "/inbox")
    number = alice.get(SalesOrder, placed).number
    assert f"Order {number} was shipped on one box and cancelled on another." in page
    assert "¥130" in page
    assert "¥118" in page
    assert page.count("/do/branches/keep_value?") == 2
    for _, case in cases(alice):
        assert f"/do/branches/let_stand?case={case}" in page
    home = seen(tablet, "/")
    assert f"Order {number} was shipped" in home
    fork = next(case for kind, case in cases(alice) if kind == "step_fork")
    assert tablet.post("/do/branches/let_stand", case=fork).status_code == 303
    assert f"Order {number} was shipped" not in seen(tablet, "/inbox")
    assert orders.SalesOrder is SalesOrder


def test_a_screen_full_of_cases_costs_no_more_statements(
    alice: Desk, bella: Desk, house: House, tablet: Tablet
) -> None:
    placed = [order(alice, house, delivery_term="cod") for _ in range(12)]
    meet(alice, bella)
    for one in placed:
        act.force_review(alice, order=one, reason="分开寄")
        act.freeze(bella, order=one, reason="等电话")
        act.cancel(bella, order=one, reason="不要了")
    meet(alice, bella)
    assert len(cases(alice)) == 12
    page = seen(tablet, "/inbox")
    assert page.count("was approved on one box and cancelled on another") == 12
    assert approved(alice, house)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whatever_can_be_done_in_contradiction_has_a_name(lang: str) -> None:
    spoken = merged(lang)
    shapes = Schema(room.shape for room in rooms()).shapes.values()
    nameless = [
        shape.table
        for shape in shapes
        if (shape.flow or shape.watched or shape.is_fact) and not spoken.get(f"kind.{shape.table}")
    ]
    assert nameless == []
