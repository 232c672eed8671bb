"""The front of house: pages, forms, sign-in, live updates and words. It knows no room by name."""

from appliance.journal.rights import Rights
from appliance.web import columns
from appliance.web.answer import Answer
from appliance.web.columns import Decide, Do, Go
from appliance.web.listing import ChoiceFilter, Listing, Period, RefFilter, Saved
from appliance.web.pages import Corner, Form, Page, Rail, RoomPages, errand, page, panel, read_room
from appliance.web.problems import Fork, Found, Problem
from appliance.web.routes import Posted
from appliance.web.visit import Visit

__all__ = [
    "Answer", "ChoiceFilter", "Corner", "Decide", "Do", "Fork", "Form", "Found", "Go", "Listing", "Page", "Period", "Posted", "Problem", "Rail", "RefFilter", "Rights",
    "RoomPages", "Saved", "Visit", "columns", "errand", "page", "panel", "read_room",
]  # fmt: skip
