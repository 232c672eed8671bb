"""Boxes that hold the same agree, byte for byte, on each partition they share (spec/sync.md R25)."""

from collections.abc import Callable

from appliance.journal import Desk
from tests.cast import BRANCH_A, meet
from tests.journal import toy as shop


def test_a_box_with_one_partition_agrees_on_it_with_a_box_that_holds_all(toy: Callable[..., Desk]):
    """Invariant 1."""
    lina, wang, far = toy("A1"), toy("B1"), toy("C1")
    ticket = shop.sell(lina, name="张伟", total=100)
    shop.step(lina, ticket=ticket, to="approved")
    shop.take_in(lina, cause="D-1", sku="cup", qty=2)
    shop.take_in(wang, cause="D-1", sku="cup", qty=3)
    shop.correct(wang, buyer=shop.register(wang, name="李娜"), credit=5)
    meet(lina, wang)
    far.journal.take(list(wang.journal.segments({}, partitions=["chain"]))).result()
    assert lina.journal.digests() == wang.journal.digests()
    assert set(lina.journal.digests()) == {"chain", f"branch/{BRANCH_A}"}
    assert far.journal.digests() == {"chain": lina.journal.digests()["chain"]}


def test_a_table_that_went_wrong_shows_in_its_partition_only(lina: Desk, wang: Desk):
    shop.sell(lina, name="张伟", total=100)
    meet(lina, wang)
    wang.journal.local(lambda conn: conn.execute("update ticket set total = 99")).result()
    told, false = lina.journal.digests(), wang.journal.digests()
    assert told["chain"] == false["chain"]
    branch = f"branch/{BRANCH_A}"
    assert told[branch].entries == false[branch].entries
    assert told[branch].state != false[branch].state
