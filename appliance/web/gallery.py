"""Pages about the house itself: who is here, what its keys do, and every piece of the kit in every state to look at."""

from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.routes import Address, showing
from appliance.web.visit import Visit


def routes(_front: Front) -> list[Address]:
    """The addresses of these pages."""
    return [showing("/keys", _keys), showing("/gallery", _show), showing("/me", _me)]


def _keys(visit: Visit) -> Answer:
    return visit.show("keys.html", title=visit.words("Keys"))


def _me(visit: Visit) -> Answer:
    return visit.show("me.html", title=visit.person.name)


def _show(visit: Visit) -> Answer:
    return visit.show("gallery.html", title=visit.words("Gallery"))
