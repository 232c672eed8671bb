"""Money papers: drafts, reviews by one or two, taking back, and the red paper that answers a mistake."""

from appliance.journal import Desk
from appliance.shop import accounts
from appliance.shop.accounts import MoneyPaper, actions
from appliance.shop.settings import actions as settings
from tests.accounts.conftest import refused, turn
from tests.accounts.test_money import lies_in
from tests.cast import clean


def receipt(desk: Desk, drawer: str, li_na: str, amount: int = 5_000, *, draft: bool = False) -> str:
    return actions.new_receipt(desk, account=drawer, customer=li_na, amount=amount, draft=draft)


def test_without_reviews_a_receipt_counts_at_once(alice: Desk, drawer: str, li_na: str) -> None:
    paper = receipt(alice, drawer, li_na)
    assert alice.get(MoneyPaper, paper).number == "MP-A1-261124-0001"
    assert alice.state(MoneyPaper, paper) == "approved"
    assert lies_in(alice, drawer) == 105_000
    assert accounts.balance(alice, li_na, "customer") == -5_000


def test_a_receipt_is_from_somebody(alice: Desk, drawer: str, li_na: str, landlord: str) -> None:
    sentence = "Choose a customer or a partner, one of the two."
    refused(sentence, lambda: actions.new_receipt(alice, account=drawer, amount=1), "customer")
    refused(
        sentence,
        lambda: actions.new_receipt(alice, account=drawer, amount=1, customer=li_na, partner=landlord),
        "customer",
    )
    refused(sentence, lambda: actions.owe(alice, amount=1), "customer")


def test_a_draft_is_changed_until_it_is_submitted(alice: Desk, drawer: str, bank: str, li_na: str) -> None:
    paper = receipt(alice, drawer, li_na, draft=True)
    assert lies_in(alice, drawer) == 100_000
    actions.change_paper(alice, money_paper=paper, account=bank, amount=7_000, note="转到银行")
    actions.submit(alice, money_paper=paper)
    assert (lies_in(alice, drawer), lies_in(alice, bank)) == (100_000, 7_000)
    refused(
        "Only a draft can be changed. Send it back first, or write a red paper.",
        lambda: actions.change_paper(alice, money_paper=paper, account=bank, amount=1),
    )


def test_a_review_makes_it_count(alice: Desk, carol: Desk, drawer: str, li_na: str) -> None:
    turn(alice, "money.review", "1")
    paper = receipt(alice, drawer, li_na)
    assert alice.state(MoneyPaper, paper) == "to_review"
    assert lies_in(alice, drawer) == 100_000
    actions.approve(carol, money_paper=paper)
    assert alice.state(MoneyPaper, paper) == "approved"
    assert lies_in(alice, drawer) == 105_000


def test_a_second_review_is_by_a_second_person_above_the_limit(
    alice: Desk, carol: Desk, drawer: str, li_na: str
) -> None:
    for name, value in (("money.review", "1"), ("money.second_review", "1"), ("money.own_limit", "10000")):
        turn(alice, name, value)
    small, large = receipt(alice, drawer, li_na, 10_000), receipt(alice, drawer, li_na, 10_001)
    actions.approve(alice, money_paper=small)
    actions.approve(alice, money_paper=small)
    assert alice.state(MoneyPaper, small) == "approved"
    own = "Above {limit} nobody approves what they wrote or reviewed. Ask somebody else."
    refused(own, lambda: actions.approve(alice, money_paper=large))
    actions.approve(carol, money_paper=large)
    assert alice.state(MoneyPaper, large) == "second_review"
    refused(own, lambda: actions.approve(carol, money_paper=large))
    assert lies_in(alice, drawer) == 110_000


def test_a_paper_is_sent_back_with_a_reason_or_crossed_out(alice: Desk, drawer: str, li_na: str) -> None:
    turn(alice, "money.review", "1")
    paper = receipt(alice, drawer, li_na)
    refused("Say what is to be put right.", lambda: actions.send_back(alice, money_paper=paper, reason=" "), "reason")
    actions.send_back(alice, money_paper=paper, reason="账户不对")
    assert alice.state(MoneyPaper, paper) == "draft"
    assert alice.get(MoneyPaper, paper).note == "账户不对"
    actions.void(alice, money_paper=paper)
    refused("It is {state} now, so it cannot become {to}.", lambda: actions.submit(alice, money_paper=paper))
    assert lies_in(alice, drawer) == 100_000


