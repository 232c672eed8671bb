"""Rows: what a view answers, by name as well as by place."""

import sqlite3
from typing import Any


class Row(sqlite3.Row):
    """A row whose columns are also attributes."""

    def __getattr__(self, name: str) -> Any:
        """Return the column of that name."""
        try:
            return self[name]
        except IndexError:
            raise AttributeError(name) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a column, or the default when there is none."""
        try:
            return self[name]
        except IndexError:
            return default
