"""Two boxes talk until they hold the same; whatever is wrong with one of them changes nothing at the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal.entry import Unreadable, pack
from appliance.sync.boxes import messages as words
from appliance.sync.boxes.keys import RootKey
from appliance.sync.boxes.letters import SentBack
from appliance.sync.boxes.talk import Talk
from appliance.sync.boxes.vectors import known, pack_heads, read_heads, shortened
from tests.cast import TestClock, agree, clean
from tests.journal.toy import register, sell
from tests.sync.kin import Kin, introduce, kin, talk


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Callable[..., Kin]]:
    opened: list[Kin] = []

    def make(code: str, *, folder: str = "", **told) -> Kin:
        opened.append(kin(tmp_path / (folder or code), code, **told))
        return opened[-1]

    yield make
    for one in opened:
        one.journal.close()


@pytest.fixture
def alice(chain) -> Kin:
    return chain("A1")


@pytest.fixture
def bob(chain, alice: Kin) -> Kin:
    made = chain("B1")
    introduce(alice, made)
    return made


def trade(box: Kin, times: int = 1, name: str = "张伟") -> None:
    for _ in range(times):
        sell(box.desk, name=name, total=12_800)


def same(*boxes: Kin) -> bool:
    return len({one.journal.digest() for one in boxes}) == 1 and agree(*(one.desk for one in boxes))


def test_two_boxes_that_sold_apart_hold_the_same_after_one_talk(alice: Kin, bob: Kin):
    trade(alice, 30)
    trade(bob, 20)
    outcome = talk(alice, bob)
    assert outcome.agreed and outcome.applied == 40 and outcome.waiting_here == outcome.waiting_there == 0
    assert same(alice, bob) and clean(alice.desk) == clean(bob.desk) == []


def test_nothing_new_is_said_in_few_bytes_and_writes_nothing(alice: Kin, bob: Kin):
    trade(alice, 5)
    talk(alice, bob)
    before, sizes = alice.journal.commits, list[int]()
    assert talk(alice, bob, sizes=sizes).agreed
    assert len(sizes) == 2 and sum(sizes) < 220
    assert alice.journal.commits == before


def test_a_third_box_learns_everything_from_one_that_was_told(alice: Kin, bob: Kin, chain):
    carol = chain("C1")
    introduce(alice, bob, carol)
    trade(alice, 5)
    talk(bob, alice)
    talk(carol, bob)
    assert same(alice, bob, carol)


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_talk_that_breaks_off_goes_on_where_the_vectors_stand(alice: Kin, bob: Kin, cut: int):
    trade(alice, 40)
    trade(bob, 40)
    talk(alice, bob, most=1_000, rounds=cut)
    outcome = talk(alice, bob, most=1_000)
    assert outcome.agreed and same(alice, bob)
    assert outcome.applied <= 80


def test_small_portions_carry_as_much_as_large_ones(alice: Kin, bob: Kin):
    trade(alice, 50)
    trade(bob, 50)
    sizes = list[int]()
    assert talk(alice, bob, most=1, sizes=sizes).agreed and same(alice, bob) and len(sizes) > 4


def test_a_branch_box_is_given_only_what_its_certificate_names(alice: Kin, chain):
    bob = chain("B1", partitions=["chain", "summary", "branch/b"], branch="b")
    introduce(alice, bob)
    trade(alice, 5)
    trade(bob, 5)
    assert talk(alice, bob).agreed
    assert {place for _, place in bob.journal.heads()} == {"chain", "branch/b"}
    assert len({place for _, place in alice.journal.heads()}) == 3


def test_what_an_author_may_not_write_waits_and_is_not_sent_every_time(alice: Kin, bob: Kin, chain):
    carol = chain("C1")
    introduce(bob, carol)
    trade(carol, 3)
    talk(bob, carol)
    sizes = list[int]()
    outcome = talk(alice, bob, sizes=sizes)
    assert not outcome.agreed and outcome.refused and outcome.applied == 0
    assert {place for _, place in outcome.stuck_here} == {place for _, place in carol.journal.heads()}

    again = list[int]()
    assert not talk(alice, bob, sizes=again, skip=outcome.stuck_here).agreed
    assert sum(again) < sum(sizes) / 2

    alice.circle.learn(carol.certificate.raw)
    assert talk(alice, bob).agreed and same(alice, bob, carol)


def test_a_box_that_gives_what_the_other_refuses_learns_what_to_keep_back(alice: Kin, bob: Kin, chain):
    carol = chain("C1")
    introduce(bob, carol)
    trade(carol, 3)
    talk(bob, carol)
    outcome = talk(bob, alice)
    assert outcome.refused_there and {place for _, place in outcome.stuck_there}
    sizes = list[int]()
    talk(bob, alice, sizes=sizes, withheld=outcome.stuck_there)
    assert max(sizes) < 500


# ---- those who lie, repeat or come from elsewhere


def test_a_box_of_another_chain_is_a_stranger(alice: Kin, chain):
    eve = chain("E1", root=RootKey("0" * 40))
    with pytest.raises(SentBack, match="unknown"):
        alice.post.open(eve.post.write(alice.certificate, eve_asks(eve))[0])
    with pytest.raises(SentBack, match="unknown"):
        alice.post.open(eve.post.write(alice.certificate, eve_asks(eve), introduce=True)[0])


def eve_asks(eve: Kin) -> bytes:
    return pack(words.Have(digest=bytes(32), **eve.swap.told()))


def test_a_newcomer_shows_its_certificate_once(alice: Kin, chain):
    dora = chain("D1")
    letter, _ = dora.post.write(alice.certificate, eve_asks(dora))
    with pytest.raises(SentBack, match="unknown"):
        alice.post.open(letter)
    letter, _ = dora.post.write(alice.certificate, eve_asks(dora), introduce=True)
    assert alice.post.open(letter).sender == dora.certificate
    letter, _ = dora.post.write(alice.certificate, eve_asks(dora))
    assert alice.post.open(letter).sender == dora.certificate


def test_somebody_elses_certificate_opens_no_door(alice: Kin, bob: Kin, chain):
    eve = chain("E1")
    eve.circle._members = {eve.key.box: bob.certificate}
    letter, _ = eve.post.write(alice.certificate, eve_asks(eve), introduce=True)
    with pytest.raises(SentBack, match="unreadable"):
        alice.post.open(letter)


def test_a_letter_is_answered_once(alice: Kin, bob: Kin):
    letter, _ = bob.post.write(alice.certificate, eve_asks(bob))
    alice.post.open(letter)
    with pytest.raises(SentBack, match="repeated"):
        alice.post.open(letter)


def test_a_box_that_was_put_out_is_not_answered(alice: Kin, bob: Kin):
    alice.circle.revoke(bob.key.box)
    letter, _ = bob.post.write(alice.certificate, eve_asks(bob))
    with pytest.raises(SentBack, match="revoked"):
        alice.post.open(letter)
    assert bob.certificate not in alice.circle.others


@given(st.data())
def test_a_damaged_letter_is_sent_back_and_nothing_else_is_raised(tmp_path_factory, data):
    alice, bob = _two(tmp_path_factory)
    letter = bytearray(bob.post.write(alice.certificate, eve_asks(bob))[0])
    letter[data.draw(st.integers(0, len(letter) - 1))] ^= data.draw(st.integers(1, 255))
    for told in (bytes(letter), data.draw(st.binary(max_size=300)), bytes(letter[: data.draw(st.integers(0, 90))])):
        with pytest.raises(SentBack):
            alice.post.open(told)


_kept: list[Kin] = []


def _two(factory) -> list[Kin]:
    if not _kept:
        _kept.extend([kin(factory.mktemp("two") / code, code) for code in ("A1", "B1")])
        introduce(*_kept)
    return _kept


@given(st.binary(max_size=300))
def test_nonsense_in_a_good_seal_is_refused(tmp_path_factory, noise: bytes):
    alice, bob = _two(tmp_path_factory)
    with pytest.raises(Unreadable):
        alice.swap.answer(bob.certificate, noise)
    with pytest.raises(Unreadable):
        words.read_answer(noise)


@pytest.mark.parametrize(
    "heads",
    [
        b"\xc1",
        pack({"chain": b"\x00" * 15}),
        pack({"chain": b"\x00" * 16 + b"\xff" * 9}),
        bytes(2 * 1024 * 1024),
    ],
    ids=["no message", "broken off", "endless number", "too large"],
)
def test_a_vector_that_is_none_is_refused(alice: Kin, bob: Kin, heads: bytes):
    trade(alice)
    before = alice.journal.digest()
    asked = words.Trade(heads=heads, segments=[], most=1_000, skip=[], **bob.swap.told())
    with pytest.raises(Unreadable):
        alice.swap.answer(bob.certificate, pack(asked))
    assert alice.journal.digest() == before


def test_a_box_that_claims_to_have_everything_loses_only_its_own_time(alice: Kin, bob: Kin):
    trade(alice, 3)
    boast = {place: (seq + 1_000_000, b"\xff" * 32) for place, (seq, _) in alice.journal.heads().items()}
    asked = words.Trade(heads=pack_heads(boast, None), segments=[], most=1_000, skip=[], **bob.swap.told())
    answer, outcome = alice.swap.answer(bob.certificate, pack(asked))
    told = words.read_answer(answer)
    assert isinstance(told, words.Traded) and told.segments == [] and outcome.waiting_there > 0
    assert talk(alice, bob).agreed and same(alice, bob)


def test_segments_that_are_damaged_repeated_or_nothing_change_nothing_and_the_rest_arrives(alice: Kin, bob: Kin):
    trade(alice, 3)
    good = list(alice.journal.segments({}))
    bomb = zstandard.ZstdCompressor().compress(bytes(200 * 1024 * 1024))
    assert len(bomb) < 20_000, "it would unpack to 200 MB"
    bad = [
        bomb,
        bytes(2 * 1024 * 1024),
        b"",
        b"\x28\xb5\x2f\xfd" + bytes(40),
        good[0][:-1],
        good[0][:50] + b"\x00" + good[0][51:],
    ]
    asked = words.Trade(
        heads=pack_heads(alice.journal.heads(), None),
        segments=[*bad, *good, *good],
        most=1,
        skip=[],
        **alice.swap.told(),
    )
    answer, outcome = bob.swap.answer(alice.certificate, pack(asked))
    assert outcome.refused >= len(bad) and outcome.agreed and same(alice, bob)
    assert words.read_answer(answer).refused == outcome.refused


def test_a_box_that_promises_more_than_it_gives_is_not_asked_for_ever(alice: Kin, bob: Kin):
    trade(bob, 2)
    one = Talk(alice.swap, bob.certificate)
    one.begin()
    lie = {place: (seq + 7, head) for place, (seq, head) in bob.journal.heads().items()}
    alice.journal.take(list(bob.journal.segments({}))).result()
    told = words.Traded(heads=pack_heads(lie, None), segments=[], more=True, refused=0, **bob.swap.told())
    rounds = 0
    while one.go_on(pack(told)) is not None:
        rounds += 1
        assert rounds < 5
    assert one.outcome.waiting_there == 14 and not one.outcome.agreed


def test_what_is_dated_more_than_a_day_ahead_is_refused_and_the_rest_of_the_talk_goes_on(alice: Kin, chain):
    bob = chain("B1", clock=TestClock(alice.clock.now + 48 * 3_600_000))
    introduce(alice, bob)
    trade(alice, 2)
    trade(bob, 2)
    before = alice.journal.heads()
    outcome = talk(alice, bob)
    assert outcome.ahead and outcome.refused and alice.journal.heads() == before
    assert bob.journal.heads().keys() > before.keys(), "what alice wrote arrived"
    alice.clock.now = bob.clock.now
    assert talk(alice, bob).agreed and same(alice, bob)


# ---- versions and clocks


def test_a_version_that_nobody_speaks_any_more_is_turned_away_in_words(alice: Kin, bob: Kin):
    for protocol, oldest in ((0, 0), (9, 9)):
        told = {**bob.swap.told(), "protocol": protocol, "oldest": oldest}
        answer, outcome = alice.swap.answer(bob.certificate, pack(words.Have(digest=bytes(32), **told)))
        assert outcome.turned == "version" and words.read_answer(answer).why == "version"


def test_a_newer_box_says_more_and_is_understood(alice: Kin, bob: Kin):
    told = msgspec.msgpack.decode(eve_asks(bob))
    answer, outcome = alice.swap.answer(bob.certificate, pack([*told, "a word of tomorrow"]))
    assert not outcome.turned and isinstance(words.read_answer(answer), words.Differs)


def test_a_box_far_ahead_of_a_trusted_one_gives_nothing_away_and_learns_the_time(chain):
    alice = chain("A1")
    bob = chain("B1", clock=TestClock(alice.clock.now + 3_600_000, trusted=False))
    introduce(alice, bob)
    trade(bob, 3)
    outcome = talk(bob, alice)
    assert outcome.turned == "clock" and alice.journal.heads() == {}
    assert len(bob.corrected) == 1 and abs(bob.corrected[0] + 3_600_000) < 60_000
    assert talk(alice, bob).turned == "clock" and alice.journal.heads() == {}


def test_a_box_that_is_behind_learns_the_time_and_goes_on(chain):
    alice = chain("A1")
    bob = chain("B1", clock=TestClock(alice.clock.now - 3_600_000, trusted=False))
    introduce(alice, bob)
    trade(bob, 3)
    assert talk(bob, alice).agreed and bob.corrected and bob.corrected[0] > 3_500_000


def test_two_boxes_without_a_trusted_clock_do_not_judge_each_other(chain):
    alice = chain("A1", clock=TestClock(trusted=False))
    bob = chain("B1", clock=TestClock(alice.clock.now + 90 * 60_000, trusted=False))
    introduce(alice, bob)
    trade(alice, 1)
    assert talk(bob, alice).agreed and bob.corrected == alice.corrected == []


# ---- vectors


def test_a_vector_takes_about_twenty_bytes_an_author(alice: Kin):
    heads = {(bytes([n % 256, n // 256]) * 12, "chain"): (5_000 + n, bytes(32)) for n in range(500)}
    told = pack_heads(heads, None)
    assert len(told) / 500 < 19
    assert known(read_heads(told), heads) == {place: (seq, head[:8]) for place, (seq, head) in heads.items()}


@given(
    st.dictionaries(
        st.tuples(st.binary(min_size=24, max_size=24), st.sampled_from(["chain", "branch/a"])),
        st.tuples(st.integers(1, 2**53), st.binary(min_size=32, max_size=32)),
    )
)
def test_a_vector_is_read_as_it_was_written(heads):
    assert read_heads(pack_heads(heads, None)) == shortened(heads, None)


@given(st.binary(max_size=200))
def test_whatever_is_no_vector_is_refused_and_nothing_else_is_raised(noise: bytes):
    with suppress(Unreadable):
        read_heads(noise)


def test_a_first_entry_of_its_kind_written_during_a_talk_does_not_break_it_off(alice: Kin, bob: Kin):
    register(alice.desk, name="张伟")
    # What leaves is noted just before it leaves; somebody sells the branch's first ticket in that moment.
    alice.swap.giving = lambda _heads: trade(alice)
    talk(alice, bob, rounds=3)
    alice.swap.giving = lambda _heads: None
    assert talk(alice, bob).agreed
    assert same(alice, bob)
