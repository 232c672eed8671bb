"""Waiting: orders that are looked at another day, and those that nobody has to look at."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from appliance.journal import Day, Desk, Hint, Label, Refusal, Row, action
from appliance.shop import settings
from appliance.shop.orders.deciding import review, state_among, submit
from appliance.shop.orders.records import SalesOrder, SalesOrderId
from appliance.shop.settings import Values

MINUTE_MS = 60_000
MOST_WOKEN = 200
MOST_LOOKED_AT = 200

Until = Annotated[Day, Label("Look again on"), Hint("It comes back to review by itself that day.")]


@action("Keep as preorder", undo="orders.submit")
def keep_as_preorder(desk: Desk, *, order: SalesOrderId) -> None:
    """The goods are still to come. It stands aside until somebody sends it to review."""
    state_among(desk, order, "draft", "awaiting_payment", "to_review")
    desk.step(SalesOrder, order, to="preorder")


@action("Review later", undo="orders.submit")
def delay(desk: Desk, *, order: SalesOrderId, until: Until) -> None:
    """The buyer may still change it; it comes back to review by itself."""
    state_among(desk, order, "draft", "to_review")
    if until <= desk.day:
        raise Refusal("Choose a day after today.", field="until", code="day")
    desk.change(SalesOrder, order, review_on=until)
    desk.step(SalesOrder, order, to="delayed")


def wake_delayed(desk: Desk) -> int:
    """Send orders to review whose day has come; returns how many."""
    due = desk.rows(
        "select l.id from order_list l join sales_order o on o.id = l.id "
        "where l.state = 'delayed' and o.review_on <= ? order by l.ship_by limit ?",
        desk.day,
        MOST_WOKEN,
    )
    for row in due:
        submit(desk, order=row.id)
    return len(due)


# ---- without a person


def review_unattended(desk: Desk) -> int:
    """Approve the orders in which there is nothing to read and nothing to object to; returns how many.

    Whatever is refused stays where it is and waits for a person.
    """
    switches = settings.values(desk)
    if not (switches.on("auto.on") and in_hours(desk, switches)):
        return 0
    done = 0
    for row in _unread(desk, switches):
        with suppress(Refusal):
            review(desk, order=row.id)
            done += 1
    return done


def in_hours(desk: Desk, switches: Values) -> bool:
    """Whether the clock at the counter stands within the hours for it; they may go past midnight."""
    minute = desk.at // MINUTE_MS + desk.journal.zone_minutes
    now = f"{minute // 60 % 24:02d}:{minute % 60:02d}"
    begin, end = switches["auto.from"], switches["auto.until"]
    return begin <= now < end if begin <= end else now >= begin or now < end


def _unread(desk: Desk, switches: Values) -> Sequence[Row]:
    rows = desk.rows(
        "select l.*, ifnull(r.invoice_title, '') as invoice_title from order_list l "
        "left join receiver r on r.id = l.receiver_id "
        "where l.state = 'to_review' and l.frozen = 0 and l.trouble = 0 order by l.placed_at limit ?",
        MOST_LOOKED_AT,
    )
    return [row for row in rows if not _to_read(row, switches)]


def _to_read(order: Row, switches: Values) -> bool:
    """Whether a person should look at an order before it goes on."""
    chosen, most = switches.names("auto.shops"), switches.number("auto.weight")
    address = f"{order.district}{order.street}"
    return (
        bool(chosen and order.shop not in chosen)
        or bool(most and order.weight > most)
        or bool(switches.on("auto.no_message") and order.buyer_message)
        or bool(switches.on("auto.no_memo") and order.remark)
        or bool(switches.on("auto.no_invoice") and order.invoice_title)
        or (switches.on("auto.plain_address") and any(word in address for word in switches.names("auto.risky_words")))
    )
