"""The disk: what SQLite and the system say of it when it cannot, told as a sentence to whoever waits."""

import errno
import sqlite3

from appliance.journal.refusal import Unable

_FULL = {sqlite3.SQLITE_FULL}
_BROKEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def explained(error: sqlite3.Error | OSError) -> Exception:
    """Turn an error of the disk into a refusal; anything else is a bug and stays what it is."""
    if isinstance(error, OSError):
        full, broken, damaged = (
            error.errno in {errno.ENOSPC, errno.EDQUOT},
            error.errno in {errno.EROFS, errno.EIO},
            False,
        )
    else:
        # The low byte is the kind of error, what lies above it says where it happened.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        full, broken, damaged = code in _FULL, code in _BROKEN, code in _DAMAGED
    if full:
        return Unable(
            "The disk of the box is full, so nothing can be written. Nothing was lost; free some room and try again.",
            code="disk_full",
        )
    if broken:
        return Unable(
            "The disk of the box does not take writes any more. Nothing was lost; back up and change the disk.",
            code="disk_broken",
        )
    if damaged:
        return Unable(
            "The data on the disk of the box is damaged. Stop selling on it, and bring the last backup back.",
            code="disk_damaged",
        )
    return error
