"""Pools: goods of one shelf that several branches sell. A box promises only what it has the right to (R42 to R44).

The keeper, one box of the branch that owns the shelf, gives rights out; nobody else does. A promise spends rights on any
box, without asking. From then on they are in the keeper's hands: what was promised leaves the shelf there, and only the
keeper lets spent rights go again, for it alone knows that the goods have not left. So on every box, whatever it has
heard, what lies on the shelf covers every right and every promise.
"""

import json
from collections.abc import Mapping, Sequence

from appliance.journal import Desk, Refusal, Row, action, derive, plain
from appliance.shop import allowances
from appliance.shop.catalog import SkuId
from appliance.shop.inventory.records import Pool, PoolId
from appliance.shop.settings import WarehouseId

PURSE = "pool"
NO_RIGHT = "Several branches sell {goods}, and this box may promise {left} of it. Ask another branch to hand over {missing} more."
AT_KEEPER = "Several branches sell {goods}; what was promised of it leaves the shelf at box {box}."
OVER = ("completed", "cancelled")
"""States from which no document comes back: no other branch of its history can win any more."""
MOST_AT_ONCE = 200


# ---- opening and closing


@action(
    "Let several branches sell it",
    confirm="From now on every box promises only what it has the right to, and what was promised leaves at this box. "
    "Let all boxes meet once first: who has not heard of it sells as before.",
)
def open_pool(desk: Desk, *, warehouse: WarehouseId, sku: SkuId) -> str:
    """This box keeps the pool and gives the rights out; do it at the box that ships the goods."""
    from appliance.shop.inventory.ledger import check_owned, skus_of

    check_owned(desk, warehouse)
    if skus_of(desk, [sku])[sku]["allow_negative"]:
        raise Refusal("Goods that may be sold below zero stock need no pool.", field="sku")
    name = pool_id(warehouse, sku)
    found = desk.find(Pool, name)
    if found is not None and not found.closed:
        raise Refusal("There is a pool of it already; box {box} keeps it.", field="sku", code="open", box=found.code)
    here = allowances.here(desk)
    if found is None:
        desk.put(Pool(id=name, warehouse=warehouse, sku=sku, keeper=here, code=desk.box))
    else:
        desk.change(Pool, name, closed=False, keeper=here, code=desk.box)
    stand = stand_of(desk, name)
    if stand.free < 0:
        raise Refusal("More of it is promised than there is. Settle that first.", field="sku", code="oversold")
    if stand.pending_ship > stand.used:
        # What was promised before anybody needed a right to.
        allowances.promise(desk, PURSE, name, stand.pending_ship - stand.used, name, free=stand.on_hand)
    return name


@action("Close the pool", confirm="Every box sells from this shelf as before.")
def close_pool(desk: Desk, *, pool: PoolId) -> None:
    """Only once nobody holds rights of it any more."""
    kept_here(desk, pool)
    if stand_of(desk, pool).given:
        raise Refusal("Other boxes hold rights of it. Ask them to give these back first.", code="given")
    for row in desk.rows("select document, amount from allowance_spent where subject = ?", pool):
        # What was promised stays promised, as everywhere else.
        allowances.fulfil(desk, PURSE, pool, row.amount, row.document)
    desk.change(Pool, pool, closed=True)


@action("Keep the pool at this box")
def keep_pool_here(desk: Desk, *, pool: PoolId) -> None:
    """When the box that kept it is retired or put out, and all that it wrote is known here."""
    from appliance.shop.inventory.ledger import check_owned

    found = desk.get(Pool, pool)
    check_owned(desk, found.warehouse)
    if found.keeper == allowances.here(desk):
        raise Refusal("This box keeps it already.", code="here")
    if not allowances.sealed(desk, found.keeper):
        raise Refusal(
            "Box {box} keeps it, and may still be giving rights out. Retire it once all its work has come.",
            code="not_sealed", box=found.code,
        )  # fmt: skip
    desk.change(Pool, pool, keeper=allowances.here(desk), code=desk.box)


# ---- rights


def give_rights(desk: Desk, pool: str, to: str, qty: int) -> None:
    """Hand rights to another box: the keeper from the shelf, any other box from its own."""
    stand, here = stand_of(desk, pool), allowances.here(desk)
    if to == here:
        raise Refusal("This box holds it already.", field="member")
    if stand.keeper == here:
        allowances.grant(desk, PURSE, pool, to, qty, free=stand.free)
    elif to == stand.keeper:
        allowances.give_back(desk, PURSE, pool, qty)
    else:
        allowances.pass_on(desk, PURSE, pool, to, qty)


def spendable(desk: Desk, pool: str) -> int:
    """Say how much this box may promise now."""
    stand = stand_of(desk, pool)
    return max(stand.free, 0) if stand.keeper == allowances.here(desk) else allowances.held(desk, PURSE, pool)


def check_rights(desk: Desk, warehouse: str, goods: Mapping[str, int]) -> bool:
    """Refuse a promise of goods that this box has not the right to; returns whether any of them need rights."""
    pools = pools_of(desk, warehouse, goods)
    for row in pools:
        left = spendable(desk, row.id)
        if goods[row.sku] > left:
            raise _no_right(desk, row, left, goods[row.sku])
    return bool(pools)


