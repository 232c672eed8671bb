"""Stock of other branches: how much, and up to when this box knows it."""

from __future__ import annotations

from collections.abc import Callable

from appliance.heard import Hearing
from appliance.journal import ONE, Desk, derive
from appliance.shop import inventory
from appliance.shop.branches.records import Member
from appliance.shop.inventory import OpeningLine, OutLine
from tests.branches.conftest import seen
from tests.cast import BRANCH_A, BRANCH_B, MORNING, Shop, meet
from tests.orders.teahouse import House
from tests.web.conftest import Tablet

HOUR = 3_600_000


def listed(desk: Desk, *boxes: Desk) -> None:
    """Write the boxes into the list of the chain's boxes."""

    def write(at: Desk) -> None:
        for one in boxes:
            box = one.journal.author[:16].hex()
            at.put(Member(id=derive("member", box), box=box, code=one.journal.box_code, branch=one.branch))

    desk.journal.do(desk, "branches.let_in", write)


def set_clock(desk: Desk, now: int) -> None:
    desk.journal.clock.now = now  # type: ignore[attr-defined]


def test_a_clerk_sees_what_the_other_shop_has_and_up_to_when_that_is_known(
    alice: Desk, bob: Desk, house: House, tablet: Tablet
) -> None:
    agreed: dict[bytes, int] = {}
    tablet.house.front.gauges["heard"] = Hearing(alice.journal, lambda box: agreed.get(box, 0))
    listed(alice, alice, bob)
    opening = [OpeningLine(sku=house.teapot, qty=3 * ONE, cost=80 * ONE)]
    inventory.opening_stock(bob, warehouse=derive("warehouse", "b"), lines=opening)
    assert "仓b" not in seen(tablet, "/where?q=teapot")
    meet(alice, bob)
    told_at = alice.journal.clock.now  # type: ignore[attr-defined]
    page = seen(tablet, "/where?q=teapot")
    assert page.index("仓a") < page.index("仓b")
    assert "As told Today" in page
    assert "As told Today" in seen(tablet, f"/panel/inventory/sku/{house.teapot}")
    shelf = f"{derive('warehouse', 'b')}.{house.teapot}"
    assert "As told Today" in seen(tablet, f"/stock/{shelf}")
    assert "仓a" in seen(tablet, f"/panel/inventory/shelf/{shelf}")
    # Hours later it is old news, until both hold the same again; then nothing was sold meanwhile.
    set_clock(alice, told_at + 5 * HOUR + HOUR // 2)
    tablet.sign_in("alice")
    assert "Told 5 h ago, Today" in seen(tablet, "/where?q=teapot")
    assert "Told 5 h ago, Today" in seen(tablet, "/branches")
    agreed[bob.journal.author[:16]] = told_at + 5 * HOUR
    assert "As told Today" in seen(tablet, "/where?q=teapot")
    set_clock(alice, told_at + 80 * HOUR)
    tablet.sign_in("alice")
    assert "Told 3 days ago" in seen(tablet, "/where?q=teapot")
    assert "No goods are called so" in seen(tablet, "/where?q=nothing")


def test_a_branch_with_two_tills_is_known_as_far_as_either_told_and_the_silent_one_is_named(
    alice: Desk, bob: Desk, house: House, tablet: Tablet, new_box: Callable[..., Shop]
) -> None:
    second = new_box("B2", BRANCH_B).desk("bob")
    hearing = Hearing(alice.journal, lambda _box: 0)
    tablet.house.front.gauges["heard"] = hearing
    assert hearing([BRANCH_B]) == {}
    listed(alice, alice, bob, second)
    assert hearing([BRANCH_B])[BRANCH_B].at_ms == 0
    opening = [OpeningLine(sku=house.teapot, qty=3 * ONE, cost=80 * ONE)]
    inventory.opening_stock(bob, warehouse=derive("warehouse", "b"), lines=opening)
    meet(alice, bob, second)
    for one in (alice, bob):
        set_clock(one, MORNING + 50 * HOUR)
    inventory.other_out(
        bob, reason="样品", warehouse=derive("warehouse", "b"), lines=[OutLine(sku=house.teapot, qty=ONE)]
    )
    meet(alice, bob)
    assert [code for code, _ in hearing([BRANCH_B])[BRANCH_B].behind] == ["B2"]
    tablet.sign_in("alice")
    assert "but by its box B2 only up to" in seen(tablet, "/where?q=teapot")
    assert seen(tablet, "/branches").count("Its stock:") == 1


def test_when_the_last_word_came_is_known_though_it_lies_in_a_chunk(alice: Desk, bob: Desk, house: House) -> None:
    opening = [OpeningLine(sku=house.teapot, qty=3 * ONE, cost=80 * ONE)]
    inventory.opening_stock(bob, warehouse=derive("warehouse", "b"), lines=opening)
    meet(alice, bob)
    listed(alice, alice, bob)
    hearing = Hearing(alice.journal, lambda _box: 0)
    before = hearing([BRANCH_A, BRANCH_B])
    for low in range(140):
        inventory.set_low_stock(alice, warehouse=house.warehouse, sku=house.teapot, low=low * ONE)
    alice.journal.put_away(0)
    assert alice.value("select count(*) from cold") > 0
    assert hearing([BRANCH_B])[BRANCH_B] == before[BRANCH_B]
