"""Topping up: the box that keeps a pool keeps others stocked with rights, by a plain table that people write (R44).

It hands over from what is free, by itself, whenever it hears that a box has sold down to its mark.
"""

from contextlib import suppress
from typing import Annotated

from appliance.journal import ONE, Desk, Label, Qty, Refusal, action, derive
from appliance.shop import inventory
from appliance.shop.branches.records import HolderId, Member, RightsLevel
from appliance.shop.branches.rights import author_of
from appliance.shop.inventory import PoolId


@action("Keep a box stocked")
def set_rights_level(
    desk: Desk, *, pool: PoolId, member: HolderId, least: Annotated[Qty, Label("Top up below")] = 0,
    full: Annotated[Qty, Label("Top up to")] = 0,
) -> None:  # fmt: skip
    """This box hands rights over by itself as soon as it hears that the other has fewer. With nothing in both it stops."""
    kept = inventory.kept_here(desk, pool)
    if author_of(desk, desk.get(Member, member)) == kept.keeper:
        raise Refusal("This box holds it already.", field="member")
    if least < 0 or full < least or (full and not least):
        raise Refusal("It is topped up to at least the mark below which that is done.", field="full", code="level")
    name = derive("rights_level", pool, member)
    if desk.find(RightsLevel, name) is None:
        desk.put(RightsLevel(id=name, pool=pool, member=member, least=least, full=full))
    else:
        desk.change(RightsLevel, name, least=least, full=full)
    desk.about(pool)


@action("Top rights up")
def top_up_rights(desk: Desk) -> int:
    """Done by the keeping box itself when it hears something; returns how many boxes were handed some."""
    seen = set[str]()
    for row in desk.rows(_LOW, desk.journal.author.hex()):
        # Once for a pool in an entry: what is free is known anew after it. Who has the least of its mark comes first.
        free = 0 if row.pool in seen else min(row.full - row.held, inventory.spendable(desk, row.pool)) // ONE * ONE
        # Who goes on under a name that was not heard of yet is handed some once it is.
        with suppress(Refusal):
            if free > 0:
                inventory.give_rights(desk, row.pool, author_of(desk, desk.get(Member, row.member)), free)
                desk.about(row.pool)
                seen.add(row.pool)
    return len(seen)


_LOW = """
select l.pool, l.member, l.full, l.held from rights_low l where l.keeper = ? order by l.held * 1.0 / l.least, l.member
"""
