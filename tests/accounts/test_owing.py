"""What is owed: charges, settling, prepayments, statements, ageing, credit."""

from appliance.journal import Desk, Rights
from appliance.shop import accounts, customers
from appliance.shop.accounts import actions, statements
from tests.accounts.conftest import refused
from tests.cast import clean


def charge(desk: Desk, party: str, amount: int, document: str = "", due_days: int = 0, day: str = "") -> str:
    return accounts.charge(
        desk,
        party=party,
        party_kind="customer",
        amount=amount,
        document=document,
        kind="sale",
        due_days=due_days,
        day=day,
    )


def owes(desk: Desk, party: str) -> tuple[int, int, int]:
    row = desk.row("select owed, prepaid, balance from party_balance where id = ?", party)
    return tuple(row) if row is not None else (0, 0, 0)  # type: ignore[return-value]


def test_money_for_a_document_settles_what_it_charged(alice: Desk, drawer: str, li_na: str) -> None:
    charge(alice, li_na, 12_800, "order-1")
    charge(alice, li_na, 5_000, "order-2")
    accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=12_800, document="order-1")
    assert owes(alice, li_na) == (5_000, 0, 5_000)
    assert accounts.balance(alice, li_na, "customer") == 5_000
    assert alice.value("select open from open_item where document = 'order-2'") == 5_000
    assert clean(alice) == []


def test_money_that_came_first_settles_the_charge_that_follows(alice: Desk, drawer: str, li_na: str) -> None:
    accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=15_000, document="order-1")
    assert owes(alice, li_na) == (0, 15_000, -15_000)
    charge(alice, li_na, 12_800, "order-1")
    assert owes(alice, li_na) == (0, 2_200, -2_200), "what is left over stays as a prepayment"


def test_a_receipt_settles_the_oldest_first(alice: Desk, drawer: str, li_na: str) -> None:
    young = charge(alice, li_na, 3_000, "b", due_days=20)
    old = charge(alice, li_na, 3_000, "a", due_days=10)
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=4_000)
    left = {row.id: row.open for row in alice.rows("select id, open from open_item")}
    assert left == {young: 2_000}
    assert old not in left


def test_what_nothing_is_owed_for_is_settled_later(alice: Desk, drawer: str, li_na: str) -> None:
    paper = actions.new_receipt(alice, account=drawer, customer=li_na, amount=4_000)
    refused("There is nothing open that this could settle.", lambda: actions.settle_oldest(alice, money_paper=paper))
    debt = charge(alice, li_na, 3_000, "a")
    actions.settle(alice, money=paper, charge=debt, amount=1_000)
    assert owes(alice, li_na) == (2_000, 3_000, -1_000)
    actions.settle_oldest(alice, money_paper=paper)
    assert owes(alice, li_na) == (0, 1_000, -1_000)
    actions.unsettle(alice, money=paper, charge=debt)
    assert owes(alice, li_na) == (3_000, 4_000, -1_000)
    refused(
        "Nothing of this is settled with that money.",
        lambda: actions.unsettle(alice, money=paper, charge=debt),
        "charge",
    )
    draft = actions.new_receipt(alice, account=drawer, customer=li_na, amount=1, draft=True)
    refused("Only approved money settles anything.", lambda: actions.settle_oldest(alice, money_paper=draft))


def test_nothing_is_settled_beyond_what_is_open(alice: Desk, drawer: str, li_na: str) -> None:
    paper = actions.new_receipt(alice, account=drawer, customer=li_na, amount=4_000)
    debt = charge(alice, li_na, 3_000, "a")
    said = refused(
        "Only {open} is open; {asked} cannot be settled.",
        lambda: actions.settle(alice, money=paper, charge=debt, amount=3_001),
        "amount",
    )
    assert said.params == {"open": "¥30.00", "asked": "¥30.01"}
    refused(
        "An amount is more than nothing.", lambda: actions.settle(alice, money=paper, charge=debt, amount=-1), "amount"
    )
    refused(
        "That is not here any more. Look at the list again.",
        lambda: actions.settle(alice, money=paper, charge="nothing", amount=1),
    )
    refused(
        "Money that came in settles what is owed, not the other way round.",
        lambda: actions.settle(alice, money=debt, charge=paper, amount=1),
        "charge",
    )
    other = customers.create(alice, name="王伟", phone="13900001111")
    theirs = charge(alice, other, 3_000, "b")
    refused(
        "The money and the charge belong to different parties.",
        lambda: actions.settle(alice, money=paper, charge=theirs, amount=1),
        "charge",
    )
    actions.settle(alice, money=paper, charge=debt)
    assert owes(alice, li_na) == (0, 1_000, -1_000)


