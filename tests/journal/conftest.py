"""Toy boxes, closed after each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.journal import Desk
from tests.cast import TestClock
from tests.journal.toy import VIEWS, toy_box


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []

    def make(
        code: str, clock: TestClock | None = None, folder: str = "", views: str = VIEWS, root: bytes = b""
    ) -> Desk:
        desk = toy_box(tmp_path / (folder or code), code, clock, views, root=root)
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.journal.close()


@pytest.fixture
def lina(toy: Callable[..., Desk]) -> Desk:
    return toy("A1")


@pytest.fixture
def wang(toy: Callable[..., Desk]) -> Desk:
    return toy("B1")
