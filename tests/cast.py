"""The cast: Alice sells at box A1, Bob at box B1, and both have real boxes in temporary folders."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.assembly import open_journal, rooms
from appliance.journal import Box, Desk, Journal, Rights, derive
from appliance.journal.check import check, digests
from appliance.journal.rounds import Reached, look
from appliance.journal.segments import key_hash

MORNING = 1_795_485_600_000  # 2026-11-24 10:00 in the shop
BRANCH_A = derive("branch", "a")
BRANCH_B = derive("branch", "b")


class TestClock:
    """A clock that a test sets; each look moves it on by a second, so that no two deeds share a moment."""

    __test__ = False

    def __init__(self, now_ms: int = MORNING, *, step_ms: int = 1_000, trusted: bool = True) -> None:
        self.now = now_ms
        self.step = step_ms
        self.ticks = 0
        self.trusted = trusted

    def now_ms(self) -> int:
        self.now += self.step
        self.ticks += self.step
        return self.now

    def ticks_ms(self) -> int:
        return self.ticks


@dataclass
class Shop:
    """A box, and whoever stands at it."""

    journal: Journal
    clock: TestClock
    branch: str

    def desk(self, who: str, rights: Rights | None = None) -> Desk:
        given = {"rights": rights} if rights else {}
        return self.journal.desk(who=derive("employee", who), device="tablet", branch=self.branch, **given)


def box_of(folder: Path, code: str, *, incarnation: str = "", root: bytes = b"") -> Box:
    """Describe a box whose key follows from its code, so that what it signs is the same in every run."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(code.encode()).digest())
    public = key.public_key().public_bytes_raw()
    author = key_hash(public) + hashlib.sha256(incarnation.encode()).digest()[:8]
    return Box(folder, author, code, sign=key.sign, public=public, root=root)


def open_box(folder: Path, code: str, branch: str, names: Sequence[str] = ()) -> Shop:
    """Open a real box; its chance is seeded by its code, so a test that fails fails again."""
    database, state = _newborn(code, tuple(names))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.db").write_bytes(database)
    chance, clock = random.Random(), TestClock()
    chance.setstate(state)
    return Shop(_opened(folder, code, names, chance, clock), clock, branch)


@cache
def _newborn(code: str, names: tuple[str, ...]) -> tuple[bytes, tuple[Any, ...]]:
    """Make a box once for all tests, as its tables take long to draw: what is on its disk, and how chance goes on."""
    chance = random.Random(code)
    with TemporaryDirectory() as folder:
        _opened(Path(folder), code, names, chance, TestClock()).close()
        assert [path.name for path in Path(folder).iterdir()] == ["shop.db"]
        return (Path(folder) / "shop.db").read_bytes(), chance.getstate()


def _opened(folder: Path, code: str, names: Sequence[str], chance: random.Random, clock: TestClock) -> Journal:
    return open_journal(box_of(folder, code), rooms(list(names)), clock=clock, random=chance.randbytes)


def meet(*desks: Desk) -> None:
    """Let boxes exchange all they know, both ways, until nobody learns anything new."""
    for _ in range(2):
        for one in desks:
            for other in desks:
                if one is not other:
                    one.journal.take(list(other.journal.segments(one.journal.heads()))).result()


def agree(*desks: Desk) -> bool:
    """Tell whether boxes hold the same entries and the same tables."""
    told = [digests(desk.journal) for desk in desks]
    return all(one == told[0] for one in told)


def clean(desk: Desk) -> list[str]:
    """Return what `appliance check` would complain about, and a round that looks at every entry."""
    return check(desk.journal) + look(desk.journal, Reached(), 2**31)[0]


@pytest.fixture
def new_box(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Open as many boxes as a test needs; they are closed after it."""
    opened: list[Shop] = []

    def make(code: str = "A1", branch: str = BRANCH_A, names: Sequence[str] = ()) -> Shop:
        shop = open_box(tmp_path / f"{code}-{len(opened)}", code, branch, names)
        opened.append(shop)
        return shop

    yield make
    for shop in opened:
        shop.journal.close()


@pytest.fixture
def box(new_box: Callable[..., Shop]) -> Shop:
    """Box A1."""
    return new_box("A1", BRANCH_A)


@pytest.fixture
def alice(box: Shop) -> Desk:
    """Alice, owner, at box A1."""
    return box.desk("alice")


@pytest.fixture
def bob(new_box: Callable[..., Shop]) -> Desk:
    """Bob, owner, at box B1 of another branch."""
    return new_box("B1", BRANCH_B).desk("bob")


@pytest.fixture
def bella(new_box: Callable[..., Shop]) -> Desk:
    """Bella, owner, at box A2 of Alice's branch."""
    return new_box("A2", BRANCH_A).desk("bella")
