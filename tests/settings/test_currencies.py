"""Rates: they hold from a day on, and one that was in force is never changed."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.settings import actions, rate_on

TODAY, TOMORROW = "2026-11-24", "2026-11-25"


@pytest.fixture
def dollar(desk: Desk) -> str:
    return actions.add_currency(desk, name="美元", code="usd")


def test_a_code_is_kept_in_capitals_and_has_three_letters(desk: Desk, dollar: str):
    assert desk.value("select code from currency where id = ?", dollar) == "USD"
    for wrong in ("US", "USDT", "U1D", "美元币"):
        with pytest.raises(Refusal, match="three letters"):
            actions.change_currency(desk, currency=dollar, name="美元", code=wrong)


def test_a_rate_holds_from_its_day_until_a_newer_one(desk: Desk, dollar: str):
    actions.set_rate(desk, currency=dollar, day="2026-11-01", rate=71_000)
    actions.set_rate(desk, currency=dollar, day=TODAY, rate=70_800)
    actions.set_rate(desk, currency=dollar, day=TOMORROW, rate=70_500)
    days = ("2026-11-01", "2026-11-23", TODAY, TOMORROW, "2027-01-01")
    assert [rate_on(desk, dollar, day) for day in days] == [71_000, 71_000, 70_800, 70_500, 70_500]
    with pytest.raises(Refusal, match="There is no rate for that day"):
        rate_on(desk, dollar, "2026-10-31")


def test_a_rate_in_force_stays_as_it_was(desk: Desk, dollar: str):
    first = actions.set_rate(desk, currency=dollar, day="2026-11-20", rate=71_000)
    for day in ("2026-11-20", "2026-11-01"):
        with pytest.raises(Refusal, match="in force and papers may stand on it"):
            actions.set_rate(desk, currency=dollar, day=day, rate=70_000)
    with pytest.raises(Refusal, match="Papers of that day were written already"):
        actions.set_rate(desk, currency=dollar, day="2026-11-22", rate=70_000)
    with pytest.raises(Refusal, match="in force and papers may stand on it"):
        actions.remove_rate(desk, currency_rate=first)
    assert rate_on(desk, dollar, TODAY) == 71_000


def test_a_rate_that_is_still_to_come_can_be_corrected_and_taken_back(desk: Desk, dollar: str):
    actions.set_rate(desk, currency=dollar, day=TODAY, rate=71_000)
    coming = actions.set_rate(desk, currency=dollar, day=TOMORROW, rate=70_000)
    assert actions.set_rate(desk, currency=dollar, day=TOMORROW, rate=69_000) == coming
    assert rate_on(desk, dollar, TOMORROW) == 69_000
    actions.remove_rate(desk, currency_rate=coming)
    assert rate_on(desk, dollar, TOMORROW) == 71_000
    again = actions.set_rate(desk, currency=dollar, day=TOMORROW, rate=68_000)
    assert (again, rate_on(desk, dollar, TOMORROW)) == (coming, 68_000)


def test_a_rate_needs_a_day_and_is_more_than_nothing(desk: Desk, dollar: str):
    for rate in (0, -1):
        with pytest.raises(Refusal, match="more than nothing"):
            actions.set_rate(desk, currency=dollar, day=TODAY, rate=rate)
    with pytest.raises(Refusal, match="from which day"):
        actions.set_rate(desk, currency=dollar, day="", rate=1)
