"""Promising: an approved order has its goods promised. Of what several branches sell, that spends this box's rights."""

from appliance.journal import Desk
from appliance.shop import inventory
from appliance.shop.orders.records import SalesOrder


def promise(desk: Desk, order: str) -> None:
    """Approve an order; refuses what this box has not the right to promise.

    Rights are spent for the very step: an order that is sent back and approved again spends anew, for meanwhile the
    keeper may have let the first go.
    """
    warehouse = desk.get(SalesOrder, order).warehouse
    goods = {row.sku: row.qty for row in desk.rows(_GOODS, order)}
    inventory.check_rights(desk, warehouse, goods)
    desk.step(SalesOrder, order, to="approved")
    inventory.spend_rights(desk, warehouse, goods, promised_by(desk, order))


def promised_by(desk: Desk, order: str) -> str:
    """Name the step by which an approved order's goods were promised."""
    return str(desk.value("select step from sales_order where id = ?", order))


_GOODS = """
select sku, sum(qty) as qty from sales_order_line
where sales_order = ? and deleted = 0 and sku <> '' and qty > 0 group by sku
"""
