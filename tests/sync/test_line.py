"""The line and the door: real sockets, and other ends that stall, trickle, lie and never stop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn

from appliance.journal.entry import pack
from appliance.sync.boxes import line
from appliance.sync.boxes import swap as words
from appliance.sync.boxes.courier import Courier
from appliance.sync.boxes.door import MOST_PAIR, SYNC, Door
from appliance.sync.boxes.line import Cut, ask
from appliance.sync.boxes.meetings import Meetings
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.talk import Talk
from tests.cast import agree
from tests.journal.toy import sell
from tests.patience import until
from tests.sync.kin import Kin, introduce, kin

End = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


def asked(end: End, *, most: int = 1_000, stall_s: float = 0.3, whole_s: float = 3.0, body: bytes = b"?") -> line.Reply:
    """Ask a strange end of the line, on a real socket."""

    async def both() -> line.Reply:
        async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError):
                await end(reader, writer)
            writer.close()

        server = await asyncio.start_server(held, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            return await ask(f"http://127.0.0.1:{port}", SYNC, body, most=most, stall_s=stall_s, whole_s=whole_s)
        finally:
            server.close()

    return asyncio.run(both())


def says(told: bytes) -> End:
    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(told)
        await writer.drain()

    return end


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK + b"\r\n")
    while True:
        writer.write(bytes(10_000))
        await writer.drain()


async def endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    while True:
        writer.write(b"x-more: and more\r\n" * 1_000)
        await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def trickling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"content-length: 900\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.1)


async def breaking_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"content-length: 900\r\n\r\nhalf")
    await writer.drain()


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (silent, "stalled"),
        (trickling, "stalled"),
        (breaking_off, "stalled"),
        (endless, "endless"),
        (says(OK + b"content-length: 999999999999\r\n\r\n"), "endless"),
        (says(OK + b"transfer-encoding: chunked\r\n\r\nFFFFFFFF\r\n"), "endless"),
        (says(OK + b"transfer-encoding: chunked\r\n\r\n-5\r\n"), "endless"),
        (says(OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n"), "nonsense"),
        (endless_head, "nonsense"),
        (says(b"SSH-2.0-OpenSSH\r\n\r\n"), "nonsense"),
        (says(b"HTTP/1.1 fine\r\n\r\n"), "nonsense"),
        (says(b""), "nonsense"),
    ],
)
def test_an_end_that_stalls_lies_or_never_stops_is_hung_up_on_with_a_word(end: End, why: str):
    # Only who is waited for in vain costs the time; a busy machine may take long over the others.
    patience = {} if why == "stalled" else {"stall_s": 20.0, "whole_s": 20.0}
    with pytest.raises(Cut) as cut:
        asked(end, **patience)
    assert cut.value.why == why


def test_answers_come_with_a_length_in_chunks_or_up_to_the_end():
    assert asked(says(OK + b"Content-Length: 3\r\n\r\nabc")).body == b"abc"
    assert asked(says(OK + b"\r\nabc")).body == b"abc"
    assert asked(says(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n")).body == b"abc"
    assert asked(says(b"HTTP/1.1 503 Busy\r\n\r\nbusy")).status == 503


def test_nobody_there_is_said_at_once():
    for url in ("http://127.0.0.1:9", "http://no-such-box.invalid", "http://[::1]:9"):
        with pytest.raises(Cut, match="unreachable"):
            asyncio.run(ask(url, SYNC, b"", most=10))


# ---- the door


class Served:
    """A box's door behind a real server."""

    def __init__(self, box: Kin, **told) -> None:
        self.box = box
        self.heard: list[words.Outcome] = []
        self.door = Door(box.post, box.swap, heard=lambda _, outcome: self.heard.append(outcome), **told)
        made = uvicorn.Config(
            self.door, "127.0.0.1", 0, log_level="error", ws="none", lifespan="off", date_header=False, server_header=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(made)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started, "the door to open")
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.door.close()


@pytest.fixture
def alice(tmp_path: Path) -> Iterator[Kin]:
    made = kin(tmp_path / "A1", "A1")
    yield made
    made.journal.close()


