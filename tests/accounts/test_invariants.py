"""INV-7, INV-8 and INV-12, whatever is done in whatever order: money adds up, debts add up, closed days stay closed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.shop import accounts, customers
from appliance.shop.accounts import actions
from appliance.shop.accounts.instalments import Instalment
from appliance.shop.accounts.lines import Part
from appliance.shop.settings import closed_to
from tests.accounts.conftest import turn
from tests.cast import Shop, clean

DAYS = ("2026-09-30", "2026-10-31", "2026-11-15", "2026-11-24")
amounts = st.integers(1, 9_000)
which = st.integers(0, 1)
days = st.sampled_from(DAYS)
documents = st.sampled_from(["order-1", "order-2", ""])

deeds = st.one_of(
    st.tuples(st.just("charge"), which, st.integers(-9_000, 9_000), documents, days),
    st.tuples(st.just("receive"), which, amounts, documents),
    st.tuples(st.just("refund"), which, amounts, documents),
    st.tuples(st.just("receipt"), which, amounts, st.booleans(), days),
    st.tuples(st.just("payment"), which, amounts, st.booleans(), days),
    st.tuples(st.just("parts"), which, amounts, amounts, st.integers(0, 9)),
    st.tuples(st.just("instalments"), st.integers(0, 9), st.integers(1, 9)),
    st.tuples(st.just("transfer"), which, amounts, days),
    st.tuples(st.just("settle"), st.integers(0, 9), st.integers(0, 9), amounts),
    st.tuples(
        st.just("paper"), st.sampled_from(["unreview", "approve", "reverse", "settle_oldest"]), st.integers(0, 9)
    ),
    st.tuples(st.just("merge")),
    st.tuples(st.just("close"), days),
)


class Till:
    """One drawer, one bank account and two customers, fresh for each example, in a box that lives on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        name = desk.number_of_examples = getattr(desk, "number_of_examples", 0) + 1  # type: ignore[attr-defined]
        self.accounts = [
            accounts.open_account(desk, name=f"drawer {name}", opening=5_000),
            accounts.open_account(desk, name=f"bank {name}", kind="bank", allow_negative=True),
        ]
        self.customers = [customers.create(desk, name=f"customer {n}") for n in range(2)]

    def charge(self, customer: int, amount: int, document: str, day: str) -> None:
        accounts.charge(
            self.desk, party=self.customers[customer], party_kind="customer", amount=amount, kind="sale", day=day,
            document=self.document(document),
        )  # fmt: skip

    def receive(self, customer: int, amount: int, document: str) -> None:
        accounts.receive(
            self.desk, account=self.accounts[0], party=self.customers[customer], party_kind="customer", amount=amount,
            document=self.document(document),
        )  # fmt: skip

    def refund(self, customer: int, amount: int, document: str) -> None:
        accounts.refund(
            self.desk, account=self.accounts[1], party=self.customers[customer], party_kind="customer", amount=amount,
            document=self.document(document),
        )  # fmt: skip

    def document(self, name: str) -> str:
        return f"{self.accounts[0]}-{name}" if name else ""

    def receipt(self, customer: int, amount: int, settles: bool, day: str) -> None:
        actions.new_receipt(
            self.desk,
            account=self.accounts[0],
            customer=self.customers[customer],
            amount=amount,
            settles=settles,
            day=day,
        )

    def payment(self, customer: int, amount: int, settles: bool, day: str) -> None:
        actions.new_payment(
            self.desk,
            account=self.accounts[0],
            customer=self.customers[customer],
            amount=amount,
            settles=settles,
            day=day,
        )

    def parts(self, customer: int, cash: int, wired: int, debt: int) -> None:
        """One receipt into both accounts, the first part for a debt."""
        items = self.desk.rows("select id from open_item where party = ? order by id", self.customers[customer])
        pays = items[debt % len(items)].id if items else ""
        lines = [Part(amount=cash, pays=pays), Part(amount=wired, account=self.accounts[1])]
        actions.new_receipt(
            self.desk, account=self.accounts[0], customer=self.customers[customer], amount=cash + wired, lines=lines
        )

    def instalments(self, debt: int, share: int) -> None:
        items = self.desk.rows("select id, open from open_item where party in (?, ?) order by id", *self.customers)
        if items:
            item = items[debt % len(items)]
            first = item.open * share // 10
            parts = [
                Instalment(due_on="2026-12-01", amount=first),
                Instalment(due_on="2027-01-01", amount=item.open - first),
            ]
            actions.pay_in_parts(self.desk, charge=item.id, parts=parts)

    def transfer(self, way: int, amount: int, day: str) -> None:
        actions.new_transfer(
            self.desk, account=self.accounts[way], to_account=self.accounts[1 - way], amount=amount, fee=way, day=day
        )

    def settle(self, one: int, other: int, amount: int) -> None:
        items = self.desk.rows("select id from open_item where party in (?, ?) order by id", *self.customers)
        if items:
            actions.settle(
                self.desk, money=items[one % len(items)].id, charge=items[other % len(items)].id, amount=amount
            )

    def paper(self, deed: str, number: int) -> None:
        papers = self.desk.rows("select id from money_paper where account in (?, ?) order by id", *self.accounts)
        if papers:
            more = {"reason": "错"} if deed == "reverse" else {}
            getattr(actions, deed)(self.desk, money_paper=papers[number % len(papers)].id, **more)

    def merge(self) -> None:
        customers.actions.merge(self.desk, customer=self.customers[0], other=self.customers[1])

    def close(self, day: str) -> None:
        actions.close_books(self.desk, day=day)


