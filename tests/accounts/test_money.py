"""Money accounts and their journals: what lies where, how it moves, and when it may not."""

from appliance.journal import Desk
from appliance.shop import accounts
from appliance.shop.accounts import MoneyAccount, actions
from appliance.shop.settings import MoneyItem
from tests.accounts.conftest import put, refused
from tests.cast import clean


def lies_in(desk: Desk, account: str) -> int:
    return int(desk.value("select balance from money_account_list where id = ?", account))


def journal(desk: Desk, account: str) -> list[tuple[int, int, int]]:
    rows = desk.rows("select seq, amount, balance from account_journal where account = ? order by seq", account)
    return [(row.seq, row.amount, row.balance) for row in rows]


def test_an_opening_balance_is_the_first_line_of_the_journal(alice: Desk, drawer: str) -> None:
    assert lies_in(alice, drawer) == 100_000
    assert journal(alice, drawer) == [(1, 100_000, 100_000)]
    assert clean(alice) == []


def test_accounts_that_cannot_be_opened_are_refused(alice: Desk, drawer: str) -> None:
    refused("An account needs a name.", lambda: accounts.open_account(alice, name=" "), "name")
    refused("There is an account called {name} already.", lambda: accounts.open_account(alice, name="柜台现金"), "name")
    refused(
        "It starts below nothing. Then it must be allowed to fall below nothing.",
        lambda: accounts.open_account(alice, name="信用卡", opening=-1),
        "opening",
    )
    refused(
        "An opening balance is written by the branch that owns the account.",
        lambda: accounts.open_account(alice, name="分店现金", opening=1, branch="elsewhere"),
        "opening",
    )


def test_every_movement_counts_on(alice: Desk, drawer: str, bank: str, rent: str, interest: str) -> None:
    actions.new_transfer(alice, account=drawer, to_account=bank, amount=60_000, fee=50, item=rent)
    actions.new_income(alice, account=bank, item=interest, amount=12)
    actions.new_expense(alice, account=bank, item=rent, amount=70_000)
    assert journal(alice, drawer) == [(1, 100_000, 100_000), (2, -60_000, 40_000), (3, -50, 39_950)]
    assert journal(alice, bank) == [(1, 60_000, 60_000), (2, 12, 60_012), (3, -70_000, -9_988)]
    assert lies_in(alice, drawer) + lies_in(alice, bank) == 100_000 - 50 + 12 - 70_000
    day = alice.row("select came, went from account_day where account = ? and day = ?", bank, alice.day)
    assert day is not None
    assert (day.came, day.went) == (60_012, 70_000)
    assert alice.value("select went from item_day where item = ?", rent) == 70_050
    assert clean(alice) == []


def test_a_drawer_does_not_fall_below_nothing(alice: Desk, drawer: str, rent: str) -> None:
    said = refused(
        "{account} holds only {held}; {asked} cannot leave it.",
        lambda: actions.new_expense(alice, account=drawer, item=rent, amount=100_001),
        "amount",
    )
    assert (said.params["held"], said.params["asked"]) == ("¥1,000.00", "¥1,000.01")
    assert lies_in(alice, drawer) == 100_000
    assert alice.value("select count(*) from money_paper") == 0, "what was refused left nothing behind"


def test_a_transfer_goes_somewhere_else(alice: Desk, drawer: str) -> None:
    refused(
        "Both accounts are the same. Choose another one.",
        lambda: actions.new_transfer(alice, account=drawer, to_account=drawer, amount=100),
        "to_account",
    )


def test_amounts_are_more_than_nothing(alice: Desk, drawer: str, bank: str, li_na: str) -> None:
    sentence = "An amount is more than nothing."
    refused(sentence, lambda: actions.new_receipt(alice, account=drawer, customer=li_na, amount=0), "amount")
    refused(sentence, lambda: actions.new_payment(alice, account=drawer, customer=li_na, amount=-5), "amount")
    refused(
        "A fee is not less than nothing.",
        lambda: actions.new_transfer(alice, account=drawer, to_account=bank, amount=100, fee=-1),
        "fee",
    )


def test_income_and_expense_have_items_of_their_own(alice: Desk, drawer: str, rent: str, interest: str) -> None:
    refused(
        "{name} is an item of the other direction.",
        lambda: actions.new_income(alice, account=drawer, item=rent, amount=100),
        "item",
    )
    refused(
        "{name} is an item of the other direction.",
        lambda: actions.new_expense(alice, account=drawer, item=interest, amount=100),
        "item",
    )
    closed = put(alice, MoneyItem(name="水电", direction="out", disabled=True))
    refused(
        "{name} is disabled. Choose another item.",
        lambda: actions.new_expense(alice, account=drawer, item=closed, amount=100),
        "item",
    )


