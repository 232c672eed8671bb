"""A box that was off for days without a time server asks whether today is right, and believes a manager."""

from tests.cast import MORNING
from tests.web.conftest import House, Tablet

DAYS = 24 * 3_600_000
WARNING = "The date of the box is doubtful."


def _doubt(house: House) -> None:
    """As after a start without a time server, three days after the last entry."""
    hybrid = house.journal.hybrid
    house.clock.trusted = False
    hybrid._believed_ms, hybrid._seen_ticks = MORNING, house.clock.ticks
    house.clock.now += 3 * DAYS


def test_a_doubtful_date_is_asked_about_and_believed_once_confirmed(house: House, tablet: Tablet):
    _doubt(house)
    tablet.sign_in("alice")
    assert WARNING in tablet.get("/date").text
    assert tablet.post("/date").status_code == 303
    assert WARNING not in tablet.get("/date").text
    assert house.journal.hybrid.believed_ms() > MORNING + 2 * DAYS


def test_a_clerk_may_not_vouch_for_the_date(house: House, tablet: Tablet):
    _doubt(house)
    tablet.sign_in("ben")
    assert tablet.post("/date").status_code == 403
    assert house.journal.hybrid.doubtful
