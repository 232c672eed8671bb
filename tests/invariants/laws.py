"""The invariants of the trade (spec/domain.md 3.4), each worked out anew from what was written, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from appliance.journal import Desk, round_half_up
from appliance.shop import accounts, customers
from appliance.shop.orders.records import OPEN

BUCKETS = {"awaiting_payment": "unpaid", "preorder": "preorder", "approved": "pending_ship"}
NUMBERED = ("sales_order", "parcel", "money_paper", "stock_paper", "customer")
DATED = ("moved", "varied", "money_moved", "charged", "received")


def stock_is_the_sum_of_its_ledger(desk: Desk) -> None:
    """INV-1 and INV-2; and every line of a ledger says where it stands."""
    stands: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in desk.rows("select * from moved order by warehouse, seq"):
        ledger = stands[row.warehouse, row.sku, row.quality]
        ledger[0] += row.qty
        ledger[1] += row.value
        assert [row.qty_after, row.value_after] == ledger, ("INV-1", dict(row))
    kept = {(r.warehouse, r.sku, r.quality): [r.qty, r.value] for r in desk.rows("select * from stock where n <> 0")}
    assert kept == dict(stands), "INV-1"
    assert all(value == 0 for qty, value in stands.values() if qty == 0), "INV-2: an empty shelf is worth nothing"
    seqs = [row.seq for row in desk.rows("select seq from moved order by warehouse, seq")]
    assert seqs == list(range(1, len(seqs) + 1)), "a ledger has no gaps"


def promises_are_the_open_lines(desk: Desk) -> None:
    """INV-3 and INV-4."""
    scan: Counter[tuple[str, str, str]] = Counter()
    for line in desk.rows(
        "select l.sku, l.qty, o.state, o.warehouse from sales_order_line l join sales_order o on o.id = l.sales_order "
        "where l.deleted = 0 and o.deleted = 0"
    ):
        if line.state in OPEN:
            scan[line.warehouse, line.sku, BUCKETS.get(line.state, "pending_review")] += line.qty
    kept = {(row.warehouse, row.sku, row.bucket): row.qty for row in desk.rows("select * from held where n <> 0")}
    assert kept == dict(scan), "INV-3"
    for row in desk.rows("select * from stock_level"):
        taken = sum(scan[row.warehouse, row.sku, bucket] for bucket in ("pending_review", "pending_ship"))
        there = desk.value(
            "select ifnull(sum(qty), 0) from moved where warehouse = ? and sku = ? and quality = 'good'",
            row.warehouse, row.sku,
        )  # fmt: skip
        assert (row.on_hand, row.available) == (there, there - taken), ("INV-4", row.name)


def an_order_is_the_sum_of_its_lines(desk: Desk) -> None:
    """INV-5; and each line is its price times its quantity, less what was taken off."""
    for order in desk.rows("select * from sales_order"):
        lines = desk.rows("select * from sales_order_line where sales_order = ? and deleted = 0", order.id)
        assert sum(line.amount for line in lines) + order.postage + order.other == order.receivable, "INV-5"
        assert sum(line.postage_share for line in lines) == order.postage, "INV-5: the shares of the postage"
        whole = sum(round_half_up(line.price * line.qty, 1_000_000) - line.discount for line in lines)
        assert whole == order.goods_amount or order.raw_order, "INV-5: the goods"


def money_adds_up(desk: Desk) -> None:
    """INV-7."""
    for account in desk.rows("select * from money_account"):
        moved = desk.rows("select * from money_moved where account = ? order by seq", account.id)
        running = 0
        for place, row in enumerate(moved, 1):
            running += row.came - row.went
            assert (row.seq, row.balance) == (place, running), "INV-7"
        shown = desk.value("select balance from money_account_list where id = ?", account.id)
        by_papers = sum(row.amount for row in moved if row.paper)
        assert shown == account.opening + by_papers == running, "INV-7"
        assert account.allow_negative or running >= 0, "a drawer is never below nothing"


def debts_add_up(desk: Desk) -> None:
    """INV-8."""
    items = desk.rows("select * from party_item")
    assert [dict(one) for one in items if not 0 <= one.open <= one.amount] == [], "INV-8: settled beyond its amount"
    # A merge that was undone may leave one person's money on another's debt; then somebody is told.
    told = {one for row in desk.rows("select one, other from settled_across where apart = 1") for one in row}
    for row in desk.rows("select * from party_balance"):
        known = set(customers.members(desk, row.id)) if row.party_kind == "customer" else {row.id}
        if known & told:
            continue
        mine = [one for one in items if one.party in known]
        owed = sum(one.open for one in mine if one.side == "owed")
        prepaid = sum(one.open for one in mine if one.side == "prepaid")
        assert (row.owed, row.prepaid, row.balance) == (owed, prepaid, owed - prepaid), ("INV-8", row.name)
        assert accounts.balance(desk, row.id, row.party_kind) == row.balance, "INV-8"


def a_number_means_one_paper(desk: Desk) -> None:
    """INV-11."""
    for table in NUMBERED:
        column = "no" if table == "customer" else "number"
        twice = desk.rows(f"select {column} from {table} group by {column} having count(*) > 1 and {column} <> ''")
        assert twice == [], ("INV-11", table)
    assert desk.rows("select shop, tid from raw_order group by shop, tid having count(*) > 1") == [], "INV-11"
    assert (
        desk.rows("select raw_order from sales_order where raw_order <> '' group by raw_order having count(*) > 1")
        == []
    )


LAWS: tuple[Callable[[Desk], None], ...] = (
    stock_is_the_sum_of_its_ledger,
    promises_are_the_open_lines,
    an_order_is_the_sum_of_its_lines,
    money_adds_up,
    debts_add_up,
    a_number_means_one_paper,
)


def written_into(desk: Desk, day: str) -> dict[str, int]:
    """How many facts stand in the time up to a day; a closed one gains none (INV-12)."""
    return {table: desk.value(f"select count(*) from {table} where day <= ?", day) for table in DATED}
