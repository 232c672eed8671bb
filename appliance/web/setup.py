"""The first page of a box that keeps no shop yet: open a new shop, or join one that is open on another box.

Whoever stands before a new box on the shop's own network may set it up, once, as with every appliance of a home. From
then on its address asks for a code and a PIN.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from litestar import Litestar, get, post
from litestar.handlers import HTTPRouteHandler

from appliance.journal import Refusal
from appliance.web import words as words_of_web
from appliance.web.answer import Answer, WebRequest
from appliance.web.assets import STATIC, read_static, static_href
from appliance.web.doors import habits
from appliance.web.files import own_files
from appliance.web.front import WebConfig
from appliance.web.guard import Forged, add_headers, same_origin
from appliance.web.routes import Posted, read_form
from appliance.web.stage import Stage

TITLE_LENGTH = 40


class Nearby(NamedTuple):
    """A box with a shop that announces itself on this network."""

    title: str
    url: str


class Begun(NamedTuple):
    """What a box became, and what whoever set it up must know of it."""

    title: str
    code: str
    """Lets the first tablet in."""
    owner: str = ""
    pin: str = ""
    sheet: str = ""
    """The owner's key, in groups of digits; only where a shop was opened."""
    sign: str = ""
    """What the other box shows too; only where a shop was joined."""


@dataclass(frozen=True)
class Hands:
    """Whoever does what the page asks. The first two refuse in words and may take their time: called in a thread."""

    open_shop: Callable[[str, str], Begun]
    """By the shop's and the owner's name."""
    join: Callable[[str, str], Begun]
    """By the other box's address and the six digits that it shows."""
    near: Callable[[], Sequence[Nearby]]
    done: Callable[[], None]
    """Called after the last page was sent: the shop may open."""


class Setup:
    """The pages, in two languages, and what became of the box."""

    def __init__(self, hands: Hands, folder: Path) -> None:
        self._hands = hands
        self._static = read_static(STATIC)
        self._languages = words_of_web.load()
        told = {
            "static": lambda name: static_href(self._static, name),
            "config": WebConfig(folder=folder),
        }
        self._stages = {lang: Stage(spoken, {}, told) for lang, spoken in self._languages.items()}
        self._one = asyncio.Lock()
        self._begun: Begun | None = None

    def app(self, *, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]) -> Litestar:
        """Put the pages together; `begin` and `end` stand at both ends of their life."""
        return Litestar(
            [
                get("/", sync_to_thread=False)(self._choose),
                get("/join", sync_to_thread=False)(self._ask_digits),
                self._doing("/open", self._open),
                self._doing("/join", self._join),
                habits(),
                own_files(self._static),
            ],
            openapi_config=None,
            logging_config=None,
            before_send=[add_headers],
            request_class=WebRequest,
            on_startup=[begin],
            on_shutdown=[end],
            exception_handlers=dict.fromkeys((404, 405, Forged), lambda _request, _error: _to("/")),
        )

    def _choose(self, request: WebRequest) -> Answer:
        return self._shown(request) if self._begun else self._show(request, "choose", near=self._hands.near())

    def _ask_digits(self, request: WebRequest) -> Answer:
        return self._shown(request) if self._begun else self._show(request, "join", at=request.query_params.get("at"))

    def _shown(self, request: WebRequest) -> Answer:
        return self._show(request, "done", begun=self._begun)

    def _doing(self, path: str, work: Callable[[Posted], Begun]) -> HTTPRouteHandler:
        """One at a time, and once: whoever presses second is shown what the first one made."""

        async def handler(request: WebRequest) -> Answer:
            same_origin(request)
            posted = await read_form(request)
            async with self._one:
                if self._begun is None:
                    try:
                        self._begun = await asyncio.to_thread(work, posted)
                    except Refusal as refusal:
                        step = "choose" if path == "/open" else "join"
                        return self._show(request, step, posted, refusal, near=self._hands.near())
                    self._hands.done()
            return self._shown(request)

        return post(path, status_code=200)(handler)

    def _open(self, posted: Posted) -> Begun:
        shop, owner = (posted.one(name).strip()[:TITLE_LENGTH] for name in ("shop", "owner"))
        if not shop:
            raise Refusal("What is the shop called?", field="shop")
        if not owner:
            raise Refusal("Who is the owner? A name is enough.", field="owner")
        return self._hands.open_shop(shop, owner)

    def _join(self, posted: Posted) -> Begun:
        return self._hands.join(address_of(posted.one("at")), posted.one("digits"))

    def _show(
        self,
        request: WebRequest,
        step: str,
        posted: Posted | None = None,
        refusal: Refusal | None = None,
        **more: Any,
    ) -> Answer:
        words = self._languages.get(request.cookies.get("lang", ""), self._languages["zh"])
        typed = {name: posted.one(name) if posted else "" for name in ("shop", "owner", "at")}
        context = {
            "title": words("A new box"),
            "step": step,
            "theme": request.cookies.get("theme", "auto"),
            "typed": typed | ({"at": more.pop("at") or ""} if "at" in more else {}),
            "error": words(refusal.sentence, **dict(refusal.params)) if refusal else "",
            "error_field": refusal.field if refusal else "",
            **more,
        }
        html = self._stages[words.lang].get_template("setup.html").render(context)
        return Answer(html, media_type="text/html", status_code=422 if refusal else 200)


def address_of(typed: str) -> str:
    """Read an address as people type it: 192.168.1.20 will do. Refuses what cannot be one."""
    told = urlsplit(typed.strip() if "://" in typed else f"http://{typed.strip()}")
    try:
        port = told.port
    except ValueError:
        port = 0
    if told.scheme not in {"http", "https"} or not told.hostname or port == 0:
        raise Refusal("An address looks like 192.168.1.20 or http://192.168.1.20:8000.", field="at")
    usual = f":{8000}" if port is None and told.scheme == "http" else ""
    return f"{told.scheme}://{told.netloc}{usual}"


def _to(there: str) -> Answer:
    return Answer(None, status_code=303, headers={"Location": there})
