"""Places: a list says once, around its table, which column is what; its cells carry no class, and the sheets find them.

Where a sheet speaks of `td.c-no`, what is sent to a browser speaks of every third cell, too, of a table within `c-no3`.
`:where` weighs nothing, so each rule weighs what it weighed; and a browser passes over the places that a page does not name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product

from appliance.web.assets import StaticFile, held
from appliance.web.columns import Column
from appliance.web.listing import Listing

_HEAD = re.compile(r"[^{};@]+(?=\{)")
_COMMA = re.compile(r",(?![^()]*\))")
_CELL = re.compile(r"\btd\.([a-z-]+)")


def places(columns: Sequence[Column]) -> str:
    """Say which column is what: "c-chk1 c-no2 num3"."""
    return " ".join([f"{css}{place}" for place, one in enumerate(columns, 1) for css in one.classes])


def found_by_place(sheet: StaticFile, listings: Iterable[Listing]) -> StaticFile:
    """Let a sheet find the cells of these lists by their place."""
    stands: dict[str, set[int]] = {}
    for listing in listings:
        for css, place in _may_stand(listing.columns):
            stands.setdefault(css, set()).add(place)

    def placed(head: re.Match[str]) -> str:
        if not _CELL.search(head[0]):
            return head[0]
        return ", ".join([told for one in _COMMA.split(head[0]) for told in [one, *_by_place(one, stands)]])

    return held(_HEAD.sub(placed, sheet.content.decode()).encode(), sheet.kind)


def _may_stand(columns: Sequence[Column]) -> Iterator[tuple[str, int]]:
    """Where each column may stand: further left for whoever may not see some of those before it."""
    hidden = 0
    for place, one in enumerate(columns, 1):
        for css in one.classes:
            yield from ((css, place - gone) for gone in range(hidden + 1))
        hidden += bool(one.needs)


def _by_place(selector: str, stands: Mapping[str, set[int]]) -> Iterator[str]:
    """Write a selector anew for every place where what it names may stand; of two cells the second stands further right."""
    named = _CELL.findall(selector)
    for numbers in product(*[sorted(stands.get(css, ())) for css in named]):
        if not named or any(left >= right for left, right in pairwise(numbers)):
            continue
        within = "".join([f".{css}{place}" for css, place in zip(named, numbers, strict=True)])
        told = _CELL.split(selector.strip())
        told[1::2] = [f"td:nth-child({place})" for place in numbers]
        yield f":where({within}) {''.join(told)}"
