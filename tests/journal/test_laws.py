"""The laws of merging (spec/sync.md section 6, T1): any order, any split, any repetition comes to the same."""

import random
import tempfile
from pathlib import Path

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, held
from appliance.journal import cold as storage
from appliance.journal.check import digests
from appliance.journal.controls import Restamp
from appliance.journal.entry import NO_HEAD, Deed, Entry, Unreadable, pack
from appliance.journal.forks import read_item
from appliance.journal.segments import MOST_INFLATED, MOST_PACKED, inflate
from appliance.journal.snapshots import read_manifest
from appliance.journal.state import read_state
from tests.cast import clean, meet
from tests.journal.test_clock import restamp
from tests.journal.test_erasing import erase
from tests.journal.test_forks import OWNER, cut_off, revoke
from tests.journal.test_golden import _told
from tests.journal.test_merging import DEED, DEEDS, _do
from tests.journal.test_trimming import hear
from tests.journal.toy import toy_box

CONTROLS = st.lists(st.sampled_from(["erase", "restamp", "revoke"]), max_size=3, unique=True)


def _boxes(folder: str, codes: str) -> list[Desk]:
    """Each of a branch of its own, so that what they say of one thing stands in several partitions."""
    opened = [toy_box(Path(folder) / code, f"{code}1", root=OWNER).journal for code in codes]
    return [journal.desk(who=f"worker-{code}", branch=code) for journal, code in zip(opened, codes, strict=True)]


def _act(desks: list[Desk], deed: tuple[int, str, int, int]) -> None:
    """A deed; where boxes meet, they hand each other what is signed."""
    box, verb, which, _ = deed
    if verb == "meet" and box != which % 3:
        meet(desks[box], desks[which % 3])
    elif verb != "meet":
        _do(desks, deed)


def _control(desks: list[Desk], verb: str, chance: random.Random) -> None:
    """One word about the log itself, from the first box."""
    first, gone = desks[0], desks[2]
    for desk in desks:
        desk.journal.settled().result()
    if verb == "erase" and (buyers := [row.id for row in first.rows("select id from buyer order by id")]):
        erase(first, buyer=chance.choice(buyers))
    hlcs = [entry.hlc for entry in gone.journal.entries() if entry.author == gone.journal.author]
    if verb == "restamp" and hlcs:
        restamp(first, told=Restamp(gone.journal.author, hlcs[0], 2**62, 7_200_000 << 16))
    if verb == "revoke":
        cut_off(first, told=revoke(gone, first))


