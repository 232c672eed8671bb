"""The one writer: a thread that takes the deeds that wait, runs each in a savepoint, and commits them together.

One flush of the disk then serves everybody who waited; nobody is answered before it. Checkpoints run on a connection
of their own in their own thread, so that a tap never pays for one (spec/performance.md 2.2 and 2.6).
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from appliance.journal.refusal import Refusal

MOST_TOGETHER = 64
COMMITS_BETWEEN_CHECKPOINTS = 256

T = TypeVar("T")


@dataclass
class _Job:
    run: Callable[[sqlite3.Connection], Any]
    done: Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs write jobs one after another and answers them after the commit."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        checkpoint: Callable[[], sqlite3.Connection],
        *,
        given_up: Callable[[], None],
        committed: Callable[[list[Any]], None],
    ) -> None:
        self._conn = conn
        self._given_up = given_up
        self._committed = committed
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._turn = threading.Lock()
        self._due = threading.Event()
        self._stopping = False
        self._checkpoint = checkpoint
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._sweeper = threading.Thread(target=self._sweep, name="journal-checkpoint", daemon=True)
        self._thread.start()
        self._sweeper.start()

    def submit(self, run: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Queue a job; its future is answered when the disk has it, or with what the job raised."""
        job = _Job(run, Future())
        self._jobs.put(job)
        return job.done

    def run(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job and wait for it. When nobody else writes it is done right here: waking a thread costs more."""
        if not self._turn.acquire(blocking=False):
            return self.submit(run).result()
        job = _Job(run, Future())
        try:
            self._commit([job])
        finally:
            self._turn.release()
        return cast("T", job.done.result())

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._jobs.put(None)
        self._thread.join()
        self._stopping = True
        self._due.set()
        self._sweeper.join()

    def _run(self) -> None:
        going = True
        while going:
            job = self._jobs.get()
            together: list[_Job] = []
            while job is not None:
                together.append(job)
                if len(together) == MOST_TOGETHER or self._jobs.empty():
                    break
                job = self._jobs.get()
            going = job is not None
            if together:
                with self._turn:
                    self._commit(together)

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            self._conn.execute("begin immediate")
            for job in jobs:
                self._attempt(job)
            self._conn.execute("commit")
        except sqlite3.Error as error:
            if self._conn.in_transaction:
                self._conn.execute("rollback")
            self._given_up()
            for job in jobs:
                job.error = _explained(error)
        else:
            self.commits += 1
            self._committed([job.result for job in jobs if job.error is None])
            if self.commits % COMMITS_BETWEEN_CHECKPOINTS == 0:
                self._due.set()
        for job in jobs:
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)

    def _attempt(self, job: _Job) -> None:
        self._conn.execute("savepoint job")
        try:
            job.result = job.run(self._conn)
        except sqlite3.OperationalError as error:
            if not self._conn.in_transaction:
                raise
            self._undo(job, _explained(error))
        # Whatever a deed raises belongs to whoever asked for it; the others in this commit must not suffer.
        except Exception as error:  # noqa: BLE001
            self._undo(job, error)
        self._conn.execute("release job")

    def _undo(self, job: _Job, error: BaseException) -> None:
        self._conn.execute("rollback to job")
        self._given_up()
        job.error = error

    def _sweep(self) -> None:
        conn = self._checkpoint()
        while not self._stopping:
            self._due.wait()
            self._due.clear()
            conn.execute("pragma wal_checkpoint(passive)").fetchall()
        conn.close()


def _explained(error: sqlite3.Error) -> BaseException:
    if "disk is full" in str(error):
        return Refusal(
            "The disk of the box is full, so nothing can be written. Nothing was lost; free some room and try again.",
            code="disk_full",
        )
    if "readonly" in str(error) or "disk I/O" in str(error):
        return Refusal(
            "The disk of the box does not take writes any more. Nothing was lost; back up and change the disk.",
            code="disk_broken",
        )
    return error