def test_a_return_settles_part_of_its_sale(alice: Desk, drawer: str, li_na: str) -> None:
    charge(alice, li_na, 10_000, "order")
    charge(alice, li_na, -3_000, "order")
    assert owes(alice, li_na) == (7_000, 0, 7_000)
    accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=7_000, document="order")
    charge(alice, li_na, -7_000, "order")
    assert owes(alice, li_na) == (0, 7_000, -7_000)
    accounts.refund(alice, account=drawer, party=li_na, party_kind="customer", amount=7_000, document="order")
    assert owes(alice, li_na) == (0, 0, 0)
    assert accounts.received_for(alice, "order") == 0
    assert accounts.charged_for(alice, "order") == 0
    assert clean(alice) == []


def test_no_more_is_given_back_than_was_paid(alice: Desk, drawer: str, li_na: str) -> None:
    accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=5_000, document="order")
    refused(
        "Only {paid} was paid for this; {asked} cannot be given back.",
        lambda: accounts.refund(
            alice, account=drawer, party=li_na, party_kind="customer", amount=5_001, document="order"
        ),
        "amount",
    )
    refused(
        "An amount is more than nothing.",
        lambda: accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=0),
        "amount",
    )


def test_nobody_gives_more_back_than_their_role_allows(alice: Desk, drawer: str, li_na: str) -> None:
    rights = Rights(("*",), limits={"refund": 3_000})
    cashier = alice.journal.desk(who="c", branch=alice.branch, rights=rights)
    accounts.receive(cashier, account=drawer, party=li_na, party_kind="customer", amount=9_000, document="order")
    given = {"account": drawer, "party": li_na, "party_kind": "customer", "document": "order"}
    accounts.refund(cashier, amount=3_000, **given)
    sentence = (
        "You may give back ¥{most} at most, and nobody here may give back so much. The owner sets it in the roles."
    )
    refused(sentence, lambda: accounts.refund(cashier, amount=3_001, **given), "amount")
    refused(sentence, lambda: actions.new_payment(cashier, account=drawer, customer=li_na, amount=3_001), "amount")


def test_a_receipt_of_an_undone_document_is_taken_back(alice: Desk, drawer: str, li_na: str) -> None:
    charge(alice, li_na, 5_000, "order")
    paper = accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=5_000, document="order")
    accounts.take_back(alice, paper=paper, reason="撤单")
    assert owes(alice, li_na) == (5_000, 0, 5_000)
    assert accounts.received_for(alice, "order") == 0


def test_two_boxes_that_learn_of_one_cause_charge_once(alice: Desk, bob: Desk, li_na: str) -> None:
    def ship(desk: Desk) -> str:
        return accounts.charge(
            desk, party=li_na, party_kind="customer", amount=500, document="order", kind="sale", cause="parcel"
        )

    assert ship(alice) == ship(bob)
    alice.journal.merge(bob.journal.entries()).result()
    assert accounts.balance(alice, li_na, "customer") == 500


def test_a_charge_over_nothing_is_refused(alice: Desk, li_na: str) -> None:
    refused("A charge over nothing is no charge.", lambda: charge(alice, li_na, 0, "order"), "amount")
    refused(
        "Days to pay are not less than none.",
        lambda: actions.owe(alice, customer=li_na, amount=1, due_days=-1),
        "due_days",
    )


def test_a_bill_is_paid_to_a_partner(alice: Desk, drawer: str, landlord: str) -> None:
    actions.owe(alice, partner=landlord, amount=-80_000, about="十一月房租")
    assert owes(alice, landlord) == (0, 80_000, -80_000), "the shop owes it"
    actions.new_payment(alice, account=drawer, partner=landlord, amount=80_000)
    assert owes(alice, landlord) == (0, 0, 0)
    assert accounts.balance(alice, landlord, "partner") == 0
    assert clean(alice) == []


def test_after_a_merge_the_older_file_owes_for_both(alice: Desk, drawer: str, li_na: str) -> None:
    double = customers.create(alice, name="娜娜", phone="13800002266", different=True)
    charge(alice, li_na, 3_000, "a")
    charge(alice, double, 4_000, "b")
    alias = customers.actions.merge(alice, customer=li_na, other=double)
    assert owes(alice, li_na) == (7_000, 0, 7_000)
    assert owes(alice, double) == (0, 0, 0)
    assert accounts.balance(alice, double, "customer") == 7_000
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=7_000)
    assert owes(alice, li_na) == (0, 0, 0)
    customers.actions.unmerge(alice, alias=alias)
    assert owes(alice, li_na)[2] + owes(alice, double)[2] == 0
    assert clean(alice) == []


