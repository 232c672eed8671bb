"""Foreign money and what it is worth. A rate that was in force is never changed: papers stand on it."""

from typing import Annotated

from appliance.journal import Code, Day, Desk, Hint, Label, Limit, Price, Refusal, Text, action, derive
from appliance.shop.settings.directory import check_code, check_name
from appliance.shop.settings.records import Currency, CurrencyId, CurrencyRate, CurrencyRateId

CurrencyCode = Annotated[Code, Limit(max=3), Hint("Three letters: USD, HKD, EUR.")]
Worth = Annotated[Price, Label("One unit is worth")]
FromDay = Annotated[Day, Label("From")]


@action("Add a currency")
def add_currency(desk: Desk, *, name: Text, code: CurrencyCode) -> str:
    """The shop's own money needs no entry."""
    check_name(desk, Currency, name)
    code = _checked(desk, code)
    return desk.put(Currency(name=name, code=code))


@action("Change the currency")
def change_currency(desk: Desk, *, currency: CurrencyId, name: Text, code: CurrencyCode) -> None:
    """Its rates stay."""
    check_name(desk, Currency, name, currency)
    code = _checked(desk, code, currency)
    desk.change(Currency, currency, name=name, code=code)


def _checked(desk: Desk, code: str, currency: str = "") -> str:
    given = code.strip().upper()
    if len(given) != 3 or not (given.isascii() and given.isalpha()):
        raise Refusal("A currency's code has three letters.", field="code")
    check_code(desk, Currency, given, currency)
    return given


@action("Set a rate")
def set_rate(desk: Desk, *, currency: CurrencyId, day: FromDay, rate: Worth) -> str:
    """It holds from that day on, until a newer one does. A rate that is in force stays as it was."""
    desk.get(Currency, currency)
    if rate <= 0:
        raise Refusal("A rate must be more than nothing.", field="rate")
    if not day:
        raise Refusal("Say from which day on it holds.", field="day")
    newest = desk.value(
        "select max(day) from currency_rate where currency = ? and day <= ? and deleted = 0", currency, desk.day
    )
    if newest and day <= newest:
        raise Refusal(
            "The rate from {day} is in force and papers may stand on it. Set a new one from a later day.",
            field="day",
            code="rate_used",
            day=newest,
        )
    if newest and day < desk.day:
        raise Refusal("Papers of that day were written already. Choose today or a later day.", field="day")
    record = CurrencyRate(id=derive("currency_rate", currency, day), currency=currency, day=day, rate=rate)
    stated = desk.put(record)
    desk.about(currency)
    return stated


@action("Take the rate back", confirm="The older rate then holds longer.")
def remove_rate(desk: Desk, *, currency_rate: CurrencyRateId) -> None:
    """Only a rate that is not in force yet."""
    standing = desk.get(CurrencyRate, currency_rate)
    if standing.day <= desk.day:
        raise Refusal(
            "The rate from {day} is in force and papers may stand on it. Set a new one from a later day.",
            code="rate_used",
            day=standing.day,
        )
    desk.remove(CurrencyRate, currency_rate)
    desk.about(standing.currency)


def rate_on(desk: Desk, currency: str, day: str) -> int:
    """Return what one unit was worth on a day, in 1/10000 yuan; a refusal when nobody said."""
    found = desk.value(
        "select rate from currency_rate where currency = ? and day <= ? and deleted = 0 order by day desc limit 1",
        currency,
        day,
    )
    if found is None:
        raise Refusal("There is no rate for that day. Set one first.", code="no_rate", remedy="/settings/currencies")
    return int(found)
