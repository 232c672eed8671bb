"""Told: the rows of a seller's file become raw orders and raw lines, and rows that cannot are named with the reason.

Pure: the same bytes for the same shop always give the same records, ids and hashes included.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from appliance.journal import derive, times
from appliance.shop.marketplace import profiles, reading, values
from appliance.shop.marketplace.profiles import Plan
from appliance.shop.marketplace.reading import Row, Sheet
from appliance.shop.marketplace.records import Platform, RawOrder, RawOrderLine, RawReceiver, ShopGoods

PLATFORM: Platform = "taobao"
MOST_LINES = 200
MOST_LETTERS = 2_000

_CODES = frozenset({"outer_code", "item_code", "phone", "telephone"})
_NOTHING = frozenset({"0", "0.00", "否", "无"})
_TOO_LONG = values.Unfit("The cell is longer than 2,000 letters.")

Steps = list[tuple[int, str, str, Callable[[str], Any]]]

_packed = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was left out: where it stands, which column is at fault, and why (a message id)."""

    number: int
    tid: str
    column: str
    sentence: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class ToldOrder:
    """One row of an order file."""

    number: int
    order: RawOrder
    receiver: RawReceiver


@dataclass(slots=True)
class ToldLines:
    """All rows of an item file that belong to one order."""

    tid: str
    raw_order: str
    lines: list[RawOrderLine] = field(default_factory=list)
    goods: list[ShopGoods] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@dataclass
class Told:
    """A whole file, understood."""

    kind: str
    profile: str
    encoding: str
    headers: list[str]
    ignored: tuple[str, ...]
    warnings: list[str]
    bad: list[Bad]
    orders: list[ToldOrder] = field(default_factory=list)
    lines: list[ToldLines] = field(default_factory=list)
    repeated: int = 0

    @property
    def portions(self) -> int:
        """How many orders the file speaks of."""
        return len(self.orders) if self.kind == "orders" else len(self.lines)


def understand(content: bytes, name: str, shop: str, latest: int = 0) -> Told:
    """Read a file of either kind; refuses a file that is neither.

    No order was placed later than at `latest` (milliseconds UTC); 0 when nobody knows what day it is.
    """
    sheet = reading.open_sheet(content, name)
    plan = profiles.plan(sheet.headers)
    told = Told(
        kind=plan.kind,
        profile=plan.profile.name,
        encoding=sheet.encoding,
        headers=[values.clean(header) for header in sheet.headers],
        ignored=plan.ignored,
        warnings=list(sheet.warnings),
        bad=[Bad(one.number, "", "", one.sentence, one.cells) for one in sheet.damaged],
    )
    if any(spec.name in _CODES and place in sheet.figures for spec, place in plan.columns):
        told.warnings.append("Codes or phones stand as numbers in the workbook; leading zeros are lost. Look at them.")
    if plan.kind == "orders":
        _orders(sheet, plan, shop, told, latest)
    else:
        _items(sheet, plan, shop, told)
    told.bad.sort(key=lambda one: one.number)
    return told


def raw_order_id(shop: str, tid: str) -> str:
    """The id of a platform's order, the same on every box."""
    return derive("raw_order", PLATFORM, shop, tid)


# ---- rows


def _cells(told: Told, row: Row, steps: Steps, parts: dict[str, dict[str, Any]]) -> bool:
    """Read a row's cells into its parts; on the first cell that cannot be read the row is bad."""
    cells = row.cells
    if len(cells) < len(told.headers):
        cells = [*cells, *[""] * (len(told.headers) - len(cells))]
    too_long = max(map(len, cells), default=0) > MOST_LETTERS
    for place, part, name, read in steps:
        if not (cell := cells[place]):
            continue
        if cell[0] in values.SUSPECT or cell[-1] in values.BLANKS:
            cell = values.clean(cell)
            if not cell:
                continue
        try:
            if too_long and len(cell) > MOST_LETTERS:
                raise _TOO_LONG
            parts[part][name] = read(cell)
        except values.Unfit as unfit:
            tid = parts["order"].get("tid", "")
            told.bad.append(Bad(row.number, tid, told.headers[place], unfit.sentence, row.cells))
            return False
    if "tid" not in parts["order"]:
        told.bad.append(Bad(row.number, "", "", "There is no order number.", row.cells))
        return False
    return True


