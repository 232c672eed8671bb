"""Pools on screens: who may promise how much, asked for by one box and handed over by the other when they meet."""

from __future__ import annotations

import re

import pytest

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.controls import Retire
from appliance.serving import tend_rights
from appliance.shop import allowances, inventory
from appliance.shop.branches import actions as act
from appliance.shop.branches.records import Member, RightsRequest
from appliance.shop.inventory import actions as shelf
from appliance.shop.orders import NewLine
from appliance.shop.orders import actions as orders
from tests.branches.conftest import seen
from tests.cast import agree, clean, meet
from tests.orders.teahouse import House, order, refused
from tests.web.conftest import Tablet


def member(desk: Desk) -> str:
    return derive("member", desk.journal.author[:16].hex())


def name(desk: Desk) -> str:
    return allowances.here(desk)


@pytest.fixture
def pool(alice: Desk, bella: Desk, bob: Desk, house: House) -> str:
    """Ten teapots that all three boxes sell; Alice's box keeps the pool."""

    def write(at: Desk) -> None:
        for one in (alice, bella, bob):
            box = one.journal.author[:16].hex()
            at.put(Member(id=member(one), box=box, code=one.journal.box_code, branch=one.branch))

    alice.journal.do(alice, "branches.let_in", write)
    opened = shelf.open_pool(alice, warehouse=house.warehouse, sku=house.teapot)
    for one in (bella, bob):
        # Each has written something, so it is known under which name it writes.
        one.journal.do(one, "catalog.see", lambda at: at.put(RightsRequest(pool="none")))
    meet(alice, bella, bob)
    return str(opened)


def tend(*desks: Desk) -> None:
    for desk in desks:
        tend_rights(desk.journal, desk.branch)


def typed(form: str) -> dict[str, str]:
    """What a form begins with."""
    inputs = [dict(re.findall(r'(\w+)="?([^" >]*)', found)) for found in re.findall(r"<input[^>]*>", form)]
    return {one["name"]: one.get("value", "") for one in inputs if one.get("name") in {"least", "full"}}


def rights(desk: Desk, pool: str) -> int:
    return inventory.spendable(desk, pool) // ONE


def test_a_box_asks_for_rights_and_gets_them_when_the_two_have_met_twice(
    alice: Desk, bella: Desk, bob: Desk, house: House, pool: str, tablet: Tablet
) -> None:
    act.ask_for_rights(bob, pool=pool, member=member(alice), qty=6 * ONE)
    meet(alice, bob)
    page = seen(tablet, f"/branches/pools/{pool}")
    assert "B1 asked A1" in page
    tend(alice, bob)
    meet(alice, bella, bob)
    assert (rights(alice, pool), rights(bob, pool)) == (4, 6)
    # Bella asks Bob, who keeps half for himself.
    act.ask_for_rights(bella, pool=pool, member=member(bob), qty=5 * ONE)
    meet(bella, bob)
    tend(bob)
    meet(alice, bella, bob)
    assert [rights(one, pool) for one in (alice, bella, bob)] == [4, 3, 3]
    assert "仓a" in seen(tablet, "/branches/pools")
    page = seen(tablet, f"/branches/pools/{pool}?missing=2")
    assert f"/do/branches/hand_over_rights?pool={pool}&amp;member={member(bob)}" in page
    assert "keeps the pool" in page
    shelf_page = seen(tablet, f"/stock/{house.warehouse}.{house.teapot}")
    assert f"/branches/pools/{pool}" in shelf_page
    assert tablet.get(f"/do/branches/hand_over_rights?pool={pool}&member={member(bob)}").status_code == 200
    answer = tablet.post("/do/branches/hand_over_rights", pool=pool, member=member(bob), qty="1")
    assert answer.status_code == 303, answer.text[:2000]
    assert rights(alice, pool) == 3
    assert agree(alice, bella, bob) is False
    meet(alice, bella, bob)
    assert agree(alice, bella, bob)
    assert clean(alice) == []


def test_the_keeper_keeps_other_boxes_stocked_as_the_table_says(
    alice: Desk, bella: Desk, bob: Desk, house: House, pool: str, tablet: Tablet
) -> None:
    offered = seen(tablet, f"/do/branches/set_rights_level?pool={pool}&member={member(bob)}")
    assert typed(offered) == {"least": "1", "full": "2"}
    act.set_rights_level(alice, pool=pool, member=member(bob), least=2 * ONE, full=4 * ONE)
    act.set_rights_level(alice, pool=pool, member=member(bella), least=4 * ONE, full=5 * ONE)
    for _ in range(3):
        tend(alice)
    meet(alice, bella, bob)
    assert [rights(one, pool) for one in (alice, bella, bob)] == [1, 5, 4]
    assert "topped up below 2, to 4" in seen(tablet, f"/branches/pools/{pool}")
    # Bob sells three. There is one left to hand over, and what he sold comes back to nobody.
    for _ in range(3):
        placed = order(bob, house, delivery_term="cod")
        orders.review(bob, order=placed)
    tend(alice)
    assert rights(alice, pool) == 1, "nothing was heard of it yet"
    meet(alice, bob)
    tend(alice)
    meet(alice, bob)
    assert [rights(one, pool) for one in (alice, bob)] == [0, 2]
    # What he promised in four weeks is three quarters of a piece a week, so one.
    act.set_rights_level(alice, pool=pool, member=member(bob))
    assert typed(seen(tablet, f"/do/branches/set_rights_level?pool={pool}&member={member(bob)}")) == {
        "least": "1",
        "full": "2",
    }
    assert "topped up below 2" not in seen(tablet, f"/branches/pools/{pool}")
    assert agree(alice, bob) is False
    meet(alice, bella, bob)
    assert agree(alice, bella, bob)
    assert clean(alice) == []
    refused("not_keeper", lambda: act.set_rights_level(bob, pool=pool, member=member(alice), least=ONE, full=ONE))
    refused("level", lambda: act.set_rights_level(alice, pool=pool, member=member(bob), least=2 * ONE, full=ONE))
    with pytest.raises(Refusal, match="holds it already"):
        act.set_rights_level(alice, pool=pool, member=member(alice), least=ONE, full=ONE)


