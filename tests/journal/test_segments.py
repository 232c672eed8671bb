"""What travels between boxes is signed by its author, limited in size, and sent in an order that explains itself."""

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Merged
from appliance.journal.entry import NO_HEAD, Deed, Entry, Unreadable, pack, part_hash
from appliance.journal.segments import (
    MOST_INFLATED,
    MOST_PACKED,
    Segment,
    inflate,
    pack_segment,
    read_segment,
    seal_message,
    segment_of,
)
from tests.cast import BRANCH_B, agree, clean, meet
from tests.journal import toy
from tests.journal.toy import toy_box


def _sent(desk: Desk, to: Desk | None = None) -> list[bytes]:
    return list(desk.journal.segments(to.journal.heads() if to else {}))


def _taken(desk: Desk, segments: list[bytes]) -> Merged:
    return desk.journal.take(segments).result().value


def test_what_a_box_signed_arrives_and_can_be_passed_on_by_another(toy: Callable[..., Desk], lina: Desk, wang: Desk):
    from tests.journal import toy as shop

    third = toy("C1")
    for number in range(5):
        shop.sell(lina, name=f"客人{number}", total=100)
    assert _taken(wang, _sent(lina)) == Merged(applied=10)
    assert _taken(third, _sent(wang)) == Merged(applied=10)
    assert _taken(third, _sent(lina)) == Merged(known=10)
    assert lina.journal.digest() == wang.journal.digest() == third.journal.digest()
    assert _sent(lina, third) == []
    assert agree(lina, wang, third)


def test_what_nobody_signed_is_not_passed_on(lina: Desk, wang: Desk):
    toy.sell(lina, name="张伟", total=100)
    wang.journal.merge(lina.journal.entries()).result()
    assert _sent(wang) == []


def _of_a_newer_version(desk: Desk) -> bytes:
    """What a box sends whose version writes one thing more into every deed."""
    box, segment = desk.journal.box, read_segment(_sent(desk)[0])
    parts = [[pack([*msgspec.msgpack.decode(first), "more"]), *others] for first, *others in segment.parts]
    longer = msgspec.structs.replace(segment, parts=parts)
    *_, (last, head) = longer.chained()
    signature = box.sign(seal_message(last.author, last.partition, last.seq, head))
    return pack_segment(msgspec.structs.replace(longer, signature=signature))


def test_a_deed_with_more_in_it_than_this_version_reads_is_passed_on_byte_by_byte(
    toy: Callable[..., Desk], lina: Desk, wang: Desk
):
    from tests.journal import toy as shop

    third = toy("C1")
    shop.register(lina, name="张伟")
    newer = _of_a_newer_version(lina)
    assert _taken(wang, [newer]).applied == 1
    (passed_on,) = _sent(wang)
    assert read_segment(passed_on).parts == read_segment(newer).parts
    assert _taken(third, [passed_on]).applied == 1
    assert third.value("select name from buyer") == "张伟"


def test_planted_a_hash_over_what_was_read_and_not_over_the_bytes_that_came(
    lina: Desk, wang: Desk, monkeypatch: pytest.MonkeyPatch
):
    """A fault planted on purpose (spec/sync.md section 6, T8): whoever hashes so believes no newer version."""
    toy.register(lina, name="张伟")
    newer, read = _of_a_newer_version(lina), msgspec.msgpack.Decoder(Deed).decode

    def spoilt(entry: Entry) -> bytes:
        first, *others = entry.parts
        assert isinstance(first, bytes)
        return part_hash(b"".join([part_hash(part) for part in (pack(read(first)), *others)]))

    monkeypatch.setattr(Entry, "payload_hash", property(spoilt))
    assert _taken(wang, [newer]).refused == 1


