"""Jobs: long work with progress. It can be left, cancelled and found again, and ends with numbers and an error file."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.journal import Refusal

if TYPE_CHECKING:
    from appliance.web.front import Front

log = logging.getLogger("appliance.web")
TOLD_EVERY_MS = 250
KEPT = 200


class Cancelled(Exception):
    """Somebody stopped the job."""


@dataclass
class Job:
    """One long work under way, as the one who does it sees it."""

    front: "Front"
    id: str
    total: int = 0
    done: int = 0
    refused: int = 0
    cancelled: bool = False
    _told: int = field(default=0, repr=False)

    def progress(self, done: int, total: int = 0, refused: int = 0) -> None:
        """Say how far it is; raises `Cancelled` when somebody stopped it."""
        self.done, self.total, self.refused = done, total or self.total, refused or self.refused
        now = self.front.clock.now_ms()
        if now - self._told >= TOLD_EVERY_MS:
            self._told = now
            self.tell()
        if self.cancelled:
            raise Cancelled

    def tell(self) -> None:
        """Write down how far it is, and wake the pages that show it."""
        sql = "update job set done = ?, total = ?, refused = ? where id = ?"
        self.front.local.spare(sql, self.done, self.total, self.refused, self.id)
        self.front.hub.publish(frozenset({("job", self.id)}))

    def path(self, name: str) -> Path:
        """A place for a file that the job leaves behind."""
        folder = self.front.config.folder / "jobs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.id}-{name}"


Work = Callable[[Job], dict[str, str]]
"""What a job does: returns `message` (a msgid), `result` and `errors` (paths of files), each optional."""


class Jobs:
    """Every long work of this box."""

    def __init__(self, front: "Front") -> None:
        self.front = front
        self.running: dict[str, Job] = {}
        front.local.rows("update job set state = 'broken' where state = 'running'")
        old = "delete from job where id not in (select id from job order by began desc limit ?)"
        front.local.rows(old, KEPT)

    def start(self, who: str, title: str, work: Work) -> str:
        """Start a job in the slow pool; returns its id, under which it is found again."""
        now = self.front.clock.now_ms()
        job = Job(self.front, self.front.journal.new_id(now))
        self.front.local.rows("insert into job (id, who, title, began) values (?, ?, ?, ?)", job.id, who, title, now)
        self.running[job.id] = job
        self.front.slow.submit(self._run, job, work).add_done_callback(_loudly)
        return job.id

    def _run(self, job: Job, work: Work) -> None:
        state, said = "broken", dict[str, str]()
        try:
            said = work(job)
            state = "done"
        except Cancelled:
            state = "cancelled"
        except Refusal as refusal:
            state, said = "refused", {"message": str(refusal)}
        finally:
            job.tell()
            self.front.local.spare(
                "update job set state = ?, ended = ?, message = ?, result = ?, errors = ? where id = ?",
                state, self.front.clock.now_ms(), said.get("message", ""), said.get("result", ""),
                said.get("errors", ""), job.id,
            )  # fmt: skip
            self.running.pop(job.id, None)
            self.front.hub.publish(frozenset({("job", job.id)}))

    def cancel(self, job: str) -> None:
        """Stop a job at its next step."""
        if job in self.running:
            self.running[job].cancelled = True


def _loudly(future: "Future[None]") -> None:
    """A job that broke is a bug: it goes to the log, its record says so."""
    error = future.exception() if not future.cancelled() else None
    if error is not None:
        log.error("a job broke", exc_info=error)
