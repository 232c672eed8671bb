"""Following: when a later file tells something else about an order that staff already work on, they are told.

Nothing of the system order is changed behind anybody's back. What the platform changed becomes an exception that stops
review and shipping until a person looks; only money that came and orders that closed unpaid are followed at once.
"""

from collections.abc import Mapping, Sequence

from appliance.journal import Desk
from appliance.shop import orders
from appliance.shop.marketplace.records import RawOrder, RawOrderLine, RawReceiver
from appliance.shop.orders import Exceptions

SHIPPED = frozenset({"shipped", "signed", "finished"})
_PLACE = ("name", "phone", "telephone", "address", "new_address", "oaid")


def follow_order(desk: Desk, before: RawOrder, now: RawOrder, who: RawReceiver, who_now: RawReceiver) -> None:
    """Tell the system orders of a raw order what changed about it as a whole."""
    bits = Exceptions(0)
    if any(getattr(who, name) != getattr(who_now, name) for name in _PLACE):
        bits |= Exceptions.ADDRESS
    if who.invoice_title != who_now.invoice_title:
        bits |= Exceptions.INVOICE
    if before.buyer_message != now.buyer_message:
        bits |= Exceptions.MESSAGE
    if before.seller_memo != now.seller_memo:
        bits |= Exceptions.NOTE
    if before.refund_status != now.refund_status and now.refund_status != "none":
        bits |= Exceptions.REFUND
    if now.platform_status in SHIPPED and before.platform_status not in SHIPPED:
        bits |= Exceptions.SHIPPED
    if now.platform_status in {"refunded", "closed"} and before.platform_status != now.platform_status:
        bits |= Exceptions.REFUND
    _raise(desk, before.id, bits)


def follow_lines(
    desk: Desk, raw_order: str, before: Mapping[str, RawOrderLine], now: Sequence[RawOrderLine]
) -> None:
    """Tell the system orders of a raw order what changed about its lines."""
    bits = Exceptions(0)
    for line in now:
        known = before.get(line.id)
        if known is None or (known.shop_goods, known.qty) != (line.shop_goods, line.qty):
            bits |= Exceptions.GOODS
        elif known.refund_status != line.refund_status and line.refund_status != "none":
            bits |= Exceptions.REFUND
    _raise(desk, raw_order, bits)


def _raise(desk: Desk, raw_order: str, bits: Exceptions) -> None:
    if not bits:
        return
    for row in desk.rows(
        "select distinct t.id, t.state from raw_order_line l join sales_order_line b on b.raw_line = l.id "
        "join sales_order t on t.id = b.sales_order where l.raw_order = ? and t.deleted = 0 "
        "and t.state not in ('cancelled', 'merged', 'completed')",
        raw_order,
    ):
        raised = bits & ~Exceptions.SHIPPED if row["state"] == "shipped" else bits
        for bit in raised:
            orders.raise_exception(desk, row["id"], bit)
