"""Squeezing: a finished recording becomes Ogg Opus, a tenth of the size, in a process of its own.

The library and its tables weigh tens of megabytes and one recording keeps a small processor busy for seconds; a child
gives both back. Run as `python -m appliance.hardware.recorder.squeezing SOURCE TARGET`, keys on standard input; exit
code 0 means that the target holds every sample of the source.
"""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.hardware.line import RATE
from appliance.hardware.recorder.sealing import HEAD_BYTES, KEY_BYTES, PIECE_BYTES, Random, Sealed, Sealer
from appliance.hardware.recorder.sound import SAMPLE_BYTES, wav_header

LEVEL = 0.96
"""libsndfile's measure for Opus, backwards: about 10 kbit/s, at which speech over a telephone loses nothing."""
BLOCK = 10 * RATE
LONGEST_S = 3_600
MOST_READ = 1 << 20


def squeeze(source: Path, target: Path, key: bytes, random: Random) -> bool:
    """Squeeze a sealed WAV into a sealed Ogg, in a child; tells whether every sample arrived. Blocks: call in a thread."""
    target.unlink(missing_ok=True)
    child = subprocess.run(  # noqa: S603 - our own module, our own paths
        [sys.executable, "-m", __spec__.name, str(source), str(target)],
        input=key + random(KEY_BYTES),
        timeout=LONGEST_S,
        check=False,
    )
    if child.returncode != 0:
        target.unlink(missing_ok=True)
    return child.returncode == 0


def main() -> int:
    """Do it, in the child."""
    os.nice(19)
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    secrets = sys.stdin.buffer.read()
    key, seed = secrets[:KEY_BYTES], secrets[KEY_BYTES:]
    sealed = Sealed(source, key)
    content = _encoded(sealed)
    samples = (sealed.length - HEAD_BYTES) // SAMPLE_BYTES
    if _frames(io.BytesIO(content)) != samples:
        return 1
    sealer = Sealer(target, key, _drawn(seed))
    sealer.head(content[:HEAD_BYTES])
    for start in range(HEAD_BYTES, len(content), PIECE_BYTES):
        sealer.piece(content[start : start + PIECE_BYTES])
    sealer.close()
    # What counts is what will be read from the disk.
    return 0 if _frames(Sealed(target, key)) == samples else 1


def _encoded(sealed: Sealed) -> bytes:
    """Encode in memory: nothing that was said may lie on the disk unsealed, not even for a moment."""
    from soundfile import SoundFile

    out = io.BytesIO()
    sealed.seek(HEAD_BYTES)
    with SoundFile(out, "w", RATE, 1, format="OGG", subtype="OPUS", compression_level=LEVEL) as opus:
        while block := _read(sealed, BLOCK * SAMPLE_BYTES):
            opus.buffer_write(block, dtype="int16")
    return out.getvalue()


def _frames(file: Any) -> int:
    """Count the samples by decoding them."""
    from soundfile import SoundFile

    count = 0
    with SoundFile(file) as opened:
        while found := len(opened.buffer_read(BLOCK, dtype="int16")):
            count += found // SAMPLE_BYTES
    return count


def _read(file: io.RawIOBase, count: int) -> bytes:
    gathered = bytearray()
    while len(gathered) < count and (part := file.read(count - len(gathered))):
        gathered += part
    return bytes(gathered)


def _drawn(seed: bytes) -> Random:
    """Make random bytes of the parent's seed: hardware draws none by itself."""
    drawn = 0

    def random(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(seed + drawn.to_bytes(8, "big")).digest(count)

    return random


# ---- giving it back


class Heard:
    """A recording as a browser asks for it: as it lies there, or as a WAV for those that know no Opus."""

    def __init__(self, path: Path, key: bytes, samples: int, *, as_wav: bool) -> None:
        self._sealed = Sealed(path, key)
        self.opus = self._sealed.slot(0).startswith(b"OggS")
        self._decode = as_wav and self.opus
        self.kind = "audio/ogg" if self.opus and not as_wav else "audio/wav"
        self._samples = samples
        self.length = HEAD_BYTES + samples * SAMPLE_BYTES if self._decode else self._sealed.length

    def read(self, start: int, end: int) -> bytes:
        """Return bytes from `start` up to but without `end`, decoded where that was asked for."""
        if not self._decode:
            self._sealed.seek(start)
            return _read(self._sealed, max(end - start, 0))
        head = wav_header(self._samples)[start : min(end, HEAD_BYTES)] if start < HEAD_BYTES else b""
        first, last = max(start, HEAD_BYTES) - HEAD_BYTES, end - HEAD_BYTES
        return head + (self._decoded(first, last) if last > first else b"")

    def pieces(self) -> Iterator[bytes]:
        """All of it, piece by piece."""
        for start in range(0, self.length, MOST_READ):
            yield self.read(start, min(start + MOST_READ, self.length))

    def _decoded(self, first: int, last: int) -> bytes:
        from soundfile import SoundFile

        start, stop = first // SAMPLE_BYTES, -(-last // SAMPLE_BYTES)
        self._sealed.seek(0)
        with SoundFile(self._sealed, closefd=False) as opened:
            opened.seek(min(start, opened.frames))
            found = bytes(opened.buffer_read(stop - start, dtype="int16"))
        return found[first - start * SAMPLE_BYTES :][: last - first]

    def close(self) -> None:
        """Close the file."""
        self._sealed.close()


if __name__ == "__main__":
    sys.exit(main())
