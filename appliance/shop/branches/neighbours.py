"""Neighbours: what this room may ask of those who speak with the other boxes. `main` hands somebody in who can.

Nothing here knows how boxes talk. Names of boxes are hex, moments milliseconds UTC by this box's clock, 0 for never.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

NAME = "neighbours"
"""Under this name pages find it."""

Progress = Callable[[int, int], None]
"""Told of bytes done and bytes in all; the latter 0 while it is not known."""


@dataclass(frozen=True)
class Trouble:
    """What is in the way: a message id with its named parts, and since when."""

    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)
    at_ms: int = 0


@dataclass(frozen=True)
class Standing:
    """How it stands with one box, as far as this one knows."""

    box: str
    in_touch: bool = False
    met_ms: int = 0
    """The last word from it."""
    agreed_ms: int = 0
    """When both last held the same."""
    waiting_here: int = 0
    """What was written here and it lacks."""
    waiting_there: int = 0
    """What it has and this box lacks."""
    oldest_ms: int = 0
    """When the oldest of what waits here was written."""
    ahead_ms: int = 0
    """How far this box's clock runs before its."""
    trusted: bool = False
    """Its clock is vouched for."""
    version: str = ""
    addresses: Sequence[str] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Invitation:
    """An open door: the digits to type on the new box, and what became of it."""

    digits: str
    seconds: int
    """So long it stays open."""
    state: Literal["open", "joined", "wrong", "refused", "closed"] = "open"
    sign: str = ""
    """What both screens show, so that people can compare."""
    code: str = ""


@dataclass(frozen=True)
class Bundle:
    """What somebody carried here on a stick."""

    name: str
    sender: str
    """The code of the box that wrote it; empty when nobody can tell."""
    made_ms: int
    bytes: int
    trouble: str = ""
    """Why it cannot be read here, a message id; empty when it can."""
    own: bool = False
    """This box wrote it, for others."""


@dataclass(frozen=True)
class Carried:
    """What came of a stick: `readers` when it was written, the rest when it was read."""

    readers: Sequence[str] = ()
    sender: str = ""
    applied: int = 0
    refused: int = 0
    damaged: int = 0
    whole: bool = True


class Neighbours(Protocol):
    """Whoever speaks with the other boxes."""

    @property
    def box(self) -> str:
        """This box's name among boxes."""

    @property
    def version(self) -> str:
        """The version of this box."""

    @property
    def holds_owner_key(self) -> bool:
        """The owner's key lies here, so that no recovery sheet need be typed."""

    def recovery_sheet(self) -> str:
        """The owner's key as it stands on paper: ten groups of five digits."""

    def waiting(self) -> Sequence[str]:
        """Boxes without a shop that announce themselves on this network, by their titles."""

    def standings(self) -> Sequence[Standing]:
        """How it stands with every other box."""

    def copies(self) -> Sequence[str]:
        """The boxes of which a second history is known: a card was copied, or an old backup brought back."""

    def meet(self, box: str) -> None:
        """Talk with a box now."""

    def invite(self, *, code: str, branch: str, sheet: str, who: str) -> None:
        """Open the door to one box for five minutes; refuses in words. May wait: called in a thread."""

    @property
    def invitation(self) -> Invitation | None:
        """The door as it stands."""

    def close_door(self) -> None:
        """Let nobody in any more."""

    def revocation(self, box: str, sheet: str) -> str:
        """The owner's signed word that a box is out, as text; refuses in words. Called in a thread."""

    def sticks(self) -> Sequence[Path]:
        """Where sticks are put in."""

    def bundles(self, stick: Path) -> Sequence[Bundle]:
        """What lies on a stick; refuses in words. Called in a thread."""

    def write_stick(self, stick: Path, progress: Progress) -> Carried:
        """Write what the others lack; it was read again when this returns. Refuses in words; called in a thread."""

    def read_stick(self, stick: Path, bundle: str, progress: Progress) -> Carried:
        """Take in what somebody carried here. Refuses in words; called in a thread."""
