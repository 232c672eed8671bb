"""A shop in which anybody does anything in any order: whatever comes of it, its books are right (hypothesis)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.journal import ONE, Action, Refusal
from appliance.shop import accounts, customers, orders
from appliance.shop.accounts import Instalment, Part
from appliance.shop.accounts import actions as money
from appliance.shop.inventory import InLine, OutLine
from appliance.shop.inventory import actions as stock
from appliance.shop.marketplace import Clerk
from appliance.shop.marketplace import actions as market
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders import actions as act
from appliance.shop.orders.records import EDITABLE, OPEN
from appliance.shop.settings import MoneyItem, closed_to
from appliance.shop.shipping import actions as floor
from appliance.shop.shipping.counter import Tender, counter_sale
from tests.cast import BRANCH_A, clean, open_box
from tests.invariants.laws import LAWS, written_into
from tests.marketplace import files
from tests.orders.teahouse import ADDRESS, furnish, turn

DAY_MS = 24 * 3_600_000
WHY = {"reason": "试"}
few = st.integers(0, 5)
goods = st.sampled_from(["teapot", "cup", "tea"])
some = st.sampled_from([ONE, 2 * ONE, 3 * ONE, 7 * ONE])
fen = st.integers(1, 20_000)

REVIEWED = ("to_review",)
DECIDED = ("to_finance_review", "approved")
ORDER_DEEDS: Sequence[tuple[Action[Any, Any], dict[str, Any], Sequence[str]]] = (
    (act.review, {}, REVIEWED), (act.force_review, WHY, REVIEWED), (act.finance_review, {}, DECIDED[:1]),
    (act.unreview, {}, DECIDED), (act.revert, WHY, (*REVIEWED, *DECIDED)), (act.clear_revert, {}, REVIEWED),
    (act.freeze, WHY, OPEN), (act.unfreeze, {}, OPEN), (act.cancel, WHY, OPEN), (act.submit, {}, EDITABLE),
    (act.keep_as_preorder, {}, EDITABLE), (act.delay, {"until": "2026-11-26"}, EDITABLE), (act.complete, {}, ("shipped",)),
    (floor.pack, {"waybill": "?"}, DECIDED), (floor.ship, {"waybill": "?"}, DECIDED), (floor.ship_packed, {}, DECIDED),
)  # fmt: skip
"""A deed, what it is told besides, and the states in which it may come to something. Each waybill is a new one."""


class Shop(RuleBasedStateMachine):
    """A tea house, a drawer, a bank, a landlord, two customers, and a Taobao shop."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.shop = open_box(Path(self.folder.name), "A1", BRANCH_A)
        self.desk = self.shop.desk("alice")
        self.asked: list[tuple[str, Action[Any, Any], dict[str, Any], Any]] = []
        self.closed: tuple[str, dict[str, int]] = ("", {})
        self.count = 0

    def do(self, deed: Action[Any, Any], **given: Any) -> Any:
        """Ask for something under a key of its own; a refusal is an answer too."""
        self.count += 1
        key = f"key-{self.count}"
        try:
            done = self.desk.journal.perform(
                self.desk, deed.name, lambda desk: deed.run(desk, **given), key=key
            ).result()
        except Refusal:
            return None
        self.asked.append((key, deed, given, done.value))
        return done.value

    def pick(self, sql: str, which: int) -> str:
        found = self.desk.rows(sql)
        return found[which % len(found)][0] if found else "nothing"

    @initialize()
    def open(self) -> None:
        self.house = furnish(self.desk)
        self.bank = accounts.open_account(self.desk, name="银行", kind="bank", allow_negative=True)
        self.landlord = money.add_partner(self.desk, name="房东")
        self.other = customers.create(self.desk, name="王芳", phone="13911112222")
        customers.actions.set_credit(self.desk, customer=self.house.li_na, credit=500_000, credit_days=30)
        self.rent = self.desk.journal.do(
            self.desk, "x.y", lambda desk: desk.put(MoneyItem(name="房租", direction="out"))
        )
        turn(self.desk, "review.unmerged", "0")

    def sku(self, name: str) -> str:
        return str(getattr(self.house, name))

    # ---- orders

    @rule(
        name=goods, qty=some, term=st.sampled_from(["prepaid", "cod", "on_account"]), off=few, gift=st.booleans(),
        stage=few,
    )  # fmt: skip
    def order(self, name: str, qty: int, term: str, off: int, gift: bool, stage: int) -> None:
        """Somebody orders, and the order goes so far at once: it is paid, approved, shipped, completed."""
        lines = [NewLine(sku=self.sku(name), qty=qty, discount=off), NewLine(sku=self.house.cup, gift=gift)]
        placed = self.do(
            act.create, shop=self.house.counter, customer=self.house.li_na, lines=lines, delivery_term=term,
            discount=off * 7, postage=off * 100, **ADDRESS,
        )  # fmt: skip
        if placed is None:
            return
        amount = self.desk.get(SalesOrder, placed).receivable
        way: list[tuple[Action[Any, Any], dict[str, Any]]] = [
            (act.take_payment, {"account": self.house.till, "amount": amount}), (act.force_review, WHY),
            (floor.ship, {"waybill": f"SF{self.count}"}), (act.complete, {}),
        ]  # fmt: skip
        for deed, told in way[:stage]:
            self.do(deed, order=placed, **told)

    @rule(which=few, whole=st.booleans(), amount=fen)
    def pay(self, which: int, whole: bool, amount: int) -> None:
        order = self.pick("select id from sales_order where state = 'awaiting_payment' order by id desc", which)
        if whole and order != "nothing":
            amount = self.desk.get(SalesOrder, order).receivable - orders.paid(self.desk, order)
        self.do(act.take_payment, order=order, account=self.house.till, amount=amount)

    @rule(which=few, deed=st.sampled_from(ORDER_DEEDS))
    def decide(self, which: int, deed: tuple[Action[Any, Any], dict[str, Any], Sequence[str]]) -> None:
        states = "', '".join(deed[2])
        order = self.pick(f"select id from sales_order where state in ('{states}') order by id desc", which)
        told = {name: f"SF{self.count}" if value == "?" else value for name, value in deed[1].items()}
        self.do(deed[0], order=order, **told)

    @rule(which=few, name=goods, qty=some)
    def change_goods(self, which: int, name: str, qty: int) -> None:
        order = self.pick(f"select id from sales_order where state in {EDITABLE} order by id desc", which)
        lines = [NewLine(sku=self.sku(name), qty=qty), NewLine(sku=self.house.teapot)]
        self.do(act.change_lines, order=order, lines=lines, postage=300, other=11)

    @rule(which=few)
    def take_shipping_back(self, which: int) -> None:
        self.do(floor.undo_ship, parcel=self.pick("select id from parcel where state = 'shipped'", which), **WHY)

    @rule(which=few)
    def unpack(self, which: int) -> None:
        self.do(floor.unpack, parcel=self.pick("select id from parcel where state = 'packed'", which))

    @rule(which=few, late=st.booleans())
    def agree_on_parts(self, which: int, late: bool) -> None:
        """An order is paid in two parts; where the first is due later it can be sent at once."""
        order = self.pick(f"select id from sales_order where state in {EDITABLE} order by id desc", which)
        whole = self.desk.value("select receivable from sales_order where id = ?", order) or 2
        due = ("2027-01-01", "2027-02-01") if late else ("2026-11-24", "2027-01-01")
        parts = [Instalment(due_on=due[0], amount=whole // 3), Instalment(due_on=due[1], amount=whole - whole // 3)]
        self.do(act.agree_instalments, order=order, parts=parts)

    @rule(which=few, name=goods, back=st.booleans())
    def exchange(self, which: int, name: str, back: bool) -> None:
        order = self.pick("select id from sales_order where state in ('shipped', 'completed') order by id desc", which)
        made = self.do(act.exchange, order=order, lines=[NewLine(sku=self.sku(name))])
        if back and made is not None:
            self.do(act.return_arrived, order=made)

    @rule(name=goods, qty=some, on_account=st.booleans(), off=few, cash=st.integers(0, 4_000))
    def sell(self, name: str, qty: int, on_account: bool, off: int, cash: int) -> None:
        """Over the counter: on account, into the till, or, when the cup costs 38, part in cash and the rest by card."""
        lines = [NewLine(sku=self.sku(name), qty=qty)]
        given: dict[str, Any] = {"customer": self.house.li_na, "on_account": True} if on_account else {}
        if cash and not on_account:
            given["tenders"] = [Tender(amount=cash), Tender(account=self.bank, amount=3_800 - cash)]
        self.do(counter_sale, shop=self.house.counter, lines=lines, discount=off, **given)

    @rule(which=few, status=st.sampled_from([files.PAID, files.UNPAID, files.CLOSED, files.DONE]))
    def bring_in(self, which: int, status: str) -> None:
        """The same few orders of the platform, again and again, each time as the platform tells them then."""
        content = [
            files.orders_csv([files.order(which, 订单状态=status)]),
            files.items_csv([files.new_item(which, 订单状态=status)]),
        ]
        for one in content:
            job = market.lay_in(self.desk, shop=self.house.taobao, file=self.desk.journal.blobs.keep(one))
            Clerk(self.desk.journal, self.desk.branch).work()
            market.take_in(self.desk, import_job=job)
            Clerk(self.desk.journal, self.desk.branch).work()

    # ---- stock

    @rule(name=goods, qty=some, cost=st.sampled_from([None, 0, 33_333, 20 * ONE, 91 * ONE]))
    def bring_goods(self, name: str, qty: int, cost: int | None) -> None:
        lines = [InLine(sku=self.sku(name), qty=qty, cost=cost)]
        self.do(stock.other_in, warehouse=self.house.warehouse, lines=lines, **WHY)

    @rule(name=goods, qty=some, deed=st.sampled_from(["other_out", "scrap", "scrap_good", "break", "mend"]))
    def take_goods(self, name: str, qty: int, deed: str) -> None:
        given: dict[str, Any] = {
            "warehouse": self.house.warehouse,
            "lines": [OutLine(sku=self.sku(name), qty=qty)],
            **WHY,
        }
        match deed:
            case "other_out":
                self.do(stock.other_out, **given)
            case "scrap" | "scrap_good":
                self.do(stock.scrap, quality="good" if deed == "scrap_good" else "defective", **given)
            case _:
                self.do(stock.convert, to="defective" if deed == "break" else "good", **given)

    @rule(name=goods, amount=st.integers(-300_000, 300_000))
    def revalue(self, name: str, amount: int) -> None:
        self.do(stock.adjust_value, warehouse=self.house.warehouse, sku=self.sku(name), amount=amount, **WHY)

    @rule(which=few)
    def reverse_stock(self, which: int) -> None:
        self.do(stock.reverse, paper=self.pick("select id from stock_paper order by id desc", which))

    # ---- money

    @rule(amount=fen, settles=st.booleans(), whom=st.sampled_from(["li_na", "other", "landlord"]), pays=st.booleans())
    def money_paper(self, amount: int, settles: bool, whom: str, pays: bool) -> None:
        party = {"partner": self.landlord} if whom == "landlord" else {
            "customer": self.other if whom == "other" else self.house.li_na
        }  # fmt: skip
        deed = money.new_payment if pays else money.new_receipt
        self.do(deed, account=self.house.till, amount=amount, settles=settles, **party)

    @rule(amount=fen, out=st.booleans())
    def move_money(self, amount: int, out: bool) -> None:
        if out:
            self.do(money.new_expense, account=self.bank, item=self.rent, amount=amount)
        else:
            self.do(money.new_transfer, account=self.bank, to_account=self.house.till, amount=amount, fee=amount // 100)

    @rule(which=few, deed=st.sampled_from(["unreview", "approve", "reverse", "settle_oldest", "void"]))
    def decide_money(self, which: int, deed: str) -> None:
        paper = self.pick("select id from money_paper order by id desc", which)
        self.do(getattr(money, deed), money_paper=paper, **(WHY if deed == "reverse" else {}))

    @rule(one=few, other=few, amount=fen, back=st.booleans())
    def settle(self, one: int, other: int, amount: int, back: bool) -> None:
        table = f"select id from {'party_item' if back else 'open_item'} where side = '{{}}' order by id"
        pair = {"money": self.pick(table.format("prepaid"), one), "charge": self.pick(table.format("owed"), other)}
        self.do(money.unsettle, **pair) if back else self.do(money.settle, amount=amount, **pair)

    @rule(which=few, amount=fen, wired=fen)
    def pay_in_several_ways(self, which: int, amount: int, wired: int) -> None:
        """One receipt into both accounts, its first part for a debt of hers."""
        debt = "select id from open_item where side = 'owed' and party_kind = 'customer' order by id"
        lines = [Part(amount=amount, pays=self.pick(debt, which)), Part(amount=wired, account=self.bank)]
        given = {"account": self.house.till, "customer": self.house.li_na, "amount": amount + wired, "lines": lines}
        self.do(money.new_receipt, **given)

    @rule(which=few, side=st.sampled_from(["owed", "prepaid"]))
    def spread_a_debt(self, which: int, side: str) -> None:
        charge = self.pick(f"select id from open_item where side = '{side}' order by id", which)
        whole = self.desk.value("select open from open_item where id = ?", charge) or 2
        parts = [
            Instalment(due_on="2026-12-24", amount=whole // 2),
            Instalment(due_on="2027-01-24", amount=whole - whole // 2),
        ]
        self.do(money.pay_in_parts, charge=charge, parts=parts)

    @rule(amount=st.integers(-20_000, 20_000))
    def owe(self, amount: int) -> None:
        self.do(money.owe, amount=amount, partner=self.landlord)

    # ---- people and days

    @rule(apart=st.booleans())
    def merge_customers(self, apart: bool) -> None:
        if apart:
            self.do(customers.actions.unmerge, alias=self.pick("select id from alias where deleted = 0", 0))
        else:
            self.do(customers.actions.merge, customer=self.house.li_na, other=self.other)

    @rule()
    def night(self) -> None:
        self.shop.clock.now += DAY_MS
        act.complete_due(self.desk)
        orders.wake_delayed(self.desk)

    @precondition(lambda self: self.shop.clock.ticks > 0)
    @rule()
    def close_the_books(self) -> None:
        if self.do(money.close_books, day="2026-11-24") is None and closed_to(self.desk):
            self.closed = ("2026-11-24", written_into(self.desk, "2026-11-24"))

    # ---- what must hold

    @precondition(lambda self: self.asked)
    @rule(back=st.integers(1, 6))
    def ask_again(self, back: int) -> None:
        """INV-14: a tap that is sent twice is one deed, whatever happened in between."""
        before = self.desk.value("select count(*) from log")
        for key, deed, given, value in self.asked[-back:]:
            done = self.desk.journal.perform(
                self.desk, deed.name, lambda desk, deed=deed, given=given: deed.run(desk, **given), key=key
            ).result()
            assert done.repeated
            assert done.value == value, "INV-14"
        assert self.desk.value("select count(*) from log") == before, "INV-14"

    @invariant()
    def the_books_are_right(self) -> None:
        for law in LAWS:
            law(self.desk)

    @invariant()
    def closed_days_stay_closed(self) -> None:
        day, stood = self.closed
        if day:
            assert written_into(self.desk, day) == stood, "INV-12"

    def teardown(self) -> None:
        try:
            assert clean(self.desk) == []
        finally:
            self.shop.journal.close()
            self.folder.cleanup()


TestShop = Shop.TestCase
TestShop.settings = settings(
    max_examples=settings().max_examples // 8,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
