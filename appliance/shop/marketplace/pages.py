"""What can be seen of the marketplaces: raw orders, goods nobody has matched yet, and imports with their progress."""

import csv
import io
import json
from typing import Any

from appliance.shop.marketplace import actions
from appliance.shop.marketplace.records import TO_SUBMIT
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

MOST_SHOWN = 20
STATUS_TONES = {
    "unconfirmed": "wait",
    "await_balance": "wait",
    "await_ship": "do",
    "part_shipped": "do",
    "shipped": "way",
    "signed": "way",
    "finished": "done",
    "refunded": "done",
    "closed": "done",
}
PROCESS_TONES = {
    "waiting": "do",
    "submitted": "wait",
    "part_shipped": "do",
    "shipped": "way",
    "done": "done",
    "cancelled": "done",
    "history": "done",
    "set_aside": "done",
}
JOB_TONES = {
    "laid_in": "wait",
    "checked": "do",
    "running": "way",
    "done": "done",
    "stopped": "wait",
    "unreadable": "bad",
    "dropped": "done",
}


# ---- raw orders


def next_step(row: Any) -> Do | Go | None:
    """What is to be done with a raw order next."""
    if row.process_status == "waiting" and row.platform_status != "unconfirmed":
        return Do("Submit order", "marketplace.submit", raw_order=row.id)
    if row.state == "set_aside":
        return Do("Bring order back", "marketplace.bring_back", raw_order=row.id)
    return Go("Open", f"/orders/{row.sales_order}") if row.sales_order else None


raw_orders = Listing(
    "Platform orders",
    path="/marketplace",
    view="raw_order_list",
    see="marketplace.see",
    columns=[
        c.Chosen("changed"),
        c.Number(
            "tid", title="Order number", link="/marketplace/orders/{id}", sub="placed_at · shop_name", css="c-no c-long"
        ),
        c.Text("receiver", sub="nick"),
        c.Text("title", title="Goods", sub="buyer_message", css="c-goods wide-only-t"),
        c.Money("receivable"),
        c.Status("platform_status", title="On the platform", tones=STATUS_TONES),
        c.Status("process_status", title="Here", sub="number", tones=PROCESS_TONES),
        c.Next(next_step),
    ],
    saved=[
        Saved("To submit", where=TO_SUBMIT, hot=True),
        Saved("Not paid yet", where="state = 'waiting' and platform_status in ('unconfirmed', 'await_balance')"),
        Saved("Set aside", where="state = 'set_aside'"),
        Saved("All orders"),
    ],
    default="To submit",
    filters=[Period("placed_at"), RefFilter("shop", "shop"), ChoiceFilter("platform_status", list(STATUS_TONES))],
    sorts=[("placed_at", "Newest first", "desc"), ("placed_at", "Oldest first", "asc")],
    totals=["receivable"],
    bulk=["marketplace.submit", "marketplace.set_aside"],
    new="marketplace.lay_in",
    empty="No platform order waits. Lay in the order file and the item file of your shop.",
)


@page("/marketplace/orders/{id}", see="marketplace.see")
def raw_order(visit: Visit, id: str) -> Answer:
    """Show a raw order as the platform told it, beside the order that came of it."""
    found = visit.row(
        "select l.*, r.telephone, r.address, r.new_address, r.invoice_title, o.close_reason, o.seller_label, o.waybill, "
        "o.courier_name, o.refunded, o.ship_by, o.delivery_term, o.commission, o.payment_no, o.presale, r.alipay, r.told "
        "from raw_order_list l join raw_order o on o.id = l.id "
        "left join raw_receiver r on r.id = o.raw_receiver where l.id = ?",
        id,
    ) or visit.missing("Order")
    lines = visit.rows("select * from raw_order_line_list where raw_order = ? order by place, id", id)
    ours = visit.row("select * from order_list where id = ?", found.sales_order) if found.sales_order else None
    return visit.show(
        "marketplace/raw_order.html",
        title=found.tid,
        order=found,
        lines=lines,
        ours=ours,
        tones={**STATUS_TONES, **PROCESS_TONES},
        besides=list(json.loads(found.told or "{}").items()) if visit.sees("phone") else [],
        history=visit.history(id),
    )


# ---- goods


def match_step(row: Any) -> Do:
    """Say which of our goods these are."""
    return Do("Match goods", "marketplace.match", shop_goods=row.id)


unmatched = Listing(
    "Goods to match",
    path="/marketplace/unmatched",
    view="unmatched_goods_list",
    see="marketplace.see",
    columns=[
        c.Text("title", title="Goods", sub="spec", css="c-goods"),
        c.Text("outer_code", title="Code on the platform"),
        c.Text("shop_name", title="Shop", wide=True),
        c.Count("waiting", title="Orders waiting"),
        c.Moment("made_at", title="First seen", wide=True),
        c.Next(match_step),
    ],
    filters=[RefFilter("shop", "shop")],
    sorts=[("made_at", "Newest first", "desc"), ("made_at", "Oldest first", "asc")],
    empty="Every code of your shops is known.",
    export=False,
)

mappings = Listing(
    "Matched goods",
    path="/marketplace/mappings",
    view="mapping_list",
    see="marketplace.see",
    columns=[
        c.Text("title", title="Goods", sub="spec", css="c-goods"),
        c.Text("outer_code", title="Code on the platform"),
        c.Text("sku_name", title="Our goods", sub="code"),
        c.Text("shop_name", title="Shop", wide=True),
        c.Moment("changed_at", title="Matched"),
        c.Next(lambda row: Do("Match goods", "marketplace.match", shop_goods=row.id)),
    ],
    filters=[RefFilter("shop", "shop")],
    sorts=[("made_at", "Newest first", "desc"), ("made_at", "Oldest first", "asc")],
    empty="Nothing was matched by hand yet.",
    export=False,
)


