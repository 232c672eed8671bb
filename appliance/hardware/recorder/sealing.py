"""Sealed files: a recording on disk is nothing to whoever lacks the box's key, at every moment of its life.

A file is `ZGR1`, 16 bytes of salt, then slots. A slot is 12 bytes of nonce, the sealed content and 16 bytes of tag
(AES-256-GCM under a key of this file's own: HKDF-SHA256 of the box's key and the salt). The number of the slot is
authenticated with it, so slots cannot be exchanged. The first slot holds the first 44 bytes of the content in a piece
of their own, because the header of a WAV is written anew while the recording grows; every later slot holds one second
of sound, so any place can be read alone. A new nonce is drawn for every writing, the header's rewritings included.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"ZGR1"
SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16
HEAD_BYTES = 44
PIECE_BYTES = 16_000
KEY_BYTES = 32
_FRONT = len(MAGIC) + SALT_BYTES
_AROUND = NONCE_BYTES + TAG_BYTES
_FIRST_PIECE = _FRONT + HEAD_BYTES + _AROUND

Random = Callable[[int], bytes]


class Unreadable(Exception):
    """No sealed file, another box's key, or bytes that somebody changed."""


class Sealer:
    """Writes a sealed file: pieces at its end, its head as often as it changes."""

    def __init__(self, path: Path, key: bytes, random: Random) -> None:
        self._random = random
        salt = random(SALT_BYTES)
        self._cipher = AESGCM(_file_key(key, salt))
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(self._handle, MAGIC + salt)
        self._place = 1

    def head(self, content: bytes) -> None:
        """Write the first 44 bytes, again and again as they change."""
        self._put(self._sealed(0, content), _FRONT)

    def piece(self, content: bytes) -> None:
        """Add a piece; every one but the last is a whole second."""
        self._put(self._sealed(self._place, content), _offset(self._place))
        self._place += 1

    def flush(self) -> None:
        """Wait until the disk has it."""
        os.fdatasync(self._handle)

    def close(self) -> None:
        """Flush and close."""
        os.fsync(self._handle)
        os.close(self._handle)

    def _put(self, slot: bytes, offset: int) -> None:
        """Write all of it; the first part of a slot on a full disk is written over by whoever tries again."""
        written = os.pwrite(self._handle, slot, offset)
        while written < len(slot):
            written += os.pwrite(self._handle, slot[written:], offset + written)

    def _sealed(self, place: int, content: bytes) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, _bound(place))


class Sealed(io.RawIOBase):
    """Reads a sealed file like any other: seek, tell, read. Holds one opened piece in memory."""

    def __init__(self, path: Path, key: bytes) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        front = self._file.read(_FRONT) or b""
        if len(front) != _FRONT or not front.startswith(MAGIC):
            self._file.close()
            raise Unreadable("This is no sealed recording.")
        self._cipher = AESGCM(_file_key(key, front[len(MAGIC) :]))
        size = os.fstat(self._file.fileno()).st_size
        whole, rest = divmod(max(size - _FIRST_PIECE, 0), PIECE_BYTES + _AROUND)
        self._pieces = whole + (rest > _AROUND)
        self.length = HEAD_BYTES + whole * PIECE_BYTES + max(rest - _AROUND, 0)
        """Bytes of content."""
        self._at = 0
        self._opened: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """From any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.length}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        """Say the place."""
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Read on, at most to the end of a piece."""
        if self._at >= self.length:
            return 0
        if self._at < HEAD_BYTES:
            place, within = 0, self._at
        else:
            place, within = divmod(self._at - HEAD_BYTES, PIECE_BYTES)
            place += 1
        found = self.slot(place)[within : within + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def slot(self, place: int) -> bytes:
        """Open one slot: 0 is the head, the others are pieces; raises `Unreadable`."""
        if self._opened[0] != place:
            self._file.seek(_offset(place))
            raw = self._file.read((HEAD_BYTES if place == 0 else PIECE_BYTES) + _AROUND) or b""
            try:
                self._opened = (place, self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(place)))
            except (InvalidTag, ValueError) as error:
                raise Unreadable(f"Piece {place} cannot be opened.") from error
        return self._opened[1]

    def good_pieces(self) -> int:
        """Count the pieces that can be opened, up to the first that cannot: a power cut may tear the last."""
        for place in range(1, self._pieces + 1):
            try:
                self.slot(place)
            except Unreadable:
                return place - 1
        return self._pieces

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def _file_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, b"zhanggui recording 1").derive(key)


def _bound(place: int) -> bytes:
    return MAGIC + place.to_bytes(8, "big")


def _offset(place: int) -> int:
    return _FRONT if place == 0 else _FIRST_PIECE + (place - 1) * (PIECE_BYTES + _AROUND)
