"""Rights to goods that several branches sell: asked for, handed over, given back; and those of a box that is gone.

Whoever is asked answers by itself as soon as the two boxes meet: the keeper of a pool gives what is free, another box up
to half of what it holds. More than that a person hands over.
"""

from typing import Annotated

from appliance.journal import ONE, Desk, Label, Limit, Qty, Refusal, Text, action
from appliance.shop import allowances, inventory
from appliance.shop.branches.records import HolderId, Member, RightsRequest, RightsRequestId
from appliance.shop.inventory import PoolId

MOST_ANSWERED = 100

HowMany = Annotated[Qty, Label("How many")]
Why = Annotated[Text, Limit(max=100), Label("Reason")]


@action("Ask for rights", undo="branches.withdraw_rights_request")
def ask_for_rights(desk: Desk, *, pool: PoolId, member: HolderId, qty: HowMany = ONE) -> str:
    """The other box hears it when the two meet, and hands over what it can spare."""
    if qty <= 0:
        raise Refusal("It must be more than nothing.", field="qty")
    inventory.stand_of(desk, pool)
    box = desk.get(Member, member)
    return desk.put(
        RightsRequest(
            pool=pool, asker=allowances.here(desk), asker_code=desk.box, whom=author_of(desk, box), whom_code=box.code,
            qty=qty, day=desk.day,
        )
    )  # fmt: skip


@action("Withdraw the request")
def withdraw_rights_request(desk: Desk, *, rights_request: RightsRequestId) -> None:
    """What was handed over already stays here."""
    found = _asked(desk, rights_request)
    if found.asker != allowances.here(desk):
        raise Refusal("Box {box} asked; only there it can be withdrawn.", code="not_ours", box=found.asker_code)
    desk.step(RightsRequest, rights_request, to="withdrawn")


@action("Hand rights over")
def hand_over_rights(desk: Desk, *, pool: PoolId, member: HolderId, qty: HowMany = ONE) -> None:
    """The other box may promise so many more, and this one so many less. The keeper gets back what it is handed."""
    inventory.give_rights(desk, pool, author_of(desk, desk.get(Member, member)), qty)
    desk.about(pool)


@action("Hand over what was asked for")
def answer_rights_request(desk: Desk, *, rights_request: RightsRequestId, qty: HowMany = 0) -> None:
    """All that was asked for, or less."""
    found = _asked(desk, rights_request)
    _check_asked_here(desk, found)
    given = qty or found.qty
    inventory.give_rights(desk, found.pool, found.asker, given)
    desk.change(RightsRequest, rights_request, given=given)
    desk.step(RightsRequest, rights_request, to="answered")
    desk.about(found.pool)


@action("Decline the request")
def decline_rights_request(desk: Desk, *, rights_request: RightsRequestId, reason: Why) -> None:
    """This branch needs them itself."""
    found = _asked(desk, rights_request)
    _check_asked_here(desk, found)
    if not reason.strip():
        raise Refusal("Say why; somebody will ask.", field="reason")
    desk.change(RightsRequest, rights_request, reason=reason.strip())
    desk.step(RightsRequest, rights_request, to="declined")


@action("Answer requests for rights")
def answer_rights_requests(desk: Desk) -> int:
    """Done by the box itself when it hears of some; what it cannot spare waits for a person. Returns how many."""
    done = 0
    asked = "select id, pool, qty from rights_request where whom = ? and state = 'asked' and deleted = 0 limit ?"
    seen = set[str]()
    for row in desk.rows(asked, allowances.here(desk), MOST_ANSWERED):
        # One answer for a pool in an entry: what is left is known anew after it.
        spare = min(row.qty, _spare(desk, row.pool)) if row.pool not in seen else 0
        if spare > 0:
            answer_rights_request(desk, rights_request=row.id, qty=spare)
            seen.add(row.pool)
            done += 1
    return done


def _spare(desk: Desk, pool: str) -> int:
    left = inventory.spendable(desk, pool)
    kept = 0 if inventory.stand_of(desk, pool).keeper == allowances.here(desk) else -(-left // 2)
    return (left - kept) // ONE * ONE


# ---- boxes that are gone


@action("Take the rights back", confirm="Only for a box that writes no more, once all it wrote has come.")
def take_back_rights(desk: Desk, *, pool: PoolId, holder: Text) -> None:
    """A box was retired, put out, or goes on under a new name: what it still held can be given to others."""
    inventory.kept_here(desk, pool)
    if not allowances.take_back(desk, inventory.PURSE, pool, holder):
        raise Refusal("That box holds nothing of it.", code="nothing")
    desk.about(pool)


@action("Write the rights off", confirm="If that box still sells with them, so much is sold twice.", pin=True)
def write_off_rights(desk: Desk, *, pool: PoolId, holder: Text, reason: Why) -> None:
    """A box is lost and nobody knows what it sold: its rights go to others all the same."""
    inventory.kept_here(desk, pool)
    allowances.write_off(desk, inventory.PURSE, pool, holder, reason)
    desk.about(pool)


# ---- what they have in common


def _asked(desk: Desk, request: str) -> RightsRequest:
    found = desk.get(RightsRequest, request)
    if desk.state(RightsRequest, request) != "asked":
        raise Refusal("This request has been settled already.", code="settled")
    return found


def _check_asked_here(desk: Desk, found: RightsRequest) -> None:
    if found.whom != allowances.here(desk):
        raise Refusal("Box {box} was asked; only there it can be answered.", code="not_ours", box=found.whom_code)


def author_of(desk: Desk, member: Member) -> str:
    """The name under which a box writes now: the newest that is known here and not closed."""
    if member.gone:
        raise Refusal("This box is not in the chain any more.", field="member", code="gone")
    found = desk.value(
        "select lower(hex(p.author)) from log_place p where substr(p.author, 1, 16) = ? "
        "and not exists (select 1 from retired r where r.author = p.author) order by p.n desc limit 1",
        bytes.fromhex(member.box),
    )
    if not found:
        raise Refusal("Nothing was heard of box {box} yet. Let the two meet first.", field="member", box=member.code)
    return str(found)
