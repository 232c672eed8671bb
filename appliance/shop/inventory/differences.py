"""Differences: other than what was sent has come. Until the sender accepts it, the goods are on their way and his."""

from typing import Annotated

from appliance.journal import Desk, Label, Refusal, Row, Words, action, derive, round_half_up
from appliance.shop.inventory.ledger import Place, Wanted, issue_all, receive, vary
from appliance.shop.inventory.records import (
    Carried,
    CarriedKind,
    Difference,
    DifferenceId,
    LossReason,
    Transfer,
    TransferLine,
)
from appliance.shop.inventory.transfers import check_keeper, lines_of, refuse_more


@action("Explain the difference")
def explain_difference(
    desk: Desk, *, difference: DifferenceId, reason: LossReason, note: Annotated[Words, Label("What you found")] = ""
) -> None:
    """Both branches may, until it is accepted: what is accepted follows from the reason."""
    found = _open(desk, difference)
    if found.qty > 0 and reason != "miscounted":
        raise Refusal("More has come than was sent, so somebody counted wrongly.", field="reason")
    desk.change(Difference, difference, reason=reason, note=note)
    desk.about(found.transfer)


@action(
    "Accept the difference",
    confirm="What is lost or damaged is given up; what was miscounted is put right in your books.",
)
def accept_difference(desk: Desk, *, difference: DifferenceId) -> None:
    """The sender agrees. Lost goods cost the sender what they were worth; miscounted ones are still on the shelf."""
    found = _open(desk, difference)
    transfer = desk.get(Transfer, found.transfer)
    check_keeper(desk, transfer.source)
    row = _line(desk, found)
    if found.qty > 0:
        restore(desk, transfer, row, found.qty, difference)
    elif row.way_qty < -found.qty:
        raise refuse_more(
            desk, "Only {qty} of {name} are on their way. The other branch took some in.", row.sku, row.way_qty
        )
    elif found.reason == "miscounted":
        _come_home(desk, transfer, row, -found.qty, difference)
    else:
        _give_up(desk, transfer, row, -found.qty, found)
    desk.step(Difference, difference, to="accepted")
    desk.about(found.transfer)


@action("Withdraw the difference")
def withdraw_difference(desk: Desk, *, difference: DifferenceId) -> None:
    """It was found after all; take it in then."""
    found = _open(desk, difference)
    check_keeper(desk, desk.get(Transfer, found.transfer).target)
    desk.step(Difference, difference, to="withdrawn")
    desk.about(found.transfer)


# ---- for those who carry


def report(desk: Desk, row: Row, qty: int, reason: LossReason, note: str) -> None:
    """Write a difference down: less than nothing for what is missing."""
    desk.put(Difference(transfer=row.transfer, line=row.id, qty=qty, reason=reason, note=note, day=desk.day))


def withdraw_open(desk: Desk, line: str) -> None:
    """Whoever counts a line again says anew what is missing."""
    for row in desk.rows(
        "select id from difference where line = ? and state = 'open' and qty < 0 and deleted = 0", line
    ):
        desk.step(Difference, row.id, to="withdrawn")


def restore(desk: Desk, transfer: Transfer, row: Row, qty: int, difference: str = "") -> None:
    """Put goods on their way again that were given up, and beyond that goods from the sender's shelf."""
    lost = min(row.lost, qty)
    way_qty, way_value = row.way_qty, row.way_value
    if lost > 0:
        worth = -way_value if way_qty == -lost else share(row.lost, row.lost_value, lost)
        carry(desk, row, "written_off", lost, worth, difference=difference)
        vary(desk, Place(transfer.source, row.sku), -worth, document=transfer.id, reason="found_again")
        way_qty, way_value = way_qty + lost, way_value + worth
    if qty > max(lost, 0):
        rest = qty - max(lost, 0)
        wanted = [Wanted(row.sku, rest, row.id)]
        (left,) = issue_all(desk, warehouse=transfer.source, wanted=wanted, kind="transfer_out", document=transfer.id)
        # What comes to rest on the way is worth nothing; what the shelf gave beyond that was the guess's fault.
        worth = -way_value if way_qty == -rest else left
        carry(desk, row, "sent", rest, worth, difference=difference)
        if worth != left:
            vary(desk, Place(transfer.source, row.sku), left - worth, document=transfer.id, reason="transfer_value")


def carry(
    desk: Desk, row: Row, kind: CarriedKind, qty: int, value: int, *, difference: str = "", cause: str = ""
) -> None:
    """Write down what was carried of a line."""
    desk.add(
        Carried(
            id=derive("carried", cause) if cause else "", transfer=row.transfer, line=row.id, kind=kind, qty=qty,
            value=value, difference=difference, day=desk.day,
        )
    )  # fmt: skip


def share(qty: int, value: int, part: int) -> int:
    """What a part of some goods is worth; the last part takes the rounding along."""
    return value if part >= qty else round_half_up(value * part, qty)


# ---- accepting


def _open(desk: Desk, difference: str) -> Difference:
    found, state = desk.get(Difference, difference), desk.state(Difference, difference)
    if state != "open":
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
    return found


def _line(desk: Desk, found: Difference) -> Row:
    desk.get(TransferLine, found.line)
    return next(row for row in lines_of(desk, found.transfer) if row.id == found.line)


def _come_home(desk: Desk, transfer: Transfer, row: Row, qty: int, difference: str) -> None:
    worth = share(row.way_qty, row.way_value, qty)
    carry(desk, row, "came_home", -qty, -worth, difference=difference)
    receive(
        desk, warehouse=transfer.source, sku=row.sku, qty=qty, cost=None, value=worth, kind="transfer_in",
        document=transfer.id, line=row.id,
    )  # fmt: skip


def _give_up(desk: Desk, transfer: Transfer, row: Row, qty: int, found: Difference) -> None:
    worth = share(row.way_qty, row.way_value, qty)
    carry(desk, row, "written_off", -qty, -worth, difference=found.id)
    vary(desk, Place(transfer.source, row.sku), worth, document=transfer.id, reason=found.reason)
