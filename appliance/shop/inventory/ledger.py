"""The ledger: how goods leave and come. Plain functions, called by the verbs of this room and of those below.

A warehouse's ledger belongs to one branch, and only boxes of that branch write it; others ask by a paper of theirs.
Every line states where the ledger stands after it, so that nobody ever has to add up history to know.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from appliance.journal import ONE, Desk, Refusal, Row, derive, plain, round_half_up
from appliance.shop.inventory.cost import Ledger, coming, leaving
from appliance.shop.inventory.pools import check_leaving
from appliance.shop.inventory.records import Moved, MovedKind, Quality, Varied

HELD_BACK = ("locked", "pending_review", "pending_ship", "to_transfer_out", "to_produce_out")
"""What is on the shelf but promised: it is not available to anybody else."""
_CHOSEN = {"unpaid": "-f.less_unpaid", "preorder": "-f.less_preorder", "on_order": "f.plus_on_order",
           "in_transit_in": "f.plus_transit"}  # fmt: skip
_COUNTED = " ".join(
    [
        *(f"when '{bucket}' then -1" for bucket in HELD_BACK),
        *(f"when '{name}' then {how}" for name, how in _CHOSEN.items()),
    ]
)


class Wanted(NamedTuple):
    """One line of goods that are to leave. `cause` makes telling it twice one deed."""

    sku: str
    qty: int
    line: str = ""
    cause: str = ""


class Place(NamedTuple):
    """One ledger: a SKU of one quality in one warehouse."""

    warehouse: str
    sku: str
    quality: Quality = "good"


# ---- what is there


def standing(desk: Desk, place: Place) -> Ledger:
    """Say where a ledger stands."""
    row = desk.row(
        "select ifnull(max(qty), 0), ifnull(max(value), 0), ifnull((select last_cost from moved "
        "where warehouse = ?1 and sku = ?2 and quality = ?3 order by seq desc limit 1), 0) "
        "from stock where warehouse = ?1 and sku = ?2 and quality = ?3",
        *place,
    )
    return Ledger(*row) if row is not None else Ledger()


def on_hand(desk: Desk, warehouse: str, sku: str, quality: Quality = "good") -> int:
    """Say how much lies on the shelf."""
    found = desk.value("select qty from stock where warehouse = ? and sku = ? and quality = ?", warehouse, sku, quality)
    return int(found or 0)


def available(desk: Desk, warehouse: str, sku: str) -> int:
    """Say how much can be promised to somebody new, counted as the shop has chosen to count."""
    counted = desk.value(
        f"select sum(h.qty * case h.bucket {_COUNTED} else 0 end) from held h cross join stock_formula f "
        "where h.warehouse = ? and h.sku = ?",
        warehouse,
        sku,
    )
    return on_hand(desk, warehouse, sku) + int(counted or 0)


def reviewable(desk: Desk, warehouse: str, sku: str) -> int:
    """Say how much an order under review may take: it must not be blocked by itself or by others that wait."""
    return on_hand(desk, warehouse, sku) - held(desk, warehouse, sku, "pending_ship")


def held(desk: Desk, warehouse: str, sku: str, *buckets: str) -> int:
    """Say how much is asked for in these buckets."""
    marks = ", ".join("?" * len(buckets))
    found = desk.value(
        f"select sum(qty) from held where warehouse = ? and sku = ? and bucket in ({marks})", warehouse, sku, *buckets
    )
    return int(found or 0)


def worth(desk: Desk, place: Place, qty: int) -> int | None:
    """Say what goods would be worth if they left now, in 1/10000 yuan; None when nobody knows what they cost."""
    ledger = standing(desk, place)
    return leaving(ledger, qty).value if ledger.average else None


# ---- goods leave


def issue(
    desk: Desk,
    *,
    warehouse: str,
    sku: str,
    qty: int,
    kind: MovedKind,
    document: str,
    line: str = "",
    quality: Quality = "good",
    reason: str = "",
    cause: str = "",
    forced: bool = False,
) -> int:
    """Let goods of one line leave; returns the value that left with them."""
    wanted = [Wanted(sku, qty, line, cause)]
    return issue_all(
        desk, warehouse=warehouse, wanted=wanted, kind=kind, document=document,
        quality=quality, reason=reason, forced=forced,
    )[0]  # fmt: skip


def issue_all(
    desk: Desk,
    *,
    warehouse: str,
    wanted: Sequence[Wanted],
    kind: MovedKind,
    document: str,
    quality: Quality = "good",
    reason: str = "",
    forced: bool = False,
    day: str = "",
    promised: str | None = None,
) -> list[int]:
    """Let goods of several lines leave, all or none; returns the value of each. One refusal names all that is short.

    `day` is the day it belongs to, when that is not today; `promised` what they were promised by, where rights were spent.
    """
    check_owned(desk, warehouse)
    told = {one.cause: value for one in wanted if one.cause and (value := _told(desk, one.cause)) is not None}
    new = [one for one in wanted if one.cause not in told]
    check_enough(desk, warehouse, new, quality=quality, forced=forced)
    if quality == "good" and not forced:
        check_leaving(desk, warehouse, together(new), document, promised)
    values = []
    for one in wanted:
        if one.cause in told:
            values.append(-told[one.cause])
            continue
        place = Place(warehouse, one.sku, quality)
        ledger = standing(desk, place)
        out = leaving(ledger, one.qty)
        _append(
            desk, place, ledger, kind=kind, qty=-one.qty, value=-out.value,
            unit_cost=round_half_up(out.value * ONE, one.qty), document=document, line=one.line,
            reason=reason, provisional=out.provisional, cause=one.cause, day=day,
        )  # fmt: skip
        values.append(out.value)
    return values


def check_enough(
    desk: Desk,
    warehouse: str,
    wanted: Iterable[Wanted],
    *,
    quality: Quality = "good",
    forced: bool = False,
    free_only: bool = False,
) -> None:
    """Refuse if anything is short, naming all that is; lines of the same SKU ask together.

    `free_only` asks for goods that nobody waits for; otherwise whatever lies on the shelf will do.
    """
    asked = together(wanted)
    skus = skus_of(desk, asked)
    short = []
    for sku, qty in asked.items():
        check_quantity(skus[sku], qty)
        if forced or (quality == "good" and skus[sku].allow_negative):
            continue
        there = available(desk, warehouse, sku) if free_only else on_hand(desk, warehouse, sku, quality)
        if qty > there:
            short.append(f"{skus[sku].name} {plain(qty)} / {plain(there)}")
    if short:
        raise Refusal(
            "Too little in stock (asked / there): {items}.",
            code="stock_short", remedy=f"/stock?warehouse={warehouse}", items="; ".join(short),
        )  # fmt: skip


def together(wanted: Iterable[Wanted]) -> dict[str, int]:
    """Add up what lines of the same SKU ask for."""
    asked: dict[str, int] = {}
    for one in wanted:
        asked[one.sku] = asked.get(one.sku, 0) + one.qty
    return asked


# ---- goods come


def receive(
    desk: Desk,
    *,
    warehouse: str,
    sku: str,
    qty: int,
    cost: int | None,
    kind: MovedKind,
    document: str,
    line: str = "",
    quality: Quality = "good",
    reason: str = "",
    cause: str = "",
    value: int | None = None,
    day: str = "",
) -> int:
    """Take goods in and return what they are worth.

    `cost` is what a unit of them cost; None when nobody knows: then the ledger's own average stands in. `value` is for
    goods that come at exactly what they were worth elsewhere (a transfer, a conversion).
    """
    check_owned(desk, warehouse)
    if cause and (told := _told(desk, cause)) is not None:
        return told
    check_quantity(skus_of(desk, [sku])[sku], qty)
    if cost is not None and cost < 0:
        raise Refusal("A cost cannot be less than nothing.", field="cost")
    place = Place(warehouse, sku, quality)
    ledger = standing(desk, place)
    come = coming(ledger, qty, cost=cost, value=value)
    own = cost is not None or value is not None
    after = _append(
        desk, place, ledger, kind=kind, qty=qty, value=come.value, unit_cost=come.unit_cost, document=document,
        line=line, reason=reason, cost_missing=come.cost_missing, cause=cause, day=day,
        last_cost=come.unit_cost if own and come.unit_cost > 0 else ledger.last_cost,
    )  # fmt: skip
    if come.correction:
        _append(
            desk, place, after, kind="cost_correction", qty=0, value=come.correction, unit_cost=come.unit_cost,
            document=document, line=line, reason=reason,
        )  # fmt: skip
        vary(desk, place, -come.correction, document=document, reason="cost_correction")
    return come.value


def give_back(
    desk: Desk,
    *,
    warehouse: str,
    sku: str,
    qty: int,
    kind: MovedKind,
    document: str,
    line: str,
    quality: Quality = "good",
    reason: str = "",
    cause: str = "",
) -> int:
    """Take goods back that left for `line`, at the cost captured when they left; the last take the rounding along."""
    left = desk.row("select -sum(qty) as qty, -sum(value) as value from moved where line = ? and sku = ?", line, sku)
    value = None
    if left is not None and (left.qty or 0) >= qty > 0:
        value = round_half_up(left.value * qty, left.qty)
    return receive(
        desk, warehouse=warehouse, sku=sku, qty=qty, cost=None, value=value, kind=kind, document=document, line=line,
        quality=quality, reason=reason, cause=cause,
    )  # fmt: skip


# ---- value alone


def revalue(desk: Desk, place: Place, amount: int, *, document: str, reason: str) -> None:
    """Correct what the goods on a shelf are worth, without touching how many there are."""
    check_owned(desk, place.warehouse)
    ledger = standing(desk, place)
    if ledger.qty <= 0:
        raise Refusal("Nothing is on the shelf, so there is no value to correct.", field="sku")
    if ledger.value + amount < 0:
        raise Refusal("The goods would be worth less than nothing.", field="amount")
    average = round_half_up((ledger.value + amount) * ONE, ledger.qty)
    _append(
        desk, place, ledger, kind="value_adjustment", qty=0, value=amount, unit_cost=average, document=document,
        reason=reason, last_cost=average or ledger.last_cost,
    )  # fmt: skip


def vary(desk: Desk, place: Place, amount: int, *, document: str, reason: str) -> None:
    """Write a difference of cost down that belongs to goods no longer here."""
    desk.add(
        Varied(warehouse=place.warehouse, sku=place.sku, day=desk.day, amount=amount, document=document, reason=reason)
    )


# ---- what must hold


def check_owned(desk: Desk, warehouse: str) -> Row:
    """Refuse to write a ledger that another branch keeps; returns the warehouse."""
    row = desk.row(
        "select w.*, ifnull(b.name, '') as branch_name from warehouse w left join branch b on b.id = w.branch "
        "where w.id = ? and w.deleted = 0 and w.made_at > 0",
        warehouse,
    )
    if row is None:
        raise Refusal("Choose a warehouse.", field="warehouse")
    if row.branch != desk.branch:
        raise Refusal(
            "{branch} keeps the stock of {warehouse}. Move the goods by a transfer, or ask there.",
            field="warehouse", code="not_owner", branch=row.branch_name or "-", warehouse=row.name,
        )  # fmt: skip
    return row


def skus_of(desk: Desk, skus: Iterable[str]) -> dict[str, Row]:
    """Look several SKUs up at once; refuses one that is not there."""
    names = list(dict.fromkeys(skus))
    marks = ", ".join("?" * len(names))
    rows = desk.rows(
        "select s.id, trim(g.name || ' ' || s.spec) as name, s.fraction, s.allow_negative, s.disabled "
        f"from sku s join goods g on g.id = s.goods where s.id in ({marks}) and s.deleted = 0",
        *names,
    )
    if len(rows) < len(names):
        raise Refusal("A SKU on this paper is not here any more. Look at the lines again.", code="missing")
    return {row["id"]: row for row in rows}


def check_quantity(sku: Row, qty: int) -> None:
    """Refuse nothing, less than nothing, and half of what is sold whole."""
    if qty <= 0:
        raise Refusal("The quantity of {name} must be more than nothing.", field="qty", name=sku["name"])
    if not sku["fraction"] and qty % ONE:
        raise Refusal("{name} is sold whole; {qty} is no whole number.", field="qty", name=sku["name"], qty=plain(qty))


def _told(desk: Desk, cause: str) -> int | None:
    found = desk.value("select value from moved where id = ?", derive("moved", cause))
    return None if found is None else int(found)


def _append(
    desk: Desk,
    place: Place,
    ledger: Ledger,
    *,
    kind: MovedKind,
    qty: int,
    value: int,
    cause: str = "",
    last_cost: int | None = None,
    day: str = "",
    **more: Any,
) -> Ledger:
    """Write the next line of a warehouse's ledger; returns where the ledger stands then.

    What belongs to an earlier day is written now all the same, in the order of cost (spec/domain.md 4.3.4).
    """
    seq = desk.value("select ifnull(max(seq), 0) + 1 from moved where warehouse = ?", place.warehouse)
    after = Ledger(ledger.qty + qty, ledger.value + value, ledger.last_cost if last_cost is None else last_cost)
    desk.add(
        Moved(
            id=derive("moved", cause) if cause else "", warehouse=place.warehouse, sku=place.sku,
            quality=place.quality, seq=seq, kind=kind, qty=qty, value=value, qty_after=after.qty,
            value_after=after.value, last_cost=after.last_cost, day=day or desk.day, **more,
        )
    )  # fmt: skip
    return after
