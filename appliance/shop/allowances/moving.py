"""Moving allowances: the owner grants, a box spends what it holds without asking anybody, passes it on or gives it back.

A box is its author in hex: a box that goes on under a new name holds nothing of what the old one held, until the owner
has taken that back (spec/sync.md R5, R42 to R45). Plain functions; whoever calls them has asked for permission.
"""

from appliance.journal import Desk, Refusal, Row
from appliance.shop.allowances.records import OWED, USED, AllowanceMoved, MoveKind


def here(desk: Desk) -> str:
    """The name under which this box holds allowances."""
    return desk.journal.author.hex()


def held(desk: Desk, purse: str, subject: str, holder: str = "") -> int:
    """Say how much a holder has left; this box, if none is named."""
    found = desk.value(
        "select amount from allowance where purse = ? and subject = ? and holder = ?",
        purse,
        subject,
        holder or here(desk),
    )
    return int(found or 0)


def outstanding(desk: Desk, purse: str, subject: str) -> int:
    """Say how much the owner has given out and nobody has given back or had delivered."""
    found = desk.value(
        "select sum(amount) from allowance where purse = ? and subject = ? and holder <> ?", purse, subject, OWED
    )
    return int(found or 0)


def holders(desk: Desk, purse: str, subject: str) -> list[Row]:
    """Who holds how much."""
    return desk.rows(
        "select holder, amount from allowance where purse = ? and subject = ? and amount <> 0 order by holder",
        purse, subject,
    )  # fmt: skip


# ---- the owner


def grant(desk: Desk, purse: str, subject: str, holder: str, amount: int, *, free: int) -> None:
    """Let a box spend so much; `free` is what the owner has left to give."""
    _positive(amount)
    if amount > free:
        raise Refusal("That is more than there is to give.", field="qty", code="too_much")
    _move(desk, purse, subject, "grant", "", holder, amount)


def take_back(desk: Desk, purse: str, subject: str, holder: str) -> int:
    """Take back what a box holds that writes no more; returns how much."""
    if not sealed(desk, holder):
        raise Refusal(
            "That box may still be spending it. Let it give it back, or retire it once all its work has come.",
            code="not_sealed",
        )
    left = held(desk, purse, subject, holder)
    if left > 0:
        _move(desk, purse, subject, "take_back", holder, "", left)
    return left


def write_off(desk: Desk, purse: str, subject: str, holder: str, reason: str) -> int:
    """Give a lost box's allowance to others although it may have spent it: so much may be sold twice."""
    if not reason.strip():
        raise Refusal("Say why; somebody will ask.", field="reason")
    left = held(desk, purse, subject, holder)
    if left <= 0:
        raise Refusal("That box holds nothing of it.", code="nothing")
    _move(desk, purse, subject, "write_off", holder, "", left, reason=reason.strip())
    return left


def promise(desk: Desk, purse: str, subject: str, amount: int, document: str, *, free: int) -> None:
    """The owner spends from its own store, without holding anything first."""
    _positive(amount)
    if amount > free:
        raise Refusal("That is more than there is to give.", field="qty", code="too_much")
    _move(desk, purse, subject, "use", "", USED, amount, document=document)


def fulfil(desk: Desk, purse: str, subject: str, amount: int, document: str) -> None:
    """What was used has been delivered from the owner's store."""
    _move(desk, purse, subject, "fulfil", USED, "", amount, document=document)


def reopen(desk: Desk, purse: str, subject: str, amount: int, document: str) -> None:
    """What was delivered came back; it is promised as before."""
    _move(desk, purse, subject, "reopen", "", USED, amount, document=document)


def answer(desk: Desk, purse: str, subject: str, balance: int) -> tuple[int, int]:
    """Cover what boxes spent beyond what they held, as far as the balance goes; returns (covered, owed).

    The caller takes what is covered off its own ledger; what is owed is shown until somebody has paid it.
    """
    covered = owed = 0
    for row in holders(desk, purse, subject):
        if row.amount >= 0 or row.holder == OWED:
            continue
        fits = min(-row.amount, max(balance - covered, 0))
        if fits:
            _move(desk, purse, subject, "cover", "", row.holder, fits)
        beyond = -row.amount - fits
        if beyond:
            _move(desk, purse, subject, "cover", "", row.holder, beyond)
            _move(desk, purse, subject, "owe", "", OWED, beyond)
        covered, owed = covered + fits, owed + beyond
    return covered, owed


