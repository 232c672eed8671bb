"""Instalments of an order: what is paid when. A deposit is the part that is due today."""

from typing import Annotated

from appliance.journal import Desk, Label, Refusal, action, derive
from appliance.shop.accounts import Instalment, check_instalments
from appliance.shop.orders.records import EDITABLE, OrderInstalment, SalesOrder, SalesOrderId


@action("Agree on instalments")
def agree_instalments(
    desk: Desk, *, order: SalesOrderId, parts: Annotated[list[Instalment], Label("Paid in these parts")]
) -> None:
    """The order is paid in parts, each on its day. What is due by now must be paid before it is approved."""
    found, state = desk.get(SalesOrder, order), desk.state(SalesOrder, order)
    if state not in EDITABLE:
        raise Refusal(
            "It is {state} now; take the approval back before you change it.", code="wrong_state", state=state
        )
    if not found.customer:
        raise Refusal("Who pays later must be known. Choose the customer.", code="no_customer")
    check_instalments(parts, found.receivable - found.platform_paid)
    for place, part in enumerate(parts):
        _write(desk, order, place, part)
    for gone in desk.rows(
        "select id from order_instalment where sales_order = ? and place >= ? and deleted = 0", order, len(parts)
    ):
        desk.remove(OrderInstalment, gone.id)
    desk.change(SalesOrder, order, delivery_term="instalment", edited_at=desk.at)
    if state == "awaiting_payment":
        desk.step(SalesOrder, order, to="to_review")


def _write(desk: Desk, order: str, place: int, part: Instalment) -> None:
    """Write one part. Its id follows from its place, so two boxes that agree apart mean the same part."""
    part_id = derive("order_instalment", f"{order} {place}")
    standing = desk.row("select deleted from order_instalment where id = ?", part_id)
    if standing is None:
        desk.put(OrderInstalment(id=part_id, sales_order=order, place=place, due_on=part.due_on, amount=part.amount))
        return
    if standing.deleted:
        desk.restore(OrderInstalment, part_id)
    desk.change(OrderInstalment, part_id, due_on=part.due_on, amount=part.amount)


def instalments(desk: Desk, order: str) -> list[Instalment]:
    """Return the parts in which an order is paid, those that are due first before the others."""
    rows = desk.rows(
        "select due_on, amount from order_instalment where sales_order = ? and deleted = 0 order by due_on, place",
        order,
    )
    return [Instalment(due_on=row.due_on, amount=row.amount) for row in rows]
