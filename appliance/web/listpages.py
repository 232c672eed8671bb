"""List pages: the page of a listing, one of its rows alone, and the pages that a room wrote by hand."""

from typing import Any

from appliance.journal import Row
from appliance.web import narrowing
from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.listing import Listing
from appliance.web.lists import ListPage
from appliance.web.pages import Page
from appliance.web.pieces import Ask, deed
from appliance.web.placing import places
from appliance.web.routes import Address, Posted, doing, plain, showing
from appliance.web.visit import Visit


def routes(listing: Listing) -> list[Address]:
    """The addresses of a listing: its page, and `?row=` for one row by itself."""

    def answer(visit: Visit) -> Answer:
        visit.need(listing.see)
        if "row" in visit.query:
            return _row(visit, listing, visit.query["row"])
        return _list(visit, listing)

    return [showing(listing.path, answer)]


def page_route(page: Page) -> Address:
    """The address of a page written by hand, or of its form."""

    async def did(visit: Visit, posted: Posted, **parts: str) -> Answer:
        visit.need(page.see)
        done: Answer = await page.handler(visit, posted, **parts)
        return done

    if page.posts:
        return doing(page.path, did)

    def answer(visit: Visit, **parts: str) -> Answer:
        visit.need(page.see)
        shown: Answer = page.handler(visit, **parts)
        return shown

    return showing(page.path, answer)


def _list(visit: Visit, listing: Listing) -> Answer:
    page = ListPage(visit, listing)
    front = visit.front
    if menu := page.query.pop("menu", ""):
        return _menu(visit, page, menu)
    begin = [_offered(visit, name) for name in (listing.new, *listing.more) if _may_offer(visit, name)]
    return visit.show(
        "listing.html",
        title=visit.words(listing.title),
        listing=listing,
        page=page,
        places=places(page.columns),
        bulk=_bulk(visit, listing),
        new=begin[0] if begin else None,
        more=begin[1:],
        beside=[(visit.words(one.title), one.path) for one in _beside(front, listing) if visit.may(one.see)],
        export=listing.export and visit.may(exporting(listing)),
        empty=visit.words(listing.empty) if listing.empty else "",
    )


def _menu(visit: Visit, page: ListPage, name: str) -> Answer:
    """What a menu of the list offers, or what can be done with the rows that are chosen."""
    listing, words = page.listing, visit.words
    if name == "bulk" and (bulk := _bulk(visit, listing)):
        return visit.show("list/bulk.html", title=words(listing.title), page=page, bulk=bulk)
    menu = narrowing.menu(page, name)
    if name == "export" and listing.export:
        visit.need(exporting(listing))
        menu = narrowing.Menu(words("Export"), export=f"/export{listing.path}{page.asked}")
    if menu is None:
        visit.missing()
    return visit.show("list/menu.html", title=menu.title, listing=listing, menu=menu)


def _bulk(visit: Visit, listing: Listing) -> list[dict[str, Any]]:
    """What this person may do with many rows at once, alone or with somebody who approves it."""
    return [_offered(visit, name, "/many") for name in listing.bulk if _may_offer(visit, name)]


def _may_offer(visit: Visit, name: str) -> bool:
    """Whether an action is there, and this person may do it, alone or with somebody who approves it."""
    may: object = visit.may(name)
    return name in visit.front.actions and (bool(may) or isinstance(may, Ask))


def _offered(visit: Visit, name: str, many: str = "") -> dict[str, Any]:
    """An action as a button."""
    title = visit.words(visit.front.actions[name].title)
    return {"title": title, "action": name, "href": f"{deed(name)}{many}", "may": visit.may(name)}


def _beside(front: Front, listing: Listing) -> list[Listing]:
    """The other lists of the same room."""
    room = next((one for one in front.rooms if listing in one.pages), None)
    return [one for one in room.pages if isinstance(one, Listing) and one is not listing] if room else []


def _row(visit: Visit, listing: Listing, record: str) -> Answer:
    """One row for a morph; an empty answer takes a row away that is no longer there."""
    page = ListPage(visit, listing)
    row: Row | None = page.one(record)
    if row is None:
        return plain(visit, "")
    return plain(visit, f"<table><tbody>{page.row_html(row)}</table>")


def exporting(listing: Listing) -> str:
    """The permission to carry a list away."""
    return f"{listing.see.partition('.')[0]}.export"
