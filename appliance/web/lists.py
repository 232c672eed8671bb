"""Lists: what a listing's address asks, the few statements that answer it, and the rows as HTML.

Pages go by key, never by offset, and nothing is counted beyond what a person wants to know: the cost of a list depends
on what it shows, not on the years behind it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from markupsafe import Markup

from appliance.journal import Row, is_id
from appliance.web import narrowing
from appliance.web.columns import Column, Next
from appliance.web.front import capped
from appliance.web.listing import COUNTED, PAGE_ROWS, SUMMED, Filter, Listing, Period, Saved, sort_key
from appliance.web.pasting import PASTED_LENGTH, looked_up, pasted, unknown
from appliance.web.standing import PLACE, turned
from appliance.web.typed import folded
from appliance.web.visit import Visit

FOUND, SEARCH_LENGTH = 200, 100
SAFE = "-_.~:,"


class Around(NamedTuple):
    """What stands above the rows of a list, as HTML."""

    views: Markup
    filters: Markup


@dataclass
class Sifted:
    """A condition with what it binds."""

    parts: list[str] = field(default_factory=list)
    args: list[Any] = field(default_factory=list)

    def add(self, part: str, *args: Any) -> None:
        """Narrow it."""
        if part:
            self.parts.append(f"({part})")
            self.args += args

    @property
    def where(self) -> str:
        """The condition as SQL."""
        return " and ".join(self.parts) or "true"


class ListPage:
    """One listing as one visit asks for it."""

    def __init__(self, visit: Visit, listing: Listing) -> None:
        visit.whole(listing.view)
        self.visit = visit
        self.listing = listing
        self.query = _spans(visit.query)
        self.columns = [one for one in listing.columns if not one.needs or visit.sees(one.needs)]
        self.saved = _named(listing.saved, self.query.get("view", listing.default))
        asked = self.query.get("q", "").strip()[:PASTED_LENGTH] if listing.search else ""
        self.pasted = pasted(asked) if listing.numbers else []
        self.text = asked if self.pasted else asked[:SEARCH_LENGTH]
        self.sifted = Sifted()
        self._sift()

    # ---- what is asked

    def _sift(self) -> None:
        self.sifted.add(self.listing.where)
        # A search looks everywhere: who types a number does not care which view it is in.
        if self.saved is not None and not self.text:
            self.sifted.add(self._for_me(self.saved.where))
        for one in self.listing.filters:
            if given := self.query.get(one.column):
                self._filter(one, given)
        if self.pasted:
            self.sifted.add(*looked_up(self.listing, self.pasted))
        elif self.text and self.listing.search:
            self._search()

    def _for_me(self, where: str) -> str:
        """Fill in who looks and the day; both are of an alphabet that needs no escaping."""
        if ":" not in where:
            return where
        if not is_id(self.visit.who):
            return "false"
        return where.replace(":me", f"'{self.visit.who}'").replace(":today", f"'{self.visit.day}'")

    def _filter(self, one: Filter, given: str) -> None:
        if isinstance(one, Period):
            first, last = period(given, self.visit.day)
            start, end = (first, last + "~") if one.day else self.visit.words.span(first, last)
            self.sifted.add(f"{one.column} >= ? and {one.column} < ?", start, end)
        else:
            self.sifted.add(f"{one.column} = ?", given)

    def _search(self) -> None:
        found = self.visit.search(self.listing.view, self.text, FOUND)
        self.sifted.add("rowid in (select value from json_each(?))", json.dumps(found))

    @cached_property
    def missing(self) -> list[str]:
        """Which of the pasted numbers nothing has."""
        return unknown(self.visit, self.listing, self.pasted) if self.pasted else []

    @cached_property
    def sort(self) -> tuple[str, str, str]:
        """(column, title, direction) of the order asked for."""
        asked = self.query.get("sort", "")
        sorts = self.listing.sorts or (("id", "Newest first", "desc"),)
        # What may not be seen may not be sorted by either: the order alone would tell.
        hidden = {one.name for one in self.listing.columns if one.needs and not self.visit.sees(one.needs)}
        open_to_all = [one for one in sorts if one[0] not in hidden] or [("id", "Newest first", "desc")]
        return next((one for one in open_to_all if sort_key(one) == asked), open_to_all[0])

    # ---- the rows

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of this page."""
        return self._page[0]

    @cached_property
    def _page(self) -> tuple[list[Row], bool, bool]:
        """The rows, and whether there are more before and after."""
        column, _, direction = self.sort
        after, before = self.query.get("after", ""), self.query.get("before", "")
        back = bool(before and not after)
        downward = (direction == "desc") != back
        place = _read_place(after or before)
        sifted = Sifted([*self.sifted.parts], [*self.sifted.args])
        if place is not None:
            sifted.add(f"({column}, id) {'<' if downward else '>'} (?, ?)", *place)
        way = "desc" if downward else "asc"
        order = f"{column} {way}, id {way}" if column != "id" else f"id {way}"
        rows = self.visit.rows(
            f"select {self.taken} from {self.listing.view} where {sifted.where} order by {order} limit {PAGE_ROWS + 1}",
            *sifted.args,
        )
        more = len(rows) > PAGE_ROWS
        rows = rows[:PAGE_ROWS]
        if back:
            return rows[::-1], more, True
        return rows, place is not None, more

    @cached_property
    def newer(self) -> str:
        """The address of the page before this one."""
        rows, before, _ = self._page
        return self.address(before=_place(rows[0], self.sort[0]), after="") if before and rows else ""

    @cached_property
    def older(self) -> str:
        """The address of the page after this one."""
        rows, _, after = self._page
        return self.address(after=_place(rows[-1], self.sort[0]), before="") if after and rows else ""

    @property
    def taken(self) -> str:
        """The columns of the view that the rows are written from."""
        if self.listing.reads is None:
            return "*"
        names = [name for column in self.columns for name in column.reads]
        return ", ".join(dict.fromkeys(["id", self.sort[0], *names, *self.listing.reads]))

    def row_html(self, row: Row) -> str:
        """One row as HTML."""
        seen = self.visit.seen
        return f"<tr id={row['id']}>{''.join([column.cell(row, seen) for column in self.columns])}"

    @cached_property
    def written(self) -> list[tuple[str, str]]:
        """Every row as HTML, with its id; a row that says the same to the same kind of person today is written once."""
        visit = self.visit
        written = visit.front.written_rows(self.listing.path, visit)
        rows = []
        for row in self.rows:
            told = tuple(row)
            html = written.get(told)
            if html is None:
                html = written[told] = self.row_html(row)
            rows.append((row["id"], html))
        return rows

    @cached_property
    def known(self) -> Mapping[str, int]:
        """The rows that stand on the page already, where it looks again."""
        return self.visit.front.shown.of(self.visit.request.headers.get("x-shown", ""))

    @property
    def body(self) -> str:
        """The rows; of one that stands on the page already as it is, no more than that it is there."""
        known = self.known
        return "\n".join([f"<tr id={id}>" if known.get(id) == hash(html) else html for id, html in self.written])

    @property
    def mark(self) -> str:
        """By which the page says later what it shows."""
        return self.visit.front.shown.mark(self.written)

    @property
    def turned(self) -> bool:
        """Whether what stands around the rows stands already, for a page of this list was turned."""
        return turned(self.visit, self.listing.path, self.query)

    def one(self, record: str) -> Row | None:
        """One row by its key, whatever the filters say."""
        return self.visit.row(f"select * from {self.listing.view} where id = ?", record)

    # ---- what stands around the rows

    @property
    def card(self) -> str:
        """How a row becomes a card on a phone: with a line for goods and next step, in two lines, or as it comes; by a name?"""
        shown = {css for one in self.columns for css in one.classes}
        named = " named" if "c-who" in shown else ""
        return f"{'plain' if 'c-goods' not in shown else 'pictured' if 'c-act' in shown else 'brief'}{named}"

    @cached_property
    def around(self) -> Around:
        """The saved views and the filters, written once for whoever asks the same until something changes."""
        visit = self.visit
        seen_by = (visit.who, visit.lang, visit.day, visit.rights.fields)
        key = (
            "around",
            self.listing.path,
            seen_by,
            tuple(sorted((name, value) for name, value in self.query.items() if name not in PLACE)),
        )
        return visit.remember(
            key, lambda: Around(self._written("views"), self._written("filters", chips=narrowing.chips(self)))
        )

    def _written(self, part: str, **told: Any) -> Markup:
        html = self.visit.front.render(f"list/{part}.html", self.visit.words, page=self, listing=self.listing, **told)
        return Markup(html)

    def address(self, **changes: str) -> str:
        """This list with something else asked; what is empty is left out."""
        asked = {**self.query, **changes}
        told = "&".join([f"{name}={quote(value, safe=SAFE)}" for name, value in asked.items() if value])
        return f"{self.listing.path}?{told}" if told else self.listing.path

    @property
    def asked(self) -> str:
        """The questions of this list as they stand in the address, for the export."""
        told = {name: value for name, value in self.query.items() if value and name not in PLACE}
        return f"?{urlencode(told)}" if told else ""

    @property
    def narrowed(self) -> bool:
        """Whether a filter may be why nothing is shown."""
        return any(self.query.get(one.column) for one in self.listing.filters) or "after" in self.query

    @cached_property
    def views(self) -> list[dict[str, Any]]:
        """The saved views with how much is in each, counted so far as it matters, in one statement."""
        listing, words = self.listing, self.visit.words
        if not listing.saved:
            return []
        base = f"({listing.where}) and " if listing.where else ""
        counts = ", ".join(
            f"(select count(*) from (select 1 from {listing.view} where {base}({self._for_me(one.where)}) limit {COUNTED}))"
            if one.where else "null"
            for one in listing.saved
        )  # fmt: skip
        counted = self.visit.remembered(f"select {counts}")[0]
        return [
            {
                "title": words(one.title),
                "href": self.address(view=one.key, after="", before="", q=""),
                "count": capped(count or 0, COUNTED),
                "hot": one.hot and bool(count),
                "current": one is self.saved and not self.text,
            }
            for one, count in zip(listing.saved, counted, strict=True)
        ]

    @cached_property
    def sums(self) -> dict[str, Any]:
        """How many rows there are and what they add up to, over as many as can be added up in a blink."""
        totals = [one for one in self.columns if one.name in self.listing.totals]
        added = "".join(f", sum({one.name})" for one in totals)
        taken = ", ".join(dict.fromkeys(["id", *(one.name for one in totals)]))
        # Whoever sees a part only walks the index of the order: it says what to pass over without reading it.
        order = f" order by {self.sort[0]} {self.sort[2]}" if self.visit.rights.range else ""
        found = self.visit.remembered(
            f"select count(*){added} from (select {taken} from {self.listing.view} "
            f"where {self.sifted.where}{order} limit {SUMMED + 1})",
            *self.sifted.args,
        )[0]
        words, count = self.visit.words, found[0]
        shown = {
            words(one.heading): getattr(words, one.kind if one.kind != "count" else "qty")(value or 0)
            for one, value in zip(totals, list(found)[1:], strict=True)
        }
        return {"count": min(count, SUMMED), "more": count > SUMMED, "totals": shown}

    def export_rows(self) -> Iterator[list[Any]]:
        """Every row that the list would show, for a sheet; the reader is the calling thread's own."""
        column, _, direction = self.sort
        seen = self.visit.seen
        sql = f"select * from {self.listing.view} where {self.sifted.where} order by {column} {direction}"
        for row in self.visit.reading.execute(sql, self.sifted.args):
            yield [one.plain(row, seen) for one in self.sheet]

    @property
    def sheet(self) -> Sequence[Column]:
        """The columns of an export: those that hold a value."""
        return [one for one in self.columns if one.kind and not isinstance(one, Next)]