@pytest.fixture
def bob(tmp_path: Path, alice: Kin) -> Iterator[Kin]:
    made = kin(tmp_path / "B1", "B1")
    introduce(alice, made)
    yield made
    made.journal.close()


@contextmanager
def served(box: Kin, **told) -> Iterator[Served]:
    made = Served(box, **told)
    try:
        yield made
    finally:
        made.close()


def raw(served: Served, told: bytes, wait_s: float = 5) -> bytes:
    """Say something to the door that no client of ours would say."""

    async def both() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(told)
        with suppress(TimeoutError):
            return await asyncio.wait_for(reader.read(65_536), wait_s)
        return b""

    return asyncio.run(both())


def test_nothing_new_over_http_is_said_in_less_than_300_bytes(alice: Kin, bob: Kin):
    sell(alice.desk, name="张伟", total=100)
    with served(alice) as door:
        bob.journal.take(list(alice.journal.segments({}))).result()
        question = Talk(bob.swap, alice.certificate)
        letter, seal = bob.post.write(alice.certificate, question.begin())
        reply = asyncio.run(ask(door.url, SYNC, letter, most=1_000))
        assert question.go_on(seal.open(reply.body)) is None and question.outcome.agreed
        assert reply.sent + reply.received < 300


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (b"GET /sync HTTP/1.1\r\nHost: a\r\n\r\n", b"405"),
        (b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", b"403"),
        (b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 80\r\n\r\n" + bytes(80), b"403"),
        (b"POST /pair HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (MOST_PAIR + 1), b"413"),
        (b"POST /pair HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", b"403"),
        (b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 80\r\n\r\nhalf", b"408"),
    ],
)
def test_a_stranger_at_the_door_is_turned_away(alice: Kin, told: bytes, status: bytes):
    with served(alice, stall_s=0.3) as door:
        assert raw(door, told).split(b" ")[1] == status
        assert door.heard == [] and alice.journal.heads() == {}


def test_a_letter_in_chunks_without_end_is_cut_at_the_limit(alice: Kin):
    with served(alice) as door:
        piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        head = b"POST /sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert raw(door, head + piece * (MOST_BODY // 0x10000 + 2)).split(b" ")[1] == b"413"


# ---- the courier


class Out:
    """A box whose courier is on its round, in a loop of its own."""

    def __init__(self, box: Kin) -> None:
        self.notebook = Notebook(":memory:")
        self.meetings = Meetings(box.swap, self.notebook, box.clock)
        clock = _Ticking(box.clock)
        self.courier = Courier(box.swap, box.post, self.notebook, self.meetings, clock, box.post._random)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._task: asyncio.Task[None] | None = None
        self._thread.start()
        box.journal.listen(lambda _: self.courier.wrote())

    def _run(self) -> None:
        self._task = self._loop.create_task(self.courier.run())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    def close(self) -> None:
        assert self._task
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self.courier.close()
        self._loop.close()


class _Ticking:
    """The cast's clock, whose ticks run with the machine: the courier really waits."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self.trusted = True

    def now_ms(self) -> int:
        return self._clock.now

    def ticks_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


@pytest.fixture
def out(bob: Kin) -> Iterator[Out]:
    made = Out(bob)
    yield made
    made.close()


def trouble(out: Out) -> str:
    (one,) = out.meetings.standings()
    return one.trouble.sentence if one.trouble else ""


def test_what_is_sold_here_is_there_a_moment_later(alice: Kin, bob: Kin, out: Out):
    with served(alice) as door:
        out.notebook.reached(alice.key.box, [door.url])
        out.courier.meet(alice.key.box)
        assert until(lambda: out.meetings.standings()[0].met_ms)
        for _ in range(3):
            sell(bob.desk, name="李娜", total=100)
            assert until(lambda: alice.journal.digest() == bob.journal.digest())
        assert agree(alice.desk, bob.desk)
        (told,) = out.meetings.standings()
        assert until(lambda: out.meetings.standings()[0].waiting_here == 0)
        assert told.in_touch and told.code == "A1" and told.version == "0.3.0" and trouble(out) == ""


def test_what_waits_is_counted_while_nobody_answers_and_goes_out_at_a_hint(alice: Kin, bob: Kin, out: Out):
    from appliance.sync.boxes.near import Heard

    out.notebook.reached(alice.key.box, ["http://127.0.0.1:9"])
    sell(bob.desk, name="李娜", total=100)
    out.courier.meet(alice.key.box)
    assert until(lambda: "does not answer" in trouble(out))
    assert until(lambda: out.meetings.standings()[0].oldest_ms)
    told = out.meetings.standings()[0]
    assert told.waiting_here == 2 and not told.in_touch
    with served(alice) as door:
        found = Heard(alice.key.box.hex()[:16], "", "A1", (door.url,), "0.3.0", waiting=False)
        out._loop.call_soon_threadsafe(out.courier.heard, found)
        assert until(lambda: alice.journal.digest() == bob.journal.digest())
        assert until(lambda: trouble(out) == "")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (says(OK + b"content-length: 4\r\n\r\nnope"), "it is not {code}"),
        (says(OK + b"content-length: 99999999\r\n\r\n"), "more than any box may"),
        (says(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"), "no answer"),
        (says(b"HTTP/1.1 403 No\r\ncontent-length: 7\r\n\r\nrevoked"), "put out of the chain"),
        (says(b"HTTP/1.1 403 No\r\ncontent-length: 7\r\n\r\nunknown"), "does not know this box"),
        (says(b"HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nbusy"), "is busy"),
    ],
)
def test_whatever_answers_wrongly_is_named_and_changes_nothing(alice: Kin, bob: Kin, out: Out, end: End, said: str):
    sell(bob.desk, name="李娜", total=100)
    before = bob.journal.digest()
    ready, stop = threading.Event(), threading.Event()
    port: list[int] = []

    async def strange() -> None:
        server = await asyncio.start_server(end, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await asyncio.to_thread(stop.wait)
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(strange()))
    thread.start()
    ready.wait()
    try:
        out.notebook.reached(alice.key.box, [f"http://127.0.0.1:{port[0]}"])
        out.courier.meet(alice.key.box)
        assert until(lambda: said in trouble(out)), trouble(out)
    finally:
        stop.set()
        thread.join()
    assert bob.journal.digest() == before


@pytest.mark.parametrize(("whose", "said"), [("bob", "disk of this box is full"), ("alice", "its disk is full")])
def test_a_disk_that_is_full_at_either_end_is_said_and_is_no_end(alice: Kin, bob: Kin, out: Out, whose: str, said: str):
    full, other = (alice, bob) if whose == "alice" else (bob, alice)
    pages = full.journal.writing.execute("pragma page_count").fetchone()[0]
    full.journal.writing.execute(f"pragma max_page_count = {pages}").fetchall()
    for number in range(60):
        sell(other.desk, name=f"客人{number}" * 40, total=100)
    with served(alice) as door:
        out.notebook.reached(alice.key.box, [door.url])
        out.courier.meet(alice.key.box)
        assert until(lambda: said in trouble(out)), trouble(out)
        full.journal.writing.execute("pragma max_page_count = 1000000").fetchall()
        out.courier.meet(alice.key.box)
        assert until(lambda: alice.journal.digest() == bob.journal.digest())
    assert agree(alice.desk, bob.desk)


def test_a_letter_of_a_member_that_is_nonsense_is_turned_away_and_the_next_one_counts(alice: Kin, bob: Kin):
    with served(alice) as door:
        letter, _ = bob.post.write(alice.certificate, b"\xc1 nonsense")
        assert asyncio.run(ask(door.url, SYNC, letter, most=1_000)).status == 400
        letter, _ = bob.post.write(alice.certificate, pack(words.Have(digest=bytes(32), **bob.swap.told())))
        assert asyncio.run(ask(door.url, SYNC, letter, most=10_000)).status == 200
