"""A real box with its key, its circle and its front of house, as it is served, but with tablets in this process."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.heard import Hearing
from appliance.journal import Desk, Journal
from appliance.liaison import Liaison
from appliance.neighbours import follow_members
from appliance.serving import pages_of
from appliance.shopfitting import Opened, close_box, first_start, in_company, open_box
from appliance.sync.boxes.company import Company
from appliance.sync.boxes.keys import BoxKey
from appliance.sync.boxes.pairing import Guest, Newcomer
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import TestClock
from tests.web.conftest import House, Tablet, ToyStaff


@dataclass
class Served:
    """One box as its people know it."""

    box: Opened
    company: Company
    liaison: Liaison
    clock: TestClock
    tablet: Tablet
    sticks: list[Path]
    """Where sticks are put in; a test puts folders there."""

    @property
    def journal(self) -> Journal:
        return self.box.journal

    @property
    def desk(self) -> Desk:
        return self.journal.desk(who="alice", device="box", branch=self.box.config.branch)

    def knock(self, digits: str, name: str) -> BoxKey:
        """A new box comes to the door, types the digits and says its key."""
        chance = random.Random(name).randbytes
        key, guest = BoxKey(chance(32)), Guest(digits, chance)
        newcomer = Newcomer(public=key.public, exchange=key.exchange_public, version="0.3.0", urls=["http://b1:8000"])
        second = guest.second(self.company.host.answer(guest.first), newcomer)
        guest.welcome(self.company.host.answer(second))
        return key


@contextmanager
def served(folder: Path, *, founder: bool = True) -> Iterator[Served]:
    """Found a shop in a folder and open it; without the founder's key it is a box that needs the recovery sheet."""
    clock = TestClock()
    config, journal, _ = first_start(
        folder / "box", code="A1", shop="小满茶铺", owner="王小满", pin="246810", clock=clock
    )
    journal.close()
    if not founder:
        (folder / "box" / "root.key").rename(folder / "root.key")
    box = open_box(config, rooms(), clock=clock, anchors=folder / "anchors")
    company = in_company(box, "小满茶铺 A1", 8000, clock)
    follow_members(box.journal, company)
    sticks: list[Path] = []
    liaison = Liaison(box.journal, company, box.config.branch, box.config.folder, sticks=lambda: sticks)
    liaison.introduce()
    staff = ToyStaff()
    told = WebConfig(folder / "web", branch=box.config.branch, counting=True)
    told.folder.mkdir()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, clock, staff)
    made.state.front.gauges["neighbours"] = lambda: liaison
    made.state.front.gauges["heard"] = Hearing(box.journal, company.agreed_ms)
    with TestClient(made, base_url="http://testserver.local") as client:
        tablet = Tablet(client, House(box.journal, clock, staff, made)).enrol()
        tablet.sign_in("alice")
        yield Served(box, company, liaison, clock, tablet, sticks)
    company.courier.close()
    company.door.close()
    company.notebook.close()
    close_box(box)
