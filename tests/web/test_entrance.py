"""At the entrance everybody is counted who waits for an answer, so that long work lets them go first."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.journal.guests import Guests
from appliance.serving import Entrance


def at_the_entrance(guests: Guests, path: str, answer: Any) -> None:
    """Ask for something; the house and the door for boxes both answer as told."""

    async def house(_scope: Any, _receive: Any, _send: Any) -> None:
        await answer()

    # The house needs no more of itself here than where its guests are counted.
    house.state = SimpleNamespace(  # type: ignore[attr-defined]
        company=SimpleNamespace(door=house), front=SimpleNamespace(journal=SimpleNamespace(guests=guests))
    )
    asyncio.run(Entrance(house)({"type": "http", "path": path}, None, None))  # type: ignore[arg-type]


def nobody_waits(guests: Guests) -> bool:
    looked: list[int] = []
    guests.let_pass(lambda: bool(looked.append(1)))
    return not looked


@pytest.mark.parametrize(("path", "counted"), [("/orders", True), ("/sync", False), ("/pair", False)])
def test_people_are_counted_while_they_wait_and_other_boxes_are_not(path: str, counted: bool) -> None:
    guests, seen = Guests(), list[bool]()

    async def answer() -> None:
        seen.append(nobody_waits(guests))

    at_the_entrance(guests, path, answer)
    assert seen == [not counted] and nobody_waits(guests)


def test_who_only_listens_for_news_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.serving.LONGEST_S", 0.01)
    guests, seen = Guests(), list[bool]()

    async def answer() -> None:
        await asyncio.sleep(0.05)
        seen.append(nobody_waits(guests))

    at_the_entrance(guests, "/events", answer)
    assert seen == [True] and nobody_waits(guests)


def test_an_answer_that_breaks_is_over_too() -> None:
    guests = Guests()

    async def answer() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        at_the_entrance(guests, "/orders", answer)
    assert nobody_waits(guests)
