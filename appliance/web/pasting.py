"""Pasting: a column of numbers copied from somewhere is one question, and says which of them nothing has."""

import json
import re
from collections.abc import Sequence

from appliance.web.listing import Listing
from appliance.web.typed import folded
from appliance.web.visit import Visit

PASTED = 200
"""So many numbers can be asked for at once."""
LONGEST = 40
SHORTEST = 5
"""No number of a paper is shorter."""
PASTED_LENGTH = PASTED * (LONGEST + 1)


def pasted(text: str) -> list[str]:
    """Read the numbers that somebody pasted: two at least, each with a figure in it; a name and a word are none."""
    parts = list(dict.fromkeys(folded(one).upper() for one in re.split(r"[\s,;,;、]+", text) if one))[:PASTED]
    told = len(parts) > 1 and all(
        SHORTEST <= len(one) <= LONGEST and any(char.isdigit() for char in one) for one in parts
    )
    return parts if told else []


def looked_up(listing: Listing, numbers: Sequence[str]) -> tuple[str, ...]:
    """The condition that a row has one of these numbers, and what it binds; each column is asked by its index."""
    parts = [
        f"select rowid from {listing.view} where {one} in (select value from json_each(?)) and {one} <> ''"
        for one in listing.numbers
    ]
    return (f"rowid in ({' union '.join(parts)})", *[json.dumps(numbers)] * len(parts))


def unknown(visit: Visit, listing: Listing, numbers: Sequence[str]) -> list[str]:
    """Which of these numbers nothing has."""
    parts = [
        f"select {one} from {listing.view} where {one} in (select value from json_each(?1)) and {one} <> ''"
        for one in listing.numbers
    ]
    known = {row[0] for row in visit.rows(" union ".join(parts), json.dumps(numbers))}
    return [one for one in numbers if one not in known]
