"""Boxes that meet only at a hub see the pictures of each other's goods."""

from __future__ import annotations

from appliance.sync.boxes.pictures import MOST_BYTES
from appliance.sync.boxes.showing import Showing
from tests.sync.hub.cast import rows
from tests.sync.kin import file_away, hang_up, introduce, talk
from tests.sync.test_pictures import has, see


def test_pictures_are_brought_to_the_hub_once_and_fetched_by_whoever_shows_them(hub, chain):
    alice, bob = (chain(code, knows=hub) for code in ("A1", "B1"))
    introduce(alice, bob)
    pictures = [bytes([n]) * 700_000 for n in range(8)]
    for one in pictures:
        hang_up(alice.desk, picture=alice.journal.blobs.keep(one))
    file_away(alice.desk, file=alice.journal.blobs.keep(b"the orders of the day"))
    told: set[str] = set()
    talk(alice, hub)
    assert see(alice, hub, told, Showing) == 3, "they do not fit into one message"
    assert len(told) == 8 and see(alice, hub, told, Showing) == 0 and see(alice, hub, way=Showing) == 1
    talk(bob, hub)
    assert see(bob, hub) == 2 and all(has(bob, one) for one in pictures)
    assert see(bob, hub, way=Showing) == 1 and rows(hub.base, "select count(*) from picture") == [(8,)]


def test_a_picture_that_is_too_large_or_a_name_that_is_none_is_not_kept(hub):
    pictures = hub.swap.pictures
    assert pictures.accept(["", "../../box.key", "é" * 64, "0" * 64], [b"", bytes(MOST_BYTES + 1)]) == ["0" * 64]
    assert pictures.give(["", "../../box.key", "0" * 64]) == [] and rows(hub.base, "select 1 from picture") == []
