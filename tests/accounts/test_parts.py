"""Payments in parts: one paper into several accounts and for several debts, and one debt over several due days."""

import pytest

from appliance.journal import Desk
from appliance.shop import accounts
from appliance.shop.accounts import MoneyPaper, actions
from appliance.shop.accounts.instalments import MOST_PARTS, Instalment
from appliance.shop.accounts.lines import Part
from tests.accounts.conftest import refused, turn
from tests.accounts.test_money import lies_in
from tests.cast import clean


def owed(desk: Desk, party: str) -> list[tuple[str, int]]:
    """What a party owes, by due day."""
    rows = desk.rows("select due_on, open from open_item where party = ? and side = 'owed' order by due_on", party)
    return [(row.due_on, row.open) for row in rows]


@pytest.fixture
def wallet(alice: Desk) -> str:
    return accounts.open_account(alice, name="微信", kind="wechat")


def test_one_payment_goes_into_two_accounts_and_pays_the_debts_it_names(
    alice: Desk, drawer: str, wallet: str, li_na: str
) -> None:
    old = actions.owe(alice, customer=li_na, amount=3_000, about="旧账")
    new = actions.owe(alice, customer=li_na, amount=8_000, about="新账")
    lines = [Part(amount=6_000, account=wallet, pays=new), Part(amount=1_500, pays=new), Part(amount=500)]
    paper = actions.new_receipt(alice, account=drawer, customer=li_na, amount=8_000, lines=lines, settles=False)
    assert (lies_in(alice, drawer), lies_in(alice, wallet)) == (102_000, 6_000)
    assert owed(alice, li_na) == [(alice.day, 3_000), (alice.day, 500)] or owed(alice, li_na) == [
        (alice.day, 500), (alice.day, 3_000)
    ]  # fmt: skip
    assert old != new
    assert accounts.balance(alice, li_na, "customer") == 3_000

    red = actions.reverse(alice, money_paper=paper, reason="收错了")
    assert (lies_in(alice, drawer), lies_in(alice, wallet)) == (100_000, 0), "every part goes back where it came from"
    assert alice.get(MoneyPaper, red).amount == -8_000
    assert sum(amount for _, amount in owed(alice, li_na)) == 11_000
    assert clean(alice) == []


def test_a_draft_keeps_its_parts_until_they_are_written_anew(alice: Desk, drawer: str, bank: str, rent: str) -> None:
    parts = [Part(amount=700), Part(amount=300, account=bank)]
    paper = actions.new_expense(alice, account=drawer, item=rent, amount=1_000, lines=parts, draft=True)
    actions.change_paper(alice, money_paper=paper, account=drawer, item=rent, amount=900, lines=[Part(amount=900)])
    actions.submit(alice, money_paper=paper)
    assert (lies_in(alice, drawer), lies_in(alice, bank)) == (99_100, 0)


def test_a_payment_uses_up_the_prepayment_it_names(alice: Desk, drawer: str, li_na: str) -> None:
    first = actions.new_receipt(alice, account=drawer, customer=li_na, amount=2_000)
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=900)
    lines = [Part(amount=2_000, pays=first)]
    actions.new_payment(alice, account=drawer, customer=li_na, amount=2_000, lines=lines, settles=False)
    assert accounts.balance(alice, li_na, "customer") == -900
    assert alice.value("select open from party_item where id = ?", first) == 0


def test_parts_that_cannot_be_are_refused(
    alice: Desk, bob: Desk, drawer: str, bank: str, li_na: str, landlord: str, rent: str, interest: str
) -> None:
    theirs = actions.owe(alice, partner=landlord, amount=500)
    paid = actions.new_receipt(alice, account=drawer, customer=li_na, amount=100)

    def receipt(*lines: Part) -> str:
        return actions.new_receipt(alice, account=drawer, customer=li_na, amount=1_000, lines=list(lines))

    refused("The parts come to {parts}, the paper to {amount}.", lambda: receipt(Part(amount=999)), "lines")
    nothing = [Part(amount=1_000), Part(amount=0)]
    refused("An amount is more than nothing.", lambda: receipt(*nothing), "lines.1.amount")
    other = "The money and the charge belong to different parties."
    refused(other, lambda: receipt(Part(amount=1_000, pays=theirs)), "lines.0.pays")
    way = "Money that came in settles what is owed, not the other way round."
    refused(way, lambda: receipt(Part(amount=1_000, pays=paid)), "lines.0.pays")
    wrong = "{name} is an item of the other direction."
    refused(wrong, lambda: receipt(Part(amount=1_000, item=rent)), "lines.0.item")
    refused(
        "Only a receipt or a payment pays a debt. Leave this empty, or write one of those.",
        lambda: actions.new_income(
            alice, account=drawer, item=interest, amount=500, lines=[Part(amount=500, pays=theirs)]
        ),
        "lines.0.pays",
    )
    transfer = actions.new_transfer(alice, account=drawer, to_account=bank, amount=500, draft=True)
    refused(
        "A transfer goes into one account. Write one transfer for each.",
        lambda: actions.change_paper(alice, money_paper=transfer, account=drawer, amount=500, lines=[Part(amount=500)]),
        "lines",
    )


