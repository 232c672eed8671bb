"""What a box keeps that begins with another one's snapshot: what it knew itself, and what it does not understand yet."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.journal import Desk, Journal
from appliance.journal import cold as storage
from tests.cast import BRANCH_A, BRANCH_B, TestClock, agree, box_of, meet
from tests.journal import toy as shop
from tests.journal.test_forks import OWNER
from tests.journal.test_trimming import busy, hear, trimmed
from tests.simulation import shop as newer


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of forty entries, so that a small shop has many."""
    monkeypatch.setattr(storage, "CHUNK_ENTRIES", 40)


def test_an_older_box_takes_a_newer_ones_snapshot_and_reads_what_it_did_not_know_once_it_is_updated(tmp_path: Path):
    """The simulation's seed 311."""
    clock = TestClock()

    def opened(code: str, version: int) -> Desk:
        box = box_of(tmp_path / code, code, root=OWNER)
        chance = random.Random(f"{code} {version}")
        journal = Journal(box, newer.schema(version), clock=clock, random=chance.randbytes)
        return journal.desk(who=code, branch=BRANCH_A)

    lina, wang = opened("A1", 2), opened("B1", 1)
    newer.coupon(lina, code="C1", worth=500)
    busy(lina, 40)
    assert trimmed(lina) > 1
    wang.journal.install(lina.journal.snapshot()).result()
    assert wang.value("select count(*) from parked") == 1, "somebody is told that an update waits"
    meet(lina, wang)
    # What it does not know stays in its own checkpoints, too.
    busy(wang, 5, seed=2)
    assert wang.journal.checkpoint(0)
    meet(lina, wang)
    wang.journal.close()
    wang = opened("B1", 2)
    assert [row.code for row in wang.rows("select code from coupon")] == ["C1"]
    assert wang.value("select count(*) from parked") == 0
    assert agree(lina, wang)
    lina.journal.close()
    wang.journal.close()


def test_since_when_an_order_stands_outlives_the_snapshot_of_one_who_knew_only_a_later_telling(
    toy: Callable[..., Desk],
):
    """Both fetched one order, each for its own branch; the simulation's seed 110."""
    clock = TestClock()
    lina, whole = toy("A1", clock), toy("R1", clock)
    wang = toy("B1", clock).journal.desk(who="worker-B1", branch=BRANCH_B)
    shop.fetch(wang, cause="TB1", total=1_000)
    order = shop.fetch(lina, cause="TB1", total=1_000)
    busy(lina, 20)
    hear(wang, lina)
    hear(whole, lina, wang)
    busy(wang, 20, seed=2)
    hear(whole, wang)
    assert trimmed(wang) > 1
    busy(lina, 40, seed=3)
    hear(whole, lina)
    assert trimmed(lina) > 1
    first = wang.value("select made_at from ticket where id = ?", order)
    assert lina.value("select made_at from ticket where id = ?", order) > first
    wang.journal.install(lina.journal.snapshot()).result()
    assert wang.value("select made_at from ticket where id = ?", order) == first
    lina.journal.install(wang.journal.snapshot()).result()
    meet(lina, wang, whole)
    assert agree(lina, wang, whole)
