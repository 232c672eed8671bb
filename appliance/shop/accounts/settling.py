"""Settling (核销): which money pays which charge. Nothing is ever settled beyond what is open of it."""

from collections.abc import Sequence

from appliance.journal import Desk, Refusal, Row, derive, yuan
from appliance.shop import customers
from appliance.shop.accounts.records import Allocated

AT_ONCE = 200
"""So many charges one paper settles in one go."""


def settle(desk: Desk, *, money: str, charge: str, amount: int) -> None:
    """Settle part of a charge with part of some money."""
    paid, owed = _item(desk, money), _item(desk, charge)
    if paid.side != "prepaid" or owed.side != "owed":
        raise Refusal("Money that came in settles what is owed, not the other way round.", field="charge")
    if standing(desk, paid.party, paid.party_kind) != standing(desk, owed.party, owed.party_kind):
        raise Refusal("The money and the charge belong to different parties.", field="charge")
    if amount <= 0:
        raise Refusal("An amount is more than nothing.", field="amount")
    if amount > min(paid.open, owed.open):
        raise Refusal(
            "Only {open} is open; {asked} cannot be settled.",
            field="amount",
            code="over_settled",
            open=yuan(min(paid.open, owed.open)),
            asked=yuan(amount),
        )
    desk.add(Allocated(paper=money, charge=charge, amount=amount))


def settle_document(desk: Desk, document: str) -> None:
    """Let what was paid for a document settle what was charged for it."""
    items = desk.rows("select * from party_item where document = ? and open > 0 order by due_on, id", document)
    _match(desk, [one for one in items if one.side == "prepaid"], [one for one in items if one.side == "owed"])


def settle_oldest(desk: Desk, money: str) -> int:
    """Let a paper settle the oldest that it can: debts with money, or prepayments with money paid out."""
    mine = _item(desk, money)
    other = "owed" if mine.side == "prepaid" else "prepaid"
    known = members(desk, mine.party, mine.party_kind)
    marks = ", ".join("?" * len(known))
    # The list of open items stands as it was before this action; what is truly open is asked item by item.
    listed = desk.rows(
        f"select id from open_item where party in ({marks}) and side = ? order by due_on, id limit ?",
        *known,
        other,
        AT_ONCE,
    )
    others: list[Row] = []
    needed = int(mine.open)
    for one in listed:
        if needed <= 0:
            break
        found = _item(desk, one.id)
        others.append(found)
        needed -= found.open
    return _match(desk, [mine], others) if mine.side == "prepaid" else _match(desk, others, [mine])


def _match(desk: Desk, paid: Sequence[Row], owed: Sequence[Row]) -> int:
    """Walk both lists, oldest first, settling what meets; returns how much."""
    left = {one.id: int(one.open) for one in (*paid, *owed)}
    settled = 0
    for charge in owed:
        for money in paid:
            same = standing(desk, money.party, money.party_kind) == standing(desk, charge.party, charge.party_kind)
            amount = min(left[money.id], left[charge.id])
            if amount > 0 and same:
                desk.add(
                    Allocated(id=_cause(desk, money.id, charge.id), paper=money.id, charge=charge.id, amount=amount)
                )
                left[money.id] -= amount
                left[charge.id] -= amount
                settled += amount
    return settled


def _cause(desk: Desk, paper: str, charge: str) -> str:
    """What meets by itself follows from both: two boxes that let the same meet apart settle it once."""
    before = desk.value("select count(*) from allocated where paper = ? and charge = ?", paper, charge)
    return derive("allocated", f"{paper} {charge} {before}")


def unsettle(desk: Desk, *, money: str, charge: str) -> None:
    """Take back what a paper settled of a charge."""
    amount = desk.value("select sum(amount) from allocated where paper = ? and charge = ?", money, charge) or 0
    if amount <= 0:
        raise Refusal("Nothing of this is settled with that money.", field="charge")
    desk.add(Allocated(paper=money, charge=charge, amount=-amount))


def unsettle_all(desk: Desk, item: str) -> None:
    """Take back all that a paper has to do with."""
    for one in settled_with(desk, item):
        desk.add(Allocated(paper=one.paper, charge=one.charge, amount=-one.amount))


def settled_with(desk: Desk, item: str) -> list[Row]:
    """Return what a paper settles, and what settles it."""
    return desk.rows(
        "select paper, charge, sum(amount) as amount from ("
        "select paper, charge, amount from allocated where paper = ? "
        "union all select paper, charge, amount from allocated where charge = ?) "
        "group by paper, charge having sum(amount) <> 0",
        item,
        item,
    )


def members(desk: Desk, party: str, party_kind: str) -> list[str]:
    """Return every id by which a party is known in the books."""
    return customers.members(desk, party) if party_kind == "customer" else [party]


def standing(desk: Desk, party: str, party_kind: str) -> str:
    """Return the id by which a party is known now."""
    return customers.current(desk, party) if party_kind == "customer" else party


def _item(desk: Desk, item: str) -> Row:
    found = desk.row("select * from party_item where id = ?", item)
    if found is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return found
