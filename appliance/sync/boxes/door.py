"""The door: where other boxes knock. Plain ASGI, in front of the house, so that a knock costs little on both sides.

A letter's length is looked at before it is read, its sender before it is opened, its size again before it is
unpacked. Whoever stalls or sends without end is hung up on; nothing of a letter counts before all of it is there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from appliance.journal import Refusal
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.letters import Busy, Post, SentBack
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.swap import Outcome, Swap

log = logging.getLogger("appliance.door")
SYNC, PAIR = "/sync", "/pair"
STALL_S = 15.0
WHOLE_S = 600.0
MOST_AT_ONCE = 4
MOST_WAITING = 32
MOST_PAIR = 16 * 1024
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Heard = Callable[[bytes, Outcome], None]
"""Called in a thread with the name of the box that asked, and what came of it."""


class TurnedAway(Exception):
    """An HTTP status instead of an answer, and one word why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Door:
    """Answers letters at `/sync`, and a newcomer's at `/pair`."""

    def __init__(
        self,
        post: Post,
        swap: Swap,
        *,
        heard: Heard = lambda _box, _outcome: None,
        pair: Callable[[bytes], bytes] | None = None,
        stall_s: float = STALL_S,
    ) -> None:
        self._post = post
        self._swap = swap
        self._heard = heard
        self._pair = pair
        self._stall_s = stall_s
        self._hands = ThreadPoolExecutor(MOST_AT_ONCE, "door")
        self._waiting = 0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await reply(send, 405, b"post")
            return
        try:
            if scope["path"] == PAIR:
                answer = await self._answered(self._paired, await self._letter(scope, receive, MOST_PAIR))
            else:
                answer = await self._answered(self._swapped, await self._letter(scope, receive, MOST_BODY))
            await reply(send, 200, answer)
        except TurnedAway as turned:
            await reply(send, turned.status, turned.why.encode())

    def close(self) -> None:
        """Finish what is being answered."""
        self._hands.shutdown(wait=True, cancel_futures=True)

    async def _letter(self, scope: Mapping[str, Any], receive: Receive, most: int) -> bytes:
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > most:
            raise TurnedAway(413, "too large")
        body = bytearray()
        try:
            async with asyncio.timeout(WHOLE_S):
                while True:
                    async with asyncio.timeout(self._stall_s):
                        message = await receive()
                    if message["type"] == "http.disconnect":
                        raise TurnedAway(400, "broken off")
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise TurnedAway(413, "too large")
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError as error:
            raise TurnedAway(408, "stalled") from error

    async def _answered(self, answer: Callable[[bytes], bytes], letter: bytes) -> bytes:
        if self._waiting >= MOST_WAITING:
            raise TurnedAway(503, "busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hands, answer, letter)
        except SentBack as back:
            raise TurnedAway(403, back.why) from back
        except Unreadable as error:
            raise TurnedAway(400, "unreadable") from error
        except Busy as error:
            raise TurnedAway(503, "busy") from error
        except Refusal as error:
            raise TurnedAway(503, "disk there") from error
        finally:
            self._waiting -= 1

    def _swapped(self, letter: bytes) -> bytes:
        opened = self._post.open(letter)
        answer, outcome = self._swap.answer(opened.sender, opened.message)
        self._heard(opened.sender.box, outcome)
        return opened.answering.seal(answer)

    def _paired(self, letter: bytes) -> bytes:
        if self._pair is None:
            raise SentBack("closed")
        return self._pair(letter)


async def reply(send: Send, status: int, body: bytes) -> None:
    """Send an answer whole."""
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
