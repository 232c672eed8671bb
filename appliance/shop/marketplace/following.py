"""Following: when a later file tells something else about an order that staff already work on, they are told.

What the platform changed becomes an exception that stops review and shipping until a person looks. Four things need
no looking and are followed at once: money that came, an order closed before it was paid, a buyer who confirmed, and
whether a refund is asked for.
"""

from collections.abc import Mapping, Sequence

from appliance.journal import Desk, Row, business_day
from appliance.shop import orders
from appliance.shop.marketplace.records import RawOrder, RawOrderLine, RawReceiver
from appliance.shop.marketplace.submitting import paid_of, refund_of
from appliance.shop.orders import Exceptions, SalesOrder, SalesOrderLine

SHIPPED = frozenset({"shipped", "signed", "finished"})
OVER = frozenset({"refunded", "closed"})
_PLACE = ("name", "phone", "telephone", "address", "new_address", "oaid")


def follow_order(desk: Desk, before: RawOrder, now: RawOrder, who: RawReceiver, who_now: RawReceiver) -> None:
    """Tell the system orders of a raw order what changed about it as a whole."""
    bits = _changed(before, now, who, who_now)
    for order in _system_orders(desk, before.id):
        state = order["state"]
        if state == "awaiting_payment" and now.platform_status == "closed":
            desk.change(SalesOrder, order["id"], cancel_reason=now.close_reason or "交易关闭")
            desk.step(SalesOrder, order["id"], to="cancelled")
        elif state == "shipped" and now.platform_status == "finished":
            orders.mark_completed(desk, order["id"])
        else:
            _take_payment(desk, order, now)
            if bits:
                orders.raise_exception(desk, order["id"], bits)
        desk.about(order["id"])


def follow_lines(desk: Desk, raw_order: str, before: Mapping[str, RawOrderLine], now: Sequence[RawOrderLine]) -> None:
    """Tell the system orders of a raw order what changed about its lines."""
    found = _system_orders(desk, raw_order)
    if not found:
        return
    bits = Exceptions(0)
    for line in now:
        known = before.get(line.id)
        if known is None or (known.shop_goods, known.qty) != (line.shop_goods, line.qty):
            bits |= Exceptions.GOODS
        elif known.refund_status != line.refund_status:
            bits |= Exceptions.REFUND if line.refund_status != "none" else Exceptions(0)
            _mark_refund(desk, line)
    for order in found:
        if bits:
            orders.raise_exception(desk, order["id"], bits)
        desk.about(order["id"])


def _changed(before: RawOrder, now: RawOrder, who: RawReceiver, who_now: RawReceiver) -> Exceptions:
    bits = Exceptions(0)
    if any(getattr(who, name) != getattr(who_now, name) for name in _PLACE):
        bits |= Exceptions.ADDRESS
    if who.invoice_title != who_now.invoice_title:
        bits |= Exceptions.INVOICE
    if before.buyer_message != now.buyer_message:
        bits |= Exceptions.MESSAGE
    if (before.seller_memo, before.seller_label) != (now.seller_memo, now.seller_label):
        bits |= Exceptions.NOTE
    refunded = now.refund_status not in {before.refund_status, "none"}
    if refunded or (now.platform_status in OVER and before.platform_status not in OVER):
        bits |= Exceptions.REFUND
    if now.platform_status in SHIPPED and before.platform_status not in SHIPPED:
        bits |= Exceptions.SHIPPED
    return bits


def _system_orders(desk: Desk, raw_order: str) -> Sequence[Row]:
    """Every order that holds a line of this raw order, split or merged as it may be."""
    return desk.rows(
        "select distinct t.id, t.state, t.receivable, t.platform_paid, t.raw_order from raw_order_line l "
        "join sales_order_line b on b.raw_line = l.id and b.raw_line <> '' and b.deleted = 0 "
        "join sales_order t on t.id = b.sales_order "
        "where l.raw_order = ? and t.deleted = 0 and t.state not in ('cancelled', 'merged', 'completed')",
        raw_order,
    )


def _take_payment(desk: Desk, order: Row, now: RawOrder) -> None:
    """Money that came on the platform lets an order go on that waited for it."""
    paid = paid_of(now, order["receivable"])
    if order["raw_order"] != now.id or paid <= order["platform_paid"] or order["state"] != "awaiting_payment":
        return
    day = business_day(now.paid_at or desk.at, desk.journal.zone_minutes)
    desk.change(SalesOrder, order["id"], platform_paid=paid, paid_at=now.paid_at or desk.at, paid_on=day)
    orders.settle_payment(desk, order["id"])


def _mark_refund(desk: Desk, line: RawOrderLine) -> None:
    """Write on the lines of our orders what was told, and on each order what that makes of it as a whole."""
    asked = "select id, sales_order from sales_order_line where raw_line = ? and raw_line <> '' and deleted = 0"
    for row in desk.rows(asked, line.id):
        desk.change(SalesOrderLine, row["id"], refund_status=line.refund_status)
        told = [
            other["refund_status"]
            for other in desk.rows(
                "select refund_status from sales_order_line where sales_order = ? and deleted = 0", row["sales_order"]
            )
        ]
        desk.change(SalesOrder, row["sales_order"], refund_status=refund_of(told))
