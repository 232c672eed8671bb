"""Heard: up to when this box knows what the boxes of another branch wrote.

What a box wrote is known up to its last entry here. If both held the same later, there was nothing more; and before a
box was let in there was nothing at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from appliance.journal import Journal
from appliance.shop.inventory.elsewhere import Heard

MUCH_MS = 24 * 3_600_000
"""A second till of a branch that writes little is not worth a word before a day has passed."""
MEMBERS = "select box, code, made_at from member where branch = ? and role = 'box' and gone = '' and deleted = 0"


class Known(NamedTuple):
    """One box: its last word, and up to when nothing more can have been."""

    code: str
    came_ms: int
    until_ms: int


class Hearing:
    """Tells it for a page; it reads one row of the log for each box of the branches asked about."""

    def __init__(self, journal: Journal, agreed: Callable[[bytes], int]) -> None:
        self._journal = journal
        self._agreed = agreed
        """When this box and another last held the same, in milliseconds by this box's clock; 0 for never."""

    def __call__(self, branches: Sequence[str]) -> Mapping[str, Heard]:
        """Say up to when each branch is known here."""
        return {branch: _together(known) for branch in branches if (known := list(self._boxes(branch)))}

    def _boxes(self, branch: str) -> Iterator[Known]:
        conn = self._journal.reading()
        reading = self._journal.log.seen_by(conn)
        written: dict[bytes, int] = {}
        places = conn.execute('select n, author from log_place where "partition" = ?', (f"branch/{branch}",))
        for place, author in places.fetchall():
            written[author[:16]] = max(written.get(author[:16], 0), reading.written(place))
        for hexed, code, let_in in conn.execute(MEMBERS, (branch,)):
            box = bytes.fromhex(hexed)
            came = max(written.get(box, 0), self._agreed(box))
            yield Known(code, came, max(came, let_in))


def _together(known: Sequence[Known]) -> Heard:
    """A branch is known up to its newest word; a box that fell far behind that is named."""
    at_ms = max(one.came_ms for one in known)
    behind = sorted((one.until_ms, one.code) for one in known if one.until_ms < at_ms - MUCH_MS)
    return Heard(at_ms, [(code, until) for until, code in behind])
