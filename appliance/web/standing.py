"""Standing: what a page that stands already shows of a list, so that an answer need not say it again.

Whoever turns a page of a list keeps what stands around the rows. Whoever looks again, because something changed, tells the
mark of the rows that are shown, and is sent those that say something else now; of the others no more than that they are
there.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from appliance.web.visit import Visit

PLACE = ("after", "before")
MOST_KEPT = 200


class Shown:
    """What was shown of late, by marks that pages carry; a mark that is forgotten is one page sent whole."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Mapping[str, int]] = OrderedDict()

    def mark(self, rows: Iterable[tuple[str, str]]) -> str:
        """Remember rows as they were written, with their ids; returns the mark of exactly these."""
        told = {id: hash(html) for id, html in rows}
        mark = f"{hash(frozenset(told.items())) & 0xFFFFFFFFFFFF:x}"
        self._kept[mark] = told
        self._kept.move_to_end(mark)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return mark

    def of(self, mark: str) -> Mapping[str, int]:
        """The rows of a mark."""
        return self._kept.get(mark, {})


def turned(visit: "Visit", path: str, query: Mapping[str, str]) -> bool:
    """Whether the page that stands is this list at another place: what stands around its rows is the same."""
    there = urlsplit(visit.request.headers.get("hx-current-url", ""))
    stood = dict(parse_qsl(there.query))
    if not visit.fragment or there.path != path or stood == query:
        # Who asks for the same again wants all of it.
        return False
    without = [{name: value for name, value in one.items() if name not in PLACE} for one in (stood, query)]
    return without[0] == without[1]
