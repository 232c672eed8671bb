"""Allowances: what a box may spend of something that another branch owns, without asking and without a connection."""

from appliance.shop.allowances.moving import (
    answer,
    fulfil,
    give_back,
    grant,
    hand_home,
    held,
    here,
    holders,
    outstanding,
    pass_on,
    promise,
    reopen,
    sealed,
    settle_owed,
    take_back,
    unuse,
    use,
    used_for,
    write_off,
)
from appliance.shop.allowances.records import ALLOWANCE, OWED, USED

__all__ = [
    "ALLOWANCE", "OWED", "USED", "answer", "fulfil", "give_back", "grant", "hand_home", "held", "here", "holders", "outstanding",
    "pass_on", "promise", "reopen", "sealed", "settle_owed", "take_back", "unuse", "use", "used_for", "write_off",
]  # fmt: skip
