"""What can be done with money: accounts and partners, opening debts, settling, and closing the books."""

from typing import Annotated

from appliance.journal import Day, Desk, Hint, Label, Money, Phone, Ref, Refusal, Text, Words, action, yuan
from appliance.shop.accounts import settling
from appliance.shop.accounts.counter import charge
from appliance.shop.accounts.instalments import pay_in_parts
from appliance.shop.accounts.journal import balance_of, move, own_account
from appliance.shop.accounts.papers import (
    approve,
    change_paper,
    new_expense,
    new_income,
    new_payment,
    new_receipt,
    new_transfer,
    reverse,
    send_back,
    set_mark,
    submit,
    unreview,
    void,
)
from appliance.shop.accounts.records import (
    AccountId,
    AccountKind,
    Agreed,
    MoneyAccount,
    MoneyPaper,
    OpenItemId,
    PaperId,
    Partner,
    PartnerId,
)
from appliance.shop.accounts.sessions import close_till, open_till
from appliance.shop.accounts.statements import closing_of
from appliance.shop.customers import CustomerId
from appliance.shop.settings import BranchId, CurrencyId, close_to, closed_to
from appliance.shop.staff import EmployeeId

__all__ = [
    "add_partner",
    "agree",
    "approve",
    "change_account",
    "change_paper",
    "change_partner",
    "close_books",
    "close_till",
    "disable_account",
    "disable_partner",
    "enable_account",
    "enable_partner",
    "new_expense",
    "new_income",
    "new_payment",
    "new_receipt",
    "new_transfer",
    "open_account",
    "open_till",
    "owe",
    "pay_in_parts",
    "reopen_books",
    "reverse",
    "send_back",
    "set_mark",
    "settle",
    "settle_oldest",
    "submit",
    "unreview",
    "unsettle",
    "void",
]

OfferedFirst = Annotated[
    bool, Label("Offered first"), Hint("Of the accounts of this kind it is the one that forms begin with.")
]


# ---- accounts


@action("Open account")
def open_account(
    desk: Desk,
    *,
    name: Text,
    kind: AccountKind = "cash",
    no: Annotated[Text, Label("Account number")] = "",
    opening: Annotated[Money, Label("Opening balance"), Hint("What lies there now; it cannot be changed later.")] = 0,
    branch: Annotated[BranchId, Hint("Empty means this branch.")] = "",
    keeper: Annotated[EmployeeId, Label("Kept by")] = "",
    currency: Annotated[CurrencyId, Hint("Empty for the shop's own money.")] = "",
    allow_negative: Annotated[bool, Label("May fall below nothing"), Hint("An overdraft, or a card.")] = False,
    offered_first: OfferedFirst = False,
) -> str:
    """A drawer, a bank account or a wallet. Only its own branch writes its journal."""
    if opening < 0 and not allow_negative:
        raise Refusal("It starts below nothing. Then it must be allowed to fall below nothing.", field="opening")
    if opening and branch and branch != desk.branch:
        raise Refusal("An opening balance is written by the branch that owns the account.", field="opening")
    account = desk.put(
        MoneyAccount(
            name=_account_name(desk, name),
            no=no,
            kind=kind,
            opening=opening,
            branch=branch or desk.branch,
            keeper=keeper,
            currency=currency,
            allow_negative=allow_negative,
            offered_first=offered_first,
        )
    )
    _alone_first(desk, account)
    if opening:
        move(desk, account=account, amount=opening, day=desk.day)
    return account


@action("Change account")
def change_account(
    desk: Desk,
    *,
    money_account: AccountId,
    name: Text,
    kind: AccountKind = "cash",
    no: Annotated[Text, Label("Account number")] = "",
    keeper: Annotated[EmployeeId, Label("Kept by")] = "",
    allow_negative: Annotated[bool, Label("May fall below nothing"), Hint("An overdraft, or a card.")] = False,
    offered_first: OfferedFirst = False,
) -> None:
    """The opening balance and the branch stay as they were."""
    if not allow_negative and balance_of(desk, money_account) < 0:
        raise Refusal("It lies below nothing now. Fill it first.", field="allow_negative")
    desk.change(
        MoneyAccount,
        money_account,
        name=_account_name(desk, name, besides=money_account),
        kind=kind,
        no=no,
        keeper=keeper,
        allow_negative=allow_negative,
        offered_first=offered_first,
    )
    _alone_first(desk, money_account)


def _alone_first(desk: Desk, account: str) -> None:
    """Of the accounts of one kind in one branch only one is offered first."""
    new = desk.get(MoneyAccount, account)
    if not new.offered_first:
        return
    for one in desk.rows(
        "select id from money_account where offered_first = 1 and branch = ? and kind = ? and currency = ? and id <> ? "
        "and deleted = 0",
        new.branch, new.kind, new.currency, account,
    ):  # fmt: skip
        desk.change(MoneyAccount, one.id, offered_first=False)


@action("Disable account", undo="accounts.enable_account")
def disable_account(desk: Desk, *, money_account: AccountId) -> None:
    """It is not offered any more; its journal stays. It must be empty."""
    found = own_account(desk, money_account)
    if left := balance_of(desk, money_account):
        raise Refusal("{left} lies in {account}. Move it first.", left=yuan(left), account=found.name)
    desk.change(MoneyAccount, money_account, disabled=True)


@action("Enable account", undo="accounts.disable_account")
def enable_account(desk: Desk, *, money_account: AccountId) -> None:
    """It is offered again."""
    desk.change(MoneyAccount, money_account, disabled=False)


