"""Instalments (分期): a debt that is paid in parts, each on a day of its own.

Each part is a charge, so that ageing, settling and statements see it like any other debt.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import Day, Desk, Label, Money, Refusal, action, yuan
from appliance.shop import settings
from appliance.shop.accounts.records import Allocated, Charged, OpenItemId

MOST_PARTS = 60


class Instalment(msgspec.Struct, kw_only=True, frozen=True):
    """One part of a debt, and the day on which it is to be paid."""

    due_on: Annotated[Day, Label("To be paid on")]
    amount: Money


def check_instalments(parts: Sequence[Instalment], whole: int) -> None:
    """Refuse parts that are none, that stand in no order, or that do not come to the whole."""
    if len(parts) < 2:
        raise Refusal("One part is no instalment. Name at least two.", field="parts", code="parts")
    if len(parts) > MOST_PARTS:
        raise Refusal("At most {most} parts.", field="parts", code="parts", most=MOST_PARTS)
    for place, part in enumerate(parts):
        if part.amount <= 0:
            raise Refusal("An amount is more than nothing.", field=f"parts.{place}.amount")
        if place and part.due_on <= parts[place - 1].due_on:
            raise Refusal("Each part is due later than the one before.", field=f"parts.{place}.due_on")
    together = sum(part.amount for part in parts)
    if together != whole:
        raise Refusal(
            "The parts come to {parts}; {whole} is to be paid.", field="parts", code="parts",
            parts=yuan(together), whole=yuan(whole),
        )  # fmt: skip


@action("Pay in parts")
def pay_in_parts(desk: Desk, *, charge: Annotated[OpenItemId, Label("What is owed")], parts: list[Instalment]) -> None:
    """What is still open of a debt is paid in parts from now on. What was paid of it stays paid."""
    found = desk.row("select * from party_item where id = ?", charge)
    standing = desk.row("select * from charged where id = ?", charge)
    if found is None or standing is None or found.open <= 0:
        raise Refusal("Nothing of this is open. Only a debt is paid in parts.", field="charge", code="settled")
    check_instalments(parts, found.open)
    settings.check_open_day(desk, desk.day)
    new = Charged(
        party=standing.party, party_kind=standing.party_kind, document=standing.document, number=standing.number,
        kind="instalment", day=desk.day,
    )  # fmt: skip
    sign = 1 if found.side == "owed" else -1
    answer = desk.add(msgspec.structs.replace(new, amount=-sign * found.open, due_on=standing.due_on))
    # They settle each other at once, or money that comes later would pay what is owed no more.
    speaks_for, against = (answer, charge) if sign > 0 else (charge, answer)
    desk.add(Allocated(paper=speaks_for, charge=against, amount=found.open))
    for part in parts:
        desk.add(msgspec.structs.replace(new, amount=sign * part.amount, due_on=part.due_on))
    desk.about(found.party)
