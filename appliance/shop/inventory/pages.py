"""What can be seen of stock: how much lies where, the ledger of a SKU, every movement, and the warehouse's papers."""

from typing import Any, get_args

from appliance.journal import Row
from appliance.shop.inventory import actions
from appliance.shop.inventory.records import MovedKind, PaperKind, Quality
from appliance.web import Answer, ChoiceFilter, Form, Listing, Period, Rail, RefFilter, Saved, Visit, page, panel
from appliance.web import columns as c
from appliance.web.cells import Seen

LINES = 50

BUCKETS = {
    "locked": "Locked",
    "unpaid": "Waiting for payment",
    "preorder": "Preordered",
    "pending_review": "Waiting for review",
    "pending_ship": "Waiting to be shipped",
    "to_transfer_out": "To be transferred",
    "to_other_out": "To go out otherwise",
    "to_produce_out": "To be assembled",
    "on_order": "On order",
    "in_transit_in": "On transfer to here",
    "return_on_way": "Returns on their way",
}
"""What papers ask for or will bring, and how it is called."""


class Some(c.Qty):
    """A quantity that is only worth a look when there is any."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write it, or nothing."""
        return super().text(row, seen) if row[self.name] else ""


BEGIN = ("other_out", "convert", "scrap", "opening_stock", "adjust_value")

stock_listing = Listing(
    "Stock",
    path="/stock",
    view="stock_level",
    see="inventory.see",
    columns=[
        c.Goods("name", title="SKU", picture="picture", link="/stock/{id}", sub="code · warehouse_name"),
        c.Qty("available"),
        c.Qty("on_hand"),
        Some("pending_ship", title="To ship", wide=True),
        Some("pending_review", title="To review", wide=True),
        Some("defective", wide=True),
        c.Worth("cost", title="Average cost", needs="cost", wide=True),
        c.Worth("value", title="Stock value", needs="cost", wide=True),
    ],
    saved=[
        Saved("All"),
        Saved("Low", where="low = 1", hot=True),
        Saved("Negative", where="negative = 1", hot=True),
        Saved("Promised", where="promised = 1"),
        Saved("Defective goods", where="has_defective = 1"),
    ],
    default="All",
    filters=[RefFilter("warehouse", "warehouse")],
    sorts=[
        ("name", "By name", "asc"),
        ("available", "Least first", "asc"),
        ("available", "Most first", "desc"),
        ("last_moved_at", "Last moved first", "desc"),
    ],
    search=True,
    totals=["value"],
    new="inventory.other_in",
    more=[f"inventory.{verb}" for verb in BEGIN],
    empty="Nothing lies here yet. Write the opening stock, or take a delivery in.",
)

movements = Listing(
    "Movements",
    path="/movements",
    view="stock_card",
    see="inventory.see",
    columns=[
        c.Goods("name", title="SKU", picture="picture", link="/stock/{shelf}", sub="code · warehouse_name · at:moment"),
        c.Name("kind", title="What happened"),
        c.Qty("qty", title="Quantity"),
        c.Qty("qty_after", title="Afterwards", wide=True),
        c.Worth("value", needs="cost", wide=True),
        c.Name("quality", wide=True),
        c.Text("reason", sub="number", wide=True),
    ],
    filters=[
        Period("at", title="When"),
        RefFilter("warehouse", "warehouse"),
        RefFilter("sku", "sku"),
        ChoiceFilter("kind", get_args(MovedKind), title="What happened"),
        ChoiceFilter("quality", get_args(Quality)),
    ],
    sorts=[("at", "Newest first", "desc")],
)

papers = Listing(
    "Stock papers",
    path="/stock-papers",
    view="stock_paper_list",
    see="inventory.see",
    columns=[
        c.Number("number", link="/stock-papers/{id}", sub="warehouse_name · made_at"),
        c.Name("kind", title="Kind of paper"),
        c.Qty("qty", title="Quantity"),
        c.Worth("value", needs="cost", wide=True),
        c.Text("reason"),
    ],
    filters=[
        Period("made_at", title="When"),
        RefFilter("warehouse", "warehouse"),
        ChoiceFilter("kind", get_args(PaperKind), title="Kind of paper"),
    ],
    sorts=[("made_at", "Newest first", "desc")],
    new="inventory.other_in",
    more=[f"inventory.{verb}" for verb in BEGIN],
    empty="Opening stock, other in and out, scrap, conversions and corrected values are written here.",
)


