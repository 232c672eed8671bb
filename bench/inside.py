"""The box from inside: its program called without a network, to count the statements a screen makes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance import config
from appliance.serving import close_box, open_house


class Inside:
    """The program of a box, with every statement of its readers written down."""

    def __init__(self, made, box) -> None:
        self._made = made
        self._conn = box.journal.reading()
        self.journal = box.journal

    def get(self, path: str, cookies: dict[str, str], *, cold: bool = False) -> tuple[int, bytes, list[str]]:
        """Fetch a page; returns status, body, and the statements it made with what they bound.

        `cold` has the front forget what it remembers between visits, as it does whenever something is written.
        """
        told: list[str] = []
        if cold:
            self._made.state.front._memory.clear()
        # What search asks of its own index's tables inside one statement begins with a comment and is not ours.
        self._conn.set_trace_callback(lambda sql: told.append(sql) if not sql.startswith("--") else None)
        try:
            status, body = asyncio.run(self._ask(path, cookies))
        finally:
            self._conn.set_trace_callback(None)
        return status, body, told

    async def _ask(self, path: str, cookies: dict[str, str]) -> tuple[int, bytes]:
        bare, _, query = path.partition("?")
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": bare, "raw_path": bare.encode(), "query_string": query.encode(), "root_path": "", "state": {},
            "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "extensions": {},
        }  # fmt: skip
        sent: list[dict] = []

        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        await self._made(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@contextmanager
def inside(folder: Path) -> Iterator[Inside]:
    """Open a box's program in this process, while no server has it open; its sessions are known here too."""
    made, box = open_house(config.read(folder))
    try:
        yield Inside(made, box)
    finally:
        made.state.front.close()
        close_box(box)
