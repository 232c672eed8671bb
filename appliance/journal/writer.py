"""The one writer: a thread that takes the deeds that wait, runs each in a savepoint, and commits them together.

One flush of the disk then serves everybody who waited; nobody is answered before it. Checkpoints run on a connection
of their own in their own thread, so that a tap never pays for one (spec/performance.md 2.2 and 2.6). Only the last few
pages of each are moved while nobody writes: the write-ahead log begins anew when all of it was moved, and a shop that
never pauses would let it grow until the disk is full.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from appliance.journal.disk import explained
from appliance.journal.guests import Guests

log = logging.getLogger("appliance.journal")
MOST_TOGETHER = 64
PATIENCE_S = 0.001
COMMITS_BETWEEN_CHECKPOINTS = 256
COMMITS_BETWEEN_LOOKS = 8
"""How often the size of the write-ahead log is looked at: a commit adds hardly more than a megabyte."""
MOST_LOG_BYTES = 64 * 1024 * 1024
FEW_PAGES = 500
MOST_ROUNDS = 5

T = TypeVar("T")


@dataclass(frozen=True)
class More:
    """A job's answer when it has more to do: what it did so far. It is run again after those who wait."""

    result: Any


@dataclass(slots=True)
class _Job:
    run: Callable[[sqlite3.Connection], Any]
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class _Queued(_Job):
    """A job that somebody waits for elsewhere."""

    done: Future[Any] = field(default_factory=Future)
    alone: bool = False
    patient: bool = False


