"""Listening: a recording is played from any place on, and carried away by whoever may. Both are written down first.

Browsers ask for stretches of a file; they get them opened from the seal, at most a megabyte at a time, and nothing of
it is kept by the browser. Where a browser knows no Opus it asks for a WAV and the box decodes the stretch.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from litestar import get
from litestar.response import Stream

from appliance.hardware.line import RATE
from appliance.hardware.recorder import Recorder, Unreadable
from appliance.hardware.recorder.squeezing import Heard
from appliance.journal import Refusal, Row
from appliance.shop import office
from appliance.web.answer import Answer, WebRequest
from appliance.web.front import Front
from appliance.web.routes import Address, Posted, doing
from appliance.web.visit import Missing, Visit

MOST_BYTES = 1 << 20
AGAIN_MS = 10 * 60_000
"""Within so much time a second look at the same recording by the same person is the same listening."""
MOST_REMEMBERED = 1_000
NOT_KEPT = {"Cache-Control": "no-store", "Accept-Ranges": "bytes"}


def routes(front: Front, recorder: Recorder) -> list[Address]:
    """The addresses of what was said."""
    heard: dict[tuple[str, str], int] = {}

    async def sound(request: WebRequest) -> Answer | Stream:
        visit = front.enter(request)
        recording = request.path_params["id"]
        visit.need("office.listen")
        opened = _open(visit, recorder, recording, as_wav=visit.query.get("as") == "wav")
        await _note(visit, heard, recording)
        return await _answer(opened, request.header("range"))

    async def export(visit: Visit, posted: Posted, id: str) -> Any:
        visit.need("office.export_recording")
        opened = _open(visit, recorder, id, as_wav=True)
        deed = partial(office.export_recording.run, recording=id, reason=posted.one("reason"))
        await _perform(visit, "office.export_recording", deed)
        name = f"call-{visit.day}-{id[-6:]}.wav"
        headers = {
            **NOT_KEPT,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(opened.length),
        }
        return Stream(_pieces(opened), media_type="audio/wav", headers=headers)

    return [get("/recordings/{id:str}/sound")(sound), doing("/recordings/{id}/export", export)]


def _open(visit: Visit, recorder: Recorder, recording: str, *, as_wav: bool) -> Heard:
    row: Row | None = visit.row("select * from recording where id = ? and state = 'kept' and deleted = 0", recording)
    if row is None:
        raise Missing("recording")
    path = visit.front.journal.blobs.path(row.blob)
    if not path.is_file():
        raise Refusal("Only box {box} can play this: what is said never leaves the box that took it.", box=row.box)
    try:
        return Heard(path, recorder.key, row.length_ms * RATE // 1_000, as_wav=as_wav)
    except Unreadable as error:
        raise Refusal("This recording was sealed with another key; it cannot be opened here.") from error


async def _note(visit: Visit, heard: dict[tuple[str, str], int], recording: str) -> None:
    """Write down who listens, before anything is heard; once for all the stretches that one listening asks for."""
    key = (visit.session.hash, recording)
    if visit.at - heard.get(key, -AGAIN_MS) < AGAIN_MS:
        return
    await _perform(visit, "office.listen", partial(office.listen.run, recording=recording))
    if len(heard) >= MOST_REMEMBERED:
        heard.clear()
    heard[key] = visit.at


async def _perform(visit: Visit, name: str, run: Any) -> None:
    await asyncio.wrap_future(visit.front.journal.perform(visit.desk(), name, run))


async def _answer(opened: Heard, asked: str) -> Answer | Stream:
    if not asked:
        headers = {**NOT_KEPT, "Content-Length": str(opened.length)}
        return Stream(_pieces(opened), media_type=opened.kind, headers=headers)
    span = stretch(asked, opened.length)
    if span is None:
        opened.close()
        return Answer(None, status_code=416, headers={**NOT_KEPT, "Content-Range": f"bytes */{opened.length}"})
    start, end = span
    try:
        content = await asyncio.to_thread(opened.read, start, end)
    except Unreadable as error:
        raise Refusal("This recording is damaged on the disk; from here on it cannot be heard.") from error
    told = f"bytes {start}-{end - 1}/{opened.length}"
    opened.close()
    return Answer(content, status_code=206, media_type=opened.kind, headers={**NOT_KEPT, "Content-Range": told})


def stretch(asked: str, length: int) -> tuple[int, int] | None:
    """Read a Range header (RFC 9110 section 14.2) into start and end; None for one that cannot be satisfied."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.replace(" ", ""))
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(length - int(found[2]), 0), length
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else length, length)
    return (start, min(end, start + MOST_BYTES)) if start < end else None


async def _pieces(opened: Heard) -> AsyncIterator[bytes]:
    pieces: Iterator[bytes] = opened.pieces()
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
    finally:
        opened.close()
