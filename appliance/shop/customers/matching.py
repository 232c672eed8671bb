"""Finding whom a phone or a name on a platform belongs to. Every question goes through an index."""

from collections.abc import Sequence

from appliance.journal import Desk
from appliance.shop.customers.phones import normal_phone, tail

MOST_CANDIDATES = 10


def current(desk: Desk, customer: str) -> str:
    """Return the file that a file stands for: itself, or after a merge the oldest of its line."""
    # An alias counts only towards a smaller id, so the walk ends.
    above = desk.rows(
        "select canonical from alias where customer = ? and deleted = 0 and canonical < customer", customer
    )
    return min((current(desk, one.canonical) for one in above), default=customer)


_UP = (
    "up(id) as (select ? union select a.canonical from up u join alias a on a.customer = u.id "
    "where a.deleted = 0 and a.canonical < a.customer)"
)
"""A file and whatever it was merged into."""


def members(desk: Desk, customer: str) -> list[str]:
    """Return every id by which this customer is known in older papers, the standing one first."""
    if desk.row("select 1 from alias where customer = ?1 or canonical = ?1 limit 1", customer) is None:
        return [customer]
    found = desk.rows(
        f"with recursive {_UP}, line(id) as (select min(id) from up union select a.customer from line l "
        "join alias a on a.canonical = l.id where a.deleted = 0 and a.canonical < a.customer) "
        "select id from line order by id",
        customer,
    )
    return [row["id"] for row in found]


def match(desk: Desk, *, platform: str = "", shop: str = "", nick: str = "", open_id: str = "", phone: str = "") -> str:
    """Return the customer whom a platform means, "" for a stranger. The surest sign decides."""
    if open_id and (found := _account(desk, "open_id = ? and platform = ? and shop = ?", open_id, platform, shop)):
        return found
    if nick and "*" not in nick and (found := _account(desk, "nick = ? and platform = ?", nick, platform)):
        return found
    return holder(desk, phone)


def holder(desk: Desk, phone: str) -> str:
    """Return the oldest customer with this very number, "" for none; a masked number belongs to nobody."""
    normal = normal_phone(phone)
    return _oldest(desk, _with_phone(desk, "normal = ?", normal)) if normal else ""


def match_phone(desk: Desk, phone: str) -> list[str]:
    """Return the customers who may be calling, the likeliest first.

    A fixed line that shows itself without its area code, or through a switchboard, is found by its last digits.
    """
    normal = normal_phone(phone)
    if not normal:
        return []
    exact = _with_phone(desk, "normal = ?", normal)
    last = "" if exact else tail(normal)
    near = _with_phone(desk, "tail = ?", last) if last else []
    return list(dict.fromkeys(current(desk, customer) for customer in exact or near))


def _with_phone(desk: Desk, condition: str, sought: str) -> Sequence[str]:
    asked = f"select customer from customer_phone where {condition} and deleted = 0 order by customer limit ?"
    return [row.customer for row in desk.rows(asked, sought, MOST_CANDIDATES)]


def _account(desk: Desk, condition: str, *sought: str) -> str:
    asked = f"select customer from customer_account where {condition} and deleted = 0 order by customer limit ?"
    return _oldest(desk, [row.customer for row in desk.rows(asked, *sought, MOST_CANDIDATES)])


def _oldest(desk: Desk, customers: Sequence[str]) -> str:
    return min((current(desk, customer) for customer in customers), default="")
