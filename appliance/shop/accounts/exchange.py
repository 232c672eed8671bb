"""Exchange: money that goes from an account of one currency into one of another."""

import msgspec

from appliance.journal import Desk, Refusal, round_half_up
from appliance.shop import settings
from appliance.shop.accounts.records import MoneyAccount, MoneyPaper

ONE_TO_ONE = 10_000


def exchanged(desk: Desk, paper: MoneyPaper, source: MoneyAccount, target: MoneyAccount) -> MoneyPaper:
    """Return a transfer with its rate and what comes of it; a rate that was typed goes before that of the day."""
    if paper.rate < 0:
        raise Refusal("A rate must be more than nothing.", field="rate")
    if source.currency == target.currency:
        if paper.rate not in {0, ONE_TO_ONE}:
            raise Refusal("Both accounts hold the same money, so there is no rate.", field="rate")
        return msgspec.structs.replace(paper, rate=0, to_amount=0)
    rate = paper.rate or _of_the_day(desk, source.currency, target.currency, paper.day)
    came = round_half_up(paper.amount * rate, ONE_TO_ONE)
    if came <= 0:
        raise Refusal("Nothing would come of this. Look at the amount and the rate.", field="rate")
    return msgspec.structs.replace(paper, rate=rate, to_amount=came)


def _of_the_day(desk: Desk, source: str, target: str, day: str) -> int:
    leaves, comes = (settings.rate_on(desk, one, day) if one else ONE_TO_ONE for one in (source, target))
    return round_half_up(leaves * ONE_TO_ONE, comes)
