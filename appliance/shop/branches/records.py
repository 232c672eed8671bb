"""What is written about the branches living together: what a person settled, and who belongs to the chain."""

from typing import Annotated, ClassVar, Final, Literal

from appliance.journal import CHAIN, Day, Flow, Group, Id, Label, Partition, Qty, Record, Ref, Text
from appliance.shop.inventory import PoolId
from appliance.shop.settings import BranchId

MemberId = Annotated[str, Ref("member")]
HolderId = Annotated[str, Ref("rights_holder"), Label("Box")]
RightsRequestId = Annotated[str, Ref("rights_request")]
CaseId = Annotated[str, Ref("open_case")]
CaseKind = Literal["fork", "conflict", "rival"]
BoxRole = Literal["box", "hub"]
Gone = Literal["", "put_out", "retired"]


class Settlement(Record, kw_only=True, frozen=True):
    """A person looked at what two boxes did in contradiction and said how it stands.

    Its id follows from the case and from how many sides that had: two people who settle the same write the same, and a
    further side that comes later opens the case again.
    """

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("about", "part"),)

    kind: CaseKind = "fork"
    about: Id = ""
    part: Text = ""
    """With `about` it names the case: the step before the fork, what was set and which stamp it replaced, the table."""
    sides: int = 0
    choice: Text = ""


class Member(Record, kw_only=True, frozen=True):
    """A box of the chain. What it may do stands in its certificate, which the owner's key signed; the rest is for people.

    Its id follows from the box's key, so a box that is let in again is the same box.
    """

    within: ClassVar[tuple[str, ...] | None] = ()
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("box",), ("branch",))

    box: Text = ""
    """Its name among boxes, in hex."""
    code: Annotated[Text, Group("certificate")] = ""
    branch: Annotated[BranchId, Group("certificate")] = ""
    role: Annotated[BoxRole, Group("certificate")] = "box"
    number: Annotated[int, Group("certificate")] = 0
    """Of two certificates of one box the one with the higher number stands."""
    certificate: Annotated[Text, Group("certificate")] = ""
    name: Text = ""
    address: Text = ""
    """Where it can be reached from outside, if anybody told."""
    gone: Annotated[Gone, Group("gone")] = ""
    gone_on: Annotated[Day, Group("gone")] = ""
    gone_reason: Annotated[Text, Group("gone")] = ""


REQUEST_FLOW: Final = Flow(
    start="asked",
    steps={"asked": ("answered", "declined", "withdrawn"), "answered": (), "declined": (), "withdrawn": ()},
    rank={"answered": 20, "declined": 10},
)


class RightsRequest(Record, kw_only=True, frozen=True):
    """A box asks another for rights to goods that several branches sell. Whoever is asked hears it when they meet."""

    within: ClassVar[tuple[str, ...] | None] = ()
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = REQUEST_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("pool", "made_at"), ("whom", "state"))

    pool: PoolId = ""
    asker: Text = ""
    """The name under which it writes, in hex; so is `whom`."""
    asker_code: Text = ""
    whom: Text = ""
    whom_code: Text = ""
    qty: Qty = 0
    given: Qty = 0
    reason: Text = ""
    """Why it was declined."""
    day: Day = ""


class RightsLevel(Record, kw_only=True, frozen=True):
    """How many rights of a pool a box should hold: below `least` the keeper hands over up to `full`, with 0 nothing.

    The id follows from the pool and the box.
    """

    within: ClassVar[tuple[str, ...] | None] = ()
    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("pool",),)

    pool: PoolId = ""
    member: MemberId = ""
    least: Annotated[Qty, Group("level")] = 0
    full: Annotated[Qty, Group("level")] = 0