class Writer:
    """Runs write jobs one after another and answers them after the commit."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        checkpoint: Callable[[], sqlite3.Connection],
        *,
        log_bytes: Callable[[], int],
        given_up: Callable[[], None],
        committed: Callable[[list[Any]], None],
    ) -> None:
        self.guests = Guests()
        self._conn = conn
        self._given_up = given_up
        self._committed = committed
        self._log_bytes = log_bytes
        self._jobs: SimpleQueue[_Queued | None] = SimpleQueue()
        self._turn = threading.Lock()
        self._due = threading.Event()
        self._crowd = 1
        self._stopping = False
        self._checkpoint = checkpoint
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._sweeper = threading.Thread(target=self._sweep, name="journal-checkpoint", daemon=True)
        self._thread.start()
        self._sweeper.start()

    def submit(self, run: Callable[[sqlite3.Connection], T], *, patient: bool = False) -> "Future[T]":
        """Queue a job; its future is answered when the disk has it, or with what the job raised.

        A long one, that stops or answers `More` when somebody waits, is patient: it shares no commit, so that nobody
        waits for as much of it as is done then.
        """
        job = _Queued(run, patient=patient)
        self._jobs.put(job)
        return job.done

    def alone(self, run: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Queue a job that nobody shares a commit with, and that begins and ends its own transactions."""
        job = _Queued(run, alone=True)
        self._jobs.put(job)
        return job.done

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for the job under way; a long one then comes to an end."""
        return not self._jobs.empty()

    def give_way(self) -> None:
        """Called by a long job between two of its pieces: whoever is being answered goes first, if nobody wants to write."""
        self.guests.let_pass(lambda: self.waited_for)

    def run(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """Do a job and wait for it. When nobody else writes it is done right here: waking a thread costs more."""
        if not self._turn.acquire(blocking=False):
            return self.submit(run).result()
        job = _Job(run)
        try:
            self._commit([job])
        finally:
            self._turn.release()
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._jobs.put(None)
        self._thread.join()
        while not self._jobs.empty():
            if unfinished := self._jobs.get():
                unfinished.done.cancel()
        self._stopping = True
        self._due.set()
        self._sweeper.join()

    def _run(self) -> None:
        going = True
        while going:
            job = self._jobs.get()
            together: list[_Queued] = []
            while job is not None and not (job.alone or job.patient):
                together.append(job)
                if len(together) == MOST_TOGETHER or not (self._jobs.qsize() or len(together) < self._crowd):
                    break
                # As many as last time are probably about to write again: a moment's patience saves them a flush.
                try:
                    job = self._jobs.get(timeout=PATIENCE_S)
                except Empty:
                    break
            going = job is not None
            self._crowd = len(together)
            with self._turn:
                if together:
                    self._answer(together)
            if job is not None and (job.alone or job.patient):
                with self._turn:
                    self._leave_to(job) if job.alone else self._answer([job])

    def _answer(self, jobs: list[_Queued]) -> None:
        self._commit(jobs)
        for job in jobs:
            if job.error is not None:
                job.done.set_exception(job.error)
            elif isinstance(job.result, More):
                self._jobs.put(job)
            else:
                job.done.set_result(job.result)

    def _commit(self, jobs: Sequence[_Job]) -> None:
        try:
            self._conn.execute("begin immediate")
            if len(jobs) == 1:
                self._attempt_alone(jobs[0])
            else:
                for job in jobs:
                    self._attempt(job)
            self._conn.execute("commit")
        except sqlite3.Error as error:
            if self._conn.in_transaction:
                self._conn.execute("rollback")
            self._given_up()
            for job in jobs:
                job.error = explained(error)
        else:
            self.commits += 1
            results = [job.result for job in jobs if job.error is None]
            self._tell([result.result if isinstance(result, More) else result for result in results])
            due = self.commits % COMMITS_BETWEEN_CHECKPOINTS == 0
            if due or (self.commits % COMMITS_BETWEEN_LOOKS == 0 and self._log_bytes() > MOST_LOG_BYTES):
                self._due.set()

    def _leave_to(self, job: _Queued) -> None:
        try:
            result = job.run(self._conn)
        # As in a shared commit, what the job raises belongs to whoever asked for it.
        except Exception as error:  # noqa: BLE001
            if self._conn.in_transaction:
                self._conn.execute("rollback")
            self._given_up()
            job.done.set_exception(explained(error) if isinstance(error, sqlite3.Error) else error)
        else:
            self._tell([result])
            job.done.set_result(result)

    def _tell(self, results: list[Any]) -> None:
        try:
            self._committed(results)
        # What is on disk is there, whoever stumbles over the news of it; the writer goes on for everybody else.
        except Exception:
            log.exception("somebody who listens to the journal broke")

    def _attempt_alone(self, job: _Job) -> None:
        """Nobody else is in this commit, so what the job wrote is given up with the whole of it."""
        try:
            job.result = job.run(self._conn)
        except sqlite3.OperationalError as error:
            if not self._conn.in_transaction:
                raise
            self._begin_again(job, explained(error))
        except Exception as error:  # noqa: BLE001 - as below
            self._begin_again(job, error)

    def _begin_again(self, job: _Job, error: BaseException) -> None:
        self._conn.execute("rollback")
        self._given_up()
        job.error = error
        self._conn.execute("begin")

    def _attempt(self, job: _Job) -> None:
        self._conn.execute("savepoint job")
        try:
            job.result = job.run(self._conn)
        except sqlite3.OperationalError as error:
            if not self._conn.in_transaction:
                raise
            self._undo(job, explained(error))
        # Whatever a deed raises belongs to whoever asked for it; the others in this commit must not suffer.
        except Exception as error:  # noqa: BLE001
            self._undo(job, error)
        self._conn.execute("release job")

    def _undo(self, job: _Job, error: BaseException) -> None:
        self._conn.execute("rollback to job")
        self._given_up()
        job.error = error

    def _sweep(self) -> None:
        while not self._stopping:
            self._due.wait()
            self._due.clear()
            # A disk that is full or fails is told to whoever writes; what cannot be moved now is moved the next time.
            with suppress(sqlite3.Error), closing(self._checkpoint()) as conn:
                self._empty(conn)

    def _empty(self, conn: sqlite3.Connection) -> None:
        """Move the log into the file: most of it while others write, the rest while nobody does."""
        for _ in range(MOST_ROUNDS):
            _, written, moved = conn.execute("pragma wal_checkpoint(passive)").fetchone()
            if written - moved < FEW_PAGES:
                break
        with self._turn:
            conn.execute("pragma wal_checkpoint(passive)").fetchall()
