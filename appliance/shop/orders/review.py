"""The review engine: every question that is asked of an order before its goods may leave, as data.

A hard check can never be overridden. A soft one has a switch in the settings and may be forced by somebody who has
the right and gives a reason. A gate does not stop an order, it sends it by the accountant. `findings` and `gates` are
pure: the same facts give the same answer, whoever asks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.journal import plain, yuan
from appliance.shop import inventory
from appliance.shop.orders.known import Facts, Rival
from appliance.shop.orders.records import LATER, Exceptions
from appliance.shop.settings import Values

Params = Mapping[str, object]


@dataclass(frozen=True)
class Check:
    """One question: `wrong` gives the sentence's named parts when the answer is no good, None otherwise."""

    code: str
    sentence: str
    wrong: Callable[[Facts], Params | None]
    hard: bool = False
    remedy: str = "/orders/{order}"
    switch: bool = True
    """A soft check has a switch of its name in the settings."""

    def asked(self, switches: Values) -> bool:
        """Whether the shop wants this asked at all."""
        return self.hard or not self.switch or switches.on(f"review.{self.code}")


@dataclass(frozen=True)
class Finding:
    """What a check found: a sentence to say, whether it may be forced, and where it is put right."""

    code: str
    sentence: str
    params: Params
    forcible: bool
    remedy: str


FOUND: Params = {}
"""A check that has nothing to add to its sentence."""


def findings(facts: Facts, *, forced: bool = False, first: bool = False) -> list[Finding]:
    """Ask every question in order; `forced` leaves out what may be forced, `first` stops at the first objection."""
    found: list[Finding] = []
    for check in CHECKS:
        if (forced and not check.hard) or not check.asked(facts.switches):
            continue
        params = check.wrong(facts)
        if params is not None:
            remedy = check.remedy.format_map({"order": facts.order, "customer": facts.customer, **params})
            found.append(Finding(check.code, check.sentence, params, not check.hard, remedy))
            if first:
                break
    return found


def gates(facts: Facts) -> list[Finding]:
    """Every reason for which the accountant wants to see the order first."""
    return [
        Finding(gate.code, gate.sentence, params, forcible=False, remedy=f"/orders/{facts.order}")
        for gate in GATES
        if (params := gate.wrong(facts)) is not None
    ]


# ---- hard: these are never forced


def _wrong_state(facts: Facts) -> Params | None:
    return None if facts.state in {"to_review", "to_finance_review"} else {"state": facts.state}


def _when(wrong: Callable[[Facts], Any]) -> Callable[[Facts], Params | None]:
    """Turn a yes-or-no question into a check without parts."""
    return lambda facts: FOUND if wrong(facts) else None


def _unpaid(facts: Facts) -> Params | None:
    asked = {"prepaid": facts.receivable, "instalment": facts.platform_paid + facts.due}.get(facts.delivery_term, 0)
    missing = asked - facts.paid
    return {"missing": yuan(missing)} if missing > 0 else None


def _instalments(facts: Facts) -> Params | None:
    whole = facts.receivable - facts.platform_paid
    if facts.delivery_term != "instalment" or facts.instalments == whole:
        return None
    return {"parts": yuan(facts.instalments), "whole": yuan(whole)}


def _frozen(facts: Facts) -> Params | None:
    return {"reason": facts.frozen_reason} if facts.frozen_reason else None


def _reverted(facts: Facts) -> Params | None:
    return {"reason": facts.revert_reason} if facts.revert_reason else None


def _refund_requested(facts: Facts) -> bool:
    return facts.refund_status == "requested" or any(line.refund_status == "requested" for line in facts.goods)


def _unmapped(facts: Facts) -> Params | None:
    names = [line.name for line in facts.goods if line.qty > 0 and not line.sku]
    return {"goods": ", ".join(names)} if names else None


def _no_right(facts: Facts) -> Params | None:
    """Goods that several branches sell: promised is only what this box has the right to (spec/sync.md R42)."""
    pooled = {line.sku: line for line in facts.goods if line.pool}
    for sku, line in pooled.items():
        asked = sum(one.qty for one in facts.goods if one.sku == sku)
        if asked > line.rights:
            missing = plain(asked - line.rights)
            return {"goods": line.name, "left": plain(line.rights), "missing": missing, "pool": line.pool}
    return None


# ---- soft: a person with the right may go on, and says why


def _blacklisted(facts: Facts) -> Params | None:
    return {"reason": facts.blacklist_reason or "-"} if facts.blacklisted else None


def _exceptions(facts: Facts) -> bool:
    return bool(facts.exceptions & ~Exceptions.SHIPPED)


def _overweight(facts: Facts) -> Params | None:
    limits = [limit for limit in (facts.switches.number("review.weight_limit"), facts.courier_max_weight) if limit > 0]
    over = limits and facts.weight > min(limits)
    return {"weight": _kilos(facts.weight), "most": _kilos(min(limits))} if over else None