def test_what_a_box_held_under_an_earlier_name_does_not_count_as_stock(alice: Desk, bob: Desk, pool: str) -> None:
    act.set_rights_level(alice, pool=pool, member=member(bob), least=2 * ONE, full=4 * ONE)
    tend(alice)
    low = "select held from rights_low where pool = ?"
    assert alice.value(low, pool) is None
    heads = [
        (where, seq, head) for (who, where), (seq, head) in alice.journal.heads().items() if who == bob.journal.author
    ]
    alice.journal.do(alice, "branches.retire_box", lambda at: at.control(Retire(bob.journal.author, sorted(heads))))
    assert alice.value(low, pool) == 0
    tend(alice)
    assert rights(alice, pool) == 6, "nothing goes to a name that was not heard of"


def test_the_review_of_an_order_leads_to_whoever_can_spare_some(
    alice: Desk, bob: Desk, house: House, pool: str, tablet: Tablet
) -> None:
    act.hand_over_rights(alice, pool=pool, member=member(bob), qty=10 * ONE)
    placed = order(alice, house, NewLine(sku=house.teapot, qty=2 * ONE), delivery_term="cod")
    said = refused("rights", lambda: orders.review(alice, order=placed))
    assert said.remedy == f"/branches/pools/{pool}?missing=2"
    page = seen(tablet, f"/panel/orders/review/{placed}")
    assert "Several branches sell 青瓷茶壶, and this box may promise 0 of it." in page
    assert said.remedy in page
    assert "Ask one of the boxes below" in seen(tablet, said.remedy)


def test_what_is_refused_of_rights(alice: Desk, bella: Desk, bob: Desk, pool: str) -> None:
    request = act.ask_for_rights(bob, pool=pool, member=member(bella), qty=2 * ONE)
    with pytest.raises(Refusal, match="more than nothing"):
        act.ask_for_rights(bob, pool=pool, member=member(alice), qty=0)
    refused("missing", lambda: act.ask_for_rights(bob, pool="none", member=member(alice)))
    meet(alice, bella, bob)
    tend(bella)
    refused("not_ours", lambda: act.withdraw_rights_request(alice, rights_request=request))
    refused("not_ours", lambda: act.answer_rights_request(alice, rights_request=request))
    refused("not_ours", lambda: act.decline_rights_request(alice, rights_request=request, reason="没有"))
    with pytest.raises(Refusal, match="Say why"):
        act.decline_rights_request(bella, rights_request=request, reason=" ")
    act.decline_rights_request(bella, rights_request=request, reason="自己要卖")
    refused("settled", lambda: act.answer_rights_request(bella, rights_request=request))
    second = act.ask_for_rights(bob, pool=pool, member=member(alice))
    act.withdraw_rights_request(bob, rights_request=second)
    with pytest.raises(Refusal, match="holds it already"):
        act.hand_over_rights(alice, pool=pool, member=member(alice))
    stranger = alice.journal.do(
        alice, "branches.let_in", lambda at: at.put(Member(box="ab" * 16, code="Z9", branch=alice.branch))
    )
    with pytest.raises(Refusal, match="Nothing was heard of box Z9"):
        act.hand_over_rights(alice, pool=pool, member=stranger)
    alice.journal.do(alice, "branches.put_out", lambda at: at.change(Member, stranger, gone="put_out"))
    refused("gone", lambda: act.hand_over_rights(alice, pool=pool, member=stranger))


def test_the_rights_of_a_box_that_is_gone_go_to_others(alice: Desk, bella: Desk, bob: Desk, pool: str) -> None:
    for one in (bella, bob):
        act.hand_over_rights(alice, pool=pool, member=member(one), qty=5 * ONE)
    meet(alice, bella, bob)
    refused("not_keeper", lambda: act.take_back_rights(bella, pool=pool, holder=name(bob)))
    refused("not_sealed", lambda: act.take_back_rights(alice, pool=pool, holder=name(bob)))
    act.write_off_rights(alice, pool=pool, holder=name(bob), reason="掉进河里了")
    assert rights(alice, pool) == 5
    # Bella's box kept nothing back when it was retired.
    ends = [
        (where, seq, head) for (who, where), (seq, head) in alice.journal.heads().items() if who == bella.journal.author
    ]
    alice.journal.do(alice, "branches.retire_box", lambda at: at.control(Retire(bella.journal.author, sorted(ends))))
    act.take_back_rights(alice, pool=pool, holder=name(bella))
    assert rights(alice, pool) == 10
    refused("nothing", lambda: act.take_back_rights(alice, pool=pool, holder=name(bella)))
