"""Exchange (换货): goods that were sent come back, and others are sent for them."""

from typing import Annotated

import msgspec

from appliance.journal import Day, Desk, Hint, Label, Money, Refusal, Words, action
from appliance.shop.orders.deciding import state_among
from appliance.shop.orders.records import OPEN, NewLine, NewReceiver, Receiver, SalesOrder, SalesOrderId
from appliance.shop.orders.taking import Asking, open_order


@action("Exchange")
def exchange(
    desk: Desk,
    *,
    order: SalesOrderId,
    lines: Annotated[list[NewLine], Label("Sent instead"), Hint("Without a price it costs the buyer nothing.")],
    postage: Money = 0,
    remark: Words = "",
) -> str:
    """A new order to the same receiver. It waits for what comes back, unless somebody forces it."""
    state_among(desk, order, "shipped", "completed")
    found = desk.get(SalesOrder, order)
    asking = Asking(
        shop=found.shop, customer=found.customer, receiver=_receiver(desk, found.receiver), warehouse=found.warehouse,
        courier=found.courier, lines=[_free(line) for line in lines], postage=postage, remark=remark, kind="exchange",
    )  # fmt: skip
    made = open_order(desk, asking)
    desk.change(SalesOrder, made, exchange_for=order)
    desk.step(SalesOrder, made, to="awaiting_payment" if desk.get(SalesOrder, made).receivable else "to_review")
    desk.about(order)
    return made


def _free(line: NewLine) -> NewLine:
    return line if line.price is not None else msgspec.structs.replace(line, price=0)


def _receiver(desk: Desk, receiver: str) -> NewReceiver | None:
    if not receiver:
        return None
    known = msgspec.structs.asdict(desk.get(Receiver, receiver))
    return msgspec.convert({name: known[name] for name in NewReceiver.__struct_fields__}, NewReceiver)


@action("The return has arrived")
def return_arrived(desk: Desk, *, order: SalesOrderId, day: Annotated[Day, Hint("Empty means today.")] = "") -> None:
    """What this order is sent for came back. Whether it lies on a shelf again is written with other stock in."""
    state_among(desk, order, "draft", *OPEN)
    found = desk.get(SalesOrder, order)
    if found.kind != "exchange":
        raise Refusal("This order is sent for nothing that comes back.", code="no_exchange")
    if day > desk.day:
        raise Refusal("{day} has not come yet.", field="day", day=day)
    desk.change(SalesOrder, order, returned_on=day or desk.day)
