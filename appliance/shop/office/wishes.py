"""Wishes: what people asked of the lines of this box, as the one who grants them must know it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.journal import Desk, Row
from appliance.shop.office.consent import rules


@dataclass(frozen=True)
class Wish:
    """Something asked of a line: `place` is the device's own name for the line, `number` as it is dialled."""

    id: str
    place: str
    asked: str
    call: str = ""
    number: str = ""


def wishes(desk: Desk, ids: Sequence[str], *, since: int) -> list[Wish]:
    """Return those of these that are meant for lines of this box and were asked just now."""
    found = desk.rows(
        "select a.id, a.asked, a.call, a.number, l.place, l.outside from json_each(?) item "
        "join line_asked a on a.id = item.value join phone_line l on l.id = a.line where l.box = ? and a.at >= ? order by a.at",
        json.dumps(ids),
        desk.box,
        since,
    )
    return [Wish(row.id, row.place, row.asked, row.call, dialled_as(row.number, row.outside)) for row in found]


def dialled_as(number: str, outside: str = "") -> str:
    """Write a number as a telephone dials it: 00 for abroad, a pause before an extension, first what leads outside."""
    bare, _, extension = number.replace("+", "00", 1).partition("-")
    digits = re.sub(r"[^\d*#]", "", bare)
    if not digits:
        return ""
    return f"{outside}{',' if outside else ''}{digits}{f',,{extension}' if extension else ''}"


def answers_itself(desk: Desk, line: str, rings: int) -> bool:
    """Tell whether the box takes a call that has rung so often."""
    found = desk.row("select voicemail_after, can from phone_line where id = ?", line)
    if found is None or not found.voicemail_after or rings < found.voicemail_after:
        return False
    return "voice" in json.loads(found.can) and bool(rules(desk).accepted_at)


def blobs_to_drop(desk: Desk, ids: Sequence[str]) -> list[str]:
    """Return the sealed files of those recordings that were deleted."""
    asked = (
        "select r.blob from json_each(?) item join recording r on r.id = item.value where r.state = 'deleted' "
        "and r.blob <> ''"
    )
    return [row.blob for row in desk.rows(asked, json.dumps(ids))]


def anybody_gone(desk: Desk, customers: Sequence[str]) -> bool:
    """Tell whether somebody of whom there is a recording is not in the files any more."""
    return bool(
        desk.row(
            "select 1 from json_each(?) item join call c on c.customer = item.value join recording r on r.call = c.id "
            "left join customer k on k.id = item.value "
            "where r.state = 'kept' and (k.id is null or k.made_at = 0 or k.deleted = 1) limit 1",
            json.dumps(customers),
        )
    )


def large(desk: Desk, most: int = 20) -> Sequence[Row]:
    """Return recordings of this box that lie as they were taken, the oldest first."""
    return desk.rows(
        "select id, blob, length_ms from recording where state = 'kept' and squeezed = 0 and box = ? and deleted = 0 "
        "order by began_at limit ?",
        desk.box,
        most,
    )
