"""What can be done about branches. Each idea has a file of its own; the room's actions are found here."""

from appliance.shop.branches.boxes import describe_box, let_in, open_branch, put_out, retire_box
from appliance.shop.branches.settling import keep_value, let_stand, open_again, settle_alike

__all__ = [
    "describe_box", "keep_value", "let_in", "let_stand", "open_again", "open_branch", "put_out", "retire_box",
    "settle_alike",
]  # fmt: skip
