"""Who was copied, put out, erased or wrong about the date: a hub respects what the chain says of itself, as a box does."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from appliance.journal import Desk, action
from appliance.journal.segments import inflate
from appliance.sync.boxes.letters import SentBack
from tests.cast import TestClock
from tests.journal.toy import register
from tests.sync.hub.cast import Hub, gather, log_of, names, same, trade
from tests.sync.kin import ROOT, Kin, introduce, put_out, talk

HOUR = 3_600_000


@action("Erase")
def erase(desk: Desk, *, buyer: str) -> None:
    desk.erase(buyer)


def copied(chain, box: Kin, tmp_path: Path, folder: str = "copy") -> Kin:
    box.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(tmp_path / box.journal.box_code, tmp_path / folder)
    return chain(box.journal.box_code, folder=folder)


def test_a_card_copied_behind_our_back_is_found_at_the_meeting_point_and_nothing_is_lost(point, boxes, chain, tmp_path):
    alice, bob = boxes("A1", "B1")
    trade(alice, 3)
    copy = copied(chain, alice, tmp_path)
    introduce(copy, bob, point)
    trade(alice, name="李娜")
    trade(copy, name="王芳")
    gather(point, alice, bob, copy)
    assert copy.journal.author != alice.journal.author and copy.journal.author[:16] == alice.journal.author[:16]
    assert names(alice) == names(bob) == names(copy) == ["张伟"] * 3 + ["李娜", "王芳"]
    assert same(point, alice, bob, copy)


def test_two_histories_under_one_name_are_quarantined_and_the_proof_is_told_on(point, boxes, chain, tmp_path):
    alice, bob, carol = boxes("A1", "B1", "C1")
    trade(alice, 3)
    gather(point, alice, carol)
    copy = copied(chain, alice, tmp_path)
    introduce(copy, point, bob)
    trade(alice, 2, name="李娜")
    trade(copy, 2, name="王芳")
    talk(bob, alice)
    # Nobody who could go on under a new name is asked; only those who hear of the two histories.
    talk(bob, point)
    log_of(point).take(list(copy.journal.segments({}))).result()
    trade(bob, name="赵敏")
    gather(point, bob, carol)
    for one in (bob, carol):
        forked = one.journal.reading().execute("select count(*) from forked").fetchone()[0]
        assert forked == len({name for author, name in one.journal.heads() if author == alice.journal.author})
    assert names(carol) == ["张伟"] * 3 + ["赵敏"], "the rest flows on"
    assert same(point, bob, carol)


@pytest.mark.parametrize(("at_bob", "at_the_point"), [("l", "e"), ("e", "l"), ("le", "o"), ("o", "e"), ("o", "le")])
def test_of_three_histories_the_earliest_parting_is_found_at_the_meeting_point(
    point, boxes, chain, tmp_path, at_bob: str, at_the_point: str
):
    alice, bob, carol = boxes("A1", "B1", "C1")
    trade(alice)
    early = copied(chain, alice, tmp_path, "early")
    trade(alice, name="李娜")
    late = copied(chain, alice, tmp_path, "late")
    trade(alice, 2, name="赵敏")
    trade(late, name="王芳")
    trade(early, 4, name="钱多")
    introduce(early, late, point, bob)
    told = {"o": [alice], "l": [alice, late], "e": [early]}
    for log, heard in ((bob.journal, at_bob), (log_of(point), at_the_point)):
        for one in (one for letter in heard for one in told[letter]):
            log.take(list(one.journal.segments({}))).result()
    gather(point, bob, carol)
    assert names(bob) == names(carol) == ["张伟"] and same(point, bob, carol)


def test_a_box_that_was_put_out_is_turned_away_and_counts_no_further(point, boxes, tmp_path):
    alice, bob, carol = boxes("A1", "B1", "C1")
    ROOT.write(tmp_path / "A1" / "root.key")
    trade(bob, name="李娜")
    gather(point, alice, bob, carol)
    put_out(alice.desk, told=alice.company.revocation(bob.key.box))
    trade(bob, name="the thief")
    talk(carol, bob)
    gather(point, alice)
    with pytest.raises(SentBack, match="revoked"):
        talk(bob, point)
    assert "the thief" in names(carol)
    gather(point, carol, alice)
    assert names(alice) == names(carol) == ["李娜"] and same(point, alice, carol)


def test_what_a_thief_had_told_before_is_not_told_on(point, boxes, tmp_path):
    alice, bob, carol, dora = boxes("A1", "B1", "C1", "D1")
    ROOT.write(tmp_path / "A1" / "root.key")
    trade(bob, name="李娜")
    gather(point, alice, bob, carol)
    told = alice.company.revocation(bob.key.box)
    for _ in range(3):
        trade(bob, name="the thief")
        talk(bob, point)
    put_out(alice.desk, told=told)
    gather(point, alice, dora, carol)
    assert names(alice) == names(carol) == names(dora) == ["李娜"] and same(point, alice, carol, dora)


def test_what_was_written_under_a_wrong_date_is_taken_in_once_its_author_says_so(point, boxes, chain):
    alice, bob = boxes("A1", "B1")
    carol = chain("C1", knows=point, clock=TestClock(trusted=False))
    introduce(alice, bob, carol)
    bob.clock.trusted, bob.clock.now = False, alice.clock.now + 30 * 24 * HOUR
    trade(bob, 3, name="李娜")
    carol.clock.now = bob.clock.now
    assert talk(carol, bob).agreed
    carol.clock.now = alice.clock.now
    assert log_of(point).take(list(carol.journal.segments({}))).result().value.ahead
    assert talk(bob, point).turned == "clock" and log_of(point).heads() == {}
    trade(bob, name="王芳")
    # Even where each portion is one piece, why those dates are false comes with what carries them.
    for one in (bob, alice):
        talk(one, point, most=1)
    assert names(alice) == ["李娜"] * 3 + ["王芳"]
    gather(point, bob, alice, carol)
    assert names(carol) == names(alice) == ["李娜"] * 3 + ["王芳"]
    assert same(point, alice, bob, carol)


# ---- erasing


def parts(hub: Hub) -> bytes:
    """Everything that lies in the hub's log, unpacked."""
    return b"".join(inflate(raw, 2**21, 2**24) for (raw,) in hub.rows("select segment from piece"))


