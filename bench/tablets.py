"""Many tablets at one box, in a process of its own: `python -m bench.tablets PORT COUNT COOKIES`.

Each follows the stream of news as an open page does, and fetches what stands in its corner whenever calls changed. Says
"ready" when all of them follow, and, when its input ends, how many corners were fetched.
"""

import asyncio
import sys

FOLLOWS = "/events?t=call_list&t=caller_screen&t=task_reminder"
CORNER = "/panel/office/corner"


class Tablet:
    """One page."""

    def __init__(self, port: int, cookies: str) -> None:
        self.port = port
        self.cookies = cookies
        self.fetched = 0
        self.following = asyncio.Event()

    async def stay(self) -> None:
        """Follow, and look whenever calls changed."""
        reader, writer = await self._ask(FOLLOWS)
        asking = await asyncio.open_connection("127.0.0.1", self.port)
        while line := await reader.readline():
            self.following.set()
            if line.startswith(b"data:") and b'"call_list"' in line:
                await self._look(*asking)
        writer.close()

    async def _ask(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self._request(path))
        return reader, writer

    def _request(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookies}\r\n\r\n".encode()

    async def _look(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._request(CORNER))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        self.fetched += 1


async def main(port: int, count: int, cookies: str) -> None:
    """Keep so many open until the input ends."""
    tablets = [Tablet(port, cookies) for _ in range(count)]
    staying = [asyncio.create_task(one.stay()) for one in tablets]
    await asyncio.gather(*(one.following.wait() for one in tablets))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for one in staying:
        if one.done():
            one.result()
        one.cancel()
    print(sum(one.fetched for one in tablets), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
