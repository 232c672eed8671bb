"""The inbox is a function of what is known: whatever boxes do and however they meet, all show the same cases.

Invariants 9 and 11 of spec/sync.md: every concurrent pair of steps is in the inbox of every box, once, under one id;
settling it settles it everywhere.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.desk import action
from appliance.shop import catalog
from appliance.shop.branches import actions as inbox
from appliance.shop.inventory import Transfer
from tests.branches.test_inbox import cases
from tests.cast import BRANCH_A, BRANCH_B, Shop, agree, clean, meet
from tests.inventory.conftest import furnish

ROOMS = [
    "settings",
    "staff",
    "allowances",
    "catalog",
    "customers",
    "inventory",
    "accounts",
    "orders",
    "shipping",
    "branches",
]
STATES = ("to_review", "approved", "sent", "cancelled", "editing")


@action("Decide")
def decide(desk: Desk, *, transfer: str, to: str) -> None:
    desk.step(Transfer, transfer, to=to)


@action("Price")
def price(desk: Desk, *, sku: str, retail: int) -> None:
    desk.change(catalog.Sku, sku, retail=retail * ONE)


@action("Begin")
def begin(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.put(Transfer(id=derive("transfer", name), number=name))


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(0, 2), st.integers(0, 1), st.integers(0, 4)),
        st.tuples(st.just("price"), st.integers(0, 2), st.integers(0, 2), st.integers(1, 3)),
        st.tuples(st.just("meet"), st.integers(0, 2), st.integers(1, 2), st.just(0)),
        st.tuples(st.just("settle"), st.integers(0, 2), st.integers(0, 5), st.just(0)),
    ),
    min_size=3,
    max_size=30,
)


@pytest.fixture
def chain(new_box: Callable[..., Shop]) -> Callable[[], tuple[list[Desk], list[str]]]:
    def make() -> tuple[list[Desk], list[str]]:
        boxes = (("A1", BRANCH_A), ("A2", BRANCH_A), ("B1", BRANCH_B))
        desks = [new_box(code, branch, names=ROOMS).desk(code) for code, branch in boxes]
        shelf = furnish(desks[0])
        begin(desks[0])
        meet(*desks)
        return desks, [shelf.teapot, shelf.cup, shelf.tea]

    return make


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_every_contradiction_is_in_every_inbox_once_and_settled_everywhere(
    chain: Callable[[], tuple[list[Desk], list[str]]], deeds: list[tuple[str, int, int, int]]
) -> None:
    desks, skus = chain()
    for verb, who, which, what in deeds:
        desk = desks[who]
        with suppress(Refusal):
            if verb == "step":
                decide(desk, transfer=derive("transfer", ("one", "two")[which]), to=STATES[what])
            elif verb == "price":
                price(desk, sku=skus[which], retail=what)
            elif verb == "meet":
                meet(desk, desks[(who + which) % 3])
            elif found := cases(desk):
                inbox.let_stand(desk, case=found[which % len(found)][1])
        check_cases(desk)
    meet(*desks)
    assert agree(*desks)
    for desk in desks:
        assert cases(desk) == cases(desks[0])
        check_cases(desk)
    # Whoever comes first settles what is open, and nobody is asked again.
    for place, (_, case) in enumerate(cases(desks[0])):
        inbox.let_stand(desks[place % 3], case=case)
    meet(*desks)
    for desk in desks:
        assert cases(desk) == []
        assert clean(desk) == []


def check_cases(desk: Desk) -> None:
    """Each step that is not alone under its parent is in one case, open unless that many sides were settled."""
    steps = desk.rows("select document, parent, count(*) as sides from step group by 1, 2 having count(*) > 1")
    settled = {row.id for row in desk.rows("select id from settlement where deleted = 0")}
    expected = {
        f"{row.document}.{row.parent}"
        for row in steps
        if derive("settled", f"{row.document}.{row.parent}", str(row.sides)) not in settled
    }
    shown = [case for kind, case in cases(desk) if kind in {"step_fork", "done_twice"}]
    assert sorted(shown) == sorted(expected)
