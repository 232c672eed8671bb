"""A meeting point may be a box or a hub: nobody who asks it can tell. Each test is played against both."""

from __future__ import annotations

import pytest
import zstandard

from appliance.journal.entry import pack
from appliance.sync.boxes import messages as words
from appliance.sync.boxes.letters import SentBack
from appliance.sync.boxes.vectors import pack_heads
from tests.cast import TestClock
from tests.sync.hub.cast import gather, log_of, same, trade
from tests.sync.kin import introduce, talk

HOUR = 3_600_000


def test_three_boxes_that_only_ever_meet_there_come_to_the_same(point, boxes):
    alice, bob, carol = boxes("A1", "B1", "C1")
    trade(alice, 30)
    trade(bob, 20)
    gather(point, alice, bob)
    trade(carol, 10)
    trade(alice, 5)
    gather(point, carol, alice, bob)
    assert same(point, alice, bob, carol)
    assert len(alice.desk.rows("select 1 from ticket")) == 65


def test_nothing_new_is_said_in_few_bytes(point, boxes):
    (alice,) = boxes("A1")
    trade(alice, 5)
    talk(alice, point)
    before, sizes = log_of(point).digest(), list[int]()
    assert talk(alice, point, sizes=sizes).agreed
    assert len(sizes) == 2 and sum(sizes) < 220
    assert log_of(point).digest() == before


@pytest.mark.parametrize("cut", [1, 2, 4, 7])
def test_a_talk_that_breaks_off_goes_on_where_the_vectors_stand(point, boxes, cut: int):
    alice, bob = boxes("A1", "B1")
    for _ in range(20):
        trade(bob)
        gather(point, bob)
    trade(alice, 40)
    talk(alice, point, most=1_000, rounds=cut)
    outcome = talk(alice, point, most=1_000)
    assert outcome.agreed and outcome.applied <= 40
    talk(bob, point)
    assert same(point, alice, bob)


def test_a_branch_box_is_given_only_what_its_certificate_names(point, boxes, chain):
    (alice,) = boxes("A1")
    bob = chain("B1", partitions=["chain", "summary", "branch/b"], branch="b")
    introduce(alice, bob, point)
    trade(alice, 5)
    trade(bob, 5)
    gather(point, alice, bob)
    assert {name for _, name in bob.journal.heads()} == {"chain", "branch/b"}
    assert log_of(point).digest() == alice.journal.digest()


def test_what_an_author_may_not_write_waits_until_the_owner_lets_the_author_in(point, boxes, chain):
    (alice,) = boxes("A1")
    carol = chain("C1")
    introduce(alice, carol)
    trade(carol, 3)
    talk(alice, carol)
    trade(alice, 2)
    outcome = talk(alice, point)
    assert outcome.refused_there and {author for author, _ in log_of(point).heads()} == {alice.journal.author}
    introduce(carol, point)
    assert talk(alice, point).agreed and same(point, alice, carol) is (carol.journal.digest() == alice.journal.digest())


def test_segments_that_are_damaged_repeated_or_nothing_leave_nothing_behind(point, boxes):
    alice, bob = boxes("A1", "B1")
    trade(alice, 3)
    good = list(alice.journal.segments({}))
    bomb = zstandard.ZstdCompressor().compress(bytes(200 * 1024 * 1024))
    bad = [bomb, bytes(2 * 1024 * 1024), b"", b"\x28\xb5\x2f\xfd" + bytes(40), good[0][:-1]]
    bad.append(good[0][:50] + bytes([good[0][50] ^ 1]) + good[0][51:])

    def say(segments: list[bytes]):
        heads = pack_heads(alice.journal.heads(), None)
        asked = words.Trade(heads=heads, segments=segments, most=1, skip=[], **alice.swap.told())
        return point.swap.answer(alice.certificate, pack(asked))[1]

    assert say(bad).refused >= len(bad) and log_of(point).heads() == {}
    outcome = say([*bad, *good, *good])
    assert outcome.refused >= len(bad) and outcome.agreed
    talk(bob, point)
    assert same(point, alice, bob)


def test_what_comes_before_its_turn_comes_again(point, boxes):
    alice, bob = boxes("A1", "B1")
    trade(alice, 3)
    first = list(alice.journal.segments({}))
    heads = alice.journal.heads()
    trade(alice, 3)
    merged = log_of(point).take(list(alice.journal.segments(heads))).result().value
    assert merged.early and not merged.applied and log_of(point).heads() == {}
    log_of(point).take(first).result()
    assert talk(alice, point).agreed and talk(bob, point).agreed and same(point, alice, bob)


def test_what_is_dated_more_than_a_day_ahead_is_refused(point, boxes, chain):
    (alice,) = boxes("A1")
    bob = chain("B1", clock=TestClock(alice.clock.now + 48 * HOUR))
    introduce(alice, bob, point)
    trade(alice, 2)
    trade(bob, 2)
    assert talk(alice, point).agreed
    before = log_of(point).heads()
    assert talk(bob, point).refused_there and log_of(point).heads() == before
    assert bob.journal.heads().keys() > before.keys(), "what alice wrote arrived"


def test_a_box_far_ahead_gives_nothing_away_and_learns_the_time(point, chain):
    bob = chain("B1", knows=point, clock=TestClock(point.clock.now + HOUR, trusted=False))
    trade(bob, 3)
    assert talk(bob, point).turned == "clock" and log_of(point).heads() == {}
    assert len(bob.corrected) == 1 and abs(bob.corrected[0] + HOUR) < 60_000


def test_a_stranger_is_sent_away_until_the_owners_word_is_shown(point, chain):
    dora = chain("D1")
    dora.circle.learn(point.certificate.raw)
    question = pack(words.Have(digest=bytes(32), **dora.swap.told()))
    with pytest.raises(SentBack, match="unknown"):
        point.post.open(dora.post.write(point.certificate, question)[0])
    letter, _ = dora.post.write(point.certificate, question, introduce=True)
    assert point.post.open(letter).sender == dora.certificate
    trade(dora, 2)
    assert talk(dora, point).agreed
