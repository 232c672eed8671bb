"""What can be seen on the shipping floor: the queue, the parcels, the scanner, the counter, the packing slips."""

from typing import Any

from appliance.shop.shipping import actions
from appliance.web import Answer, Do, Fork, Form, Listing, Period, Problem, Rail, RefFilter, Saved, Visit, page, panel
from appliance.web import columns as c
from appliance.web.forms import FieldView

MOST_SLIPS = 100


def _queue_step(row: Any) -> Do:
    if row["frozen_reason"]:
        return Do("Unfreeze", "orders.unfreeze", order=row["id"])
    if row["parcel"] and row["waybill"]:
        return Do("Ship", "shipping.ship_packed", order=row["id"])
    return Do("Ship", "shipping.ship", order=row["id"])


def _parcel_step(row: Any) -> Do | None:
    if row["state"] == "packed":
        return Do("Ship", "shipping.ship_packed", order=row["sales_order"])
    return Do("Take back", "shipping.undo_ship", parcel=row["id"]) if row["state"] == "shipped" else None


PACKED = "id in (select sales_order from parcel_list where state = 'packed')"
"""What is packed is found by its parcel: most of what is to be shipped is not."""

queue = Listing(
    "To ship",
    path="/shipping",
    view="shipping_queue",
    see="shipping.see",
    columns=[
        c.Chosen("changed"),
        c.Flag("flag"),
        c.Number("number", title="Order", link="/orders/{id}", sub="placed_at · shop_name"),
        c.Text("receiver", title="Customer", sub="area · phone_tail"),
        c.Goods("goods", picture="picture", count="units", sub="goods_spec · print_remark"),
        c.Text("courier_name", title="Courier", sub="waybill"),
        c.Moment("ship_by", title="Ship by", wide=True),
        c.Next(_queue_step),
    ],
    saved=[
        Saved("No waybill yet", where="waybill = '' and frozen = 0"),
        Saved("Ready to leave", where=f"{PACKED} and waybill <> '' and frozen = 0"),
        Saved("Stopped", where="halted = 1", hot=True),
        Saved("All"),
    ],
    default="No waybill yet",
    filters=[RefFilter("courier", "courier", title="Courier"), RefFilter("warehouse", "warehouse", title="Warehouse")],
    sorts=[("ship_by", "Most urgent first", "asc"), ("placed_at", "Oldest first", "asc")],
    totals=["units"],
    bulk=["shipping.ship_packed", "orders.freeze"],
    new="shipping.scan_out",
    more=["shipping.counter_sale"],
    empty="Everything that was approved has left.",
    export=False,
)

parcels = Listing(
    "Parcels",
    path="/parcels",
    view="parcel_list",
    see="shipping.see",
    columns=[
        c.Chosen("changed"),
        c.Number("number", title="Parcel", link="/orders/{sales_order}", sub="order_number"),
        c.Text("waybill", sub="courier_name"),
        c.Text("receiver", sub="area"),
        c.Goods("goods", picture="picture", count="units", sub="goods_spec"),
        c.Weight("weight", wide=True),
        c.Status("state", sub="state_at", tones={"packed": "do", "shipped": "way", "void": "done"}),
        c.Next(_parcel_step),
    ],
    saved=[Saved("Packed", where="state = 'packed'"), Saved("Shipped", where="state = 'shipped'"), Saved("All")],
    default="Shipped",
    filters=[Period("made_at", title="Any day"), RefFilter("courier", "courier", title="Courier")],
    sorts=[("made_at", "Newest first", "desc")],
    search=True,
    numbers=["number", "waybill", "order_number"],
    bulk=["shipping.unpack"],
    empty="No parcel stands here.",
)


@page("/shipping/scan", see="shipping.see")
def scan(visit: Visit) -> Answer:
    """Scan label after label; each good scan ships one parcel."""
    last = visit.rows("select * from parcel_list where state = 'shipped' order by state_at desc, made_at desc limit 10")
    waiting = visit.value("select count(*) from (select 1 from parcel_list where state = 'packed' limit 100)")
    code = FieldView("code", visit.words("Waybill or order number"), "code", required=True)
    return visit.show("shipping/scan.html", title=visit.words("Scan to ship"), parcels=last, waiting=waiting, code=code)


