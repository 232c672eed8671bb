"""Serving: the house opens its doors, and the quiet work of the night goes on beside it."""

import asyncio
import gc
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar import Litestar

from appliance.assembly import Room, WallClock, rooms
from appliance.config import Config
from appliance.heard import Hearing
from appliance.journal import Clock, Journal, Refusal, business_day
from appliance.journal.guests import Guests
from appliance.journal.orphans import sweep
from appliance.journal.rounds import tonight, walk
from appliance.liaison import Liaison
from appliance.neighbours import follow_members
from appliance.running import close_after_stopping, supervised
from appliance.shopfitting import ANCHORS, Opened, close_box, in_company, open_box
from appliance.sync.boxes.anchor import alone
from appliance.sync.boxes.door import PAIR, SYNC
from appliance.web.live import Hub
from appliance.web.pages import RoomPages, read_room

if TYPE_CHECKING:
    from appliance.demo.phone import Phones
    from appliance.web.front import Front

log = logging.getLogger("appliance")
TIME_SYNCED = Path("/run/systemd/timesync/synchronized")
LOOK_AGAIN_S = 60
LINK_EVERY_S = 1
NIGHT_HOUR_MS = 3 * 3600 * 1000
DOORS_FIRST_S = 0.3
LONGEST_S = 0.25
"""So long somebody is taken to be waiting for an answer that the box computes."""
TURN_S = 0.001
"""How long a thread computes while another one waits: a page takes its turn between two rows of a file."""


def serve(config: Config, *, host: str = "", port: int = 0, demo: bool = False) -> int:
    """Serve a box until it is told to stop; returns the exit code.

    A demo shop does not ask whether today is right, and opens a browser where there is a screen.
    """
    with alone(config.folder) as nobody_else:
        if not nobody_else:
            raise Refusal("The shop in {folder} is open already.", folder=config.folder)
        return _serve(config, host=host, port=port, demo=demo)


