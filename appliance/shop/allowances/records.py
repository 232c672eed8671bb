"""What is written about allowances: how much of something a box may spend without asking, and every move of that."""

from typing import ClassVar, Literal

from appliance.journal import CHAIN, Day, Fact, Id, Partition, Sum, Text

MoveKind = Literal[
    "grant", "pass", "use", "unuse", "give_back", "take_back", "write_off", "fulfil", "reopen", "cover", "owe", "settle",
]  # fmt: skip

ALLOWANCE = Sum("allowance", by=("purse", "subject", "holder"), of=("amount",))
"""What each holder has left of each thing. What was used and not yet delivered is held by `USED`."""

USED = "used"
OWED = "owed"
"""What was spent beyond what there was: somebody owes it."""


class AllowanceMoved(Fact, kw_only=True, frozen=True):
    """Some of an allowance went from one holder to another; an empty name is the owner's own store.

    Whoever has less afterwards wrote it, so nobody else can take it away meanwhile. Only a box that will write no more is
    written for by the owner.
    """

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("subject", "kind"), ("document",))

    purse: Text = ""
    """What kind of thing it is: stock of a pool, points, a deposit."""
    subject: Id = ""
    giver: Text = ""
    taker: Text = ""
    amount: int = 0
    """In the unit of the purse: ten-thousandths of a piece, points, fen."""
    kind: MoveKind = "grant"
    document: Id = ""
    day: Day = ""
    reason: Text = ""