@page("/print/packing-slips", see="shipping.see")
def packing_slips(visit: Visit) -> Answer:
    """One slip for each order, a page each; without a choice, for all that waits to leave."""
    ids = [one for one in visit.query.get("ids", "").split(",") if one][:MOST_SLIPS]
    if not ids:
        waiting = visit.rows("select id from shipping_queue where frozen = 0 order by ship_by, id limit ?", MOST_SLIPS)
        ids = [row["id"] for row in waiting]
    marks = ", ".join("?" * len(ids)) or "null"
    orders = visit.rows(
        "select o.*, ifnull(s.name, o.shop_name) as sender, ifnull(s.phone, '') as sender_phone, "
        "ifnull(s.address, '') as sender_address, ifnull(k.name, '') as courier_name, "
        "ifnull((select max(p.waybill) from parcel p where p.sales_order = o.id and p.state <> 'void'), '') as waybill "
        f"from order_list o left join shop s on s.id = o.shop left join courier k on k.id = o.courier "
        f"where o.id in ({marks}) order by o.number",
        *ids,
    )
    lines = visit.rows(
        f"select * from sales_order_line where sales_order in ({marks}) and deleted = 0 and qty > 0 "
        "order by sales_order, place",
        *ids,
    )
    by_order = {one["id"]: [line for line in lines if line["sales_order"] == one["id"]] for one in orders}
    if not orders:
        visit.missing("Order")
    return visit.print("shipping/slips.html", title=visit.words("Packing slip"), orders=orders, lines=by_order)


@panel("/panel/shipping/of-order/{id}", see="shipping.see", beside="order", title="Parcels")
def of_order(visit: Visit, id: str) -> Answer:
    """An order's parcels, for its page."""
    rows = visit.rows("select * from parcel_list where sales_order = ? order by made_at desc limit 20", id)
    state = visit.value("select state from order_list where id = ?", id)
    return visit.show("shipping/of_order.html", parcels=rows, order=id, may_pack=state == "approved")


def _packed(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """The parcel that is packed, or the order's own courier."""
    row = visit.row(
        "select o.courier, o.weight, o.packaging, p.courier as packed_with, p.waybill, p.weight as weighed, "
        "p.packaging as packed_in from sales_order o "
        "left join parcel p on p.sales_order = o.id and p.state = 'packed' and p.deleted = 0 where o.id = ?",
        given.get("order", ""),
    )
    if row is None:
        return {}
    return {
        "courier": row["packed_with"] or row["courier"], "waybill": row["waybill"] or "",
        "weight": row["weighed"] or row["weight"], "packaging": row["packed_in"] or row["packaging"],
    }  # fmt: skip


def _counter(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    row = visit.row(
        "select id, account from shop where branch = ? and disabled = 0 and deleted = 0 "
        "order by platform = 'counter' desc, made_at limit 1",
        visit.branch,
    )
    if row is None or "shop" in given:
        return {}
    ways = visit.rows(
        "select id as account, 0 as amount from money_account where offered_first = 1 and disabled = 0 and deleted = 0 "
        "and currency = '' and branch in ('', ?) order by kind = 'cash' desc, kind, id limit 6",
        visit.branch,
    )
    return {"shop": row["id"], "account": row["account"], "tenders": [dict(one) for one in ways]}


FORMS: dict[Any, Form] = {
    actions.ship: Form(prefill=_packed),
    actions.pack: Form(prefill=_packed),
    actions.counter_sale: Form(template="shipping/counter.html", prefill=_counter, next="/orders/{id}"),
    actions.scan_out: Form(next="/shipping/scan"),
}
PAGES = [queue, parcels, scan, packing_slips, of_order]
RAIL = Rail(
    "Shipping",
    place=25,
    icon="truck",
    href="/shipping",
    badge="select count(*) from (select 1 from order_list where state = 'approved' and frozen = 0 limit 100)",
)
PROBLEMS = {
    "problem_shipped_twice": Problem(
        "Order {number} left twice, from two boxes. Get one parcel back, then take its shipping back.",
        href="/orders/{id}",
    ),
    "problem_waybill_twice": Problem(
        "Waybill {waybill} is on two parcels, {number} and {other}. Look which label is right.",
        href="/parcels?q={waybill}",
    ),
}
FORKS = {"parcel": Fork("")}
LABELS = {"parcel": ("parcel_list", "number"), "parcel_line": ("parcel_line", "id", "0")}
