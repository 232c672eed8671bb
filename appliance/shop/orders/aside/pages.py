"""What can be seen beside some orders only: the parts in which one is paid, what one is exchanged for."""

from appliance.web import Answer, Visit, panel

INSTALMENTS = "select due_on, amount from order_instalment where sales_order = ? and deleted = 0 order by due_on, place"


@panel("/panel/orders/instalments/{id}", see="orders.see")
def in_parts(visit: Visit, id: str) -> Answer:
    """The parts in which an order is paid, and how far what was paid here reaches."""
    paid = visit.value("select paid - platform_paid from order_list where id = ?", id) or 0
    parts, reached = [], 0
    for one in visit.rows(INSTALMENTS, id):
        reached += one.amount
        parts.append({"due_on": one.due_on, "amount": one.amount, "left": min(max(reached - paid, 0), one.amount)})
    return visit.show("orders/aside/instalments.html", parts=parts, order=id)


@panel("/panel/orders/exchange/{id}", see="orders.see")
def exchanged(visit: Visit, id: str) -> Answer:
    """The order whose goods come back, and whether they have."""
    found = visit.row(
        "select e.exchange_for, e.returned_on, e.state, o.number, o.goods from sales_order e "
        "join order_list o on o.id = e.exchange_for where e.id = ?",
        id,
    ) or visit.missing("Order")
    return visit.show("orders/aside/exchange.html", found=found, order=id)
