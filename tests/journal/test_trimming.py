"""Years of log are trimmed, new boxes begin with a snapshot, and nobody can tell from the tables."""

import random
from collections.abc import Callable

import msgspec
import pytest

from appliance.journal import Desk, Journal
from appliance.journal import cold as storage
from appliance.journal.check import digests
from appliance.journal.controls import Milestone
from appliance.journal.entry import Deed, Entry, Unreadable, pack, read_deed
from appliance.journal.snapshots import read_manifest
from tests.cast import BRANCH_A, TestClock, agree, clean, meet
from tests.journal import toy as shop
from tests.journal.test_erasing import TOLD, erase, found
from tests.journal.test_forks import OWNER, cut_off, revoke


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of forty entries, so that a small shop has many."""
    monkeypatch.setattr(storage, "CHUNK_ENTRIES", 40)


def busy(desk: Desk, count: int, seed: int = 1) -> list[str]:
    """Some trade, with corrections, forks to be, removals, and facts told twice."""
    chance, tickets = random.Random(seed), []
    for number in range(count):
        ticket = shop.sell(desk, name=f"客人{seed}-{number}", total=100 + number)
        tickets.append(ticket)
        if chance.random() < 0.5:
            shop.step(desk, ticket=ticket, to=chance.choice(["approved", "cancelled"]))
        if chance.random() < 0.3:
            buyer = desk.value("select buyer from ticket where id = ?", ticket)
            shop.correct(desk, buyer=buyer, credit=number, city=f"城{number}", tags=["老客"])
        if chance.random() < 0.2:
            shop.remove(desk, ticket=ticket)
        shop.take_in(desk, cause=f"D-{number}", sku="cup", qty=chance.randint(1, 3))
    return tickets


def trimmed(desk: Desk, *others: Desk) -> int:
    """Everybody has everything, says so, and this box trims."""
    desk.journal.put_away(0)
    number = desk.journal.milestone().result()
    meet(desk, *others)
    assert all(other.journal.reached() == number for other in (desk, *others))
    desk.journal.milestone(floor=number).result()
    return desk.journal.trim()


def hear(listener: Desk, *others: Desk) -> None:
    """One takes in what others have, and gives nothing away."""
    for other in others:
        listener.journal.take(list(other.journal.segments(listener.journal.heads()))).result()


@pytest.fixture
def pair(toy: Callable[..., Desk]) -> tuple[Desk, Desk]:
    clock = TestClock()
    return toy("A1", clock, root=OWNER), toy("B1", clock, root=OWNER)


def test_trimming_changes_no_digest(pair: tuple[Desk, Desk]):
    """Invariant 16."""
    lina, wang = pair
    busy(lina, 40)
    meet(lina, wang)
    busy(wang, 30, seed=2)
    busy(lina, 5, seed=3)
    meet(lina, wang)
    before = {
        name: told for name, told in digests(lina.journal).items() if name in {"ticket", "buyer", "moved", "step"}
    }
    assert trimmed(lina, wang) > 3
    assert lina.value("select count(*) from base") > 0
    assert before.items() <= digests(lina.journal).items()
    meet(lina, wang)
    assert agree(lina, wang)
    lina.journal.rebuild().result()
    assert agree(lina, wang)
    assert clean(lina) == []
    busy(wang, 10, seed=4)
    busy(lina, 10, seed=5)
    meet(lina, wang)
    assert agree(lina, wang)
    assert clean(lina) == clean(wang) == []


def test_a_new_box_begins_with_a_snapshot_and_takes_the_rest(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    """Invariant 17."""
    lina, wang = pair
    busy(lina, 40)
    meet(lina, wang)
    busy(wang, 30, seed=2)
    meet(lina, wang)
    assert trimmed(lina, wang) > 3
    busy(lina, 10, seed=3)
    fresh = toy("C1", lina.journal.clock)
    assert lina.journal.lapsed(fresh.journal.heads())
    snapshot = lina.journal.snapshot()
    reaches = fresh.journal.install(snapshot).result()
    assert reaches == fresh.journal.heads()
    assert clean(fresh) == []
    assert not lina.journal.lapsed(fresh.journal.heads())
    busy(fresh, 5, seed=4)
    meet(lina, wang, fresh)
    assert agree(lina, wang, fresh)
    assert clean(fresh) == []
    fresh.journal.rebuild().result()
    assert agree(lina, fresh)


def test_a_box_away_too_long_hands_over_its_own_and_loses_none_of_it(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    lina, wang = pair
    lapsed = toy("C1")
    ticket = busy(lina, 5)[0]
    meet(lina, wang, lapsed)
    own = [shop.sell(lapsed, name=f"远方{number}", total=7) for number in range(5)]
    shop.step(lapsed, ticket=own[0], to="approved")
    busy(lina, 60, seed=2)
    shop.remove(lina, ticket=ticket)
    meet(lina, wang)
    assert trimmed(lina, wang) > 3
    assert lina.journal.lapsed(lapsed.journal.heads())
    for desk in (lina, wang):
        desk.journal.take(list(lapsed.journal.segments(desk.journal.heads()))).result()
    lapsed.journal.install(lina.journal.snapshot()).result()
    meet(lina, wang, lapsed)
    assert agree(lina, wang, lapsed)
    assert len(lapsed.rows("select * from ticket where id in (?, ?, ?, ?, ?)", *own)) == 5
    assert lapsed.value("select deleted from ticket where id = ?", ticket) == 1
    assert clean(lapsed) == []


def test_what_was_deleted_stays_deleted_whoever_comes_back(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    lina, wang = pair
    ticket = busy(lina, 40)[3]
    stick = list(lina.journal.segments({}))
    shop.remove(lina, ticket=ticket)
    busy(lina, 5, seed=2)
    meet(lina, wang)
    assert trimmed(lina, wang) > 2
    fresh = toy("C1", lina.journal.clock)
    fresh.journal.install(lina.journal.snapshot()).result()
    for desk in (lina, fresh):
        desk.journal.take(stick).result()
        desk.journal.rebuild().result()
        assert desk.value("select deleted from ticket where id = ?", ticket) == 1
        assert clean(desk) == []


def test_only_the_partitions_asked_for_are_in_a_snapshot(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    lina, wang = pair
    busy(lina, 60)
    meet(lina, wang)
    trimmed(lina, wang)
    fresh = toy("C1", lina.journal.clock)
    fresh.journal.install(lina.journal.snapshot(["chain"])).result()
    assert {partition for _, partition in fresh.journal.heads()} == {"chain"}
    assert fresh.rows("select * from ticket where number <> ''") == []
    fresh.journal.take(list(lina.journal.segments(fresh.journal.heads(), partitions=["chain"]))).result()
    assert fresh.journal.digests() == {"chain": lina.journal.digests()["chain"]}
    assert clean(fresh) == []


def test_an_erased_person_is_in_no_snapshot_and_no_checkpoint(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    lina, wang = pair
    buyer = shop.register(lina, **TOLD)
    shop.correct(lina, buyer=buyer, credit=5)
    busy(lina, 60)
    meet(lina, wang)
    stick = list(wang.journal.segments({}))
    assert trimmed(lina, wang) > 2
    erase(lina, buyer=buyer)
    assert found(lina) == []
    fresh = toy("C1", lina.journal.clock)
    fresh.journal.install(lina.journal.snapshot()).result()
    fresh.journal.take(stick).result()
    meet(lina, wang, fresh)
    for desk in (lina, wang, fresh):
        desk.journal.rebuild().result()
        assert desk.rows("select * from buyer where id = ?", buyer) == []
        assert found(desk) == []
        assert clean(desk) == []
    assert agree(lina, wang, fresh)


def test_what_this_version_only_half_knows_survives_in_checkpoints_and_snapshots(
    pair: tuple[Desk, Desk], toy: Callable[..., Desk]
):
    lina, wang = pair
    busy(lina, 1)
    (sample, *_) = lina.journal.entries()
    deed = read_deed(sample.parts[0])
    changes = [["p", "hologram", b"x" * 16, {"hue": 3}], ["f", "moved", b"y" * 16, {"sku": "cup", "qty": 5, "aura": 1}]]
    newer = Deed(deed.salt, "w", "t", "toy.future", deed.action_id, deed.day, [], changes)
    assert wang.journal.box.sign
    wang.journal.merge([Entry(1, wang.journal.author, "chain", 1, sample.hlc, 0, bytes(32), [pack(newer)])]).result()
    busy(wang, 60)
    meet(lina, wang)
    assert trimmed(lina, wang) > 2
    fresh = toy("C1", lina.journal.clock)
    fresh.journal.install(lina.journal.snapshot()).result()
    for desk in (lina, fresh):
        desk.journal.rebuild().result()
        kept = [line for line in desk.journal._shadow.kept_whole if line.seq == 1]
        assert [read_deed(line.parts[0]).changes for line in kept] == [changes]
        assert desk.value("select qty from moved where id = ?", _id(b"y" * 16)) == 5
        assert desk.value("select count(*) from parked") == 1
        assert clean(desk) == []


def _id(raw: bytes) -> str:
    from appliance.journal.entry import show_id

    return str(show_id(raw))


def test_who_is_cut_off_below_a_checkpoint_is_taken_out_while_the_log_is_there(pair: tuple[Desk, Desk]):
    lina, wang = pair
    busy(wang, 30)
    meet(lina, wang)
    lina.journal.put_away(0)
    assert lina.journal.checkpoint(0)
    cut_off(lina, told=revoke(wang, lina, entries=10))
    lina.journal.settled().result()
    assert not lina.journal.astray
    assert lina.value("select count(*) from ticket where made_at > 0") < 30
    assert clean(lina) == []


def test_who_is_cut_off_below_what_was_trimmed_is_taken_out_by_a_snapshot_of_one_who_has_the_log(
    pair: tuple[Desk, Desk], toy: Callable[..., Desk]
):
    lina, wang = pair
    hub = toy("H1", TestClock(), root=OWNER)
    busy(wang, 40)
    meet(lina, wang, hub)
    assert trimmed(lina, wang, hub) > 2
    meet(lina, hub)
    told = revoke(wang, hub, entries=10)
    hub.journal.clock.now += 3_600_000
    cut_off(hub, told=told)
    hub.journal.settled().result()
    lina.journal.take(list(hub.journal.segments(lina.journal.heads()))).result()
    assert lina.journal.astray
    assert any("cut off" in line for line in clean(lina))
    lina.journal.put_away(0)
    assert not lina.journal.checkpoint(0) and lina.journal.astray, "what it would lay down holds what should not count"
    hub.journal.put_away(0)
    assert hub.journal.checkpoint(0)
    lina.journal.install(hub.journal.snapshot()).result()
    lina.journal.take(list(hub.journal.segments(lina.journal.heads()))).result()
    assert not lina.journal.astray
    assert agree(lina, hub)
    assert clean(lina) == []


def test_a_snapshot_that_was_changed_or_comes_from_nobody_changes_nothing(
    pair: tuple[Desk, Desk], toy: Callable[..., Desk]
):
    lina, wang = pair
    busy(lina, 40)
    meet(lina, wang)
    trimmed(lina, wang)
    snapshot = lina.journal.snapshot()
    manifest = read_manifest(snapshot[0])
    forged = [
        [],
        snapshot[1:],
        snapshot[:-1],
        [*snapshot[:-1], snapshot[1]],
        [b"noise", *snapshot[1:]],
        [msgspec.structs.replace(manifest, heads=manifest.heads[:1]).packed, *snapshot[1:]],
        [msgspec.structs.replace(manifest, giver=wang.journal.author).packed, *snapshot[1:]],
        [msgspec.structs.replace(manifest, erased=["x"]).packed, *snapshot[1:]],
    ]
    fresh = toy("C1", lina.journal.clock)
    for one in forged:
        with pytest.raises(Unreadable):
            fresh.journal.install(one)
    fresh.journal.trust = lambda author, _partition: author != lina.journal.author
    with pytest.raises(Unreadable):
        fresh.journal.install(snapshot)
    assert fresh.journal.heads() == {}
    assert fresh.rows("select * from buyer") == []


def test_an_older_snapshot_takes_nothing_away(pair: tuple[Desk, Desk], toy: Callable[..., Desk]):
    lina, wang = pair
    busy(lina, 40)
    meet(lina, wang)
    trimmed(lina, wang)
    old = lina.journal.snapshot()
    busy(lina, 60, seed=2)
    meet(lina, wang)
    assert trimmed(wang, lina) > 2
    heads, told = wang.journal.heads(), digests(wang.journal)
    wang.journal.install(old).result()
    assert wang.journal.heads() == heads
    assert digests(wang.journal) == told
    assert clean(wang) == []


def test_two_who_never_heard_of_each_other_and_both_trimmed_become_one(
    pair: tuple[Desk, Desk], toy: Callable[..., Desk]
):
    lina, wang = pair
    whole = toy("R1")
    for seed, desk in enumerate(pair):
        busy(desk, 40, seed)
        hear(whole, desk)
        assert trimmed(desk) > 1
        busy(desk, 5, seed + 2)
    assert lina.journal.lapsed(wang.journal.heads()) and wang.journal.lapsed(lina.journal.heads())
    lina.journal.install(wang.journal.snapshot()).result()
    assert lina.value("select count(*) from ticket where made_at > 0") > 60
    lina.journal.put_away(0)
    lina.journal.checkpoint(0)
    wang.journal.install(lina.journal.snapshot()).result()
    meet(lina, wang, whole)
    assert agree(lina, wang, whole)
    assert [clean(desk) for desk in pair] == [[], []]
    fresh = toy("C1", lina.journal.clock)
    fresh.journal.install(lina.journal.snapshot()).result()
    meet(lina, fresh)
    assert agree(lina, fresh)


def test_drawing_anew_begins_at_the_checkpoint(pair: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch):
    lina, _ = pair
    ticket = busy(lina, 60)[0]
    assert clean(lina) == []
    before, history = digests(lina.journal), lina.journal.history(lina.journal.reading(), ticket)
    lina.journal.put_away(0)
    assert lina.journal.checkpoint(10)
    assert not lina.journal.checkpoint(10)
    folded = []
    whole = type(lina.journal._shadow).fold
    monkeypatch.setattr(
        type(lina.journal._shadow),
        "fold",
        lambda self, entry, place, arrived: folded.append(arrived) or whole(self, entry, place, arrived),
    )
    lina.journal.rebuild().result()
    assert 0 < len(folded) < 60
    assert digests(lina.journal) == before
    assert lina.journal.history(lina.journal.reading(), ticket) == history
    assert clean(lina) == []


def test_nothing_is_trimmed_before_everybody_heard_of_has_it(pair: tuple[Desk, Desk]):
    lina, wang = pair
    busy(lina, 60)
    lina.journal.put_away(0)
    number = lina.journal.milestone().result()
    assert lina.journal.trim() == 0
    assert wang.journal.reached() == 0
    meet(lina, wang)
    assert (number, wang.journal.reached(), lina.journal.reached()) == (1, 1, 1)
    assert lina.journal.trim() == 0
    busy(wang, 1, seed=2)
    wang.journal.milestone(floor=1).result()
    meet(lina, wang)
    assert lina.journal.trim() > 0
    assert lina.journal.put_away(0) >= 0
    assert agree(lina, wang)
    assert f"branch/{BRANCH_A}" in lina.journal.digests()


def test_milestones_say_a_state_that_others_can_hold_against_their_own(pair: tuple[Desk, Desk]):
    lina, wang = pair
    busy(lina, 5)
    meet(lina, wang)
    told = lina.journal.digests()
    lina.journal.milestone().result()
    meet(lina, wang)
    (_, milestone, _), *_ = _milestones(wang.journal)
    assert milestone.states == {name: tuple(digest) for name, digest in told.items()}


def _milestones(journal: Journal) -> list[tuple[int, Milestone, int]]:
    return journal._milestones()
