"""What can be seen while orders are reviewed: what is in the way of each, and the queue of all that wait."""

from collections.abc import Mapping, Sequence

from appliance.journal import Row
from appliance.shop.orders import facts
from appliance.shop.orders.estimate import estimate
from appliance.shop.orders.review import findings, gates
from appliance.shop.orders.standing import standing
from appliance.web import Answer, Visit, page, panel

LINES = """
select d.*, ifnull(s.qty, 0) as on_hand from sales_order_line d join sales_order o on o.id = d.sales_order
left join stock s on s.warehouse = o.warehouse and s.sku = d.sku and s.quality = 'good'
where d.sales_order = ? and d.deleted = 0 order by d.place
"""


@panel("/panel/orders/review/{id}", see="orders.see")
def in_the_way(visit: Visit, id: str) -> Answer:
    """Everything that review would object to, each with the way to put it right, and what the accountant would say."""
    known = facts.gather(visit, visit.front.journal.author.hex(), id) or visit.missing("Order")
    found = findings(known)
    forcible = bool(found) and all(one.forcible for one in found)
    return visit.show(
        "orders/findings.html", findings=found, gates=gates(known), order=id, forcible=forcible,
        say=lambda one: visit.words(one.sentence, **_said(visit, one.params)),
    )  # fmt: skip


def _said(visit: Visit, params: Mapping[str, object]) -> dict[str, object]:
    return {name: visit.words.name(str(value)) if name == "state" else value for name, value in params.items()}


@panel("/panel/orders/estimate/{id}", see="orders.see")
def leaves(visit: Visit, id: str) -> Answer:
    """What is left of an order when everything it costs is taken off, for those who may see profits."""
    found = (estimate(visit, id) if visit.sees("profit") else None) or visit.missing("Order")
    words = visit.words
    unknown = words("Unknown")
    parts = [
        (words("Goods at cost") if found.counted else words("Goods at cost, estimated"),
         unknown if found.goods is None else words.money(-found.goods)),
        (words("Freight, estimated"), unknown if found.freight is None else words.money(-found.freight)),
        *((words(title), words.money(-amount)) for title, amount in (
            ("Packaging", found.packaging), ("Commission", found.commission), ("Tax", found.tax)) if amount),
        (words("Charged weight"), words.weight(found.charged_weight) if found.charged_weight else ""),
    ]  # fmt: skip
    share = f"{found.profit * 1000 // found.receivable / 10:g}%" if found.profit and found.receivable else ""
    return visit.show(
        "orders/leaves.html", found=found, parts=[(term, said) for term, said in parts if said], share=share
    )


@page("/orders/review", see="orders.see")
def review_queue(visit: Visit) -> Answer:
    """One order after the other, with what is in the way beside it; J and K move, A approves, F freezes."""
    marks = ", ".join(f"'{state}'" for state in _decided_by(visit))
    # The plus lets them be read in their order: sought by their state, all that wait would be sorted.
    mine = f"reviewing = 1 and +state in ({marks}) and frozen = 0"
    rows = visit.rows(f"select * from order_list where {mine} order by placed_at, id limit 50")
    chosen = _chosen(visit, rows)
    lines = visit.rows(LINES, chosen["id"]) if chosen else []
    return visit.show(
        "orders/queue.html", title=visit.words("Review"), orders=rows, chosen=chosen, lines=lines, standing=standing,
        place=rows.index(chosen) if chosen else 0,
    )  # fmt: skip


def _decided_by(visit: Visit) -> Sequence[str]:
    """The states that this person decides about; whoever only looks sees all that wait."""
    mine = [state for state, right in _DECIDES.items() if visit.may(right)]
    return mine or list(_DECIDES)


_DECIDES = {"to_review": "orders.review", "to_finance_review": "orders.finance_review"}


def _chosen(visit: Visit, rows: Sequence[Row]) -> Row | None:
    """The order that was asked for; once that was decided, the one that came after it."""
    asked = visit.query.get("order", "")
    found = next((row for row in rows if row["id"] == asked), None)
    if found is not None or not asked:
        return found or next(iter(rows), None)
    placed = visit.value("select placed_at from order_list where id = ?", asked) or 0
    return next((row for row in rows if row["placed_at"] >= placed), next(iter(rows), None))
