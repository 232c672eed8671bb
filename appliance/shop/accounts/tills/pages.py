"""What can be seen of cash sessions: which drawers are open, and how each counting came out."""

from typing import Any

from appliance.journal import Row
from appliance.shop.accounts import sessions
from appliance.web import Answer, Do, Fork, Form, Go, Listing, RefFilter, Saved, Visit, page
from appliance.web import columns as c


class Off(c.Money):
    """By how much a counting was off: nothing is said of a till that is still open."""

    def text(self, row: Any, seen: Any) -> str:
        """Write the difference."""
        return super().text(row, seen) if row["state"] == "closed" else ""


tills = Listing(
    "Tills",
    path="/accounts/tills",
    view="cash_session_list",
    see="accounts.see",
    columns=[
        c.Number("number", link="/accounts/tills/{id}", sub="account_name"),
        c.Text("opened_name", title="Opened by", sub="made_at"),
        c.Text("closed_name", title="Closed by", wide=True),
        Off("counted", title="Counted"),
        Off("difference", title="Too much or too little"),
        c.Status("state_word", title="State", tones={"till_open": "do", "till_closed": "done"}),
        c.Next(lambda row: Do("Close till", "accounts.close_till", cash_session=row["id"])
               if row["state"] == "open" else Go("Look", f"/accounts/tills/{row['id']}")),
    ],
    saved=[Saved("All"), Saved("Open now", where="state = 'open'")],
    default="All",
    filters=[RefFilter("account", "money_account", title="Account")],
    sorts=[("made_at", "Newest first", "desc")],
    new="accounts.open_till",
    empty="Whoever stands at a drawer counts it first: open a till.",
)  # fmt: skip


@page("/accounts/tills/{id}", see="accounts.see")
def till(visit: Visit, id: str) -> Answer:
    """One session: while it is open nothing of the drawer is told, for it is counted blind."""
    found = visit.row("select * from cash_session_list where id = ?", id) or visit.missing("Till")
    moved = _moved(visit, found) if found.state == "closed" else []
    return visit.show("accounts/till.html", title=found.number, till=found, moved=moved, history=visit.history(id))


def _moved(visit: Visit, till: Row) -> list[tuple[str, str]]:
    """What moved through the drawer, by kind of paper."""
    words = visit.words
    rows = visit.rows(
        "select kind, count(*) as papers, sum(amount) as amount from account_journal "
        "where account = ? and seq between ? and ? group by kind order by kind",
        till.account,
        till.first,
        till.last,
    )
    return [(f"{words.name(row.kind or 'opening')} × {row.papers}", words.money(row.amount)) for row in rows]


def _only_drawer(visit: Visit, _args: dict[str, str]) -> dict[str, str]:
    """A shop with one drawer need not choose it."""
    found = visit.rows("select id from money_account where kind = 'cash' and disabled = 0 and deleted = 0 limit 2")
    return {"account": found[0].id} if len(found) == 1 else {}


PAGES = [tills, till]
FORKS = {"cash_session": Fork("/accounts/tills/{id}")}
LABELS = {"cash_session": ("cash_session_list", "number")}
FORMS: dict[Any, Form] = {
    sessions.open_till: Form(next="/accounts/tills/{id}", prefill=_only_drawer),
    sessions.close_till: Form(next="/accounts/tills/{id}"),
}
