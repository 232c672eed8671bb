"""The promise: by when an order of our own is to be sent, counted in working days."""

from datetime import UTC, datetime

from appliance.journal import Desk
from appliance.shop import settings

MINUTE_MS = 60_000


def ship_by(desk: Desk) -> int:
    """Return the moment by which an order that is placed now is to be sent; 0 where the shop promises nothing."""
    days = settings.number(desk, "promise.days")
    if not days:
        return 0
    day = settings.working_day(desk, desk.day, days)
    hour, _, minute = settings.value(desk, "promise.until").partition(":")
    at = datetime.fromisoformat(day).replace(hour=int(hour), minute=int(minute), tzinfo=UTC)
    return int(at.timestamp()) * 1000 - desk.journal.zone_minutes * MINUTE_MS
