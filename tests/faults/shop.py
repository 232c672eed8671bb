"""A real box in a process of its own: set up once, copied for each test, spoken to over HTTP like any tablet."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from appliance.journal import ONE, Desk, derive
from appliance.shop import accounts, catalog
from appliance.shop.catalog import actions as shelves
from appliance.shop.inventory import OpeningLine, opening_stock
from appliance.shop.settings.places import change_shop
from appliance.shop.staff.devices import enrol_device
from appliance.shopfitting import first_start
from appliance.web.signin import digest
from tests.patience import PATIENCE_S
from tests.reading import HOUSE

PIN = "408162"
WORD = r"enrol\?code=(\d+)"
"""Nobody asserts a time: a machine with much to do opens a box in ten seconds instead of one."""


@dataclass(frozen=True)
class Goods:
    """What can be sold here, where, and into which drawer; the same in every copy."""

    shop: str
    warehouse: str
    till: str
    teapot: str
    cup: str
    owner: str

    def sale(self, units: int = 1) -> dict[str, Any]:
        return {"shop": self.shop, "account": self.till, "lines": [{"sku": self.teapot, "qty": units * ONE}]}


def furnish(folder: Path, *, clock: Any = None, device: str = "") -> Goods:
    """Set a shop up: teapots at 128 and cups at 38, ten thousand of each, so that nothing runs out under load.

    `device` is the key of a tablet that is let in at once.
    """
    made, journal, owner = first_start(folder, code="A1", shop="湖滨茶庄", owner="店主", pin=PIN, clock=clock)
    desk = journal.desk(who=owner, branch=made.branch)
    goods = _furnished(desk, derive("shop", made.branch), derive("warehouse", made.branch), owner)
    if device:
        enrol_device(desk, name="Counter", key_hash=digest(device))
    journal.close()
    return goods


def _furnished(desk: Desk, shop: str, warehouse: str, owner: str) -> Goods:
    till = accounts.actions.open_account(desk, name="收银台")
    change_shop(desk, shop=shop, name="湖滨茶庄", warehouse=warehouse, account=till)
    for name, code, retail in (("青瓷茶壶", "TEAPOT", 128), ("茶杯", "CUP", 38)):
        shelves.add_goods(desk, name=name, no=code, skus=[shelves.NewSku(code=code, retail=retail * ONE)])
    teapot, cup = (catalog.by_code(desk, code) or "" for code in ("TEAPOT", "CUP"))
    lines = [OpeningLine(sku=sku, qty=10_000 * ONE, cost=20 * ONE) for sku in (teapot, cup)]
    opening_stock(desk, warehouse=warehouse, lines=lines)
    return Goods(shop, warehouse, till, teapot, cup, owner)


@dataclass
class Box:
    """A box's folder and the process that serves it, if one runs. `inside` goes before every command."""

    folder: Path
    inside: Sequence[str] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    def start(self) -> Box:
        """Begin to serve; does not wait until the doors are open."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        told = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            self._command(told), cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self

    def open(self) -> Box:
        """Serve, and wait until somebody answers."""
        self.start()
        assert self.process is not None
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                httpx.get(f"{self.address}/sign-in", timeout=PATIENCE_S)
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        code = self.process.poll()
        why = "is still opening" if code is None else f"ended with {code}"
        raise AssertionError(f"The box {why}: " + self.end(signal.SIGKILL))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """Stop the process and return what it said."""
        assert self.process is not None
        # Between us and the server may stand nsenter, which becomes the server: the pid is the server's own.
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        self.process = None
        self.said.append(said)
        return said

    def check(self) -> str:
        """Say what `appliance check` says."""
        return self.run("check").stdout

    def run(self, *told: str) -> subprocess.CompletedProcess[str]:
        """Run one of the box's commands."""
        return subprocess.run(self._command(told), cwd=HOUSE, capture_output=True, text=True, check=False)

    def _command(self, told: Sequence[str]) -> list[str]:
        verb, *more = told
        return [*self.inside, sys.executable, "-m", "appliance.main", verb, "--data", str(self.folder), *more]

    def tablet(self) -> Tablet:
        """Let a first tablet in, by the code that the box prints while it knows none."""
        assert self.process is not None
        assert self.process.stdout is not None
        code = re.search(WORD, self.process.stdout.readline())
        assert code is not None
        tablet = Tablet(self.address)
        tablet.post("/enrol", code=code[1], name="Counter")
        return tablet


class Tablet:
    """A browser at the counter: it keeps its cookies, and says where it comes from."""

    def __init__(self, address: str, cookies: dict[str, str] | None = None) -> None:
        origin = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
        self.http = httpx.Client(base_url=address, headers=origin, timeout=PATIENCE_S)
        for name, value in ({"lang": "en"} | (cookies or {})).items():
            self.http.cookies.set(name, value, domain="127.0.0.1")

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.http.post(path, data=form)

    def sign_in(self, employee: str) -> Tablet:
        answer = self.post("/sign-in", employee=employee, pin=PIN)
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def do(self, name: str, key: str, /, **given: Any) -> httpx.Response:
        """Ask for an action as a program does, under a key that makes asking twice one deed."""
        address = "/api/v1/" + name.replace(".", "/")
        return self.http.post(address, json=given, headers={"Idempotency-Key": key})

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.http.cookies.items())


def copy(seed: Path, folder: Path) -> Box:
    """Take a copy of a box that nobody serves."""
    shutil.copytree(seed, folder)
    return Box(folder)
