"""The journals of the money accounts: what moves money, and when it may."""

from appliance.journal import Desk, Refusal, yuan
from appliance.shop import settings
from appliance.shop.accounts.records import MoneyAccount, MoneyMoved


def move(desk: Desk, *, account: str, amount: int, day: str, paper: str = "", item: str = "") -> None:
    """Write the next line of an account's journal, with its place and the balance after it."""
    settings.check_open_day(desk, day)
    lies_in = own_account(desk, account)
    if paper:
        _check_till(desk, lies_in)
    balance = balance_of(desk, account) + amount
    if amount < 0 and balance < 0 and not lies_in.allow_negative:
        raise Refusal(
            "{account} holds only {held}; {asked} cannot leave it.",
            field="amount",
            code="account_short",
            account=lies_in.name,
            held=yuan(balance - amount),
            asked=yuan(-amount),
        )
    desk.add(
        MoneyMoved(
            account=account,
            amount=amount,
            came=max(amount, 0),
            went=max(-amount, 0),
            balance=balance,
            seq=last_line(desk, account) + 1,
            paper=paper,
            item=item,
            day=day,
        )
    )


def balance_of(desk: Desk, account: str) -> int:
    """Return what lies in an account."""
    return int(desk.value("select amount from account_balance where account = ?", account) or 0)


def own_account(desk: Desk, account: str) -> MoneyAccount:
    """Return an account that this branch may write for."""
    found = desk.get(MoneyAccount, account)
    if found.disabled:
        raise Refusal("{account} is disabled. Choose another account.", field="account", account=found.name)
    if found.branch and found.branch != desk.branch:
        raise Refusal(
            "{account} belongs to another branch; only that branch writes its journal.",
            field="account",
            account=found.name,
        )
    return found


def home_account(desk: Desk, account: str) -> MoneyAccount:
    """Return an account of this branch in the shop's own money, in which everything but a transfer is reckoned."""
    found = own_account(desk, account)
    if found.currency:
        raise Refusal(
            "{account} holds foreign money. Move it by a transfer, which has a rate.",
            field="account",
            code="foreign",
            account=found.name,
        )
    return found


def _check_till(desk: Desk, account: MoneyAccount) -> None:
    """Where the shop wants it so, a drawer takes and gives money only while somebody answers for it."""
    if account.kind != "cash" or not settings.on(desk, "money.till"):
        return
    if not open_session(desk, account.id):
        raise Refusal(
            "Nobody has opened {account}. Count it and open it first.",
            code="till_closed",
            remedy=f"/do/accounts/open_till?account={account.id}",
            account=account.name,
        )


def open_session(desk: Desk, account: str) -> str:
    """Return the session in which a drawer is open, "" when it is closed."""
    found = desk.value(
        "select id from cash_session where account = ? and state = 'open' and deleted = 0 limit 1", account
    )
    return str(found or "")


def last_line(desk: Desk, account: str) -> int:
    """Return the place of the newest line of an account's journal."""
    return int(desk.value("select seq from money_moved where account = ? order by seq desc limit 1", account) or 0)
