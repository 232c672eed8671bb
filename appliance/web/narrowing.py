"""Narrowing: what a list can be narrowed and sorted by.

The list itself only names it. What can be chosen is asked for when a menu is opened (`/orders?menu=courier`), and is a page
of its own for a browser that runs no script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appliance.web.forms import FieldView
from appliance.web.listing import ChoiceFilter, Filter, Period, RefFilter, sort_key

if TYPE_CHECKING:
    from appliance.web.lists import ListPage

PERIODS = (("today", "Today"), ("7d", "Last 7 days"), ("30d", "Last 30 days"), ("90d", "Last 90 days"))
SORT = "sort"
"""The menu of the orders; no filter is called so, for the address says the order by this name."""

_Few = dict[str, list[tuple[str, str]] | None]


def chips(page: "ListPage") -> list[dict[str, Any]]:
    """The filters, each with what is chosen and where its menu is; a directory that holds nothing narrows nothing."""
    few = _few(page, page.listing.filters)
    return [
        {"said": _said(page, one, few) or _title(page, one), "on": bool(page.query.get(one.column)),
         "href": page.address(menu=one.column, after="", before="")}
        for one in page.listing.filters
        if page.query.get(one.column) or not (isinstance(one, RefFilter) and few[one.table] == [])
    ]  # fmt: skip


@dataclass(frozen=True)
class Menu:
    """What a menu of a list offers."""

    title: str
    name: str = ""
    kind: str = ""
    options: Sequence[dict[str, Any]] = ()
    off: str = ""
    """Where nothing is chosen any more."""
    kept: Sequence[tuple[str, str]] = ()
    """What a small form in it must carry along."""
    finder: FieldView | None = None
    """The field that finds one row among many."""
    export: str = ""


def menu(page: "ListPage", name: str) -> Menu | None:
    """Give a menu by its name in the address; nothing where a list has no such menu."""
    if name == SORT:
        orders = [(sort_key(one), page.visit.words(one[1])) for one in page.listing.sorts]
        return Menu(page.visit.words("In which order"), options=_ways(page, name, orders, sort_key(page.sort)))
    one = next((one for one in page.listing.filters if one.column == name), None)
    if one is None:
        return None
    given, options = page.query.get(name, ""), _options(page, one, _few(page, [one]))
    gone = {name, "after", "before", f"{name}.from", f"{name}.to"}
    return Menu(
        _title(page, one),
        name,
        one.kind,
        _ways(page, name, options, given),
        page.address(**{name: "", "after": "", "before": ""}) if given else "",
        [(kept, value) for kept, value in page.query.items() if value and kept not in gone],
        _finder(page, one, given) if isinstance(one, RefFilter) and not options else None,
    )


def _ways(page: "ListPage", name: str, options: Sequence[tuple[str, str]], given: str) -> list[dict[str, Any]]:
    return [
        {"title": title, "href": page.address(**{name: key, "after": "", "before": ""}), "on": key == given}
        for key, title in options
    ]


def _few(page: "ListPage", filters: Sequence[Filter]) -> _Few:
    """The rows of the directories that hold few; asked for all at once."""
    tables = [one.table for one in filters if isinstance(one, RefFilter)]
    return dict(page.visit.front.labels.few_of(page.visit, tables))


def _title(page: "ListPage", one: Filter) -> str:
    return page.visit.words(one.title) if one.title else page.visit.words.name(one.label)


def _options(page: "ListPage", one: Filter, few: _Few) -> list[tuple[str, str]]:
    words = page.visit.words
    if isinstance(one, Period):
        return [(key, words(title)) for key, title in PERIODS]
    if isinstance(one, ChoiceFilter):
        return [(key, words.name(key)) for key in one.choices]
    return few[one.table] or [] if isinstance(one, RefFilter) else []


def _said(page: "ListPage", one: Filter, few: _Few) -> str:
    """What is chosen, in words; nothing where nothing is."""
    given = page.query.get(one.column, "")
    if not given:
        return ""
    known = dict(_options(page, one, few)).get(given)
    if known is None and isinstance(one, RefFilter):
        return page.visit.pick(one.table, given)
    return given.replace("..", " – ") if known is None else known


def _finder(page: "ListPage", one: RefFilter, given: str) -> FieldView:
    return FieldView(name=one.column, label=_title(page, one), kind="pick", value=given, href=f"/pick/{one.table}")
