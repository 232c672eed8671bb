"""Cost by moving weighted average: whole numbers only, one rounding for each movement, history never rewritten.

A ledger stands at a quantity Q and an exact value V; the average is V / Q for display only. Goods may leave before
they come: then they leave at the last known cost, provisionally, and the difference is settled when goods come in.
"""

from typing import NamedTuple

from appliance.journal import ONE, round_half_up


class Ledger(NamedTuple):
    """Where the ledger of one SKU of one quality in one warehouse stands."""

    qty: int = 0
    value: int = 0
    last_cost: int = 0

    @property
    def average(self) -> int:
        """The unit cost to show, and to guess by: the average, or the last known cost when nothing is there."""
        return round_half_up(self.value * ONE, self.qty) if self.qty > 0 and self.value >= 0 else self.last_cost


class Out(NamedTuple):
    """What goods that leave are worth."""

    value: int
    provisional: bool


class In(NamedTuple):
    """What goods that come are worth, and how far earlier guesses were off."""

    value: int
    correction: int
    unit_cost: int
    cost_missing: bool


def leaving(ledger: Ledger, qty: int) -> Out:
    """Value goods that leave.

    The last to leave take the whole remaining value along, which clears the rounding. What is not there leaves at the
    last known cost.
    """
    if ledger.qty <= 0:
        return Out(round_half_up(ledger.last_cost * qty, ONE), provisional=True)
    if qty < ledger.qty:
        return Out(round_half_up(ledger.value * qty, ledger.qty), provisional=False)
    missing = qty - ledger.qty
    return Out(ledger.value + round_half_up(ledger.last_cost * missing, ONE), provisional=missing > 0)


def coming(ledger: Ledger, qty: int, *, cost: int | None = None, value: int | None = None) -> In:
    """Value goods that come: at their own unit cost, at a value captured when they left, or at what is known here.

    If goods had left before they came, what is then on the shelf is worth its quantity at the new cost; the
    correction takes the ledger there, and its opposite is the variance of the period.
    """
    guessed = cost is None and value is None
    if value is None:
        unit = ledger.average if cost is None else cost
        value = round_half_up(unit * qty, ONE)
    else:
        unit = round_half_up(value * ONE, qty)
    correction = 0
    if ledger.qty < 0:
        correction = round_half_up((ledger.qty + qty) * unit, ONE) - (ledger.value + value)
    elif ledger.qty == 0:
        # An empty shelf is worth nothing; only a merge of two boxes can have left a remainder there.
        correction = -ledger.value
    return In(value, correction, unit, cost_missing=guessed and value == 0)
