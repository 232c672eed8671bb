"""Routes: the few shapes in which an address is answered. Reads run on the loop, forms come in whole and guarded."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from litestar import Response, route
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.types import Method

from appliance.web.answer import Answer, WebRequest
from appliance.web.front import Front
from appliance.web.guard import own_form
from appliance.web.visit import Visit


@dataclass
class Posted:
    """What a form sent: texts by name, and files."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The last text of a name, or nothing."""
        return (self.texts.get(name) or [""])[-1]


async def read_form(request: WebRequest) -> Posted:
    """Read a form; files lie in temporary files until somebody keeps them."""
    posted = Posted()
    if request.header("content-type").partition(";")[0].strip().lower() == RequestEncodingType.URL_ENCODED:
        # Litestar would remember the last thousand of these, and some hold a PIN.
        typed = (await request.body()).decode("utf-8", "replace")
        for pair in filter(None, typed.split("&")):
            name, _, text = pair.partition("=")
            posted.texts.setdefault(_plain(name), []).append(_plain(text))
        return posted
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                posted.files[name] = value
        else:
            posted.texts.setdefault(name, []).append(str(value))
    return posted


def _plain(text: str) -> str:
    """A name or a text as it was typed; most of a form is ids and figures, which travel as they are."""
    return unquote_plus(text) if "%" in text or "+" in text else text


@dataclass(frozen=True)
class Shown:
    """An address that answers GET with a page."""

    path: str
    answer: Callable[..., Response[Any]]


@dataclass(frozen=True)
class Done:
    """An address that answers a form."""

    path: str
    answer: Callable[..., Awaitable[Answer]]


Address = HTTPRouteHandler | Shown | Done


def showing(path: str, answer: Callable[..., Response[Any]]) -> Shown:
    """Answer GET at an address like "/orders/{id}" with `answer(visit, id)`."""
    return Shown(path, answer)


def doing(path: str, answer: Callable[..., Awaitable[Answer]]) -> Done:
    """Answer POST at an address with `answer(visit, posted)`, once the form proved to be ours."""
    return Done(path, answer)


def handlers(front: Front, addresses: Iterable[Address]) -> list[HTTPRouteHandler]:
    """Make Litestar's handlers of addresses.

    It reads the signature of each anew and gives each address a further one for OPTIONS; with two hundred of them that
    is a sixth of every start. So all pages share one handler and all forms one, which go by the address's pattern.
    """
    addresses = list(addresses)
    shown = {one.path: one.answer for one in addresses if isinstance(one, Shown)}
    done = {one.path: one.answer for one in addresses if isinstance(one, Done)}

    def show(request: WebRequest) -> Response[Any]:
        pattern = _pattern(request)
        if request.method == "OPTIONS":
            return _allowed("GET, OPTIONS, POST" if pattern in done else "GET, OPTIONS")
        return shown[pattern](front.enter(request), **request.path_params)

    async def do(request: WebRequest) -> Answer:
        if request.method == "OPTIONS":
            return _allowed("OPTIONS, POST")
        visit = front.enter(request)
        posted = await read_form(request)
        own_form(visit, posted.texts)
        return await done[_pattern(request)](visit, posted, **request.path_params)

    made = [one for one in addresses if isinstance(one, HTTPRouteHandler)]
    if shown:
        made.append(_at(shown, "GET", "OPTIONS", sync_to_thread=False)(show))
    if both := shown.keys() & done:
        made.append(_at(both, "POST")(do))
    if alone := done.keys() - shown:
        made.append(_at(alone, "POST", "OPTIONS")(do))
    return made


def _at(paths: Iterable[str], *ways: Method, sync_to_thread: bool | None = None) -> HTTPRouteHandler:
    return route(sorted(map(typed_path, paths)), http_method=list(ways), status_code=200, sync_to_thread=sync_to_thread)


def _pattern(request: WebRequest) -> str:
    return str(request.scope["path_template"])


def _allowed(methods: str) -> Answer:
    return Answer(None, status_code=204, headers={"Allow": methods})


def typed_path(path: str) -> str:
    """Write "/orders/{id}" as Litestar wants it."""
    return re.sub(r"\{(\w+)\}", r"{\1:str}", path)


def plain(visit: Visit, html: str, status: int = 200) -> Answer:
    """Answer with a piece of HTML as it is."""
    return visit.html(html, status)
