"""The stick: bundles as files that people carry. A file counts only when it was read again as it was written.

What goes wrong with a stick is said in a sentence: it is full, it was pulled out, it does not take writes, the copy is
torn. Nothing is applied by half: every good part is taken in by the same door as on the network.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from appliance.journal import Clock, Refusal, business_day
from appliance.journal.certificate import Certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes import bundle
from appliance.sync.boxes.bundle import Foreign, Manifest, Opened, Read, Standing, understood
from appliance.sync.boxes.circle import Circle
from appliance.sync.boxes.keys import BoxKey, Random
from appliance.sync.boxes.meetings import Trouble
from appliance.sync.boxes.messages import MOST_SEGMENTS
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.swap import Outcome, Swap
from appliance.sync.boxes.vectors import Shorts, known, pack_heads, pack_shorts, read_heads

ENDING = ".bundle"
BLOCK = 1024 * 1024
MOST_LISTED = 500
FOREIGN = {
    bundle.CHAIN: Trouble("This bundle belongs to another chain. Nothing of it was taken in."),
    bundle.REVOKED: Trouble(
        "This bundle was written by a box that was put out of the chain. Nothing of it was taken in."
    ),
    bundle.NOT_FOR_US: Trouble("This bundle was not written for this box. Let the other box write a new one."),
    bundle.DAMAGED: Trouble("This file is no bundle, or its beginning is damaged. Nothing of it was taken in."),
}
Progress = Callable[[int, int], None]
"""Told of bytes done and bytes in all; the latter 0 while it is not known."""


@dataclass(frozen=True)
class Written:
    """A bundle that lies on the stick and was read again."""

    path: Path
    bytes: int
    parts: int
    readers: tuple[str, ...]
    """The codes of the boxes that can read it."""


@dataclass(frozen=True)
class Lying:
    """A bundle that was found on a stick."""

    path: Path
    bytes: int
    sender: str
    """The code of the box that wrote it; empty when the header is not to be believed."""
    made_ms: int
    trouble: str
    """Why it cannot be read here, as a sentence; empty when it can."""


@dataclass(frozen=True)
class Taken:
    """What came of reading a bundle."""

    sender: str
    made_ms: int
    parts: int
    damaged: int
    whole: bool
    """Nothing was missing. A torn copy gives what it has, and should be written again."""
    applied: int
    refused: int


class Stick:
    """Writes bundles for the circle and reads those of others."""

    def __init__(
        self, key: BoxKey, circle: Circle, swap: Swap, notebook: Notebook, clock: Clock, random: Random
    ) -> None:
        self._key = key
        self._circle = circle
        self._swap = swap
        self._notebook = notebook
        self._clock = clock
        self._random = random

    # ---- writing

    def write(
        self,
        folder: Path,
        readers: Sequence[Certificate] = (),
        *,
        zone_minutes: int = 480,
        progress: Progress | None = None,
    ) -> Written:
        """Write what these boxes lack (all others of the chain, if none are named) as one file; refuses in words."""
        own, readers = self._circle.own, list(readers) or self._circle.others
        if own is None or not readers:
            raise Refusal("There is no other box in this chain yet, so there is nobody to write for.")
        now = self._clock.now_ms()
        seconds = (now // 1000 + zone_minutes * 60) % 86_400
        at = f"{business_day(now, zone_minutes)}-{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"
        path = folder / f"{own.code}-{at}{ENDING}"
        fresh = path.with_suffix(".part")
        try:
            digests = self._lay(fresh, own, readers, now, progress)
            fresh.replace(path)
            _flush(folder)
            size = path.stat().st_size
            whole = _read_again(path, digests, progress)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise _refusal(error) from error
        if not whole:
            raise Refusal(
                "The stick does not give back what was written on it. Take another one, and throw this one away."
            )
        return Written(path, size, len(digests) - 2, tuple(one.code for one in readers))

    def _lay(
        self, path: Path, own: Certificate, readers: list[Certificate], now: int, progress: Progress | None
    ) -> list[bytes]:
        heads, partitions = self._swap.log.heads(), self._shared(readers)
        since = self._known_to_all(readers)
        manifest = Manifest(since=pack_shorts(since), upto=pack_heads(heads, partitions), trusted=self._clock.trusted)
        have = known(since, heads)
        # Whoever may lack what was trimmed here gets what stands for it, too (spec/sync.md R35).
        snapshot = self._swap.log.snapshot(partitions) if self._swap.log.lapsed(have, partitions) else []
        self._swap.giving(heads)
        with path.open("wb") as file:

            def counted() -> Iterable[bytes]:
                lost = (segment for one in readers for segment in self._swap.log.given_back(one.box))
                for segment in chain(self._swap.log.segments(have, partitions=partitions), lost):
                    if progress:
                        progress(file.tell(), 0)
                    yield segment

            digests = bundle.write_bundle(
                file,
                key=self._key,
                own=own,
                readers=readers,
                manifest=manifest,
                segments=counted(),
                made_ms=now,
                random=self._random,
                snapshot=snapshot,
            )
            file.flush()
            os.fsync(file.fileno())
        return digests

    def _shared(self, readers: list[Certificate]) -> list[str] | None:
        """The partitions that every reader may see: one file has one content."""
        shared: list[str] | None = None
        for one in readers:
            names = self._circle.shared_with(one)
            if names is not None:
                shared = names if shared is None else [name for name in shared if name in names]
        return shared

    def _known_to_all(self, readers: list[Certificate]) -> Shorts:
        """What every reader has, as far as is known: the lowest of their vectors."""
        vectors = [_vector(self._notebook.peer(one.box).heads) for one in readers]
        places = set[Any]().union(*vectors)
        return {place: min(vector.get(place, (0, b"")) for vector in vectors) for place in places}

    # ---- reading

    def lying(self, folder: Path) -> list[Lying]:
        """List the bundles of a folder, the newest first; refuses when it cannot be read."""
        try:
            paths = sorted(path for path in folder.iterdir() if path.suffix == ENDING and path.is_file())
            found = [self._looked_at(path) for path in paths[:MOST_LISTED]]
        except OSError as error:
            raise _refusal(error) from error
        return sorted(found, key=lambda one: -one.made_ms)

    def _looked_at(self, path: Path) -> Lying:
        size, made_ms, sender = path.stat().st_size, 0, ""
        try:
            with path.open("rb") as file:
                header = bundle.read_header(file)
                made_ms = header.made_ms
                sender = bundle.open_bundle(header, self._key, self._circle).sender.code
        except Foreign as foreign:
            return Lying(path, size, sender, made_ms, FOREIGN[foreign.why].sentence)
        return Lying(path, size, sender, made_ms, "")

    def read(self, path: Path, *, progress: Progress | None = None) -> Taken:
        """Take in every good part of a bundle; refuses in words what is not for this box. May wait for the writer."""
        read, outcome, standing = Read(), Outcome(), dict[int, bytes]()
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                opened = bundle.open_bundle(bundle.read_header(file), self._key, self._circle)
                for number, plain in bundle.read_parts(file, opened, read):
                    if piece := understood(plain, Standing):
                        read.bad += not self._begin_with(piece, standing)
                    else:
                        self._take(number, plain, opened, outcome)
                    if progress:
                        progress(file.tell(), size)
        except Foreign as foreign:
            raise Refusal(FOREIGN[foreign.why].sentence) from foreign
        except OSError as error:
            raise _refusal(error) from error
        sender = opened.sender.code
        return Taken(sender, opened.header.made_ms, read.good, read.bad, read.whole, outcome.applied, outcome.refused)

    def _take(self, number: int, plain: bytes, opened: Opened, outcome: Outcome) -> None:
        if number == bundle.END:
            return
        if number == bundle.MANIFEST:
            told = understood(plain, Manifest)
            if told is not None:
                if told.trusted:
                    self._swap.not_before(opened.header.made_ms)
                self._heard_of(opened.sender, _vector(told.upto))
            return
        segments = understood(plain, list[bytes])
        if segments is not None:
            self._swap.take(segments[:MOST_SEGMENTS], outcome)

    def _begin_with(self, told: Standing, standing: dict[int, bytes]) -> bool:
        """Gather what stands for a trimmed log, and begin with it when it is whole; returns whether it was good."""
        standing[told.place] = told.piece
        if len(standing) == told.count:
            try:
                self._swap.begin_with([standing[place] for place in sorted(standing)])
            except Unreadable:
                return False
        return True

    def _heard_of(self, sender: Certificate, upto: Shorts) -> None:
        """How far the sender was: what it lacks need not be asked, and what it has need not be written for it."""
        page = self._notebook.peer(sender.box)
        before = _vector(page.heads)
        merged = before | {place: told for place, told in upto.items() if told[0] > before.get(place, (0, b""))[0]}
        self._notebook.note(sender.box, heads=pack_shorts(merged))


def places(root: Path = Path("/")) -> list[Path]:
    """Say where sticks are put in: what is mounted from a disk that can be pulled out, or where desktops mount such."""
    found = []
    with suppress(OSError):
        for line in (root / "proc/self/mounts").read_text("utf-8", "replace").splitlines():
            device, mounted, *_ = line.split(" ")
            where = Path(mounted.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "replace"))
            if device.startswith("/dev/") and (_removable(root, device) or where.is_relative_to("/media")):
                found.append(where)
    return sorted(found)


def _removable(root: Path, device: str) -> bool:
    """Whether the kernel says that a device, or the disk it is a part of, can be pulled out."""
    block = (root / "sys/class/block" / Path(device).name).resolve()
    for disk in (block, block.parent):
        with suppress(OSError):
            return (disk / "removable").read_text("ascii").strip() == "1"
    return False


def _vector(raw: bytes) -> Shorts:
    with suppress(Unreadable):
        return read_heads(raw) if raw else {}
    return {}


def _read_again(path: Path, digests: list[bytes], progress: Progress | None) -> bool:
    """Read a file back from the stick itself, not from memory, and compare every part."""
    size = path.stat().st_size
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        header = bundle.read_header(file)
        for digest in digests:
            frame = file.read(16)
            sealed = file.read(int.from_bytes(frame[12:16], "big"))
            if (
                frame[: bundle.MARK_BYTES] != header.name[: bundle.MARK_BYTES]
                or hashlib.sha256(sealed).digest() != digest
            ):
                return False
            if progress:
                progress(file.tell(), size)
        return not file.read(1)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems of sticks cannot flush a folder by itself; the file was flushed already.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def _refusal(error: OSError) -> Refusal:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return Refusal("The stick is full. Make room on it or take a larger one, then write again.", code="stick_full")
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return Refusal(
            "The stick does not take writes. Push its little switch, or take another one.", code="stick_locked"
        )
    return Refusal(
        "The stick was pulled out or is broken. Nothing was lost here: put it in and begin again.", code="stick_gone"
    )
