"""Is today right? A box without a battery clock asks, before it dates anything by a clock nobody vouches for."""

from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.routes import Address, Posted, doing, showing
from appliance.web.visit import Visit


def routes(_front: Front) -> list[Address]:
    """The question, and the answer."""
    return [showing("/date", _ask), doing("/date", _confirm)]


def _ask(visit: Visit) -> Answer:
    hybrid = visit.front.journal.hybrid
    return visit.show(
        "date.html",
        title=visit.words("Is today right?"),
        now_ms=visit.front.clock.now_ms(),
        newest_ms=hybrid.last >> 16,
        set_back=hybrid.set_back,
        may_confirm=visit.may(visit.front.staff.enrolling),
    )


async def _confirm(visit: Visit, posted: Posted) -> Answer:
    """Whoever may let devices in may vouch for the date."""
    del posted
    visit.need(visit.front.staff.enrolling)
    visit.front.journal.hybrid.confirm()
    visit.say(visit.words("The date is confirmed."))
    return visit.go("/")
