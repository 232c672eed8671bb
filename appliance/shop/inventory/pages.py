"""What can be seen of stock: how much lies where, the ledger of a SKU, movements, the warehouse's papers, transfers."""

from html import escape
from typing import Any, Final, get_args

from appliance.shop.inventory import actions
from appliance.shop.inventory.elsewhere import pages as elsewhere
from appliance.shop.inventory.pools import pool_id
from appliance.shop.inventory.records import MovedKind, PaperKind, Quality
from appliance.web import (
    Answer,
    ChoiceFilter,
    Do,
    Fork,
    Form,
    Go,
    Listing,
    Period,
    Problem,
    Rail,
    RefFilter,
    Saved,
    Visit,
    page,
)
from appliance.web import columns as c
from appliance.web.cells import Seen
from appliance.web.columns import button

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


# ---- transfers

TONES: Final = {
    "editing": "wait", "asked_for": "do", "granted": "do", "part_out": "way", "in_transit": "way", "part_in": "way",
    "done": "done", "cancelled": "done",
}  # fmt: skip


class Way(c.Text):
    """From where to where."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write both warehouses with an arrow between them."""
        return f"{escape(row['source_name'])} → {escape(row['target_name'])}"


class TransferStep(c.Next):
    """What this branch does next; what the other branch does is no button here."""

    def cell(self, row: Any, seen: Seen) -> str:
        """Write the button."""
        return f"<td>{button(transfer_step(row, seen.branch), seen)}"


def transfer_step(row: Any, branch: str) -> Do | Go | None:
    """The one thing to do with a transfer now, in this branch."""
    given, keeper = {"transfer": row["id"]}, row["source_branch"] == branch
    if row["differences"] and keeper:
        return Go("Look", f"/transfers/{row['id']}")
    if row["stage"] == "editing":
        return Do("Hand the transfer in", "inventory.submit_transfer", **given)
    if row["stage"] == "asked_for" and keeper:
        return Do("Approve the transfer", "inventory.approve_transfer", **given)
    if row["stage"] in {"granted", "part_out"} and keeper:
        return Do("Send the goods", "inventory.send_transfer", **given)
    if row["state"] == "sent" and row["stage"] != "done" and row["target_branch"] == branch:
        return Do("Take all of it in", "inventory.take_in_all", **given)
    return None


transfer_listing = Listing(
    "Transfers",
    path="/transfers",
    view="transfer_list",
    see="inventory.see",
    columns=[
        c.Number("number", link="/transfers/{id}", sub="made_at"),
        Way("source_name", title="From where to where", sub="day"),
        c.Goods("goods", picture="picture", sub="code"),
        c.Qty("granted", wide=True),
        Some("on_way", title="On the way", wide=True),
        c.Status("stage", title="Status", tones=TONES),
        TransferStep(lambda _row: None),
    ],
    saved=[
        Saved("Under way", where="open = 1"),
        Saved("To decide", where="stage = 'asked_for'"),
        Saved("To send", where="stage in ('granted', 'part_out')"),
        Saved("On the way", where="stage in ('part_out', 'in_transit', 'part_in')"),
        Saved("Differences", where="differences > 0", hot=True),
        Saved("All"),
    ],
    default="Under way",
    filters=[
        Period("made_at", title="When"),
        RefFilter("source", "warehouse", title="From the warehouse"),
        RefFilter("target", "warehouse", title="To the warehouse"),
    ],
    sorts=[("made_at", "Newest first", "desc"), ("made_at", "Oldest first", "asc")],
    search=True,
    new="inventory.request_transfer",
    more=["inventory.move_stock"],
    empty="When one branch has what another needs, ask for a transfer here.",
)


