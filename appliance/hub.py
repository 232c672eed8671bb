"""The hub: the meeting point of a chain of hundreds, put together from the parts that a box is made of.

Its folder holds its key, its certificate and whom it was introduced to; everything else is in PostgreSQL. It writes no
entries of its own, so its folder may be copied: any number of processes, on one machine or on several, are one hub.
"""

import asyncio
import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.assembly import WallClock
from appliance.config import Config
from appliance.journal import Clock, Refusal
from appliance.neighbours import certificates_in
from appliance.running import close_after_stopping, supervised
from appliance.shopfitting import circle_of, join_chain
from appliance.sync.boxes.circle import HUB, Circle
from appliance.sync.boxes.door import SYNC, Door, reply
from appliance.sync.boxes.keys import BoxKey
from appliance.sync.boxes.letters import Busy, Post
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.swap import Swap
from appliance.sync.hub.base import Base
from appliance.sync.hub.gallery import HubPictures
from appliance.sync.hub.guests import Guest, Guests
from appliance.sync.hub.log import HubLog
from appliance.sync.hub.opening import in_circle
from appliance.sync.hub.shelf import Giver, Shelf

log = logging.getLogger("appliance.hub")
HEALTH = "/health"
TIDY_EVERY_S = 600


@dataclass(frozen=True)
class Hub:
    """One process of a hub."""

    base: Base
    log: HubLog
    circle: Circle
    guests: Guests
    door: Door


def join_as_hub(folder: Path, url: str, digits: str, reached_at: str) -> tuple[Config, str]:
    """Let a box of the chain let this folder in as a hub; returns it, and what both screens show."""
    if reached_at and not reached_at.startswith(("http://", "https://")):
        raise Refusal("An address looks like http://192.168.1.20:8000 or https://shop.example.", field="url")
    made, sign = join_chain(folder, url, digits, role=HUB, urls=[reached_at] if reached_at else None)
    return made, sign


def open_hub(told: Config, dsn: str, clock: Clock) -> Hub:
    """Put a hub together; refuses a folder that is none, and a database that is not its own."""
    key = BoxKey.read(told.folder / "box.key")
    circle = circle_of(told, key)
    if circle.own is None or circle.own.role != HUB:
        raise Refusal("The box in {folder} is no hub. Give --data another folder, and --join.", folder=told.folder)
    notebook = Notebook(told.folder / "sync.db")
    for raw in notebook.certificates():
        circle.learn(raw)
    notebook.close()
    base = Base(dsn)
    base.settle(circle.chain)
    # A hub writes no entries, so it needs no incarnation.
    shelf = Shelf(base, told.root, circle.trust, Giver(key.box + bytes(8), key.public, key.sign))
    kept = HubLog(base, told.root, clock, trust=circle.trust, certificates=certificates_in, shelf=shelf)
    in_circle(kept, circle)
    guests = Guests(base, circle, clock)
    swap = Swap(kept, circle, clock, __version__, pictures=HubPictures(base), shelf=shelf)
    door = Door(Post(key, circle, os.urandom, look=kept.refresh), swap, heard=guests.heard)
    return Hub(base, kept, circle, guests, door)


def visitors(told: Config, dsn: str) -> list[str]:
    """Say of each box of the chain when it came last."""
    hub, now = open_hub(told, dsn, WallClock()), WallClock().now_ms()
    try:
        return [_line(one, now) for one in hub.guests.listed()]
    finally:
        hub.base.close()


def _line(one: Guest, now: int) -> str:
    came = f"{(now - one.met_ms) // 60_000} min ago, {one.version}" if one.met_ms else "never came"
    return f"{one.code:<6}{'was put out' if one.revoked else one.trouble or came}"


def serve_hub(told: Config, dsn: str, *, host: str = "", port: int = 0) -> int:
    """Answer boxes until told to stop; returns the exit code."""
    import uvicorn

    hub = open_hub(told, dsn, WallClock())
    listening = _listening(host or told.host, port or told.port)
    server = uvicorn.Server(
        uvicorn.Config(
            Entrance(hub),
            http="httptools",
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    close_after_stopping()
    print(f"The hub of {len(hub.circle.others)} boxes answers at port {listening.getsockname()[1]}.", flush=True)  # noqa: T201
    asyncio.run(_serving(server, hub, listening))
    hub.door.close()
    hub.base.close()
    return 0


async def _serving(server: Any, hub: Hub, listening: socket.socket) -> None:
    tidying = asyncio.create_task(supervised("tidy", lambda: _tidying(hub)))
    await server.serve(sockets=[listening])
    tidying.cancel()
    with suppress(asyncio.CancelledError):
        await tidying


async def _tidying(hub: Hub) -> None:
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        with suppress(Busy):
            await asyncio.to_thread(hub.log.tidy)


def _listening(host: str, port: int) -> socket.socket:
    """Listen at a port that further processes of this hub may listen at, too; the kernel deals the boxes out."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        found.setsockopt(socket.SOL_SOCKET, option, 1)
    found.bind((host, port))
    return found


class Entrance:
    """What a hub answers: boxes, and whoever asks whether it is well."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["path"] == SYNC:
            await self._hub.door(scope, receive, send)
        elif scope["path"] == HEALTH:
            try:
                await asyncio.to_thread(self._hub.log.refresh)
                await reply(send, 200, b"well")
            except Busy:
                await reply(send, 503, b"the database is away")
        else:
            await reply(send, 404, b"a hub for boxes")
