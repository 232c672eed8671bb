"""Problems: what ought not to be, each a row of a view that ought to be empty, with a sentence to say.

A room declares `PROBLEMS = {"problem_…": Problem(…)}`. The sentence names columns of the view; what else a problem needs
of its row is named in `href` and `needs`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote

from appliance.journal import Row
from appliance.web.cells import Seen, plain_text
from appliance.web.columns import Do, Go

NAMED = re.compile(r"{(\w+)}")

Step = Do | Go


def nothing(_row: Mapping[str, Any]) -> Sequence[Step]:
    """Nothing can be done about it with one tap."""
    return ()


@dataclass(frozen=True)
class Problem:
    """What is wrong, where it is put right, and what settles it with one tap."""

    sentence: str
    href: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """How named columns are written, where they are no plain text: {"qty": "qty", "state": "choice"}."""
    settle: Callable[[Mapping[str, Any]], Sequence[Step]] = nothing
    needs: Sequence[str] = ()
    """Further columns that `settle` asks for."""
    sides: str = ""
    """A view with what stands against what: problem (the row's id), at, who, place, what, and href."""
    named: bool = False
    """Its rows have `kind` and `about`, the table and id of a record of any room; `{number}` is how that is called."""
    quiet: bool = False
    """It is written down and nobody has to hurry."""
    see: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns of its view that it needs."""
        told = {*NAMED.findall(self.sentence), *NAMED.findall(self.href), *self.needs, "id"}
        return sorted(told - {"number"} | {"kind", "about"} if self.named else told)


@dataclass(frozen=True)
class Fork:
    """How a room speaks of its document when two people took it different ways at once."""

    href: str = ""
    """The document's page, `{id}` for the document."""
    said: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What to say of two states, the one that stands first; `{number}` is how the document is called."""


class Reader(Protocol):
    """Whoever may ask."""

    def rows(self, sql: str, *args: object) -> Sequence[Row]:
        """Ask the shop."""


@dataclass(frozen=True)
class Found:
    """One row of a problem view."""

    view: str
    problem: Problem
    row: Mapping[str, Any]
    fork: Fork | None = None
    """How the room of the record it is about speaks of it."""

    @property
    def id(self) -> str:
        """The row's own name; the same on every box."""
        return str(self.row["id"])

    @property
    def about(self) -> tuple[str, str]:
        """The table and the id of the record it is about."""
        return str(self.row.get("kind", "")), str(self.row.get("about", ""))

    def called(self, number: str) -> "Found":
        """The same with the name of what it is about."""
        return replace(self, row={**self.row, "number": number})

    @property
    def sentence(self) -> str:
        """The msgid: the room's own, if it has one for these two states."""
        states = (str(self.row.get("one")), str(self.row.get("other")))
        said = self.fork.said if self.fork else {}
        return next((said[pair] for pair in (states, states[::-1]) if pair in said), self.problem.sentence)

    @property
    def href(self) -> str:
        """Where it is put right."""
        if self.fork:
            return self.fork.href.replace("{id}", quote(self.about[1], safe=""))
        return NAMED.sub(lambda name: quote(str(self.row[name[1]] or ""), safe=""), self.problem.href)

    @property
    def steps(self) -> Sequence[Step]:
        """What settles it with one tap."""
        return self.problem.settle(self.row)

    def said(self, seen: Seen) -> str:
        """The sentence with what it names, as this person reads it."""
        kinds, sentence = self.problem.kinds, self.sentence
        named = {
            name: plain_text(kinds[name], self.row[name], seen) if name in kinds else self.row[name] or "?"
            for name in NAMED.findall(sentence)
        }
        return seen.words(sentence, **named)


def find(reader: Reader, problems: Mapping[str, Problem], forks: Mapping[str, Fork], each: int) -> list[Found]:
    """Ask every problem view for its first rows, in one statement."""
    if not problems:
        return []
    parts = []
    for place, (view, problem) in enumerate(problems.items()):
        fields = ", ".join(f"'{name}', {name}" for name in problem.columns)
        parts.append(
            f"select {place} as place, json_object({fields}) as told from (select * from {view} limit {int(each)})"
        )
    views, found = list(problems), []
    for row in reader.rows(" union all ".join(parts)):
        view, told = views[row["place"]], json.loads(row["told"])
        fork = forks.get(told["kind"]) if problems[view].named else None
        found.append(Found(view, problems[view], told, fork))
    return found
