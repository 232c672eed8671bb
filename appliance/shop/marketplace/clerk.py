"""The clerk: looks at files that were laid in and takes them in, beside the writer, portion by portion.

A portion is many orders in one entry and a few milliseconds of the writer, so the tablets do not notice; portions share
a flush of the disk as long as no tablet waits to write. What the clerk knows stands in the import's own record: killed
in the middle, it goes on where its last portion ended.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar

from appliance.journal import Desk, Journal, Refusal, Unable
from appliance.shop.marketplace.actions import submit
from appliance.shop.marketplace.imports import close_import, pass_over, submit_counted, tell_checked, tell_unreadable
from appliance.shop.marketplace.records import ImportJob
from appliance.shop.marketplace.storing import Portion, Tally, compare, store
from appliance.shop.marketplace.submitting import OPEN_STATUSES
from appliance.shop.marketplace.told import Bad, Told, ToldLines, understand

T = TypeVar("T")
LOOKING, TAKING = "marketplace.lay_in", "marketplace.take_in"
"""The actions under whose names the clerk writes: whoever reads the history sees what was asked for."""

MOST_ORDERS = 40
MOST_LINES = 120
MOST_TOGETHER = 8
COMPARED = 500


class Clerk:
    """Does the imports of one box, one after the other."""

    def __init__(self, journal: Journal, branch: str, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self._journal = journal
        self._branch = branch
        self._stopping = stopping
        self._last: tuple[str, Told] | None = None

    def work(self) -> int:
        """Do everything that waits; returns how many imports were touched. Safe to call at any time, twice too."""
        desk = self._desk("")
        waiting = desk.rows(
            "select id, state, started_by from import_job where state in ('laid_in', 'running') and box = ? "
            "and deleted = 0 order by made_at",
            desk.box,
        )
        for row in waiting:
            if self._stopping():
                break
            mine = self._desk(row["started_by"])
            if row["state"] == "laid_in":
                self._look(mine, row["id"])
            else:
                self._take_in(mine, row["id"])
        return len(waiting)

    def _desk(self, who: str) -> Desk:
        return self._journal.desk(who=who, device="import", branch=self._branch)

    # ---- looking

    def _look(self, desk: Desk, job: str) -> None:
        """Read the file and say what taking it in would do; nothing of it is written."""
        try:
            told = self._told(desk, job)
        except Refusal as refusal:
            self._unreadable(desk, job, refusal)
            return
        tally = Tally()
        for portion in _cut(told, COMPARED, COMPARED, skip=0):
            compare(desk.rows, portion, tally)
        errors = self._journal.blobs.keep(errors_of(told.headers, told.bad))
        self._write(desk, LOOKING, lambda at: tell_checked(at, job, told, tally, errors))

    def _unreadable(self, desk: Desk, job: str, refusal: Refusal) -> None:
        params = {name: str(value) for name, value in refusal.params.items()}
        self._write(desk, LOOKING, lambda at: tell_unreadable(at, job, refusal.sentence, params))
        self._put_away(desk, job)

    def _write(self, desk: Desk, name: str, run: Callable[[Desk], T]) -> T:
        """Write as that person, under the name of what they asked for."""
        return self._journal.perform(desk, name, run).result().value

    def _put_away(self, desk: Desk, job: str) -> None:
        """A file that is done with holds names and phones of buyers, and nobody needs it any more."""
        self._last = None
        file = desk.get(ImportJob, job).file
        others = desk.value(
            "select 1 from import_job where file = ? and id <> ? "
            "and state in ('laid_in', 'checked', 'running', 'stopped')",
            file,
            job,
        )
        if not others:
            self._journal.blobs.path(file).unlink(missing_ok=True)

    def _told(self, desk: Desk, job: str) -> Told:
        if self._last is None or self._last[0] != job:
            standing = desk.get(ImportJob, job)
            try:
                content = self._journal.blobs.path(standing.file).read_bytes()
            except (OSError, ValueError) as error:
                raise Refusal("The file is not on this box any more. Lay it in again.", code="file_gone") from error
            self._last = (job, understand(content, standing.name, standing.shop, standing.latest))
        return self._last[1]

    # ---- taking in

    def _take_in(self, desk: Desk, job: str) -> None:
        try:
            told = self._told(desk, job)
        except Refusal as refusal:
            self._unreadable(desk, job, refusal)
            return
        # The same bytes are always cut alike, so what was stored before a stop or a power cut is left out by counting.
        portions = list(_cut(told, MOST_ORDERS, MOST_LINES, skip=desk.get(ImportJob, job).taken))
        while portions:
            stored = self._stored(desk, job, portions[:MOST_TOGETHER])
            if not stored:
                return
            del portions[:stored]
        kept_back = self._submit_all(desk, job, told) if desk.get(ImportJob, job).submits else 0
        if self._stopping():
            return
        bad = [*told.bad, *(Bad(number, tid, "", why, []) for number, tid, why in desk.get(ImportJob, job).late)]
        errors = self._journal.blobs.keep(errors_of(told.headers, bad))
        if self._write(desk, TAKING, lambda at: close_import(at, job, kept_back, len(bad), errors)):
            self._put_away(desk, job)

    def _stored(self, desk: Desk, job: str, portions: Sequence[Portion]) -> int:
        """Store portions, as many as go before somebody else wants to write; returns how many, 0 when it is to stop."""
        going_on = takewhile(lambda _: not self._stopping(), portions)
        storing = (partial(store, job=job, portion=portion) for portion in going_on)
        try:
            stored = self._journal.perform_some(desk, TAKING, storing).result().value
        except Unable:
            raise  # The same portions will do once the box can write again.
        except Refusal:
            stored = [self._stored_alone(desk, job, portion) for portion in portions]
        return len(stored) if all(stored) else 0

    def _stored_alone(self, desk: Desk, job: str, portion: Portion) -> bool:
        """Store a portion; one too large for an entry is halved, down to an order that never fits and is named."""
        try:
            return self._write(desk, TAKING, lambda at: store(at, job, portion))
        except Unable:
            raise
        except Refusal as refusal:
            if len(portion) == 1:
                number, tid = _row_of(portion)
                late = (number, tid, refusal.sentence)
                return self._write(desk, TAKING, lambda at: pass_over(at, job, late))
            half = len(portion) // 2
            return self._stored_alone(desk, job, portion[:half]) and self._stored_alone(desk, job, portion[half:])

    def _submit_all(self, desk: Desk, job: str, told: Told) -> int:
        """Submit what this file made ready; returns how many are not ready: they stay in their queue and say why."""
        kept_back = 0
        for ids in _cut_ids(told):
            for row in _ready(desk, ids):
                try:
                    if self._stopping() or not self._submitted(desk, job, row["id"]):
                        return kept_back
                except Unable:
                    raise
                except Refusal:
                    kept_back += 1
        return kept_back

    def _submitted(self, desk: Desk, job: str, raw_order: str) -> bool:
        self._journal.guests.let_pass()
        return self._write(desk, submit.name, lambda at: submit_counted(at, job, raw_order))


def _ready(desk: Desk, ids: list[str]) -> Sequence[Any]:
    marks = ", ".join("?" for _ in OPEN_STATUSES)
    return desk.rows(
        "select o.id from json_each(?) j cross join raw_order o on o.id = j.value where o.state = 'waiting' "
        f"and o.platform_status in ({marks}) and exists (select 1 from raw_order_line l where l.raw_order = o.id)",
        json.dumps(ids),
        *OPEN_STATUSES,
    )


def _cut_ids(told: Told) -> Iterator[list[str]]:
    ids = [one.order.id for one in told.orders] if told.kind == "orders" else [one.raw_order for one in told.lines]
    for start in range(0, len(ids), COMPARED):
        yield ids[start : start + COMPARED]


def _cut(told: Told, most_orders: int, most_lines: int, *, skip: int) -> Iterator[Portion]:
    """Cut a file into portions of so many orders, or so many lines, from an order on."""
    if told.kind == "orders":
        for start in range(skip, len(told.orders), most_orders):
            yield told.orders[start : start + most_orders]
        return
    gathered: list[ToldLines] = []
    lines = 0
    for group in told.lines[skip:]:
        if gathered and (lines + len(group.lines) > most_lines or len(gathered) == most_orders):
            yield gathered
            gathered, lines = [], 0
        gathered.append(group)
        lines += len(group.lines)
    if gathered:
        yield gathered


def _row_of(portion: Portion) -> tuple[int, str]:
    one = portion[0]
    return (one.numbers[0], one.tid) if isinstance(one, ToldLines) else (one.number, one.order.tid)


def errors_of(headers: Sequence[str], found: Sequence[Bad]) -> bytes:
    """Lay the bad rows down for the error file; whoever fetches it reads the reasons in their own language."""
    rows = [[bad.number, bad.tid, bad.column, bad.sentence, bad.cells] for bad in found]
    return json.dumps({"headers": headers, "rows": rows}, ensure_ascii=False).encode("utf-8", "replace")