def do(till: Till, drawn: list[tuple[Any, ...]]) -> None:
    for name, *given_ in drawn:
        deed: Callable[..., None] = getattr(till, name)
        with suppress(Refusal):
            deed(*given_)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(deeds, max_size=14))
def test_money_and_debts_add_up_whatever_is_done(box: Shop, alice: Desk, drawn: list[tuple[Any, ...]]) -> None:
    if closed_to(alice):
        actions.reopen_books(alice)
    turn(alice, "money.review", "0")
    till = Till(alice)
    do(till, [one for one in drawn if one[0] != "close"])
    for account in till.accounts:
        moved = alice.rows("select * from money_moved where account = ? order by seq", account)
        assert [row.seq for row in moved] == list(range(1, len(moved) + 1))
        opening = alice.value("select opening from money_account where id = ?", account)
        by_papers = sum(row.came - row.went for row in moved if row.paper)
        stands = alice.value("select balance from money_account_list where id = ?", account)
        assert stands == opening + by_papers == sum(row.amount for row in moved), "INV-7"
        running = 0
        for row in moved:
            running += row.amount
            assert row.balance == running
            assert running >= 0 or account != till.accounts[0], "a drawer never falls below nothing"
    for party in till.customers:
        known = customers.members(alice, party)
        marks = ", ".join("?" * len(known))
        items = alice.rows(f"select * from party_item where party in ({marks})", *known)
        assert all(0 <= item.open <= item.amount for item in items), "nothing is settled beyond what it is worth"
        owed = sum(item.open for item in items if item.side == "owed")
        prepaid = sum(item.open for item in items if item.side == "prepaid")
        charged = alice.value(f"select ifnull(sum(amount), 0) from charged where party in ({marks})", *known)
        received = alice.value(f"select ifnull(sum(amount), 0) from received where party in ({marks})", *known)
        assert accounts.balance(alice, party, "customer") == charged - received == owed - prepaid, "INV-8"
    assert clean(alice) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(deeds, max_size=5), day=st.sampled_from(DAYS[:3]), after=st.lists(deeds, max_size=10))
def test_a_closed_period_gains_nothing(
    box: Shop, alice: Desk, before: list[tuple[Any, ...]], day: str, after: list[tuple[Any, ...]]
) -> None:
    if closed_to(alice):
        actions.reopen_books(alice)
    till = Till(alice)
    do(till, [one for one in before if one[0] != "close"])
    for paper in alice.rows("select id from money_paper_list where state in ('to_review', 'second_review')"):
        actions.void(alice, money_paper=paper.id)
    actions.close_books(alice, day=day)
    closed_at = alice.at
    do(till, after)
    for table in ("money_moved", "charged", "received"):
        late = alice.rows(f"select id from {table} where day <= ? and at > ?", day, closed_at)
        assert late == [], "INV-12"
