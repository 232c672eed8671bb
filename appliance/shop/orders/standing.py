"""How an order stands, for whoever glances at it: the word, the tone of who must act, and what presses."""

from collections.abc import Mapping
from typing import Any, Final

from appliance.shop.orders.records import EDITABLE

HOUR_MS: Final = 3_600_000
TONES: Final = {
    "draft": "wait", "awaiting_payment": "wait", "delayed": "wait", "preorder": "wait", "to_review": "do",
    "to_finance_review": "wait", "approved": "do", "shipped": "way", "completed": "done", "cancelled": "done",
    "merged": "done",
}  # fmt: skip

MARKED: Final = {"mark_red": "bad", "mark_amber": "warn", "mark_gold": "gold", "mark_grey": "silver"}
"""The tone of each colour of a mark; whatever else is blue."""

MORE: Final = (
    ("Set mark", "orders.set_mark"),
    ("Write invoice", "orders.set_invoice"),
    ("Agree on instalments", "orders.agree_instalments"),
    ("Exchange", "orders.exchange"),
    ("Freeze", "orders.freeze"),
    ("Review later", "orders.delay"),
    ("Keep as preorder", "orders.keep_as_preorder"),
    ("Choose packaging", "orders.change_packaging"),
    ("Choose warehouse", "orders.change_warehouse"),
    ("Choose customer", "orders.change_customer"),
    ("Send back", "orders.revert"),
    ("Cancel order", "orders.cancel"),
)
ASIDE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "awaiting_payment": (("Cancel order", "orders.cancel"),),
    "to_review": (("Freeze", "orders.freeze"),),
    "to_finance_review": (("Send back", "orders.revert"),),
    "approved": (("Take approval back", "orders.unreview"),),
    "shipped": (("Take payment", "orders.take_payment"),),
}

TWO_WAYS: Final[Mapping[tuple[str, str], str]] = {
    ("shipped", "cancelled"): (
        "Order {number} was shipped on one box and cancelled on another. It stays shipped; if the buyer does not want "
        "it, get the parcel back."
    ),
    ("cancelled", "approved"): "Order {number} was approved on one box and cancelled on another.",
}
"""What is said when two boxes took one order different ways, by what stands and what does not."""


def standing(row: Any, now_ms: int) -> tuple[str, str, tuple[str, Mapping[str, object]]]:
    """Say how an order stands: tone, word, and a note with its named parts."""
    if row["frozen_reason"]:
        return "bad", "frozen", ("{reason}", {"reason": row["frozen_reason"]})
    if row["trouble"] and row["state"] not in {"completed", "cancelled"}:
        return "bad", "refund_requested" if row["refund_status"] == "requested" else "platform_changed", ("", {})
    if row["revert_reason"]:
        return "wait", "sent_back", ("{reason}", {"reason": row["revert_reason"]})
    late = row["state"] in EDITABLE or row["state"] == "approved"
    if row["ship_by"] and late:
        hours = (row["ship_by"] - now_ms) // HOUR_MS
        if hours < 0:
            return "bad", "late", ("{hours} h over", {"hours": -hours})
        tone = "bad" if hours < 2 else "wait" if hours < 12 else TONES[row["state"]]
        return tone, "late_soon" if hours < 2 else row["state"], ("{hours} h left", {"hours": hours})
    return TONES.get(row["state"], "do"), row["state"], ("", {})


def tags_of(row: Any) -> list[tuple[str, str]]:
    """What a hand would be sorry to overlook."""
    tags = []
    if row["buyer_message"]:
        tags.append(("Buyer message", "warn"))
    if row["delivery_term"] == "cod":
        tags.append(("Pays on delivery", "warn"))
    if row["delivery_term"] == "on_account":
        tags.append(("On account", "warn"))
    if row["mark"]:
        tags.append((row["mark"], MARKED.get(row["mark_colour"], "accent")))
    return tags


_STEPS: Final = ("step_ordered", "step_paid", "step_approved", "step_sent", "step_done")


def steps(order: Any, words: Any, now_ms: int, today: str) -> list[tuple[str, str, str]]:
    """The way of an order; what is on account or paid at the door does not wait for money."""
    state = order.state
    paid = bool(order.paid_at) or order.paid >= order.receivable
    reached = {
        "draft": 0, "awaiting_payment": 1, "approved": 3, "shipped": 4, "completed": 5, "cancelled": 0, "merged": 0,
    }.get(state, 2)  # fmt: skip
    when = (
        words.moment(order.placed_at, now_ms),
        words.moment(order.paid_at, now_ms) if paid else words.name(order.delivery_term),
        words.moment(order.state_at, now_ms) if state == "approved" else "",
        words.day(order.shipped_on, today),
        words.day(order.completed_on, today),
    )
    return [
        (words.name(title), "done" if place < reached else "now" if place == reached else "next", when[place])
        for place, title in enumerate(_STEPS)
    ]
