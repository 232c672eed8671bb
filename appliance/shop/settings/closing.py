"""Up to which day the books are closed: every room that writes papers of earlier days asks here."""

from appliance.journal import Desk, Refusal, derive
from appliance.shop.settings.records import Books

BOOKS = derive("books")


def closed_to(desk: Desk) -> str:
    """Return the last day whose books are closed, "" while none are."""
    books = desk.find(Books, BOOKS)
    return books.closed_to if books else ""


def close_to(desk: Desk, day: str) -> None:
    """Note up to which day the books are closed; "" opens them all."""
    desk.put(Books(id=BOOKS, closed_to=day))


def check_open_day(desk: Desk, day: str) -> None:
    """Refuse a day whose books are closed, and one that has not come."""
    closed = closed_to(desk)
    if closed and day <= closed:
        raise Refusal(
            "The books are closed up to {closed}. Take a later day.", field="day", code="closed", closed=closed
        )
    if day > desk.day:
        raise Refusal("{day} has not come yet.", field="day", day=day)
