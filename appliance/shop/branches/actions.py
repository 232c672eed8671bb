"""What can be done about branches. Each idea has a file of its own; the room's actions are found here."""

from appliance.shop.branches.boxes import describe_box, let_in, open_branch, put_out, retire_box
from appliance.shop.branches.rights import (
    answer_rights_request,
    answer_rights_requests,
    ask_for_rights,
    decline_rights_request,
    hand_over_rights,
    take_back_rights,
    withdraw_rights_request,
    write_off_rights,
)
from appliance.shop.branches.settling import keep_value, let_stand, open_again, settle_alike
from appliance.shop.branches.topping_up import set_rights_level, top_up_rights

__all__ = [
    "answer_rights_request",
    "answer_rights_requests",
    "ask_for_rights",
    "decline_rights_request",
    "describe_box",
    "hand_over_rights",
    "keep_value",
    "let_in",
    "let_stand",
    "open_again",
    "open_branch",
    "put_out",
    "retire_box",
    "set_rights_level",
    "settle_alike",
    "take_back_rights",
    "top_up_rights",
    "withdraw_rights_request",
    "write_off_rights",
]  # fmt: skip
