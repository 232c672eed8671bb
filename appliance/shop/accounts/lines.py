"""Parts of a money paper: one payment into several accounts, for several debts, under several items."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from appliance.journal import Desk, Hint, Label, Money, Refusal, yuan
from appliance.shop.accounts import settling
from appliance.shop.accounts.journal import home_account
from appliance.shop.accounts.records import AccountId, MoneyPaper, MoneyPaperLine, OpenItemId, PaidKind
from appliance.shop.settings import MoneyItem, MoneyItemId

TWO_SIDED = ("receipt", "payment")


class Part(msgspec.Struct, kw_only=True, frozen=True):
    """One part as a person types it; what is left empty is as the paper says."""

    amount: Money = 0
    account: Annotated[AccountId, Hint("Empty: the one above.")] = ""
    pays: Annotated[OpenItemId, Label("What it pays")] = ""
    item: Annotated[MoneyItemId, Label("For")] = ""
    paid_kind: Annotated[PaidKind, Label("paid_kind")] = "for_goods"


Parts = Annotated[
    list[Part],
    Label("In several parts"),
    Hint("Into several accounts, or for several debts; the parts come to the amount above."),
]


def checked_parts(desk: Desk, paper: MoneyPaper, parts: Sequence[Part]) -> list[Part]:
    """Return the parts of a paper, each with its account and item; refuses what does not come to its amount."""
    if parts and paper.kind == "transfer":
        raise Refusal("A transfer goes into one account. Write one transfer for each.", field="lines")
    if parts and (together := sum(part.amount for part in parts)) != paper.amount:
        raise Refusal(
            "The parts come to {parts}, the paper to {amount}.",
            field="lines", code="parts", parts=yuan(together), amount=yuan(paper.amount),
        )  # fmt: skip
    return [_checked(desk, paper, part, f"lines.{place}") for place, part in enumerate(parts)]


def _checked(desk: Desk, paper: MoneyPaper, part: Part, field: str) -> Part:
    if part.amount <= 0:
        raise Refusal("An amount is more than nothing.", field=f"{field}.amount")
    part = msgspec.structs.replace(part, account=part.account or paper.account, item=part.item or paper.item)
    home_account(desk, part.account)
    if part.item:
        check_item(desk, part.item, "in" if paper.kind in {"receipt", "other_in"} else "out", field=f"{field}.item")
    if part.pays:
        _check_pays(desk, paper, part, f"{field}.pays")
    return part


def _check_pays(desk: Desk, paper: MoneyPaper, part: Part, field: str) -> None:
    if paper.kind not in TWO_SIDED:
        raise Refusal("Only a receipt or a payment pays a debt. Leave this empty, or write one of those.", field=field)
    found = desk.row("select party, party_kind, side from party_item where id = ?", part.pays)
    if found is None or settling.standing(desk, found.party, found.party_kind) != settling.standing(
        desk, paper.party, paper.party_kind
    ):
        raise Refusal("The money and the charge belong to different parties.", field=field)
    if found.side != ("owed" if paper.kind == "receipt" else "prepaid"):
        raise Refusal("Money that came in settles what is owed, not the other way round.", field=field)


def check_item(desk: Desk, item: str, direction: str, *, field: str = "item") -> None:
    """Refuse an item that is not in use, or of the other direction."""
    found = desk.get(MoneyItem, item)
    if found.disabled:
        raise Refusal("{name} is disabled. Choose another item.", field=field, name=found.name)
    if found.direction != direction:
        raise Refusal("{name} is an item of the other direction.", field=field, name=found.name)


def put_parts(desk: Desk, paper: str, parts: Sequence[Part]) -> None:
    """Write the parts of a paper in place of those it had."""
    for one in desk.rows("select id from money_paper_line where money_paper = ? and deleted = 0", paper):
        desk.remove(MoneyPaperLine, one.id)
    for place, part in enumerate(parts):
        desk.put(MoneyPaperLine(money_paper=paper, place=place, **msgspec.structs.asdict(part)))


def parts_of(desk: Desk, paper: MoneyPaper) -> list[Part]:
    """Return what a paper says of money, part by part. A red paper says the opposite of the one it answers."""
    sign = -1 if paper.reverses else 1
    rows = desk.rows(
        "select amount, account, item, pays, paid_kind from money_paper_line where money_paper = ? and deleted = 0 "
        "order by place",
        paper.reverses or paper.id,
    )
    if not rows:
        return [Part(amount=paper.amount, account=paper.account, item=paper.item)]
    return [Part(**{**dict(row), "amount": sign * row.amount}) for row in rows]


def settle_parts(desk: Desk, paper: MoneyPaper) -> None:
    """Let each part settle what it names; what is left of the paper pays the oldest, or stays as a prepayment."""
    for part in parts_of(desk, paper):
        if part.pays and paper.kind == "receipt":
            settling.settle(desk, money=paper.id, charge=part.pays, amount=part.amount)
        elif part.pays:
            settling.settle(desk, money=part.pays, charge=paper.id, amount=part.amount)
