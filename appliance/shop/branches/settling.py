"""Settling: a person says how a case stands, and it stands so on every box."""

from typing import Annotated

import msgspec

from appliance.journal import Desk, Label, Ref, Refusal, Row, Text, action, derive
from appliance.shop.branches.records import CaseId, Settlement

MOST_AT_ONCE = 500

SettlementId = Annotated[str, Ref("settlement")]
Side = Annotated[Text, Label("Which of them")]


@action("Let it stand", undo="branches.open_again")
def let_stand(desk: Desk, *, case: CaseId) -> str:
    """It is right as it stands now; the case is closed on every box."""
    found = open_case(desk, case)
    return settle(desk, found, "stands")


@action("Keep this value", undo="branches.open_again")
def keep_value(desk: Desk, *, case: CaseId, side: Side) -> str:
    """Of several corrections this one counts, on every box."""
    found = open_case(desk, case)
    told = desk.row("select content from conflict_side where about = ? and problem = ? and side = ?",
                    found.about, case, side)  # fmt: skip
    if found.case_kind != "conflict" or told is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    shape = desk.journal.schema.shapes[found.kind]
    values = {name: shape.by_name[name].loaded(value) for name, value in msgspec.json.decode(told.content).items()}
    if desk.value(f"select deleted from {found.kind} where id = ?", found.about) == 0:
        desk.change(shape.kind, found.about, **values)  # type: ignore[type-var]
    return settle(desk, found, told.content)


@action("Settle what was done twice alike")
def settle_alike(desk: Desk) -> int:
    """Where both boxes did the same, nothing has to be decided."""
    rows = desk.rows("select id from problem_done_twice limit ?", MOST_AT_ONCE)
    for row in rows:
        settle(desk, open_case(desk, row.id), "alike")
    return len(rows)


@action("Open the case again")
def open_again(desk: Desk, *, settlement: SettlementId) -> None:
    """Somebody has to look at it once more; a value that was kept stays until then."""
    desk.remove(Settlement, settlement)


# ---- what they have in common


def open_case(desk: Desk, case: str) -> Row:
    """Return a case that nobody has settled yet."""
    found = desk.row("select * from any_case where id = ?", case)
    if found is None:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    if not found.open:
        raise Refusal("Somebody has settled this already.", code="settled")
    return found


def settle(desk: Desk, case: Row, choice: str) -> str:
    """Close a case for as many sides as it has."""
    return desk.put(
        Settlement(
            id=derive("settled", case.id, str(case.sides)), kind=case.case_kind, about=case.about, part=case.part,
            sides=case.sides, choice=choice[:200],
        )
    )  # fmt: skip