# ---- files that were laid in


imports = Listing(
    "Imports",
    path="/marketplace/imports",
    view="import_job_list",
    see="marketplace.see",
    columns=[
        c.Name("kind", title="File", link="/marketplace/imports/{id}", sub="shop_name · made_at"),
        c.Status("state", tones=JOB_TONES),
        c.Count("total", title="Orders in it"),
        c.Count("added", title="New"),
        c.Count("changed_orders", title="Changed", wide=True),
        c.Count("bad", title="Left out"),
        c.Count("submitted", title="Submitted", wide=True),
    ],
    saved=[
        Saved("Under way", where="state in ('laid_in', 'checked', 'running', 'stopped')"),
        Saved("All imports"),
    ],
    default="All imports",
    sorts=[("made_at", "Newest first", "desc"), ("made_at", "Oldest first", "asc")],
    new="marketplace.lay_in",
    empty="Lay in the order file and the item file that your shop's desk exports.",
    export=False,
)


@page("/marketplace/imports/{id}", see="marketplace.see")
def import_job(visit: Visit, id: str) -> Answer:
    """Show a file that was laid in: what it would do, how far it is, or how it ended."""
    job = visit.row(
        "select j.*, ifnull(s.name, '') as shop_name from import_job j left join shop s on s.id = j.shop "
        "where j.id = ?",
        id,
    ) or visit.missing("Import")
    bad = _bad_rows(visit, job.errors)
    return visit.show(
        "marketplace/import.html",
        title=visit.words("Import of {shop}", shop=job.shop_name),
        job=job,
        tone=JOB_TONES.get(job.state, "do"),
        message=visit.words(job.message, **json.loads(job.params or "{}")) if job.message else "",
        warnings=[visit.words(one) for one in json.loads(job.warnings or "[]")],
        ignored=json.loads(job.ignored or "[]"),
        bad=[(number, tid, column, visit.words(sentence)) for number, tid, column, sentence, _ in bad[:MOST_SHOWN]],
        unmatched=visit.value(
            "select count(*) from (select 1 from unmatched_goods where shop = ? limit 100)", job.shop
        ),
    )


@page("/marketplace/imports/{id}/errors", see="marketplace.import_errors")
def import_errors(visit: Visit, id: str) -> Answer:
    """Give the rows that were left out as a file to mend and lay in again, each with its reason.

    The rows hold phones and addresses of buyers; who may not see those is told which rows, and why.
    """
    job = visit.row("select errors from import_job where id = ?", id) or visit.missing("Import")
    told = _errors(visit, job.errors)
    out = io.StringIO()
    sheet = csv.writer(out)
    whole = visit.sees("phone")
    sheet.writerow([visit.words("Row"), visit.words("Problem"), *(told["headers"] if whole else ())])
    for number, _, column, sentence, cells in told["rows"]:
        reason = visit.words(sentence)
        sheet.writerow([number, f"{column}: {reason}" if column else reason, *map(_harmless, cells if whole else ())])
    headers = {"Content-Disposition": f'attachment; filename="errors-{id[:8]}.csv"', "Cache-Control": "no-store"}
    return Answer(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running what a buyer wrote; reading it again takes the apostrophe off."""
    wrapped = cell.startswith('="') and cell.endswith('"') and cell[2:-1].isdigit()
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} and not wrapped else cell


def _bad_rows(visit: Visit, errors: str) -> list[Any]:
    return list(_errors(visit, errors)["rows"]) if errors else []


def _errors(visit: Visit, errors: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(visit.front.journal.blobs.path(errors).read_bytes())
    except (OSError, ValueError):
        return {"headers": [], "rows": []}
    return told


# ---- forms


def _only_shop(visit: Visit, _args: dict[str, str]) -> dict[str, Any]:
    """A seller with one platform shop need not choose it."""
    found = visit.rows("select id from shop where platform = 'taobao' and disabled = 0 and deleted = 0 limit 2")
    return {"shop": found[0].id} if len(found) == 1 else {}


def _matched_now(visit: Visit, args: dict[str, str]) -> dict[str, Any]:
    """Show what the goods were matched to before, for whoever corrects it."""
    found = visit.row("select sku from mapping where id = ? and deleted = 0", args.get("shop_goods", ""))
    return {"sku": found.sku} if found else {}


PAGES = [raw_orders, raw_order, unmatched, mappings, imports, import_job, import_errors]
RAIL = Rail(
    "Platform",
    place=40,
    icon="i-shop",
    href="/marketplace",
    badge=f"select count(*) from (select 1 from raw_order where {TO_SUBMIT} and deleted = 0 limit 100)",
    see="marketplace.see",
)
PROBLEMS = {
    "problem_raw_order_submitted_twice": Problem(
        "Platform order {number} was submitted on two boxes and became two orders. Cancel one of them.",
        href="/marketplace/orders/{id}",
    ),
}
FORKS = {"raw_order": Fork("/marketplace/orders/{id}")}
LABELS = {
    "raw_order": ("raw_order", "tid"),
    "shop_goods": ("unmatched_goods", "title"),
    "import_job": ("import_job_list", "shop_name"),
}
FORMS = {
    actions.lay_in: Form(next="/marketplace/imports/{id}", prefill=_only_shop),
    actions.match: Form(prefill=_matched_now),
}
