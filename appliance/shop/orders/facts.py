"""Facts of a review: what the shop knows about an order, gathered in a few reads for the pure engine."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from appliance.journal import ONE, Row
from appliance.shop import settings
from appliance.shop.orders.known import Facts, Rival

MOST_RIVALS = 20


class Reader(Protocol):
    """Whoever may ask: a desk at work, or a visit that looks."""

    @property
    def day(self) -> str:
        """Today, in the shop."""

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask."""


def gather(reader: Reader, here: str, order: str) -> Facts | None:
    """Gather all that is known about an order; None when there is no such order. Four statements.

    `here` is the name under which this box holds rights to goods that several branches sell.
    """
    found = reader.row(_ORDER, reader.day, order)
    if found is None:
        return None
    told, lines = found.opened(), [line.opened() for line in reader.rows(_LINES, here, order)]
    told["area"] = f"{told['province']} {told['city']} {told['district']}".strip()
    told["uneven"] = told["receivable"] - told["postage"] - told["other"] - sum([line["amount"] for line in lines])
    told["discount"] += sum([line["discount"] for line in lines])
    told["weight"] = sum([line["unit_weight"] * line["qty"] // ONE for line in lines])
    told |= {"goods": lines, "rivals": _rivals(reader, told), "switches": settings.values(reader)}
    return msgspec.convert(told, Facts, strict=False)


_ORDER = """
select o.id as "order", o.state, o.shop, o.customer, o.courier, o.delivery_term, o.kind, o.origin, o.receivable, o.platform_paid,
    o.discount, o.postage, o.other, o.frozen_reason, o.exceptions, o.refund_status, o.revert_reason,
    o.kind <> 'counter' as has_receiver, ifnull(r.name, '') as name, ifnull(r.phone, '') as phone,
    ifnull(r.masked, 0) as masked, ifnull(r.province, '') as province, ifnull(r.city, '') as city,
    ifnull(r.district, '') as district, ifnull(r.street, '') as street, ifnull(r.oaid, '') as oaid,
    o.platform_paid + ifnull((select p.amount from received_for p where p.document = o.id), 0) as paid,
    ifnull((select not s.disabled and not s.deleted from shop s where s.id = o.shop), 0) as shop_ok,
    ifnull((select not w.disabled and not w.deleted from warehouse w where w.id = o.warehouse), 0) as warehouse_ok,
    ifnull(not c.disabled, 1) as courier_ok, ifnull(c.cod, 0) as courier_cod,
    ifnull(c.max_weight, 0) as courier_max_weight, ifnull(c.not_served, '') as not_served, o.returned_on,
    ifnull(k.blacklisted, 0) as blacklisted, ifnull(k.blacklist_reason, '') as blacklist_reason,
    ifnull(k.credit, 0) as credit,
    case o.delivery_term when 'instalment' then
        ifnull((select sum(i.amount) from order_instalment i where i.sales_order = o.id and i.deleted = 0), 0)
    else 0 end as instalments,
    case o.delivery_term when 'instalment' then
        ifnull((select sum(i.amount) from order_instalment i where i.sales_order = o.id and i.deleted = 0
            and i.due_on <= ?), 0)
    else 0 end as due,
    case when o.delivery_term in ('on_account', 'instalment') then
        ifnull((select sum(p.owed) - sum(p.prepaid) from party_open p
            where p.party = root.root and p.party_kind = 'customer'), 0)
        + ifnull((select sum(q.receivable) from order_list q where q.customer = o.customer and q.id <> o.id
            and q.delivery_term in ('on_account', 'instalment') and q.state in ('to_review', 'to_finance_review', 'approved')), 0)
    else 0 end as owed
from sales_order o
left join receiver r on r.id = o.receiver
left join courier c on c.id = o.courier
left join customer_root root on root.id = o.customer
left join customer k on k.id = root.root
where o.id = ? and o.deleted = 0
"""

_LINES = """
select l.id as line, l.sku, trim(l.title || ' ' || l.spec) as name, l.qty, l.amount, l.discount, l.gift, l.refund_status,
    ifnull(s.minimum, 0) as minimum, ifnull(s.allow_negative, 0) as allow_negative,
    ifnull(s.allow_below_cost, 0) as allow_below_cost, ifnull(s.weight, 0) as unit_weight,
    ifnull(k.qty, 0) as on_hand, ifnull(k.value, 0) as stock_value, ifnull(h.qty, 0) as pending_ship,
    ifnull(p.id, '') as pool, ifnull(case p.keeper when ?1 then max(p.free, 0) else (
        select a.amount from allowance a where a.purse = 'pool' and a.subject = p.id and a.holder = ?1) end, 0) as rights
from sales_order_line l
join sales_order o on o.id = l.sales_order
left join sku s on s.id = l.sku
left join stock k on k.warehouse = o.warehouse and k.sku = l.sku and k.quality = 'good'
left join held h on h.warehouse = o.warehouse and h.sku = l.sku and h.bucket = 'pending_ship'
left join pool_stand p on p.warehouse = o.warehouse and p.sku = l.sku and p.closed = 0
where l.sales_order = ?2 and l.deleted = 0
order by l.place
"""


def _rivals(reader: Reader, order: Mapping[str, Any]) -> list[Rival]:
    """Other orders of the same person that have not left; a masked person is known by the platform's token only."""
    key = person_key(order)
    if not key:
        return []
    found = reader.rows(
        "select number, state, frozen, shop, place_key from order_list where person_key = ? and id <> ? and state in "
        "('awaiting_payment', 'delayed', 'preorder', 'to_review', 'to_finance_review', 'approved') limit ?",
        key,
        order["order"],
        MOST_RIVALS,
    )
    place = "".join(f"{order['province']}{order['city']}{order['district']}{order['street']}".split(" "))
    return [
        Rival(row.number, row.state, bool(row.frozen), same_place=bool(order["oaid"]) or row.place_key == place)
        for row in found
        # A platform's token means a person only within one shop.
        if not order["oaid"] or row.shop == order["shop"]
    ]


def person_key(order: Mapping[str, Any]) -> str:
    """Name a person as the kept list does, so that both can be compared."""
    if order["oaid"]:
        return f"oaid {order['oaid']}"
    if not order["name"] or not order["phone"]:
        return ""
    return f"{order['name'].replace(' ', '').lower()} {order['phone']}"
