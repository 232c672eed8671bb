"""A hub that comes to a chain whose boxes trimmed long ago: it begins with what they lay down, and gives that on."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from appliance.journal import cold
from appliance.journal.entry import Unreadable
from appliance.journal.snapshots import read_manifest
from appliance.journal.state import State
from tests.journal.test_erasing import erase
from tests.sync.hub.cast import Hub, flaws, gather, names, same, trade
from tests.sync.kin import introduce, talk
from tests.sync.test_lapsed import weeks


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "CHUNK_ENTRIES", 20)


@pytest.mark.parametrize("most", [1, 4 * 1024 * 1024])
def test_a_hub_that_comes_late_is_brought_what_was_trimmed_and_gives_it_to_a_new_box(hub: Hub, chain, most: int):
    alice, bob = chain("A1"), chain("B1")
    introduce(alice, bob)
    trade(alice, 60)
    weeks(4, alice, bob)
    fresh = chain("C1")
    introduce(alice, bob, fresh, hub)
    fresh.clock.now = hub.clock.now = alice.clock.now
    assert alice.journal.lapsed({})
    assert talk(alice, hub, most=most).agreed
    assert hub.log.lapsed({})
    assert talk(fresh, hub, most=most).agreed
    trade(fresh, 3)
    gather(hub, alice, bob, fresh)
    assert same(hub, alice, bob, fresh)
    assert len(names(fresh)) == 63
    assert hub.rows("select count(*) from state where not counts") == [(0,)]


def test_a_hub_that_comes_late_hears_and_tells_which_names_had_ended(hub: Hub, chain):
    alice, bob = chain("A1"), chain("B1")
    introduce(alice, bob)
    trade(alice, 60)
    alice.journal.reincarnate(alice.journal.author[:16] + b"restored").result()
    trade(alice)
    weeks(4, alice, bob)
    fresh = chain("C1")
    introduce(alice, bob, fresh, hub)
    fresh.clock.now = hub.clock.now = alice.clock.now
    gather(hub, alice, fresh)
    assert hub.log.ended() == fresh.journal.ended() == alice.journal.ended() != {}


def test_groups_that_never_met_and_trimmed_become_one_shop_by_the_hub_alone(hub: Hub, hubs, chain):
    alice, bob, carol = chain("A1"), chain("B1"), chain("C1")
    introduce(alice, bob, carol, hub)
    for one in (alice, bob):
        trade(one, 60)
        weeks(4, one)
    carol.clock.now = hub.clock.now = max(alice.clock.now, bob.clock.now)
    talk(alice, hub)
    talk(bob, hubs())
    gather(hub, alice, bob, carol)
    assert same(hub, alice, bob, carol)
    assert len(names(carol)) == 120


def test_who_is_forgotten_goes_from_what_the_hub_was_brought(hub: Hub, chain):
    alice = chain("A1")
    trade(alice, 1, "王大锤")
    (buyer,) = (row.id for row in alice.desk.rows("select id from buyer"))
    trade(alice, 60)
    weeks(4, alice)
    fresh = chain("C1")
    introduce(alice, fresh, hub)
    fresh.clock.now = hub.clock.now = alice.clock.now
    assert talk(alice, hub).agreed
    erase(alice.desk, buyer=buyer)
    assert talk(alice, hub).agreed
    assert hub.rows("select * from soiled") == []
    assert talk(fresh, hub).agreed
    assert "王大锤" not in names(fresh) and len(names(fresh)) == 60
    assert same(hub, alice, fresh)


def test_what_nobody_of_the_chain_laid_down_is_not_taken(hub: Hub, chain):
    alice, stranger = chain("A1"), chain("S1")
    introduce(alice, hub)
    trade(stranger, 60)
    weeks(4, stranger)
    manifest, *pieces = stranger.journal.snapshot()
    shelf = hub.swap._shelf
    with pytest.raises(Unreadable):
        shelf.bring(manifest, pieces)
    introduce(stranger, hub)
    torn = State("chain", "fact", "moved", [bytes(24)], [["x"]]).packed
    told = msgspec.structs.replace(read_manifest(manifest), pieces=[hashlib.sha256(torn).digest()])
    told = msgspec.structs.replace(told, signature=stranger.key.sign(told.message))
    with pytest.raises(Unreadable):
        shelf.bring(told.packed, [torn])
    count = len(read_manifest(manifest).pieces)
    assert shelf.bring(manifest, []) == list(range(count))
    assert shelf.bring(manifest, [b"other", *pieces[1:]]) == [0]
    assert hub.log.heads() == {} and flaws(hub.base) == []
    assert shelf.bring(manifest, pieces[:1]) == []
    hub.log.refresh()
    assert hub.log.lapsed({}) and hashlib.sha256(pieces[0]).digest() in {
        bytes(row[0]) for row in hub.rows("select hash from state where counts")
    }
