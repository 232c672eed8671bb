"""Orders: what people buy, reviewed before it leaves. The heart of the shop."""

from appliance.shop.orders.actions import complete, complete_due, create, freeze, take_payment, unfreeze
from appliance.shop.orders.deciding import Objected, check_sale, raise_exception, review
from appliance.shop.orders.erasing import papers, receivers, unfinished
from appliance.shop.orders.handed import take
from appliance.shop.orders.instalments import instalments
from appliance.shop.orders.leaving import check_ready, mark_completed, mark_shipped, mark_sold, mark_unshipped
from appliance.shop.orders.payments import paid, settle_payment
from appliance.shop.orders.promised import promised_by
from appliance.shop.orders.records import (
    ORDER_COUNT,
    SALES_DAY,
    Exceptions,
    NewLine,
    NewReceiver,
    Receiver,
    ReceiverId,
    SalesOrder,
    SalesOrderId,
    SalesOrderLine,
    SalesOrderLineId,
    TakenLine,
)
from appliance.shop.orders.standing import standing
from appliance.shop.orders.taking import Asking, open_order
from appliance.shop.orders.waiting import review_unattended, wake_delayed

__all__ = [
    "ORDER_COUNT", "SALES_DAY", "Asking", "Exceptions", "NewLine", "NewReceiver", "Objected", "Receiver", "ReceiverId",
    "SalesOrder", "SalesOrderId", "SalesOrderLine", "SalesOrderLineId", "TakenLine", "check_ready", "check_sale",
    "complete", "complete_due", "create", "freeze", "instalments", "mark_completed", "mark_shipped", "mark_sold", "mark_unshipped",
    "open_order", "paid", "papers", "promised_by", "raise_exception", "receivers", "review", "review_unattended", "settle_payment", "standing", "take",
    "take_payment", "unfinished", "unfreeze", "wake_delayed",
]  # fmt: skip
