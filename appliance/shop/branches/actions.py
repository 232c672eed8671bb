"""What can be done about branches. Each idea has a file of its own; the room's actions are found here."""

from appliance.shop.branches.settling import keep_value, let_stand, open_again, settle_alike

__all__ = ["keep_value", "let_stand", "open_again", "settle_alike"]
