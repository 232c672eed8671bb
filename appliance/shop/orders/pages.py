"""What can be seen of orders: the list that needs no opening, the page of one order, the review queue, the forms."""

from collections.abc import Mapping
from datetime import date, timedelta
from html import escape
from typing import Any, Final

from appliance.journal import Opened, spread
from appliance.shop.orders import actions
from appliance.shop.orders.aside.pages import INSTALMENTS, exchanged, in_parts, of_customer
from appliance.shop.orders.oversold import pages as oversold
from appliance.shop.orders.records import EDITABLE, EXCEPTION_NAMES, FLAGS
from appliance.shop.orders.reviewing.pages import LINES, in_the_way, leaves, review_queue
from appliance.shop.orders.standing import ASIDE, MORE, TWO_WAYS, standing, steps, tags_of
from appliance.shop.orders.telling import notes
from appliance.web import (
    Answer,
    ChoiceFilter,
    Decide,
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

LACKS_GOODS: Final = (
    "exists (select 1 from order_hold h where h.sales_order = order_list.id and h.qty > "
    "ifnull((select s.qty from stock s where s.warehouse = h.warehouse and s.sku = h.sku and s.quality = 'good'), 0) - "
    "ifnull((select p.qty from held p where p.warehouse = h.warehouse and p.sku = h.sku "
    "and p.bucket = 'pending_ship'), 0))"
)
"""Something in it is not on the shelf, or is promised to orders that were approved."""


# ---- the list


class OrderGoods(c.Goods):
    """The first goods with their picture, how many kinds there are, and what must not be overlooked."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write picture and title."""
        words, count = seen.words, seen.words.qty(row["units"]) if row["units"] > 10_000 else ""
        title = row["goods"] or words("No goods")
        if row["kinds"] > 1:
            title = words("{goods} and more, {count} kinds", goods=row["goods"], count=row["kinds"])
        return c.pictured(row["picture"], count, escape(title))

    def under(self, row: Any, seen: Seen) -> str:
        """Write the spec and the tags."""
        tags = "".join(
            [f' <span class="tag tag-{tone}">{escape(seen.words(text))}</span>' for text, tone in tags_of(row)]
        )
        return f"<p>{escape(row['goods_spec'])}{tags}" if row["goods_spec"] or tags else ""


class OrderStatus(c.Status):
    """The state, and under it what presses: why it stands still, or how long there is."""

    def text(self, row: Any, seen: Seen) -> str:
        """Write the word in the tone of whoever must act."""
        tone, word, note = standing(row, seen.now_ms)
        return f"{c.state_html(tone, seen.words.name(word))}{_sub(note, seen)}"


def _sub(note: tuple[str, Mapping[str, object]], seen: Seen) -> str:
    return f"<p>{escape(seen.words(note[0], **note[1]))}" if note[0] else ""


def next_step(row: Any) -> Do | Go | None:
    """The one thing to do with an order now."""
    order = row["id"]
    if row["frozen_reason"]:
        return Do("Unfreeze", "orders.unfreeze", order=order)
    if row["exceptions"] and row["state"] not in {"completed", "cancelled", "merged"}:
        return Go("Look", f"/orders/{order}")
    if row["revert_reason"] and row["state"] == "to_review":
        return Do("Clear", "orders.clear_revert", order=order)
    steps: Mapping[str, Do] = {
        "draft": Do("Send to review", "orders.submit", order=order),
        "awaiting_payment": Do("Take payment", "orders.take_payment", order=order),
        "delayed": Do("Send to review", "orders.submit", order=order),
        "preorder": Do("Send to review", "orders.submit", order=order),
        "to_review": Decide("Approve", "orders.review", order=order),
        "to_finance_review": Decide("Approve", "orders.finance_review", order=order),
        "approved": Decide("Ship", "shipping.ship", order=order),
        "shipped": Do("Complete", "orders.complete", order=order),
    }
    if row["state"] == "awaiting_payment" and row["paid"] >= row["receivable"]:
        return steps["delayed"]
    return steps.get(row["state"])


COLUMNS = [
    c.Chosen("changed"),
    c.Flag("flag"),
    c.Number("number", title="Order", link="/orders/{id}", sub="placed_at · shop_name"),
    c.Text("receiver", title="Customer", sub="area · phone_tail"),
    OrderGoods("goods", title="Goods"),
    c.Money("receivable", title="To pay", sub="delivery_term:choice"),
    OrderStatus("state", title="Status"),
    c.Next(next_step),
]
FILTERS = [
    Period("placed_at", title="Any day"),
    RefFilter("shop", "shop", title="All shops"),
    RefFilter("courier", "courier", title="Courier"),
    ChoiceFilter("flag", FLAGS, title="Flag"),
    RefFilter("warehouse", "warehouse", title="Warehouse"),
    RefFilter("mark_id", "order_mark", title="Mark"),
]

orders_listing = Listing(
    "Orders",
    path="/orders",
    view="order_list",
    see="orders.see",
    columns=COLUMNS,
    saved=[
        Saved("To review", where="reviewing = 1"),
        Saved("For the accountant", where="state = 'to_finance_review'"),
        Saved("Not paid", where="state = 'awaiting_payment'"),
        Saved("Later", where="state = 'delayed'"),
        Saved("Preorders", where="state = 'preorder'"),
        Saved("Preorders in stock", where=f"state = 'preorder' and not {LACKS_GOODS}"),
        Saved("To ship", where="state = 'approved'"),
        Saved("Short", where="id in (select sales_order from order_short)", hot=True),
        Saved("Shipped", where="state = 'shipped'"),
        Saved("Exceptions", where="halted = 1 and trouble = 1", hot=True),
        Saved("Frozen", where="halted = 1 and frozen = 1", hot=True),
        Saved("All"),
    ],
    default="To review",
    filters=FILTERS,
    sorts=[
        ("placed_at", "Newest first", "desc"),
        ("placed_at", "Oldest first", "asc"),
        ("ship_by", "Most urgent first", "asc"),
        ("receivable", "Dearest first", "desc"),
    ],
    search=True,
    numbers=["number", "platform_number"],
    totals=["receivable"],
    bulk=[
        "orders.quick_review",
        "orders.finance_review",
        "orders.submit",
        "orders.freeze",
        "orders.set_flag",
        "orders.set_mark",
        "orders.complete",
    ],
    new="orders.create",
    more=["shipping.counter_sale"],
    empty="No order stands here. Take one, or bring them in from the platform.",
    reads=(
        "picture",
        "units",
        "kinds",
        "goods_spec",
        "buyer_message",
        "mark",
        "mark_colour",
        "frozen_reason",
        "trouble",
        "refund_status",
        "revert_reason",
        "ship_by",
        "exceptions",
        "paid",
        "changed",
    ),
)


# ---- one order


@page("/orders/{id}", see="orders.see")
def order(visit: Visit, id: str) -> Answer:
    """One order: what is in it, whom it goes to, what is in the way, and what was done."""
    found = (visit.row(_ORDER, id) or visit.missing("Order")).opened()
    tone, word, note = standing(found, visit.at)
    return visit.show(
        "orders/order.html",
        title=found.number,
        order=found,
        lines=visit.rows(LINES, id),
        tone=tone,
        word=word,
        note=note,
        steps=steps(found, visit.words, visit.at, visit.day),
        next=_pressing(found),
        changes=[text for bit, text in EXCEPTION_NAMES.items() if found.exceptions & bit] if found.exceptions else [],
        reviewable=found.state in {"to_review", "to_finance_review"},
        editable=found.state in EDITABLE,
        sums=_sums(visit, found),
        inside=_inside(visit, found),
        more=[(visit.words(label), name) for label, name in MORE],
        aside=[(visit.words(label), name) for label, name in ASIDE.get(found.state, ())],
        history=_timeline(visit, id),
    )


def _pressing(order: Opened) -> Do | None:
    """The primary button of an order's page: what the list only leads to is done here."""
    step = next_step(order)
    if isinstance(step, Go):
        return Do("I have looked at it", "orders.clear_exceptions", order=order.id)
    if isinstance(step, Decide):
        return Do(step.label, step.action, **step.args, version=str(order.changed))
    return step


_ORDER = """
select l.*, ifnull(w.name, '') as warehouse_name, ifnull(k.name, '') as courier_name,
    ifnull(e.name, '') as salesperson_name, ifnull(n.name, '') as customer_name, ifnull(n.class_name, '') as class_name,
    ifnull((select p.remark from customer p where p.id = n.id), '') as customer_remark,
    (select count(*) from (select 1 from order_list o where o.customer = l.customer and l.customer <> '' limit 100))
        as customer_orders,
    ifnull((select sum(d.discount) from sales_order_line d where d.sales_order = l.id and d.deleted = 0), 0)
        as line_discount, ifnull((select trim(v.invoice_title || ' ' || v.tax_no) from receiver v where v.id = l.receiver_id), '')
        as invoice, ifnull((select x.name from packaging x where x.id = l.packaging), '') as packaging_name
from order_list l
left join warehouse w on w.id = l.warehouse
left join courier k on k.id = l.courier
left join employee e on e.id = l.salesperson
left join customer_root root on root.id = l.customer
left join customer_list n on n.id = root.root
where l.id = ?
"""


def _sums(visit: Visit, order: Opened) -> list[tuple[str, str]]:
    words = visit.words
    off = order.discount + order.line_discount
    named = [
        ("Goods", order.goods_amount + order.line_discount), ("Discount", -off), ("Postage", order.postage),
        ("Other charges", order.other), ("Paid on the platform", order.platform_paid),
        ("Paid here", order.paid - order.platform_paid),
    ]  # fmt: skip
    return [(words(title), words.money(amount)) for title, amount in named if amount]


def _inside(visit: Visit, order: Opened) -> list[tuple[str, str]]:
    words = visit.words
    told = [
        (words("Salesperson"), order.salesperson_name),
        (words("Warehouse"), order.warehouse_name),
        (words("Weight"), words.weight(order.weight) if order.weight else ""),
        (words("Packaging"), order.packaging_name),
        (words("Print remark"), order.print_remark),
        (words("Invoice"), order.invoice),
        (words("Mark"), order.mark),
    ]
    return [(title, value) for title, value in told if value]


def _timeline(visit: Visit, id: str) -> list[dict[str, Any]]:
    """What was done, each with the reason or the sum that belongs to it."""
    told = visit.history(id)
    for one in told:
        one["note"] = notes(one["changes"])
        one["icon"] = _ICONS.get(one["action"], "check")
    return told


_ICONS = {
    "orders.create": "plus", "orders.take_payment": "wallet", "orders.freeze": "lock", "orders.cancel": "x",
    "orders.change_receiver": "edit", "orders.change_lines": "edit", "orders.change_remark": "note",
    "orders.set_flag": "flag", "orders.unreview": "undo", "orders.revert": "undo", "shipping.ship": "truck",
    "shipping.undo_ship": "undo", "shipping.pack": "box",
}  # fmt: skip


# ---- forms


def _first_shop(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """Begin with this branch's shop, and with the customer whose page or call the order was begun from."""
    shop = given.get("shop") or visit.value(
        "select id from shop where branch = ? and disabled = 0 and deleted = 0 order by platform = 'counter' desc, "
        "made_at limit 1",
        visit.branch,
    )
    first: dict[str, Any] = {"shop": shop or ""}
    if customer := given.get("customer"):
        found = visit.row(
            "select a.*, c.name as customer_name from customer c left join customer_address a on a.customer = c.id "
            "and a.deleted = 0 where c.id = ? order by a.main desc, a.id limit 1",
            customer,
        )
        if found is not None:
            # What somebody may not see they could not pass on either: then the form begins without it.
            known = ("phone", "province", "city", "district", "street") if visit.sees("phone") else ()
            first |= {field: found[field] or "" for field in known}
            first["name"] = found["name"] or found["customer_name"]
    return first


def _receiver(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    row = visit.row(
        "select r.* from sales_order o join receiver r on r.id = o.receiver where o.id = ?", given.get("order", "")
    )
    return dict(row) if row is not None else {}


def _lines(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    rows = visit.rows(LINES, given.get("order", ""))
    return {"lines": [{**dict(row), "gift": bool(row["gift"])} for row in rows]}


def _missing_sum(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """What is still to be paid, into the shop's own account."""
    row = visit.row(
        "select l.receivable - l.paid as amount, s.account from order_list l left join shop s on s.id = l.shop "
        "where l.id = ?",
        given.get("order", ""),
    )
    return {"amount": max(row["amount"], 0), "account": row["account"]} if row is not None else {}


def _agreed(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """The parts as they were agreed; a new agreement begins with a third now and a third in each of two months."""
    parts = [dict(one) for one in visit.rows(INSTALMENTS, given.get("order", ""))]
    row = visit.row("select receivable - platform_paid as whole from sales_order where id = ?", given.get("order", ""))
    if parts or row is None or row.whole <= 0:
        return {"parts": parts}
    due = [(date.fromisoformat(visit.day) + timedelta(days=days)).isoformat() for days in (0, 30, 60)]
    return {
        "parts": [{"due_on": day, "amount": one} for day, one in zip(due, spread(row.whole, [1, 1, 1]), strict=True)]
    }


FORMS: dict[Any, Form] = {
    actions.create: Form(template="orders/create.html", prefill=_first_shop, next="/orders/{id}"),
    actions.change_receiver: Form(prefill=_receiver),
    actions.set_invoice: Form(prefill=_receiver),
    actions.change_lines: Form(template="orders/lines.html", prefill=_lines),
    actions.take_payment: Form(prefill=_missing_sum),
    actions.exchange: Form(template="orders/exchange.html", next="/orders/{id}"),
    actions.agree_instalments: Form(prefill=_agreed),
    actions.set_flag: Form(waits=True),
    actions.set_mark: Form(waits=True),
    actions.change_remark: Form(waits=True),
}
PAGES = [orders_listing, review_queue, order, in_the_way, leaves, in_parts, exchanged, of_customer]
RAIL = Rail(
    "Orders",
    place=10,
    icon="order",
    href="/orders",
    badge="select count(*) from (select 1 from order_list where state = 'to_review' and frozen = 0 limit 100)",
)
PROBLEMS = {
    **oversold.PROBLEMS,
    "problem_order_uneven": Problem(
        "Order {number} was changed on two boxes, and its lines do not add up. Open its goods and save them again.",
        href="/orders/{id}",
    ),
}
FORKS = {"sales_order": Fork("/orders/{id}", TWO_WAYS)}
LABELS = {
    "sales_order": ("order_list", "number"),
    "sales_order_line": ("sales_order_line", "title", "0"),
    "receiver": ("receiver", "name", "0"),
}
