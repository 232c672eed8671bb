"""The address of live updates: one stream per open page, told what the page shows."""

from collections.abc import AsyncIterator

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from appliance.web.answer import Answer, WebRequest
from appliance.web.front import Front
from appliance.web.live import MOST_STREAMS
from appliance.web.visit import Visit

MOST_TABLES = 40


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The address of the stream: /events?t=order_list&t=customer_list."""

    async def follow(request: WebRequest) -> Answer | Stream:
        visit = front.enter(request)
        tables = frozenset(request.query_params.getall("t", [])[:MOST_TABLES])
        if len(front.hub.streams) >= MOST_STREAMS:
            return Answer(None, status_code=503, headers={"Retry-After": "30"})

        async def news() -> AsyncIterator[bytes]:
            async for part in front.hub.follow(tables, lambda table, keys: _heard(visit, table, keys)):
                # A stream must not outlive its session: who signed out hears nothing more.
                if front.doors.live(visit.session):
                    yield part
                else:
                    yield b"event: signed-out\ndata: {}\n\n"
                    return

        return Stream(news(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return [get("/events")(follow)]


def _heard(visit: Visit, table: str, keys: list[str]) -> list[str] | None:
    """Of what changed, what lies within this person's range; [] says only that there is something new."""
    if not visit.rights.range or not keys:
        return keys
    return visit.front.journal.ranges.within(visit.reading, visit.rights.range, table, keys) or None
