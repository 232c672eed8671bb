"""The gallery: every piece of the kit in every state on one page, to look at after changing anything."""

from appliance.web.front import Front
from appliance.web.routes import Address, showing
from appliance.web.visit import Answer, Visit


def routes(_front: Front) -> list[Address]:
    """The address of the gallery."""
    return [showing("/gallery", _show)]


def _show(visit: Visit) -> Answer:
    return visit.show("gallery.html", title=visit.words("Gallery"))
