"""What can be seen of money: where it lies, every journal, the papers, who owes what and since when."""

from datetime import date, timedelta
from typing import Any, get_args

from appliance.journal import spread
from appliance.shop.accounts import actions
from appliance.shop.accounts.records import PaperKind, PartyKind
from appliance.shop.accounts.statements import BUCKETS, ageing_bounds, ageing_of, statement
from appliance.shop.accounts.tills import pages as tills
from appliance.shop.accounts.where.pages import WAITING, journal, overview
from appliance.web import (
    Answer,
    ChoiceFilter,
    Fork,
    Form,
    Listing,
    Period,
    Problem,
    Rail,
    RefFilter,
    Saved,
    Visit,
    page,
    panel,
)
from appliance.web import columns as c

STATEMENT_DAYS = 90
MOST_ITEMS = 200
MOST_PARTIES = 100
TONES = {
    "paper_approved": "done", "paper_to_review": "wait", "paper_second_review": "wait", "paper_draft": "wait",
    "paper_void": "done",
}  # fmt: skip


def _next(row: Any) -> c.Do | None:
    if row["state"] == "draft":
        return c.Do("Submit", "accounts.submit", money_paper=row["id"])
    if row["state"] in {"to_review", "second_review"}:
        return c.Do("Approve", "accounts.approve", money_paper=row["id"])
    return None


papers_listing = Listing(
    "Receipts and payments",
    path="/accounts/papers",
    view="money_paper_list",
    see="accounts.see",
    columns=[
        c.Chosen("changed"),
        c.Number("number", link="/accounts/papers/{id}", sub="day · mark · about"),
        c.Name("kind_word", title="Kind of paper"),
        c.Text("whom", title="With whom", sub="note"),
        c.Text("account_name", title="Account", sub="to_name", wide=True),
        c.Money("amount"),
        c.Status("state_word", title="State", tones=TONES),
        c.Next(_next),
    ],
    saved=[
        Saved("All"),
        Saved("To review", where=WAITING, hot=True),
        Saved("Drafts", where="state = 'draft'"),
    ],
    default="All",
    filters=[
        Period("day", day=True),
        ChoiceFilter("kind_word", [f"paper_{kind}" for kind in get_args(PaperKind)], title="Kind of paper"),
        RefFilter("account", "money_account", title="Account"),
        RefFilter("mark_id", "paper_mark", title="Mark"),
    ],
    sorts=[
        ("made_at", "Newest first", "desc"),
        ("day", "Latest day first", "desc"),
        ("amount", "Largest first", "desc"),
    ],
    search=True,
    bulk=["accounts.approve", "accounts.submit", "accounts.void", "accounts.set_mark"],
    new="accounts.new_receipt",
    more=[
        "accounts.new_payment",
        "accounts.new_transfer",
        "accounts.new_income",
        "accounts.new_expense",
    ],
    empty="No money has been written down yet. Begin with a receipt or a payment.",
)

parties_listing = Listing(
    "Receivables and payables",
    path="/accounts/parties",
    view="party_balance",
    see="accounts.see",
    columns=[
        c.Text("name", title="Party", link="/accounts/parties/{id}", sub="party_kind:choice"),
        c.Money("owed", title="Open debts"),
        c.Money("prepaid", title="Prepaid", wide=True),
        c.Money("balance"),
        c.Day("oldest_due", title="Oldest due"),
        c.Next(lambda row: c.Go("Statement", f"/accounts/parties/{row['id']}")),
    ],
    saved=[
        Saved("Owe us", where="balance > 0"),
        Saved("We owe", where="balance < 0"),
        Saved("Prepayments", where="prepaid > 0"),
        Saved("All"),
    ],
    default="Owe us",
    filters=[ChoiceFilter("party_kind", get_args(PartyKind), title="Kind of party")],
    sorts=[
        ("balance", "Largest debt first", "desc"),
        ("balance", "Largest claim first", "asc"),
        ("oldest_due", "Longest due first", "asc"),
        ("name", "By name", "asc"),
    ],
    search=True,
    totals=["owed", "prepaid", "balance"],
    new="accounts.owe",
    empty="Nobody owes anything.",
)

