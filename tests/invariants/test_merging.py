"""INV-13 for the whole shop: three boxes and a newer version's entries, in any order, split and repeated at will."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.check import digests
from appliance.journal.entry import Deed, Entry, Sealed, pack, pack_id
from appliance.shop import accounts, customers, inventory
from appliance.shop.accounts import actions as money
from appliance.shop.catalog.pricing import set_prices
from appliance.shop.inventory import InLine
from appliance.shop.marketplace import Clerk
from appliance.shop.marketplace import actions as market
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders import actions as act
from appliance.shop.settings import Branch
from appliance.shop.shipping import actions as floor
from appliance.shop.shipping.counter import counter_sale
from tests.cast import BRANCH_A, BRANCH_B, clean, meet, open_box
from tests.invariants.laws import promises_are_the_open_lines
from tests.marketplace import files
from tests.orders.teahouse import ADDRESS, House, furnish, turn

NEWER = hashlib.sha256(b"a box of next year").digest()[:24]
PARKED = 7
"""Six strange changes, and the second entry as a whole: it says that it needs a newer version."""
DEEDS = (
    "order", "pay", "review", "unreview", "freeze", "cancel", "ship", "undo_ship", "complete", "change_goods", "sell",
    "bring_goods", "receipt", "settle", "reverse", "merge", "unmerge", "price", "blacklist", "fetch", "rename", "meet",
)  # fmt: skip
drawn = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(DEEDS), st.integers(0, 4)), max_size=30)


class Hands:
    """Whoever stands at a box and does something with the paper that comes to hand."""

    def __init__(self, desk: Desk, house: House) -> None:
        self.desk, self.house = desk, house

    def of(self, sql: str, which: int) -> str:
        found = self.desk.rows(sql)
        return str(found[which % len(found)][0]) if found else "nothing"

    def an_order(self, which: int) -> str:
        return self.of("select id from sales_order where made_at > 0 order by id", which)

    def order(self, which: int) -> None:
        lines = [NewLine(sku=self.house.cup, qty=(which + 1) * ONE), NewLine(sku=self.house.teapot)]
        given: dict[str, Any] = {"shop": self.house.counter, "customer": self.house.li_na, **ADDRESS}
        act.create(self.desk, lines=lines, delivery_term=("cod", "prepaid")[which % 2], discount=which, **given)

    def pay(self, which: int) -> None:
        order = self.an_order(which)
        missing = self.desk.get(SalesOrder, order).receivable
        act.take_payment(self.desk, order=order, account=self.house.till, amount=missing)

    def review(self, which: int) -> None:
        act.force_review(self.desk, order=self.an_order(which), reason="试")

    def unreview(self, which: int) -> None:
        act.unreview(self.desk, order=self.an_order(which))

    def freeze(self, which: int) -> None:
        act.freeze(self.desk, order=self.an_order(which), reason="试")

    def cancel(self, which: int) -> None:
        act.cancel(self.desk, order=self.an_order(which), reason="试")

    def ship(self, which: int) -> None:
        floor.ship(self.desk, order=self.an_order(which), waybill=f"SF{which}")

    def undo_ship(self, which: int) -> None:
        parcel = self.of("select id from parcel where state = 'shipped' order by id", which)
        floor.undo_ship(self.desk, parcel=parcel, reason="试")

    def complete(self, which: int) -> None:
        act.complete(self.desk, order=self.an_order(which))

    def change_goods(self, which: int) -> None:
        lines = [NewLine(sku=self.house.tea, qty=ONE * (which + 1)), NewLine(sku=self.house.cup)]
        act.change_lines(self.desk, order=self.an_order(which), lines=lines, postage=which * 100)

    def sell(self, which: int) -> None:
        counter_sale(self.desk, shop=self.house.counter, lines=[NewLine(sku=self.house.cup, qty=(which + 1) * ONE)])

    def bring_goods(self, which: int) -> None:
        lines = [InLine(sku=self.house.teapot, qty=ONE * (which + 1), cost=70 * ONE)]
        inventory.other_in(self.desk, warehouse=self.house.warehouse, lines=lines, reason="试")

    def receipt(self, which: int) -> None:
        money.new_receipt(self.desk, account=self.house.till, customer=self.house.li_na, amount=1_000 * (which + 1))

    def settle(self, which: int) -> None:
        paid = self.of("select id from open_item where side = 'prepaid' order by id", which)
        money.settle(self.desk, money=paid, charge=self.of("select id from open_item where side = 'owed'", which))

    def reverse(self, which: int) -> None:
        money.reverse(self.desk, money_paper=self.of("select id from money_paper order by id", which), reason="试")

    def merge(self, which: int) -> None:
        other = self.of(f"select id from customer where id <> '{self.house.li_na}' order by id", which)
        customers.actions.merge(self.desk, customer=self.house.li_na, other=other)

    def unmerge(self, which: int) -> None:
        customers.actions.unmerge(self.desk, alias=self.of("select id from alias where deleted = 0", which))

    def price(self, which: int) -> None:
        set_prices(self.desk, sku=self.house.cup, retail=(38 + which) * ONE)

    def blacklist(self, which: int) -> None:
        customers.actions.blacklist(self.desk, customer=self.house.li_na, blacklist_reason=f"第 {which} 次")

    def fetch(self, which: int) -> None:
        """Both boxes of a branch read the same file of the platform."""
        for content in (files.orders_csv([files.order(which)]), files.items_csv([files.new_item(which)])):
            job = market.lay_in(self.desk, shop=self.house.taobao, file=self.desk.journal.blobs.keep(content))
            Clerk(self.desk.journal, self.desk.branch).work()
            market.take_in(self.desk, import_job=job)
            Clerk(self.desk.journal, self.desk.branch).work()

    def rename(self, which: int) -> None:
        name, desk = f"分店{which}", self.desk
        desk.journal.do(desk, "settings.change_branch", lambda at: at.change(Branch, BRANCH_A, name=name))


def from_a_newer_version(desk: Desk, house: House) -> list[bytes]:
    """Entries of a box that knows fields, records, states and kinds of change that this version has never heard of."""
    order = desk.value("select id from sales_order order by id limit 1") or derive("sales_order", "elsewhere")
    step = desk.value("select step from sales_order where id = ?", order) or ""
    customer = pack_id(house.li_na)
    strange: Sequence[Any] = [
        ["s", "sales_order", pack_id(order), {"hologram": [1, {"a": 2}], "remark": "来自明年"}, {}],
        ["p", "drone", b"d" * 16, {"range": 12}],
        ["f", "moved", b"m" * 16, _moved(house) | {"aura": "blue"}],
        ["f", "landed", b"l" * 16, {"drone": b"d" * 16}],
        ["t", "sales_order", pack_id(order), desk.value("select state from sales_order where id = ?", order) or "draft",
         "teleported", pack_id(step) if step else ""],
        ["t", "drone", b"d" * 16, "idle", "flying", ""],
        ["x", "anything", {"at": "all"}],
        ["s", "sales_order", pack_id(order), {"receivable": "a lot"}, {}],
    ]  # fmt: skip
    deed = Deed(b"s" * 16, "someone", "tablet", "orders.teleport", "", "2027-11-24", [order], list(strange))
    sealed = Sealed(b"t" * 16, house.li_na, [["s", "customer", customer, {"nickname": "娜娜", "chat": "nana"}, {}]])
    first = Entry(1, NEWER, f"branch/{BRANCH_A}", 1, _hlc(desk), 0, bytes(32), [pack(deed), pack(sealed)])
    later = Deed(b"u" * 16, "someone", "tablet", "orders.land", "", "2027-11-24", [], [["p", "drone", b"e" * 16, {}]])
    second = Entry(1, NEWER, f"branch/{BRANCH_A}", 2, _hlc(desk) + 1, 9, first.head, [pack(later), pack("no part")])
    return [pack(first), pack(second)]


def _moved(house: House) -> dict[str, Any]:
    return {"warehouse": pack_id(house.warehouse), "sku": pack_id(house.cup), "qty": 10_000, "value": 5, "seq": 999}


def _hlc(desk: Desk) -> int:
    return int(desk.value("select max(hlc) from log")) + 5


@settings(max_examples=settings().max_examples // 12, deadline=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(drawn, st.randoms(use_true_random=False))
def test_three_shops_come_to_the_same_books_in_any_order(
    deeds: list[tuple[int, str, int]], chance: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        boxes = [
            open_box(Path(folder) / code, code, branch)
            for code, branch in (("A1", BRANCH_A), ("A2", BRANCH_A), ("B1", BRANCH_B))
        ]
        desks = [box.desk(code) for box, code in zip(boxes, ("alice", "bella", "bob"), strict=True)]
        try:
            _live_apart_and_meet(desks, deeds, chance)
        finally:
            for box in boxes:
                box.journal.close()


def _live_apart_and_meet(desks: list[Desk], deeds: list[tuple[int, str, int]], chance: random.Random) -> None:
    house = furnish(desks[0])
    customers.create(desks[0], name="王芳", phone="13911112222")
    turn(desks[0], "review.unmerged", "0")
    meet(*desks)
    hands = [Hands(desk, house) for desk in desks]
    for box, deed, which in deeds:
        with suppress(Refusal):
            if deed == "meet":
                desks[box].journal.merge(desks[which % 3].journal.entries(desks[box].journal.vector())).result()
            else:
                done: Callable[[int], None] = getattr(hands[box], deed)
                done(which)
    _exchange(desks, chance, from_a_newer_version(desks[0], house))
    told = [digests(desk.journal) for desk in desks]
    assert told[0] == told[1] == told[2], [name for name in told[0] if len({one[name] for one in told}) > 1]
    for desk in desks:
        assert desk.value("select count(*) from parked") == PARKED, "what is not understood is kept for later"
        assert clean(desk) == []
        promises_are_the_open_lines(desk)
        assert accounts.balance(desk, house.li_na, "customer") == accounts.balance(desks[0], house.li_na, "customer")
    desks[0].journal.rebuild().result()
    assert digests(desks[0].journal) == told[1]


def _exchange(desks: list[Desk], chance: random.Random, strange: list[bytes]) -> None:
    whole = [pack(entry) for desk in desks for entry in desk.journal.entries()] + strange
    for desk in desks:
        shuffled = whole * 2
        chance.shuffle(shuffled)
        while shuffled:
            cut = chance.randint(1, max(len(shuffled) // 3, 1))
            desk.journal.merge(shuffled[:cut]).result()
            shuffled = shuffled[cut:]
