"""The anchor: what a box remembers of itself outside its database and outside every backup (spec/sync.md R3).

A database can be copied, restored or carried to another machine; whoever then goes on writing under the same author
writes a second history at the same places. So three things lie apart from it, in a file of the machine's own: which
machine this is, a token that is new at each start, and how far this box's entries were given away. If any of them
disagrees with the database, the box begins a new incarnation before it writes anything.

The token is changed in two steps, so that a power cut between them is not mistaken for a copy: the anchor learns the
next token, the database takes it, the anchor settles on it.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from appliance.sync.boxes.keys import Random

TOKEN_BYTES = 16
MACHINE_FACTS = (
    "etc/machine-id",
    "sys/class/dmi/id/product_uuid",
    "sys/firmware/devicetree/base/serial-number",
)
CARD_FACTS = "sys/block/mmcblk*/device/cid"
BERTH = "create table if not exists berth (token blob not null, author blob not null)"
Heads = Mapping[tuple[bytes, str], tuple[int, bytes]]


class Told(msgspec.Struct):
    """What the anchor's file says."""

    box: str
    machine: str
    token: str
    next_token: str = ""
    given: dict[str, tuple[int, str]] = {}
    """By partition: the last own sequence that left this box, and its head."""


class Anchor:
    """One box's anchor. Reasons are English sentences for the log, empty where all agrees."""

    def __init__(self, path: Path, machine: bytes, box: bytes) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._machine = machine.hex()
        self._box = box.hex()
        try:
            told = msgspec.json.decode(path.read_bytes(), type=Told)
        except (FileNotFoundError, msgspec.DecodeError):
            # A torn anchor proves nothing; it is treated like none, and so is that of a box that lay here before.
            told = None
        self._told = told if told is not None and told.box == self._box else None

    def disagrees(self, database: Path, author: bytes) -> str:
        """Say why this database cannot be the one that this machine wrote last; nothing when it can."""
        berth = _berth(database)
        if berth is None:
            return "the database never lay at this anchor" if self._told else ""
        token, last_author = berth
        if self._told is None:
            return "the database was written on another machine, or copied"
        if self._told.machine != self._machine:
            return "the box stands on other hardware"
        if token not in {self._told.token, self._told.next_token}:
            return "the database is older than the last start, or a copy"
        return "" if last_author == author.hex() else "the settings name another author than the database"

    def lost(self, author: bytes, heads: Heads) -> str:
        """Say whether the log lacks something that this author already gave away: the database was set back."""
        for partition, (seq, head) in (self._told.given if self._told else {}).items():
            here, head_here = heads.get((author, partition), (0, b""))
            if here < seq or (here == seq and head_here.hex() != head):
                return f"entries up to {seq} of {partition} were given away, but the log ends at {here}"
        return ""

    def moor(self, database: Path, author: bytes, random: Random, *, fresh: bool) -> None:
        """Tie the database to this anchor for this start; `fresh` forgets what an older author gave away."""
        token, berth = random(TOKEN_BYTES).hex(), _berth(database)
        given = {} if fresh or self._told is None else self._told.given
        self._write(Told(self._box, self._machine, berth[0] if berth else token, token, given))
        with closing(sqlite3.connect(database, isolation_level=None)) as conn:
            conn.execute("pragma synchronous = full")
            conn.execute("begin immediate")
            conn.execute(BERTH)
            conn.execute("delete from berth")
            conn.execute("insert into berth values (?, ?)", (bytes.fromhex(token), author))
            conn.execute("commit")
        self._write(Told(self._box, self._machine, token, "", given))

    def give(self, author: bytes, heads: Heads) -> None:
        """Remember, on disk, how far own entries leave the box. Called before they leave, and when the box closes."""
        # Several boxes are talked with at once, and what is given to one must not be forgotten for another.
        with self._turn:
            if self._told is None:
                return
            given = dict(self._told.given)
            for (whose, partition), (seq, head) in heads.items():
                if whose == author and seq > given.get(partition, (0, ""))[0]:
                    given[partition] = (seq, head.hex())
            if given != self._told.given:
                self._write(msgspec.structs.replace(self._told, given=given))

    def _write(self, told: Told) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(told))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        _flush_folder(self._path.parent)
        self._told = told


def machine_of(root: Path = Path("/")) -> bytes:
    """Name this machine by what a copied card does not take along: 32 bytes of hash, never the facts themselves."""
    facts = [_read(root / name) for name in MACHINE_FACTS]
    facts += [_read(path) for path in sorted(root.glob(CARD_FACTS))]
    facts += [line for line in _read(root / "proc/cpuinfo").splitlines() if line.startswith("Serial")]
    return sha256("\n".join(["zhanggui anchor 1", *facts]).encode()).digest()


def anchor_path(folder: Path, anchors: Path) -> Path:
    """Where the anchor of a data folder lies: a copy of the folder, at another place, has none."""
    return anchors / f"{sha256(str(folder.resolve()).encode()).hexdigest()[:24]}.json"


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold a data folder for one process; yields whether nobody else holds it."""
    import fcntl

    with (folder / "box.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _berth(database: Path) -> tuple[str, str] | None:
    if not database.exists():
        return None
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        if not conn.execute("select 1 from sqlite_master where name = 'berth'").fetchone():
            return None
        found = conn.execute("select token, author from berth").fetchone()
    return (found[0].hex(), found[1].hex()) if found else None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip().strip("\0")
    except OSError:
        return ""


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