partners_listing = Listing(
    "Partners",
    path="/accounts/partners",
    view="partner_list",
    see="accounts.see",
    columns=[
        c.Text("name", title="Partner", link="/accounts/parties/{id}", sub="remark"),
        c.Phone("phone", title="Phone"),
        c.Status("state", title="Standing", tones={"active": "done", "disabled": "done"}),
        c.Next(lambda row: c.Do("Edit", "accounts.change_partner", partner=row["id"])),
    ],
    sorts=[("made_at", "Newest first", "desc"), ("name", "By name", "asc")],
    search=True,
    new="accounts.add_partner",
    empty="Whom the shop settles with and who is no customer: a landlord, a workshop, a small supplier.",
)


def _settled(visit: Visit, paper: str) -> list[dict[str, Any]]:
    """What a paper is settled with. The items are asked for by their ids, so that no other is looked at."""
    parts = visit.rows(
        "select paper, charge, sum(amount) as amount, charge as other from allocated where paper = ? group by charge "
        "having sum(amount) <> 0 union all "
        "select paper, charge, sum(amount), paper from allocated where charge = ? group by paper having sum(amount) <> 0",
        paper,
        paper,
    )
    marks = ", ".join("?" * len(parts))
    found = visit.rows(f"select * from party_item where id in ({marks})", *(one["other"] for one in parts))
    items = {item["id"]: item for item in found}
    return [
        {**items[one["other"]], "settled": one["amount"], "money": one["paper"], "charge": one["charge"]}
        for one in parts
        if one["other"] in items
    ]


@page("/accounts/papers/{id}", see="accounts.see")
def paper(visit: Visit, id: str) -> Answer:
    """One paper: what it says, what it settled, and what can be done with it now."""
    found = visit.row(
        "select p.*, (select e.name from employee e where e.id = p.maker) as maker_name, "
        "(select e.name from employee e where e.id = p.reviewer) as reviewer_name, "
        "(select i.name from money_item i where i.id = p.item) as item_name, "
        "(select r.number from money_paper r where r.id = p.reverses) as reverses_number, "
        "(select x.rate from money_paper x where x.id = p.id) as rate, "
        "(select x.to_amount from money_paper x where x.id = p.id) as to_amount, "
        "(select c.code from money_account a join currency c on c.id = a.currency where a.id = p.account) as code, "
        "(select c.code from money_account a join currency c on c.id = a.currency where a.id = p.to_account) as to_code, "
        "(select r.id from money_paper r where r.reverses = p.id and r.state = 'approved') as red "
        "from money_paper_list p where p.id = ?",
        id,
    ) or visit.missing("Paper")
    settled = _settled(visit, id)
    parts = visit.rows(_PARTS, found.reverses or id)
    return visit.show(
        "accounts/paper.html", title=found.number, paper=found, settled=settled, parts=parts, history=visit.history(id)
    )


_PARTS = """
select l.amount, l.account, l.item, l.pays, l.paid_kind, a.name as account_name, ifnull(i.name, '') as item_name,
    ifnull((select trim(o.number || ' ' || o.day) from party_item o where o.id = l.pays), '') as pays_label
from money_paper_line l left join money_account a on a.id = l.account left join money_item i on i.id = l.item
where l.money_paper = ? and l.deleted = 0 order by l.place
"""


@page("/accounts/parties/{id}", see="accounts.see")
def party(visit: Visit, id: str) -> Answer:
    """Everything between the shop and a party: what is open, how old it is, and the statement of a period."""
    shown = _party(visit, id)
    if shown["party"].root != id:
        return visit.go(f"/accounts/parties/{shown['party'].root}")
    items = visit.rows(
        "select *, kind not like 'paper_%' as charged from open_item where party in (select ? union select m.id from customer_root m where m.root = ?) "
        "order by side, due_on, id limit ?",
        id,
        id,
        MOST_ITEMS,
    )
    agreed = visit.row("select * from agreed where party = ? order by day_to desc limit 1", id)
    ageing = ageing_of(items, visit.day)
    return visit.show(
        "accounts/party.html",
        **shown,
        debts=[one for one in items if one.side == "owed"],
        moneys=[one for one in items if one.side == "prepaid"],
        ageing=list(zip([visit.words(one) for one in BUCKETS], ageing, strict=True)),
        agreed=agreed,
    )


