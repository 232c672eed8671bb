"""Deciding about orders: approve, send to the accountant, send back, hold, cancel, complete."""

from collections.abc import Sequence
from typing import Annotated, Any

from appliance.journal import Desk, Label, Refusal, Text, action
from appliance.shop.orders import facts
from appliance.shop.orders.known import Facts
from appliance.shop.orders.leaving import mark_completed
from appliance.shop.orders.payments import paid
from appliance.shop.orders.promised import promise
from appliance.shop.orders.records import OPEN, SalesOrder, SalesOrderId
from appliance.shop.orders.review import Finding, findings, gates

Reason = Annotated[Text, Label("Reason")]
MOST_COMPLETED = 200


class Objected(Refusal):
    """An order was not approved; `findings` holds everything that is in the way, the refusal says the first."""

    def __init__(self, found: Sequence[Finding], needs: str = "") -> None:
        first = found[0]
        named: dict[str, Any] = dict(first.params)
        super().__init__(first.sentence, code=first.code, remedy=first.remedy, needs=needs, **named)
        self.findings = found
        self.forcible = all(finding.forcible for finding in found)


# ---- review


@action("Approve", undo="orders.unreview")
def review(desk: Desk, *, order: SalesOrderId) -> None:
    """Every check is asked; what is in the way is said with the way to put it right."""
    _decide(desk, order, forced=False, first=False)


@action("Approve quickly", undo="orders.unreview")
def quick_review(desk: Desk, *, order: SalesOrderId) -> None:
    """As approving, but it stops at the first objection."""
    _decide(desk, order, forced=False, first=True)


@action("Approve in spite of warnings", undo="orders.unreview", pin=True)
def force_review(desk: Desk, *, order: SalesOrderId, reason: Reason) -> None:
    """Warnings are overridden, with your name and reason in the history; what must never be is refused all the same."""
    if not reason.strip():
        raise Refusal("Say why it should go out in spite of the warnings.", field="reason", code="reason")
    _decide(desk, order, forced=True, first=False)
    # Whoever forces it has looked at what the platform changed; shipping must not stop at it again.
    desk.change(SalesOrder, order, forced_reason=reason, exceptions=0)


@action("Approve as accountant", undo="orders.unreview")
def finance_review(desk: Desk, *, order: SalesOrderId) -> None:
    """The accountant has seen it; the checks that are never forced are asked again."""
    if desk.state(SalesOrder, order) != "to_finance_review":
        raise Refusal("This order does not wait for the accountant.", code="wrong_state")
    known = _known(desk, order)
    _object(known, forced=True, first=False)
    if known.exceptions:
        # Whoever forced the review had looked; this came after it.
        raise Refusal(
            "The platform changed something after the order came. Look at it, then clear it.", code="exceptions",
            remedy=f"/do/orders/clear_exceptions?order={order}",
        )  # fmt: skip
    promise(desk, order)


def _decide(desk: Desk, order: str, *, forced: bool, first: bool) -> None:
    known = _known(desk, order)
    if known.state == "to_finance_review":
        raise Refusal("The accountant has to approve this order.", code="finance", remedy=f"/orders/{order}")
    _object(known, forced=forced, first=first)
    if gates(known):
        desk.step(SalesOrder, order, to="to_finance_review")
    else:
        promise(desk, order)


def _known(desk: Desk, order: str) -> Facts:
    known = facts.gather(desk, desk.journal.author.hex(), order)
    if known is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return known


def _object(known: Facts, *, forced: bool, first: bool) -> None:
    found = findings(known, forced=forced, first=first)
    if found:
        raise Objected(found)


def check_sale(desk: Desk, order: str) -> None:
    """A sale over the counter is not reviewed, but nobody gives goods away there without the right to."""
    known = facts.gather(desk, desk.journal.author.hex(), order)
    found = findings(known) if known else []
    objections = [one for one in found if one.code in {"blacklisted", "below_minimum", "below_cost"}]
    if objections and not desk.may("orders.force_review"):
        raise Objected(objections, needs="orders.force_review" if all(one.forcible for one in objections) else "")


@action("Take approval back", undo="orders.review")
def unreview(desk: Desk, *, order: SalesOrderId) -> None:
    """The order waits for review again; its goods may go to others."""
    state_among(desk, order, "approved", "to_finance_review")
    desk.step(SalesOrder, order, to="to_review")


@action("Send back")
def revert(desk: Desk, *, order: SalesOrderId, reason: Reason) -> None:
    """The order goes back to review with a reason, and stays there until somebody clears it."""
    if not reason.strip():
        raise Refusal("Say why it is sent back.", field="reason", code="reason")
    state = state_among(desk, order, "to_review", "to_finance_review", "approved")
    if state != "to_review":
        desk.step(SalesOrder, order, to="to_review")
    desk.change(SalesOrder, order, revert_reason=reason.strip())


