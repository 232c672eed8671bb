"""Moving weighted average: the worked examples, and what must hold whatever comes and goes."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import ONE
from appliance.journal.numbers import spread
from appliance.shop.inventory.cost import Ledger, coming, leaving


def test_t1_a_discount_is_spread_to_the_last_fen() -> None:
    assert spread(1000, [3330, 3330, 3340]) == [333, 333, 334]
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(1, [1, 1]) == [1, 0]


def came(ledger: Ledger, qty: int, cost: int) -> Ledger:
    come = coming(ledger, qty, cost=cost)
    return Ledger(ledger.qty + qty, ledger.value + come.value + come.correction, cost)


def left(ledger: Ledger, qty: int) -> tuple[int, Ledger]:
    out = leaving(ledger, qty)
    return out.value, ledger._replace(qty=ledger.qty - qty, value=ledger.value - out.value)


def test_t2_the_last_piece_takes_the_rounding_along() -> None:
    ledger = came(came(Ledger(), 2 * ONE, 10_000), ONE, 10_100)
    value, ledger = left(ledger, ONE)
    assert value == 10_033
    assert ledger[:2] == (2 * ONE, 20_067)
    value, ledger = left(ledger, 2 * ONE)
    assert value == 20_067
    assert ledger[:2] == (0, 0)


def test_t3_goods_sold_before_they_came_are_settled_at_their_true_cost() -> None:
    out = leaving(Ledger(0, 0, 30_000), 2 * ONE)
    assert out == (60_000, True)
    short = Ledger(-2 * ONE, -60_000, 30_000)
    come = coming(short, 20 * ONE, cost=33_000)
    assert short.value + come.value == 600_000
    assert come.correction == -6_000
    assert came(short, 20 * ONE, 33_000).average == 33_000


def test_what_nobody_knows_the_cost_of_comes_at_the_average_then_the_last_cost_then_nothing() -> None:
    assert coming(Ledger(2 * ONE, 50_000, 30_000), ONE).value == 25_000
    assert coming(Ledger(0, 0, 30_000), ONE) == (30_000, 0, 30_000, False)
    assert coming(Ledger(), ONE) == (0, 0, 0, True)
    assert coming(Ledger(), ONE, cost=0) == (0, 0, 0, False)


def test_only_what_is_missing_leaves_at_a_guess() -> None:
    assert leaving(Ledger(ONE, 25_000, 30_000), 3 * ONE) == (25_000 + 60_000, True)
    assert leaving(Ledger(ONE, 25_000, 30_000), ONE) == (25_000, False)


def test_taking_back_what_left_too_early_leaves_nothing_behind() -> None:
    short = Ledger(-3 * ONE, -10, 3)
    come = coming(short, 3 * ONE, value=10)
    assert (short.value + come.value, come.correction) == (0, 0)


moves = st.lists(
    st.tuples(st.booleans(), st.integers(1, 50 * ONE), st.one_of(st.none(), st.integers(0, 5_000_000))), max_size=40
)


@given(moves)
def test_an_empty_shelf_is_worth_nothing_and_a_full_one_never_less_than_nothing(
    moves: list[tuple[bool, int, int | None]],
) -> None:
    ledger = Ledger()
    for inward, qty, cost in moves:
        if inward:
            come = coming(ledger, qty, cost=cost)
            known = come.unit_cost if cost else ledger.last_cost
            ledger = Ledger(ledger.qty + qty, ledger.value + come.value + come.correction, known)
        else:
            _, ledger = left(ledger, qty)
        if ledger.qty == 0:
            assert ledger.value == 0
        if ledger.qty > 0:
            assert ledger.value >= 0
        if ledger.qty < 0:
            assert ledger.value <= 0