def _orders(sheet: Sheet, plan: Plan, shop: str, told: Told, latest: int) -> None:
    steps, others = plan.steps, plan.others(sheet.headers)
    seen: dict[str, tuple[int, str]] = {}
    for row in sheet.rows:
        parts: dict[str, dict[str, Any]] = {"order": {}, "receiver": {}}
        if not _cells(told, row, steps, parts):
            continue
        if latest and parts["order"].get("placed_at", 0) > latest:
            sentence = "It was placed after today. Is the date of the box right?"
            told.bad.append(Bad(row.number, parts["order"]["tid"], "", sentence, row.cells))
            continue
        parts["receiver"]["told"] = _others(row.cells, others)
        found = _order(row, parts["order"], parts["receiver"], shop)
        before = seen.setdefault(found.order.tid, (row.number, found.order.payload_hash))
        if before[0] == row.number:
            told.orders.append(found)
        elif before[1] == found.order.payload_hash:
            told.repeated += 1
        else:
            sentence = "This order stands in the file twice and not the same; the first was taken."
            told.bad.append(Bad(row.number, found.order.tid, "", sentence, row.cells))


def _others(cells: list[str], others: list[tuple[int, str]]) -> dict[str, str]:
    """What a row tells besides, heading by heading; an empty cell tells nothing."""
    width = len(cells)
    return {
        name: told
        for place, name in others
        if place < width and cells[place] and (told := values.clean(cells[place])) and told not in _NOTHING
    }


def _order(row: Row, order: dict[str, Any], receiver: dict[str, Any], shop: str) -> ToldOrder:
    tid = order["tid"]
    if order.get("platform_status") == "closed" and order.get("paid_at"):
        order["platform_status"] = "refunded"
    if not order.get("receivable"):
        order["receivable"] = order.get("goods_amount", 0) + order.get("postage", 0)
    back = order.get("refunded", 0)
    if back or order.get("platform_status") == "refunded":
        order["refund_status"] = "full" if back >= order.get("paid", 0) else "part"
    told_name, told_phone = receiver.get("name", ""), receiver.get("phone", "") + receiver.get("telephone", "")
    receiver_id = derive("raw_receiver", PLATFORM, shop, tid)
    who = RawReceiver(id=receiver_id, masked="*" in told_name or "*" in told_phone, **receiver)
    raw = RawOrder(
        id=raw_order_id(shop, tid), platform=PLATFORM, shop=shop, raw_receiver=receiver_id, source="file", **order
    )
    return ToldOrder(row.number, msgspec.structs.replace(raw, payload_hash=_hash((raw, who))), who)


# ---- items


def _items(sheet: Sheet, plan: Plan, shop: str, told: Told) -> None:
    by_order: dict[str, ToldLines] = {}
    steps = plan.steps
    seen: dict[str, RawOrderLine] = {}
    listed: dict[tuple[str, ...], ShopGoods] = {}
    numbered = any(spec.name == "oid" for spec, _ in plan.columns)
    for row in sheet.rows:
        parts: dict[str, dict[str, Any]] = {"order": {}, "line": {}, "goods": {}}
        if not _cells(told, row, steps, parts) or not _whole(told, row, parts, numbered=numbered):
            continue
        tid = parts["order"]["tid"]
        group = by_order.get(tid)
        if group is None:
            group = by_order[tid] = ToldLines(tid, raw_order_id(shop, tid))
        oid = parts["line"].pop("oid", "")
        goods = _goods(parts["line"], parts["goods"], shop, listed)
        line = _line(group, oid, parts["line"], goods, shop)
        if oid in seen:
            _twice(told, row, tid, same=_content(seen[oid]) == _content(line))
            continue
        if len(group.lines) == MOST_LINES:
            told.bad.append(Bad(row.number, tid, "", "An order cannot have more than 200 lines.", row.cells))
            continue
        if oid:
            seen[oid] = line
        group.lines.append(line)
        group.goods.append(goods)
        group.numbers.append(row.number)
    told.lines = [_numbered(group, shop) for group in by_order.values() if group.lines]