def _serve(config: Config, *, host: str, port: int, demo: bool) -> int:
    import uvicorn

    from appliance.main import address
    from appliance.screen import show_when_open

    listening = port or config.port
    made, box = open_house(config, port=listening, clock=WallClock() if demo else None, demo=demo)
    here = _greet(made, listening, address(listening), always=demo)
    if demo:
        show_when_open(here, os.environ)
    close_after_stopping()
    # Python would let a page wait five times as long whenever it comes back from the database.
    sys.setswitchinterval(TURN_S)
    uvicorn.run(
        Entrance(made),
        host=host or config.host,
        port=listening,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        # Nobody stands between a tablet and the box, so nobody is believed who says that he does.
        proxy_headers=False,
        # A box whose clock nobody vouches for has no date to tell (RFC 9110 section 6.6.1).
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    close_box(box)
    return 0


def _greet(made: Litestar, port: int, outside: str, *, always: bool) -> str:
    """Say where the shop is; as long as no tablet was let in, or always, with a code that lets one in."""
    here = f"http://127.0.0.1:{port}/"
    front = made.state.front
    known = front.journal.reading().execute("select 1 from device where disabled = 0 limit 1").fetchone()
    code = "" if known and not always else f"enrol?code={front.doors.new_code()}"
    print(f"The shop is open at {outside}{code}", f"  on this machine: {here}{code}", sep="\n", flush=True)  # noqa: T201
    return here + code


class Entrance:
    """In front of the house: other boxes knock at a door of their own, everybody else comes in by the front.

    Long work lets people go first; but nobody holds it up for long who only sends slowly, or listens for news.
    """

    def __init__(self, made: Litestar) -> None:
        self._made: Any = made
        self._door = made.state.company.door
        self._guests: Guests = made.state.front.journal.guests

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Show a request to its door."""
        if scope["type"] != "http":
            await self._made(scope, receive, send)
        elif scope["path"] in {SYNC, PAIR}:
            await self._door(scope, receive, send)
        else:
            await self._answered(scope, receive, send)

    async def _answered(self, scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        self._guests.enter()
        leaving = loop.call_later(LONGEST_S, self._guests.leave)
        try:
            await self._made(scope, receive, send)
        finally:
            # Whoever took longer has left already, or does so as soon as the loop comes to it.
            if loop.time() < leaving.when():
                leaving.cancel()
                self._guests.leave()


def open_house(
    config: Config, *, port: int = 0, clock: Clock | None = None, demo: bool = False, without: Collection[str] = ()
) -> tuple[Litestar, Opened]:
    """Put a box together: a demo shop has lines that ring when told to; loops named in `without` do not run."""
    from appliance import listening
    from appliance.doorkeeper import Doorkeeper
    from appliance.exchange import open_exchange
    from appliance.web.app import app
    from appliance.web.front import WebConfig
    from appliance.web.routes import handlers

    found = rooms()
    hands = clock or WallClock(TIME_SYNCED.exists)
    box = open_box(config, found, clock=hands, anchors=ANCHORS)
    journal = box.journal
    told = WebConfig(config.folder, config.branch, *_names(journal, config.branch))
    phones = _phones(config, hands) if demo else None
    pages = [*(pages_of(room) for room in found), *([phones.room] if phones else [])]
    made = app(journal, pages, told, hands, Doorkeeper(journal, config.branch))
    _follow_names(journal, config.branch, made.state.front)
    exchange = open_exchange(journal, config, hands, paths=[*config.modems, *(phones.links if phones else ())])
    made.state.exchange, made.state.phones = exchange, phones
    made.state.front.gauges["lines"] = exchange.telephone.lines.standings
    more = listening.routes(made.state.front, exchange.telephone.recorder)
    for route in handlers(made.state.front, [*more, *(phones.routes(made.state.front) if phones else [])]):
        made.register(route)
    company = in_company(box, f"{told.shop_name} {config.code}", port or config.port, hands)
    follow_members(journal, company)
    made.state.company = company
    liaison = Liaison(journal, company, config.branch, config.folder)
    made.state.front.gauges |= {"neighbours": lambda: liaison, "heard": Hearing(journal, company.agreed_ms)}
    work: dict[str, Callable[[], Awaitable[None]]] = {
        **_quiet_work(journal, config),
        "neighbours": lambda: _neighbours(made.state.front.hub, liaison),
        **exchange.loops(made.state.front),
        **company.loops,
    }

    async def begin() -> None:
        asyncio.get_running_loop().call_later(DOORS_FIRST_S, gc.enable)
        made.state.loops = [
            asyncio.create_task(_afterwards(name, loop)) for name, loop in work.items() if name not in without
        ]

    made.on_startup.append(begin)
    made.on_shutdown.append(_end)
    if phones:
        made.on_shutdown.append(phones.stop)
    return made, box


def _quiet_work(journal: Journal, config: Config) -> dict[str, Callable[[], Awaitable[None]]]:
    """What the box does by itself, for nobody in particular."""
    return {
        "night": lambda: _night(journal, config),
        "imports": lambda: _imports(journal, config.branch),
        "review": lambda: _unattended(journal, config.branch),
        "rights": lambda: _rights(journal, config.branch),
    }


def _phones(config: Config, clock: Clock) -> "Phones":
    """Plug in the telephones of a demo shop; nothing of them is loaded elsewhere."""
    from appliance.demo.phone import Phones

    return Phones(config.folder / "phones", clock).start()


def pages_of(room: Room) -> RoomPages:
    """A room as the front of house sees it."""
    return read_room(room.name, Path(str(files(f"appliance.shop.{room.name}"))), room.actions, room.pages())


def _names(journal: Journal, branch: str) -> tuple[str, str]:
    """What stands at the top of every page: the name of the shop, and of the branch this box stands in."""
    found = journal.reading().execute("select name from branch where id = ?", (branch,)).fetchone()
    shop = journal.reading().execute("select name from shop where branch = ? order by made_at", (branch,)).fetchone()
    return (shop[0] if shop else "掌柜", found[0] if found else "")


def _follow_names(journal: Journal, branch: str, front: "Front") -> None:
    """Say the names on every page as they are now; a box that joined hears them after it opened."""

    def heard(touched: frozenset[tuple[str, str]]) -> None:
        if any(table in {"shop", "branch"} for table, _ in touched):
            front.called(*_names(journal, branch))

    journal.listen(heard)


# ---- the work of the night


async def _afterwards(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Begin a quiet work once the doors are open: whoever waits for a page comes first."""
    await asyncio.sleep(DOORS_FIRST_S)
    await supervised(name, loop)


async def _end(made: Litestar) -> None:
    for loop in made.state.loops:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop
    await made.state.company.close()


async def _night(journal: Journal, config: Config) -> None:
    """Once a night: finish what is due, go the round of what is kept, forget old answers."""
    done = ""
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        night = business_day(journal.clock.now_ms() - NIGHT_HOUR_MS, config.zone_minutes)
        if done and night != done:
            await asyncio.to_thread(nightly, journal, config.branch)
        done = night


def nightly(journal: Journal, branch: str) -> list[str]:
    """Do the work of one night; returns what the check found wrong."""
    from appliance.shop.inventory import verify
    from appliance.shop.office import finish_erasing, retire_recordings
    from appliance.shop.orders import complete_due, wake_delayed

    desk = journal.desk(who="", device="night", branch=branch)
    while complete_due(desk) or wake_delayed(desk):
        pass  # so many at a time, for an entry holds only so much
    finish_erasing(desk)
    if gone := retire_recordings(desk):
        log.info("%s recordings were deleted: their time or their room was over.", gone)
    journal.tidy()
    sweep(journal)
    share = tonight(journal)
    wrong = [*walk(journal), *map(str, verify(journal.reading(), *share))]
    for line in wrong:
        log.error("The nightly check found: %s", line)
    return wrong


# ---- orders that nobody has to read


async def _unattended(journal: Journal, branch: str) -> None:
    """Approve what a person need not look at, every so many minutes; the shop's rules say whether and when."""
    from appliance.shop import settings
    from appliance.shop.orders import review_unattended

    desk = journal.desk(who="", device="review", branch=branch)
    last = 0
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        now = journal.clock.ticks_ms()
        if now - last >= settings.number(desk, "auto.minutes") * 60_000:
            last = now
            await asyncio.to_thread(review_unattended, desk)


# ---- rights to what several branches sell

MOVING = {"rights_request", "rights_level", "allowance_moved", "sales_order", "moved", "pool"}
"""Whatever touches these may let rights go, or ask for some."""


async def _rights(journal: Journal, branch: str) -> None:
    """Hand over what other boxes asked for, and let go of what was spent for nothing, as soon as this box hears of it."""
    loop, something = asyncio.get_running_loop(), asyncio.Event()

    def heard(touched: frozenset[tuple[str, str]]) -> None:
        # Whoever was told looks later than this was written, so telling them twice wakes the loop for nothing.
        if not something.is_set() and any(table in MOVING for table, _ in touched):
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(something.set)

    journal.listen(heard)
    something.set()
    while True:
        await something.wait()
        something.clear()
        await asyncio.to_thread(tend_rights, journal, branch)
        await asyncio.sleep(LINK_EVERY_S)


def tend_rights(journal: Journal, branch: str) -> None:
    """Do what other boxes wait for; costs three look-ups where nobody does."""
    from appliance.shop import inventory
    from appliance.shop.branches.rights import answer_rights_requests
    from appliance.shop.branches.topping_up import top_up_rights

    here, reading = journal.author.hex(), journal.reading()
    desk = journal.desk(who="", device="rights", branch=branch)
    if reading.execute("select 1 from pool where keeper = ? and closed = 0 limit 1", (here,)).fetchone():
        inventory.settle_pools(desk)
        if reading.execute("select 1 from rights_low where keeper = ? limit 1", (here,)).fetchone():
            top_up_rights(desk)
    asked = "select 1 from rights_request where whom = ? and state = 'asked' limit 1"
    if reading.execute(asked, (here,)).fetchone():
        answer_rights_requests(desk)


# ---- how the box stands with the others


async def _neighbours(hub: Hub, liaison: Liaison) -> None:
    """Say who this box is, and tell the open pages how it stands with the others, as soon as that changes."""
    await asyncio.to_thread(liaison.introduce)
    while True:
        if hub.streams:
            hub.tell(await asyncio.to_thread(liaison.link))
        await asyncio.sleep(LINK_EVERY_S)


# ---- files that people lay in


async def _imports(journal: Journal, branch: str) -> None:
    """Take in the order files that people lay in, in a thread beside the writer, as soon as they do."""
    from appliance.shop.marketplace import Clerk

    loop, laid_in, stopping = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def heard(touched: frozenset[tuple[str, str]]) -> None:
        if any(table == "import_job" for table, _ in touched):
            # The loop may close between a commit and the news of it, when the box stops.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(laid_in.set)

    journal.listen(heard)
    clerk = Clerk(journal, branch, stopping=stopping.is_set)
    while True:
        laid_in.clear()
        working = asyncio.ensure_future(asyncio.to_thread(clerk.work))
        try:
            await asyncio.shield(working)
        finally:
            # Nobody may still write when the journal closes; a portion ends within milliseconds.
            stopping.set()
            await working
            stopping.clear()
        await laid_in.wait()
