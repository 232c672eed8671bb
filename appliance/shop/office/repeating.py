"""When a task comes again: counted from its first day, so that the 31st stays the 31st after a February."""

from calendar import monthrange
from datetime import date, timedelta

DAY_MS = 24 * 3_600_000
LAST_YEAR = 9_990
BEFORE_MS = {
    "at_the_time": 0,
    "10_minutes_before": 10 * 60_000,
    "an_hour_before": 3_600_000,
    "the_day_before": DAY_MS,
}
MORNING = "09:00"
"""When people are reminded of what has a day but no hour."""


def next_day(repeat: str, first: str, after: str) -> str:
    """Return the first repetition later than `after`; "" when it never comes again."""
    start, last = date.fromisoformat(first), date.fromisoformat(after)
    if repeat == "never" or last.year >= LAST_YEAR:
        return ""
    if repeat in {"daily", "weekly"}:
        step = 1 if repeat == "daily" else 7
        ahead = max((last - start).days // step + 1, 0)
        return (start + timedelta(days=ahead * step)).isoformat()
    if repeat == "weekdays":
        day = max(last + timedelta(days=1), start)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return day.isoformat()
    months = 1 if repeat == "monthly" else 12
    steps = max(((last.year - start.year) * 12 + last.month - start.month) // months, 0)
    found = _later(start, steps * months)
    return (found if found > last else _later(start, (steps + 1) * months)).isoformat()


def day_before(day: str) -> str:
    """Return the day before a day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _later(start: date, months: int) -> date:
    """So many months later, on the last day of a month that is too short."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def moment(day: str, clock: str, zone_minutes: int) -> int:
    """Return the moment of a day and an hour at the counter, in milliseconds UTC."""
    hours, minutes = (clock or MORNING).split(":")
    days = (date.fromisoformat(day) - date(1970, 1, 1)).days
    return days * DAY_MS + (int(hours) * 60 + int(minutes) - zone_minutes) * 60_000


def remind_moment(remind: str, day: str, clock: str, zone_minutes: int) -> int:
    """Return when to remind, 0 for never."""
    if remind == "never" or not day:
        return 0
    return moment(day, clock, zone_minutes) - BEFORE_MS[remind]
