"""Up to which day the books are closed: rooms that write papers of earlier days ask here."""

from appliance.journal import Desk, Refusal
from appliance.shop.settings.records import Setting
from appliance.shop.settings.switches import setting_id

CLOSED_TO = "books.closed_to"


def closed_to(desk: Desk) -> str:
    """Return the last day whose books are closed, "" while none are."""
    found = desk.find(Setting, setting_id(CLOSED_TO))
    return found.value if found else ""


def close_to(desk: Desk, day: str) -> None:
    """Note up to which day the books are closed; "" opens them all."""
    desk.put(Setting(id=setting_id(CLOSED_TO), name=CLOSED_TO, value=day))


def check_open_day(desk: Desk, day: str) -> None:
    """Refuse a day whose books are closed, and one that has not come."""
    closed = closed_to(desk)
    if closed and day <= closed:
        raise Refusal(
            "The books are closed up to {closed}. Take a later day.", field="day", code="closed", closed=closed
        )
    if day > desk.day:
        raise Refusal("{day} has not come yet.", field="day", day=day)
