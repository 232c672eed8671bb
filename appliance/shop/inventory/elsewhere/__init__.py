"""Elsewhere: what lies in other branches, as far as this box has heard. `main` hands somebody in who can tell how far.

A branch's stock is what its boxes wrote; here stands what of that has arrived, and up to when it is all there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NAME = "heard"
"""Under this name pages find who tells: given branches, for each that has a box, what was heard of it."""
OLD_MS = 3_600_000
"""What was heard longer ago than this is worth a call before anything is promised."""


@dataclass(frozen=True)
class Heard:
    """Up to when this box knows what a branch wrote, in milliseconds UTC."""

    at_ms: int = 0
    """Up to then all of it is known here; 0 when nothing is known of its boxes."""
    behind: Sequence[tuple[str, int]] = ()
    """Boxes of the branch of which much less is known: code, and up to when."""
