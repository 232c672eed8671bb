"""Boxes that were replaced and names that ended do not lengthen what boxes tell each other for ever (R36)."""

from __future__ import annotations

from appliance.journal.controls import Retire, control
from appliance.journal.entry import pack
from appliance.sync.boxes import messages as words
from appliance.sync.boxes.talk import Talk
from appliance.sync.boxes.vectors import fold, pack_heads, read_heads
from tests.sync.hub.cast import log_of, same, trade
from tests.sync.kin import ROOT, Kin, put_out, talk


def renewed(box: Kin, times: int = 1) -> None:
    """Let a box begin a new incarnation, as after each restored backup, and sell as that."""
    for _ in range(times):
        own = box.journal.author[:16]
        known = sum(author[:16] == own for author, _ in box.journal.heads())
        box.journal.reincarnate(own + known.to_bytes(8, "big")).result()
        trade(box)


def bytes_of(asking: Kin, answering) -> int:
    """How many bytes it takes to tell of one sale."""
    trade(asking)
    sizes = list[int]()
    assert talk(asking, answering, sizes=sizes).agreed
    return sum(sizes)


def asked(box: Kin, point, question: bytes) -> bytes:
    letter, seal = box.post.write(point.certificate, question)
    opened = point.post.open(letter)
    return seal.open(opened.answering.seal(point.swap.answer(opened.sender, opened.message)[0]))


def begun(bob: Kin, alice: Kin, point) -> tuple[Talk, bytes | None]:
    """A talk of one who knows of an end and has sold since, and the question that stands next."""
    renewed(alice, 2)
    talk(alice, point)
    talk(bob, point)
    trade(bob, 5)
    one = Talk(bob.swap, point.certificate)
    return one, one.go_on(asked(bob, point, one.begin()))


def test_a_talk_is_no_longer_though_a_box_was_restored_forty_times(point, boxes):
    alice, bob = boxes("A1", "B1")
    trade(bob)
    talk(bob, point)
    renewed(alice, 2)
    talk(alice, point)
    few = bytes_of(alice, point)
    renewed(alice, 40)
    talk(alice, point)
    talk(bob, point)
    assert bytes_of(bob, point) < few + 60
    talk(alice, point)
    assert bytes_of(alice, point) < few + 60
    listed = len(read_heads(pack_heads(log_of(point).heads(), None)))
    assert listed > 80, "whoever looks at all of it still finds them"
    talk(bob, point)
    assert same(point, alice, bob)


def test_who_has_not_heard_that_a_name_ended_hears_it_and_folds_from_then_on(point, boxes):
    alice, bob = boxes("A1", "B1")
    trade(alice)
    talk(alice, point)
    talk(bob, point)
    renewed(alice, 3)
    talk(alice, point)
    assert fold(bob.swap.ended(None)) != fold(alice.swap.ended(None))
    trade(bob, 5)
    assert talk(bob, point).agreed
    assert fold(bob.swap.ended(None)) == fold(alice.swap.ended(None)) != b""
    talk(alice, point)
    assert same(point, alice, bob)


def test_a_name_that_ends_in_the_middle_of_a_talk_does_not_break_it(point, boxes):
    alice, bob = boxes("A1", "B1")
    one, question = begun(bob, alice, point)
    assert question is not None and words.read_question(question).folded
    renewed(alice)
    talk(alice, point)
    turned = asked(bob, point, question)
    assert isinstance(words.read_answer(turned), words.Differs)
    question = one.go_on(turned)
    assert question is not None and not words.read_question(question).folded
    while question is not None:
        question = one.go_on(asked(bob, point, question))
    assert one.outcome.agreed and one.outcome.applied
    talk(alice, point)
    assert same(point, alice, bob)


def test_a_peer_that_only_ever_says_how_far_it_is_ends_the_talk(point, boxes):
    alice, bob = boxes("A1", "B1")
    (one, question), count = begun(bob, alice, point), 0
    heads = pack_heads({}, None)
    while question is not None:
        mark = getattr(words.read_question(question), "folded", b"")
        question = one.go_on(pack(words.Differs(heads=heads, folded=mark, **bob.swap.told())))
        count += 1
        assert count < 10
    assert not one.outcome.agreed


def test_a_box_that_was_put_out_folds_too_once_all_that_counts_of_it_is_here(point, boxes, tmp_path):
    alice, bob, lost = boxes("A1", "B1", "C1")
    ROOT.write(tmp_path / "A1" / "root.key")
    trade(lost, 3)
    for box in (lost, alice, bob):
        talk(box, point)
    put_out(alice.desk, told=alice.company.revocation(lost.key.box))
    for box in (alice, bob, alice):
        talk(box, point)
    gone = lost.journal.author[:16]
    assert {author[:16] for author, _ in log_of(point).ended()} == {gone}
    assert fold(bob.swap.ended(None)) == fold(point.swap.ended(None)) != b""
    assert same(point, alice, bob)


def test_an_end_that_no_log_has_is_kept_and_relayed_but_not_believed(point, boxes):
    alice, bob = boxes("A1", "B1")
    trade(alice)
    own = alice.journal.author
    wrong = [[("chain", 2**64 - 1, bytes(32))], [("a\x00b", 1, bytes(32))], [("", 1, bytes(32))], [("chain", 1, b"")]]
    for heads in wrong:
        alice.journal._writer.submit(lambda _conn, heads=heads: said(alice, Retire(own, heads))).result()
    trade(alice)
    assert talk(alice, point).agreed and talk(bob, point).agreed
    assert not log_of(point).ended() and not bob.journal.ended()
    assert bob.desk.value("select count(*) from parked") == len(wrong)
    assert len(bob.desk.rows("select 1 from ticket")) == 2


def said(box: Kin, told: Retire) -> None:
    """Write an end down without looking at it, as a box that went wrong would."""
    from appliance.journal.retelling import write

    journal = box.journal
    deed = journal._deed_of_its_own("journal.reincarnate")
    deed.changes.append(control(told))
    write(journal._shadow, journal.hybrid, journal.author, "chain", [pack(deed)])
