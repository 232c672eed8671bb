"""What the disk says when it cannot is told in a sentence; anything else stays a bug."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from appliance.journal import explained
from appliance.journal.refusal import Unable


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EROFS, "disk_broken"),
        (errno.EIO, "disk_broken"),
    ],
)
def test_the_systems_errors_are_explained(number: int, code: str):
    told = explained(OSError(number, "no"))
    assert isinstance(told, Unable) and told.code == code


def test_a_damaged_file_is_told_from_one_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "shop.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError) as damaged:
        sqlite3.connect(tmp_path / "shop.db").execute("select * from sqlite_master")
    told = explained(damaged.value)
    assert isinstance(told, Unable) and told.code == "disk_damaged"

    reading = sqlite3.connect("file:nowhere?mode=memory", uri=True)
    reading.execute("pragma query_only = on")
    with pytest.raises(sqlite3.OperationalError) as broken:
        reading.execute("create table t (n)")
    told = explained(broken.value)
    assert isinstance(told, Unable) and told.code == "disk_broken"


def test_what_is_no_fault_of_the_disk_stays_what_it_is():
    with pytest.raises(sqlite3.OperationalError) as bug:
        sqlite3.connect(":memory:").execute("select nonsense")
    assert explained(bug.value) is bug.value
    missing = FileNotFoundError(errno.ENOENT, "no")
    assert explained(missing) is missing
