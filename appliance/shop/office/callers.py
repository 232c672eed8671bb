"""Callers: everything that whoever picks up should know, asked in a handful of statements however many ring at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from appliance.journal import Desk, Row, derive
from appliance.shop import customers

STAYS_MS = 120_000
"""So long a card stays after the call is over, for a note."""
FOLLOWS: Final = frozenset({"call_list", "phone_line", "not_recorded"})
LASTS_MS = 1_000
"""While files come in something changes all the time; fifty tablets that look at once still share one writing of cards."""
MOST_CARDS = 4
ORDERS_SHOWN, CANDIDATES_SHOWN = 3, 4

Eyes = tuple[bool, tuple[str, ...]]
"""What a tablet wants to see: nothing at all, or only these lines (none named means all)."""


class Reader(Protocol):
    """Whoever may ask."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask the shop."""
        ...


@dataclass
class Caller:
    """One card."""

    call: Row
    person: Row | None = None
    orders: Sequence[Row] = ()
    calls: Sequence[Row] = ()
    candidates: Sequence[Row] = ()
    can: frozenset[str] = frozenset()
    similar: bool = field(default=False)
    """The candidates were found by the end of a number only."""

    @property
    def live(self) -> bool:
        """Whether the call is still going on."""
        return self.call["state"] in {"ringing", "talking"}

    @property
    def marks(self) -> str:
        """The ids of rows that are the caller's, to be marked in whatever list is open."""
        return " ".join([self.call["customer"], *(order["id"] for order in self.orders)]).strip()


def eyes(reader: Reader, device: str) -> Eyes:
    """Return what a tablet wants to see of callers."""
    found = reader.rows("select quiet, lines from caller_screen where id = ?", derive("caller_screen", device))
    return (bool(found[0].quiet), tuple(json.loads(found[0].lines))) if found else (False, ())


def callers(reader: Reader, desk: Desk, only: Eyes, now_ms: int) -> list[Caller]:
    """Return who is on the lines of this box now or a moment ago, the newest first."""
    found = [Caller(row, can=frozenset(json.loads(row.can or "[]"))) for row in _calls(reader, desk.box, only, now_ms)]
    if not found:
        return []
    strangers: dict[str, list[str]] = {}
    for one in found:
        if not one.call.customer and one.call.normal:
            strangers[one.call.id] = customers.match_phone(desk, one.call.normal)[:CANDIDATES_SHOWN]
            one.similar = not customers.holder(desk, one.call.normal)
    known = [one.call.customer for one in found if one.call.customer]
    people = {row.id: row for row in _people(reader, [*known, *(id for some in strangers.values() for id in some)])}
    orders, calls = _orders(reader, known), _earlier(reader, found)
    for one in found:
        one.person = people.get(one.call.customer)
        one.orders = [row for row in orders if row.whose == one.call.customer]
        one.calls = [row for row in calls if row.before == one.call.id]
        one.candidates = [people[id] for id in strangers.get(one.call.id, ()) if id in people]
    return found


def _calls(reader: Reader, box: str, only: Eyes, now_ms: int) -> list[Row]:
    quiet, lines = only
    if quiet:
        return []
    return reader.rows(
        "select c.*, l.can, l.records from (select * from call_list where state in ('ringing', 'talking') union "
        "select * from call_list where ended_at > ?) c join phone_line l on l.id = c.line "
        "where l.box = ? and c.nuisance = 0 and c.state <> 'short_ring' and c.presentation <> 'erased' "
        "and (? = '[]' or l.id in (select value from json_each(?))) order by c.began_at desc limit ?",
        now_ms - STAYS_MS, box, json.dumps(lines), json.dumps(lines), MOST_CARDS,
    )  # fmt: skip


def _people(reader: Reader, ids: list[str]) -> list[Row]:
    if not ids:
        return []
    return reader.rows(
        "select l.id, l.no, l.name, l.class_name, l.place, l.state, l.phone, l.bought, k.remark, "
        "k.blacklist_reason, "
        "ifnull((select b.balance from party_balance b where b.id = l.id), 0) as balance, "
        "ifnull((select b.prepaid from party_balance b where b.id = l.id), 0) as prepaid, "
        "(select count(*) from (select 1 from customer_root m cross join order_list o on o.customer = m.id "
        "where m.root = l.id limit 100)) as orders, "
        "exists (select 1 from not_recorded n where n.customer = l.id and n.deleted = 0) as not_recorded "
        "from json_each(?) item join customer_list l on l.id = item.value join customer k on k.id = l.id",
        json.dumps(list(dict.fromkeys(ids))),
    )


def _orders(reader: Reader, known: list[str]) -> list[Row]:
    """The newest orders of each, what is not done yet before what is."""
    one = (
        "select * from (select o.*, ? as whose, (select p.courier_name || ' ' || p.waybill from parcel p "
        "where p.sales_order = o.id and p.state = 'shipped' and p.deleted = 0 order by p.id desc limit 1) as parcel "
        "from customer_root m cross join order_list o on o.customer = m.id where m.root = ? and o.state <> 'merged' "
        f"order by o.state in ('completed', 'cancelled'), o.placed_at desc limit {ORDERS_SHOWN})"
    )
    return _each(reader, one, [(id, id) for id in dict.fromkeys(known)])


def _earlier(reader: Reader, found: list[Caller]) -> list[Row]:
    """The last calls before each, by whose they are, or by their number."""
    one = (
        "select * from (select id, direction, state, began_at, talked_s, note, employee_name, ? as before "
        "from call_list where {column} = ? and id <> ? order by began_at desc limit 2)"
    )
    asked = []
    for caller in found:
        column = "customer" if caller.call.customer else "normal"
        if value := caller.call[column]:
            asked.append((one.replace("{column}", column), (caller.call.id, value, caller.call.id)))
    if not asked:
        return []
    return reader.rows(" union all ".join(sql for sql, _ in asked), *(arg for _, args in asked for arg in args))


def _each(reader: Reader, sql: str, many: list[tuple[Any, ...]]) -> list[Row]:
    """Ask the same of each in one statement."""
    return reader.rows(" union all ".join([sql] * len(many)), *(arg for args in many for arg in args)) if many else []
