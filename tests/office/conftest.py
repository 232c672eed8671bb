"""The office of the tea house: Alice owns it, Chen takes calls, Li Na buys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import EVERYTHING, Desk, Rights, action, derive
from appliance.serving import pages_of
from appliance.shop.staff import FIRST_ROLES, Employee
from appliance.web.app import app
from appliance.web.front import WebConfig
from appliance.web.signin import Person
from tests.cast import Shop
from tests.orders.teahouse import House as TeaHouse
from tests.orders.teahouse import furnish
from tests.web.conftest import House, Tablet, ToyStaff

ALICE, CHEN, ZHAO = (derive("employee", name) for name in ("alice", "chen", "zhao"))
CASHIER = next(role for role in FIRST_ROLES if role.code == "cashier")
MAY_LITTLE = Rights(grants=CASHIER.grants, fields=frozenset(CASHIER.fields), limits=CASHIER.limits)


@action("Hire")
def hire(desk: Desk) -> None:
    """Three people work here."""
    for name, employee in (("Alice", ALICE), ("陈柜台", CHEN), ("小赵", ZHAO)):
        desk.put(Employee(id=employee, name=name, no=name[:1]))


@pytest.fixture
def house(alice: Desk) -> TeaHouse:
    """The tea house with its people."""
    hire(alice)
    return furnish(alice)


@pytest.fixture
def chen(box: Shop, house: TeaHouse) -> Desk:
    """Chen, cashier, at the same box."""
    return box.desk("chen", MAY_LITTLE)


def staff() -> ToyStaff:
    """Who signs in at the tablets of the tea house."""
    found = ToyStaff(
        tables=frozenset({"employee"}),
        rights_by={ALICE: EVERYTHING, CHEN: MAY_LITTLE},
        pins={ALICE: "135790", CHEN: "246800"},
    )
    named = {ALICE: Person(ALICE, "Alice"), CHEN: Person(CHEN, "陈柜台")}
    found.person = named.get  # type: ignore[method-assign]
    found.people = lambda: list(named.values())  # type: ignore[method-assign]
    return found


@pytest.fixture
def tablets(box: Shop, house: TeaHouse, tmp_path: Path) -> Iterator[Any]:
    """As many tablets as a test needs, each with who stands at it."""
    told = WebConfig(tmp_path / "web", branch=box.branch, counting=True)
    told.folder.mkdir()
    people = staff()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, box.clock, people)
    with TestClient(made, base_url="http://testserver.local") as first:
        clients = [first]

        def tablet(who: str, lang: str = "en") -> Tablet:
            client = clients[0] if len(clients) == 1 else TestClient(made, base_url="http://testserver.local")
            clients.append(client)
            found = Tablet(client, House(box.journal, box.clock, people, made)).enrol()
            client.cookies.set("lang", lang, domain="testserver.local")
            assert found.sign_in(who).status_code == 303
            return found

        yield tablet


@pytest.fixture
def alice_at(tablets: Any) -> Tablet:
    """Alice at a tablet."""
    found: Tablet = tablets(ALICE)
    return found


@pytest.fixture
def chen_at(tablets: Any) -> Tablet:
    """Chen at a tablet."""
    found: Tablet = tablets(CHEN)
    return found
