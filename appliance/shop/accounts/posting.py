"""Posting: what an approved paper does to journals and balances, and how that is taken back."""

from appliance.journal import Desk
from appliance.shop.accounts.journal import move
from appliance.shop.accounts.lines import parts_of, settle_parts
from appliance.shop.accounts.records import MoneyPaper, Received
from appliance.shop.accounts.settling import settle_document, settle_oldest

TOWARDS_US = {"receipt": 1, "other_in": 1, "payment": -1, "other_out": -1}


def post(desk: Desk, paper: MoneyPaper) -> None:
    """Write down what an approved paper says."""
    _book(desk, paper, 1)
    if paper.party and paper.document:
        settle_document(desk, paper.document)
    elif paper.party and not paper.reverses:
        settle_parts(desk, paper)
        if paper.settles:
            settle_oldest(desk, paper.id)


def unpost(desk: Desk, paper: MoneyPaper) -> None:
    """Take back what a paper said, by facts that answer its facts."""
    _book(desk, paper, -1)


def _book(desk: Desk, paper: MoneyPaper, sign: int) -> None:
    if paper.kind == "transfer":
        _transfer(desk, paper, sign)
        return
    towards = sign * TOWARDS_US[paper.kind]
    for part in parts_of(desk, paper):
        move(desk, account=part.account, amount=towards * part.amount, day=paper.day, paper=paper.id, item=part.item)
    if paper.party:
        desk.add(
            Received(
                party=paper.party,
                party_kind=paper.party_kind,
                amount=towards * paper.amount,
                document=paper.document,
                paper=paper.id,
                day=paper.day,
            )
        )


def _transfer(desk: Desk, paper: MoneyPaper, sign: int) -> None:
    """Money goes from one account into the other; the bank's fee leaves the first."""
    came = paper.to_amount or paper.amount
    moves = [(paper.account, -sign * paper.amount, ""), (paper.to_account, sign * came, "")]
    if paper.fee:
        moves.append((paper.account, -sign * paper.fee, paper.item))
    for account, amount, item in moves:
        move(desk, account=account, amount=amount, day=paper.day, paper=paper.id, item=item)