def _account_name(desk: Desk, name: str, besides: str = "") -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("An account needs a name.", field="name")
    if desk.value("select 1 from money_account where name = ? and id <> ? and deleted = 0", name, besides):
        raise Refusal("There is an account called {name} already.", field="name", name=name)
    return name


# ---- partners


@action("New partner")
def add_partner(
    desk: Desk,
    *,
    name: Text,
    phone: Phone = "",
    bank_name: Text = "",
    bank_no: Annotated[Text, Label("Account number")] = "",
    remark: Words = "",
) -> str:
    """Somebody the shop settles with: a landlord, a workshop, a small supplier."""
    if not name.strip():
        raise Refusal("A partner needs a name.", field="name")
    return desk.put(Partner(name=name.strip(), phone=phone, bank_name=bank_name, bank_no=bank_no, remark=remark))


@action("Change partner")
def change_partner(
    desk: Desk,
    *,
    partner: PartnerId,
    name: Text,
    phone: Phone = "",
    bank_name: Text = "",
    bank_no: Annotated[Text, Label("Account number")] = "",
    remark: Words = "",
) -> None:
    """What was settled stays as it was."""
    if not name.strip():
        raise Refusal("A partner needs a name.", field="name")
    desk.change(Partner, partner, name=name.strip(), phone=phone, bank_name=bank_name, bank_no=bank_no, remark=remark)


@action("Disable partner", undo="accounts.enable_partner")
def disable_partner(desk: Desk, *, partner: PartnerId) -> None:
    """Not offered any more; the books keep what was settled."""
    desk.change(Partner, partner, disabled=True)


@action("Enable partner", undo="accounts.disable_partner")
def enable_partner(desk: Desk, *, partner: PartnerId) -> None:
    """Offered again."""
    desk.change(Partner, partner, disabled=False)


# ---- what is owed


@action("Write down a debt")
def owe(
    desk: Desk,
    *,
    amount: Annotated[Money, Hint("Below nothing when the shop owes the party.")],
    customer: CustomerId = "",
    partner: PartnerId = "",
    due_days: Annotated[int, Label("Days to pay")] = 0,
    day: Annotated[Day, Hint("Empty means today.")] = "",
    about: Annotated[Text, Label("What it is about")] = "",
) -> str:
    """An opening balance from the old books, a bill for rent, a correction."""
    if bool(customer) == bool(partner):
        raise Refusal("Choose a customer or a partner, one of the two.", field="customer")
    if due_days < 0:
        raise Refusal("Days to pay are not less than none.", field="due_days")
    return charge.run(
        desk,
        party=customer or partner,
        party_kind="customer" if customer else "partner",
        amount=amount,
        document="",
        kind="debt",
        due_days=due_days,
        number=about,
        day=day,
    )


@action("Settle")
def settle(
    desk: Desk,
    *,
    money: Annotated[OpenItemId, Label("With this money")],
    charge: Annotated[OpenItemId, Label("What is owed")],
    amount: Annotated[Money, Hint("Empty means as much as both have open.")] = 0,
) -> None:
    """Say which money pays which charge."""
    if not amount:
        opened = desk.rows("select open from party_item where id in (?, ?)", money, charge)
        amount = min((one.open for one in opened), default=0)
    settling.settle(desk, money=money, charge=charge, amount=amount)


@action("Settle the oldest")
def settle_oldest(desk: Desk, *, money_paper: PaperId) -> None:
    """This money pays what has been open longest."""
    if desk.state(MoneyPaper, money_paper) != "approved":
        raise Refusal("Only approved money settles anything.")
    if not settling.settle_oldest(desk, money_paper):
        raise Refusal("There is nothing open that this could settle.")


@action("Take the settlement back")
def unsettle(
    desk: Desk,
    *,
    money: Annotated[str, Label("With this money"), Ref("party_item")],
    charge: Annotated[str, Label("What is owed"), Ref("party_item")],
) -> None:
    """Both are open again."""
    settling.unsettle(desk, money=money, charge=charge)


@action("Mark as agreed")
def agree(
    desk: Desk,
    *,
    party: Annotated[str, Ref("party_balance")],
    day_from: Annotated[Day, Label("From")],
    day_to: Annotated[Day, Label("To")],
) -> None:
    """The party said that the statement is right; papers inside it are not taken back any more."""
    if day_from > day_to:
        raise Refusal("The period ends before it begins.", field="day_to")
    if day_to > desk.day:
        raise Refusal("{day} has not come yet.", field="day_to", day=day_to)
    desk.add(Agreed(party=party, day_from=day_from, day_to=day_to, closing=closing_of(desk, party, day_to)))


# ---- the books


@action("Close the books", confirm="Up to that day nothing can be written or taken back any more.")
def close_books(desk: Desk, *, day: Annotated[Day, Label("Closed up to")]) -> None:
    """Usually the last day of a month, after its papers were reviewed."""
    if day >= desk.day:
        raise Refusal("Only days that are over can be closed.", field="day")
    if day <= closed_to(desk):
        raise Refusal("The books are closed up to {closed} already.", field="day", closed=closed_to(desk))
    waiting = desk.value(
        "select number from money_paper_list where state in ('to_review', 'second_review') and day <= ?", day
    )
    if waiting:
        raise Refusal("{number} still waits for review in that time.", field="day", number=waiting)
    close_to(desk, day)


@action("Open the books again", confirm="Days that were closed can be written in again. This stands in the history.")
def reopen_books(
    desk: Desk, *, day: Annotated[Day, Label("Closed up to"), Hint("Empty opens everything.")] = ""
) -> None:
    """The owner's way back."""
    if not closed_to(desk) or day >= closed_to(desk):
        raise Refusal("The books are open after {closed} as it is.", field="day", closed=closed_to(desk) or "-")
    close_to(desk, day)
