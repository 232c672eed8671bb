"""Pictures follow the goods they show, from whoever has them; a branch's own files stay where they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from appliance.sync.boxes.pictures import MOST_ASKED, Pictures
from appliance.sync.boxes.showing import Seeing, Showing
from tests.patience import until
from tests.sync.kin import Kin, file_away, hang_up, introduce, kin, talk
from tests.sync.test_line import Out, served

TEA = b"\x89PNG tea" * 100


@pytest.fixture
def boxes(tmp_path: Path):
    made = [kin(tmp_path / code, code) for code in ("A1", "B1", "C1")]
    introduce(*made)
    for one in made:
        one.swap.pictures = Pictures(one.journal)
    yield made
    for one in made:
        one.journal.close()


def see(asking: Kin, answering: Kin, tried: set[str] | None = None, way: type[Seeing | Showing] = Seeing) -> int:
    """Fetch pictures as the courier does, or show them; returns how many questions it took."""
    seeing = way(asking.swap, set() if tried is None else tried)
    question, count = seeing.next(), 0
    while question is not None:
        count += 1
        question = seeing.go_on(answering.swap.answer(asking.certificate, question)[0])
    return count


def has(box: Kin, content: bytes) -> bool:
    return box.journal.blobs.path(hashlib.sha256(content).hexdigest()).is_file()


def test_a_picture_comes_after_its_record_and_is_passed_on(boxes):
    alice, bob, carol = boxes
    hang_up(alice.desk, picture=alice.journal.blobs.keep(TEA))
    talk(bob, alice)
    talk(carol, bob)
    assert see(carol, bob) == 1 and not has(carol, TEA), "bob has not got it himself yet"
    assert see(bob, alice) == 1 and see(carol, bob) == 1
    assert has(bob, TEA) and has(carol, TEA) and see(carol, bob) == 0


def test_many_pictures_come_in_portions(boxes):
    alice, bob, _ = boxes
    pictures = [bytes([n]) * 200_000 for n in range(MOST_ASKED + 10)]
    for one in pictures:
        hang_up(alice.desk, picture=alice.journal.blobs.keep(one))
    talk(bob, alice)
    assert see(bob, alice) > 2 and all(has(bob, one) for one in pictures)


def test_a_branchs_own_files_are_neither_asked_for_nor_given_without_their_name(boxes):
    alice, bob, _ = boxes
    file_away(alice.desk, file=alice.journal.blobs.keep(b"the orders of the day"))
    talk(bob, alice)
    assert see(bob, alice) == 0 and not has(bob, b"the orders of the day")


def test_what_has_another_hash_was_not_asked_for(boxes):
    alice, bob, _ = boxes
    name = alice.journal.blobs.keep(TEA)
    hang_up(alice.desk, picture=name)
    talk(bob, alice)
    alice.journal.blobs.path(name).write_bytes(b"something else")
    tried = set()
    assert see(bob, alice, tried) == 1 and tried == {name}
    assert not has(bob, TEA) and not has(bob, b"something else")


def test_a_name_that_is_no_hash_reads_nothing(boxes):
    alice, *_ = boxes
    assert alice.swap.pictures.give(["../../box.key", "", "x" * 64]) == []


def test_the_courier_brings_pictures_along(boxes):
    alice, bob, _ = boxes
    hang_up(alice.desk, picture=alice.journal.blobs.keep(TEA))
    out = Out(bob)
    try:
        with served(alice) as door:
            out.notebook.reached(alice.key.box, [door.url])
            out.courier.meet(alice.key.box)
            assert until(lambda: has(bob, TEA))
    finally:
        out.close()


def test_a_box_takes_no_picture_that_it_did_not_ask_for(boxes):
    alice, bob, _ = boxes
    hang_up(alice.desk, picture=alice.journal.blobs.keep(TEA))
    assert see(alice, bob, way=Showing) == 1 and not has(bob, TEA)
