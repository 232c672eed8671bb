"""Boxes for the browser: the real application on a real port, with a clock of its own that goes on from a morning."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from appliance import config
from appliance.journal import Desk, Journal
from appliance.serving import open_house
from appliance.shop.staff import role_id
from appliance.shopfitting import close_box
from appliance.web.front import Front
from tests.cast import MORNING
from tests.patience import PATIENCE_S, until


class MorningClock:
    """It is 10:00 in the shop when a test begins, whatever the hour outside."""

    trusted = True

    def __init__(self) -> None:
        self._began = time.monotonic_ns()

    def now_ms(self) -> int:
        return MORNING + self.ticks_ms()

    def ticks_ms(self) -> int:
        return (time.monotonic_ns() - self._began) // 1_000_000


@dataclass
class Box:
    """A shop that is open on this machine; it can be stopped and started again at the same address."""

    folder: Path
    port: int
    clock: MorningClock
    demo: bool = False
    """With telephones that ring when told to."""
    made: Any = None
    opened: Any = None
    _server: Any = None
    _thread: Any = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def journal(self) -> Journal:
        found: Journal = self.opened.journal
        return found

    @property
    def front(self) -> Front:
        found: Front = self.made.state.front
        return found

    def start(self) -> Box:
        self.made, self.opened = open_house(config.read(self.folder), port=self.port, clock=self.clock, demo=self.demo)
        told = uvicorn.Config(
            self.made, "127.0.0.1", self.port, log_level="error", ws="none", http="httptools", loop="uvloop",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(told)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, "the box to open")
        return self

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the box did not stop"
        close_box(self.opened)
        self._server = None

    # ---- what a test asks, and does behind the counter

    def rows(self, sql: str, *args: object) -> list[Any]:
        found: list[Any] = self.journal.reading().execute(sql, args).fetchall()
        return found

    def value(self, sql: str, *args: object) -> Any:
        found = self.rows(sql, *args)
        return found[0][0] if found else None

    def employee(self, role: str) -> str:
        """The id of somebody who works here in a role."""
        found = self.value("select id from employee where role = ? limit 1", role_id(role))
        assert found, role
        return str(found)

    def do(self, act: Any, **args: Any) -> Any:
        """Do an action as the owner at another tablet."""
        owner, branch = self.employee("owner"), self.front.config.branch
        return act(self.desk(owner, branch), **args)

    def desk(self, who: str, branch: str) -> Desk:
        return self.journal.desk(who=who, device="elsewhere", branch=branch)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def settle(folder: Path) -> None:
    """Move everything from the write-ahead log into the file, so that a copy of the folder is small and whole."""
    with sqlite3.connect(folder / "shop.db") as conn:
        conn.execute("pragma wal_checkpoint(truncate)")
    conn.close()


def copied(shop: Path, to: Path) -> Path:
    shutil.copytree(shop, to)
    return to
