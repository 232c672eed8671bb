"""Files: our own stylesheets and scripts, pictures and recordings by their hash, and what people upload."""

import asyncio
import gzip
from collections.abc import Mapping
from functools import lru_cache

from litestar import get
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.response import File

from appliance.journal.orphans import let_go
from appliance.web.answer import Answer, WebRequest
from appliance.web.assets import StaticFile
from appliance.web.fields import Field
from appliance.web.front import Front
from appliance.web.routes import Address, showing
from appliance.web.visit import Missing, Visit

FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=600"

INLINE = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
"""Pictures by their first bytes: the only blobs a browser may open by itself."""


def routes(front: Front) -> list[Address]:
    """The addresses of files."""
    return [own_files(front.static), showing("/blob/{name}", _blob)]


def own_files(static: Mapping[str, StaticFile]) -> HTTPRouteHandler:
    """The address of our own stylesheets, scripts and pictures."""
    squeezed = lru_cache(64)(gzip.compress)

    def own(request: WebRequest) -> Answer:
        name = str(request.path_params["name"]).lstrip("/")
        found = static.get(name)
        if found is None:
            raise Missing("file")
        caching = FOR_EVER if request.query_params.get("v") == found.tag else A_WHILE
        headers = {"Cache-Control": caching, "ETag": f'"{found.tag}"', "Vary": "Accept-Encoding"}
        if request.header("if-none-match") == f'"{found.tag}"':
            return Answer(None, status_code=304, headers=headers)
        content = found.content
        if "gzip" in request.header("accept-encoding") and found.kind.startswith(
            ("text/", "image/svg", "application/")
        ):
            content, headers["Content-Encoding"] = squeezed(content), "gzip"
        return Answer(content, media_type=found.kind, status_code=200, headers=headers)

    return get("/static/{name:path}", sync_to_thread=False)(own)


def _blob(visit: Visit, name: str) -> Answer | File:
    try:
        path = visit.front.journal.blobs.found(name)
    except ValueError:
        raise Missing("file") from None
    if not path.is_file():
        raise Missing("file")
    with path.open("rb") as file:
        kind = kind_of(file.read(16))
    return File(
        path,
        media_type=kind or "application/octet-stream",
        filename=name[:16],
        content_disposition_type="inline" if kind else "attachment",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )


def kind_of(head: bytes) -> str:
    """Tell a picture by its first bytes; nothing for anything else, whatever it calls itself."""
    return next((kind for mark, place, kind in INLINE if head[place : place + len(mark)] == mark), "")


async def keep_files(
    visit: Visit, fields: tuple[Field, ...], texts: dict[str, list[str]], files: Mapping[str, UploadFile]
) -> None:
    """Keep what was uploaded for the fields that ask for a file; the field's value is its hash.

    How large a request may be is the application's matter: what is larger never comes this far.
    """
    wanted = {one.name for one in fields if one.kind == "blob"}
    for name, upload in files.items():
        if name not in wanted:
            continue
        content = await upload.read()
        loop = asyncio.get_running_loop()
        texts[name] = [await loop.run_in_executor(visit.front.slow, _keep, visit, content)]


def _keep(visit: Visit, content: bytes) -> str:
    """Keep a file that no record shows yet, and may never show."""
    journal, at = visit.front.journal, visit.at
    name = journal.blobs.keep(content)
    journal.local(lambda conn: let_go(conn, name, at)).result()
    return name
