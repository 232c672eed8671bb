"""The old part of the log lies packed, a fifth as large, and nobody can tell but by the size of the file."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk
from appliance.journal import cold as storage
from appliance.journal.check import digests
from appliance.journal.entry import Entry, Erased
from appliance.journal.resting import LEARN_AT, Line, Packing, pack_chunk, read_chunk
from tests.cast import TestClock, agree, clean, meet
from tests.journal import toy as shop
from tests.journal.test_erasing import TOLD, erase, found
from tests.journal.test_forks import copied, names, swap


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of forty entries, so that a small shop has many."""
    monkeypatch.setattr(storage, "CHUNK_ENTRIES", 40)


def _busy(desk: Desk, count: int, seed: int = 1) -> list[str]:
    chance, tickets = random.Random(seed), []
    for number in range(count):
        tickets.append(shop.sell(desk, name=f"客人{number}", total=100 + number))
        if chance.random() < 0.5:
            shop.step(desk, ticket=chance.choice(tickets[-1:]), to="approved")
    return tickets


def _entries(desk: Desk) -> list[Entry]:
    return list(desk.journal.entries())


def test_what_is_put_away_reads_the_same(toy: Callable[..., Desk]):
    clock = TestClock()
    lina, wang, third = toy("A1", clock), toy("B1", clock), toy("C1", clock)
    ticket = _busy(lina, 60)[0]
    meet(lina, wang)
    _busy(wang, 40, seed=2)
    meet(lina, wang)
    _busy(lina, 20, seed=3)
    before = _entries(lina), digests(lina.journal), lina.journal.heads(), list(lina.journal.segments({}))
    told = lina.journal.history(lina.journal.reading(), ticket)
    assert lina.journal.put_away(5) > 200
    assert lina.value("select count(*) from log") < 45
    assert lina.value("select count(*) from cold") > 5
    assert (_entries(lina), digests(lina.journal), lina.journal.heads()) == before[:3]
    assert lina.journal.history(lina.journal.reading(), ticket) == told
    assert clean(lina) == []
    lina.journal.rebuild().result()
    assert digests(lina.journal) == before[1]
    third.journal.take(list(lina.journal.segments({}))).result()
    _busy(lina, 20, seed=4)
    meet(lina, wang, third)
    assert agree(lina, wang, third)
    lina.journal.close()
    again = toy("A1", clock)
    assert again.journal.heads() == wang.journal.heads()
    assert clean(again) == []


def test_what_goes_out_of_a_chunk_is_still_cut_where_it_was_signed(lina: Desk, wang: Desk):
    for number in range(30):
        shop.sell(lina, name=f"客人{number}", total=100)
        meet(lina, wang)
    seals = wang.value("select count(*) from seal")
    wang.journal.put_away(0)
    assert 0 < wang.value("select count(*) from seal") < seals
    assert clean(wang) == []
    for have in range(0, 30, 7):
        heads = dict.fromkeys(lina.journal.heads(), (have, b""))
        count = sum(len(storage_read(raw)) for raw in wang.journal.segments(heads))
        assert count == 2 * (30 - have)


def storage_read(raw: bytes) -> list[object]:
    from appliance.journal.segments import read_segment

    return list(read_segment(raw).parts)


def test_rows_that_changed_while_they_were_packed_stay_rows(lina: Desk):
    buyer = shop.register(lina, **TOLD)
    _busy(lina, 30)
    chunk = storage.next_chunk(lina.journal.log.seen_by(lina.journal.reading()), 0)
    assert chunk is not None
    erase(lina, buyer=buyer)
    assert not lina.journal.local(lambda conn: storage.put_away(lina.journal.log, chunk, conn)).result()
    assert lina.value("select count(*) from cold") == 0
    assert lina.journal.put_away(0) > 0
    assert found(lina) == []
    assert clean(lina) == []


