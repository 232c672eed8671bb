"""Taking a recording: sound goes to disk within a second, sealed, and whoever brings it never waits for the disk."""

import threading
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from appliance.hardware.line import BYTES_A_SECOND, PCM
from appliance.hardware.recorder.sealing import HEAD_BYTES, PIECE_BYTES, Random, Sealed, Sealer, Unreadable
from appliance.hardware.recorder.sound import LOUDNESS_EVERY, SAMPLE_BYTES, bars, peak, wav_header

PART = ".part"
WAV = ".wav"
FLUSH_EVERY = 2
"""Seconds of sound between two waits for the disk."""
MOST_WAITING = 600 * BYTES_A_SECOND
"""So much may wait for a stalled disk; what comes then is lost, and counted."""
MOST_FILLED = 60 * BYTES_A_SECOND
"""So much silence at most stands for sound that the device lost, so that the rest keeps its time."""


@dataclass(frozen=True)
class Taken:
    """A recording that is whole on disk: sealed, a WAV inside."""

    name: str
    path: Path
    samples: int
    peaks: str
    missing: int
    """Samples that the device or the disk lost."""


class Recorder:
    """Where a box takes its recordings. File names are opaque: they tell neither who called nor when."""

    def __init__(self, folder: Path, key: bytes, random: Random) -> None:
        self.folder = folder
        self.key = key
        self.random = random
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def begin(self, name: str) -> "Taking":
        """Begin a recording under a name that tells nothing."""
        return Taking(self, name)

    def interrupted(self) -> list[str]:
        """The names of recordings that were under way when the box stopped."""
        return sorted(path.stem for path in self.folder.glob(f"*{PART}"))

    def finished(self) -> list[str]:
        """The names of recordings that are whole and were not fetched."""
        return sorted(path.stem for path in self.folder.glob(f"*{WAV}"))

    def repair(self, name: str) -> Taken | None:
        """Make what was recorded before the box stopped a whole recording; None when there is nothing in it."""
        part = self.folder / f"{name}{PART}"
        try:
            torn = Sealed(part, self.key)
        except Unreadable:
            part.unlink()
            return None
        good = torn.good_pieces()
        if not good:
            torn.close()
            part.unlink()
            return None
        mended = self.folder / f"{name}.mending"
        mended.unlink(missing_ok=True)
        taken = self._copied(torn, good, name, mended)
        torn.close()
        mended.replace(taken.path)
        part.unlink()
        return taken

    def taken(self, name: str) -> Taken:
        """Look again at a recording that is whole on disk."""
        path = self.folder / f"{name}{WAV}"
        sealed = Sealed(path, self.key)
        gauge = _Gauge()
        for place in range(1, sealed.good_pieces() + 1):
            gauge.hear(sealed.slot(place))
        samples = (sealed.length - HEAD_BYTES) // SAMPLE_BYTES
        sealed.close()
        return Taken(name, path, samples, bars(gauge.peaks), 0)

    def _copied(self, torn: Sealed, good: int, name: str, path: Path) -> Taken:
        sealer, gauge, size = Sealer(path, self.key, self.random), _Gauge(), 0
        for place in range(1, good + 1):
            content = torn.slot(place)
            sealer.piece(content)
            gauge.hear(content)
            size += len(content)
        sealer.head(wav_header(size // SAMPLE_BYTES))
        sealer.close()
        return Taken(name, self.folder / f"{name}{WAV}", size // SAMPLE_BYTES, bars(gauge.peaks), 0)


class Taking:
    """One recording under way. `add` returns at once; a thread of its own seals and writes."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder = recorder
        self._name = name
        self._part = recorder.folder / f"{name}{PART}"
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._error: OSError | None = None
        self.missing = 0
        self.samples = 0
        self._gauge = _Gauge()
        self._sealer = Sealer(self._part, recorder.key, recorder.random)
        self._sealer.head(wav_header(0))
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()

    def add(self, pcm: PCM, missing: int = 0) -> None:
        """Take sound; `missing` samples before it were lost and become silence, so that the rest keeps its time."""
        if missing:
            self.missing += missing
            pcm = bytes(min(missing * SAMPLE_BYTES, MOST_FILLED)) + pcm
        with self._lock:
            if self._error is not None or self._waiting + len(pcm) > MOST_WAITING:
                self.missing += len(pcm) // SAMPLE_BYTES
                return
            self._waiting += len(pcm)
        self._queue.put(pcm)

    def finish(self) -> Taken | None:
        """End it and wait until the disk has it; None when nothing was said. Raises `OSError` of a disk that failed."""
        self._queue.put(None)
        self._thread.join()
        self._sealer.head(wav_header(self.samples))
        self._sealer.close()
        if self._error is not None and not self.samples:
            self._part.unlink(missing_ok=True)
            raise self._error
        if not self.samples:
            self._part.unlink()
            return None
        path = self._recorder.folder / f"{self._name}{WAV}"
        self._part.replace(path)
        return Taken(self._name, path, self.samples, bars(self._gauge.peaks), self.missing)

    def _write(self) -> None:
        gathered, since_flush = bytearray(), 0
        going = True
        while going:
            pcm = self._queue.get()
            going = pcm is not None
            if pcm:
                gathered += pcm
                with self._lock:
                    self._waiting -= len(pcm)
            while len(gathered) >= PIECE_BYTES or (gathered and not going):
                piece = bytes(gathered[:PIECE_BYTES])
                del gathered[:PIECE_BYTES]
                since_flush = self._piece(piece, since_flush)

    def _piece(self, piece: bytes, since_flush: int) -> int:
        """Write a second down; a disk that fails ends the recording, not the call."""
        if self._error is not None:
            self.missing += len(piece) // SAMPLE_BYTES
            return 0
        try:
            self._sealer.piece(piece)
        except OSError as error:
            self._error = error
            self.missing += len(piece) // SAMPLE_BYTES
            return 0
        self.samples += len(piece) // SAMPLE_BYTES
        self._gauge.hear(piece)
        try:
            self._sealer.head(wav_header(self.samples))
            if since_flush + 1 >= FLUSH_EVERY:
                self._sealer.flush()
                return 0
        except OSError as error:
            self._error = error
        return since_flush + 1


class _Gauge:
    """How loud every tenth of a second was."""

    def __init__(self) -> None:
        self.peaks: list[int] = []

    def hear(self, pcm: bytes) -> None:
        step = LOUDNESS_EVERY * SAMPLE_BYTES
        self.peaks += [peak(pcm[start : start + step]) for start in range(0, len(pcm), step)]
