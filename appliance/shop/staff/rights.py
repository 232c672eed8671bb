"""Rights: what a person may do follows from their role, and nobody gives what they do not have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from appliance.journal import ASKING, EVERYWHERE, NOTHING, Desk, Range, Refusal, Rights, Row
from appliance.shop.staff.roles import OWNER


class Reader(Protocol):
    """Whoever can read the shop: a desk, or a visit."""

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""
        ...

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask."""
        ...


HERE = "e.deleted = 0 and e.disabled = 0 and e.left_on = ''"
"""The condition that somebody works here."""


def rights_of(reader: Reader, employee: str) -> Rights:
    """Return what a person may do; nothing for who has left, and for who has no role."""
    row = reader.row(f"{_ALL} and e.id = ?", employee)
    return NOTHING if row is None else _rights_in(row)


def rights_here(reader: Reader, condition: str) -> Iterator[tuple[Row, Rights]]:
    """Everybody who works here and fits a condition, with what they may do."""
    for row in reader.rows(f"{_ALL} and {condition} order by e.no, e.name limit 500"):
        yield row, _rights_in(row)


_ALL = (
    "select e.id, e.name, e.role, r.grants, r.fields, r.limits, r.ranges, e.ranges as own_ranges, e.shop, e.warehouse"
    f" from employee e join role r on r.id = e.role where r.deleted = 0 and r.disabled = 0 and {HERE}"
)


def _rights_in(row: Row) -> Rights:
    return Rights(
        grants=tuple(msgspec.json.decode(row["grants"], type=list[str])),
        fields=frozenset(msgspec.json.decode(row["fields"], type=list[str])),
        limits=msgspec.json.decode(row["limits"], type=dict[str, int]),
        # An owner works everywhere, whatever their file said before they became one.
        range=EVERYWHERE
        if row["role"] == OWNER
        else range_of(
            _read(row["ranges"]),
            _read(row["own_ranges"]),
            employee=row["id"],
            shop=row["shop"],
            warehouse=row["warehouse"],
        ),
    )


def _read(text: str) -> dict[str, list[str]]:
    return msgspec.json.decode(text, type=dict[str, list[str]]) if text else {}


def range_of(
    role: Mapping[str, Sequence[str]], person: Mapping[str, Sequence[str]], *, employee: str, shop: str, warehouse: str
) -> Range:
    """Where somebody works: what their role says and what their own file says, both of which must allow.

    Whose role says "the shop they work in" and whose file names none sees nothing.
    """
    mine = {"shop": shop, "warehouse": warehouse}
    within: dict[str, set[str]] = {}
    for told in (role, person):
        for kind, ids in told.items():
            if kind in ("branch", "shop", "warehouse") and ids:
                named = {mine.get(kind, "") if one == "mine" else one for one in ids} - {""}
                within[kind] = within[kind] & named if kind in within else named
    own = {one for told in (role, person) for one in told.get("own", ())}
    places = tuple(sorted((kind, tuple(sorted(ids))) for kind, ids in within.items()))
    return Range(places, employee if own else "", own == {"team"})


def check_within(desk: Desk, given: Range) -> None:
    """Refuse to let somebody see more of the shop than the giver does."""
    told = desk.rights.range
    wider = any(
        not set(given.places.get(kind, ())) or not set(given.places[kind]) <= set(ids) for kind, ids in told.within
    )
    if wider or (told.own and not given.own) or (told.own and given.team):
        raise Refusal("You cannot let somebody see more of the shop than you see yourself.", code="not_yours")


def check_may_give(desk: Desk, grants: Iterable[str], fields: Iterable[str] = ()) -> None:
    """Refuse to hand on rights that the giver does not hold; a pattern is held when it lies within one of theirs."""
    for pattern in grants:
        if not desk.may(pattern.removeprefix(ASKING)):
            raise Refusal(
                "You cannot give a right that you do not have yourself: {right}.", code="not_yours", right=pattern
            )
    for name in fields:
        if not desk.rights.sees(name):
            raise Refusal(
                "You cannot give a right that you do not have yourself: {right}.", code="not_yours", right=name
            )


def check_may_touch(desk: Desk, employee: str) -> None:
    """Refuse to change somebody who may do more than oneself: their PIN would be a way to their rights."""
    rights = rights_of(desk, employee)
    if employee != desk.who and not all(desk.may(pattern.removeprefix(ASKING)) for pattern in rights.grants):
        raise Refusal("They may do more than you. Ask somebody who may do as much.", code="not_yours")


def check_owner_left(desk: Desk, employee: str) -> None:
    """Refuse to lose the last owner."""
    person = desk.row("select name, role from employee where id = ?", employee)
    if person is None or person["role"] != OWNER:
        return
    asked = f"select 1 from employee e where e.role = ? and e.id <> ? and {HERE} limit 1"
    if desk.row(asked, OWNER, employee) is None:
        raise Refusal(
            "{name} is the only owner. Make somebody else an owner first.", code="last_owner", name=person["name"]
        )
