"""The short lists that a new shop begins with; ids follow from the names' places, so every box has the same."""

from typing import Literal

from appliance.journal import Desk, derive
from appliance.shop.settings.records import Mark, MarkColour, MoneyItem, Reason, ReasonKind, Unit

_UNITS: dict[str, tuple[tuple[str, bool], ...]] = {
    "zh": (("件", False), ("个", False), ("盒", False), ("包", False), ("斤", True), ("克", True), ("米", True)),
    "en": (("piece", False), ("box", False), ("pack", False), ("pair", False), ("kg", True), ("g", True), ("m", True)),
}
_REASONS: dict[str, tuple[tuple[ReasonKind, str], ...]] = {
    "zh": (
        ("freeze", "等客户回复"), ("freeze", "等补款"), ("freeze", "地址要核对"),
        ("revert", "缺货"), ("revert", "地址不对"), ("revert", "客户要改"),
        ("return", "不想要了"), ("return", "质量问题"), ("return", "发错货"), ("return", "运输破损"),
        ("adjust", "破损"), ("adjust", "过期"), ("adjust", "盘点差异"), ("adjust", "样品"),
        ("void", "录错了"), ("void", "重复了"),
    ),
    "en": (
        ("freeze", "Waiting for the buyer"), ("freeze", "Waiting for money"), ("freeze", "Address to be checked"),
        ("revert", "Out of stock"), ("revert", "Wrong address"), ("revert", "Buyer wants a change"),
        ("return", "Not wanted any more"), ("return", "Faulty"), ("return", "Wrong goods"), ("return", "Broken"),
        ("adjust", "Broken"), ("adjust", "Out of date"), ("adjust", "Counted differently"), ("adjust", "Sample"),
        ("void", "Typed wrongly"), ("void", "Typed twice"),
    ),
}  # fmt: skip
_ITEMS: dict[str, tuple[tuple[Literal["in", "out"], str], ...]] = {
    "zh": (("in", "其他收入"), ("out", "房租"), ("out", "工资"), ("out", "水电"), ("out", "运费"), ("out", "包材")),
    "en": (("in", "Other income"), ("out", "Rent"), ("out", "Wages"), ("out", "Power and water"), ("out", "Freight"),
           ("out", "Packaging")),
}  # fmt: skip


_MARKS: dict[str, tuple[tuple[str, MarkColour], ...]] = {
    "zh": (("加急", "mark_red"), ("等客户", "mark_amber"), ("大客户", "mark_gold")),
    "en": (("Urgent", "mark_red"), ("Waits for the customer", "mark_amber"), ("Important", "mark_gold")),
}


def first_lists(desk: Desk, language: Literal["zh", "en"]) -> None:
    """Write units, reasons, marks, and income and expense items."""
    for place, (name, fraction) in enumerate(_UNITS[language]):
        desk.put(Unit(id=derive("unit", str(place)), name=name, fraction=fraction))
    for place, (kind, name) in enumerate(_REASONS[language]):
        desk.put(Reason(id=derive("reason", str(place)), kind=kind, name=name))
    for place, (direction, name) in enumerate(_ITEMS[language]):
        desk.put(MoneyItem(id=derive("money_item", str(place)), direction=direction, name=name))
    for place, (name, colour) in enumerate(_MARKS[language]):
        desk.put(Mark(id=derive("mark", str(place)), name=name, colour=colour))
