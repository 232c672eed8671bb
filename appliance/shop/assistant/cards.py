"""Cards: what needs doing, each a small count over a room's own list and the way to that list.

Counts stop at a hundred: nobody needs to know whether it is 100 or 1,000, and counting on would cost more every year.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from appliance.journal import Row
from appliance.shop.staff import OWNER

COUNTED = 100
DAYS_SHOWN = 7


class Reader(Protocol):
    """Whoever may ask."""

    def rows(self, sql: str, *args: object) -> Sequence[Row]:
        """Ask the shop."""


@dataclass(frozen=True)
class Card:
    """One thing that waits: `what` is the rows that make it up; `:now`, `:tonight`, `:today` and `:me` are filled in."""

    title: str
    what: str
    href: str
    see: str
    tone: str = "do"
    note: str = ""


CARDS = (
    Card(
        "My tasks",
        "task_list where state in ('open', 'doing') and due_on <> '' and due_on <= :today "
        "and id in (select id from task_person where employee = :me)",
        "/office/tasks?view=mine",
        "office.see",
        "do",
        "Due today or before",
    ),
    Card(
        "Notes for me",
        "note_mention where employee = :me and heard = 0",
        "/office/notes?only=for-me",
        "office.see",
        "wait",
    ),
    Card(
        "Calls to return",
        "call_list where to_return = 1",
        "/office/calls?view=to-return",
        "office.see",
        "bad",
        "They rang and nobody was there",
    ),
    Card("Tasks nobody does", "task_list where nobody = 1", "/office/tasks?view=nobody-does-it", "office.see", "bad"),
    Card(
        "Overdue to ship",
        "order_list where state = 'approved' and ship_by > 0 and ship_by < :now",
        "/orders?view=to-ship&sort=ship_by-asc",
        "orders.see",
        "bad",
        "Promised and not sent",
    ),
    Card(
        "To review",
        "order_list where reviewing = 1 and frozen = 0",
        "/orders?view=to-review",
        "orders.see",
    ),
    Card(
        "To ship today",
        "order_list where state = 'approved' and frozen = 0 and ship_by < :tonight",
        "/orders?view=to-ship",
        "orders.see",
    ),
    Card(
        "To submit",
        "raw_order where state = 'waiting' and platform_status in ('await_ship', 'part_shipped') and deleted = 0",
        "/marketplace?view=to-submit",
        "marketplace.see",
    ),
    Card("Goods to match", "unmatched_goods", "/marketplace/unmatched", "marketplace.see", "wait"),
    Card(
        "Exceptions",
        "order_list where halted = 1 and trouble = 1",
        "/orders?view=exceptions",
        "orders.see",
        "bad",
        "The platform changed something",
    ),
    Card(
        "Frozen",
        "order_list where halted = 1 and frozen = 1",
        "/orders?view=frozen",
        "orders.see",
        "wait",
    ),
    Card("Short of stock", "order_short", "/orders?view=short", "orders.see", "bad", "Sold more than there is"),
    Card(
        "Not paid yet",
        "order_list where state = 'awaiting_payment'",
        "/orders?view=not-paid",
        "orders.see",
        "wait",
    ),
    Card("Stock below nothing", "stock_level where negative = 1", "/stock?view=negative", "inventory.see", "bad"),
    Card("Running low", "stock_level where low = 1 and disabled = 0", "/stock?view=low", "inventory.see", "wait"),
    Card(
        "Money owed and due",
        "party_balance where owed > 0 and oldest_due > '' and oldest_due <= :today",
        "/accounts/parties?view=owe-us",
        "accounts.see",
        "bad",
    ),
    Card(
        "Shops whose authorisation runs out",
        "shop where authorised_until <> '' and authorised_until <= date(:today, '+7 days') and disabled = 0 and deleted = 0",
        "/settings/shops",
        "settings.see",
        "bad",
        "In seven days or before; then nothing comes from the platform",
    ),
)


def counts(reader: Reader, cards: Sequence[Card], *, now: int, tonight: int, today: str, me: str = "") -> list[int]:
    """Count what is on each card for one person, in one statement."""
    if not cards:
        return []
    asked = ", ".join(f"(select count(*) from (select 1 from {_filled(card.what)} limit {COUNTED}))" for card in cards)
    # Whether any card asks for them or not, all four are told; the text stays the same, so SQLite reads it once.
    told = "with told(now, tonight, today, me) as (values (?1, ?2, ?3, ?4))"
    return list(reader.rows(f"{told} select {asked}", now, tonight, today, me)[0])


def _filled(what: str) -> str:
    return re.sub(r":(now|tonight|today|me)\b", lambda found: _PLACES[found[1]], what)


_PLACES = {"now": "?1", "tonight": "?2", "today": "?3", "me": "?4"}


# ---- the day in numbers


@dataclass(frozen=True)
class Day:
    """What the roll-ups say of today, and of the last days."""

    placed: int
    placed_amount: int
    shipped: int
    taken: int
    week: Sequence[tuple[str, int]]


def day(reader: Reader, days: Sequence[str]) -> Day:
    """Read today and the days before from the kept sums, in one statement."""
    today, first = days[-1], days[0]
    rows = reader.rows(
        "select basis, day, sum(orders) as orders, sum(amount) as amount from sales_day "
        "where basis in ('placed', 'shipped') and day between ? and ? group by basis, day "
        "union all select 'taken', day, sum(n), sum(came) from account_day where day = ? group by day",
        first,
        today,
        today,
    )
    by = {(row["basis"], row["day"]): (row["orders"], row["amount"]) for row in rows}
    placed = by.get(("placed", today), (0, 0))
    return Day(
        placed=placed[0],
        placed_amount=placed[1],
        shipped=by.get(("shipped", today), (0, 0))[0],
        taken=by.get(("taken", today), (0, 0))[1],
        week=[(one, by.get(("placed", one), (0, 0))[1]) for one in days],
    )


# ---- the first days of a shop


@dataclass(frozen=True)
class Step:
    """One thing a new shop does first, and how to tell that it was done."""

    title: str
    note: str
    done: str
    href: str
    permission: str


STEPS = (
    Step(
        "Add goods",
        "Name, price and barcode; a photo from the phone is enough.",
        "select 1 from sku where deleted = 0 limit 1",
        "/do/catalog/add_goods",
        "catalog.add_goods",
    ),
    Step(
        "Count what is on the shelf",
        "The opening stock and what it cost.",
        "select 1 from moved limit 1",
        "/do/inventory/opening_stock",
        "inventory.opening_stock",
    ),
    Step(
        "Add the Taobao shop",
        "Only if you sell there; its orders come in as files.",
        "select 1 from shop where platform = 'taobao' and deleted = 0 limit 1",
        "/do/settings/add_shop?platform=taobao",
        "settings.add_shop",
    ),
    Step(
        "Take the first order",
        "At the counter, by phone, or from the platform's file.",
        "select 1 from sales_order limit 1",
        "/do/orders/create",
        "orders.create",
    ),
    Step(
        "Let the others in",
        "Everybody has a PIN of their own; then the history says who did what.",
        "select 1 from employee where deleted = 0 limit 1 offset 1",
        "/do/staff/add_employee",
        "staff.add_employee",
    ),
    Step(
        "Choose your own PIN",
        "The one that the box drew stood on a screen.",
        f"select 1 from pin p join employee e on e.id = p.employee where e.role = '{OWNER}' and p.changed >> 16 > p.made_at",
        "/do/staff/change_my_pin",
        "staff.change_my_pin",
    ),
)


def steps(reader: Reader) -> list[bool]:
    """Tell which first steps are done, in one statement."""
    asked = ", ".join(f"exists ({step.done})" for step in STEPS)
    return [bool(done) for done in reader.rows(f"select {asked}")[0]]