def settle_owed(desk: Desk, purse: str, subject: str, amount: int) -> None:
    """Somebody paid what was spent beyond what there was, or the shop lets it go."""
    _positive(amount)
    if amount > held(desk, purse, subject, OWED):
        raise Refusal("Less than that is owed.", field="amount")
    _move(desk, purse, subject, "settle", OWED, "", amount)


# ---- whoever holds


def use(desk: Desk, purse: str, subject: str, amount: int, document: str, *, beyond: int = 0) -> None:
    """Spend: at most what this box holds, and `beyond` it what the shop allows without asking the owner."""
    _positive(amount)
    left = held(desk, purse, subject) + beyond
    if amount > left:
        raise Refusal("This box may spend only {left} more of it.", code="allowance", left=max(left, 0))
    _move(desk, purse, subject, "use", here(desk), USED, amount, document=document)


def unuse(desk: Desk, purse: str, subject: str, document: str) -> int:
    """What was spent for a document is not needed after all; this box holds it again. Returns how much."""
    spent = used_for(desk, purse, subject, document)
    if spent > 0:
        _move(desk, purse, subject, "unuse", USED, here(desk), spent, document=document)
    return spent


def hand_home(desk: Desk, purse: str, subject: str, document: str) -> int:
    """The owner gives what was spent for a document back to whoever spent it; returns how much."""
    left = given = used_for(desk, purse, subject, document)
    spent = desk.rows(
        "select giver, sum(amount) as amount from allowance_moved where document = ? and purse = ? and subject = ? "
        "and kind = 'use' group by giver order by giver",
        document, purse, subject,
    )  # fmt: skip
    for row in spent:
        if (amount := min(row.amount, left)) > 0:
            _move(desk, purse, subject, "unuse", USED, row.giver, amount, document=document)
            left -= amount
    return given - left


def used_for(desk: Desk, purse: str, subject: str, document: str) -> int:
    """How much is spent for a document and not delivered yet."""
    found = desk.value(
        "select sum(case taker when ?4 then amount else -amount end) from allowance_moved "
        "where document = ?3 and purse = ?1 and subject = ?2 and (taker = ?4 or giver = ?4)",
        purse, subject, document, USED,
    )  # fmt: skip
    return int(found or 0)


def pass_on(desk: Desk, purse: str, subject: str, to: str, amount: int) -> None:
    """Let another box spend what this one holds."""
    _from_here(desk, purse, subject, amount)
    if to == here(desk):
        raise Refusal("This box holds it already.", field="member")
    _move(desk, purse, subject, "pass", here(desk), to, amount)


def give_back(desk: Desk, purse: str, subject: str, amount: int) -> None:
    """Return to the owner what this box does not need."""
    _from_here(desk, purse, subject, amount)
    _move(desk, purse, subject, "give_back", here(desk), "", amount)


# ---- what must hold


def sealed(desk: Desk, holder: str) -> bool:
    """Tell whether a box writes no more under this name, and all that it wrote is known here."""
    author = bytes.fromhex(holder)
    journal = desk.journal
    known = {partition: seq for (who, partition), (seq, _) in journal.heads().items() if who == author}
    if journal.controls.cut_off(author):
        # Beyond the owner's cut nothing counts; what lies before it must have come.
        ends = desk.rows("select n, partition from log_place where author = ?", author)
        limits = [(row.partition, journal.controls.limit(row.n)) for row in ends]
        return all(limit is None or known.get(partition, 0) >= limit.seq for partition, limit in limits)
    ends = desk.rows("select partition, max(seq) as seq from retired where author = ? group by partition", author)
    return bool(ends) and all(known.get(row.partition, 0) >= row.seq for row in ends)


def _positive(amount: int) -> None:
    if amount <= 0:
        raise Refusal("It must be more than nothing.", field="qty")


def _from_here(desk: Desk, purse: str, subject: str, amount: int) -> None:
    _positive(amount)
    if amount > held(desk, purse, subject):
        raise Refusal("This box does not hold so much of it.", field="qty", code="allowance")


def _move(
    desk: Desk, purse: str, subject: str, kind: MoveKind, giver: str, taker: str, amount: int, *, document: str = "",
    reason: str = "",
) -> None:  # fmt: skip
    desk.add(
        AllowanceMoved(
            purse=purse, subject=subject, giver=giver, taker=taker, amount=amount, kind=kind, document=document,
            day=desk.day, reason=reason,
        )
    )  # fmt: skip
