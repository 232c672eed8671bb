"""What can be seen of where the money lies: all accounts with what moved today, and the journal of one."""

from appliance.journal import Row, round_half_up
from appliance.web import Answer, Visit, page

LINES = 50
WAITING = "state in ('to_review', 'second_review')"


@page("/accounts", see="accounts.see")
def overview(visit: Visit) -> Answer:
    """Where the shop's money lies, what moved today, and who owes what."""
    held = visit.rows(
        "select a.*, ifnull(d.came, 0) as came, ifnull(d.went, 0) as went, ifnull((select r.rate from currency_rate r "
        "where r.currency = a.currency and r.day <= ? and r.deleted = 0 order by r.day desc limit 1), 10000) as worth "
        "from money_account_list a "
        "left join account_day d on d.account = a.id and d.day = ? order by a.disabled, a.kind, a.name limit 200",
        visit.day,
        visit.day,
    )
    # Whoever works with some places only is not told what everybody owes everywhere.
    all_parties = visit.lists("party_balance")
    balances = "party_balance" if all_parties else "(select 0 as balance where false)"
    owing = visit.row(
        f"select (select sum(balance) from {balances} where balance > 0) as to_get, "
        f"(select sum(balance) from {balances} where balance < 0) as to_pay, "
        "(select sum(open) from open_item where side = 'owed' and due_on < ?) as overdue, "
        f"(select count(*) from (select 1 from money_paper_list where {WAITING} limit 100)) as waiting, "
        "(select closed_to from books limit 1) as closed_to",
        visit.day,
    )
    own = [one for one in held if not one.disabled]
    return visit.show(
        "accounts/overview.html",
        title=visit.words("Accounts"),
        accounts=own,
        disabled=[one for one in held if one.disabled],
        total=sum(_home(one, one.balance) for one in own),
        came=sum(_home(one, one.came) for one in own),
        went=sum(_home(one, one.went) for one in own),
        owing=owing,
        all_parties=all_parties,
    )


@page("/accounts/journal/{id}", see="accounts.see")
def journal(visit: Visit, id: str) -> Answer:
    """The journal of an account, newest first, each line with the balance after it."""
    account = visit.row("select * from money_account_list where id = ?", id) or visit.missing("Account")
    before = visit.query.get("before", "")
    seq = int(before) if before.isdigit() and len(before) < 16 else 2**53
    lines = visit.rows(
        "select * from account_journal where account = ? and seq < ? order by seq desc limit ?", id, seq, LINES + 1
    )
    today = visit.row("select came, went from account_day where account = ? and day = ?", id, visit.day)
    return visit.show(
        "accounts/journal.html",
        title=account.name,
        account=account,
        lines=lines[:LINES],
        older=lines[LINES - 1].seq if len(lines) > LINES else "",
        paged=bool(before),
        today=today,
        history=visit.history(id) if not before else [],
    )


def _home(account: Row, amount: int) -> int:
    """What an amount of an account is worth in the shop's own money."""
    return round_half_up(amount * account.worth, 10_000) if account.code else int(amount)
