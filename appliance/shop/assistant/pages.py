"""What can be seen first: what needs doing today, one box to paste anything into, and a guide for the first days."""

from datetime import date, timedelta
from urllib.parse import quote

from appliance.shop.assistant import cards, finding
from appliance.shop.assistant.cards import CARDS, COUNTED, DAYS_SHOWN, STEPS
from appliance.web import Answer, Rail, Visit, page


@page("/", see="assistant.see")
def home(visit: Visit) -> Answer:
    """Show what waits, and nothing that does not."""
    shown = [card for card in CARDS if visit.may(card.see)]
    start, tonight = visit.words.span(visit.day, visit.day)
    del start
    counted = cards.counts(visit, shown, now=visit.at, tonight=tonight, today=visit.day, me=visit.who)
    done = cards.steps(visit)
    return visit.show(
        "assistant/home.html",
        title=visit.words("Today"),
        waiting=[(card, _capped(count)) for card, count in zip(shown, counted, strict=True) if count],
        quiet=[card for card, count in zip(shown, counted, strict=True) if not count],
        wrong=[
            (visit.words(one.sentence, **one.named), _leads(one.view, str(one.named["id"])))
            for one in cards.problems(visit, visit.problems)
        ],
        today=cards.day(visit, _days(visit.day)) if visit.may("orders.see") else None,
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


LEADS = {
    "problem_shipped_and_cancelled": "/orders/{id}",
    "problem_raw_order_submitted_twice": "/marketplace/orders/{id}",
    "problem_code_claimed_twice": "/skus/{id}",
    "problem_category_too_deep": "/categories",
    "problem_negative_stock": "/stock?view=negative",
    "problem_ledger_disagrees": "/stock",
    "problem_over_settled": "/accounts/parties",
    "problem_account_negative": "/accounts",
    "problem_journal_broken": "/accounts",
}
"""Where each problem is put right."""


def _leads(view: str, id: str) -> str:
    return LEADS.get(view, "").replace("{id}", quote(id, safe=""))


PAGES = [home, find]
RAIL = Rail("Home", icon="i-home", href="/", place=0)
