"""Promising: an approved order has its goods promised. Of what several branches sell, that spends this box's rights."""

from appliance.journal import Desk
from appliance.shop import inventory
from appliance.shop.orders.records import SalesOrder


def promise(desk: Desk, order: str) -> None:
    """Approve an order; refuses what this box has not the right to promise.

    Rights are spent for the very step: an order that is sent back and approved again spends anew, for meanwhile the
    keeper may have let the first go.
    """
    rows = desk.rows(_GOODS, order)
    warehouse, goods = rows[0].warehouse if rows else "", {row.sku: row.qty for row in rows}
    needed = inventory.check_rights(desk, warehouse, goods)
    desk.step(SalesOrder, order, to="approved")
    if needed:
        inventory.spend_rights(desk, warehouse, goods, promised_by(desk, order))


def promised_by(desk: Desk, order: str) -> str:
    """Name the step by which an approved order's goods were promised."""
    return str(desk.value("select step from sales_order where id = ?", order))


_GOODS = """
select o.warehouse, l.sku, sum(l.qty) as qty from sales_order o join sales_order_line l on l.sales_order = o.id
where o.id = ? and o.deleted = 0 and l.deleted = 0 and l.sku <> '' and l.qty > 0 group by l.sku
"""
