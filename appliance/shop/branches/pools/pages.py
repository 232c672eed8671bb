"""What can be seen of pools: the list of them, and one with who may promise how much and who asked for more."""

from datetime import date, timedelta
from typing import Any

from appliance.journal import ONE, Row
from appliance.shop.branches import rights, topping_up
from appliance.web import Answer, Form, Listing, RefFilter, Saved, Visit, page
from appliance.web import columns as c

MOST = 200
WEEKS = 4
"""So long back a box's sales are looked at, to propose how many rights it should hold."""

pools_listing = Listing(
    "Pools",
    path="/branches/pools",
    view="pool_list",
    see="inventory.see",
    columns=[
        c.Goods("name", title="SKU", picture="picture", link="/branches/pools/{id}", sub="code · warehouse_name"),
        c.Text("box", title="Kept at box", css=""),
        c.Qty("given", title="Handed out"),
        c.Qty("used", title="Sold, not sent", wide=True),
    ],
    saved=[Saved("In use", where="closed = 0"), Saved("Closed", where="closed = 1")],
    default="In use",
    filters=[RefFilter("warehouse", "warehouse")],
    sorts=[("name", "By name", "asc")],
    search=True,
    new="inventory.open_pool",
    empty="Several branches that sell one shelf online share it as a pool: then no piece is sold twice, though they are cut apart.",
)


@page("/branches/pools/{id}", see="inventory.see")
def pool(visit: Visit, id: str) -> Answer:
    """One pool: what lies there, who may promise how much of it, and who asked for more."""
    found = visit.row(_POOL, id) or visit.missing("Pool")
    here = visit.front.journal.author.hex()
    holders = [_holder(one, found, here) for one in visit.rows(_HOLDERS, id, MOST)]
    mine = next((one["amount"] for one in holders if one["here"]), 0)
    return visit.show(
        "branches/pools/pool.html",
        title=found.name,
        pool=found,
        keeping=found.keeper == here,
        mine=max(found.free, 0) if found.keeper == here else mine,
        holders=holders,
        missing=visit.query.get("missing", ""),
        asked=visit.rows("select * from rights_asked where pool = ? order by made_at limit ?", id, MOST),
        me=here,
        history=visit.history(id),
    )


_POOL = """
select l.*, s.on_hand, s.free from pool_list l join pool_stand s on s.id = l.id where l.id = ?
"""
_HOLDERS = """
select m.id as member, m.code, m.branch_name, m.gone, a.holder, ifnull(a.amount, 0) as amount, m.box, l.least, l.full
from member_list m left join allowance a on a.purse = 'pool' and a.subject = ?1 and substr(a.holder, 1, 32) = m.box
left join rights_level l on l.pool = ?1 and l.member = m.id and l.least > 0 and l.deleted = 0
where m.role = 'box' and (m.gone = '' or ifnull(a.amount, 0) > 0) order by m.code, a.amount desc limit ?2
"""


def _holder(row: Row, pool: Row, here: str) -> dict[str, Any]:
    keeps = pool.keeper.startswith(row.box)
    amount = max(pool.free, 0) if keeps else row.amount
    return {**dict(row), "amount": amount, "keeps": keeps, "here": here.startswith(row.box), "holder": row.holder or ""}


def _asking(_visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    return {"qty": ONE} if not given.get("qty") else {}


def _level(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """What was agreed; else what the box promises in a week, and in two."""
    found = visit.row(
        "select least, full from rights_level where pool = ? and member = ?", given["pool"], given["member"]
    )
    if found is None or not found.full:
        since = (date.fromisoformat(visit.day) - timedelta(weeks=WEEKS)).isoformat()
        sold = visit.row(_SOLD, given["pool"], given["member"], since)
        week = max(-(-(sold.qty if sold else 0) // (WEEKS * ONE)), 1) * ONE
        return {"least": week, "full": 2 * week}
    return {"least": found.least, "full": found.full}


_SOLD = """
select ifnull(sum(a.amount), 0) as qty from allowance_moved a join member m on m.id = ?2
where a.subject = ?1 and a.kind = 'use' and substr(a.giver, 1, 32) = m.box and a.day >= ?3
"""
FORMS: dict[Any, Form] = {
    topping_up.set_rights_level: Form(prefill=_level),
    rights.ask_for_rights: Form(prefill=_asking),
    rights.hand_over_rights: Form(prefill=_asking),
}
PAGES = [pools_listing, pool]
