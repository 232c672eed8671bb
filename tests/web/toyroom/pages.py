"""What can be seen of the tea shelf."""

from typing import Any

from appliance.web import Answer, ChoiceFilter, Do, Form, Listing, Period, Rail, Saved, Visit, page, panel
from appliance.web import columns as c
from appliance.web.cells import Seen
from tests.web.toyroom.actions import sell


class Since(c.Column):
    """How long ago, in minutes; not for a sheet."""

    kind = ""

    def text(self, row: Any, seen: Seen) -> str:
        return f"{(seen.now_ms - row[self.name]) // 60_000} min old"


teas = Listing(
    "Teas",
    path="/teas",
    view="tea_list",
    see="toyroom.see",
    columns=[
        c.Chosen(),
        c.Number("name", link="/teas/{id}", sub="grade:choice · placed_at"),
        c.Phone("phone"),
        c.Price("cost", needs="cost"),
        c.Money("worth"),
        c.Status("state"),
        Since("placed_at", title="Age"),
        c.Next(lambda row: Do("Put out", "toyroom.put_out", tea=row.id) if row.state == "draft" else None),
    ],
    saved=[Saved("Draft", "state = 'draft'", hot=True), Saved("Open", "state = 'open'"), Saved("All")],
    default="All",
    filters=[Period("placed_at"), ChoiceFilter("grade", ["green", "black"])],
    sorts=[("placed_at", "Newest first", "desc"), ("name", "By name", "asc"), ("cost", "Dearest first", "desc")],
    search=True,
    totals=["worth"],
    bulk=["toyroom.put_out"],
    new="toyroom.create",
    reads=["state"],
)


@page("/teas/{id}", see="toyroom.see")
def tea(visit: Visit, id: str) -> Answer:
    """One tea."""
    found = visit.row("select * from tea where id = ?", id) or visit.missing("tea")
    return visit.show("toyroom/tea.html", title=found.name, tea=found, history=visit.history(id))


@panel("/panel/toyroom/{id}", see="toyroom.see", beside="tea", title="Sales")
def sales(visit: Visit, id: str) -> Answer:
    """What was sold of it."""
    sold = visit.value("select qty from sold_of where tea = ?", id) or 0
    return visit.show("toyroom/sales.html", title="", sold=sold)


PAGES = [teas, tea, sales]
RAIL = Rail(
    "Teas", icon="i-box", href="/teas", badge="select count(*) from tea_list where state = 'draft'", see="toyroom.see"
)
LABELS = {"tea": ("tea_list", "name")}
FORMS = {sell: Form(next="/teas")}
