"""Live news: every open page hears of a change, and a page that is closed leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest
import uvicorn

from appliance.web.live import QUEUE, Hub, Link
from tests.patience import PATIENCE_S, until
from tests.web.conftest import House
from tests.web.toyroom import actions


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The house on a real port, served as on a box."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(house.made, "127.0.0.1", port, log_level="error", ws="none", timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def signed_in(house: House, address: str) -> httpx.Client:
    client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=PATIENCE_S)
    client.post("/enrol", data={"code": house.front.doors.new_code(), "name": "Counter"})
    client.post("/sign-in", data={"employee": "alice", "pin": "135790"})
    return client


def news(lines: Iterator[str], event: str = "changed") -> dict[str, list[str]]:
    found = ""
    for line in lines:
        if line.startswith("event:"):
            found = line[6:].strip()
        elif line.startswith("data:") and found == event:
            return msgspec.json.decode(line[5:])  # type: ignore[no-any-return]
    raise AssertionError("the stream ended")


def test_a_page_hears_what_changed_and_is_let_go_when_it_closes(house: House, address: str) -> None:
    client, hub = signed_in(house, address), house.front.hub
    with client.stream("GET", "/events?t=tea_list") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        until(lambda: len(hub.streams) == 1)
        tea = house.do(actions.create, name="Longjing", grade="green", price=1)
        assert news(answer.iter_lines()) == {"tea_list": [tea]}
    until(lambda: not hub.streams)
    client.close()


def test_fifty_pages_that_come_and_go_leave_nothing(house: House, address: str) -> None:
    client, hub = signed_in(house, address), house.front.hub
    for _ in range(50):
        with client.stream("GET", "/events") as answer:
            next(answer.iter_lines())
    until(lambda: not hub.streams)
    client.close()


def test_who_is_signed_out_hears_nothing_more(house: House, address: str) -> None:
    client = signed_in(house, address)
    with client.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        next(lines)
        until(lambda: len(house.front.hub.streams) == 1)
        house.front.doors.end(next(iter(house.front.doors._sessions.values())))
        house.do(actions.create, name="Longjing", grade="green", price=1)
        assert "signed-out" in "".join(lines)
    until(lambda: not house.front.hub.streams)
    client.close()


def test_nobody_listens_without_a_session(house: House, address: str) -> None:
    assert httpx.get(f"{address}/events").status_code == 401
    assert not house.front.hub.streams


def test_an_open_page_does_not_keep_the_box_from_stopping(house: House, address: str) -> None:
    client = signed_in(house, address)
    answer = client.send(client.build_request("GET", "/events"), stream=True)
    until(lambda: len(house.front.hub.streams) == 1)
    house.front.hub.close()
    until(lambda: not house.front.hub.streams)
    answer.close()
    client.close()


def heard(changes: list[frozenset[tuple[str, str]]]) -> dict[str, list[str]]:
    """What a page that shows table `a` is told first, after all this happened."""

    async def listen() -> bytes:
        hub = Hub()
        stream = hub.follow(frozenset({"a"}))
        await anext(stream)
        for touched in changes:
            hub._spread(touched)
        told = await anext(stream)
        await stream.aclose()
        assert not hub.streams
        return told

    # In a thread of its own: a browser of other tests may still have its loop in this one.
    with ThreadPoolExecutor(1) as aside:
        told = aside.submit(asyncio.run, listen()).result().partition(b"data: ")[2]
    return msgspec.json.decode(told, type=dict[str, list[str]])


def test_what_waits_is_told_together_and_once() -> None:
    told = heard([frozenset({("a", "1")}), frozenset({("a", "1"), ("b", "2")}), frozenset({("a", "3")})])
    assert told == {"a": ["1", "3"]}


def test_a_page_that_does_not_listen_is_told_to_look_at_everything() -> None:
    assert heard([frozenset({("a", str(n))}) for n in range(QUEUE + 5)]) == {"a": []}


def test_every_page_hears_at_once_how_the_box_stands_with_the_others(house: House, address: str) -> None:
    client, hub = signed_in(house, address), house.front.hub
    with client.stream("GET", "/events?t=tea") as stream:
        lines = stream.iter_lines()
        assert news(lines, "link") == {"state": "fresh", "count": "0"}
        until(lambda: bool(hub.streams))
        for link in (Link("off", 3), Link("busy"), Link("fresh")):
            hub._loop.call_soon_threadsafe(hub.tell, link)  # type: ignore[union-attr]
            assert news(lines, "link") == {"state": link.state, "count": str(link.count)}
        hub._loop.call_soon_threadsafe(hub.tell, Link("off", 7))  # type: ignore[union-attr]
        assert news(lines, "link")["count"] == "7"
    with client.stream("GET", "/events") as stream:
        assert news(stream.iter_lines(), "link") == {"state": "off", "count": "7"}


def test_what_is_remembered_is_forgotten_when_what_it_follows_changes(house: House):
    told: list[str] = []

    def asked() -> list[bool]:
        """Whether each answer had to be made anew."""
        ways: dict[str, dict[str, frozenset[str]]] = {
            "all": {},
            "teas": {"follows": frozenset({"tea"})},
            "sales": {"follows": frozenset({"sold"})},
        }
        before = len(told)
        for name, how in ways.items():
            house.front.remember(name, lambda name=name: told.append(name), **how)
        return [name in told[before:] for name in ways]

    assert asked() == [True, True, True]
    assert asked() == [False, False, False]
    house.do(actions.create, name="Longjing", grade="green", price=1)
    assert asked() == [True, True, False]
    house.clock.now += 60_000
    assert asked() == [True, True, True]
