"""An erased person is nowhere in the box's files, stays away whatever comes late, and every chain still verifies."""

import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from appliance.journal import Desk, action
from appliance.journal.segments import read_segment
from tests.cast import TestClock, agree, clean, meet
from tests.journal import toy

TOLD = {"name": "欧阳翡翠", "phone": "13987654321", "city": "呼和浩特", "street": "锡林郭勒南路十八号"}


@action("Erase")
def erase(desk: Desk, *, buyer: str) -> None:
    desk.erase(buyer)


@action("Register again")
def again(desk: Desk, *, buyer: str, name: str) -> None:
    desk.put(toy.Buyer(id=buyer, name=name))


def found(desk: Desk, *more: str) -> list[str]:
    """What of the person still stands anywhere in the box's folder, in full or as a piece of the search index."""
    desk.journal.settled().result()
    pieces = [text[i : i + 2] for text in TOLD.values() if not text.isascii() for i in range(len(text) - 1)]
    asked = [*TOLD.values(), *more, *pieces]
    files = [path.read_bytes() for path in Path(desk.journal.box.folder).rglob("*") if path.is_file()]
    return [text for text in asked if any(text.encode() in content for content in files)]


def _busy(desk: Desk, chance: random.Random, count: int = 150) -> None:
    for number in range(count):
        ticket = toy.sell(desk, name=f"客人{number}" * chance.randint(1, 30), total=100)
        if chance.random() < 0.3:
            toy.step(desk, ticket=ticket, to="approved")
        if chance.random() < 0.3:
            toy.remove(desk, ticket=ticket)


def test_the_persons_name_is_nowhere_in_the_files_and_everything_else_stands(toy: Callable[..., Desk]):
    """Invariant 15."""
    from tests.journal import toy as shop

    clock = TestClock()
    lina, wang = toy("A1", clock), toy("B1", clock)
    chance = random.Random(8)
    _busy(lina, chance)
    buyer = shop.register(lina, **TOLD)
    shop.correct(lina, buyer=buyer, tags=["老顾客欧阳翡翠"], credit=5)
    ticket = shop.sell(lina, name=TOLD["name"], total=77)
    other = lina.value("select buyer from ticket where id = ?", ticket)
    _busy(lina, chance)
    shop.correct(lina, buyer=buyer, street=TOLD["street"] + "二楼")
    meet(lina, wang)
    assert len(found(lina)) == len(found(wang)) > 10
    count = len(lina.rows("select * from ticket_list"))
    erase(lina, buyer=buyer)
    erase(wang, buyer=other)
    meet(lina, wang)
    for desk in (lina, wang):
        assert found(desk, "老顾客", "二楼") == []
        assert desk.rows("select * from buyer where id in (?, ?)", buyer, other) == []
        assert len(desk.rows("select * from ticket_list")) == count
        assert desk.value("select name from ticket_list where id = ?", ticket) is None
        assert desk.journal.search(desk.journal.reading(), "ticket_list", "欧阳") == []
        assert clean(desk) == []
    assert agree(lina, wang)


def test_what_comes_late_is_stripped_and_passed_on_without_it(toy: Callable[..., Desk], lina: Desk, wang: Desk):
    from tests.journal import toy as shop

    far, third = toy("C1"), toy("D1")
    buyer = shop.register(lina, **TOLD)
    meet(lina, wang, far)
    shop.correct(far, buyer=buyer, name="欧阳翡翠姐")
    late = list(far.journal.segments({}))
    erase(lina, buyer=buyer)
    meet(lina, wang)
    wang.journal.take(late).result()
    third.journal.take(list(wang.journal.segments({}))).result()
    for desk in (wang, third):
        assert found(desk) == []
        assert desk.rows("select * from buyer") == []
        assert clean(desk) == []
    meet(lina, wang, far, third)
    assert found(far) == []
    assert agree(lina, wang, far, third)


def test_what_waits_for_its_turn_is_stripped_too(lina: Desk, wang: Desk):
    toy.register(lina, name="张伟")
    first = list(lina.journal.segments({}))
    buyer = toy.register(lina, **TOLD)
    second = list(lina.journal.segments(lina.journal.heads() | dict.fromkeys(lina.journal.heads(), (1, b""))))
    wang.journal.take(second).result()
    erase(wang, buyer=buyer)
    wang.journal.settled().result()
    waiting = [read_segment(row.segment) for row in wang.rows("select segment from early")]
    assert not any(TOLD["phone"].encode() in msgspec.msgpack.encode(segment) for segment in waiting)
    wang.journal.take(first).result()
    assert found(wang) == []
    assert [row.name for row in wang.rows("select name from buyer")] == ["张伟"]


def test_an_erased_person_is_not_written_again_by_a_file_that_is_read_twice(lina: Desk):
    buyer = toy.register(lina, **TOLD)
    erase(lina, buyer=buyer)
    again(lina, buyer=buyer, name=TOLD["name"])
    assert lina.rows("select * from buyer") == []
    assert found(lina) == []
    assert clean(lina) == []


def test_answers_that_were_kept_forget_the_person(lina: Desk):
    lina.journal.perform(lina, "x", lambda _desk: f"{TOLD['name']} was here", key="k1").result()
    lina.journal.perform(lina, "x", lambda _desk: "nobody was here", key="k2").result()
    erase(lina, buyer=toy.register(lina, **TOLD))
    assert found(lina) == []
    assert [row.key for row in lina.rows("select key from answered")] == ["k2"]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_left_whatever_was_written_before_and_after(toy: Callable[..., Desk], seed: int):
    from tests.journal import toy as shop

    desk, chance = toy("A1"), random.Random(seed)
    persons = []
    for _ in range(12):
        _busy(desk, chance, chance.randint(0, 40))
        persons.append(shop.register(desk, **{key: text * chance.randint(1, 200) for key, text in TOLD.items()}))
        if chance.random() < 0.5:
            shop.correct(desk, buyer=chance.choice(persons), name=TOLD["name"] * 9)
        if chance.random() < 0.3:
            desk.journal.rebuild().result()
    for buyer in persons:
        erase(desk, buyer=buyer)
    assert found(desk) == []
    assert clean(desk) == []
