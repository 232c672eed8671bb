"""What can be done in the warehouse itself: opening stock, other in and out, scrap, conversion, a corrected value."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import Day, Desk, Hint, Label, Limit, Price, Qty, Refusal, Text, Words, action, derive
from appliance.shop import settings
from appliance.shop.catalog import SkuId
from appliance.shop.inventory import carrying, differences, pools, transfers
from appliance.shop.inventory.ledger import (
    Place,
    Wanted,
    check_enough,
    check_owned,
    issue_all,
    receive,
    revalue,
    skus_of,
)
from appliance.shop.inventory.records import PaperKind, Quality, StockLimit, StockPaper, StockPaperId
from appliance.shop.settings import WarehouseId
from appliance.shop.staff import check_limit

# The room's actions are found here, wherever they are written.
request_transfer, change_transfer = transfers.request_transfer, transfers.change_transfer
submit_transfer, cancel_transfer = transfers.submit_transfer, transfers.cancel_transfer
approve_transfer, unapprove_transfer = transfers.approve_transfer, transfers.unapprove_transfer
send_transfer, send_part, end_sending = carrying.send_transfer, carrying.send_part, carrying.end_sending
take_in, take_in_all, take_home = carrying.take_in, carrying.take_in_all, carrying.take_home
move_stock, restore_transfer = carrying.move_stock, carrying.restore_transfer
explain_difference, accept_difference = differences.explain_difference, differences.accept_difference
withdraw_difference = differences.withdraw_difference
open_pool, close_pool, keep_pool_here = pools.open_pool, pools.close_pool, pools.keep_pool_here
settle_pools = pools.settle_pools

Why = Annotated[Text, Limit(max=100), Label("Reason")]
OnDay = Annotated[Day, Label("Belongs to the day"), Hint("Empty means today. It is written now in any case.")]
UnitCost = Annotated[Price | None, Label("Unit cost")]
NUMBERS = {
    "opening": "QC", "other_in": "QR", "other_out": "QH", "scrap": "BS", "convert": "ZH", "value_adjustment": "TJ",
}  # fmt: skip


Graded = Annotated[Quality, Label("Quality")]


class OpeningLine(msgspec.Struct, kw_only=True, frozen=True):
    """What lay there on the first day."""

    sku: SkuId
    qty: Qty
    cost: UnitCost = None
    quality: Graded = "good"


class InLine(msgspec.Struct, kw_only=True, frozen=True):
    """Goods that come."""

    sku: SkuId
    qty: Qty
    cost: UnitCost = None


class OutLine(msgspec.Struct, kw_only=True, frozen=True):
    """Goods that leave."""

    sku: SkuId
    qty: Qty


Lines = Sequence[OpeningLine | InLine | OutLine]


@action("Opening stock")
def opening_stock(desk: Desk, *, lines: list[OpeningLine], warehouse: WarehouseId, note: Words = "") -> str:
    """What lies there on the first day, and what it cost. Only for goods that have not moved here yet."""
    _check_lines(lines)
    _check_unmoved(desk, warehouse, lines)
    paper = _paper(desk, "opening", warehouse, "", note)
    for line in lines:
        receive(
            desk, warehouse=warehouse, sku=line.sku, qty=line.qty, cost=line.cost, kind="opening", document=paper,
            quality=line.quality,
        )  # fmt: skip
    return paper


@action("Other stock in", undo="inventory.reverse")
def other_in(
    desk: Desk, *, reason: Why, warehouse: WarehouseId, lines: list[InLine], note: Words = "", day: OnDay = ""
) -> str:
    """Goods that come without a purchase: found again, a present, a sample. Leave the cost empty if nobody knows it."""
    _check_lines(lines)
    paper = _paper(desk, "other_in", warehouse, reason, note, day=day)
    for line in lines:
        receive(
            desk, warehouse=warehouse, sku=line.sku, qty=line.qty, cost=line.cost, kind="other_in", document=paper,
            reason=reason, day=day,
        )  # fmt: skip
    return paper


@action("Other stock out", undo="inventory.reverse")
def other_out(
    desk: Desk, *, reason: Why, warehouse: WarehouseId, lines: list[OutLine], note: Words = "", day: OnDay = ""
) -> str:
    """Goods that leave without a sale: own use, a sample. What orders wait for is not given away."""
    _check_lines(lines)
    check_owned(desk, warehouse)
    check_enough(desk, warehouse, _wanted(lines), free_only=True)
    paper = _paper(desk, "other_out", warehouse, reason, note, day=day)
    issue_all(
        desk, warehouse=warehouse, wanted=_wanted(lines), kind="other_out", document=paper, reason=reason, day=day
    )
    return paper


@action("Scrap", undo="inventory.reverse")
def scrap(
    desk: Desk,
    *,
    reason: Why,
    warehouse: WarehouseId,
    lines: list[OutLine],
    quality: Graded = "defective",
    note: Words = "",
    day: OnDay = "",
) -> str:
    """Goods that are broken, lost or past their day; their value is gone."""
    _check_lines(lines)
    paper = _paper(desk, "scrap", warehouse, reason, note, day=day)
    issue_all(
        desk,
        warehouse=warehouse,
        wanted=_wanted(lines),
        kind="scrap",
        document=paper,
        quality=quality,
        reason=reason,
        day=day,
    )
    return paper


@action("Convert good and defective", undo="inventory.reverse")
def convert(
    desk: Desk,
    *,
    reason: Why,
    warehouse: WarehouseId,
    to: Annotated[Quality, Label("Becomes")],
    lines: list[OutLine],
    note: Words = "",
) -> str:
    """Good goods become defective, or defective ones good again; they keep what they are worth."""
    _check_lines(lines)
    paper = _paper(desk, "convert", warehouse, reason, note)
    source: Quality = "good" if to == "defective" else "defective"
    _convert(desk, paper, warehouse, _wanted(lines), source, reason)
    return paper


@action("Adjust value", confirm="This changes what the stock is worth. It shows in the profit.")
def adjust_value(
    desk: Desk,
    *,
    reason: Why,
    warehouse: WarehouseId,
    sku: SkuId,
    amount: Annotated[Price, Label("Value more or less"), Hint("With a minus when it is worth less.")],
    quality: Graded = "good",
) -> str:
    """The quantity stays; only what the goods are worth changes."""
    if amount == 0:
        raise Refusal("An adjustment changes something.", field="amount")
    check_limit(desk, "adjustment", -(-abs(amount) // 100), field="amount")
    skus_of(desk, [sku])
    paper = _paper(desk, "value_adjustment", warehouse, reason, "")
    revalue(desk, Place(warehouse, sku, quality), amount, document=paper, reason=reason)
    return paper


@action("Reverse", confirm="A second paper takes this one back. Both stay in the books.")
def reverse(desk: Desk, *, paper: StockPaperId) -> str:
    """A second paper takes it back: what left comes home at the cost it left with, what came leaves again."""
    standing = desk.get(StockPaper, paper)
    if standing.reverses:
        raise Refusal("A reversal is not reversed. Write a new paper.")
    if desk.row("select 1 from stock_paper where reverses = ? and deleted = 0 limit 1", paper):
        raise Refusal("This paper was reversed already.")
    moves = desk.rows("select * from moved where document = ? and kind <> 'cost_correction' order by seq", paper)
    mirror = _paper(desk, standing.kind, standing.warehouse, standing.reason, standing.note, reverses=paper)
    if standing.kind == "convert":
        left = [move for move in moves if move.qty < 0]
        _convert(
            desk, mirror, standing.warehouse, [Wanted(move.sku, -move.qty) for move in left],
            "defective" if left[0].quality == "good" else "good", standing.reason,
        )  # fmt: skip
        return mirror
    for quality in ("good", "defective"):
        came = [Wanted(move.sku, move.qty) for move in moves if move.qty > 0 and move.quality == quality]
        if came:
            issue_all(
                desk, warehouse=standing.warehouse, wanted=came, kind="undone", document=mirror, quality=quality,
                reason=standing.reason,
            )  # fmt: skip
    for move in moves:
        place = Place(move.warehouse, move.sku, move.quality)
        if move.qty < 0:
            receive(
                desk, warehouse=place.warehouse, sku=place.sku, qty=-move.qty, cost=None, value=-move.value,
                kind="undone", document=mirror, quality=place.quality, reason=standing.reason,
            )  # fmt: skip
        elif move.qty == 0:
            revalue(desk, place, -move.value, document=mirror, reason=standing.reason)
    return mirror


@action("Set low stock")
def set_low_stock(
    desk: Desk,
    *,
    warehouse: WarehouseId,
    sku: SkuId,
    low: Annotated[Qty, Label("Low below")],
) -> None:
    """Below this the SKU stands in the list of low stock; 0 for never."""
    check_owned(desk, warehouse)
    skus_of(desk, [sku])
    if low < 0:
        raise Refusal("A limit cannot be less than nothing.", field="low")
    name = derive("stock_limit", warehouse, sku)
    if desk.find(StockLimit, name) is None:
        desk.put(StockLimit(id=name, warehouse=warehouse, sku=sku, low=low))
    else:
        desk.change(StockLimit, name, low=low)


# ---- what they have in common


def _paper(
    desk: Desk, kind: PaperKind, warehouse: str, reason: str, note: str, reverses: str = "", day: str = ""
) -> str:
    row = check_owned(desk, warehouse)
    settings.check_open_day(desk, day or desk.day)
    if row.disabled:
        raise Refusal("{warehouse} is disabled.", field="warehouse", warehouse=row.name)
    if kind != "opening" and not reason.strip():
        raise Refusal("Say why; somebody will ask.", field="reason")
    return desk.put(
        StockPaper(
            number=settings.paper_number(desk, NUMBERS[kind]), kind=kind, warehouse=warehouse, reason=reason, note=note,
            day=day or desk.day, reverses=reverses,
        )
    )  # fmt: skip


def _convert(desk: Desk, paper: str, warehouse: str, wanted: Sequence[Wanted], source: Quality, reason: str) -> None:
    values = issue_all(
        desk, warehouse=warehouse, wanted=wanted, kind="convert_out", document=paper, quality=source, reason=reason
    )
    target: Quality = "defective" if source == "good" else "good"
    for one, value in zip(wanted, values, strict=True):
        receive(
            desk, warehouse=warehouse, sku=one.sku, qty=one.qty, cost=None, value=value, kind="convert_in",
            document=paper, quality=target, reason=reason,
        )  # fmt: skip


def _check_lines(lines: Lines) -> None:
    """Refuse a paper without lines, and goods that stand in it twice: one of the two was scanned by mistake."""
    if not lines:
        raise Refusal("Add at least one line.", field="lines")
    seen: set[tuple[str, object]] = set()
    for place, line in enumerate(lines):
        same = _alike(line)
        if same in seen:
            raise Refusal("This SKU stands here twice.", field=f"lines.{place}.sku", code="twice")
        seen.add(same)


def _alike(line: OpeningLine | InLine | OutLine) -> tuple[str, object]:
    """What two lines share that are one: the same goods may come at two costs, or lie there in two qualities."""
    if isinstance(line, InLine):
        return line.sku, line.cost
    return line.sku, line.quality if isinstance(line, OpeningLine) else ""


def _wanted(lines: Sequence[OutLine]) -> list[Wanted]:
    return [Wanted(line.sku, line.qty) for line in lines]


def _check_unmoved(desk: Desk, warehouse: str, lines: Sequence[OpeningLine]) -> None:
    skus = skus_of(desk, [line.sku for line in lines])
    moved = [
        skus[line.sku]["name"]
        for line in lines
        if desk.row(
            "select 1 from moved where warehouse = ? and sku = ? and quality = ? limit 1",
            warehouse, line.sku, line.quality,
        )
    ]  # fmt: skip
    if moved:
        raise Refusal(
            "These have moved here already, so they have no opening stock any more: {items}. Use other stock in.",
            field="lines", items="; ".join(dict.fromkeys(moved)),
        )  # fmt: skip