def period(given: str, today: str) -> tuple[str, str]:
    """Read a span of days: 7d, 30d, today, 2026-11 or 2026-11-01..2026-11-24."""
    now = date.fromisoformat(today)
    if given == "today":
        return today, today
    if given.endswith("d") and given[:-1].isdigit():
        return (now - timedelta(days=min(int(given[:-1]), 3_660) - 1)).isoformat(), today
    first, _, last = folded(given).partition("..")
    try:
        return date.fromisoformat(first).isoformat(), date.fromisoformat(last or first).isoformat()
    except ValueError:
        return today, today


def _spans(query: dict[str, str]) -> dict[str, str]:
    """Two date fields of a form become one span: placed_at.from and placed_at.to are placed_at=from..to."""
    told = {name: value for name, value in query.items() if not name.endswith((".from", ".to", ".text"))}
    for name, value in query.items():
        bare, dot, end = name.rpartition(".")
        if dot and end == "from" and value:
            told[bare] = f"{value}..{query.get(f'{bare}.to') or value}"
    return told


def _named(saved: Sequence[Saved], asked: str) -> Saved | None:
    key = asked.lower().replace(" ", "-")
    return next((one for one in saved if one.key == key), saved[0] if saved else None)


def _place(row: Row, column: str) -> str:
    """Where a row stands in the order, for the address: its sort value with its type, and its id."""
    value = row[column]
    return f"{'i' if isinstance(value, int) else 's'}{'' if value is None else value}.{row['id']}"


def _read_place(text: str) -> tuple[Any, str] | None:
    value, dot, record = text.rpartition(".")
    if not dot or not value:
        return None
    if value[0] != "i":
        return value[1:], record
    return (int(value[1:]), record) if value[1:].lstrip("-").isdigit() else None
