"""Shopfitting: what a box needs before it can open its doors. Its keys and incarnation are made here, once.

At every start the box is settled first: whether its database is the one that this machine wrote last. If not, it was
copied, restored or carried over, and it goes on as a new author of the same box (spec/sync.md R3, R4).
"""

import asyncio
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from appliance import __version__, config
from appliance.assembly import Room, WallClock, open_journal, rooms
from appliance.config import Config
from appliance.journal import Box, Clock, Journal, Refusal, derive
from appliance.journal.certificate import Certificate
from appliance.shop.staff import first_shop
from appliance.sync.boxes.anchor import Anchor, alone, anchor_path, machine_of
from appliance.sync.boxes.circle import HUB, Circle, certify
from appliance.sync.boxes.company import Company, Told
from appliance.sync.boxes.joining import join
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.near import Announced, Heard, Near, own_addresses, url_of
from appliance.sync.boxes.notebook import Notebook

log = logging.getLogger("appliance")
CERTIFICATE = "box.certificate"
ANCHORS = Path(os.environ.get("APPLIANCE_ANCHORS", "~/.local/state/zhanggui/anchors")).expanduser()
"""Where anchors lie: outside every data folder and every backup."""


MAKING, MADE = ".making", ".made"


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """Make a box in a folder beside its place and move it in when it is whole; what was interrupted is begun anew."""
    making = folder / MAKING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    making.rename(folder / MADE)
    move_in(folder)


def move_in(folder: Path) -> None:
    """Move a box that was made whole into its place, the settings last; goes on where a pulled plug stopped it."""
    made = folder / MADE
    if made.is_dir():
        for part in sorted(made.iterdir(), key=lambda path: path.name == config.NAME):
            part.rename(folder / part.name)
        made.rmdir()


def new_box(folder: Path, *, code: str) -> Config:
    """Make a box: its key, its first incarnation, and a chain of its own in which it stands alone so far."""
    key = BoxKey.made(os.urandom)
    author = key.author(os.urandom)
    folder.mkdir(parents=True, exist_ok=True)
    key.write(folder / "box.key")
    made = Config(folder=folder, author=author, code=code, branch=derive("branch", author.hex()))
    made = found_chain(made, key)
    config.write(made)
    return made


def first_start(
    folder: Path, *, code: str, shop: str, owner: str, pin: str, clock: Clock | None = None
) -> tuple[Config, Journal, str]:
    """Set up a new shop; returns the box, its open journal, and the owner's id."""
    made = new_box(folder, code=code)
    journal = open_journal(made.box, rooms(), clock=clock or WallClock())
    desk = journal.desk(who="", device="first start", branch=made.branch)
    owner_id = first_shop(desk, shop=shop, owner=owner, pin=pin)
    return made, journal, owner_id


# ---- every start


@dataclass(frozen=True)
class Opened:
    """A box that is settled and open."""

    config: Config
    """The settings to go by: the author may be a new one."""
    key: BoxKey
    anchor: Anchor
    circle: Circle
    journal: Journal


def open_box(told: Config, found: list[Room], *, clock: Clock, anchors: Path, machine: bytes | None = None) -> Opened:
    """Settle a box and open its journal."""
    key = BoxKey.read(told.folder / "box.key")
    database = told.folder / "shop.db"
    anchor = Anchor(anchor_path(told.folder, anchors), machine or machine_of(), key.box)
    why = anchor.disagrees(database, told.author)
    settled = begin_anew(told, key, why) if why else told
    if not settled.root:
        settled = found_chain(settled, key)
        config.write(settled)
    circle = circle_of(settled, key)
    if circle.own is not None and circle.own.role == HUB:
        raise Refusal("The box in {folder} is a hub. Open it with: appliance hub", folder=told.folder)
    journal = open_journal(signing(settled, key), found, clock=clock, trust=circle.trust)
    lost = "" if why else anchor.lost(settled.author, journal.heads())
    if lost:
        journal.close()
        settled = begin_anew(settled, key, lost)
        journal = open_journal(signing(settled, key), found, clock=clock, trust=circle.trust)
    try:
        anchor.moor(database, settled.author, os.urandom, fresh=bool(why or lost))
    except (OSError, sqlite3.Error) as error:
        # A full disk must not keep the shop shut; what was settled above holds for this start all the same.
        log.warning("The anchor could not be written: %s", error)
    return Opened(settled, key, anchor, circle, journal)


def close_box(box: Opened) -> None:
    """Close a box; its anchor remembers how far it came, so that a database set back meanwhile is known."""
    heads = box.journal.heads()
    box.journal.close()
    with suppress(OSError):
        box.anchor.give(box.journal.author, heads)


def begin_anew(told: Config, key: BoxKey, why: str) -> Config:
    """Begin a new incarnation, on disk before anything is written under it."""
    fresh = replace(told, author=key.author(os.urandom), former=(*told.former, told.author))
    config.write(fresh)
    log.warning("This box goes on as a new author, because %s.", why)
    return fresh


def signing(told: Config, key: BoxKey) -> Box:
    """What the journal needs to know of a box, with a hand to sign and without the key."""
    return replace(told.box, sign=key.sign, public=key.public, root=told.root)


@contextmanager
def carried(told: Config) -> Iterator[Company]:
    """Open a box just to write or read a bundle; refuses while the shop is open, which has a page for it."""
    with alone(told.folder) as nobody_else:
        if not nobody_else:
            raise Refusal("The shop in {folder} is open already.", folder=told.folder)
        clock = WallClock()
        box = open_box(told, rooms(), clock=clock, anchors=ANCHORS)
        company = in_company(box, told.code, told.port, clock)
        try:
            yield company
        finally:
            asyncio.run(company.close())
            close_box(box)


