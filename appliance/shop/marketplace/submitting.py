"""Submitting (递交): a raw order becomes a system order. Goods are matched, the customer is found, defaults are filled.

The system order's id follows from the raw order's, so an order submitted on two boxes is one order.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from appliance.journal import Desk, Refusal, Row, spread
from appliance.shop import customers, orders
from appliance.shop.marketplace.records import RawOrder, RawReceiver, RefundStatus
from appliance.shop.orders import NewReceiver, TakenLine

OPEN_STATUSES = ("unconfirmed", "await_balance", "await_ship", "part_shipped")
"""While the platform still expects goods; after that an order is history."""

_ZIP = re.compile(r"\s*[((](\d{6})[))]\s*$")


@dataclass(frozen=True)
class Share:
    """A raw line that goes into the system order, and what the buyer pays for it."""

    line: Row
    amount: int


def submit_order(desk: Desk, raw_order: str) -> str:
    """Make the system order of a raw order and return its id."""
    raw = desk.get(RawOrder, raw_order)
    _refuse_what_is_over(desk, raw)
    shares = _shares(desk, raw)
    receiver = desk.find(RawReceiver, raw.raw_receiver) or RawReceiver()
    desk.step(RawOrder, raw_order, to="submitted")
    order = orders.take(
        desk,
        raw_order=raw_order,
        shop=raw.shop,
        lines=[_taken(share) for share in shares],
        receiver=told_receiver(receiver),
        customer=_customer(desk, raw, receiver),
        platform_number=raw.tid,
        delivery_term=raw.delivery_term,
        origin="import",
        postage=raw.postage,
        paid=paid_of(raw, sum(share.amount for share in shares) + raw.postage),
        commission=raw.commission,
        placed_at=raw.placed_at,
        paid_at=raw.paid_at,
        ship_by=raw.ship_by,
        buyer_message=raw.buyer_message,
        remark=raw.seller_memo,
        mark=raw.seller_label,
        refund_status=refund_of([share.line["refund_status"] for share in shares]),
    )
    desk.about(order)
    return order


def paid_of(raw: RawOrder, receivable: int) -> int:
    """What counts as paid. Once the platform asks for the goods it guarantees the whole, coupons included."""
    if raw.platform_status == "unconfirmed":
        return 0
    return min(raw.paid, receivable) if raw.platform_status == "await_balance" else receivable


def told_receiver(told: RawReceiver) -> NewReceiver:
    """Lay a told receiver out as an order wants it; a changed address goes before the first one."""
    address = told.new_address or told.address
    code = _ZIP.search(address)
    return NewReceiver(
        name=told.name,
        phone=told.phone or told.telephone,
        street=_ZIP.sub("", address),
        zip=code[1] if code and code[1] != "000000" else "",
        masked=told.masked,
        oaid=told.oaid,
        invoice_title=told.invoice_title,
    )


def _refuse_what_is_over(desk: Desk, raw: RawOrder) -> None:
    if desk.state(RawOrder, raw.id) != "waiting":
        raise Refusal("Order {number} does not wait to be submitted.", code="wrong_state", number=raw.tid)
    if raw.platform_status in {"shipped", "signed", "finished"}:
        sentence = "Order {number} was shipped on the platform already, so it stays as history."
        raise Refusal(sentence, code="history", number=raw.tid)
    if raw.platform_status not in OPEN_STATUSES:
        raise Refusal("Order {number} is closed on the platform.", code="closed", number=raw.tid)


def _shares(desk: Desk, raw: RawOrder) -> list[Share]:
    """Share what the buyer pays over all lines, then keep those that are still to be sent."""
    lines = desk.rows(
        "select l.*, m.sku from raw_order_line l left join shop_goods_match m on m.id = l.shop_goods "
        "where l.raw_order = ? and l.deleted = 0 order by l.place, l.id",
        raw.id,
    )
    if not lines:
        raise Refusal(
            "The goods of order {number} are not here yet. Import the item file too.",
            code="no_lines",
            remedy="/do/marketplace/lay_in",
            number=raw.tid,
        )
    amounts = spread(max(raw.receivable - raw.postage, 0), [line["payable"] for line in lines])
    open_ = [
        Share(line, amount)
        for line, amount in zip(lines, amounts, strict=True)
        if line["platform_status"] in OPEN_STATUSES and line["refund_status"] != "full"
    ]
    if not open_:
        raise Refusal("No line of order {number} is still to be sent.", code="closed", number=raw.tid)
    unmatched = [share for share in open_ if not share.line["sku"]]
    if unmatched:
        raise Refusal(
            "Say first which of our goods {title} is.",
            code="unmatched",
            remedy=f"/do/marketplace/match?shop_goods={unmatched[0].line['shop_goods']}",
            title=unmatched[0].line["title"],
        )
    return open_


def _taken(share: Share) -> TakenLine:
    line = share.line
    return TakenLine(
        raw_line=line["id"],
        sku=line["sku"],
        title=line["title"],
        spec=line["spec"],
        qty=line["qty"],
        price=line["price"],
        amount=share.amount,
        gift=line["price"] == 0,
        refund_status=line["refund_status"],
    )


def refund_of(told: Collection[str]) -> RefundStatus:
    """What the refunds of its lines make of an order as a whole."""
    if "requested" in told:
        return "requested"
    if all(one == "full" for one in told):
        return "full"
    return "part" if {"part", "full"} & set(told) else "none"


def _customer(desk: Desk, raw: RawOrder, receiver: RawReceiver) -> str:
    """Find the buyer's file, or open one; who is masked all over stays a stranger."""
    phone = receiver.phone or receiver.telephone
    found = customers.match(
        desk, platform=raw.platform, shop=raw.shop, nick=receiver.nick, open_id=receiver.open_id, phone=phone
    )
    if found or "*" in receiver.nick or not receiver.nick:
        return found
    return customers.create(
        desk,
        name=receiver.name,
        phone="" if "*" in phone else phone,
        platform=raw.platform,
        shop=raw.shop,
        nick=receiver.nick,
        open_id=receiver.open_id,
    )