def spend_rights(desk: Desk, warehouse: str, goods: Mapping[str, int], document: str) -> None:
    """Spend the rights for what was promised; `check_rights` was asked before the promise was written."""
    for row in pools_of(desk, warehouse, goods):
        if row.keeper == allowances.here(desk):
            allowances.promise(desk, PURSE, row.id, goods[row.sku], document, free=goods[row.sku])
        else:
            allowances.use(desk, PURSE, row.id, goods[row.sku], document)


def check_leaving(
    desk: Desk, warehouse: str, goods: Mapping[str, int], document: str, promised: str | None = None
) -> None:
    """Let goods of pools leave their shelf, and their rights with them; refuses what others were given.

    `promised` names what was promised with rights: it leaves at the keeper. Anything else needs rights here.
    """
    for row in pools_of(desk, warehouse, goods):
        qty = goods[row.sku]
        if row.keeper == allowances.here(desk):
            _leave(desk, row, qty, promised)
        elif promised is not None:
            raise Refusal(AT_KEEPER, code="at_keeper", goods=_called(desk, row.sku), box=row.code)
        elif qty > (left := allowances.held(desk, PURSE, row.id)):
            raise _no_right(desk, row, left, qty)
        else:
            allowances.use(desk, PURSE, row.id, qty, document)


def _leave(desk: Desk, pool: Row, qty: int, promised: str | None) -> None:
    stand, left = stand_of(desk, pool.id), qty
    for document in (promised, pool.id) if promised is not None else ():
        spent = min(allowances.used_for(desk, PURSE, pool.id, document), left)
        if spent > 0:
            allowances.fulfil(desk, PURSE, pool.id, spent, document)
            left -= spent
    if left > max(stand.room, 0):
        raise _no_right(desk, pool, max(stand.room, 0), left)


def _no_right(desk: Desk, pool: Row, left: int, asked: int) -> Refusal:
    return Refusal(
        NO_RIGHT, code="rights", remedy=f"/branches/pools/{pool.id}", goods=_called(desk, pool.sku), left=plain(left),
        missing=plain(asked - left),
    )  # fmt: skip


# ---- what the keeper does when it hears


@action("Settle the pools")
def settle_pools(desk: Desk) -> int:
    """Let go of rights that were spent for nothing, and of those whose goods have left; returns how many were moved.

    Done by the keeping box itself when it hears something.
    """
    rows = desk.rows("select id from pool where keeper = ? and closed = 0 and deleted = 0", allowances.here(desk))
    return sum(_settle(desk, row.id) for row in rows)


def _settle(desk: Desk, pool: str) -> int:
    found, moved = desk.get(Pool, pool), 0
    for row in desk.rows(_SPENT, pool, MOST_AT_ONCE):
        if row.document == pool:
            stand = stand_of(desk, pool)
            moved += _fulfil(desk, pool, row.document, row.amount - stand.pending_ship)
        elif row.step:
            if desk.value(_PASSED, row.step, row.document, *OVER):
                moved += allowances.hand_home(desk, PURSE, pool, row.document) > 0
        else:
            gone = desk.value(_GONE, row.document, found.warehouse, found.sku) or 0
            done = desk.value(_DONE, row.document, pool) or 0
            moved += _fulfil(desk, pool, row.document, min(row.amount, gone - done))
    return moved


def _fulfil(desk: Desk, pool: str, document: str, qty: int) -> int:
    if qty <= 0:
        return 0
    allowances.fulfil(desk, PURSE, pool, qty, document)
    return 1


_SPENT = """
select s.document, s.amount, ifnull((select t.document from step t where t.id = s.document), '') as step
from allowance_spent s where s.subject = ? order by s.document limit ?
"""
_PASSED = """
select 1 from step where document = ?1 and (parent = ?2 or state in (?3, ?4)) limit 1
"""
"""A promise is over when something followed it, or when its document has ended another way."""
_GONE = "select -sum(qty) from moved where document = ? and warehouse = ? and sku = ? and quality = 'good'"
_DONE = "select sum(amount) from allowance_moved where document = ? and subject = ? and kind = 'fulfil'"


# ---- what they have in common


def pool_id(warehouse: str, sku: str) -> str:
    """The id of the pool of a shelf."""
    return derive("pool", warehouse, sku)


def pools_of(desk: Desk, warehouse: str, skus: Mapping[str, int] | Sequence[str]) -> list[Row]:
    """Find the pools among the shelves of a warehouse."""
    return desk.rows(
        "select p.id, p.sku, p.keeper, p.code from json_each(?) j cross join pool p on p.warehouse = ? and p.sku = j.value "
        "where p.closed = 0 and p.deleted = 0 and p.made_at > 0 order by p.id",
        json.dumps(list(skus)), warehouse,
    )  # fmt: skip


def stand_of(desk: Desk, pool: str) -> Row:
    """How a pool stands, as this box knows it."""
    found = desk.row("select * from pool_stand where id = ?", pool)
    if found is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return found


def kept_here(desk: Desk, pool: str) -> Pool:
    """Return a pool that this box keeps; what only its keeper may do is refused elsewhere."""
    found = desk.get(Pool, pool)
    if found.keeper != allowances.here(desk):
        raise Refusal("Box {box} keeps this pool; only there this can be done.", code="not_keeper", box=found.code)
    return found


def _called(desk: Desk, sku: str) -> str:
    return desk.value("select name from sku_list where id = ?", sku) or "-"
