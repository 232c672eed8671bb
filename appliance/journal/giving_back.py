"""Giving back: what a box wrote beyond a fork and lost, and others still hold.

Beyond a proven fork neither history counts; the box tells again what it holds of them (`retelling`). What it holds no
more, because its disk was set back meanwhile, others may have heard before: they give it back to the box whenever they
meet, until it stands in the log again under the box's new name. So nothing that anybody ever heard of is lost.
"""

from collections.abc import Iterable

from appliance.journal.controls import Controls
from appliance.journal.entry import Entry, read_deed
from appliance.journal.reading import Reading
from appliance.journal.sending import pieces_beyond, segments
from appliance.journal.shadow import Shadow


def beyond(log: Reading, controls: Controls, box: bytes) -> dict[int, int]:
    """Return the places of a box of which something is here beyond a fork, with the last sequence in common."""
    return {
        place: limit.seq
        for place, limit in controls.forks.items()
        if log.places.author(place)[:16] == box and log.tip(place)[0] > limit.seq
    }


def not_told(log: Reading, controls: Controls, places: dict[int, int], box: bytes) -> dict[int, int]:
    """Return those of these places of which the box has not told everything again."""
    known = _told(log, controls, box)
    return {
        place: after
        for place, after in places.items()
        if any(_salt(entry) not in known for _, entry, _ in log.stretch(place, after + 1, 2**62))
    }


def to_give(log: Reading, places: dict[int, int]) -> list[bytes]:
    """Return, packed, what lies beyond these places, as far as its author signed it."""
    return list(segments(log, [piece for place, after in places.items() for piece in pieces_beyond(log, place, after)]))


def hear(shadow: Shadow, given: Iterable[Entry], author: bytes) -> list[Entry]:
    """Return what of it this box has not told again, as `author` or under any other of its names."""
    known = _told(shadow.log, shadow.controls, author[:16])
    return [shadow.stripped(entry) for entry in given if _salt(entry) not in known]


def _told(log: Reading, controls: Controls, box: bytes) -> set[bytes]:
    """Return the salts of everything that counts of a box; what is told again keeps its salt."""
    return {
        _salt(entry)
        for place in log.places
        if log.places.author(place)[:16] == box
        for _, entry, _ in log.stretch(place, 1, 2**62)
        if controls.counts(place, entry.seq)
    }


def _salt(entry: Entry) -> bytes:
    return read_deed(entry.parts[0]).salt
