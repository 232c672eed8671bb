"""Storing: a portion of what a file told is compared with what is known, and only what is new is written.

An equal hash is no work. A file that says less than is known is an older one and changes nothing. Ids follow from the
platform's numbers, so storing the same portion twice, or on two boxes, is storing it once.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from appliance.journal import Desk, Row
from appliance.shop.marketplace.following import follow_lines, follow_order
from appliance.shop.marketplace.records import (
    STATUS_RANK,
    ImportJob,
    RawOrder,
    RawOrderLine,
    RawReceiver,
    ShopGoods,
)
from appliance.shop.marketplace.told import ToldLines, ToldOrder

Ask = Callable[..., Sequence[Row]]
Portion = Sequence[ToldOrder] | Sequence[ToldLines]


class Tally(msgspec.Struct):
    """What became of the orders of a portion."""

    added: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0

    def count(self, verdict: str) -> None:
        """Count one."""
        setattr(self, verdict, getattr(self, verdict) + 1)


def store(desk: Desk, job: str, portion: Portion) -> bool:
    """Store a portion and how far the import has come, in one entry; False when somebody stopped the import."""
    if desk.state(ImportJob, job) != "running":
        return False
    tally = Tally()
    if portion and isinstance(portion[0], ToldOrder):
        _store_orders(desk, portion, tally)  # type: ignore[arg-type]
    else:
        _store_lines(desk, portion, tally)  # type: ignore[arg-type]
    standing = desk.get(ImportJob, job)
    desk.change(
        ImportJob,
        job,
        taken=standing.taken + len(portion),
        added=standing.added + tally.added,
        changed_orders=standing.changed_orders + tally.changed,
        same=standing.same + tally.same,
        older=standing.older + tally.older,
    )
    return True


def compare(ask: Ask, portion: Portion, tally: Tally) -> None:
    """Count what storing a portion would do, and write nothing."""
    if portion and isinstance(portion[0], ToldOrder):
        orders: Sequence[ToldOrder] = portion  # type: ignore[assignment]
        known = _known_orders(ask, orders)
        for told in orders:
            tally.count(_verdict(told, known.get(told.order.id)))
    else:
        groups: Sequence[ToldLines] = portion  # type: ignore[assignment]
        standing = _known_lines(ask, groups)
        for group in groups:
            tally.count(_verdict_of_lines(group.lines, standing.get(group.raw_order, ())))


# ---- orders


def _store_orders(desk: Desk, portion: Sequence[ToldOrder], tally: Tally) -> None:
    known = _known_orders(desk.rows, portion)
    for told in portion:
        verdict = _verdict(told, known.get(told.order.id))
        tally.count(verdict)
        if verdict == "added":
            desk.put(told.order)
            desk.put(told.receiver)
        elif verdict == "changed":
            _renew(desk, told)


def _known_orders(ask: Ask, portion: Sequence[ToldOrder]) -> dict[str, Row]:
    ids = json.dumps([told.order.id for told in portion])
    rows = ask(
        "select o.id, o.payload_hash, o.platform_status from json_each(?) j cross join raw_order o on o.id = j.value "
        "where o.made_at > 0",
        ids,
    )
    return {row["id"]: row for row in rows}


def _verdict(told: ToldOrder, known: Row | None) -> str:
    if known is None:
        return "added"
    if known["payload_hash"] == told.order.payload_hash:
        return "same"
    return "older" if _less(told.order.platform_status, known["platform_status"]) else "changed"


def _less(told: str, known: str) -> bool:
    return STATUS_RANK[told] < STATUS_RANK.get(known, 0)


def _renew(desk: Desk, told: ToldOrder) -> None:
    before, who = desk.get(RawOrder, told.order.id), desk.find(RawReceiver, told.receiver.id)
    desk.change(RawOrder, told.order.id, **_fields(told.order))
    if who is None:
        desk.put(told.receiver)
    else:
        desk.change(RawReceiver, told.receiver.id, **_fields(told.receiver))
    follow_order(desk, before, told.order, who or told.receiver, told.receiver)


def _fields(record: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(record).items() if name != "id"}


# ---- lines


def _store_lines(desk: Desk, portion: Sequence[ToldLines], tally: Tally) -> None:
    known = _known_lines(desk.rows, portion)
    _list_goods(desk, {goods.id: goods for group in portion for goods in group.goods})
    for group in portion:
        standing = known.get(group.raw_order, ())
        verdict = _verdict_of_lines(group.lines, standing)
        tally.count(verdict)
        if verdict == "added":
            for line in group.lines:
                desk.put(line)
        elif verdict == "changed":
            _renew_lines(desk, group, standing)


def _known_lines(ask: Ask, portion: Sequence[ToldLines]) -> dict[str, list[Row]]:
    ids = json.dumps([group.raw_order for group in portion])
    rows = ask(
        "select l.* from json_each(?) j cross join raw_order_line l on l.raw_order = j.value where l.deleted = 0", ids
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["raw_order"], []).append(row)
    return found


def _list_goods(desk: Desk, listed: Mapping[str, ShopGoods]) -> None:
    """Write down goods that the shop had not sold before; a new title of known goods is no matter."""
    ids = json.dumps(list(listed))
    known = {row[0] for row in desk.rows("select g.id from json_each(?) j join shop_goods g on g.id = j.value", ids)}
    for name in listed.keys() - known:
        desk.put(listed[name])


def _verdict_of_lines(told: Iterable[RawOrderLine], known: Sequence[Row]) -> str:
    if not known:
        return "added"
    hashes = {row["payload_hash"] for row in known}
    lines = aligned(told, known)
    if all(line.payload_hash in hashes for line in lines):
        return "same"
    statuses = {row["id"]: row["platform_status"] for row in known}
    if any(_less(line.platform_status, statuses.get(line.id, "")) for line in lines):
        return "older"
    return "changed"


def aligned(told: Iterable[RawOrderLine], known: Sequence[Row]) -> list[RawOrderLine]:
    """Give told lines the names under which they are known.

    Old files number no lines and new ones do, so one line may be told under two numbers. A number that is not known
    is taken for the line of the same goods and quantity whose number this file does not tell.
    """
    lines = list(told)
    names = {line.id for line in lines}
    free = [row for row in known if row["id"] not in names]
    standing = {row["id"] for row in known}
    for place, line in enumerate(lines):
        if line.id in standing:
            continue
        same = next((row for row in free if row["shop_goods"] == line.shop_goods and row["qty"] == line.qty), None)
        if same is not None:
            free.remove(same)
            lines[place] = msgspec.structs.replace(line, id=same["id"], oid=same["oid"])
    return lines


def _renew_lines(desk: Desk, group: ToldLines, known: Sequence[Row]) -> None:
    before = {row["id"]: desk.get(RawOrderLine, row["id"]) for row in known}
    lines = aligned(group.lines, known)
    for line in lines:
        if line.id in before:
            desk.change(RawOrderLine, line.id, **_fields(line))
        else:
            desk.put(line)
    follow_lines(desk, group.raw_order, before, lines)
