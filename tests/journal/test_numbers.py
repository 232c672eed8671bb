"""Integers for money and goods: golden vector T1, and the laws of rounding and splitting."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import plain, round_half_up, spread, times, yuan
from appliance.journal.clock import business_day
from appliance.journal.ids import derive, is_id, new_id, read, show


def test_t1_splitting_ten_yuan_by_weight():
    assert spread(1_000, [3_330, 3_330, 3_340]) == [333, 333, 334]
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(1, [1, 1]) == [1, 0]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_the_parts_sum_to_the_whole(total: int, weights: list[int]):
    parts = spread(total, weights)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_rounding_is_half_up_away_from_zero(dividend: int, divisor: int):
    exact = (Decimal(dividend) / Decimal(divisor)).quantize(Decimal(1), ROUND_HALF_UP)
    assert round_half_up(dividend, divisor) == int(exact)


def test_a_teapot_at_128_yuan_times_two_and_a_half():
    assert times(1_280_000, 25_000) == 32_000
    assert yuan(32_000) == "¥320.00"
    assert yuan(-123_450) == "-¥1,234.50"
    assert plain(25_000) == "2.5"
    assert plain(-10_000) == "-1"


@given(st.integers(0, 2**46), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time_and_read_back(moment: int, chance: bytes):
    made = new_id(moment, chance)
    assert is_id(made)
    assert made[0].isalpha() or made[0] == "_"
    assert show(read(made)) == made
    assert new_id(moment + 1, chance) > made


@given(st.text(), st.text())
def test_the_same_cause_gives_the_same_id(one: str, other: str):
    assert (derive("a", one) == derive("a", other)) == (one == other)


@given(st.integers(0, 4_102_444_800_000))
def test_the_business_day_is_the_calendar_s(moment: int):
    from datetime import UTC, datetime, timedelta

    shown = datetime.fromtimestamp(moment / 1000, UTC) + timedelta(hours=8)
    assert business_day(moment, 480) == shown.strftime("%Y-%m-%d")


@given(
    st.one_of(
        st.text(alphabet="-0159AFVZ_akz+=", min_size=20, max_size=24), st.binary(min_size=16, max_size=16).map(show)
    )
)
def test_what_looks_like_an_id_stands_for_its_sixteen_bytes_and_nothing_else_does(text: str):
    if is_id(text):
        assert show(read(text)) == text
    else:
        assert len(text) != 22 or show(read(text.replace("+", "-").replace("=", "-"))) != text