def test_an_approval_is_taken_back_while_nothing_depends_on_it(alice: Desk, drawer: str, li_na: str, rent: str) -> None:
    paper = receipt(alice, drawer, li_na)
    actions.unreview(alice, money_paper=paper)
    assert alice.state(MoneyPaper, paper) == "to_review"
    assert lies_in(alice, drawer) == 100_000
    assert accounts.balance(alice, li_na, "customer") == 0
    refused("Only an approved paper can be taken back.", lambda: actions.unreview(alice, money_paper=paper))
    actions.approve(alice, money_paper=paper)
    assert accounts.balance(alice, li_na, "customer") == -5_000

    actions.new_expense(alice, account=drawer, item=rent, amount=104_000)
    refused(
        "{account} holds only {held}; {asked} cannot leave it.",
        lambda: actions.unreview(alice, money_paper=paper),
        "amount",
    )
    assert clean(alice) == []


def test_what_something_depends_on_is_not_taken_back(alice: Desk, drawer: str, li_na: str) -> None:
    of_an_order = accounts.receive(
        alice, account=drawer, party=li_na, party_kind="customer", amount=100, document="order", about="SO-1"
    )
    refused("It belongs to {number}. Take it back there.", lambda: actions.unreview(alice, money_paper=of_an_order))

    actions.owe(alice, customer=li_na, amount=3_000)
    settled = receipt(alice, drawer, li_na, 3_000)
    refused(
        "It settles something already. Take the settlement back first, or write a red paper.",
        lambda: actions.unreview(alice, money_paper=settled),
    )

    spare = receipt(alice, drawer, li_na, 500)
    actions.agree(alice, party=li_na, day_from="2026-11-01", day_to=alice.day)
    refused(
        "The statement up to {day} was agreed. Write a red paper.", lambda: actions.unreview(alice, money_paper=spare)
    )


def test_closed_books_keep_an_approval(alice: Desk, drawer: str, li_na: str) -> None:
    paper = actions.new_receipt(alice, account=drawer, customer=li_na, amount=100, day="2026-10-30")
    actions.close_books(alice, day="2026-10-31")
    refused(
        "The books are closed up to {closed}. Take a later day.",
        lambda: actions.unreview(alice, money_paper=paper),
        "day",
    )
    actions.reverse(alice, money_paper=paper, reason="记错了")
    assert lies_in(alice, drawer) == 100_000


def test_books_are_not_closed_over_a_paper_that_waits(alice: Desk, drawer: str, li_na: str) -> None:
    turn(alice, "money.review", "1")
    actions.new_receipt(alice, account=drawer, customer=li_na, amount=100, day="2026-10-30")
    said = refused(
        "{number} still waits for review in that time.", lambda: actions.close_books(alice, day="2026-10-31"), "day"
    )
    assert said.params["number"] == "MP-A1-261124-0001"


def test_a_red_paper_answers_a_mistake(alice: Desk, drawer: str, li_na: str) -> None:
    actions.owe(alice, customer=li_na, amount=5_000)
    paper = receipt(alice, drawer, li_na)
    assert accounts.balance(alice, li_na, "customer") == 0
    refused("Say what was wrong.", lambda: actions.reverse(alice, money_paper=paper, reason=""), "reason")
    red = actions.reverse(alice, money_paper=paper, reason="收错人")
    assert alice.get(MoneyPaper, red).amount == -5_000
    assert lies_in(alice, drawer) == 100_000
    assert accounts.balance(alice, li_na, "customer") == 5_000
    assert [(row.side, row.open) for row in alice.rows("select side, open from open_item")] == [("owed", 5_000)]
    assert alice.value("select reversed from money_paper_list where id = ?", paper) == 1
    refused("A red paper answers this one already.", lambda: actions.reverse(alice, money_paper=paper, reason="又错"))
    refused(
        "This is a red paper itself. Write the right one anew.",
        lambda: actions.reverse(alice, money_paper=red, reason="又错"),
    )
    refused("A red paper answers this one already.", lambda: actions.unreview(alice, money_paper=paper))
    assert clean(alice) == []


def test_a_red_payment_and_a_red_transfer_balance_too(alice: Desk, drawer: str, bank: str, landlord: str) -> None:
    paid = actions.new_payment(alice, account=drawer, partner=landlord, amount=2_000)
    actions.reverse(alice, money_paper=paid, reason="付重了")
    moved = actions.new_transfer(alice, account=drawer, to_account=bank, amount=1_000)
    actions.reverse(alice, money_paper=moved, reason="转错了")
    assert (lies_in(alice, drawer), lies_in(alice, bank)) == (100_000, 0)
    assert alice.rows("select 1 from open_item") == []
    assert clean(alice) == []


def test_a_paper_is_marked_also_when_it_counts_already(alice: Desk, drawer: str, li_na: str) -> None:
    mark = settings.add_mark(alice, kind="money_paper", name="待核", colour="mark_amber")
    paper = receipt(alice, drawer, li_na)
    actions.set_mark(alice, money_paper=paper, mark=mark)
    assert alice.value("select mark from money_paper_list where mark_id = ?", mark) == "待核"
    assert lies_in(alice, drawer) == 105_000
