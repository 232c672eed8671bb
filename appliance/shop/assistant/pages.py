"""What can be seen first: what needs doing today, one box to paste anything into, and a guide for the first days."""

from datetime import date, timedelta
from urllib.parse import quote

from appliance.shop.assistant import cards, finding
from appliance.shop.assistant.cards import CARDS, COUNTED, DAYS_SHOWN, STEPS
from appliance.web import Answer, Rail, Visit, page

MOST_WRONG = 5
"""So many problems stand on the home page; the others wait where they are settled."""


@page("/", see="assistant.see")
def home(visit: Visit) -> Answer:
    """Show what waits, and nothing that does not."""
    shown = [card for card in CARDS if visit.may(card.see) and visit.lists(card.what.split()[0])]
    start, tonight = visit.words.span(visit.day, visit.day)
    del start
    counted = cards.counts(visit, shown, now=visit.at, tonight=tonight, today=visit.day, me=visit.who)
    # Whoever works in a part of the shop does not set it up.
    done = [True for _ in STEPS] if visit.rights.range else cards.steps(visit)
    wrong = [one for one in visit.problems(MOST_WRONG) if not one.problem.quiet]
    return visit.show(
        "assistant/home.html",
        title=visit.words("Today"),
        waiting=[(card, _capped(count)) for card, count in zip(shown, counted, strict=True) if count],
        quiet=[card for card, count in zip(shown, counted, strict=True) if not count],
        wrong=[(one.said(visit.seen), one.href) for one in wrong[:MOST_WRONG]],
        more_wrong=len(wrong) > MOST_WRONG and visit.may("branches.see"),
        today=cards.day(visit, _days(visit.day)) if visit.may("orders.see") and visit.lists("sales_day") else None,
        label=lambda one: one[5:].replace("-", "/"),
        guide=[(step, yes) for step, yes in zip(STEPS, done, strict=True)] if not all(done[:2] + done[3:4]) else [],
    )


@page("/find", see="assistant.see")
def find(visit: Visit) -> Answer:
    """Lead to what a pasted text means, or to the search when it is not certain."""
    text = visit.query.get("q", "")
    may = [visit.may(permission) for permission, _, _ in finding.KINDS]
    return visit.go(finding.best(visit, text, may) or f"/search?q={quote(text.strip()[: finding.LONGEST])}")


def _capped(count: int) -> str:
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def _days(today: str) -> list[str]:
    last = date.fromisoformat(today)
    return [(last - timedelta(days=back)).isoformat() for back in range(DAYS_SHOWN - 1, -1, -1)]


PAGES = [home, find]
RAIL = Rail("Home", icon="i-home", href="/", place=0)
