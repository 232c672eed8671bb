"""Live updates: after each commit every open page hears which rows changed, and asks for those it shows.

Each stream has a short queue of its own. A page that does not listen loses the oldest news, never holds up the others,
and is told to look again at everything.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

QUEUE = 32
HEARTBEAT_S = 20
MOST_STREAMS = 200
MOST_KEYS = 100

Touched = frozenset[tuple[str, str]]
Heard = Callable[[str, list[str]], list[str] | None]
"""Which of some rows of a table a person may hear of; None where they may not even hear that there is news."""


@dataclass(frozen=True)
class Link:
    """How this box stands with the others: `count` is what waits here to be told."""

    state: Literal["fresh", "busy", "off"] = "fresh"
    count: int = 0

    @property
    def event(self) -> bytes:
        """As it stands in a stream."""
        told = {"state": self.state, "count": str(self.count)}
        return b"event: link\ndata: " + msgspec.json.encode(told) + b"\n\n"


class Full(Exception):
    """More open pages than a box of this size serves."""


class Stream:
    """One open page, and the tables it shows; none named means all."""

    def __init__(self, tables: frozenset[str], heard: Heard) -> None:
        self.tables = tables
        self.heard = heard
        self.news: asyncio.Queue[dict[str, list[str]]] = asyncio.Queue(QUEUE)
        self.lost = False
        self.told: Link | None = None
        """What the page was told of the other boxes last."""

    def offer(self, changed: dict[str, list[str]]) -> None:
        """Queue news for this page; the oldest makes room."""
        mine = {table: keys for table, keys in changed.items() if not self.tables or table in self.tables}
        if mine or not changed:
            self._put(mine)

    def _put(self, mine: dict[str, list[str]]) -> None:
        if self.news.full():
            self.news.get_nowait()
            self.lost = True
        self.news.put_nowait(mine)


class Hub:
    """Every open stream of this process."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.link = Link()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = asyncio.Event()

    def publish(self, touched: Touched) -> None:
        """Tell every open page; may be called from any thread."""
        loop = self._loop
        if loop is not None and self.streams and not loop.is_closed():
            # The loop may close between the look and the call, when the box stops.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._spread, touched)

    def tell(self, link: Link) -> None:
        """Tell every open page how this box stands with the others; called in the loop."""
        if link != self.link:
            self.link = link
            for stream in self.streams:
                stream.offer({})

    def _spread(self, touched: Touched) -> None:
        changed: dict[str, list[str]] = {}
        for table, key in sorted(touched):
            changed.setdefault(table, []).append(key)
        for stream in self.streams:
            stream.offer(changed)

    async def follow(self, tables: frozenset[str], heard: Heard = lambda _table, keys: keys) -> AsyncIterator[bytes]:
        """Yield the stream of a page that shows these tables, as server-sent events."""
        if len(self.streams) >= MOST_STREAMS:
            raise Full
        self._loop = asyncio.get_running_loop()
        stream = Stream(tables, heard)
        self.streams.add(stream)
        try:
            yield b"retry: 3000\n\n" + self._linked(stream)
            while not self._closing.is_set():
                yield await self._next(stream)
        finally:
            self.streams.discard(stream)

    async def _next(self, stream: Stream) -> bytes:
        try:
            changed = await asyncio.wait_for(stream.news.get(), HEARTBEAT_S)
        except TimeoutError:
            return b": still here\n\n"
        while not stream.news.empty():
            for table, keys in stream.news.get_nowait().items():
                changed[table] = [*changed.get(table, ()), *keys]
        told = {table: stream.heard(table, keys) for table, keys in changed.items()}
        changed = {table: keys for table, keys in told.items() if keys is not None}
        everything = stream.lost or sum(map(len, changed.values())) > MOST_KEYS
        stream.lost = False
        news = {table: [] if everything else list(dict.fromkeys(keys)) for table, keys in changed.items()}
        if not news:
            return self._linked(stream) or b": still here\n\n"
        return self._linked(stream) + b"event: changed\ndata: " + msgspec.json.encode(news) + b"\n\n"

    def _linked(self, stream: Stream) -> bytes:
        """The news of the other boxes, if this page was told something else."""
        if stream.told == self.link:
            return b""
        stream.told = self.link
        return self.link.event

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for stream in list(self.streams):
            stream.offer({table: [] for table in stream.tables or {""}})
