"""List pages: the page of a listing, one of its rows alone, and the pages that a room wrote by hand."""

from appliance.journal import Row
from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.listing import Listing
from appliance.web.lists import ListPage
from appliance.web.pages import Page
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
    bulk = [
        {
            "name": name,
            "title": visit.words(front.actions[name].title),
            "href": "/do/" + name.replace(".", "/") + "/many",
        }
        for name in listing.bulk
        if name in front.actions and visit.may(name)
    ]
    begin = [
        _offered(visit, name) for name in (listing.new, *listing.more) if name in front.actions and visit.may(name)
    ]
    return visit.show(
        "listing.html",
        title=visit.words(listing.title),
        listing=listing,
        page=page,
        places=places(page.columns),
        bulk=bulk,
        new=begin[0] if begin else None,
        more=[(one["title"], one["href"]) for one in begin[1:]],
        beside=[(visit.words(one.title), one.path) for one in _beside(front, listing) if visit.may(one.see)],
        export=f"/export{listing.path}" if listing.export and visit.may(exporting(listing)) else "",
        empty=visit.words(listing.empty) if listing.empty else "",
    )


def _offered(visit: Visit, name: str) -> dict[str, str]:
    """An action that begins something, as a button."""
    return {"title": visit.words(visit.front.actions[name].title), "href": "/do/" + name.replace(".", "/")}


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