def _unreachable(facts: Facts) -> Params | None:
    """A line of the courier's names an area whose every word begins a part of the address: 新疆 喀什."""
    parts = facts.area.split()
    for line in re.split(r"[\n,,、;;]", facts.not_served):
        words = line.split()
        if words and all(any(part.startswith(word) for part in parts) for word in words):
            return {"area": line.strip()}
    return None


def _unprintable(facts: Facts) -> Params | None:
    strange = sorted({char for char in facts.name + facts.area + facts.street if ord(char) > 0xFFFF})
    return {"characters": " ".join(strange)} if strange else None


def _short(facts: Facts) -> Params | None:
    """Add the order's lines up by SKU: two lines of one each may be short together."""
    needed: dict[str, int] = {}
    for line in facts.goods:
        if line.sku and not line.allow_negative:
            needed[line.sku] = needed.get(line.sku, 0) + line.qty
    by_sku = {line.sku: line for line in facts.goods}
    lacking = {
        sku: qty - (by_sku[sku].on_hand - by_sku[sku].pending_ship)
        for sku, qty in needed.items()
        if qty > by_sku[sku].on_hand - by_sku[sku].pending_ship
    }
    told = [f"{by_sku[sku].name} ×{_count(min(qty, needed[sku]))}" for sku, qty in lacking.items()]
    return {"goods": ", ".join(told)} if told else None


def _below_minimum(facts: Facts) -> Params | None:
    names = [line.name for line in facts.goods if line.below_minimum and facts.kind != "exchange"]
    return {"goods": ", ".join(names)} if names else None


def _below_cost(facts: Facts) -> Params | None:
    names = [line.name for line in facts.goods if line.below_cost and facts.kind != "exchange"]
    return {"goods": ", ".join(names)} if names else None


def _over_credit(facts: Facts) -> Params | None:
    """A customer who pays later may owe so much and no more: what is owed, what is on order, and this order."""
    together = facts.owed + facts.receivable
    if facts.delivery_term not in LATER or together <= facts.credit:
        return None
    return {"credit": yuan(facts.credit), "owed": yuan(together)}


def _refunded(facts: Facts) -> Params | None:
    names = [line.name for line in facts.goods if line.refund_status == "full" and line.qty > 0]
    return {"goods": ", ".join(names)} if names else None


def _only_gifts(facts: Facts) -> bool:
    return bool(facts.goods) and all(line.gift for line in facts.goods)


def _rivals(facts: Facts) -> Params | None:
    numbers = [rival.number for rival in facts.rivals if _counts(rival, facts)]
    return {"numbers": ", ".join(numbers)} if numbers else None


def _counts(rival: Rival, facts: Facts) -> bool:
    if rival.state == "approved" and not facts.switches.on("review.unmerged_approved"):
        return False
    if rival.state == "awaiting_payment" and not facts.switches.on("review.unmerged_unpaid"):
        return False
    if rival.frozen and not facts.switches.on("review.unmerged_frozen"):
        return False
    return rival.same_place or facts.switches.on("review.unmerged_other_address")


def _count(qty: int) -> str:
    return f"{qty / 10_000:g}"


def _kilos(grams: int) -> str:
    return f"{grams / 1000:g} kg"