def test_credit_counts_what_is_owed_and_what_is_ordered(alice: Desk, li_na: str) -> None:
    customers.actions.set_credit(alice, customer=li_na, credit=10_000, credit_days=30)
    charge(alice, li_na, 4_000, "a")
    assert accounts.credit_left(alice, li_na, open_orders=1_000) == 5_000
    accounts.check_credit(alice, customer=li_na, amount=5_000, open_orders=1_000)
    said = refused(
        "{left} is left of what this customer may owe; this is {asked}.",
        lambda: accounts.check_credit(alice, customer=li_na, amount=5_001, open_orders=1_000),
    )
    assert said.code == "credit_over"


def test_a_statement_opens_lists_and_closes(alice: Desk, drawer: str, li_na: str) -> None:
    charge(alice, li_na, 10_000, "a", day="2026-10-20")
    charge(alice, li_na, 2_000, "b", day="2026-11-05")
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=7_000, day="2026-11-06")
    charge(alice, li_na, 500, "c", day="2026-11-20")
    drawn = statements.statement(alice, li_na, "2026-11-01", "2026-11-10")
    assert (drawn.opening, drawn.closing) == (10_000, 5_000)
    assert [(line.row.amount, line.balance) for line in drawn.lines] == [(2_000, 12_000), (-7_000, 5_000)]
    assert (drawn.charged, drawn.paid, drawn.cut) == (2_000, 7_000, False)
    whole = statements.statement(alice, li_na, "2026-01-01", alice.day)
    assert (whole.opening, whole.closing) == (0, accounts.balance(alice, li_na, "customer"))


def test_a_statement_is_agreed_for_days_that_are_over(alice: Desk, li_na: str) -> None:
    charge(alice, li_na, 10_000, "a", day="2026-10-20")
    refused(
        "The period ends before it begins.",
        lambda: actions.agree(alice, party=li_na, day_from="2026-11-02", day_to="2026-11-01"),
        "day_to",
    )
    refused(
        "{day} has not come yet.",
        lambda: actions.agree(alice, party=li_na, day_from="2026-11-02", day_to="2026-12-01"),
        "day_to",
    )
    actions.agree(alice, party=li_na, day_from="2026-10-01", day_to="2026-10-31")
    assert alice.value("select closing from agreed where party = ?", li_na) == 10_000


def test_debts_age_by_the_day_they_were_due(alice: Desk, li_na: str) -> None:
    today = alice.day
    late = {"2026-11-24": 0, "2026-11-23": 1, "2026-10-25": 1, "2026-10-24": 2, "2026-09-25": 2, "2026-09-24": 3}
    late |= {"2026-08-26": 3, "2026-08-25": 4, "2025-01-01": 4, "2026-12-31": 0}
    assert {day: statements.bucket(day, today) for day in late} == late
    charge(alice, li_na, 1_000, "a", due_days=30)
    charge(alice, li_na, 2_000, "b", day="2026-10-20", due_days=10)
    items = alice.rows("select * from open_item")
    assert statements.ageing_of(items, today) == [1_000, 2_000, 0, 0, 0]


def test_after_a_merge_is_undone_what_was_settled_between_the_two_is_told(alice: Desk, drawer: str, li_na: str) -> None:
    wang = customers.create(alice, name="王芳", phone="13911112222")
    alias = customers.actions.merge(alice, customer=li_na, other=wang)
    debt = charge(alice, li_na, 3_000)
    paper = actions.new_receipt(alice, account=drawer, customer=wang, amount=3_000)
    assert owes(alice, li_na) == (0, 0, 0)
    assert alice.rows("select * from problem_settled_across") == []
    customers.actions.unmerge(alice, alias=alias)
    told = alice.row("select name, other from problem_settled_across")
    assert told is not None
    assert tuple(told) == ("王芳", "李娜")
    actions.unsettle(alice, money=paper, charge=debt)
    assert alice.rows("select * from problem_settled_across") == []
    assert (owes(alice, li_na), owes(alice, wang)) == ((3_000, 0, 3_000), (0, 3_000, -3_000))
    assert clean(alice) == []
