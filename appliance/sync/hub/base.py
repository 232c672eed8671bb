"""The base: the connections of one hub process to its database, one for each thread."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import psycopg

from appliance.journal import Refusal
from appliance.sync.boxes.letters import Busy

log = logging.getLogger("appliance.hub")
Conn = psycopg.Connection[tuple[Any, ...]]
SHAPE = 1
CONNECT_S = 10
TURN = 0x7A67_6875_6201
"""Number of the advisory lock: whoever writes entries shares it, whoever changes what the log says of itself has it
alone. So no entry is written by rules that were changed meanwhile."""


class Base:
    """Opens connections as threads need them, and says so plainly when the database is away."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._own = threading.local()
        self._open: list[Conn] = []

    def settle(self, chain: bytes) -> None:
        """Make the tables where there are none; refuses a database that does not flush, or is another chain's."""
        schema = files("appliance.sync.hub").joinpath("schema.sql").read_bytes()
        try:
            with self.conn() as conn:
                if conn.execute("show fsync").fetchone() == ("off",):
                    raise Refusal("This PostgreSQL runs with fsync = off and would lose what it was given. Turn it on.")
                with conn.transaction():
                    conn.execute("select pg_advisory_xact_lock(%s)", (TURN,))
                    # The tables say "if not exists", so a hub that starts beside others changes nothing.
                    conn.execute("set local client_min_messages = warning")
                    conn.execute(schema)
                    conn.execute(
                        "insert into hub (chain, shape) values (%s, %s) on conflict do nothing", (chain, SHAPE)
                    )
                told = conn.execute("select chain, shape from hub").fetchone()
        except Busy as away:
            raise Refusal("PostgreSQL cannot be reached: {why}", why=str(away).strip()) from away
        except psycopg.Error as error:
            raise Refusal("PostgreSQL does not let the hub make its tables: {why}", why=str(error).strip()) from error
        if told != (chain, SHAPE):
            raise Refusal("This database holds the log of another chain, or of a newer version. Name another one.")

    @contextmanager
    def conn(self) -> Iterator[Conn]:
        """This thread's connection; raises `Busy` when the database is away, and begins anew the next time."""
        conn: Conn | None = getattr(self._own, "conn", None)
        try:
            if conn is None or conn.closed:
                conn = self._own.conn = self._connected()
            yield conn
        except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
            log.warning("The database did not answer: %s", str(error).strip())
            if conn is not None:
                conn.close()
            raise Busy(str(error)) from error

    def _connected(self) -> Conn:
        conn: Conn = psycopg.connect(
            self._dsn, autocommit=True, connect_timeout=CONNECT_S, application_name="appliance hub"
        )
        # Acknowledged means on disk, whatever the database usually does. More than that is left as it is.
        conn.execute(
            "select set_config('synchronous_commit', 'on', false) "
            "where current_setting('synchronous_commit') in ('off', 'local', 'remote_write')"
        )
        self._open.append(conn)
        return conn

    def close(self) -> None:
        """Close every connection; nobody may be using one."""
        for conn in self._open:
            conn.close()
        self._open.clear()