@page("/stock/{id}", see="inventory.see")
def shelf(visit: Visit, id: str) -> Answer:
    """One SKU in one warehouse: its buckets, and the ledger that led there."""
    level = visit.row("select * from stock_level where id = ?", id) or visit.missing("SKU")
    quality = "defective" if visit.query.get("quality") == "defective" else "good"
    before = visit.query.get("before", "")
    lines = visit.rows(
        "select * from stock_card where warehouse = ? and sku = ? and quality = ? and seq < ? "
        "order by seq desc limit ?",
        level.warehouse, level.sku, quality, int(before) if before.isdigit() else 2**62, LINES + 1,
    )  # fmt: skip
    return visit.show(
        "inventory/shelf.html",
        title=level.name,
        level=level,
        quality=quality,
        buckets=[(title, level[name]) for name, title in BUCKETS.items() if level[name]],
        lines=lines[:LINES],
        more=lines[LINES - 1].seq if len(lines) > LINES else 0,
    )


@page("/stock-papers/{id}", see="inventory.see")
def paper(visit: Visit, id: str) -> Answer:
    """A paper of the warehouse with its lines."""
    shown = visit.row("select * from stock_paper_list where id = ?", id) or visit.missing("Stock paper")
    other = shown.reverses or shown.reversed_by
    return visit.show(
        "inventory/paper.html",
        title=shown.number,
        paper=shown,
        other=visit.value("select number from stock_paper where id = ?", other) if other else "",
        lines=visit.rows("select * from stock_card where document = ? order by seq limit 500", id),
        history=visit.history(id),
    )


@panel("/panel/inventory/sku/{id}", see="inventory.see", beside="sku", title="Stock")
def stock_of_sku(visit: Visit, id: str) -> Answer:
    """Where a SKU lies."""
    return _levels(visit, visit.rows("select * from stock_level where sku = ? order by warehouse_name limit 50", id))


@panel("/panel/inventory/goods/{id}", see="inventory.see", beside="goods", title="Stock")
def stock_of_goods(visit: Visit, id: str) -> Answer:
    """Where the SKUs of these goods lie."""
    rows = visit.rows(
        "select l.* from sku s join stock_level l on l.sku = s.id where s.goods = ? "
        "order by l.warehouse_name, l.code limit 100",
        id,
    )
    return _levels(visit, rows)


def _levels(visit: Visit, levels: list[Row]) -> Answer:
    return visit.show("inventory/levels.html", title=visit.words("Stock"), levels=levels)


def _usual_warehouse(visit: Visit, _args: dict[str, str]) -> dict[str, str]:
    """Begin with the branch's first warehouse: most papers are about it."""
    first = visit.value(
        "select id from warehouse where branch = ? and disabled = 0 and deleted = 0 order by made_at, id limit 1",
        visit.branch,
    )
    return {"warehouse": first} if first else {}


PAGES = [stock_listing, movements, papers, shelf, paper, stock_of_sku, stock_of_goods]

RAIL = Rail(
    "Stock",
    place=30,
    icon="i-box",
    href="/stock",
    badge="select count(*) from (select 1 from stock_level where negative = 1 limit 100)",
    hot=True,
)

PROBLEMS = {
    "problem_ledger_disagrees": "Two boxes moved {name} in {warehouse} apart from each other. Count it.",
    "problem_negative_stock": "There is less than nothing of {name} in {warehouse}. Count it, or write what came in.",
}

LABELS = {"stock_paper": ("stock_paper_list", "number")}

FORMS = {
    actions.opening_stock: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.other_in: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.other_out: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.scrap: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.convert: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.adjust_value: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.reverse: Form(next="/stock-papers/{id}"),
}