# ---- the chain


def in_company(box: Opened, title: str, port: int, clock: Clock) -> Company:
    """Put together what a box needs to live with the others of its chain."""
    folder, told = box.config.folder, Told(title, port, __version__, box.config.zone_minutes)

    def anew() -> bytes:
        fresh = begin_anew(config.read(folder), box.key, "another box holds a second history of it")
        box.anchor.moor(folder / "shop.db", fresh.author, os.urandom, fresh=True)
        box.journal.box_code = fresh.box.code
        return fresh.author

    return Company(
        box.journal,
        box.key,
        box.circle,
        box.anchor,
        told,
        folder=folder,
        clock=clock,
        random=os.urandom,
        anew=anew,
        corrected=clock.correct if isinstance(clock, WallClock) else lambda _by, _vouched: None,
        former=box.config.former,
    )


def found_chain(told: Config, key: BoxKey) -> Config:
    """Make the owner's root key and let this box in as the first; the digits belong on the recovery sheet."""
    root = RootKey.made(os.urandom)
    root.write(told.folder / "root.key")
    own = certify(root, public=key.public, exchange=key.exchange_public, code=told.code, branch=told.branch)
    (told.folder / CERTIFICATE).write_text(own.text + "\n", "ascii")
    return replace(told, root=root.public)


def join_chain(
    folder: Path,
    url: str,
    digits: str,
    *,
    port: int = config.DEFAULT_PORT,
    role: str = "box",
    urls: Sequence[str] | None = None,
) -> tuple[Config, str]:
    """Make a box that joins a chain; returns it, and what both screens show. Nothing is left where it is not let in."""
    if config.exists(folder):
        raise Refusal(
            "There is a box in {folder} already, with a shop of its own. Join with an empty folder.", folder=folder
        )
    key = BoxKey.made(os.urandom)
    here = [url_of(address, port) for address in own_addresses()] if urls is None else urls
    welcome, sign = asyncio.run(join(url, digits, key, os.urandom, version=__version__, urls=here, role=role))
    made = Config(
        folder=folder,
        author=key.author(os.urandom),
        root=welcome.root,
        code=welcome.code,
        branch=welcome.branch,
        zone_minutes=welcome.zone_minutes,
    )
    circle = Circle(welcome.root, key.box)
    if not circle.learn(welcome.certificate) or circle.own is None:
        raise Refusal("The other box answered, but its owner's certificate is not for this box. Try again.")
    if circle.own.role != role:
        raise Refusal("The other box does not know hubs yet. Update it first.")
    settle_in(made, key, circle.own, welcome.others, [url, *welcome.urls])
    return made, sign


def let_in(
    host: Config,
    folder: Path,
    *,
    code: str,
    branch: str,
    url: str = "",
    port: int = config.DEFAULT_PORT,
    role: str = "box",
) -> Config:
    """Make a further box of a chain whose founder's folder lies on this machine and is not open."""
    key, root = BoxKey.made(os.urandom), RootKey.read(host.folder / "root.key")
    issued = certify(root, public=key.public, exchange=key.exchange_public, code=code, branch=branch, role=role)
    notebook = Notebook(host.folder / "sync.db")
    founder = (host.folder / CERTIFICATE).read_text("ascii").strip()
    known = Circle(host.root, BoxKey.read(host.folder / "box.key").box)
    known.learn(founder)
    for raw in notebook.certificates():
        known.learn(raw)
    made = Config(
        folder=folder,
        author=key.author(os.urandom),
        root=host.root,
        code=code,
        branch=branch,
        zone_minutes=host.zone_minutes,
        host=host.host,
        port=port,
    )
    settle_in(made, key, issued, [one.raw for one in known.everybody], [url] if url else [])
    notebook.keep(issued.box, issued.raw)
    notebook.close()
    return made


def boxes_near(seconds: float = 4.0) -> list[Heard]:
    """Listen for the boxes of this network for a moment."""

    async def listen() -> list[Heard]:
        near = Near(Announced(os.urandom(16), b"", "", 1, __version__, waiting=True), announcing=False)
        task = asyncio.ensure_future(near.run())
        await asyncio.sleep(seconds)
        found = [box for box in near.boxes.values() if box.urls and not box.waiting]
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return sorted(found, key=lambda box: box.title)

    return asyncio.run(listen())


def settle_in(made: Config, key: BoxKey, own: Certificate, others: Iterable[bytes], urls: Iterable[str]) -> None:
    """Write down a box that was let in: its key, its certificate, whom it knows and where its host is."""
    made.folder.mkdir(parents=True, exist_ok=True)
    key.write(made.folder / "box.key")
    (made.folder / CERTIFICATE).write_text(own.text + "\n", "ascii")
    circle = Circle(made.root, key.box)
    notebook = Notebook(made.folder / "sync.db")
    circle.keep = lambda found: notebook.keep(found.box, found.raw)
    # The host's certificate stands first.
    for raw in others:
        circle.learn(raw)
    for host in circle.everybody[:1]:
        notebook.reached(host.box, list(urls))
    notebook.close()
    # The settings go last: a folder that has them is a whole box.
    config.write(made)


def circle_of(told: Config, key: BoxKey) -> Circle:
    """The boxes of the chain, as far as this box's own folder tells: itself."""
    circle = Circle(told.root, key.box)
    with suppress(FileNotFoundError):
        circle.learn((told.folder / CERTIFICATE).read_text("ascii").strip())
    return circle
