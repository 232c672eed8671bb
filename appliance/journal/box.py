"""The box: the few things that are true of one box only, and what comes of a deed done on it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Box:
    """The few things that are true of this box only."""

    folder: Path
    author: bytes
    """16 bytes of the hash of the box key, 8 bytes of incarnation."""
    code: str = "A1"
    """Stands in document numbers."""
    zone_minutes: int = 480
    """The counter's zone, minutes east of UTC."""
    sign: Callable[[bytes], bytes] | None = None
    """Signs with the box key (Ed25519); the journal never sees the key itself. Without it nothing of ours is sent."""
    public: bytes = b""
    """The public half of the box key."""
    root: bytes = b""
    """The public half of the owner's root key: only what it signed may cut an author off."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of an action."""

    value: T
    touched: frozenset[tuple[str, str]]
    """(table, key) of everything that changed, for those who show it; an empty key is the whole table."""
    repeated: bool = False
    """The key had been answered before; nothing was done again."""
