"""Setting up: a box that keeps no shop yet shows its first page, until somebody opened a shop or joined one."""

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path

import uvicorn

from appliance import __version__, config
from appliance.assembly import WallClock
from appliance.journal import Refusal
from appliance.main import address
from appliance.shop.staff import pin_of_first_owner
from appliance.shopfitting import first_start, join_chain, made_whole, move_in
from appliance.sync.boxes.keys import RootKey
from appliance.sync.boxes.near import Announced, Near
from appliance.web.local import Local
from appliance.web.setup import Begun, Hands, Nearby, Setup
from appliance.web.signin import new_code

FIRST_CODE = "A1"
TITLE = "掌柜 新盒子"
LAST_PAGE_S = 0.5
"""How long the last page has to be sent before the shop opens at the same address."""


def set_up(folder: Path, *, host: str = "", port: int = 0) -> bool:
    """Show the first page until a box was made in the folder; tells whether one was. Refuses to cover up a lost one."""
    move_in(folder)
    if config.exists(folder):
        return True
    if (folder / "shop.db").exists():
        raise Refusal(
            "A shop's data lies in {folder}, but its settings ({name}) are missing. Bring them back from a backup; "
            "nothing is set up over it.", folder=folder, name=config.NAME,
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    print(f"This box keeps no shop yet. Open {address(port or config.DEFAULT_PORT)} on a tablet.", flush=True)  # noqa: T201
    asyncio.run(_Setting(folder, port or config.DEFAULT_PORT).serve(host or config.Config.host))
    return config.exists(folder)


class _Setting:
    """The first page's own short life."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        me = Announced(os.urandom(16), b"", TITLE, port, __version__, waiting=True)
        self._near = Near(me)
        self._listening: asyncio.Task[None] | None = None

    async def serve(self, host: str) -> None:
        hands = Hands(self._open_shop, self._join, self._nearby, self._done)
        made = Setup(hands, self._folder).app(begin=self._begin, end=self._end)
        told = uvicorn.Config(
            made, host=host, port=self._port, ws="none", log_level="warning", access_log=False, server_header=False,
            date_header=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = uvicorn.Server(told)
        await self._server.serve()

    async def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = asyncio.create_task(self._near.run())

    async def _end(self) -> None:
        if self._listening:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    def _nearby(self) -> list[Nearby]:
        found = [Nearby(box.title, box.urls[0]) for box in self._near.boxes.values() if box.urls and not box.waiting]
        return sorted(found)

    def _done(self) -> None:
        self._loop.call_later(LAST_PAGE_S, setattr, self._server, "should_exit", True)

    # ---- called in a thread

    def _open_shop(self, shop: str, owner: str) -> Begun:
        pin = pin_of_first_owner(secrets.randbelow)
        with made_whole(self._folder) as making:
            _, journal, _ = first_start(making, code=FIRST_CODE, shop=shop, owner=owner, pin=pin)
            journal.close()
            sheet = RootKey.read(making / "root.key").sheet
        return Begun(shop, self._first_code(), owner=owner, pin=pin, sheet=sheet)

    def _join(self, url: str, digits: str) -> Begun:
        with made_whole(self._folder) as making:
            made, sign = join_chain(making, url, digits, port=self._port)
        return Begun(made.code, self._first_code(), sign=sign)

    def _first_code(self) -> str:
        local = Local(self._folder / "front.db")
        try:
            return new_code(local, WallClock())
        finally:
            local.close()
