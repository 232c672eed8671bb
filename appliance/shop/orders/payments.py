"""Payment of orders: money is taken by the accounts, and a prepaid order that is paid goes on to review."""

from appliance.journal import Desk, Money, Refusal, Text, action, yuan
from appliance.shop import accounts
from appliance.shop.accounts import AccountId
from appliance.shop.orders.records import SalesOrder, SalesOrderId


@action("Take payment")
def take_payment(desk: Desk, *, order: SalesOrderId, account: AccountId, amount: Money, note: Text = "") -> str:
    """Money the buyer pays for this order, in whole or in part."""
    found, state = desk.get(SalesOrder, order), desk.state(SalesOrder, order)
    if state in {"cancelled", "merged"}:
        raise Refusal("It is {state} now; that cannot be done with it any more.", code="wrong_state", state=state)
    if amount <= 0:
        raise Refusal("A payment must be more than nothing.", field="amount", code="amount")
    missing = found.receivable - paid(desk, order)
    if amount > missing:
        raise Refusal(
            "Only {missing} is still to be paid.", field="amount", code="too_much", missing=yuan(max(missing, 0))
        )
    paper = accounts.receive(
        desk, account=account, party=found.customer or order, party_kind="customer", amount=amount,
        document=order, note=note, about=found.number,
    )  # fmt: skip
    settle_payment(desk, order)
    return paper


def settle_payment(desk: Desk, order: str) -> None:
    """Note when an order became fully paid, and let one that waited for it go on."""
    found = desk.get(SalesOrder, order)
    if paid(desk, order) < found.receivable:
        return
    if not found.paid_on:
        desk.change(SalesOrder, order, paid_at=desk.at, paid_on=desk.day)
    if desk.state(SalesOrder, order) == "awaiting_payment":
        desk.step(SalesOrder, order, to="to_review")


def paid(desk: Desk, order: str) -> int:
    """What was paid for an order so far, here and on the platform."""
    amount = desk.value("select amount from received_for where document = ?", order) or 0
    return int(amount) + desk.get(SalesOrder, order).platform_paid
