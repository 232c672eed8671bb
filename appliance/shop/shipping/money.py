"""What a sale is charged, once for each time an order leaves, whoever ships it."""

from appliance.journal import Desk
from appliance.shop import accounts, customers, orders
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
    cause = f"sale {order.id} {_taken_back(desk, order)}"
    for place, (part, due_on) in enumerate(_parts(desk, order, amount)):
        accounts.charge(
            desk, party=party_of(order), party_kind="customer", amount=part, document=order.id, kind="sale",
            due_days=days, due_on=due_on, number=order.number, cause=f"{cause} {place}" if place else cause,
        )  # fmt: skip


def _parts(desk: Desk, order: SalesOrder, amount: int) -> list[tuple[int, str]]:
    """What is charged and when it is due. Agreed parts are charged up to what is owed, the last takes the rest."""
    agreed = orders.instalments(desk, order.id) if order.delivery_term == "instalment" else []
    charged: list[tuple[int, str]] = []
    for part in agreed[:-1]:
        charged.append((min(part.amount, amount), part.due_on))
        amount -= charged[-1][0]
    charged.append((amount, agreed[-1].due_on if agreed else ""))
    return [one for one in charged if one[0] > 0]


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
