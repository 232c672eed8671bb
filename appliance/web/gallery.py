"""Pages about the house itself: what its keys do, and every piece of the kit in every state to look at."""

from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.routes import Address, showing
from appliance.web.visit import Visit


def routes(_front: Front) -> list[Address]:
    """The addresses of the keys and the gallery."""
    return [showing("/keys", _keys), showing("/gallery", _show)]


def _keys(visit: Visit) -> Answer:
    return visit.show("keys.html", title=visit.words("Keys"))


def _show(visit: Visit) -> Answer:
    return visit.show("gallery.html", title=visit.words("Gallery"))
