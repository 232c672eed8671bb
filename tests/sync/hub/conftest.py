"""A real PostgreSQL for the tests of the hub, started once, with an empty database for each test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.demo.database import Database, database, programs
from tests.sync.hub.cast import Hub, hub_of
from tests.sync.kin import Kin, in_company, introduce, kin

_number = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    if programs() is None:
        pytest.skip("there is no PostgreSQL on this machine")
    # A socket's path must be short, and PostgreSQL does not run as root: so it lies by itself.
    folder = Path(tempfile.mkdtemp(prefix="zg"))
    folder.chmod(0o755)
    with database(folder / "pg") as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture
def dsn(postgres: Database) -> str:
    return postgres.fresh(f"chain{next(_number)}")


@pytest.fixture
def hubs(dsn: str) -> Iterator[Callable[[], Hub]]:
    """Open the hub's database once more, as a further process of the same hub would."""
    opened: list[Hub] = []

    def make() -> Hub:
        opened.append(hub_of(dsn))
        return opened[-1]

    yield make
    for one in opened:
        one.base.close()


@pytest.fixture
def hub(hubs) -> Hub:
    return hubs()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Callable[..., Kin]]:
    opened: list[Kin] = []

    def make(code: str, *, folder: str = "", knows: Hub | Kin | None = None, **told) -> Kin:
        where = tmp_path / (folder or code)
        opened.append(in_company(kin(where, code, **told), where))
        if knows is not None:
            introduce(opened[-1], knows)  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for one in opened:
        one.company.notebook.close()
        one.journal.close()


@pytest.fixture(params=["box", "hub"])
def point(request, chain) -> Hub | Kin:
    """Where everybody meets. Nobody can tell which it is."""
    return request.getfixturevalue("hub") if request.param == "hub" else chain("H1")


@pytest.fixture
def boxes(point: Hub | Kin, chain) -> Callable[..., list[Kin]]:
    """Boxes that know everybody, but can only reach the meeting point."""

    def make(*codes: str, **told) -> list[Kin]:
        made = [chain(code, **told) for code in codes]
        introduce(*made, point)  # type: ignore[arg-type]
        return made

    return make
