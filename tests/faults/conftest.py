"""One shop, set up once for a session and with one tablet let in; every test gets a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.shop import Box, Goods, copy, furnish


@dataclass(frozen=True)
class Seed:
    """A box's folder, what is sold in it, and the cookies of the tablet at which its owner stands."""

    folder: Path
    goods: Goods
    cookies: dict[str, str]


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    folder = tmp_path_factory.mktemp("seed") / "box"
    goods = furnish(folder)
    box = Box(folder).open()
    tablet = box.tablet().sign_in(goods.owner)
    box.end()
    return Seed(folder, goods, tablet.cookies)


@pytest.fixture
def goods(seed: Seed) -> Goods:
    return seed.goods


@pytest.fixture
def shop(seed: Seed, tmp_path: Path) -> Iterator[Box]:
    """A copy of the shop that nobody serves yet; whatever process it has at the end is ended."""
    box = copy(seed.folder, tmp_path / "box")
    yield box
    if box.process is not None:
        box.process.kill()
        box.process.communicate()
