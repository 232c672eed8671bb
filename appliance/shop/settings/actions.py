"""What can be done with the directories: the verbs that all of them share, and those of each."""

from collections.abc import Callable, Mapping
from typing import Annotated

from appliance.journal import Desk, Ref, action
from appliance.shop.settings import calendar, currencies, freight, lists, places, sending, turning
from appliance.shop.settings.directory import KINDS, check_open, table_of
from appliance.shop.settings.directory import entry as entry_of

# The room's actions are found here, wherever they are written.
add_branch, change_branch = places.add_branch, places.change_branch
add_warehouse, change_warehouse = places.add_warehouse, places.change_warehouse
add_shop, change_shop = places.add_shop, places.change_shop
add_courier, change_courier = sending.add_courier, sending.change_courier
add_packaging, change_packaging = sending.add_packaging, sending.change_packaging
add_money_item, change_money_item = lists.add_money_item, lists.change_money_item
add_reason, change_reason = lists.add_reason, lists.change_reason
add_mark, change_mark = lists.add_mark, lists.change_mark
add_unit, change_unit = lists.add_unit, lists.change_unit
add_currency, change_currency = currencies.add_currency, currencies.change_currency
set_rate, remove_rate = currencies.set_rate, currencies.remove_rate
add_freight_rule, change_freight_rule = freight.add_freight_rule, freight.change_freight_rule
remove_freight_rule = freight.remove_freight_rule
add_tax_rate, change_tax_rate = calendar.add_tax_rate, calendar.change_tax_rate
add_holiday, change_holiday = calendar.add_holiday, calendar.change_holiday
turn_switches = turning.turn_switches

EntryId = Annotated[str, Ref("entry")]
"""The id of an entry of any directory."""

_MAY_CLOSE: Mapping[str, Callable[[Desk, str], None]] = {
    "branch": places.check_branch_can_close,
    "warehouse": places.check_warehouse_can_close,
    "shop": places.check_shop_can_close,
    "money_item": lists.check_item_can_close,
}


@action("Disable", undo="settings.enable")
def disable(desk: Desk, *, entry: EntryId) -> None:
    """It is not offered any more, and still stands on papers that have it."""
    table = table_of(desk, entry)
    if entry_of(desk, KINDS[table], entry).disabled:
        return
    if table in _MAY_CLOSE:
        _MAY_CLOSE[table](desk, entry)
    desk.change(KINDS[table], entry, disabled=True)
    if table == "branch":
        places.close_branch(desk, entry)


@action("Enable", undo="settings.disable")
def enable(desk: Desk, *, entry: EntryId) -> None:
    """It is offered again."""
    kind = KINDS[table_of(desk, entry)]
    standing = desk.get(kind, entry)
    for field, above in (("branch", "branch"), ("warehouse", "warehouse"), ("parent", "money_item")):
        if over := getattr(standing, field, ""):
            check_open(desk, KINDS[above], over, "")
    desk.change(kind, entry, disabled=False)
