"""What can be done with orders. Each idea has a file of its own; the room's actions are found here."""

from appliance.shop.orders.changing import (
    change_courier,
    change_customer,
    change_lines,
    change_packaging,
    change_receiver,
    change_remark,
    change_warehouse,
    set_flag,
    set_invoice,
    set_mark,
)
from appliance.shop.orders.deciding import (
    cancel,
    clear_exceptions,
    clear_revert,
    complete,
    complete_due,
    finance_review,
    force_review,
    freeze,
    quick_review,
    revert,
    review,
    submit,
    unfreeze,
    unreview,
)
from appliance.shop.orders.exchanging import exchange, return_arrived
from appliance.shop.orders.instalments import agree_instalments
from appliance.shop.orders.payments import take_payment
from appliance.shop.orders.taking import create
from appliance.shop.orders.waiting import delay, keep_as_preorder

__all__ = [
    "agree_instalments", "cancel", "change_courier", "change_customer", "change_lines", "change_packaging", "change_receiver", "change_remark",
    "change_warehouse", "clear_exceptions", "clear_revert", "complete", "complete_due", "create", "delay", "exchange", "finance_review",
    "force_review", "freeze", "keep_as_preorder", "quick_review", "return_arrived", "revert", "review", "set_flag", "set_invoice", "set_mark", "submit", "take_payment",
    "unfreeze", "unreview",
]  # fmt: skip
