"""The gallery: every piece of the kit in every state on one page, to look at after changing anything."""

from litestar.handlers import HTTPRouteHandler

from appliance.web.front import Front
from appliance.web.routes import showing
from appliance.web.visit import Answer, Visit


def routes(front: Front) -> list[HTTPRouteHandler]:
    """The address of the gallery."""
    return [showing(front, "/gallery", _show)]


def _show(visit: Visit) -> Answer:
    return visit.show("gallery.html", title=visit.words("Gallery"))
