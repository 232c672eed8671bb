"""Boxes that exchanged all they know agree, whatever the order, the splits and the repeats."""

import random
import sqlite3
import tempfile
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.journal.check import digests
from appliance.journal.entry import Deed, Entry, Unreadable, decode, pack, read_deed
from tests.cast import agree, clean, meet
from tests.journal import toy
from tests.journal.toy import toy_box


def test_shipped_beats_cancelled_and_both_boxes_say_so(lina: Desk, wang: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    toy.step(lina, ticket=ticket, to="approved")
    meet(lina, wang)
    toy.step(lina, ticket=ticket, to="shipped")
    toy.step(wang, ticket=ticket, to="cancelled")
    meet(lina, wang)
    for desk in (lina, wang):
        assert tuple(desk.row("select state, forked from ticket where id = ?", ticket)) == ("shipped", 1)
        assert [row.document for row in desk.rows("select document from fork")] == [ticket]
    assert agree(lina, wang)


def test_two_corrections_of_a_watched_field_are_shown(lina: Desk, wang: Desk):
    buyer = toy.register(lina, name="张伟")
    meet(lina, wang)
    toy.correct(lina, buyer=buyer, credit=500)
    toy.correct(wang, buyer=buyer, credit=700)
    meet(lina, wang)
    assert lina.value("select count(*) from conflict") == wang.value("select count(*) from conflict") == 1
    assert agree(lina, wang)


def test_one_correction_after_another_is_no_conflict(lina: Desk, wang: Desk):
    buyer = toy.register(lina, name="张伟")
    meet(lina, wang)
    toy.correct(lina, buyer=buyer, credit=500)
    meet(lina, wang)
    toy.correct(wang, buyer=buyer, credit=700)
    meet(lina, wang)
    assert lina.rows("select * from conflict") == []
    assert lina.value("select credit from buyer where id = ?", buyer) == 700


def test_an_address_is_never_torn(lina: Desk, wang: Desk):
    buyer = toy.register(lina, name="张伟", city="杭州", street="文一路 1 号")
    meet(lina, wang)
    toy.correct(lina, buyer=buyer, city="上海")
    toy.correct(wang, buyer=buyer, street="文二路 2 号")
    meet(lina, wang)
    address = tuple(lina.row("select city, street from buyer where id = ?", buyer))
    assert address in {("上海", "文一路 1 号"), ("杭州", "文二路 2 号")}
    assert agree(lina, wang)


def test_a_parcel_that_left_beats_one_that_was_taken_back_and_cancelled(lina: Desk, wang: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    toy.step(lina, ticket=ticket, to="approved")
    meet(lina, wang)
    for to in ("shipped", "approved", "cancelled"):
        toy.step(wang, ticket=ticket, to=to)
    toy.step(lina, ticket=ticket, to="shipped")
    meet(lina, wang)
    for desk in (lina, wang):
        assert desk.value("select state from ticket where id = ?", ticket) == "shipped"
    assert agree(lina, wang)


def test_a_delivery_told_by_two_boxes_counts_once_and_a_rival_is_kept(lina: Desk, wang: Desk):
    toy.take_in(lina, cause="D-1", sku="teapot", qty=10_000)
    toy.take_in(wang, cause="D-1", sku="teapot", qty=10_000)
    toy.take_in(lina, cause="D-2", sku="cup", qty=20_000)
    toy.take_in(wang, cause="D-2", sku="cup", qty=30_000)
    meet(lina, wang)
    for desk in (lina, wang):
        assert desk.value("select qty from stock where sku = 'teapot'") == 10_000
        assert [row["tellings"] for row in desk.rows("select * from rivalry")] == [2]
        assert clean(desk) == []
    assert agree(lina, wang)


def test_a_delivery_told_three_times_reads_the_same_whoever_is_heard_first(tmp_path: Path):
    boxes = [toy_box(tmp_path / code, code) for code in ("A1", "B1", "C1")]
    for cause in range(3):
        for place, desk in enumerate(boxes):
            toy.take_in(desk, cause=f"D-{cause}", sku="cup", qty=10_000 if place == cause else 20_000)
    told = [list(desk.journal.entries()) for desk in boxes]
    readers = []
    for number, order in enumerate(permutations(range(3))):
        reader = toy_box(tmp_path / f"reader {number}", f"R{number}")
        for place in order:
            reader.journal.merge(told[place]).result()
        readers.append(reader)
    assert agree(*readers) and clean(readers[0]) == []
    for desk in (*boxes, *readers):
        desk.journal.close()


def test_an_entry_before_its_turn_waits(lina: Desk, wang: Desk):
    for name in ("张伟", "李娜", "王芳"):
        toy.register(lina, name=name)
    first, second, third = lina.journal.entries()
    assert wang.journal.merge([third]).result().value.early == 1
    assert wang.journal.merge([second]).result().value.early == 1
    assert wang.rows("select * from buyer") == []
    assert wang.journal.merge([first]).result().value.applied == 3
    assert agree(lina, wang)


def test_what_this_version_does_not_know_is_kept_relayed_and_applied_later(
    toy: Callable[..., Desk], lina: Desk, wang: Desk
):
    from tests.journal import toy as shop

    shop.register(lina, name="张伟")
    (entry,) = lina.journal.entries()
    deed = read_deed(entry.parts[0])
    newer = Deed(
        deed.salt,
        "worker",
        "tablet",
        "toy.future",
        deed.action_id,
        deed.day,
        [],
        [["p", "hologram", b"x" * 16, {"hue": 3}], ["f", "moved", b"y" * 16, {"sku": "cup", "qty": 5, "aura": "blue"}]],
    )
    strange = Entry(1, b"N" * 24, "chain", 1, entry.hlc, 0, bytes(32), [pack(newer)])
    outcome = wang.journal.merge([strange, entry]).result().value
    assert (outcome.applied, outcome.parked) == (2, 1)
    assert wang.value("select qty from stock where sku = 'cup'") == 5
    third = toy("C1")
    third.journal.merge(wang.journal.entries()).result()
    assert agree(wang, third)
    assert clean(third) == []


def test_a_poisonous_change_stops_nothing(lina: Desk, wang: Desk):
    poison = [
        ["p", "buyer", b"x" * 16, {"credit": 1.5}],
        ["p", "buyer", b"x" * 16, {"credit": 2**63}],
        ["s", "ticket", 7, {}, {}],
        ["t", "ticket", b"z" * 16, "draft", "flying", ""],
        ["f", "moved", b"q" * 16, {"sku": "a\x00b"}],
        ["?"],
        [],
        "nonsense",
        ["f", "moved", b"r" * 16, {"sku": "cup", "qty": 1}],
    ]
    deed = Deed(b"s" * 16, "worker", "tablet", "toy.x", "", "2026-11-24", [], poison)
    strange = Entry(1, b"P" * 24, "chain", 1, 1 << 40, 0, bytes(32), [pack(deed)])
    toy.register(lina, name="张伟")
    outcome = wang.journal.merge([strange, *lina.journal.entries()]).result().value
    assert (outcome.applied, outcome.parked) == (2, len(poison) - 1)
    assert wang.value("select qty from stock where sku = 'cup'") == 1
    assert wang.value("select name from buyer where made_at > 0 and name <> ''") == "张伟"


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(min_size=1, max_size=4))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_from_anywhere_are_an_entry_or_unreadable(golden: bytes, noise: bytes, at: int, patch: bytes):
    for raw in (noise, golden[:at], golden[:at] + patch + golden[at + len(patch) :]):
        assert isinstance(_read(raw), Entry | Unreadable)


def _read(raw: bytes) -> Entry | Unreadable:
    try:
        return decode(raw)
    except Unreadable as unreadable:
        return unreadable


@pytest.fixture(scope="module")
def golden() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        desk = toy_box(Path(folder), "G1")
        toy.sell(desk, name="张伟", total=100)
        raw = pack(next(iter(desk.journal.entries())))
        desk.journal.close()
    return raw


DEED = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["sell", "step", "correct", "take", "fetch", "remove", "meet"]),
    st.integers(0, 5),
    st.integers(1, 4),
)
DEEDS = st.lists(DEED, max_size=25)


