"""The same deeds for programs: JSON in, JSON out, the same permission, the same refusals."""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from appliance.journal import Refusal, Stale, explained
from appliance.web.acting import BEYOND_ALL, running
from appliance.web.answer import Answer, WebRequest
from appliance.web.fields import MISSING, Field
from appliance.web.front import Front
from appliance.web.guard import Forged, same_origin
from appliance.web.lists import ListPage
from appliance.web.visit import Beyond, Denied, Missing, Turned, Visit
from appliance.web.vouching import CONFIRM, PIN, WHO, Backing, backed, with_backing
from appliance.web.words import Words

MOST_BYTES = 1_000_000


def routes(front: Front) -> list[HTTPRouteHandler]:
    """POST /api/v1/<room>/<verb> does an action, GET /api/v1/list/<list> reads a list."""

    async def deed(request: WebRequest) -> Answer:
        return await _answered(front, request, lambda: _do(front, request))

    async def rows(request: WebRequest) -> Answer:
        async def read() -> Answer:
            return _list(front.enter(request), request.path_params["name"])

        return await _answered(front, request, read)

    return [
        post("/api/v1/{room:str}/{verb:str}", status_code=200)(deed),
        get("/api/v1/list/{name:str}")(rows),
    ]


async def _answered(front: Front, request: WebRequest, answer: Any) -> Answer:
    """Say in JSON what is in the way."""
    try:
        return await answer()  # type: ignore[no-any-return]
    except Turned:
        return _json({"error": "signed_out"}, 401)
    except Forged:
        return _json({"error": "forged"}, 403)
    except Denied as denied:
        return _json({"error": "denied", "permission": denied.permission}, 403)
    except Beyond:
        return _json({"error": "out_of_range", "sentence": front.words_of(request)(BEYOND_ALL)}, 403)
    except Missing as missing:
        return _json({"error": "missing", "noun": missing.noun}, 404)
    except Refusal as refusal:
        return _refused(front.words_of(request), refusal)
    except (sqlite3.Error, OSError) as error:
        told = explained(error)
        if isinstance(told, Refusal):
            return _refused(front.words_of(request), told, 503)
        raise


async def _do(front: Front, request: WebRequest) -> Answer:
    same_origin(request)
    if request.header("content-type").partition(";")[0] != "application/json":
        # A form of another site can send texts, never JSON: this is what keeps it out.
        raise Forged
    visit = front.enter(request)
    name = f"{request.path_params['room']}.{request.path_params['verb']}"
    if name not in front.actions:
        raise Missing("action")
    try:
        given = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return _json({"error": "unclear", "errors": {"": "This is no JSON object."}}, 422)
    backing = await backed(visit, name, given)
    given.pop(WHO, None), given.pop(PIN, None)
    if backing is None or not backing.rights.may(name):
        visit.need(name)
    if backing is None and front.actions[name].pin:
        raise Refusal(CONFIRM, field=PIN, code="pin_needed")
    values, errors = read(front.fields(name), given)
    if errors:
        return _json({"error": "unclear", "errors": errors}, 422)
    key = request.header("idempotency-key")
    return await _perform(visit, name, values, f"{visit.who}:{name}:{key}" if key else "", backing)


async def _perform(visit: Visit, name: str, values: Mapping[str, Any], key: str, backing: Backing | None) -> Answer:
    act = visit.front.actions[name]
    try:
        taken = await asyncio.to_thread(act.before, dict(values)) if act.before else values
        desk, run = with_backing(visit, running(visit, name, taken), backing)
        future = visit.front.journal.perform(desk, name, run, key=key)
        done = await asyncio.wrap_future(future)
    except Stale as stale:
        return _json({"error": "stale", "record": stale.record, "now": stale.now}, 409)
    return _json({"id": done.value, "repeated": done.repeated}, 200)


def read(fields: tuple[Field, ...], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check every value of a JSON object against the action's signature, all at once."""
    values: dict[str, Any] = {}
    errors = dict.fromkeys(given.keys() - {one.name for one in fields}, "There is no such field.")
    for one in fields:
        if one.name not in given:
            if one.default is MISSING and one.kind != "flag":
                errors[one.name] = "This is needed."
            else:
                values[one.name] = one.empty
            continue
        try:
            values[one.name] = msgspec.convert(given[one.name], one.type)
        except msgspec.ValidationError as error:
            errors[one.name] = str(error)
    return values, errors


def _list(visit: Visit, name: str) -> Answer:
    """A page of a list, with the columns and rows that this person sees on the screen."""
    listing = next((one for one in visit.front.listings.values() if one.name == name), None)
    if listing is None:
        raise Missing("list")
    visit.need(listing.see)
    page = ListPage(visit, listing)
    rows = [{"id": row["id"], **{one.name: one.plain(row, visit.seen) for one in page.sheet}} for row in page.rows]
    return _json({"rows": rows, "older": page.older, "newer": page.newer}, 200)


def _refused(words: Words, refusal: Refusal, status: int = 422) -> Answer:
    said = words(refusal.sentence, **refusal.params)
    return _json({"error": refusal.code or "refused", "field": refusal.field, "sentence": said}, status)


def _json(told: Any, status: int) -> Answer:
    return Answer(msgspec.json.encode(told), media_type="application/json", status_code=status)
