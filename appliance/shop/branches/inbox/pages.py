"""What can be seen of contradictions: each case in one sentence, both sides, who and when, and what settles it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.journal import Row
from appliance.web import Answer, Do, Found, Go, Problem, Visit, page
from appliance.web.cells import plain_text
from appliance.web.fields import Field, struct_fields

EACH = 20
"""So many cases of one kind are shown; settling them brings the next."""
SIDES = "problem, side, at, place, who, kind, what, content"
HIDDEN = {"secret", "blob"}
UNSAID = "•••"


@dataclass
class Side:
    """What one box did."""

    at: int
    who: str
    place: int
    what: str = ""
    values: Sequence[tuple[str, str]] = ()
    keep: Do | None = None


@dataclass
class Case:
    """One contradiction as a screen shows it."""

    id: str
    sentence: str
    href: str
    quiet: bool
    steps: Sequence[Do | Go]
    sides: list[Side] = field(default_factory=list)


@page("/inbox", see="branches.see")
def inbox(visit: Visit) -> Answer:
    """Everything that ought not to be, what presses first."""
    found = visit.problems(EACH)
    told = _sides(visit, found)
    cases = [
        Case(
            one.view + one.id,
            one.said(visit.seen),
            one.href,
            one.problem.quiet,
            one.steps,
            told.get((one.view, one.id), []),
        )
        for one in found
    ]
    loud, quiet = [one for one in cases if not one.quiet], [one for one in cases if one.quiet]
    return visit.show(
        "branches/inbox/inbox.html",
        title=visit.words("To be settled"),
        loud=loud,
        quiet=quiet,
        boxes=_boxes(visit, cases),
    )


# ---- both sides


def _sides(visit: Visit, found: Sequence[Found]) -> dict[tuple[str, str], list[Side]]:
    """What stands against what in these cases; three statements, however many they are."""
    rows = _asked(visit, found)
    named = [one for one in found if one.problem.sides]
    by_case: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by_case.setdefault((row["view"], row["problem"]), []).append(row)
    words = _Contents(visit, rows)
    told = {}
    for one in named:
        sides = by_case.get((one.view, one.id), [])
        said = words.differing([json.loads(row["content"]) if row["content"] else {} for row in sides])
        told[one.view, one.id] = [
            Side(
                row["at"], words.person(row["who"]), row["place"], row["what"] and visit.words.name(row["what"]),
                words.values(row["kind"], values), _keep(one, row),
            )
            for row, values in zip(sides, said, strict=True)
        ]  # fmt: skip
    return told


def _keep(one: Found, row: Row) -> Do | None:
    if one.view != "problem_value_conflict":
        return None
    return Do("Keep this value", "branches.keep_value", case=one.id, side=row["side"])


def _asked(visit: Visit, found: Sequence[Found]) -> list[Row]:
    parts, asked = [], list[str]()
    for view in dict.fromkeys(one.view for one in found if one.problem.sides):
        mine = [one for one in found if one.view == view]
        marks = ", ".join("?" * len(mine))
        where = f"problem in ({marks})"
        asked += [view, *(one.id for one in mine)]
        if mine[0].problem.named:
            where += f" and about in ({marks})"
            asked += [one.about[1] for one in mine]
        parts.append(f"select ? as view, {SIDES} from {mine[0].problem.sides} where {where}")
    return visit.rows(" union all ".join(parts) + " order by at", *asked) if parts else []


class _Contents:
    """Writes what a side says, field by field, as the record's own form would."""

    def __init__(self, visit: Visit, rows: Sequence[Row]) -> None:
        self._visit = visit
        self._fields: dict[str, dict[str, Field]] = {}
        asked = [("employee", row["who"]) for row in rows]
        for row in rows:
            if row["content"]:
                values = json.loads(row["content"])
                asked += [
                    (one.table, str(values[name]))
                    for name, one in self._of(row["kind"]).items()
                    if one.kind == "ref" and values.get(name)
                ]
        self._names = visit.front.labels.names(visit, asked)

    def _of(self, kind: str) -> dict[str, Field]:
        if kind not in self._fields:
            shape = self._visit.front.journal.schema.shapes.get(kind)
            self._fields[kind] = {one.name: one for one in struct_fields(shape.kind)} if shape else {}
        return self._fields[kind]

    def person(self, employee: str) -> str:
        """How somebody is called."""
        return self._names.get(("employee", employee), "")

    def differing(self, contents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave out what all sides say alike."""
        names = dict.fromkeys(name for one in contents for name in one)
        alike = {name for name in names if len({json.dumps(one.get(name)) for one in contents}) == 1}
        return [{name: one[name] for name in one if name not in alike} for one in contents]

    def values(self, kind: str, content: dict[str, Any]) -> list[tuple[str, str]]:
        """Each value with its name."""
        fields = self._of(kind)
        return [
            (self._visit.words.name(fields[name].label), self._said(fields[name], value))
            for name, value in content.items()
            if name in fields
        ]

    def _said(self, one: Field, value: Any) -> str:
        visit = self._visit
        if one.kind in HIDDEN:
            return UNSAID
        if one.kind == "ref":
            return self._names.get((one.table, str(value)), "") or ("?" if value else "-")
        if one.kind == "phone":
            return visit.mask(str(value))
        if one.kind in {"money", "price", "qty", "weight", "rate", "count", "moment", "day", "choice"}:
            return plain_text(one.kind, value, visit.seen) or "-"
        if one.kind == "flag":
            return visit.words("Yes") if value else visit.words("No")
        return str(value) or "-"


def _boxes(visit: Visit, cases: Iterable[Case]) -> dict[int, str]:
    """At which box each side was done, by the place of its author in the log."""
    places = sorted({side.place for case in cases for side in case.sides if side.place})
    if not places:
        return {}
    rows = visit.rows(
        "select p.n, m.code, m.branch_name from log_place p "
        "join member_list m on m.box = lower(hex(substr(p.author, 1, 16))) "
        f"where p.n in ({', '.join('?' * len(places))})",
        *places,
    )
    return {row["n"]: " ".join(filter(None, (row["branch_name"], row["code"]))) for row in rows}


def _let_stand(row: Mapping[str, Any]) -> Sequence[Do]:
    return [Do("Let it stand", "branches.let_stand", case=row["id"])]


PROBLEMS = {
    "problem_step_fork": Problem(
        "{called} {number}: one box took it to “{one}”, another to “{other}”.",
        kinds={"called": "choice", "one": "choice", "other": "choice"},
        named=True,
        sides="fork_side",
        settle=_let_stand,
    ),
    "problem_value_conflict": Problem(
        "{called} {number} was corrected on several boxes at once. Choose which counts.",
        kinds={"called": "choice"},
        named=True,
        sides="conflict_side",
        settle=_let_stand,
    ),
    "problem_told_differently": Problem(
        "{called}: two boxes told the same happening differently. The first counts.",
        kinds={"called": "choice"},
        named=True,
        sides="rival_side",
        settle=_let_stand,
    ),
    "problem_done_twice": Problem(
        "{called} {number}: two people took it to “{one}” apart from each other.",
        kinds={"called": "choice", "one": "choice"},
        named=True,
        sides="fork_side",
        quiet=True,
        settle=_let_stand,
    ),
    "problem_parked": Problem(
        "{count} changes that other boxes wrote are not understood by this version. Update this box; nothing is lost.",
        kinds={"count": "count"},
    ),
    "problem_books_differ": Problem(
        "The night's check found {count} places where this box's tables do not follow from its log, the first: {first}. "
        "Carry a copy away, then let “appliance rebuild” draw them anew and “appliance check” look again.",
        kinds={"count": "count"},
    ),
}
PAGES = [inbox]
