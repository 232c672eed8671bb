"""Which databases a hub does not keep a chain's log in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from appliance.demo.database import ROLE, Database
from appliance.journal import Refusal
from appliance.sync.hub.base import Base


def settled(dsn: str) -> None:
    base = Base(dsn)
    try:
        base.settle(b"chain")
    finally:
        base.close()


def test_a_database_that_does_not_flush_is_no_place_for_a_log(postgres: Database):
    folder = Path(tempfile.mkdtemp(prefix="zg"))
    folder.chmod(0o755)
    server = Database(folder / "pg")
    server.start({"fsync": "off"})
    try:
        with pytest.raises(Refusal, match="fsync = off"):
            settled(server.fresh("careless"))
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_who_may_make_no_tables_is_told(dsn: str):
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("create role guest login")
        conn.execute("revoke create on schema public from public")
    with pytest.raises(Refusal, match="does not let the hub make its tables"):
        settled(dsn.replace(f"{ROLE}@", "guest@"))
