"""A tea shelf with tablets: a real journal, the real application, and the people who sign in."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.journal import Box, Journal, Rights, RoomShape, Schema
from appliance.web.app import app
from appliance.web.front import Front, WebConfig
from appliance.web.pages import RoomPages, read_room
from appliance.web.signin import Device, Person, digest
from tests.cast import TestClock
from tests.web.toyroom import actions, pages, records

HERE = Path(__file__).parent / "toyroom"
ORIGIN = {"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"}
VERBS = {value.verb: value for value in vars(actions).values() if type(value).__name__ == "Action"}
LIMITED = Rights(grants=("toyroom.see", "toyroom.put_out", "toyroom.change"), fields=frozenset())


@dataclass
class ToyStaff:
    """Two people: Alice owns the shelf, Ben may look and put out."""

    tables: frozenset[str] = frozenset({"tea"})
    enrolling: str = "toyroom.enrol"
    vouching: str = "vouched"
    rights_by: dict[str, Rights] = field(default_factory=lambda: {
        "alice": Rights(grants=("*",), fields=frozenset({"*"})), "ben": LIMITED,
    })  # fmt: skip
    pins: dict[str, str] = field(default_factory=lambda: {"alice": "135790", "ben": "246800"})
    devices: dict[str, Device] = field(default_factory=dict)

    def people(self) -> list[Person]:
        return [Person(name, name.title()) for name in self.pins]

    def person(self, employee: str) -> Person | None:
        return Person(employee, employee.title()) if employee in self.pins else None

    def rights(self, employee: str) -> Rights:
        return self.rights_by[employee]

    def check(self, employee: str, pin: str) -> bool:
        return self.pins.get(employee) == pin

    def may_vouch(self, permission: str) -> bool:
        return False

    def backers(self, permission: str, exceeds: tuple[str, int] | None) -> list[Person]:
        return []

    def vouch(self, desk: Any, supervisor: str) -> None:
        raise AssertionError("Nobody at the shelf can put a PIN under what others do.")

    def device(self, key_hash: str) -> Device | None:
        return self.devices.get(key_hash)

    def enrol(self, name: str, key_hash: str, who: str) -> str:
        self.devices[key_hash] = Device(f"d-{len(self.devices)}", name)
        return self.devices[key_hash].id


class Tablet:
    """A browser at the shelf: keeps cookies, sends what browsers send."""

    def __init__(self, client: TestClient[Any], house: House) -> None:
        self.http = client
        self.house = house
        self.who = ""
        client.cookies.set("lang", "en", domain="testserver.local")

    def enrol(self) -> Tablet:
        code = self.house.front.doors.new_code()
        answer = self.http.post(
            "/enrol", data={"code": code, "name": "Counter"}, headers=ORIGIN, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        return self

    def sign_in(self, who: str, pin: str = "") -> Any:
        self.who = who
        said = {"employee": who, "pin": pin or self.house.staff.pins[who]}
        return self.http.post("/sign-in", data=said, headers=ORIGIN, follow_redirects=False)

    @property
    def token(self) -> str:
        session = next(s for s in self.house.front.doors._sessions.values() if s.employee == self.who)
        return session.token

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(path, headers=headers, follow_redirects=False)

    def post(
        self, path: str, key: str = "", files: Any = None, headers: dict[str, str] | None = None, **data: Any
    ) -> Any:
        form = {"token": self.token, "key": key, **{name.replace("__", "."): value for name, value in data.items()}}
        return self.http.post(path, data=form, files=files, headers=ORIGIN | (headers or {}), follow_redirects=False)


@dataclass
class House:
    """The shelf's house: journal, front and staff."""

    journal: Journal
    clock: TestClock
    staff: ToyStaff
    made: Any

    @property
    def front(self) -> Front:
        found: Front = self.made.state.front
        return found

    def do(self, act: Any, **args: Any) -> Any:
        """Do an action at the box itself, not through the web."""
        return act(self.journal.desk(who="bob", device="box", branch="b"), **args)


def toy_pages() -> RoomPages:
    return read_room("toyroom", HERE, VERBS, pages)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    kinds = [records.Tea, records.Sold]
    schema = Schema([RoomShape("toyroom", kinds, (HERE / "views.sql").read_text("utf-8"), [records.SOLD])])
    clock = TestClock(step_ms=1)
    author = hashlib.sha256(b"toy").digest()[:24]
    journal = Journal(Box(tmp_path, author), schema, clock=clock, random=random.Random(1).randbytes)
    staff = ToyStaff()
    made = app(journal, [toy_pages()], WebConfig(tmp_path, branch="b", counting=True), clock, staff)
    yield House(journal, clock, staff, made)
    journal.close()


@pytest.fixture
def new_tablet(house: House) -> Iterator[Callable[[], Tablet]]:
    clients: list[Any] = []

    def make() -> Tablet:
        client = TestClient(house.made, base_url="http://testserver.local")
        if not clients:
            client.__enter__()
        clients.append(client)
        return Tablet(client, house)

    yield make
    clients[0].__exit__(None, None, None)


@pytest.fixture
def tablet(new_tablet: Callable[[], Tablet]) -> Tablet:
    """An enrolled tablet at which nobody stands."""
    return new_tablet().enrol()


@pytest.fixture
def alice_at(tablet: Tablet) -> Tablet:
    """Alice at her tablet."""
    assert tablet.sign_in("alice").status_code == 303
    return tablet


@pytest.fixture
def ben_at(tablet: Tablet) -> Tablet:
    """Ben, who may not do everything, at the tablet."""
    assert tablet.sign_in("ben").status_code == 303
    return tablet


def hash_of(token: str) -> str:
    return digest(token)
