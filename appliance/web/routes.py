"""Routes: the few shapes in which an address is answered. Reads run on the loop, forms come in whole and guarded."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler

from appliance.web.front import Front
from appliance.web.guard import own_form
from appliance.web.visit import Answer, Visit, WebRequest


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
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                posted.files[name] = value
        else:
            posted.texts.setdefault(name, []).append(str(value))
    return posted


def showing(front: Front, path: str, answer: Callable[..., Answer]) -> HTTPRouteHandler:
    """Answer GET at an address like "/orders/{id}" with `answer(visit, id)`."""

    def handler(request: WebRequest) -> Answer:
        return answer(front.enter(request), **request.path_params)

    return get(typed_path(path), sync_to_thread=False)(handler)


def doing(front: Front, path: str, answer: Callable[..., Awaitable[Answer]]) -> HTTPRouteHandler:
    """Answer POST at an address with `answer(visit, posted)`, once the form proved to be ours."""

    async def handler(request: WebRequest) -> Answer:
        visit = front.enter(request)
        posted = await read_form(request)
        own_form(visit, posted.texts)
        return await answer(visit, posted, **request.path_params)

    return post(typed_path(path), status_code=200)(handler)


def typed_path(path: str) -> str:
    """Write "/orders/{id}" as Litestar wants it."""
    return re.sub(r"\{(\w+)\}", r"{\1:str}", path)


def plain(visit: Visit, html: str, status: int = 200) -> Answer:
    """Answer with a piece of HTML as it is."""
    del visit
    return Answer(html, media_type="text/html", status_code=status)