@page("/accounts/parties/{id}/statement", see="accounts.see")
def printed(visit: Visit, id: str) -> Answer:
    """The statement of a period on paper."""
    return visit.print("accounts/statement.html", **_party(visit, id))


def _party(visit: Visit, id: str) -> dict[str, Any]:
    """What the page and the printed statement both tell."""
    found = visit.row(
        "select p.id, p.name, p.party_kind, "
        "ifnull((select r.root from customer_root r where r.id = p.id), p.id) as root, "
        "ifnull(b.owed, 0) as owed, ifnull(b.prepaid, 0) as prepaid, ifnull(b.balance, 0) as balance, "
        "(select k.credit from customer k where k.id = p.id) as credit "
        "from party p left join party_balance b on b.id = ? where p.id = ?",
        id,
        id,
    ) or visit.missing("Party")
    day_from, day_to = _period(visit)
    return {
        "title": found.name,
        "party": found,
        "day_from": day_from,
        "day_to": day_to,
        "statement": statement(visit, id, day_from, day_to),
    }


def _period(visit: Visit) -> tuple[str, str]:
    """The days asked for, or the last three months."""
    usual = (date.fromisoformat(visit.day) - timedelta(days=STATEMENT_DAYS)).isoformat()
    try:
        day_from = date.fromisoformat(visit.query.get("from") or usual).isoformat()
        day_to = date.fromisoformat(visit.query.get("to") or visit.day).isoformat()
    except ValueError:
        return usual, visit.day
    return min(day_from, day_to), max(day_from, day_to)


@page("/accounts/ageing", see="accounts.see")
def ageing(visit: Visit) -> Answer:
    """Who owes how much since when; it reads what is open, not the years behind it."""
    not_due, month, two, three = ageing_bounds(visit.day)
    buckets = (
        "sum(case when due_on >= ? then open else 0 end) as b0, "
        "sum(case when due_on < ? and due_on >= ? then open else 0 end) as b1, "
        "sum(case when due_on < ? and due_on >= ? then open else 0 end) as b2, "
        "sum(case when due_on < ? and due_on >= ? then open else 0 end) as b3, "
        "sum(case when due_on < ? then open else 0 end) as b4"
    )
    bounds = (not_due, not_due, month, month, two, two, three, three)
    rows = visit.rows(
        "select ifnull(r.root, i.party) as id, n.name, i.party_kind, max(i.number) as number, "
        f"sum(open) as owed, {buckets} "
        "from open_item i left join customer_root r on r.id = i.party "
        "left join party n on n.id = ifnull(r.root, i.party) "
        "where i.side = 'owed' group by 1 order by owed desc",
        *bounds,
    )
    whole = [sum(row[f"b{place}"] for row in rows) for place in range(len(BUCKETS))]
    return visit.show(
        "accounts/ageing.html",
        title=visit.words("Ageing"),
        heads=[visit.words(one) for one in BUCKETS],
        rows=rows[:MOST_PARTIES],
        more=len(rows) > MOST_PARTIES,
        whole=whole,
        total=sum(whole),
    )


@panel("/panel/accounts/of-customer/{id}", see="accounts.see", beside="customer", title="Money")
def of_customer(visit: Visit, id: str) -> Answer:
    """What a customer owes, for the pages of other rooms."""
    root = visit.value("select ifnull((select root from customer_root where id = ?), ?)", id, id)
    found = visit.row(
        "select k.credit, ifnull(b.owed, 0) as owed, ifnull(b.prepaid, 0) as prepaid, ifnull(b.balance, 0) as balance, "
        "b.oldest_due from customer k left join party_balance b on b.id = ? where k.id = ?",
        root,
        root,
    )
    return visit.show("accounts/of_customer.html", money=found, id=id)


