"""What a sale is charged, once for each time an order leaves, whoever ships it."""

from appliance.journal import Desk
from appliance.shop import accounts, customers
from appliance.shop.orders import SalesOrder


def charge_sale(desk: Desk, order: SalesOrder) -> None:
    """The buyer owes what the platform does not hold for us; what was paid before settles it at once.

    The charge follows from the order and from how often it was taken back, so two boxes that ship one order apart
    charge the buyer once.
    """
    amount = order.receivable - order.platform_paid
    if amount <= 0:
        return
    days = 0
    if order.delivery_term == "on_account" and order.customer:
        days = desk.get(customers.Customer, customers.current(desk, order.customer)).credit_days
    accounts.charge(
        desk, party=party_of(order), party_kind="customer", amount=amount, document=order.id, kind="sale",
        due_days=days, number=order.number, cause=f"sale {order.id} {_taken_back(desk, order)}",
    )  # fmt: skip


def take_charge_back(desk: Desk, order: SalesOrder) -> None:
    """Answer the charge of an order whose goods came back."""
    amount = accounts.charged_for(desk, order.id)
    if amount:
        accounts.charge(
            desk, party=party_of(order), party_kind="customer", amount=-amount, document=order.id, kind="sale_undone",
            number=order.number, cause=f"undone {order.id} {_taken_back(desk, order)}",
        )  # fmt: skip


def party_of(order: SalesOrder) -> str:
    """Who owes for an order; a stranger is known by the order alone."""
    return order.customer or order.id


def _taken_back(desk: Desk, order: SalesOrder) -> int:
    found = desk.value("select count(*) from charged where document = ? and amount < 0", order.id)
    return int(found or 0)
