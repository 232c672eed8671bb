"""What shipping tells an order: whether it may leave, that it left, that it came back."""

from collections.abc import Mapping

from appliance.journal import Desk, Refusal, yuan
from appliance.shop.orders.payments import paid
from appliance.shop.orders.promised import promise
from appliance.shop.orders.records import SalesOrder, SalesOrderLine


def check_ready(desk: Desk, order: str) -> SalesOrder:
    """Return an order that may leave; whatever stops it is said."""
    found, state = desk.get(SalesOrder, order), desk.state(SalesOrder, order)
    if state in {"shipped", "completed"}:
        raise Refusal("Order {number} was shipped already.", code="shipped", number=found.number)
    if state != "approved":
        raise Refusal("Order {number} is not approved yet.", code="not_approved", number=found.number)
    if found.frozen_reason:
        raise Refusal(
            "Order {number} is frozen: {reason}.", code="frozen", number=found.number, reason=found.frozen_reason,
            remedy=f"/orders/{order}",
        )  # fmt: skip
    if found.exceptions:
        raise Refusal(
            "The platform changed order {number} after it was approved. Look at it first.", code="exceptions",
            number=found.number, remedy=f"/orders/{order}",
        )  # fmt: skip
    if found.refund_status == "requested" or _line_refund_requested(desk, order):
        raise Refusal(
            "The buyer of order {number} asked for a refund. Settle that first.", code="refund", number=found.number,
            remedy=f"/orders/{order}",
        )  # fmt: skip
    missing = found.receivable - paid(desk, order)
    if found.delivery_term == "prepaid" and missing > 0:
        raise Refusal(
            "{missing} of order {number} is not paid yet.", code="unpaid", number=found.number, missing=yuan(missing),
            remedy=f"/do/orders/take_payment?order={order}",
        )  # fmt: skip
    return found


def _line_refund_requested(desk: Desk, order: str) -> bool:
    asked = "select 1 from sales_order_line where sales_order = ? and deleted = 0 and refund_status = 'requested'"
    return desk.value(asked, order) is not None


def mark_shipped(desk: Desk, order: str, costs: Mapping[str, int]) -> None:
    """The goods left; `costs` says what each line's goods were worth."""
    for line, cost in costs.items():
        desk.change(SalesOrderLine, line, cost=cost)
    desk.change(SalesOrder, order, shipped_on=desk.day)
    desk.step(SalesOrder, order, to="shipped")


def mark_unshipped(desk: Desk, order: str) -> None:
    """The goods came back before the day was over; the order is approved as before."""
    for row in desk.rows("select id from sales_order_line where sales_order = ? and deleted = 0", order):
        desk.change(SalesOrderLine, row.id, cost=0)
    desk.change(SalesOrder, order, shipped_on="")
    promise(desk, order)


def mark_completed(desk: Desk, order: str) -> None:
    """The buyer has it and is content, or the platform says so."""
    desk.change(SalesOrder, order, completed_on=desk.day)
    desk.step(SalesOrder, order, to="completed")


def mark_sold(desk: Desk, order: str, costs: Mapping[str, int]) -> None:
    """A counter sale: the goods went over the counter and that was all."""
    for line, cost in costs.items():
        desk.change(SalesOrderLine, line, cost=cost)
    desk.change(SalesOrder, order, paid_at=desk.at, paid_on=desk.day, shipped_on=desk.day, completed_on=desk.day)
    desk.step(SalesOrder, order, to="completed")
