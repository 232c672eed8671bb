"""A newer version may keep a view that was plain before, or the other way round; the box opens all the same."""

from pathlib import Path

import pytest

from appliance.assembly import open_journal
from appliance.journal import Box, Record, RoomShape, Text, action
from appliance.journal.desk import Desk
from tests.cast import TestClock


class Pot(Record, kw_only=True, frozen=True):
    name: Text = ""


PLAIN = "create view pot_list as\nselect id, name from pot;\n"
KEPT = "-- kept by id\n-- touched by pot: id\n-- search name\ncreate view pot_list as\nselect id, name from pot;\n"


@action("Put pot")
def put_pot(desk: Desk) -> str:
    return desk.put(Pot(name="teapot"))


@pytest.mark.parametrize(("before", "after"), [(PLAIN, KEPT), (KEPT, PLAIN)])
def test_a_view_may_become_kept_and_plain_again(tmp_path: Path, before: str, after: str) -> None:
    for views in (before, after, before):
        shape = RoomShape("pots", [Pot], views)
        room = type("Room", (), {"shape": shape})()
        journal = open_journal(Box(tmp_path, bytes(24)), [room], clock=TestClock(), random=bytes)
        desk = journal.desk(who="")
        if not desk.value("select count(*) from pot_list"):
            put_pot(desk)
        assert [row["name"] for row in desk.rows("select name from pot_list")] == ["teapot"]
        journal.close()
