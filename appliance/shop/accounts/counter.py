"""What other rooms ask of the accounts: charge, receive, refund, how much is owed, and whether more may be."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from appliance.journal import Day, Desk, Id, Money, Refusal, Text, Words, action, derive, yuan
from appliance.shop import customers, settings
from appliance.shop.accounts.journal import home_account
from appliance.shop.accounts.lines import Part, Parts, checked_parts, put_parts
from appliance.shop.accounts.papers import check_refund, write_red
from appliance.shop.accounts.posting import post
from appliance.shop.accounts.records import AccountId, Charged, MoneyPaper, PartyKind
from appliance.shop.accounts.settling import members, settle_document


@action("Charge")
def charge(
    desk: Desk,
    *,
    party: Id,
    party_kind: PartyKind,
    amount: Money,
    document: Id,
    kind: Text,
    due_days: int = 0,
    due_on: Day = "",
    number: Text = "",
    cause: Id = "",
    day: Day = "",
) -> str:
    """Write down what a party owes for a document; below nothing it is what the shop owes.

    It is due on a day that was agreed, or so many days from now.

    `cause` is what the charge follows from (a parcel, a return): two boxes that learn of it charge once.
    """
    day = day or desk.day
    if not amount:
        raise Refusal("A charge over nothing is no charge.", field="amount")
    settings.check_open_day(desk, day)
    due_on = due_on or (date.fromisoformat(day) + timedelta(days=due_days)).isoformat()
    made = desk.add(
        Charged(
            id=derive("charged", cause) if cause else "",
            party=party,
            party_kind=party_kind,
            amount=amount,
            document=document,
            number=number,
            kind=kind,
            due_on=due_on,
            day=day,
        )
    )
    if document:
        settle_document(desk, document)
    return made


@action("Receive money")
def receive(
    desk: Desk,
    *,
    account: AccountId,
    party: Id,
    party_kind: PartyKind,
    amount: Money,
    lines: Parts = [],  # noqa: B006 - read, never written
    document: Id = "",
    note: Words = "",
    about: Text = "",
) -> str:
    """Money lies in the drawer already, so no review can hold it back; it settles what the document charged."""
    paper = MoneyPaper(
        kind="receipt", account=account, party=party, party_kind=party_kind, amount=amount, document=document,
        note=note, about=about,
    )  # fmt: skip
    return _at_once(desk, paper, lines)


@action("Refund money")
def refund(
    desk: Desk,
    *,
    account: AccountId,
    party: Id,
    party_kind: PartyKind,
    amount: Money,
    document: Id = "",
    note: Words = "",
    about: Text = "",
) -> str:
    """Give money back, never more than was paid for the document, nor more than this person may."""
    check_refund(desk, amount)
    if document and amount > (paid := received_for(desk, document)):
        raise Refusal(
            "Only {paid} was paid for this; {asked} cannot be given back.",
            field="amount",
            code="refund_over_paid",
            paid=yuan(paid),
            asked=yuan(amount),
        )
    paper = MoneyPaper(
        kind="payment", account=account, party=party, party_kind=party_kind, amount=amount, document=document,
        note=note, about=about,
    )  # fmt: skip
    return _at_once(desk, paper)


def _at_once(desk: Desk, paper: MoneyPaper, lines: Sequence[Part] = ()) -> str:
    if paper.amount <= 0:
        raise Refusal("An amount is more than nothing.", field="amount")
    home_account(desk, paper.account)
    parts = checked_parts(desk, paper, lines)
    number = settings.paper_number(desk, "MP")
    made = desk.put(msgspec.structs.replace(paper, number=number, day=desk.day, maker=desk.who))
    put_parts(desk, made, parts)
    desk.step(MoneyPaper, made, to="approved")
    post(desk, desk.get(MoneyPaper, made))
    return made


@action("Take a receipt back")
def take_back(desk: Desk, *, paper: Id, reason: Text) -> str:
    """A document that was undone answers its money by a red paper."""
    return write_red(desk, desk.get(MoneyPaper, paper), reason)


def received_for(desk: Desk, document: str) -> int:
    """Return what was paid for a document, less what was given back."""
    return int(desk.value("select amount from received_for where document = ?", document) or 0)


def charged_for(desk: Desk, document: str) -> int:
    """Return what was charged for a document."""
    return int(desk.value("select amount from charged_for where document = ?", document) or 0)


def balance(desk: Desk, party: str, kind: PartyKind) -> int:
    """Return what a party owes: all charges less all money received. Below nothing the shop owes."""
    known = members(desk, party, kind)
    marks = ", ".join("?" * len(known))
    charged = desk.value(f"select sum(amount) from party_charged where party in ({marks})", *known) or 0
    received = desk.value(f"select sum(amount) from party_received where party in ({marks})", *known) or 0
    return int(charged - received)


def credit_left(desk: Desk, customer: str, *, open_orders: int = 0) -> int:
    """Return how much more a customer may buy on account, after what is owed and what is ordered already."""
    standing = desk.get(customers.Customer, customers.current(desk, customer))
    return standing.credit - balance(desk, standing.id, "customer") - open_orders


def check_credit(desk: Desk, *, customer: str, amount: int, open_orders: int = 0) -> None:
    """Refuse to sell on account beyond the limit: balance + open orders + this ≤ limit."""
    left = credit_left(desk, customer, open_orders=open_orders)
    if amount > left:
        raise Refusal(
            "{left} is left of what this customer may owe; this is {asked}.",
            code="credit_over",
            remedy=f"/customers/{customer}",
            left=yuan(max(left, 0)),
            asked=yuan(amount),
        )