def _do(desks: list[Desk], deed: tuple[int, str, int, int]) -> None:
    box, verb, which, amount = deed
    desk = desks[box]
    tickets = [row.id for row in desk.rows("select id from ticket where made_at > 0 order by id")]
    buyers = [row.id for row in desk.rows("select id from buyer where made_at > 0 order by id")]
    try:
        match verb:
            case "sell":
                toy.sell(desk, name="李娜", total=amount, sku=f"sku-{which}")
            case "take":
                toy.take_in(desk, cause=f"D-{which}", sku=f"sku-{which}", qty=amount)
            case "fetch":
                toy.fetch(desk, cause=f"T-{which}", total=amount)
            case "meet":
                desk.journal.merge(desks[which % 3].journal.entries(desk.journal.vector())).result()
            case "step" if tickets:
                to = ["approved", "shipped", "cancelled", "draft"][amount - 1]
                toy.step(desk, ticket=tickets[which % len(tickets)], to=to)
            case "remove" if tickets:
                toy.remove(desk, ticket=tickets[which % len(tickets)])
            case "correct" if buyers:
                toy.correct(desk, buyer=buyers[which % len(buyers)], credit=amount, city=f"city-{amount}")
    except Refusal:
        pass


@given(DEEDS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_three_boxes_come_to_the_same_state_in_any_order(deeds: list[tuple[int, str, int, int]], chance: random.Random):
    with tempfile.TemporaryDirectory() as folder:
        desks = [toy_box(Path(folder) / code, code) for code in ("A1", "B1", "C1")]
        for deed in deeds:
            _do(desks, deed)
        whole = [pack(entry) for desk in desks for entry in desk.journal.entries()]
        for desk in desks:
            shuffled = whole * 2
            chance.shuffle(shuffled)
            while shuffled:
                cut = chance.randint(1, len(shuffled))
                desk.journal.merge(shuffled[:cut]).result()
                shuffled = shuffled[cut:]
        told = [digests(desk.journal) for desk in desks]
        complaints = [clean(desk) for desk in desks]
        for desk in desks:
            desk.journal.close()
    assert told[0] == told[1] == told[2]
    assert complaints == [[], [], []]


def test_a_step_that_came_before_the_one_it_follows_counts_once_both_are_there(lina: Desk, wang: Desk, tmp_path: Path):
    ticket = toy.sell(lina, name="张伟", total=100)
    toy.step(lina, ticket=ticket, to="approved")
    meet(lina, wang)
    toy.step(wang, ticket=ticket, to="shipped")
    far = toy_box(tmp_path / "far", "C1")
    far.journal.merge([one for one in wang.journal.entries() if one.author == wang.journal.author]).result()
    meet(lina, far)
    assert far.value("select state from ticket where id = ?", ticket) == "shipped"
    meet(lina, wang)
    assert agree(lina, wang, far)
    far.journal.close()


def test_what_was_shipped_is_not_shown_cancelled_though_the_step_before_has_not_come(
    lina: Desk, wang: Desk, tmp_path: Path
):
    """The simulation's seed 2129."""
    ticket = toy.sell(lina, name="张伟", total=100)
    meet(lina, wang)
    far, third = toy_box(tmp_path / "far", "C1"), toy_box(tmp_path / "third", "D1")
    for desk in (far, third):
        meet(lina, desk)
    toy.step(wang, ticket=ticket, to="approved")
    third.journal.take(list(wang.journal.segments(third.journal.heads()))).result()
    toy.step(third, ticket=ticket, to="shipped")
    toy.step(lina, ticket=ticket, to="cancelled")
    meet(lina, far)
    far.journal.merge([one for one in third.journal.entries() if one.author == third.journal.author]).result()
    assert far.value("select state from ticket where id = ?", ticket) == "shipped"
    meet(lina, wang, far, third)
    assert far.value("select state from ticket where id = ?", ticket) == "shipped"
    assert agree(lina, wang, far, third)
    for desk in (far, third):
        assert clean(desk) == []
        desk.journal.close()


def test_a_sale_does_not_wait_for_what_another_branch_did_all_day(lina: Desk, wang: Desk):
    for n in range(40):
        toy.register(wang, name=f"buyer {n}")
    shut, found = Event(), list[int]()
    lina.journal.local(lambda _conn: shut.wait(10))
    sale = lina.journal.perform(lina, "toy.register", lambda at: toy.register(at, name="张伟"))
    sale.add_done_callback(
        lambda _: found.append(lina.journal.reader().execute("select count(*) from buyer").fetchone()[0])
    )
    merged = lina.journal.merge(list(wang.journal.entries()))
    shut.set()
    merged.result()
    assert sale.result().value
    assert found == [1]
    assert clean(lina) == []


def test_what_was_given_up_keeps_a_box_from_telling_nothing_that_it_writes_later(lina: Desk, wang: Desk):
    toy.register(lina, name="张伟")
    toy.register(wang, name="李娜")
    full = "create trigger full before insert on history begin select raise(abort, 'full'); end"
    wang.journal.local(lambda conn: conn.execute(full)).result()
    with pytest.raises(sqlite3.IntegrityError):
        wang.journal.take(list(lina.journal.segments({}))).result()
    wang.journal.local(lambda conn: conn.execute("drop trigger full")).result()
    toy.register(wang, name="王芳")
    assert [seq for seq, _ in wang.journal.heads().values()] == [2]
    meet(lina, wang)
    assert agree(lina, wang)