def lying(hub: Hub, postgres) -> tuple[list[bytes], bytes]:
    """The pieces of one log, and all bytes of the files in which rows lie."""
    hub.rows("checkpoint")
    raws = hub.rows("select segment from piece join place on n = place where partition = 'chain' order by place, last")
    ((number,),) = hub.rows("select oid from pg_database where datname = current_database()")
    return [raw for (raw,) in raws], b"".join(path.read_bytes() for path in postgres.files(number))


def test_an_erased_person_vanishes_from_the_hub_and_its_files_and_the_chain_still_verifies(hub, chain, postgres):
    alice, bob, carol = (chain(code, knows=hub) for code in ("A1", "B1", "C1"))
    introduce(alice, bob, carol)
    buyer = register(alice.desk, name="张伟", phone="13800000001")
    register(alice.desk, name="李娜", phone="13900000002")
    gather(hub, alice, bob)
    assert b"13800000001" in parts(hub)
    before = lying(hub, postgres)
    erase(bob.desk, buyer=buyer)
    gather(hub, bob, alice, carol)
    assert b"13800000001" not in parts(hub) and b"13900000002" in parts(hub)
    after = lying(hub, postgres)
    gone = {piece[at : at + 16] for piece in before[0] for at in range(len(piece) - 16)}
    gone -= {piece[at : at + 16] for piece in after[0] for at in range(len(piece) - 16)}
    assert gone and all(some in before[1] for some in gone) and not any(some in after[1] for some in gone)
    assert hub.rows("select count(*) from soiled") == [(0,)]
    assert same(hub, alice, bob, carol) and names(carol) == ["李娜"]


def test_what_comes_late_of_an_erased_person_is_stripped_on_arrival(hub, chain):
    alice, bob, carol = (chain(code, knows=hub) for code in ("A1", "B1", "C1"))
    introduce(alice, bob, carol)
    buyer = register(alice.desk, name="张伟", phone="13800000001")
    for one in (bob, carol):
        talk(one, alice)
    erase(bob.desk, buyer=buyer)
    others = {place: told for place, told in bob.journal.heads().items() if place[0] != bob.journal.author}
    hub.log.take(list(bob.journal.segments(others))).result()
    hub.log.take(list(carol.journal.segments({}))).result()
    assert {author for author, _ in hub.log.heads()} == {alice.journal.author, bob.journal.author}
    assert b"13800000001" not in parts(hub)
    gather(hub, alice, bob, carol)
    assert same(hub, alice, bob, carol) and names(alice) == []
