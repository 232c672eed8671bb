"""Money papers: how they are written, reviewed, approved, taken back and answered by a red one (红冲)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import Day, Desk, Hint, Label, Money, Price, Refusal, Text, Words, action, yuan
from appliance.shop import settings
from appliance.shop.accounts.exchange import exchanged
from appliance.shop.accounts.journal import home_account, own_account
from appliance.shop.accounts.lines import Part, Parts, check_item, checked_parts, put_parts
from appliance.shop.accounts.posting import post, unpost
from appliance.shop.accounts.records import (
    PAPER_FLOW,
    AccountId,
    Allocated,
    MoneyPaper,
    PaperId,
    PaperMarkId,
    PartnerId,
    PartyKind,
)
from appliance.shop.accounts.settling import members, settled_with, unsettle_all
from appliance.shop.customers import CustomerId
from appliance.shop.settings import MoneyItemId
from appliance.shop.staff import check_limit

Draft = Annotated[bool, Label("Keep as a draft")]
DayHint = Annotated[Day, Hint("Empty means today.")]


@action("New receipt")
def new_receipt(
    desk: Desk,
    *,
    account: Annotated[AccountId, Label("Into account")],
    amount: Money,
    customer: CustomerId = "",
    partner: PartnerId = "",
    lines: Parts = [],  # noqa: B006 - read, never written
    settles: Annotated[bool, Label("Settle the oldest first")] = True,
    day: DayHint = "",
    note: Words = "",
    draft: Draft = False,
) -> str:
    """Money that a customer or a partner pays. What nothing is owed for stays as a prepayment."""
    party, party_kind = _party(customer, partner)
    paper = MoneyPaper(
        kind="receipt", account=account, party=party, party_kind=party_kind, amount=amount, settles=settles, day=day,
        note=note,
    )  # fmt: skip
    return write(desk, paper, lines, draft=draft)


@action("New payment")
def new_payment(
    desk: Desk,
    *,
    account: Annotated[AccountId, Label("Out of account")],
    amount: Money,
    customer: CustomerId = "",
    partner: PartnerId = "",
    lines: Parts = [],  # noqa: B006 - read, never written
    settles: Annotated[bool, Label("Settle the oldest first")] = True,
    day: DayHint = "",
    note: Words = "",
    draft: Draft = False,
) -> str:
    """Money that the shop pays to a partner, or back to a customer."""
    if customer:
        check_refund(desk, amount)
    party, party_kind = _party(customer, partner)
    paper = MoneyPaper(
        kind="payment", account=account, party=party, party_kind=party_kind, amount=amount, settles=settles, day=day,
        note=note,
    )  # fmt: skip
    return write(desk, paper, lines, draft=draft)


@action("New transfer")
def new_transfer(
    desk: Desk,
    *,
    account: Annotated[AccountId, Label("Out of account")],
    to_account: Annotated[AccountId, Label("Into account")],
    amount: Money,
    fee: Annotated[Money, Hint("What the bank keeps; it leaves the first account too.")] = 0,
    item: Annotated[MoneyItemId, Label("The fee counts as")] = "",
    rate: Annotated[
        Price, Hint("Between two currencies: what one of what leaves is worth. Empty: the rate of that day.")
    ] = 0,
    day: DayHint = "",
    note: Words = "",
    draft: Draft = False,
) -> str:
    """Money goes from one account of the shop into another."""
    paper = MoneyPaper(
        kind="transfer", account=account, to_account=to_account, amount=amount, fee=fee, item=item, rate=rate, day=day,
        note=note,
    )  # fmt: skip
    return write(desk, paper, draft=draft)


@action("New other income")
def new_income(
    desk: Desk,
    *,
    account: Annotated[AccountId, Label("Into account")],
    item: Annotated[MoneyItemId, Label("For")],
    amount: Money,
    lines: Parts = [],  # noqa: B006
    day: DayHint = "",
    note: Words = "",
    draft: Draft = False,
) -> str:
    """Money that came in without an order: interest, sold cardboard."""
    paper = MoneyPaper(kind="other_in", account=account, item=item, amount=amount, day=day, note=note)
    return write(desk, paper, lines, draft=draft)


@action("New other expense")
def new_expense(
    desk: Desk,
    *,
    account: Annotated[AccountId, Label("Out of account")],
    item: Annotated[MoneyItemId, Label("For")],
    amount: Money,
    lines: Parts = [],  # noqa: B006
    day: DayHint = "",
    note: Words = "",
    draft: Draft = False,
) -> str:
    """Money that went out without a purchase: rent, power, tape."""
    paper = MoneyPaper(kind="other_out", account=account, item=item, amount=amount, day=day, note=note)
    return write(desk, paper, lines, draft=draft)


def check_refund(desk: Desk, amount: int) -> None:
    """Nobody gives more money back at once than their role allows."""
    check_limit(desk, "refund", amount, field="amount")


def write(desk: Desk, paper: MoneyPaper, lines: Sequence[Part] = (), *, draft: bool = False) -> str:
    """Write a paper and send it on, unless it is to stay a draft."""
    paper = msgspec.structs.replace(paper, day=paper.day or desk.day, maker=desk.who)
    paper = _checked(desk, paper)
    parts = checked_parts(desk, paper, lines)
    number = settings.paper_number(desk, "MP")
    made = desk.put(msgspec.structs.replace(paper, number=number))
    put_parts(desk, made, parts)
    if not draft:
        submit.run(desk, money_paper=made)
    return made


def _party(customer: str, partner: str) -> tuple[str, PartyKind]:
    if bool(customer) == bool(partner):
        raise Refusal("Choose a customer or a partner, one of the two.", field="customer")
    return (customer, "customer") if customer else (partner, "partner")


def _checked(desk: Desk, paper: MoneyPaper) -> MoneyPaper:
    """Return the paper as it may be written, with what comes of it in the other currency."""
    if paper.amount <= 0:
        raise Refusal("An amount is more than nothing.", field="amount")
    if paper.fee < 0:
        raise Refusal("A fee is not less than nothing.", field="fee")
    if paper.kind == "transfer":
        if paper.account == paper.to_account:
            raise Refusal("Both accounts are the same. Choose another one.", field="to_account")
        paper = exchanged(desk, paper, own_account(desk, paper.account), own_account(desk, paper.to_account))
    else:
        home_account(desk, paper.account)
    if paper.kind in {"other_in", "other_out"}:
        check_item(desk, paper.item, "in" if paper.kind == "other_in" else "out")
    settings.check_open_day(desk, paper.day)
    return paper


@action("Change paper")
def change_paper(
    desk: Desk,
    *,
    money_paper: PaperId,
    account: AccountId,
    amount: Money,
    item: Annotated[MoneyItemId, Label("For")] = "",
    lines: Parts = [],  # noqa: B006
    day: DayHint = "",
    note: Words = "",
) -> None:
    """A draft can be corrected; what was approved is answered by a red paper."""
    if desk.state(MoneyPaper, money_paper) != "draft":
        raise Refusal("Only a draft can be changed. Send it back first, or write a red paper.")
    paper = desk.get(MoneyPaper, money_paper)
    new = msgspec.structs.replace(paper, account=account, amount=amount, item=item, day=day or desk.day, note=note)
    new = _checked(desk, new)
    parts = checked_parts(desk, new, lines)
    desk.change(
        MoneyPaper, money_paper, account=new.account, amount=new.amount, item=new.item, day=new.day, note=new.note,
        rate=new.rate, to_amount=new.to_amount,
    )  # fmt: skip
    put_parts(desk, money_paper, parts)


@action("Set mark on paper")
def set_mark(desk: Desk, *, money_paper: PaperId, mark: Annotated[PaperMarkId, Label("Mark")] = "") -> None:
    """A mark of the directory, by which papers are found again, approved ones too; none takes it away."""
    desk.get(MoneyPaper, money_paper)
    chosen = settings.mark_of(desk, mark, "money_paper")
    desk.change(MoneyPaper, money_paper, mark=chosen.name, mark_id=mark, mark_colour=chosen.colour)


# ---- review


@action("Submit")
def submit(desk: Desk, *, money_paper: PaperId) -> None:
    """With reviews switched on it waits for one; otherwise it counts at once."""
    if settings.on(desk, "money.review"):
        _step(desk, money_paper, "to_review")
    else:
        _approve(desk, money_paper)


@action("Approve")
def approve(desk: Desk, *, money_paper: PaperId) -> None:
    """The money counts: it moves in the journal and in what the party owes."""
    paper, state = desk.get(MoneyPaper, money_paper), desk.state(MoneyPaper, money_paper)
    limit = settings.number(desk, "money.own_limit")
    if limit and abs(paper.amount) > limit and desk.who in {paper.maker, paper.reviewer}:
        raise Refusal(
            "Above {limit} nobody approves what they wrote or reviewed. Ask somebody else.",
            code="own_paper",
            limit=yuan(limit),
        )
    if state == "to_review" and settings.on(desk, "money.second_review"):
        _step(desk, money_paper, "second_review")
        desk.change(MoneyPaper, money_paper, reviewer=desk.who)
        return
    _approve(desk, money_paper)


def _step(desk: Desk, money_paper: str, to: str) -> None:
    """Take a paper on. Its states have words of their own: an approved paper counts, an approved order waits."""
    state = desk.state(MoneyPaper, money_paper)
    if to not in PAPER_FLOW.steps.get(state, ()):
        raise Refusal(
            "It is {state} now, so it cannot become {to}.",
            code="wrong_state",
            state=f"paper_{state}",
            to=f"paper_{to}",
        )
    desk.step(MoneyPaper, money_paper, to=to)


def _approve(desk: Desk, money_paper: str) -> None:
    _step(desk, money_paper, "approved")
    post(desk, desk.get(MoneyPaper, money_paper))


@action("Send back")
def send_back(desk: Desk, *, money_paper: PaperId, reason: Text) -> None:
    """It becomes a draft again, with the reason in its note."""
    if not reason.strip():
        raise Refusal("Say what is to be put right.", field="reason")
    paper = desk.get(MoneyPaper, money_paper)
    _step(desk, money_paper, "draft")
    desk.change(MoneyPaper, money_paper, note="\n".join(filter(None, [paper.note, reason])), reviewer="")


@action("Void", confirm="The paper is crossed out. Its number stays and is not used again.")
def void(desk: Desk, *, money_paper: PaperId) -> None:
    """A paper that has not counted yet is crossed out; one that has is answered by a red one."""
    _step(desk, money_paper, "void")


@action(
    "Take the approval back", confirm="The money is taken out of the journal again, and the paper waits for review."
)
def unreview(desk: Desk, *, money_paper: PaperId) -> None:
    """Only while nothing depends on it; otherwise write a red paper."""
    paper = _standing(desk, money_paper)
    if paper.document:
        raise Refusal("It belongs to {number}. Take it back there.", number=paper.about or paper.number)
    if settled_with(desk, paper.id):
        raise Refusal("It settles something already. Take the settlement back first, or write a red paper.")
    if agreed := _agreed(desk, paper):
        raise Refusal("The statement up to {day} was agreed. Write a red paper.", day=agreed)
    desk.step(MoneyPaper, money_paper, to="to_review")
    desk.change(MoneyPaper, money_paper, reviewer="")
    unpost(desk, paper)


def _agreed(desk: Desk, paper: MoneyPaper) -> str:
    if not paper.party:
        return ""
    known = members(desk, paper.party, paper.party_kind)
    marks = ", ".join("?" * len(known))
    found = desk.value(f"select max(day_to) from agreed where party in ({marks}) and day_to >= ?", *known, paper.day)
    return str(found or "")


def _standing(desk: Desk, money_paper: str) -> MoneyPaper:
    """Return an approved paper that is neither red nor answered by a red one."""
    paper = desk.get(MoneyPaper, money_paper)
    if desk.state(MoneyPaper, money_paper) != "approved":
        raise Refusal("Only an approved paper can be taken back.")
    if paper.reverses:
        raise Refusal("This is a red paper itself. Write the right one anew.")
    if desk.value("select 1 from money_paper where reverses = ? and state = 'approved'", money_paper):
        raise Refusal("A red paper answers this one already.", code="reversed")
    return paper


@action("Reverse", confirm="A red paper over the same amount is written today. Both stay in the journal.")
def reverse(desk: Desk, *, money_paper: PaperId, reason: Text) -> str:
    """红冲: the answer to a mistake that has counted already, also in a month whose books are closed."""
    if not reason.strip():
        raise Refusal("Say what was wrong.", field="reason")
    return write_red(desk, _standing(desk, money_paper), reason)


def write_red(desk: Desk, paper: MoneyPaper, reason: str) -> str:
    """Answer a paper by one with the opposite sign; what it settled is open again."""
    unsettle_all(desk, paper.id)
    red = msgspec.structs.replace(
        paper,
        id="",
        number=settings.paper_number(desk, "MP"),
        amount=-paper.amount,
        to_amount=-paper.to_amount,
        fee=-paper.fee,
        day=desk.day,
        note=reason,
        maker=desk.who,
        reviewer="",
        reverses=paper.id,
    )
    made = desk.put(red)
    desk.step(MoneyPaper, made, to="approved")
    if paper.party:
        # They settle each other, so that nothing of a mistake stays open.
        came_in = paper.kind == "receipt"
        pair = (paper.id, made) if came_in else (made, paper.id)
        desk.add(Allocated(paper=pair[0], charge=pair[1], amount=paper.amount))
    post(desk, desk.get(MoneyPaper, made))
    desk.about(paper.id)
    return made
