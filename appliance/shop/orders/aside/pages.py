"""What can be seen beside some orders, the parts in which one is paid, what one is exchanged for; and beside customers."""

import json

from appliance.shop.customers import members
from appliance.shop.orders.standing import standing
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


_BRIEFLY = (
    "id, number, goods, placed_at, receivable, state, frozen_reason, trouble, refund_status, revert_reason, ship_by"
)
"""What a line about an order reads: its goods and sum, and how it stands."""


@panel("/panel/orders/of-customer/{id}", see="orders.see", beside="customer", title="Orders")
def of_customer(visit: Visit, id: str) -> Answer:
    """A customer's latest orders, those of merged files too."""
    known = members(visit.desk(), id)
    marks = ", ".join("?" * len(known))
    rows = visit.rows(
        f"select {_BRIEFLY} from order_list where customer in ({marks}) order by placed_at desc limit 10", *known
    )
    span = visit.row(_SPAN, json.dumps(known))
    return visit.show("orders/of_customer.html", orders=rows, standing=standing, customer=id, span=span)


_ONE_END = (
    "select o.placed_at from order_list o where o.customer = k.value and o.state not in ('draft', 'cancelled') "
    "order by o.placed_at {way} limit 1"
)
_SPAN = (
    f"select min(({_ONE_END.format(way='asc')})) as first, max(({_ONE_END.format(way='desc')})) as last "
    "from json_each(?) k"
)
"""When somebody's first order came and when their last; each end is one look into an index."""
