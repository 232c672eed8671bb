"""Search: one field over everything that the rooms made searchable, grouped by room, the first one preselected."""

import json
from typing import Any

from appliance.journal import Row
from appliance.web.answer import Answer
from appliance.web.columns import Column, Number
from appliance.web.front import Front
from appliance.web.listing import Listing
from appliance.web.routes import Address, showing
from appliance.web.visit import Visit

EACH = 6
LONGEST = 80
LAST = 100


def routes(_front: Front) -> list[Address]:
    """The addresses of search and of the pickers."""
    return [showing("/search", _search), showing("/pick/{table}", _pick)]


def _search(visit: Visit) -> Answer:
    text = visit.query.get("q", "").strip()[:LONGEST]
    groups = (
        [group for listing in _searchable(visit) if (group := _group(visit, listing, text))["found"]] if text else []
    )
    # What is called so comes before what only has it somewhere, in a nickname or a remark.
    groups.sort(key=lambda group: not any(text.lower() in one["title"].lower() for one in group["found"]))
    if groups:
        groups[0]["found"][0]["first"] = True
    return visit.show("search.html", title=visit.words("Search"), text=text, groups=groups)


def _searchable(visit: Visit) -> list[Listing]:
    """One listing for each searchable view that this person may see; what is worked on daily comes first."""
    views: dict[str, Listing] = {}
    for room in sorted(visit.front.rooms, key=lambda room: room.rail.place if room.rail else LAST):
        for listing in room.pages:
            if isinstance(listing, Listing) and listing.search and visit.may(listing.see) and visit.lists(listing.view):
                views.setdefault(listing.view, listing)
    return list(views.values())


def _group(visit: Visit, listing: Listing, text: str) -> dict[str, Any]:
    found = visit.search(listing.view, text, EACH)
    rows: list[Row] = []
    if found:
        asked = f"select * from {listing.view} where rowid in (select value from json_each(?)) order by rowid desc"
        rows = visit.rows(asked, json.dumps(found))
    shown = [one for one in listing.columns if one.kind and (not one.needs or visit.sees(one.needs))]
    first = next((one for one in shown if one.link), shown[0])
    rest = [one for one in shown if one is not first and one.kind in {"text", "choice", "money", "phone"}][:2]
    return {
        "title": visit.words(listing.title),
        "href": f"{listing.path}?q={text}",
        "found": [_hit(visit, row, first, rest) for row in rows],
    }


def _hit(visit: Visit, row: Row, first: Column, rest: list[Column]) -> dict[str, Any]:
    told = [
        visit.mask(str(row[one.name])) if one.kind == "phone" else str(one.plain(row, visit.seen))
        for one in rest
        if one.kind != "money"
    ]
    return {
        "title": str(first.plain(row, visit.seen)),
        "sub": " · ".join(part for part in told if part),
        "href": first.address(row),
        "strong": isinstance(first, Number),
        "first": False,
    }


def _pick(visit: Visit, table: str) -> Answer:
    """The rows that a typed text may mean, as options of the field that asked."""
    text = visit.query.get("q", "").strip()[:LONGEST]
    few = visit.front.labels.few(visit, table) if not text else None
    found = few if few is not None else visit.front.labels.find(visit, table, text)
    return visit.show("pick.html", found=found, text=text, name=visit.query.get("name", ""))
