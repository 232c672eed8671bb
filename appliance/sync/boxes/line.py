"""The line: one HTTP question to another box, with a limit on everything the other side could do.

Written on asyncio's streams: a box sends one kind of request and must be able to hang up at any moment, on who stalls,
on who trickles, and on who sends without end.
"""

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_HEAD = 16 * 1024
STALL_S = 15.0
PIECE = 64 * 1024
UNREACHABLE, STALLED, ENDLESS, NONSENSE = "unreachable", "stalled", "endless", "nonsense"


class Cut(Exception):
    """The line brought no answer; why, in one word."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    sent: int
    """Bytes of the whole request."""
    received: int
    """Bytes of the whole answer."""


async def ask(url: str, path: str, body: bytes, *, most: int, stall_s: float = STALL_S, whole_s: float = 60) -> Reply:
    """Put a question; raises `Cut`. `most` is the largest answer that is read."""
    try:
        async with asyncio.timeout(whole_s):
            return await _ask(url, path, body, most, stall_s)
    except TimeoutError as error:
        raise Cut(STALLED) from error


async def _ask(url: str, path: str, body: bytes, most: int, stall_s: float) -> Reply:
    where = urlsplit(url)
    secure = ssl.create_default_context() if where.scheme == "https" else None
    port = where.port or (443 if secure else 80)
    try:
        async with asyncio.timeout(stall_s):
            reader, writer = await asyncio.open_connection(where.hostname, port, ssl=secure, limit=MOST_HEAD)
    except (OSError, TimeoutError) as error:
        raise Cut(UNREACHABLE, str(error)) from error
    request = (
        f"POST {where.path.rstrip('/')}{path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    sent = request.encode("ascii", "replace") + body
    try:
        writer.write(sent)
        await writer.drain()
        return await _reply(reader, most, stall_s, len(sent))
    except OSError as error:
        raise Cut(STALLED, str(error)) from error
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Cut(NONSENSE, str(error)) from error
    finally:
        writer.close()


async def _reply(reader: asyncio.StreamReader, most: int, stall_s: float, sent: int) -> Reply:
    async with asyncio.timeout(stall_s):
        head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ")[1]) if first.startswith("HTTP/1.") and first.count(" ") else 0
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if not 200 <= status < 600:
        raise ValueError(first[:80])
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = await _chunks(reader, most, stall_s)
    else:
        length = int(fields["content-length"]) if fields.get("content-length", "").isdigit() else -1
        if length > most:
            raise Cut(ENDLESS, f"{length} bytes announced")
        body = await _body(reader, length, most, stall_s)
    return Reply(status, body, sent, len(head) + len(body))


async def _body(reader: asyncio.StreamReader, length: int, most: int, stall_s: float) -> bytes:
    """Read a body of a stated length, or up to the end where none is stated."""
    body = bytearray()
    while length < 0 or len(body) < length:
        async with asyncio.timeout(stall_s):
            piece = await reader.read(PIECE if length < 0 else min(PIECE, length - len(body)))
        body += piece
        if len(body) > most:
            raise Cut(ENDLESS, f"more than {most} bytes")
        if not piece:
            if length >= 0:
                raise Cut(STALLED, "the answer breaks off")
            break
    return bytes(body)


async def _chunks(reader: asyncio.StreamReader, most: int, stall_s: float) -> bytes:
    """Read a chunked body, as a proxy between two boxes may make one (RFC 9112 section 7.1)."""
    body = bytearray()
    while True:
        async with asyncio.timeout(stall_s):
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        if len(body) + size > most or size < 0:
            raise Cut(ENDLESS, f"more than {most} bytes")
        if not size:
            return bytes(body)
        body += await _body(reader, size, size, stall_s)
        await reader.readexactly(2)