@page("/transfers/{id}", see="inventory.see")
def transfer(visit: Visit, id: str) -> Answer:
    """A transfer: who asked, what was granted, how far the goods are, and what did not come as it was sent."""
    shown = visit.row("select * from transfer_list where id = ?", id) or visit.missing("Transfer")
    ours, theirs = shown.source_branch == visit.branch, shown.target_branch == visit.branch
    wanted = {
        "editing": [("Change the transfer", "change_transfer", shown.branch == visit.branch)],
        "asked_for": [
            ("Grant less", "approve_transfer", ours),
            ("Change the transfer", "change_transfer", shown.branch == visit.branch),
        ],
        "granted": [
            ("Send a part of the goods", "send_part", ours),
            ("Take the grant back", "unapprove_transfer", ours),
        ],
        "part_out": [("Send a part of the goods", "send_part", ours), ("Send no more", "end_sending", ours)],
    }.get(shown.stage, [])
    if shown.state in {"editing", "to_review", "approved"}:
        wanted = [*wanted, ("Cancel the transfer", "cancel_transfer", ours or theirs)]
    if shown.state == "sent" and shown.on_way:
        wanted = [*wanted, ("Take the goods back", "take_home", ours)]
    step = transfer_step(shown, visit.branch)
    return visit.show(
        "inventory/transfer.html",
        title=shown.number,
        transfer=shown,
        tone=TONES[shown.stage],
        lines=visit.rows("select * from transfer_line_list where transfer = ? order by place limit 200", id),
        differences=visit.rows("select * from difference_list where transfer = ? order by made_at desc limit 50", id),
        more=[(visit.words(said), verb) for said, verb, open_ in wanted if open_ and visit.may(f"inventory.{verb}")],
        step=step if isinstance(step, Do) else None,
        counting=theirs and shown.state == "sent" and shown.stage != "done",
        keeper=ours,
        history=visit.history(id),
    )


def _lines_as(column: str) -> Any:
    """Fill a form's lines with what the transfer says."""

    def prefill(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
        rows = visit.rows(
            f"select sku, {column} as qty, on_way from transfer_line_list where transfer = ? order by place limit 200",
            given.get("transfer", ""),
        )
        found = [{"sku": row.sku, "qty": row.qty, "defective": 0} for row in rows if row.qty > 0]
        return {"lines": found} if found else {}

    return prefill


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
        pool=visit.row(
            "select id, given, used from pool_list where id = ? and closed = 0", pool_id(level.warehouse, level.sku)
        ),
        heard=elsewhere.heard_of(visit, level.branch),
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


def _usual_warehouse(visit: Visit, _args: dict[str, str]) -> dict[str, str]:
    """Begin with the branch's first warehouse: most papers are about it."""
    first = visit.value(
        "select id from warehouse where branch = ? and disabled = 0 and deleted = 0 order by made_at, id limit 1",
        visit.branch,
    )
    return {"warehouse": first} if first else {}


PAGES = [stock_listing, movements, papers, transfer_listing, shelf, paper, transfer, *elsewhere.PAGES]

RAIL = Rail(
    "Stock",
    place=30,
    icon="i-box",
    href="/stock",
    badge="select count(*) from (select 1 from stock_level where negative = 1 limit 100)",
    hot=True,
)

PROBLEMS = {
    "problem_ledger_disagrees": Problem(
        "Two boxes moved {name} in {warehouse} apart from each other. Count it.", href="/stock/{id}"
    ),
    "problem_negative_stock": Problem(
        "There is less than nothing of {name} in {warehouse}. Count it, or write what came in.", href="/stock/{id}"
    ),
    "problem_transfer_counted_twice": Problem(
        "{name} of transfer {number}: {source} gave up or took back what {target} took in. {source} puts it right.",
        href="/transfers/{document}",
        settle=lambda row: [Do("Put the count right", "inventory.restore_transfer", transfer=row["document"])],
    ),
}
FORKS = {
    "transfer": Fork(
        "/transfers/{id}",
        {
            ("sent", "cancelled"): "Transfer {number} was cancelled while its goods left. They are on their way.",
            ("cancelled", "approved"): "Transfer {number} was granted and cancelled at once. Nothing has left.",
        },
    ),
    "difference": Fork("", {("accepted", "withdrawn"): "A difference was accepted here and withdrawn there."}),
}

LABELS = {
    "stock_paper": ("stock_paper_list", "number"),
    "transfer": ("transfer_list", "number"),
    "difference": ("difference_list", "name"),
    "pool": ("pool_list", "name", "closed = 0"),
}

FORMS = {
    actions.open_pool: Form(prefill=_usual_warehouse, next="/branches/pools/{id}"),
    actions.opening_stock: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.other_in: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.other_out: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.scrap: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.convert: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.adjust_value: Form(prefill=_usual_warehouse, next="/stock-papers/{id}"),
    actions.reverse: Form(next="/stock-papers/{id}"),
    actions.request_transfer: Form(next="/transfers/{id}"),
    actions.move_stock: Form(next="/transfers/{id}"),
    actions.change_transfer: Form(prefill=_lines_as("asked")),
    actions.approve_transfer: Form(prefill=_lines_as("asked")),
    actions.send_part: Form(prefill=_lines_as("granted - sent")),
    actions.take_in: Form(prefill=_lines_as("on_way")),
}
