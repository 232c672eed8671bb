"""INV-15: whatever branches do with transfers, and in whatever order they meet, no goods appear and none vanish."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal, derive
from appliance.shop import inventory
from appliance.shop.inventory import OpeningLine, actions, carrying
from appliance.shop.inventory.carrying import ComeGoods
from appliance.shop.inventory.transfers import TransferGoods
from appliance.shop.settings import Branch, Warehouse
from tests.cast import BRANCH_A, BRANCH_B, Shop, agree, clean, meet
from tests.inventory.conftest import ROOMS, furnish, pieces
from tests.inventory.test_transfers import whole

BRANCH_C = derive("branch", "c")
PLACES = {name: derive("warehouse", name) for name in "abc"}
RESTS: tuple[carrying.Missing, ...] = ("later", "lost", "damaged", "miscounted")


@actions.action("Open a third branch")
def third_branch(desk: Desk) -> None:
    desk.put(Branch(id=BRANCH_C, name="三店", code="C"))
    desk.put(Warehouse(id=PLACES["c"], name="三店仓", code="C", branch=BRANCH_C))


# Who acts, which of the deeds that are open to them, how many, and a choice within it; or who meets whom.
deeds = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-40, 80), st.integers(0, 4), st.integers(0, 3)), min_size=8, max_size=40
)


@pytest.fixture
def chain(new_box: Callable[..., Shop]) -> Callable[[], tuple[list[Desk], str]]:
    """Three branches and four boxes, the second branch with two; seven cups lie in each warehouse.

    Four cups are on their way from the first branch to the second, and four from the third are granted.
    """

    def make() -> tuple[list[Desk], str]:
        boxes = (("A1", BRANCH_A), ("B1", BRANCH_B), ("B2", BRANCH_B), ("C1", BRANCH_C))
        desks = [new_box(code, branch, names=ROOMS).desk(code) for code, branch in boxes]
        shelf = furnish(desks[0])
        third_branch(desks[0])
        meet(*desks)
        for desk, place in zip((desks[0], desks[1], desks[3]), "abc", strict=True):
            lines = [OpeningLine(sku=shelf.cup, qty=pieces(7), cost=14_271)]
            inventory.opening_stock(desk, warehouse=PLACES[place], lines=lines)
        for desk, source, target in ((desks[0], "a", "b"), (desks[3], "c", "b")):
            lines = [TransferGoods(sku=shelf.cup, qty=pieces(4))]
            ways = {"source": PLACES[source], "target": PLACES[target]}
            transfer = actions.request_transfer(desk, **ways, lines=lines)
            actions.approve_transfer(desk, transfer=transfer)
            if source == "a":
                actions.send_transfer(desk, transfer=transfer)
        meet(*desks)
        return desks, shelf.cup

    return make


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_no_goods_appear_and_none_vanish(
    chain: Callable[[], tuple[list[Desk], str]], deeds: list[tuple[int, int, int, int]]
) -> None:
    desks, cup = chain()
    all_there_is = whole(desks[0], cup)
    assert all_there_is == (pieces(21), 3 * 99_897)
    for who, which, count, choice in deeds:
        desk = desks[who]
        if which < 0:
            meet(desk, desks[(who + 1 + which % 3) % 4])
            continue
        open_deeds = list(possible(desk, cup, count, choice))
        # What looks possible may still be refused: there are fewer on the shelf, say.
        with suppress(Refusal):
            open_deeds[which % len(open_deeds)]()
        for one in desks:
            assert whole(one, cup) == all_there_is
    meet(*desks)
    assert agree(*desks)
    for desk in desks:
        assert whole(desk, cup) == all_there_is
        assert clean(desk) == []
    for desk in desks:
        # Whoever sent puts right what two people did in contradiction; then nothing is counted twice any more.
        for row in desk.rows("select distinct document from problem_transfer_counted_twice"):
            with suppress(Refusal):
                actions.restore_transfer(desk, transfer=row.document)
    meet(*desks)
    assert whole(desks[0], cup) == all_there_is
    for row in desks[0].rows("select on_way_value from transfer_line_list where on_way = 0"):
        assert row.on_way_value == 0


def possible(desk: Desk, cup: str, count: int, choice: int) -> Iterator[Callable[[], object]]:
    some = [TransferGoods(sku=cup, qty=pieces(count))]
    came = [ComeGoods(sku=cup, qty=pieces(count), defective=pieces(choice % 2))]
    source, target = list(permutations(PLACES.values(), 2))[choice]
    yield lambda: actions.request_transfer(desk, source=source, target=target, lines=some)
    for row in desk.rows("select * from transfer_list order by id"):
        given = {"transfer": row.id}
        ours, theirs = row.source_branch == desk.branch, row.target_branch == desk.branch
        if row.state == "to_review" and ours:
            yield lambda given=given: actions.approve_transfer(desk, **given, lines=some if choice else None)
        if row.state in {"to_review", "approved"} and (ours or theirs):
            yield lambda given=given: actions.cancel_transfer(desk, **given, reason="不要了")
        if row.state == "approved" and ours:
            yield lambda given=given: actions.unapprove_transfer(desk, **given)
        if row.state in {"approved", "sent"} and ours and not row.ended:
            yield lambda given=given: actions.send_transfer(desk, **given)
            yield lambda given=given: actions.send_part(desk, **given, lines=some)
        if row.state == "sent" and ours:
            yield lambda given=given: actions.end_sending(desk, **given)
            yield lambda given=given: actions.take_home(desk, **given)
            yield lambda given=given: actions.restore_transfer(desk, **given)
        if row.state == "sent" and theirs:
            yield lambda given=given: actions.take_in_all(desk, **given)
            yield lambda given=given: actions.take_in(desk, **given, lines=came, rest=RESTS[choice])
            yield lambda given=given: actions.take_in(desk, **given, lines=came, rest="miscounted")
            yield lambda given=given: actions.take_in(desk, **given, lines=came, rest="lost")
    for row in desk.rows("select id from difference where state = 'open' order by id"):
        yield lambda found=row.id: actions.accept_difference(desk, difference=found)
        yield lambda found=row.id: actions.withdraw_difference(desk, difference=found)