def _whole(told: Told, row: Row, parts: dict[str, dict[str, Any]], *, numbered: bool) -> bool:
    """Refuse a line without goods, without a quantity, or without the number all other lines have."""
    line, sentence = parts["line"], ""
    if not line.get("title"):
        sentence = "There is no title of goods."
    elif not line.get("qty"):
        sentence = "The quantity is not more than nothing."
    elif numbered and "oid" not in line:
        sentence = "There is no sub-order number."
    if sentence:
        told.bad.append(Bad(row.number, parts["order"]["tid"], "", sentence, row.cells))
    return not sentence


def _twice(told: Told, row: Row, tid: str, *, same: bool) -> None:
    if same:
        told.repeated += 1
        return
    sentence = "This sub-order stands in the file twice and not the same; the first was taken."
    told.bad.append(Bad(row.number, tid, "", sentence, row.cells))


def _goods(
    line: dict[str, Any], goods: dict[str, Any], shop: str, known: dict[tuple[str, ...], ShopGoods]
) -> ShopGoods:
    """The goods of a line as the shop lists them; a file names the same few again and again."""
    outer_code = goods.get("outer_code") or goods.get("item_code", "")
    title, spec = line["title"], line.get("spec", "")
    key = (outer_code, goods.get("goods_key") or title, goods.get("spec_key") or spec)
    if (*key, title, spec) not in known:
        known[*key, title, spec] = ShopGoods(
            id=derive("shop_goods", shop, *key), shop=shop, outer_code=outer_code, goods_key=key[1], spec_key=key[2],
            title=title, spec=spec,
        )  # fmt: skip
    return known[*key, title, spec]


def _line(group: ToldLines, oid: str, line: dict[str, Any], goods: ShopGoods, shop: str) -> RawOrderLine:
    if line.get("platform_status") == "closed" and line.get("paid"):
        line["platform_status"] = "refunded"
    if "payable" not in line:
        line["payable"] = times(line.get("price", 0), line["qty"])
    raw = RawOrderLine(
        id=derive("raw_order_line", PLATFORM, shop, oid or f"{group.tid}/{len(group.lines) + 1}"),
        raw_order=group.raw_order,
        oid=oid,
        place=len(group.lines) + 1,
        shop_goods=goods.id,
        **line,
    )
    return msgspec.structs.replace(raw, payload_hash=_hash(raw))


def _numbered(group: ToldLines, shop: str) -> ToldLines:
    """Old files number no lines. An order of one line has its own number as that line's; others count."""
    if any(line.oid for line in group.lines):
        return group
    alone = len(group.lines) == 1
    group.lines = [_renamed(line, group.tid if alone else f"{group.tid}-{line.place}", shop) for line in group.lines]
    return group


def _renamed(line: RawOrderLine, oid: str, shop: str) -> RawOrderLine:
    bare = msgspec.structs.replace(line, id=derive("raw_order_line", PLATFORM, shop, oid), oid=oid, payload_hash="")
    return msgspec.structs.replace(bare, payload_hash=_hash(bare))


def _content(line: RawOrderLine) -> str:
    """What a line says, wherever it stands."""
    return _hash(msgspec.structs.replace(line, place=0, payload_hash=""))


def _hash(told: Any) -> str:
    return hashlib.blake2b(_packed(told), digest_size=12).hexdigest()