def test_a_person_is_erased_from_what_was_put_away(lina: Desk, wang: Desk):
    buyer = shop.register(lina, **TOLD)
    _busy(lina, 50)
    meet(lina, wang)
    for desk in (lina, wang):
        desk.journal.put_away(0)
    erase(lina, buyer=buyer)
    assert lina.rows("select parts from log where seq = 1 and place = 1") != []
    meet(lina, wang)
    for desk in (lina, wang):
        desk.journal.put_away(0)
        assert found(desk) == []
        assert not any(
            TOLD["phone"].encode() in part
            for line in desk.journal.log.seen_by(desk.journal.reading()).lines()
            for part in line.parts
            if isinstance(part, bytes)
        )
        assert clean(desk) == []
    assert agree(lina, wang)


def test_a_copy_tells_again_what_it_had_put_away(tmp_path, lina: Desk, wang: Desk):
    shop.register(lina, name="张伟")
    copy = copied(tmp_path, lina)
    for number in range(60):
        shop.register(lina, name=f"a{number}")
        shop.register(copy, name=f"b{number}")
    swap(lina, wang)
    copy.journal.put_away(0)
    wang.journal.put_away(0)
    swap(copy, wang)
    assert len(names(wang)) == 121
    assert agree(copy, wang)
    assert clean(copy) == []
    copy.journal.put_away(0)
    assert clean(copy) == []
    copy.journal.close()


def test_a_clock_is_set_back_in_what_was_put_away(toy: Callable[..., Desk]):
    clock = TestClock()
    fast, other = toy("A1", clock), toy("B1")
    clock.now += 10**11
    _busy(fast, 60)
    fast.journal.put_away(0)
    clock.now -= 10**11
    assert fast.journal.take_clock_back().result() > 10**11 - 600_000
    fast.journal.settled().result()
    assert clean(fast) == []
    meet(fast, other)
    assert agree(fast, other)
    assert clean(other) == []


PARTS = st.one_of(
    st.binary(max_size=60),
    st.binary(min_size=16, max_size=60).map(lambda raw: b"\x93\xc4\x10" + raw),
    st.binary(max_size=15).map(lambda raw: b"\x93\xc4\x10" + raw),
    st.binary(min_size=32, max_size=32).map(Erased),
)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.integers(1, 50), st.integers(1, 2**62), st.integers(0, 2), st.lists(PARTS, min_size=1)
        ),
        min_size=1,
    )
)
def test_a_chunk_gives_back_every_byte(told: list[tuple[int, int, int, int, list[bytes | Erased]]]):
    seqs, arrived, lines = {1: 7, 2: 1, 3: 10**6}, 0, []
    for place, step, hlc, needs, parts in told:
        arrived += step
        lines.append(Line(arrived, place, seqs[place], hlc, needs, parts))
        seqs[place] += 1
    assert read_chunk(pack_chunk(lines)) == tuple(lines)


def test_rows_are_packed_once_the_box_knows_what_it_writes_and_a_lost_transaction_loses_no_dictionary(
    toy: Callable[..., Desk],
):
    desk = toy("A1")
    while desk.value("select count(*) from log") < LEARN_AT - 1:
        shop.register(desk, name="张伟")

    def breaks(at_work: Desk) -> object:
        shop.register(at_work, name="李娜")
        return object()

    with pytest.raises(TypeError):
        desk.journal.perform(desk, "x", breaks, key="what it answers cannot be kept").result()
    assert desk.value("select count(*) from dictionary") == desk.journal.log.packing.number == 0
    for _ in range(40):
        shop.register(desk, name="张伟")
    assert desk.value("select count(*) from dictionary") == desk.journal.log.packing.number == 1
    sizes = [row.size for row in desk.rows("select length(parts) as size from log order by arrived")]
    assert sum(sizes[-20:]) < 0.75 * sum(sizes[:20])
    packing = Packing(desk.journal.writing)
    assert all(packing.unpack(row.parts) for row in desk.rows("select parts from log"))
    assert clean(desk) == []