def test_another_branch_does_not_write_our_journal(alice: Desk, bob: Desk, drawer: str) -> None:
    bob.journal.merge(alice.journal.entries()).result()
    theirs = refused(
        "{account} belongs to another branch; only that branch writes its journal.",
        lambda: accounts.receive(bob, account=drawer, party="x", party_kind="customer", amount=100),
        "account",
    )
    assert theirs.params["account"] == "柜台现金"


def test_an_account_that_is_missing_or_disabled_takes_no_money(alice: Desk, drawer: str, bank: str, li_na: str) -> None:
    gone = "That is not here any more. Look at the list again."
    refused(gone, lambda: actions.new_receipt(alice, account="nowhere", customer=li_na, amount=1))
    refused(gone, lambda: actions.new_transfer(alice, account=drawer, to_account="nowhere", amount=1))
    actions.disable_account(alice, money_account=bank)
    closed = "{account} is disabled. Choose another account."
    refused(closed, lambda: actions.new_receipt(alice, account=bank, customer=li_na, amount=1), "account")


def test_an_account_is_disabled_when_it_is_empty(alice: Desk, drawer: str, bank: str) -> None:
    refused("{left} lies in {account}. Move it first.", lambda: actions.disable_account(alice, money_account=drawer))
    actions.new_transfer(alice, account=drawer, to_account=bank, amount=100_000)
    actions.disable_account(alice, money_account=drawer)
    refused(
        "{account} is disabled. Choose another account.",
        lambda: actions.new_transfer(alice, account=bank, to_account=drawer, amount=1),
        "account",
    )
    actions.enable_account(alice, money_account=drawer)
    assert not alice.get(MoneyAccount, drawer).disabled


def test_an_overdrawn_account_keeps_its_permission(alice: Desk, bank: str, rent: str) -> None:
    actions.new_expense(alice, account=bank, item=rent, amount=100)
    refused(
        "It lies below nothing now. Fill it first.",
        lambda: actions.change_account(alice, money_account=bank, name="招商银行", allow_negative=False),
        "allow_negative",
    )
    actions.change_account(alice, money_account=bank, name="招行", kind="bank", allow_negative=True)
    assert alice.get(MoneyAccount, bank).name == "招行"


def test_a_journal_written_by_two_boxes_at_once_is_shown_as_a_problem(alice: Desk, bella: Desk, drawer: str) -> None:
    bella.journal.merge(alice.journal.entries()).result()
    for desk in (alice, bella):
        accounts.receive(desk, account=drawer, party="x", party_kind="customer", amount=100)
    alice.journal.merge(bella.journal.entries()).result()
    assert [row.name for row in alice.rows("select name from problem_journal_broken")] == ["柜台现金"]
    assert lies_in(alice, drawer) == 100_200, "no money is lost"


def test_the_books_are_closed_and_opened(alice: Desk, drawer: str, rent: str) -> None:
    refused("Only days that are over can be closed.", lambda: actions.close_books(alice, day=alice.day), "day")
    actions.close_books(alice, day="2026-10-31")
    refused("The books are closed up to {closed} already.", lambda: actions.close_books(alice, day="2026-10-31"), "day")
    closed = "The books are closed up to {closed}. Take a later day."
    refused(closed, lambda: actions.new_expense(alice, account=drawer, item=rent, amount=1, day="2026-10-31"), "day")
    refused(closed, lambda: actions.owe(alice, customer="x", amount=1, day="2026-10-01"), "day")
    actions.new_expense(alice, account=drawer, item=rent, amount=1, day="2026-11-01")
    refused("The books are open after {closed} as it is.", lambda: actions.reopen_books(alice, day="2026-11-01"), "day")
    actions.reopen_books(alice)
    actions.new_expense(alice, account=drawer, item=rent, amount=1, day="2026-10-31")


def test_a_day_that_has_not_come_is_refused(alice: Desk, drawer: str, rent: str) -> None:
    refused(
        "{day} has not come yet.",
        lambda: actions.new_expense(alice, account=drawer, item=rent, amount=1, day="2026-11-25"),
        "day",
    )


def test_partners_have_a_name(alice: Desk, landlord: str) -> None:
    refused("A partner needs a name.", lambda: actions.add_partner(alice, name=" "), "name")
    refused("A partner needs a name.", lambda: actions.change_partner(alice, partner=landlord, name=""), "name")
    actions.change_partner(alice, partner=landlord, name="陈先生", bank_no="6217")
    assert alice.value("select name from partner where id = ?", landlord) == "陈先生"
    actions.disable_partner(alice, partner=landlord)
    actions.enable_partner(alice, partner=landlord)
    assert alice.value("select disabled from partner where id = ?", landlord) == 0
