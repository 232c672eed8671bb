"""Blobs: pictures and recordings by the hash of their bytes, one file each; the log holds the hash."""

import hashlib
import os
from pathlib import Path


class Blobs:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Write the bytes down, flushed, and return their hash; the same bytes are kept once."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".part")
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _flush_folder(path.parent)
        return name

    def path(self, name: str) -> Path:
        """Say where the blob of a hash lies; raises `ValueError` for what is no hash."""
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise ValueError("That is not the name of a blob.")
        return self._folder / name[:2] / name[2:]


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
