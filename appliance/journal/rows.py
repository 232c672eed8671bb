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

    def opened(self) -> "Opened":
        """Lay a row of many columns open; SQLite's own looks through them all each time that one is asked for."""
        return Opened(zip(self.keys(), self, strict=True))

    def get(self, name: str, default: Any = None) -> Any:
        """Return a column, or the default when there is none."""
        try:
            return self[name]
        except IndexError:
            return default


class Opened(dict[str, Any]):
    """A row by name alone, for a page that asks for most of its columns, and more than once."""

    def __getattr__(self, name: str) -> Any:
        """Return the column of that name."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