def test_a_part_that_was_paid_meanwhile_is_told_to_whoever_approves(alice: Desk, drawer: str, li_na: str) -> None:
    debt = actions.owe(alice, customer=li_na, amount=1_000)
    turn(alice, "money.review", "1")
    lines = [Part(amount=1_000, pays=debt)]
    paper = actions.new_receipt(alice, account=drawer, customer=li_na, amount=1_000, lines=lines)
    turn(alice, "money.review", "0")
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=1_000)
    refused(
        "Only {open} is open; {asked} cannot be settled.", lambda: actions.approve(alice, money_paper=paper), "amount"
    )


# ---- instalments


def plan(*parts: tuple[str, int]) -> list[Instalment]:
    return [Instalment(due_on=due_on, amount=amount) for due_on, amount in parts]


def test_what_is_open_of_a_debt_is_paid_in_parts_each_on_its_day(alice: Desk, drawer: str, li_na: str) -> None:
    debt = actions.owe(alice, customer=li_na, amount=10_000)
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=1_000)
    actions.pay_in_parts(alice, charge=debt, parts=plan(("2026-12-01", 4_000), ("2027-01-01", 5_000)))
    assert owed(alice, li_na) == [("2026-12-01", 4_000), ("2027-01-01", 5_000)]
    assert accounts.balance(alice, li_na, "customer") == 9_000
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=4_500)
    assert owed(alice, li_na) == [("2027-01-01", 4_500)], "the part that is due first is paid first"
    assert clean(alice) == []


def test_what_the_shop_owes_is_paid_in_parts_too(alice: Desk, bank: str, landlord: str) -> None:
    bill = actions.owe(alice, partner=landlord, amount=-6_000)
    actions.pay_in_parts(alice, charge=bill, parts=plan(("2026-12-01", 2_000), ("2027-01-01", 4_000)))
    actions.new_payment(alice, account=bank, partner=landlord, amount=2_000)
    assert accounts.balance(alice, landlord, "partner") == -4_000
    assert [row.due_on for row in alice.rows("select due_on from open_item where party = ?", landlord)] == [
        "2027-01-01"
    ]
    assert clean(alice) == []


def test_instalments_that_cannot_be_are_refused(alice: Desk, drawer: str, li_na: str) -> None:
    debt = actions.owe(alice, customer=li_na, amount=1_000)

    def pay(*parts: tuple[str, int], charge: str = debt) -> None:
        actions.pay_in_parts(alice, charge=charge, parts=plan(*parts))

    refused("One part is no instalment. Name at least two.", lambda: pay(("2026-12-01", 1_000)), "parts")
    many = [(f"{2100 + year}-01-01", 1) for year in range(MOST_PARTS + 1)]
    refused("At most {most} parts.", lambda: pay(*many), "parts")
    refused("An amount is more than nothing.", lambda: pay(("2026-12-01", 0), ("2027-01-01", 1_000)), "parts.0.amount")
    order = "Each part is due later than the one before."
    refused(order, lambda: pay(("2026-12-01", 500), ("2026-12-01", 500)), "parts.1.due_on")
    whole = "The parts come to {parts}; {whole} is to be paid."
    refused(whole, lambda: pay(("2026-12-01", 500), ("2027-01-01", 400)), "parts")
    gone = "Nothing of this is open. Only a debt is paid in parts."
    money = actions.new_receipt(alice, account=drawer, customer=li_na, amount=1_000)
    refused(gone, lambda: pay(("2026-12-01", 500), ("2027-01-01", 500)), "charge")
    refused(gone, lambda: pay(("2026-12-01", 500), ("2027-01-01", 500), charge=money), "charge")


def test_of_the_accounts_of_one_kind_one_is_offered_first(alice: Desk, drawer: str) -> None:
    actions.change_account(alice, money_account=drawer, name="柜台现金", offered_first=True)
    second = accounts.open_account(alice, name="二号钱箱", offered_first=True)
    wallet = accounts.open_account(alice, name="微信", kind="wechat", offered_first=True)
    first = alice.rows("select id from money_account where offered_first = 1 order by id")
    assert {row.id for row in first} == {second, wallet}
