"""What was told by the handful is joined into large pieces when it is old, and nobody notices."""

from __future__ import annotations

from appliance.sync.hub.resting import rest
from tests.journal.toy import register
from tests.sync.hub.cast import gather, rows, same, trade
from tests.sync.hub.test_order import erase, parts
from tests.sync.kin import introduce, talk


def test_small_pieces_are_joined_and_everybody_still_gets_what_they_lack(hub, chain):
    alice, bob, carol = (chain(code, knows=hub) for code in ("A1", "B1", "C1"))
    introduce(alice, bob, carol)
    buyer = register(alice.desk, name="张伟", phone="13800000001")
    for turn in range(30):
        trade(alice, 2)
        trade(bob)
        gather(hub, alice, bob, times=1)
        if turn == 7:
            assert talk(carol, hub).agreed
    before, (lying,) = hub.log.heads(), rows(hub.base, "select count(*) from piece")
    with hub.base.conn() as conn:
        gone = rest(conn, window=40, stay=10)
        assert rest(conn, window=40, stay=10) == 0
    assert gone > 40 and rows(hub.base, "select count(*) from piece") == [(lying[0] - gone,)]
    assert hub.log.heads() == before
    erase(bob.desk, buyer=buyer)
    dora = chain("D1", knows=hub)
    introduce(dora, alice, bob)
    gather(hub, bob, carol, dora, alice)
    assert same(hub, alice, bob, carol, dora) and b"13800000001" not in parts(hub)