@given(DEEDS, CONTROLS, st.sampled_from([held.MOST_VALUES, 100, 0]), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_any_split_and_any_repetition_of_what_was_sent_come_to_the_same(
    deeds: list[tuple[int, str, int, int]], controls: list[str], most_held: int, chance: random.Random
):
    """Invariants 1, 2, 4, 7, 11 and 14, however many rows are held while tables are drawn."""
    before, held.MOST_VALUES = held.MOST_VALUES, most_held
    try:
        _told_in_any_order(deeds, controls, chance)
    finally:
        held.MOST_VALUES = before


def _told_in_any_order(deeds: list[tuple[int, str, int, int]], controls: list[str], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desks = _boxes(folder, "ABC")
        sent: list[bytes] = []
        for number, deed in enumerate(deeds):
            _act(desks, deed)
            if number % 5 == 4:
                sent += [raw for desk in desks for raw in desk.journal.segments({})]
        for verb in controls:
            _control(desks, verb, chance)
        sent += [raw for desk in desks for raw in desk.journal.segments({})]
        listeners = _boxes(folder, "XY")
        for desk in listeners:
            shuffled = sent * 2
            chance.shuffle(shuffled)
            while shuffled:
                cut = chance.randint(1, len(shuffled))
                desk.journal.take(shuffled[:cut]).result()
                shuffled = shuffled[cut:]
        meet(*listeners)
        told = [digests(desk.journal) for desk in listeners]
        complaints = [clean(desk) for desk in listeners]
        for desk in (*desks, *listeners):
            desk.journal.close()
    assert told[0] == told[1]
    assert complaints == [[], []]


@given(DEEDS, DEEDS, st.integers(0, 30))
@settings(max_examples=15, deadline=None)
def test_a_snapshot_joined_is_the_log_told_and_trimming_first_or_last_is_the_same(
    deeds: list[tuple[int, str, int, int]], more: list[tuple[int, str, int, int]], stay: int
):
    """Invariants 16 and 17."""
    before, storage.CHUNK_ENTRIES = storage.CHUNK_ENTRIES, 5
    try:
        with tempfile.TemporaryDirectory() as folder:
            desks = _boxes(folder, "ABC")
            by_log, by_snapshot = _boxes(folder, "XY")
            for deed in deeds:
                _act(desks, deed)
            meet(*desks)
            desks[0].journal.put_away(0)
            desks[0].journal.checkpoint(stay)
            if snapshot := desks[0].journal.snapshot():
                by_snapshot.journal.install(snapshot).result()
            number = desks[0].journal.milestone(floor=1).result()
            desks[0].journal.trim()
            for deed in more:
                _act(desks, deed)
            meet(*desks)
            meet(desks[1], by_log)
            meet(desks[1], by_snapshot)
            told = [digests(desk.journal) for desk in (*desks, by_log, by_snapshot)]
            complaints = [line for desk in (*desks, by_log, by_snapshot) for line in clean(desk)]
            for desk in (*desks, by_log, by_snapshot):
                desk.journal.close()
    finally:
        storage.CHUNK_ENTRIES = before
    assert number == 1
    assert all(one == told[0] for one in told)
    assert complaints == []


BUSY = st.lists(DEED, min_size=6, max_size=25)
ALONE = st.lists(st.tuples(st.integers(0, 1), DEEDS), max_size=3)
"""What two boxes do by turns, each by itself, and then trims."""


@given(DEEDS, ALONE, BUSY, st.booleans(), st.integers(0, 8), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_two_boxes_that_both_trimmed_join_as_if_they_had_not(
    deeds: list[tuple[int, str, int, int]],
    alone: list[tuple[int, list[tuple[int, str, int, int]]]],
    last: list[tuple[int, str, int, int]],
    at_once: bool,
    stay: int,
    chance: random.Random,
):
    """Invariants 1, 2, 16 and 17, with a box that heard everything and trims nothing to hold them against."""
    before, storage.CHUNK_ENTRIES = storage.CHUNK_ENTRIES, 5
    try:
        with tempfile.TemporaryDirectory() as folder:
            alice, bob, away, whole = desks = _boxes(folder, "ABCR")
            for deed in deeds:
                _act(desks, deed)
            _say_what_nobody_knows(away)
            for who, own in [*alone, (0, last), (1, last)]:
                for _, *what in own:
                    _act([desks[who]] * 3, (0, *what))
                if at_once:
                    _control(desks, "erase", chance)
                hear(whole, *desks[:3])
                _trim(desks[who], stay)
                hear(whole, *desks[:3])
            told = bob.journal.snapshot()
            _begin_with(alice, told)
            _begin_with(bob, alice.journal.snapshot())
            if at_once:
                _begin_with(away, told)
            meet(alice, bob)
            _begin_with(away, bob.journal.snapshot())
            meet(*desks)
            same = [digests(desk.journal) for desk in desks]
            complaints = [line for desk in desks for line in clean(desk)]
            cases = {desk.value("select count(*) from parked") for desk in desks}
            for desk in desks:
                desk.journal.close()
    finally:
        storage.CHUNK_ENTRIES = before
    assert same == [same[0]] * 4
    assert complaints == []
    assert cases == {2}


def _say_what_nobody_knows(desk: Desk) -> None:
    """A newer version wrote something here that this one has to keep."""
    author, chain = desk.journal.author, (desk.journal.author, "chain")
    seq, head = desk.journal.heads().get(chain, (0, NO_HEAD))
    for _ in range(2):
        deed = Deed(bytes(16), "w", "t", "toy.future", bytes(16), "", [], [["p", "hologram", b"x" * 16, {"hue": 3}]])
        entry = Entry(1, author, "chain", seq + 1, desk.journal.hybrid.next(), 0, head, [pack(deed)])
        desk.journal.merge([entry]).result()
        seq, head = entry.seq, entry.head


def _trim(desk: Desk, stay: int) -> None:
    desk.journal.put_away(stay)
    desk.journal.milestone(floor=desk.journal.milestone().result()).result()
    desk.journal.trim()


def _begin_with(desk: Desk, snapshot: list[bytes]) -> None:
    if snapshot:
        desk.journal.install(snapshot).result()


READERS = (read_item, read_manifest, read_state)
SAMPLES = [*_told("segments-1.txt"), *_told("snapshot-1.txt")]


@given(st.sampled_from(SAMPLES), st.integers(0, 3_000), st.binary(min_size=1, max_size=4), st.binary(max_size=200))
@settings(max_examples=300)
def test_bytes_from_anywhere_are_read_or_unreadable(sample: bytes, at: int, patch: bytes, noise: bytes):
    """Invariant 19."""
    plain = inflate(sample, MOST_PACKED, MOST_INFLATED)
    patched = zstandard.ZstdCompressor().compress(plain[:at] + patch + plain[at + len(patch) :])
    for raw in (noise, sample[:at], sample[:at] + patch + sample[at + len(patch) :], patched):
        for read in READERS:
            try:
                read(raw)
            except Unreadable:
                continue