CHECKS: Sequence[Check] = (
    Check("state", "This order is not waiting for review; it is {state}.", _wrong_state, hard=True),
    Check("shop", "The shop is not in use any more. Choose one that is.", _when(lambda f: not f.shop_ok), hard=True),
    Check(
        "warehouse", "There is no warehouse in use for this order. Choose one.", _when(lambda f: not f.warehouse_ok),
        hard=True, remedy="/do/orders/change_warehouse?order={order}",
    ),
    Check(
        "lines", "There is nothing to send: no line with a quantity.",
        _when(lambda f: not any(line.qty > 0 for line in f.goods)),
        hard=True, remedy="/do/orders/change_lines?order={order}",
    ),
    Check(
        "adds_up", "Its lines do not add up to what is to be paid. Open its goods and save them again.",
        _when(lambda f: f.uneven),
        hard=True, remedy="/do/orders/change_lines?order={order}",
    ),
    Check(
        "mapped", "Say which of our goods this is: {goods}.", _unmapped,
        hard=True, remedy="/do/orders/change_lines?order={order}",
    ),
    Check(
        "receiver", "Nobody is named to receive it. Add a name.", _when(lambda f: f.has_receiver and not f.name),
        hard=True, remedy="/do/orders/change_receiver?order={order}",
    ),
    Check(
        "address", "The address is not complete: it needs a region and a street.",
        _when(lambda f: f.has_receiver and not (f.area and f.street)),
        hard=True, remedy="/do/orders/change_receiver?order={order}",
    ),
    Check(
        "instalments", "Its instalments come to {parts}; {whole} is to be paid. Agree on them.", _instalments,
        hard=True, remedy="/do/orders/agree_instalments?order={order}",
    ),
    Check(
        "paid", "{missing} is not paid yet.", _unpaid,
        hard=True, remedy="/do/orders/take_payment?order={order}",
    ),
    Check("frozen", "It is frozen: {reason}.", _frozen, hard=True, remedy="/do/orders/unfreeze?order={order}"),
    Check("refund", "The buyer asked for a refund. Settle that first.", _when(_refund_requested), hard=True),
    Check(
        "cod", "This courier does not collect money. Choose one that does.",
        _when(lambda f: f.delivery_term == "cod" and f.courier and not f.courier_cod),
        hard=True, remedy="/do/orders/change_courier?order={order}",
    ),
    Check(
        "reverted", "It was sent back: {reason}. Clear that first.", _reverted,
        hard=True, remedy="/do/orders/clear_revert?order={order}",
    ),
    Check("rights", inventory.NO_RIGHT, _no_right, hard=True, remedy="/branches/pools/{pool}?missing={missing}"),
    Check(
        "blacklisted", "The customer is on the blacklist: {reason}.", _blacklisted, remedy="/customers/{customer}"
    ),
    Check(
        "no_phone", "There is no phone number for the courier to call.",
        _when(lambda f: f.has_receiver and not f.phone), remedy="/do/orders/change_receiver?order={order}",
    ),
    Check(
        "no_courier", "No courier is chosen.",
        _when(lambda f: f.has_receiver and not (f.courier and f.courier_ok)),
        remedy="/do/orders/change_courier?order={order}",
    ),
    Check("no_customer", "No customer is named.", _when(lambda f: not f.customer)),
    Check(
        "exceptions", "The platform changed something after the order came. Look at it, then clear it.",
        _when(_exceptions), remedy="/do/orders/clear_exceptions?order={order}",
    ),
    Check(
        "already_shipped", "The platform says it was shipped already.",
        _when(lambda f: f.exceptions & Exceptions.SHIPPED), remedy="/do/orders/clear_exceptions?order={order}",
    ),
    Check(
        "overweight", "It weighs about {weight}; one parcel may weigh {most} at most.", _overweight,
        remedy="/do/orders/change_courier?order={order}",
    ),
    Check(
        "unprintable", "The printer cannot print these characters of the address: {characters}.", _unprintable,
        switch=False, remedy="/do/orders/change_receiver?order={order}",
    ),
    Check(
        "unreachable", "The courier does not go to {area}. Choose one that does.", _unreachable,
        remedy="/do/orders/change_courier?order={order}",
    ),
    Check(
        "return_missing", "It is sent in exchange, and what it answers has not come back.",
        _when(lambda f: f.kind == "exchange" and not f.returned_on), remedy="/do/orders/return_arrived?order={order}",
    ),
    Check("stock_short", "Not enough on the shelf, short of: {goods}.", _short),
    Check(
        "below_minimum", "Sold under the lowest price: {goods}.", _below_minimum,
        remedy="/do/orders/change_lines?order={order}",
    ),
    Check("below_cost", "Sold under cost: {goods}.", _below_cost, remedy="/do/orders/change_lines?order={order}"),
    Check(
        "credit", "This customer may owe {credit}; with this order it would be {owed}.", _over_credit,
        switch=False, remedy="/customers/{customer}",
    ),
    Check(
        "source_refunded", "The platform gave the money back for: {goods}.", _refunded,
        remedy="/do/orders/change_lines?order={order}",
    ),
    Check("only_gifts", "There are only gifts in it.", _when(_only_gifts)),
    Check("unmerged", "The same person has other orders that could go in one parcel: {numbers}.", _rivals),
)  # fmt: skip
"""Every question, hard ones first, in the order in which a person would look."""


# ---- gates


def _gate_discount(facts: Facts) -> Params | None:
    least = facts.switches.number("finance.discount")
    return {"discount": yuan(facts.discount)} if 0 < least <= facts.discount else None


def _gate_receivable(facts: Facts) -> Params | None:
    most = facts.switches.number("finance.receivable")
    return {"receivable": yuan(facts.receivable)} if 0 < most < facts.receivable else None


def _gate_below_cost(facts: Facts) -> Params | None:
    return _below_cost(facts) if facts.switches.on("finance.below_cost") else None


def _gate_origin(origin: str) -> Callable[[Facts], Params | None]:
    return _when(lambda facts: facts.origin == origin and facts.switches.on(f"finance.{origin}"))


def _gate_gifts(facts: Facts) -> Params | None:
    return FOUND if _only_gifts(facts) and facts.switches.on("finance.all_gifts") else None


GATES: Sequence[Check] = (
    Check("discount", "The discount is {discount}.", _gate_discount),
    Check("receivable", "It comes to {receivable}.", _gate_receivable),
    Check("import", "It came in a spreadsheet.", _gate_origin("import")),
    Check("manual", "It was typed by hand.", _gate_origin("manual")),
    Check("all_gifts", "There are only gifts in it.", _gate_gifts),
    Check("below_cost", "Sold under cost: {goods}.", _gate_below_cost),
)
