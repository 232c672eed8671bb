"""The hybrid clock: one 64-bit integer that never goes back and never runs far ahead of what can be believed.

spec/sync.md R8: `max(last + 1, milliseconds << 16)`. R9: without a trusted source the physical part moves forward by
at most the monotonic time that passed plus ten minutes; backward never.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

TOLERANCE_MS = 10 * 60 * 1000
SET_BACK_MS = 5 * 60 * 1000
DAY_MS = 24 * 3600 * 1000


class Clock(Protocol):
    """What a box knows of time; passed in, so that tests and simulations own it."""

    @property
    def trusted(self) -> bool:
        """Whether a time server vouches for the date by now; it may answer long after the start."""
        ...

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970, UTC."""
        ...

    def ticks_ms(self) -> int:
        """Milliseconds that only ever grow, from any origin."""
        ...


class Hybrid:
    """Gives each entry its stamp."""

    def __init__(self, clock: Clock, last: int, own: int | None = None, more: int = 0) -> None:
        self.clock = clock
        self.rewind(last, last if own is None else own, more)
        self._seen_ticks = clock.ticks_ms()
        self._believed_ms = last >> 16
        self._confirmed = False

    def rewind(self, last: int, own: int, more: int) -> None:
        """Begin from the newest stamp that counts of all, and of this box; its stamps count `more` less than they say.

        Stamps of one author never go back. One that once ran ahead, and said by how much, runs on as far ahead.
        """
        self.last = last
        self._own = own
        self._wrote_ms = own >> 16
        self._more = more

    def next(self) -> int:
        """Return a stamp that counts as greater than every one seen.

        Whoever knows the time follows nobody further ahead than it would believe (R11): that is taken back some day.
        """
        now_ms, seen = self.believed_ms(), self.last
        if self._vouched:
            seen = min(seen, now_ms + DAY_MS << 16)
        self._wrote_ms = max(self._wrote_ms, now_ms)
        self._own = max(self._own + 1, seen + 1, now_ms << 16)
        self.last = max(self.last, self._own)
        return self._own + self._more

    def observe(self, hlc: int) -> None:
        """Take note of a stamp that another box gave."""
        self.last = max(self.last, hlc)

    def wrote(self, hlc: int) -> None:
        """Take note of a stamp that this box gave itself, and that came back to it: its stamps go on from there."""
        self._own = max(self._own, hlc - self._more)

    def believed_ms(self) -> int:
        """Return the wall time, held back where nobody vouches for it."""
        now = self.clock.now_ms()
        if self._vouched or not self._believed_ms:
            return now
        # The leash is measured from the last belief, not from the last entry: an idle night must not shorten it.
        return min(now, self._believed_ms + self.clock.ticks_ms() - self._seen_ticks + TOLERANCE_MS)

    def confirm(self) -> None:
        """Take the wall time as true from now on: somebody vouched for it."""
        self._believed_ms = self.clock.now_ms()
        self._seen_ticks = self.clock.ticks_ms()
        self._confirmed = True

    @property
    def _vouched(self) -> bool:
        return self._confirmed or self.clock.trusted

    @property
    def set_back(self) -> bool:
        """Whether the wall clock stands more than five minutes before this box's newest entry (spec/domain.md 3.1).

        That another box runs ahead is no reason to stop here: its stamps are outrun one by one.
        """
        return self.clock.now_ms() < self._wrote_ms - SET_BACK_MS

    @property
    def doubtful(self) -> bool:
        """Whether the wall clock runs ahead of what can be believed, so that a person should confirm the date."""
        return not self._vouched and self.clock.now_ms() > self.believed_ms()


def driven(hlc: int) -> bool:
    """Tell whether a box's own clock gave a stamp; one that follows another stamp has something in its last 16 bits."""
    return hlc & 0xFFFF == 0


def too_far_ahead(stamps: Iterable[int], now_ms: int) -> bool:
    """Tell whether a box that knows the time should refuse what carries these stamps (spec/sync.md R11).

    A box that does not know the time must not judge: it takes everything in, and learns the time.
    """
    return any(hlc >> 16 > now_ms + DAY_MS for hlc in stamps)


def business_day(at_ms: int, zone_minutes: int) -> str:
    """Name the day at the counter, "2026-11-24", for a zone without summer time."""
    return _civil((at_ms + zone_minutes * 60_000) // DAY_MS)


@lru_cache(64)
def _civil(days: int) -> str:
    """Turn days since 1970 into a date (Howard Hinnant's civil_from_days, public domain)."""
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    month = shifted_month + (3 if shifted_month < 10 else -9)
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return f"{year:04d}-{month:02d}-{day_of_year - (153 * shifted_month + 2) // 5 + 1:02d}"
