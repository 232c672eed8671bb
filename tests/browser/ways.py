"""The ways through the house: every page is found from what the rooms declare, so a new room is walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from appliance.shop import ROOMS
from appliance.web.columns import Column
from appliance.web.listing import Listing
from appliance.web.pages import RoomPages
from tests.browser.boxes import Box

WAYS = [*ROOMS, "web"]
OF_THE_HOUSE = (
    "/search?q=茶",
    "/search?q=nobody",
    "/search",
    "/jobs",
    "/date",
    "/enrol/code",
    "/gallery",
    "/me",
    "/orders?menu=bulk",
    "/orders?menu=placed_at",
    "/nowhere",
)
NOT_A_PAGE = {"/find", "/marketplace/imports/{id}/errors", "/office/lines/{id}/log", "/office/files/{id}"}
"""They lead elsewhere or answer with a file."""
OF_OTHERS = {
    "/transfers/{id}", "/branches/boxes/{id}", "/branches/boxes/{id}/out", "/branches/pools/{id}",
}  # fmt: skip
"""They are about another branch or box, and the shop that is walked stands alone; their rooms' own tests open them."""

MORE: dict[str, str] = {
    "/orders/{id}": "select id from order_list group by state, frozen, exceptions > 0, customer <> ''",
    "/accounts/journal/{id}": "select id from money_account",
    "/accounts/parties/{id}": "select id from party_balance order by owed desc limit 1",
    "/accounts/parties/{id}/statement": "select id from party_balance order by owed desc limit 1",
    "/customers/{id}/beside/{other}": "select a.id, b.id as other from customer_list a join customer_list b on a.id < b.id limit 1",
    "/marketplace/orders/{id}": "select id from raw_order group by state",
    "/marketplace/imports/{id}": "select id from import_job",
    "/office/tasks/{id}": "select id from task limit 1",
    "/office/calls/{id}": "select id from call_list group by recorded, state",
    "/staff/devices/{id}": "select id from device limit 1",
    "/price-lists/{id}": "select id from price_list limit 1",
    "/settings/currencies/{id}": "select id from currency limit 1",
    "/print/packing-slips": "select 'ids=' || id as query from order_list where state = 'approved' limit 1",
}
"""Where more than the first row of a list should be looked at, or no list leads."""


def rooms_of(box: Box, way: str) -> list[RoomPages]:
    return [room for room in box.front.rooms if room.name == way]


def addresses(box: Box, way: str) -> list[str]:
    """Every address of a room: its lists, each page of its own, and the forms that its lists begin."""
    if way == "web":
        return list(OF_THE_HOUSE)
    found: list[str] = []
    for room in rooms_of(box, way):
        first = next((page for page in room.pages if isinstance(page, Listing)), None)
        for page in room.pages:
            if isinstance(page, Listing):
                found += _of_listing(box, page, whole=page is first)
            elif not page.posts and not page.path.startswith("/panel/") and page.path not in NOT_A_PAGE | OF_OTHERS:
                found += _of_page(box, page.path)
    return list(dict.fromkeys(found))


def _of_listing(box: Box, listing: Listing, *, whole: bool) -> Iterator[str]:
    yield listing.path
    if whole:
        yield f"{listing.path}?view={listing.saved[-1].key}" if listing.saved else listing.path
        yield f"{listing.path}?q=zzzz"
    yield from ("/do/" + name.replace(".", "/") for name in (listing.new, *listing.more) if name)
    linked = next((one for one in listing.columns if isinstance(one, Column) and one.link), None)
    rows = box.rows(f"select * from {listing.view} order by id desc limit 1")
    if linked and rows:
        yield linked.address(rows[0])


def _of_page(box: Box, path: str) -> Iterator[str]:
    asked = MORE.get(path)
    if asked is None:
        if "{" not in path:
            yield path
        return
    rows: list[Any] = box.rows(asked)
    assert rows, f"nothing to show at {path}"
    for row in rows:
        named = dict(row)
        query = named.pop("query", "")
        yield path.format_map(named) + (f"?{query}" if query else "")


def missed(box: Box) -> list[str]:
    """The pages with a record in their address that no way leads to."""
    walked = [address.partition("?")[0] for way in WAYS for address in addresses(box, way)]
    pages = [page for room in box.front.rooms for page in room.pages if not isinstance(page, Listing)]
    asked = [page.path for page in pages if not page.posts]
    asked = [path for path in asked if not path.startswith("/panel/") and path not in NOT_A_PAGE | OF_OTHERS]
    return [path for path in asked if not any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), one) for one in walked)]