def test_a_segment_with_another_name_another_entry_or_another_key_is_refused(lina: Desk, wang: Desk):
    toy.register(lina, name="张伟")
    toy.register(lina, name="李娜")
    segment = read_segment(_sent(lina)[0])
    stranger = wang.journal.box
    false = [
        msgspec.structs.replace(segment, author=bytes(24)),
        msgspec.structs.replace(segment, partition="summary"),
        msgspec.structs.replace(segment, parts=segment.parts[:1], steps=segment.steps[:1]),
        msgspec.structs.replace(segment, parts=segment.parts[::-1]),
        msgspec.structs.replace(segment, steps=[segment.steps[0], segment.steps[1] + 1]),
        msgspec.structs.replace(segment, previous=b"x" * 32),
        msgspec.structs.replace(segment, public=stranger.public),
        msgspec.structs.replace(segment, public=b"short"),
        msgspec.structs.replace(segment, signature=bytes(64)),
        msgspec.structs.replace(segment, signature=b""),
    ]
    for one in false:
        outcome = _taken(wang, [pack_segment(one)])
        assert (outcome.applied, outcome.refused) == (0, len(one.parts))
    assert wang.journal.heads() == {}
    assert _taken(wang, [pack_segment(segment)]).applied == 2


def test_an_author_that_may_not_write_there_is_refused_and_comes_again(lina: Desk, wang: Desk):
    toy.sell(lina, name="张伟", total=100)
    wang.journal.trust = lambda _author, partition: partition == "chain"
    assert _taken(wang, _sent(lina)) == Merged(applied=1, refused=1)
    wang.journal.trust = lambda _author, _partition: True
    assert _taken(wang, _sent(lina, wang)) == Merged(applied=1)
    assert agree(lina, wang)


def test_the_chain_goes_first_then_what_was_learned_first(toy: Callable[..., Desk], lina: Desk, wang: Desk):
    from tests.journal import toy as shop

    ticket = shop.sell(lina, name="张伟", total=100)
    meet(lina, wang)
    shop.step(wang, ticket=ticket, to="approved")
    meet(lina, wang)
    shop.step(lina, ticket=ticket, to="shipped")
    told = [read_segment(raw) for raw in _sent(lina)]
    assert [(s.partition == "chain", s.author == lina.journal.author) for s in told] == [
        (True, True), (False, True), (False, False), (False, True),
    ]  # fmt: skip
    third = toy("C1")
    for raw in _sent(lina):
        _taken(third, [raw])
        assert third.value("select count(*) from step where parent <> '' and parent not in (select id from step)") == 0
    assert third.value("select state from ticket where id = ?", ticket) == "shipped"


def test_only_the_partitions_asked_for_are_sent_and_compared(lina: Desk, wang: Desk):
    toy.sell(lina, name="张伟", total=100)
    only = list(lina.journal.segments({}, partitions=["chain"]))
    assert _taken(wang, only).applied == 1
    assert lina.journal.digest(["chain"]) == wang.journal.digest(["chain"])
    assert lina.journal.digest() != wang.journal.digest()
    assert list(lina.journal.segments({}, partitions=[f"branch/{BRANCH_B}"])) == []


def test_a_segment_before_its_turn_waits_and_a_later_piece_of_it_is_enough(lina: Desk, wang: Desk):
    toy.register(lina, name="张伟")
    first = _sent(lina)
    toy.register(lina, name="李娜")
    second = list(lina.journal.segments(dict.fromkeys(lina.journal.heads(), (1, b""))))
    toy.register(lina, name="王芳")
    both = list(lina.journal.segments(dict.fromkeys(lina.journal.heads(), (1, b""))))
    assert _taken(wang, second).early == 1
    assert wang.journal.heads() == {}
    assert _taken(wang, first).applied == 2
    assert _taken(wang, both) == Merged(applied=1, known=1)
    assert agree(lina, wang)


def test_ten_thousand_changes_go_out_in_pieces_that_a_reader_takes(lina: Desk, wang: Desk):
    for number in range(2_300):
        toy.register(lina, name=f"客人{number}")
    sent = _sent(lina)
    assert [len(read_segment(raw).parts) for raw in sent] == [1_000, 1_000, 300]
    some = list(lina.journal.segments({}, most_bytes=1))
    assert some == sent[:1]
    assert _taken(wang, some).applied == 1_000
    assert _taken(wang, _sent(lina, wang)).applied == 1_300
    assert agree(lina, wang)


def test_long_entries_are_sealed_by_size(lina: Desk):
    for number in range(12):
        toy.register(lina, name=f"{number:02d}" * 25_000)
    sizes = [sum(len(part) for parts in read_segment(raw).parts for part in parts) for raw in _sent(lina)]
    assert max(sizes) < 350_000
    assert len(sizes) > 1


