"""A box of the simulation: a real journal in memory-backed files, its anchor, its letters, its life and its deaths."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from appliance.journal import Box, Journal
from appliance.journal.entry import read_deed
from appliance.sync.boxes.anchor import Anchor, anchor_path
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.company import Company
from appliance.sync.boxes.company import Told as Says
from appliance.sync.boxes.keys import BoxKey, RootKey
from tests.simulation import shop
from tests.simulation.world import Watch, World

ROOT = RootKey.made(random.Random("root").randbytes)
FULL = 2
MOST_PAGES = 2**32 - 2
Place = tuple[bytes, str, int]
Kept = tuple[Path, Path, bytes, tuple[bytes, ...]]
"""A backup: the database, the anchors beside it, and under which names it was written."""


@dataclass
class Told:
    """What all boxes together must keep true, written down beside them as it happens."""

    acknowledged: dict[bytes, Place] = field(default_factory=dict)
    """The salt of every deed that somebody was told is done, which it keeps when it is told again -> where it was first."""
    people: dict[str, bytes] = field(default_factory=dict)
    """The salt of the deed in which somebody was first written down."""
    forgotten: set[str] = field(default_factory=set)
    """Who was to be forgotten."""
    trimmed: set[bytes] = field(default_factory=set)
    """The salts of what was trimmed somewhere: what follows from it stands on every box, but not the deed itself."""
    gone: set[bytes] = field(default_factory=set)
    """The salts of what went with a disk that was set back, and had been given to nobody."""


class SimBox:
    """One box. `life` counts its starts; whoever waits for an answer of an earlier life waits in vain."""

    def __init__(self, world: World, told: Told, folder: Path, code: str, watch: Watch, *, version: int = 1) -> None:
        self.world = world
        self.told = told
        self.code = code
        self.name = code
        self.watch = watch
        self.version = version
        self.life = 0
        self.disks = 0
        """How often another disk was put into it; no connection outlives that."""
        self.up = False
        self.machine = code.encode()
        self.key = BoxKey(hashlib.sha256(code.encode()).digest())
        self.circle = Circle(ROOT.public, self.key.box)
        self._folder = folder
        self._disk = folder / f"{code}-0"
        self._disk.mkdir(parents=True)
        self._anchors = folder / f"{code}-anchors"
        self._random = random.Random(f"{world.seed} {code}").randbytes
        self.author = self.key.author(self._random)
        self.former: tuple[bytes, ...] = ()
        self.circle.learn(self.introduction())
        self.backups: list[Kept] = []
        self.held: tuple[Journal, int] | None = None
        """The state of its file in which every law held that must hold at every moment."""
        self._holds: set[bytes] = set()
        """What its disk held when it went down, and for what of it its snapshot stood."""
        self._stood: set[bytes] = set()

    def introduction(self) -> bytes:
        """Its certificate."""
        key = self.key
        return certify(ROOT, public=key.public, exchange=key.exchange_public, code=self.code, branch=self.code).raw

    # ---- life

    def start(self) -> None:
        """Start as `appliance serve` does: settle who this is, then open the journal."""
        database = self._disk / "shop.db"
        anchor = Anchor(anchor_path(self._disk.parent / self.name, self._anchors), self.machine, self.key.box)
        why = anchor.disagrees(database, self.author)
        if why:
            self._begin_anew(why)
        self._open()
        lost = "" if why else anchor.lost(self.author, self.journal.heads())
        if lost:
            self.journal.close()
            self._begin_anew(lost)
            self._open()
        anchor.moor(database, self.author, self._random, fresh=bool(why or lost))

        def anew() -> bytes:
            self._begin_anew("another box holds a second history of it")
            anchor.moor(database, self.author, self._random, fresh=True)
            return self.author

        self.company = Company(
            self.journal, self.key, self.circle, anchor, Says(self.name, 8000, f"0.{self.version}.0"),
            folder=self._disk, clock=self.watch, random=self._random, anew=anew, corrected=self.watch.correct,
            former=self.former,
        )  # fmt: skip
        self.swap, self.post = self.company.swap, self.company.post
        self.up = True

    def _begin_anew(self, why: str) -> None:
        self.former = (*self.former, self.author)
        self.author = self.key.author(self._random)
        self.world.mark("a new incarnation")
        self.world.say(f"{self.name} begins anew: {why}")

    def _open(self) -> None:
        key = self.key
        box = Box(self._disk, self.author, self.code, sign=key.sign, public=key.public, root=ROOT.public)
        self.journal = Journal(
            box, shop.schema(self.version), clock=self.watch, random=self._random, trust=self.circle.trust
        )
        self.desk = self.journal.desk(who=f"clerk {self.name}", branch=self.code)

    def chunks(self) -> dict[int, bytes]:
        """What was put away of its log, by the first arrival in each chunk."""
        return dict(self.journal.reading().execute("select first, chunk from cold").fetchall())

    def begins(self) -> dict[tuple[bytes, str], int]:
        """After which sequence each log begins in it, where it does not begin with the first entry."""
        places = self.journal.log.places
        rows = self.journal.reading().execute("select place, seq from base").fetchall()
        return {places.of(place): seq for place, seq in rows}

    def holds(self) -> set[bytes]:
        """The salts of everything on its disk, whether it counts or not."""
        if not self.up:
            return self._holds
        log = self.journal.log.seen_by(self.journal.reading())
        return {read_deed(line.parts[0]).salt for line in log.lines()}

    def wrote(self) -> dict[int, int]:
        """How far its own log goes under its present name, by place, whether that counts or not.

        The journal's name is meant: where the disk was too full to tell everything again, it still goes by the one before.
        """
        log, author = self.journal.log, self.journal.author
        return {place: log.tip(place)[0] for place in log.places if log.places.author(place) == author}

    def stood_for(self) -> set[bytes]:
        """The salts of what a snapshot of it stands for, though it holds the entries too: others may have begun with that."""
        if not self.up:
            return self._stood
        log, reached = self.journal.log, self.journal.reading().execute("select place, seq from checkpoint_head")
        told = [entry for place, seq in reached.fetchall() for _, entry, _ in log.stretch(place, 1, seq)]
        return {read_deed(entry.parts[0]).salt for entry in told}

    def knows(self, buyer: str) -> bool:
        """Whether somebody stands in its tables."""
        return self.journal.reading().execute("select 1 from buyer where id = ?", (buyer,)).fetchone() is not None

    def settle(self) -> None:
        """Wait for tables that are drawn anew beside the shop, so that a run is the same every time."""
        self.journal.settled().result()

    def fill_up(self) -> None:
        """Let the file grow no more."""
        conn = self.journal.writing
        conn.execute(f"pragma max_page_count = {conn.execute('pragma page_count').fetchone()[0]}")
        self.world.mark("a full disk")

    def make_room(self) -> None:
        """Let it grow again."""
        if self.up:
            self.journal.writing.execute(f"pragma max_page_count = {MOST_PAGES}")

    def crash(self) -> None:
        """Pull the plug: what was flushed is there, and of what was not, a stretch of any length."""
        self.world.say(f"{self.name} loses power")
        self.settle()
        after = self._folder / f"{self.name}-{self.life + 1}"
        after.mkdir()
        # The log first: a checkpoint in its own thread may move pages while they are copied, and all are in the log.
        for name in ("shop.db-wal", "shop.db"):
            if (self._disk / name).exists():
                shutil.copy(self._disk / name, after / name)
        log = after / "shop.db-wal"
        if log.exists():
            self._cut(log)
        self._end(after)

    def _cut(self, log: Path) -> None:
        chance = self.world.chance
        if self.journal.writing.execute("pragma synchronous").fetchone()[0] < FULL and log.stat().st_size:
            # Only a commit that was flushed must survive; without FULL none is.
            with log.open("r+b") as file:
                file.truncate(chance.randrange(log.stat().st_size))
            self.world.mark("a flush that was lost")
        elif chance.random() < 0.5:
            with log.open("ab") as file:
                file.write(chance.randbytes(chance.randint(1, 5_000)))
            self.world.mark("a torn tail of the write-ahead log")

    def _end(self, after: Path) -> None:
        self._holds, self._stood = self.holds(), self.stood_for()
        self.up = False
        self.life += 1
        self._close()
        shutil.rmtree(self._disk)
        self._disk = after

    def stop(self) -> None:
        """Stop for good, so that the folder can go."""
        if self.up:
            self.up = False
            self._close()

    def _close(self) -> None:
        self.company.courier.close()
        self.company.door.close()
        self.company.notebook.close()
        self.journal.close()

    # ---- disks

    def back_up(self) -> None:
        """Keep a copy of the card: the database and who wrote it, and the anchor, which no backup of ours holds."""
        kept = self._folder / f"{self.name}-backup-{len(self.backups)}"
        self._copy(kept.with_suffix(".db"))
        anchors = shutil.copytree(self._anchors, kept.with_suffix(".anchors"))
        self.backups.append((kept.with_suffix(".db"), anchors, self.author, self.former))

    def _copy(self, to: Path) -> None:
        with closing(sqlite3.connect(self._disk / "shop.db")) as source, closing(sqlite3.connect(to)) as target:
            target.execute("pragma synchronous = off")
            source.backup(target)

    def restore(self) -> None:
        """Put a backup back, and with it the author of then."""
        kept, _, author, _ = self.world.chance.choice(self.backups)
        self._set_back(kept, author, ())
        self.world.say(f"{self.name} is restored")
        self.world.mark("a restored backup")

    def put_image_back(self) -> None:
        """Put an image of the whole card back, with the anchor: nothing on it tells that it is old."""
        kept, anchors, author, former = self.world.chance.choice(self.backups)
        shutil.rmtree(self._anchors)
        shutil.copytree(anchors, self._anchors)
        self._set_back(kept, author, former)
        self.world.say(f"{self.name} gets an image of its card back")
        self.world.mark("an image of a card that was put back")
        # Of its two histories others may take a paper from one and not whom it speaks of, until they find out.
        self.world.out_of_order = True

    def _set_back(self, kept: Path, author: bytes, former: tuple[bytes, ...]) -> None:
        after = self._folder / f"{self.name}-{self.life + 1}"
        after.mkdir()
        shutil.copy(kept, after / "shop.db")
        self.told.trimmed |= self.stood_for()
        self._end(after)
        self.disks += 1
        self.former, self.author = former, author

    def clone(self, name: str) -> SimBox:
        """Copy the card into another machine, where it starts as the same box with the same key."""
        twin = SimBox.__new__(SimBox)
        twin.__dict__ |= self.__dict__
        twin.name, twin.machine, twin.life, twin.up = name, name.encode(), 0, False
        twin.watch = Watch(self.world, "right", 0, trusted=True)
        twin._disk = self._folder / f"{name}-0"
        twin._disk.mkdir()
        twin._anchors = self._folder / f"{name}-anchors"
        twin._random = random.Random(f"{self.world.seed} {name}").randbytes
        twin.backups = []
        twin.circle = Circle(ROOT.public, twin.key.box)
        for known in self.circle.everybody:
            twin.circle.learn(known.raw)
        self._copy(twin._disk / "shop.db")
        self.world.mark("a cloned card")
        return twin
