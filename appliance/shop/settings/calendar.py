"""Tax rates, and the days on which the shop does not work.

A week has five working days. The state moves some every year: a holiday in the week, and a weekend worked for it.
"""

from datetime import date, timedelta
from typing import Annotated, Protocol

from appliance.journal import Day, Desk, Hint, Label, Rate, Refusal, Row, Text, action, derive, round_half_up
from appliance.shop.settings.directory import check_name
from appliance.shop.settings.records import DayKind, Holiday, HolidayId, TaxRate, TaxRateId

WHOLE = 10_000
LONGEST_BREAK = 60
"""No holiday is longer; what says so is a mistake in the calendar."""

TaxShare = Annotated[Rate, Label("Share of the price"), Hint("13 for 13 %. Prices hold the tax already.")]
LastDay = Annotated[Day, Label("Last day"), Hint("Empty for a single day.")]


class Reader(Protocol):
    """Whoever can read the shop: a desk, or a visit."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask the shop."""
        ...


# ---- tax


@action("Add a tax rate")
def add_tax_rate(desk: Desk, *, name: Text, rate: TaxShare = 0) -> str:
    """What share of a price is tax; goods name their rate."""
    check_name(desk, TaxRate, name)
    _check_rate(rate)
    return desk.put(TaxRate(name=name, rate=rate))


@action("Change the tax rate")
def change_tax_rate(desk: Desk, *, tax_rate: TaxRateId, name: Text) -> None:
    """The share stays, for orders were taken with it: a new share is a new rate."""
    check_name(desk, TaxRate, name, tax_rate)
    desk.change(TaxRate, tax_rate, name=name)


def tax_in(desk: Desk, tax_rate: str, amount: int) -> int:
    """Return the tax that an amount holds, in fen; nothing where goods name no rate."""
    if not tax_rate:
        return 0
    rate = desk.get(TaxRate, tax_rate).rate
    return round_half_up(amount * rate, WHOLE + rate)


def _check_rate(rate: int) -> None:
    if not 0 <= rate < WHOLE:
        raise Refusal("A tax is between nothing and the whole price.", field="rate")


# ---- the calendar


@action("Add a holiday")
def add_holiday(desk: Desk, *, name: Text, day: Day, until: LastDay = "", kind: DayKind = "holiday") -> str:
    """Days on which nobody works, or a weekend that is worked instead. A day that stands there already is corrected."""
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if not day:
        raise Refusal("Say which day it is.", field="day")
    first, last = date.fromisoformat(day), date.fromisoformat(until or day)
    if last < first:
        raise Refusal("The last day comes before the first.", field="until")
    if (last - first).days >= LONGEST_BREAK:
        raise Refusal("That is longer than any holiday. Look at the days again.", field="until")
    made = ""
    while first <= last:
        made = desk.put(Holiday(id=derive("holiday", first.isoformat()), day=first.isoformat(), name=name, kind=kind))
        first += timedelta(days=1)
    return made


@action("Change the holiday")
def change_holiday(desk: Desk, *, holiday: HolidayId, name: Text, kind: DayKind = "holiday") -> None:
    """Its day stays; a day that was written down by mistake is disabled."""
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    desk.change(Holiday, holiday, name=name, kind=kind)


def working_day(reader: Reader, day: str, after: int) -> str:
    """Return the working day that comes so many working days after a day: 0 is the day itself, or the next that works."""
    now = date.fromisoformat(day)
    last = now + timedelta(days=2 * LONGEST_BREAK + 2 * after)
    said: dict[str, str] = {
        row["day"]: row["kind"]
        for row in reader.rows(
            "select day, kind from holiday where day between ? and ? and disabled = 0 and deleted = 0",
            day,
            last.isoformat(),
        )
    }

    def works(one: date) -> bool:
        return said.get(one.isoformat(), "holiday" if one.weekday() >= 5 else "workday") == "workday"

    left = after
    while now < last and (left or not works(now)):
        now += timedelta(days=1)
        left -= 1 if left and works(now) else 0
    return now.isoformat()