def test_two_histories_under_one_name_are_seen_by_their_heads(toy: Callable[..., Desk], lina: Desk, wang: Desk):
    from tests.journal import toy as shop

    shop.register(lina, name="张伟")
    clone = toy("A1", folder="clone")
    shop.register(clone, name="李娜")
    shop.register(clone, name="王芳")
    assert lina.journal.compare(clone.journal.heads()) == []
    assert clone.journal.compare(lina.journal.heads()) == [(lina.journal.author, "chain", 1)]
    meet(lina, wang)
    outcome = _taken(wang, _sent(clone))
    assert (outcome.applied, outcome.forks) == (0, [(lina.journal.author, "chain", 0)])
    assert clean(wang) == []


def test_a_sale_does_not_wait_for_a_merge_under_way(lina: Desk, wang: Desk):
    for number in range(1_500):
        toy.register(lina, name=f"客人{number}")
    merging = wang.journal.take(_sent(lina))
    toy.sell(wang, name="急客", total=100)
    sold_while_merging = not merging.done()
    assert merging.result().value.applied == 1_500
    assert sold_while_merging
    assert clean(wang) == []


# ---- bytes from anywhere


def test_what_would_unpack_to_more_than_any_box_packs_is_not_unpacked():
    bomb = zstandard.ZstdCompressor().compress(bytes(MOST_INFLATED + 1))
    nameless = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(1_000))
    for raw in (bomb, nameless, bytes(MOST_PACKED + 1)):
        with pytest.raises(Unreadable):
            inflate(raw, MOST_PACKED, MOST_INFLATED)


@pytest.fixture(scope="module")
def sample() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        desk = toy_box(Path(folder), "G1")
        for number in range(3):
            toy.sell(desk, name=f"客人{number}", total=100)
        yield list(desk.journal.segments({}))[1]
        desk.journal.close()


@given(st.binary(max_size=300), st.integers(0, 2_000), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_bytes_from_anywhere_are_a_segment_or_unreadable(sample: bytes, noise: bytes, at: int, patch: bytes):
    plain = inflate(sample, MOST_PACKED, MOST_INFLATED)
    patched = zstandard.ZstdCompressor().compress(plain[:at] + patch + plain[at + len(patch) :])
    for raw in (noise, sample[:at], sample[:at] + patch + sample[at + len(patch) :], patched):
        found = _read(raw)
        if isinstance(found, Segment):
            list(found.chained())


def _read(raw: bytes) -> Segment | Unreadable:
    try:
        return read_segment(raw)
    except Unreadable as unreadable:
        return unreadable


@given(st.lists(st.tuples(st.integers(1, 2**62), st.integers(0, 9), st.lists(st.binary(max_size=20), min_size=1))))
def test_packing_and_reading_keep_every_byte(told: list[tuple[int, int, list[bytes]]]):
    entries, previous = [], NO_HEAD
    for seq, (hlc, needs, parts) in enumerate(told, 1):
        entries.append(Entry(1, b"a" * 24, "chain", seq, hlc, needs, previous, list(parts)))
        previous = entries[-1].head
    if entries:
        found = read_segment(pack_segment(segment_of(entries, b"p" * 32, b"s" * 64)))
        assert [entry for entry, _ in found.chained()] == entries
        assert [head for _, head in found.chained()][-1] == previous
        assert (found.public, found.signature) == (b"p" * 32, b"s" * 64)


def test_a_mutated_segment_changes_nothing_but_a_count(lina: Desk, wang: Desk):
    toy.sell(lina, name="张伟", total=100)
    chance = random.Random(3)
    for raw in _sent(lina):
        plain = inflate(raw, MOST_PACKED, MOST_INFLATED)
        for _ in range(60):
            at = chance.randrange(len(plain))
            broken = plain[:at] + bytes([plain[at] ^ (1 << chance.randrange(8))]) + plain[at + 1 :]
            outcome = _taken(wang, [zstandard.ZstdCompressor().compress(broken)])
            assert outcome.applied == 0
    assert wang.journal.heads() == {}
