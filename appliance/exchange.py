"""The exchange: a box's lines, their telephone and recorder, opened with the house and closed with it."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance.config import Config
from appliance.hardware.modem import Seat, Switchboard
from appliance.hardware.recorder import Recorder
from appliance.hardware.recorder.sealing import KEY_BYTES
from appliance.hardware.recorder.squeezing import squeeze
from appliance.journal import Clock, Journal
from appliance.shop import office
from appliance.telephone import DEVICE, Telephone
from appliance.web.front import Front

log = logging.getLogger("appliance.telephone")
REMIND_EVERY_S = 10
LOOK_AGAIN_S = 600
IDLE_FROM, IDLE_UNTIL = 1, 6
"""Hours of the night in which a processor may be kept busy."""


@dataclass
class Exchange:
    """Everything about telephones that runs in a box."""

    journal: Journal
    config: Config
    telephone: Telephone
    _open: bool = False
    _hopeless: set[str] = field(default_factory=set)
    """Recordings that could not be made small; tried again after the next start."""

    def loops(self, front: Front) -> dict[str, Callable[[], Awaitable[None]]]:
        """What runs beside the house."""
        return {
            "telephone": self._telephone,
            "reminders": lambda: self._reminders(front),
            "recordings": self._recordings,
        }

    async def _telephone(self) -> None:
        """Open the lines and work off what happens on them, until the house closes."""
        if not self._open:
            await asyncio.to_thread(self.telephone.start)
            self._open = True
        working = asyncio.ensure_future(asyncio.to_thread(self.telephone.work))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            await asyncio.to_thread(self.telephone.stop)
            await working
            raise

    async def _reminders(self, front: Front) -> None:
        """Wake the tablets whenever the time of a reminder has come; what is due is asked by each for itself."""
        seen = self.journal.clock.now_ms()
        while True:
            await asyncio.sleep(REMIND_EVERY_S)
            now = self.journal.clock.now_ms()
            asked = "select id from task_reminder where remind_at > ? and remind_at <= ? limit 100"
            due = self.journal.reading().execute(asked, (seen, now)).fetchall()
            seen = now
            if due:
                front.hub.publish(frozenset(("task_reminder", row[0]) for row in due))

    async def _recordings(self) -> None:
        """In quiet hours make recordings small, one after another."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            while self.quiet and await asyncio.to_thread(self.squeeze_one):
                pass

    @property
    def quiet(self) -> bool:
        """Whether it is night and nobody is on a line."""
        minutes = self.journal.clock.now_ms() // 60_000 + self.config.zone_minutes
        return IDLE_FROM <= minutes // 60 % 24 < IDLE_UNTIL and not self.telephone.busy

    def squeeze_one(self) -> bool:
        """Make one recording small; tells whether there may be more. Blocks: called in a thread."""
        desk = self.journal.desk(who="", device=DEVICE, branch=self.config.branch)
        found = next((one for one in office.large(desk) if one.id not in self._hopeless), None)
        if found is None:
            return False
        recorder, blobs = self.telephone.recorder, self.journal.blobs
        small = recorder.folder / f"{found.id}.small"
        if not squeeze(blobs.path(found.blob), small, recorder.key, recorder.random):
            log.warning("A recording of %s s could not be made small; it stays as it is.", found.length_ms // 1_000)
            self._hopeless.add(found.id)
            return True
        size = small.stat().st_size
        office.swap_recording(desk, recording=found.id, blob=blobs.adopt(small), size=size)
        blobs.drop(found.blob)
        return True


def open_exchange(journal: Journal, config: Config, clock: Clock, *, paths: Sequence[str] = ()) -> Exchange:
    """Put a box's lines together; `paths` are ports named by hand, besides what is found on USB."""
    recorder = Recorder(config.folder / "recordings", recording_key(config.folder), os.urandom)
    seats = config.folder / "lines.json"
    switchboard = Switchboard(
        clock, paths=paths, known=_read_seats(seats), remember=lambda known: _write_seats(seats, known)
    )
    return Exchange(journal, config, Telephone(journal, config.branch, switchboard, recorder))


def recording_key(folder: Path) -> bytes:
    """Return the key that seals what is said on this box; it is made when first asked for, and never leaves the box."""
    path = folder / "recordings.key"
    if not path.exists():
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, os.urandom(KEY_BYTES))
        os.fsync(handle)
        os.close(handle)
        fresh.replace(path)
    return path.read_bytes()


def _read_seats(path: Path) -> list[Seat]:
    """Read which line sits where; a file that cannot be read costs the lines their names, not the box its start."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Seat])
    except (OSError, msgspec.DecodeError):
        return []


def _write_seats(path: Path, known: Sequence[Seat]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(list(known)))
    fresh.replace(path)
