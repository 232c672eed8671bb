"""Blobs: pictures and recordings by the hash of their bytes, one file each; the log holds the hash."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from appliance.journal.disk import explained

BRIEF = 16
"""So many letters of a hash, 96 bits, are enough to find a blob by."""


class Blobs:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Write the bytes down, flushed, and return their hash; the same bytes are kept once. A full disk refuses."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if not path.exists():
            draft = path.with_suffix(".part")
            try:
                _write(draft, content)
                draft.replace(path)
                _flush_folder(path.parent)
            except OSError as error:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise explained(error) from error
        return name

    def adopt(self, file: Path) -> str:
        """Take over a large file, flushed already, of the same disk; returns its hash. It is read, never held whole."""
        with file.open("rb") as opened:
            name = hashlib.file_digest(opened, "sha256").hexdigest()
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.replace(path)
        _flush_folder(path.parent)
        return name

    def drop(self, name: str) -> None:
        """Let go of a blob that nothing speaks of any more; one that is not here is no matter."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Say where the blob of a hash lies; raises `ValueError` for what is no hash."""
        if len(name) != 64 or not _is_hex(name):
            raise ValueError("That is not the name of a blob.")
        return self._folder / name[:2] / name[2:]

    def found(self, beginning: str) -> Path:
        """Say where the blob lies whose hash begins so, at least `BRIEF` long; raises `ValueError` for what is no hash."""
        if not BRIEF <= len(beginning) <= 64 or not _is_hex(beginning):
            raise ValueError("That is not the name of a blob.")
        begins = self._folder / beginning[:2] / beginning[2:]
        alike = [one for one in begins.parent.glob(f"{begins.name}*") if not one.suffix]
        return alike[0] if len(alike) == 1 else begins


def _is_hex(name: str) -> bool:
    return set(name) <= set("0123456789abcdef")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
