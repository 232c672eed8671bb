"""Cash sessions (收银班次): whoever stands at a drawer counts it, answers for it, and counts it blind at the end.

What the drawer should hold is not told before it was counted. The difference is posted at once, so that the journal
agrees with the drawer again and the month shows what went missing.
"""

from typing import Annotated

from appliance.journal import Desk, Hint, Label, Money, Refusal, Words, action
from appliance.shop import settings
from appliance.shop.accounts.journal import balance_of, home_account, last_line, open_session
from appliance.shop.accounts.posting import post
from appliance.shop.accounts.records import AccountId, CashSession, CashSessionId, MoneyPaper

Counted = Annotated[Money, Label("Counted"), Hint("All notes and coins in the drawer.")]


@action("Open till")
def open_till(desk: Desk, *, account: AccountId, counted: Counted = 0) -> str:
    """Count what lies in the drawer; from now on you answer for it."""
    drawer = home_account(desk, account)
    if drawer.kind != "cash":
        raise Refusal("Only a cash drawer is opened and counted.", field="account")
    if open_session(desk, account):
        raise Refusal("{account} is open already. Close it first.", field="account", code="open", account=drawer.name)
    _check_count(counted)
    made = desk.put(
        CashSession(
            number=settings.paper_number(desk, "SY"), account=account, opened_by=desk.who, float_counted=counted
        )
    )
    _post_difference(desk, made, account, counted)
    desk.change(CashSession, made, first=last_line(desk, account) + 1)
    return made


@action("Close till")
def close_till(desk: Desk, *, cash_session: CashSessionId, counted: Counted = 0, note: Words = "") -> str:
    """Count before you look: what should be there is shown afterwards, and the difference is posted."""
    standing = desk.get(CashSession, cash_session)
    if desk.state(CashSession, cash_session) != "open":
        raise Refusal("This till is closed already.", code="wrong_state")
    _check_count(counted)
    expected = balance_of(desk, standing.account)
    last = last_line(desk, standing.account)
    _post_difference(desk, cash_session, standing.account, counted)
    desk.change(
        CashSession, cash_session, closed_by=desk.who, closed_at=desk.at, last=last, expected=expected, counted=counted,
        note=note,
    )  # fmt: skip
    desk.step(CashSession, cash_session, to="closed")
    return cash_session


def _check_count(counted: int) -> None:
    if counted < 0:
        raise Refusal("There cannot be less than nothing in a drawer.", field="counted")


def _post_difference(desk: Desk, session: str, account: str, counted: int) -> None:
    """Bring the journal to what was counted, by a paper that says how far it was off."""
    difference = counted - balance_of(desk, account)
    if not difference:
        return
    paper = desk.put(
        MoneyPaper(
            number=settings.paper_number(desk, "MP"), kind="other_in" if difference > 0 else "other_out",
            account=account, amount=abs(difference), day=desk.day, document=session,
            about=desk.get(CashSession, session).number, maker=desk.who,
        )
    )  # fmt: skip
    desk.step(MoneyPaper, paper, to="approved")
    post(desk, desk.get(MoneyPaper, paper))
