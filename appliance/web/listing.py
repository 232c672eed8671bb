"""Listings: a heading over a view. What is asked lives in the address, so Back returns to the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.web.columns import Column

PAGE_ROWS = 50
COUNTED = 100
SUMMED = 500


@dataclass(frozen=True)
class Saved:
    """A saved view: a condition with a name; `hot` when its number is one that hurts.

    In the condition `:me` is who looks, and `:today` the day at the counter.
    """

    title: str
    where: str = ""
    hot: bool = False

    @property
    def key(self) -> str:
        """How it stands in the address."""
        return self.title.lower().replace(" ", "-")


@dataclass(frozen=True)
class Filter:
    """A condition that a person sets: the column it asks about, and its label."""

    column: str
    title: str = ""
    kind = ""

    @property
    def label(self) -> str:
        """The msgid on the chip."""
        return self.title or self.column.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Period(Filter):
    """A span of days over a moment, or over a day with `day=True`."""

    day: bool = False
    kind = "period"


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One of a few fixed values."""

    choices: Sequence[str] = ()
    kind = "choice"

    def __init__(self, column: str, choices: Sequence[str], title: str = "") -> None:
        for name, value in {"column": column, "choices": tuple(choices), "title": title}.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class RefFilter(Filter):
    """One row of another table, named as its room's LABELS say."""

    table: str = ""
    kind = "ref"

    def __init__(self, column: str, table: str, title: str = "") -> None:
        for name, value in {"column": column, "table": table, "title": title}.items():
            object.__setattr__(self, name, value)


def sort_key(one: tuple[str, str, str]) -> str:
    """How an order stands in the address."""
    return f"{one[0]}-{one[2]}"


@dataclass(frozen=True)
class Listing:
    """A list page: one view, its columns, and the ways to look at it."""

    title: str
    path: str
    view: str
    see: str
    columns: Sequence[Column]
    saved: Sequence[Saved] = ()
    default: str = ""
    filters: Sequence[Filter] = ()
    sorts: Sequence[tuple[str, str, str]] = ()
    search: bool = False
    numbers: Sequence[str] = ()
    """Columns that hold numbers: whoever pastes several into the search is shown exactly these. Each has an index."""
    totals: Sequence[str] = ()
    bulk: Sequence[str] = ()
    new: str = ""
    more: Sequence[str] = ()
    """Further actions that begin something new, in a menu beside `new`."""
    where: str = ""
    empty: str = ""
    export: bool = True
    reads: Sequence[str] | None = None
    """For lists that are looked at all day: what its steps and hand-written cells read besides the columns' own values,
    so that no more is fetched. None fetches everything."""

    @property
    def name(self) -> str:
        """How routes and exports name it."""
        return self.path.strip("/").replace("/", "-")
