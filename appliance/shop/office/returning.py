"""Calling back: who rang and was not heard becomes a task, and the next talk with them settles it."""

from appliance.journal import Desk, derive
from appliance.shop.office.line_records import Call
from appliance.shop.office.records import Task
from appliance.shop.office.tasks import finish_task

WAITING = """
select t.id from call c cross join task t on t.about = c.id
where c.normal = ? and t.about_kind = 'call' and t.state in ('open', 'doing') and t.deleted = 0
"""


def remember_to_call_back(desk: Desk, call: str) -> None:
    """Write a task, unless nobody can be called back, somebody will be anyway, or nobody wants to."""
    missed = desk.get(Call, call)
    if missed.direction != "incoming" or not missed.normal:
        return
    if desk.row("select 1 from nuisance where normal = ? and deleted = 0", missed.normal):
        return
    if desk.row(f"{WAITING} limit 1", missed.normal):
        return
    desk.put(
        Task(
            id=derive("task", "call", call), title=f"☎ {_whom(desk, missed)}", due_on=desk.day, first_on=desk.day,
            about=call, about_kind="call",
        )
    )  # fmt: skip


def call_returned(desk: Desk, normal: str) -> None:
    """They were talked with: whatever waited for that is done."""
    for row in desk.rows(WAITING, normal) if normal else ():
        finish_task(desk, task=row.id)


def _whom(desk: Desk, call: Call) -> str:
    """The name where there is one; else the end of the number, which everybody may see."""
    name = desk.value("select name from customer where id = ?", call.customer) if call.customer else ""
    return str(name or call.name or f"…{call.normal[-4:]}")
