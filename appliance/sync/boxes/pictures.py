"""Pictures: the log names them by hash, and a box fetches what its records show from whoever has it.

What belongs to the whole chain travels (pictures of goods), and of a branch's own files those whose records say so; its
recordings and imports stay where they are. A picture is believed for its hash, so it does not matter who gives it.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice

from appliance.journal import CHAIN, Journal
from appliance.journal.orphans import showing

MOST_ASKED = 64
MOST_OFFERED = 500
MOST_GIVEN = 4 * 1024 * 1024
MOST_BYTES = 4 * 1024 * 1024
"""A picture of a shop is never larger."""


class Pictures:
    """Says what is missing, gives what others miss, keeps what they give."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._named = [
            (shape.table, column)
            for shape, column in showing(journal.schema)
            if shape.partition == CHAIN or shape.kind.carried
        ]

    def missing(self, besides: Collection[str] = ()) -> list[str]:
        """Name some pictures that records show and that are not here, besides those that were asked for in vain."""
        return list(
            islice((name for name in self._shown() if name not in besides and not self._here(name)), MOST_ASKED)
        )

    def held(self, besides: Collection[str] = ()) -> list[str]:
        """Name some pictures that records show and that are here, besides those that were told."""
        return list(islice((name for name in self._shown() if name not in besides and self._here(name)), MOST_OFFERED))

    def _shown(self) -> Iterator[str]:
        found: dict[str, None] = {}
        for table, column in self._named:
            rows = self._journal.reading().execute(f"select distinct {column} from {table} where {column} != ''")
            found |= dict.fromkeys(name for (name,) in rows)
        return iter(found)

    def give(self, names: Collection[str]) -> list[bytes]:
        """Read what is here of these, up to a few mebibytes together."""
        found: list[bytes] = []
        size = 0
        for name in list(names)[:MOST_ASKED]:
            content = self._content(name)
            if content:
                size += len(content)
                if found and size > MOST_GIVEN:
                    break
                found.append(content)
        return found

    def keep(self, asked: Collection[str], given: Collection[bytes]) -> int:
        """Keep those that were asked for; what has another hash was not, and is dropped. Returns how many."""
        kept = 0
        for content in given:
            if len(content) <= MOST_BYTES and hashlib.sha256(content).hexdigest() in asked:
                self._journal.blobs.keep(content)
                kept += 1
        return kept

    def accept(self, _offered: Collection[str], _given: Collection[bytes]) -> list[str]:
        """A box asks for what its own records show, and takes nothing else."""
        return []

    def _content(self, name: str) -> bytes:
        with suppress(ValueError, OSError):
            path = self._journal.blobs.path(name)
            return path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
        return b""

    def _here(self, name: str) -> bool:
        try:
            return self._journal.blobs.path(name).is_file()
        except ValueError:
            # No hash: nothing that could be fetched.
            return True