PAGES = [
    papers_listing,
    parties_listing,
    partners_listing,
    overview,
    journal,
    paper,
    party,
    printed,
    ageing,
    of_customer,
    *tills.PAGES,
]
RAIL = Rail(
    "Accounts",
    place=50,
    icon="i-wallet",
    href="/accounts",
    badge=f"select count(*) from (select 1 from money_paper_list where {WAITING} limit 100)",
)
PROBLEMS = {
    "problem_over_settled": Problem(
        "{name}: {number} is settled with more than it is worth. Take one of the settlements back.",
        href="/accounts/parties/{document}",
    ),
    "problem_account_negative": Problem(
        "{name} lies below nothing. A payment was written twice, or a receipt is missing.",
        href="/accounts/journal/{id}",
    ),
    "problem_journal_broken": Problem(
        "Two boxes wrote into the journal of {name} at once. Count it and compare.", href="/accounts/journal/{id}"
    ),
    "problem_settled_across": Problem(
        "{name}'s money settles what {other} owes, and they are two people. Take it back.",
        href="/accounts/parties/{document}",
        settle=lambda row: [
            c.Do("Take the settlement back", "accounts.unsettle", money=row["paper"], charge=row["charge"])
        ],
    ),
}
FORKS = {"money_paper": Fork("/accounts/papers/{id}"), **tills.FORKS}
LABELS = {
    **tills.LABELS,
    "money_account": ("money_account_list", "name"),
    "money_paper": ("money_paper_list", "number"),
    "partner": ("partner_list", "name"),
    "open_item": ("open_item", "label"),
    "party_item": ("party_item", "number"),
    "party_balance": ("party_balance", "name"),
}


def _today(visit: Visit, _args: dict[str, str]) -> dict[str, str]:
    """Money moves today, in the account that is offered first: the drawer before others, or the only one there is."""
    found = visit.rows(
        "select id, offered_first from money_account where disabled = 0 and deleted = 0 and currency = '' "
        "and branch in ('', ?) order by offered_first desc, kind = 'cash' desc, name limit 2",
        visit.branch,
    )
    first = found[:1] if len(found) == 1 or (found and found[0].offered_first) else []
    return {"day": visit.day} | ({"account": first[0].id} if first else {})


def _parts(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """The parts of a draft as they stand."""
    return {"lines": [dict(one) for one in visit.rows(_PARTS, given.get("money_paper", ""))]}


def _months(visit: Visit, given: dict[str, str]) -> dict[str, Any]:
    """Begin with three months and equal parts; most people change a figure, few begin from nothing."""
    whole = visit.value("select open from party_item where id = ?", given.get("charge", "")) or 0
    today = date.fromisoformat(visit.day)
    due = [(today + timedelta(days=30 * month)).isoformat() for month in (1, 2, 3)]
    parts = spread(whole, [1, 1, 1]) if whole > 0 else []
    return {"parts": [{"due_on": day, "amount": part} for day, part in zip(due, parts, strict=False)]}


FORMS: dict[Any, Form] = {
    **tills.FORMS,
    **{
        act: Form(template="accounts/paper_form.html", next="/accounts/papers/{id}", prefill=_today)
        for act in (actions.new_receipt, actions.new_payment, actions.new_income, actions.new_expense)
    },
    actions.new_transfer: Form(next="/accounts/papers/{id}", prefill=_today),
    actions.set_mark: Form(waits=True),
    actions.change_paper: Form(template="accounts/paper_form.html", prefill=_parts),
    actions.pay_in_parts: Form(prefill=_months),
    actions.reverse: Form(next="/accounts/papers/{id}"),
    actions.owe: Form(prefill=_today),
    actions.open_account: Form(next="/accounts/journal/{id}"),
    actions.add_partner: Form(next="/accounts/parties/{id}"),
}  # fmt: skip
