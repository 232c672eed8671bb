"""The Litestar application: every address of the house, and what is answered when something is in the way."""

import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from litestar import Litestar, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from appliance.journal import Clock, Journal, Refusal, explained, is_id
from appliance.web import (
    api,
    bulk,
    datepage,
    deeds,
    doors,
    events,
    exports,
    files,
    gallery,
    jobpages,
    listpages,
    search,
)
from appliance.web.acting import BEYOND_ALL, said_beyond
from appliance.web.answer import Answer, WebRequest
from appliance.web.front import Front, WebConfig
from appliance.web.guard import Forged, add_headers
from appliance.web.listing import Listing
from appliance.web.pages import RoomPages
from appliance.web.routes import Address, handlers
from appliance.web.signin import Staff
from appliance.web.visit import Beyond, Denied, Missing, Turned, Visit

log = logging.getLogger("appliance.web")
Handler = Callable[[WebRequest, Any], Answer]


def app(
    journal: Journal,
    rooms: Iterable[RoomPages],
    config: WebConfig,
    clock: Clock,
    staff: Staff,
    more: Iterable[Address] = (),
) -> Litestar:
    """Open the front of house; `main` may add routes of its own (boxes that sync, devices)."""
    front = Front(journal, rooms, staff, config, clock)
    routes: list[Address] = [_csp_report(front), *more]
    for part in (doors, datepage, gallery, deeds, bulk, search, events, files, jobpages, exports, api):
        routes += part.routes(front)
    for room in front.rooms:
        for shown in room.pages:
            routes += listpages.routes(shown) if isinstance(shown, Listing) else [listpages.page_route(shown)]
    made = Litestar(
        handlers(front, routes),
        openapi_config=None,
        logging_config=None,
        before_send=[add_headers],
        exception_handlers=_in_the_way(front),
        request_class=WebRequest,
        on_shutdown=[front.close],
        request_max_body_size=config.upload_bytes,
    )
    made.state.front = front
    return made


def _csp_report(front: Front) -> HTTPRouteHandler:
    """Browsers tell here what our own policy stopped; there should never be anything to tell."""

    async def report(request: WebRequest) -> Answer:
        told = (await request.body())[:2_000].decode("utf-8", "replace")
        if len(front.csp_reports) < 50:
            front.csp_reports.append(told)
        log.warning("stopped by the content policy: %s", told)
        return Answer(None, status_code=204)

    return post("/csp-report", status_code=200)(report)


# ---- what is in the way


def _in_the_way(front: Front) -> dict[Any, Any]:
    def turned(request: WebRequest, error: Turned) -> Answer:
        there = error.href
        if there == "/sign-in" and request.method == "GET":
            there += f"?next={quote(request.url.path + ('?' + request.url.query if request.url.query else ''))}"
        if request.header("hx-request") == "true" or request.url.path == "/events":
            return Answer(None, status_code=401, headers={"HX-Redirect": there})
        return Answer(None, status_code=303, headers={"Location": there})

    def denied(request: WebRequest, error: Denied) -> Answer:
        act = front.actions.get(error.permission)
        words = front.words_of(request)
        called = words(act.title) if act else error.permission
        return _sorry(front, request, 403, "You may not do this: {title}. The owner can allow it.",
                      title=called, detail=error.permission)  # fmt: skip

    def missing(request: WebRequest, error: Missing | Beyond) -> Answer:
        told = (BEYOND_ALL, {}) if isinstance(error, Beyond) else _beyond(front, request)
        sentence, named = told or ("That is not here any more. Look at the list again.", {})
        status = 403 if told else 404
        return _sorry(front, request, status, sentence, **named)

    def refused(request: WebRequest, error: Refusal) -> Answer:
        return _sorry(front, request, 422, error.sentence, **dict[str, Any](error.params))

    def forged(request: WebRequest, error: Forged) -> Answer:
        del error
        return _sorry(front, request, 403, "This form is too old or came from elsewhere. Open the page again.")

    def http(request: WebRequest, error: HTTPException) -> Answer:
        if error.status_code == 413:
            return _sorry(
                front, request, 413, "This file is too large: at most {most} MB.", most=front.config.upload_bytes >> 20
            )
        sentence = "There is no such page." if error.status_code in {404, 405} else "This cannot be understood."
        return _sorry(front, request, error.status_code, sentence)

    def broken(request: WebRequest, error: Exception) -> Answer:
        told = explained(error) if isinstance(error, sqlite3.Error | OSError) else error
        if isinstance(told, Refusal):
            return _sorry(front, request, 503, told.sentence)
        number = request.scope["state"]["request_id"] = secrets.token_hex(4)
        # The trace names our lines, never the values: those may be somebody's name and phone.
        log.error("request %s %s %s broke: %s", number, request.method, request.url.path, _trace(error))
        return _sorry(
            front, request, 500, "Something went wrong on the box. Nothing was lost. Number: {number}", number=number
        )

    return {Turned: turned, Denied: denied, Beyond: missing, Missing: missing, Refusal: refused, Forged: forged,
            HTTPException: http, Exception: broken}  # fmt: skip


def _beyond(front: Front, request: WebRequest) -> tuple[str, dict[str, str]] | None:
    """Say why somebody finds nothing where others do: the address names what lies beyond their range."""
    try:
        visit = front.enter(request)
    except Turned:
        return None
    if not visit.rights.range:
        return None
    asked = [text for given in request.query_params.dict().values() for text in given]
    named = [*request.url.path.split("/"), *",".join(asked).split(",")]
    desk = visit.desk()
    told = (said_beyond(desk, "", one) for one in named if is_id(one))
    return next((one for one in told if one), None)


def _trace(error: BaseException) -> str:
    import traceback

    lines = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at {' < '.join(reversed(lines[-8:]))}"


def _sorry(front: Front, request: WebRequest, status: int, sentence: str, *, detail: str = "", **named: Any) -> Answer:
    """Answer with a page, or a fragment for htmx, that says what is in the way."""
    words = front.words_of(request)
    visit: Visit | None = None
    try:
        visit = front.enter(request)
    except Turned:
        # Who is not signed in is told all the same, without the toolbar.
        visit = None
    said = words(sentence, **named)
    html = front.render("error.html", words, visit=visit, title=said, status=status, sentence=said, detail=detail,
                        fragment=request.header("hx-request") == "true",
                        theme=request.cookies.get("theme", "auto"), density="roomy")  # fmt: skip
    return Answer(html, media_type="text/html", status_code=status)