@action("Clear what it was sent back for")
def clear_revert(desk: Desk, *, order: SalesOrderId) -> None:
    """The reason is dealt with; the order can be reviewed again."""
    if not desk.get(SalesOrder, order).revert_reason:
        raise Refusal("This order was not sent back.", code="not_reverted")
    desk.change(SalesOrder, order, revert_reason="")


# ---- holding


@action("Freeze", undo="orders.unfreeze")
def freeze(desk: Desk, *, order: SalesOrderId, reason: Reason) -> None:
    """Nobody approves or ships it until it is unfrozen."""
    if not reason.strip():
        raise Refusal("Say why it is frozen, for whoever finds it.", field="reason", code="reason")
    state_among(desk, order, "draft", *OPEN)
    desk.change(SalesOrder, order, frozen_reason=reason.strip())


@action("Unfreeze")
def unfreeze(desk: Desk, *, order: SalesOrderId) -> None:
    """The order goes on where it was."""
    if not desk.get(SalesOrder, order).frozen_reason:
        raise Refusal("This order is not frozen.", code="not_frozen")
    desk.change(SalesOrder, order, frozen_reason="")


@action("Clear what the platform changed")
def clear_exceptions(desk: Desk, *, order: SalesOrderId) -> None:
    """Somebody has looked at it and put the order right."""
    if not desk.get(SalesOrder, order).exceptions:
        raise Refusal("The platform has changed nothing.", code="no_exception")
    desk.change(SalesOrder, order, exceptions=0)


def raise_exception(desk: Desk, order: str, bit: int) -> None:
    """Note that the platform changed something; a shipped order cannot be stopped any more."""
    found = desk.get(SalesOrder, order)
    if desk.state(SalesOrder, order) in {"draft", *OPEN}:
        desk.change(SalesOrder, order, exceptions=found.exceptions | int(bit))


# ---- on the way


@action("Send to review")
def submit(desk: Desk, *, order: SalesOrderId) -> None:
    """The order is ready to be looked at: it is paid, or it is paid later by agreement."""
    state = state_among(desk, order, "draft", "awaiting_payment", "delayed", "preorder")
    found = desk.get(SalesOrder, order)
    if state == "awaiting_payment" and found.delivery_term == "prepaid" and paid(desk, order) < found.receivable:
        raise Refusal("It is not paid in full yet.", code="unpaid", remedy=f"/do/orders/take_payment?order={order}")
    desk.step(SalesOrder, order, to="to_review")


@action("Cancel order", confirm="A cancelled order cannot be opened again.")
def cancel(desk: Desk, *, order: SalesOrderId, reason: Reason) -> None:
    """Its goods become free. An approved order is frozen first, so that nobody packs it meanwhile."""
    state, found = state_among(desk, order, "draft", *OPEN), desk.get(SalesOrder, order)
    if not reason.strip():
        raise Refusal("Say why it is cancelled.", field="reason", code="reason")
    if state == "approved" and not found.frozen_reason:
        raise Refusal(
            "It is approved and somebody may be packing it. Freeze it first, then cancel.",
            code="not_intercepted",
            remedy=f"/do/orders/freeze?order={order}",
        )
    if paid(desk, order) > found.platform_paid:
        raise Refusal("Money was taken for it. Pay that back first, then cancel.", code="paid")
    desk.change(SalesOrder, order, cancel_reason=reason.strip())
    desk.step(SalesOrder, order, to="cancelled")


@action("Complete order")
def complete(desk: Desk, *, order: SalesOrderId) -> None:
    """The buyer has it and is content."""
    state_among(desk, order, "shipped")
    found = desk.get(SalesOrder, order)
    if found.refund_status == "requested":
        raise Refusal(
            "The buyer of order {number} asked for a refund. Settle that first.", code="refund", number=found.number
        )
    mark_completed(desk, order)


@action("Complete orders that are due")
def complete_due(desk: Desk) -> int:
    """Orders shipped so many days ago that nobody will complain any more; the shop says how many. Done every night."""
    due = desk.rows(
        "select o.id from shop s join order_list o on o.state = 'shipped' and o.shop = s.id "
        "and o.shipped_on <> '' and o.shipped_on <= date(?, '-' || max(s.complete_days, 1) || ' days') "
        "where o.trouble = 0 order by o.shipped_on limit ?",
        desk.day,
        MOST_COMPLETED,
    )
    for row in due:
        complete(desk, order=row.id)
    return len(due)


def state_among(desk: Desk, order: str, *allowed: str) -> str:
    """Return the order's state if it is one of these."""
    state = desk.state(SalesOrder, order)
    if state not in allowed:
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
    return state
