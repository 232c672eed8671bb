"""The courier: with whom to talk, when, and where to knock. It never stands in the way of a sale.

Whoever answers is asked again soon after something was written here, and otherwise once a minute; whoever does not is
asked at growing distances, and at once when the network says that it is there.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from appliance.journal import Clock, Refusal
from appliance.journal.certificate import Certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.circle import HUB
from appliance.sync.boxes.door import SYNC
from appliance.sync.boxes.letters import UNKNOWN, Post
from appliance.sync.boxes.line import Cut, ask
from appliance.sync.boxes.meetings import Meetings
from appliance.sync.boxes.messages import MOST_BODY
from appliance.sync.boxes.near import Heard
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.showing import Seeing, Showing
from appliance.sync.boxes.swap import Outcome, Place, Swap
from appliance.sync.boxes.talk import Talk

IDLE_MS = 60_000
SOON_MS = 300
RELAY_MS = 4_000
FIRST_REST_MS = 2_000
LONGEST_REST_MS = 300_000
STUCK_MS = 3_600_000
MOST_TALKS = 2
FIRST_PORTION, LEAST_PORTION, MOST_PORTION = 256 * 1024, 16 * 1024, 4 * 1024 * 1024
QUICK_MS = 3_000
MOST_ROUNDS = 100_000

T = TypeVar("T")


@dataclass
class Round:
    """What the courier knows of one box on its round."""

    due_ms: int = 0
    failures: int = 0
    portion: int = FIRST_PORTION
    talking: bool = False
    hinted_ms: int = -LONGEST_REST_MS
    skip: frozenset[Place] = frozenset()
    withheld: frozenset[Place] = frozenset()
    stuck_until_ms: int = 0
    seen: set[str] = field(default_factory=set)
    """Pictures that this box does not have."""
    shown: set[str] = field(default_factory=set)
    """Pictures that this hub has."""
    heard: list[str] = field(default_factory=list)
    """Where the network says that it is."""


class Courier:
    """Talks with the boxes of the circle, one after another."""

    def __init__(
        self,
        swap: Swap,
        post: Post,
        notebook: Notebook,
        meetings: Meetings,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self._swap = swap
        self._post = post
        self._notebook = notebook
        self._meetings = meetings
        self._clock = clock
        self._random = random
        self._rounds: dict[bytes, Round] = {}
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hands = ThreadPoolExecutor(MOST_TALKS, "courier")
        self._own: dict[Place, int] = {}
        self._wrote = False

    # ---- what wakes it

    def wrote(self) -> None:
        """Something was committed here; called from any thread."""
        self._wrote = True
        # A shop's only box has nobody to tell; whoever joins it wakes the round by being trusted.
        if self._rounds:
            self._wake()

    def heard(self, found: Heard) -> None:
        """The network says where a box is; called in the loop."""
        peer = self._swap.circle.named(bytes.fromhex(found.id))
        if peer is None or not found.urls:
            return
        visit, now = self._round(peer.box), self._clock.ticks_ms()
        fresh = list(found.urls) != visit.heard
        visit.heard = list(found.urls)
        if fresh or now - visit.hinted_ms > IDLE_MS:
            visit.hinted_ms, visit.due_ms, visit.failures = now, now, 0
            self._woken.set()

    def meet(self, box: bytes) -> None:
        """Talk with a box now, whatever the round says: somebody asked for it, from any thread."""
        visit = self._round(box)
        visit.due_ms, visit.failures, visit.stuck_until_ms = self._clock.ticks_ms(), 0, 0
        self._wake()

    def unstick(self) -> None:
        """Something changed in who is trusted: what was refused may be taken now; from any thread."""
        for visit in list(self._rounds.values()):
            visit.stuck_until_ms = 0
            if not visit.failures:
                visit.due_ms = min(visit.due_ms, self._clock.ticks_ms() + SOON_MS)
        self._wake()

    def _wake(self) -> None:
        if self._loop is not None:
            # The loop may close between a commit and the news of it, when the box stops.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._woken.set)

    # ---- the round

    async def run(self) -> None:
        """Make rounds until cancelled."""
        self._loop = asyncio.get_running_loop()
        talks: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._woken.clear()
                self._spread_news()
                for peer in self._due()[: MOST_TALKS - len(talks)]:
                    self._round(peer.box).talking = True
                    task = asyncio.create_task(self._visit(peer))
                    talks.add(task)
                    task.add_done_callback(talks.discard)
                    task.add_done_callback(lambda _: self._woken.set())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._rest_s(busy=len(talks) >= MOST_TALKS))
        finally:
            for task in talks:
                task.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    def close(self) -> None:
        """Let go of the threads."""
        self._hands.shutdown(wait=True, cancel_futures=True)

    def _spread_news(self) -> None:
        """Own work goes out at once; what others wrote is passed on a little later, in case they do so themselves."""
        if not self._wrote:
            return
        self._wrote = False
        own = {place: seq for place, (seq, _) in self._swap.log.heads().items() if self._post.wrote(place[0])}
        wait = SOON_MS if own != self._own else RELAY_MS + self._drawn(RELAY_MS)
        self._own = own
        self._meetings.written(self._swap.circle.others)
        for visit in self._rounds.values():
            if not visit.failures:
                visit.due_ms = min(visit.due_ms, self._clock.ticks_ms() + wait)

    def _due(self) -> list[Certificate]:
        now = self._clock.ticks_ms()
        due = [peer for peer in self._swap.circle.others if self._round(peer.box).due_ms <= now]
        due = [peer for peer in due if not self._round(peer.box).talking and self._urls(peer)]
        return sorted(due, key=lambda peer: self._round(peer.box).due_ms)

    def _rest_s(self, *, busy: bool) -> float:
        known = [self._round(peer.box) for peer in self._swap.circle.others]
        waiting = [visit.due_ms for visit in known if not visit.talking]
        if busy or not waiting:
            return IDLE_MS / 1000
        return min(IDLE_MS, max(20, min(waiting) - self._clock.ticks_ms())) / 1000

    def _round(self, box: bytes) -> Round:
        return self._rounds.setdefault(box, Round())

    def _urls(self, peer: Certificate) -> list[str]:
        return list(dict.fromkeys([*self._round(peer.box).heard, *self._notebook.peer(peer.box).urls]))

    def _drawn(self, most: int) -> int:
        return int.from_bytes(self._random(4), "big") % max(1, most)

    # ---- one visit

    async def _visit(self, peer: Certificate) -> None:
        visit = self._round(peer.box)
        cut = Cut("unreachable")
        try:
            for url in self._urls(peer):
                try:
                    outcome = await self._talk(url, peer, visit)
                except Cut as error:
                    cut = error
                    continue
                self._notebook.reached(peer.box, [url])
                self._settle(visit, outcome)
                await self._in_thread(self._meetings.met, peer, outcome)
                await self._look(url, peer, visit)
                return
            visit.failures += 1
            visit.portion = max(LEAST_PORTION, visit.portion // 2)
            self._meetings.missed(peer, cut.why)
            rest = min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** min(visit.failures - 1, 10))
            visit.due_ms = self._clock.ticks_ms() + rest // 2 + self._drawn(rest)
        finally:
            visit.talking = False

    async def _talk(self, url: str, peer: Certificate, visit: Round) -> Outcome:
        if self._clock.ticks_ms() > visit.stuck_until_ms:
            visit.skip = visit.withheld = frozenset()
            visit.seen.clear()
            visit.stuck_until_ms = self._clock.ticks_ms() + STUCK_MS
        talk = Talk(self._swap, peer, most=visit.portion, skip=visit.skip, withheld=visit.withheld)
        question: bytes | None = await self._in_thread(talk.begin)
        for _ in range(MOST_ROUNDS):
            if question is None:
                break
            began = self._clock.ticks_ms()
            answer = await self._ask(url, peer, question)
            if self._clock.ticks_ms() - began < QUICK_MS:
                visit.portion = min(MOST_PORTION, visit.portion * 2)
            talk.most = visit.portion
            try:
                question = await self._in_thread(talk.go_on, answer)
            except Unreadable as error:
                raise Cut("nonsense", str(error)) from error
            except Refusal as error:
                raise Cut("disk", str(error)) from error
        return talk.outcome

    async def _look(self, url: str, peer: Certificate, visit: Round) -> None:
        """Fetch pictures, and bring them to a hub; that it did not come to the end is no failure, the next visit goes on."""
        ways: list[Seeing | Showing] = [Seeing(self._swap, visit.seen)]
        if peer.role == HUB:
            ways.append(Showing(self._swap, visit.shown))
        with suppress(Cut, Unreadable, Refusal):
            for way in ways:
                question = await self._in_thread(way.next)
                while question is not None:
                    question = await self._in_thread(way.go_on, await self._ask(url, peer, question))

    async def _ask(self, url: str, peer: Certificate, question: bytes) -> bytes:
        for introduce in (False, True):
            letter, asking = self._post.write(peer, question, introduce=introduce)
            reply = await ask(url, SYNC, letter, most=MOST_BODY, whole_s=600)
            if reply.status == 403 and reply.body == UNKNOWN.encode() and not introduce:
                continue
            if reply.status != 200:
                raise Cut(reply.body[:20].decode("ascii", "replace") if reply.status in {403, 503} else "nonsense")
            try:
                return asking.open(reply.body)
            except Unreadable as error:
                raise Cut("another", str(error)) from error
        raise Cut(UNKNOWN)

    async def _in_thread(self, run: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hands, run, *args)

    def _settle(self, visit: Round, outcome: Outcome) -> None:
        visit.failures = 0
        visit.due_ms = self._clock.ticks_ms() + IDLE_MS * 4 // 5 + self._drawn(IDLE_MS * 2 // 5)
        if outcome.stuck_here or outcome.stuck_there:
            visit.skip |= outcome.stuck_here
            visit.withheld |= outcome.stuck_there
            visit.stuck_until_ms = self._clock.ticks_ms() + STUCK_MS
