"""The ledger: goods come and go, each line says where the shelf stands, and only its own branch writes it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import ONE, Desk, Refusal, derive
from appliance.journal.desk import action
from appliance.shop import inventory
from appliance.shop.inventory import InLine, OpeningLine, Place, Wanted
from appliance.shop.inventory.ledger import standing
from tests.cast import BRANCH_A, Shop, agree, clean, meet
from tests.inventory.conftest import ROOMS, Shelf, furnish, pieces, refused


@action("Ship")
def ship(
    desk: Desk, *, warehouse: str, wanted: list[Wanted], document: str = "ship", forced: bool = False
) -> list[int]:
    return inventory.issue_all(
        desk, warehouse=warehouse, wanted=wanted, kind="sale_out", document=derive("ship"), forced=forced
    )


@action("Buy")
def buy(desk: Desk, *, warehouse: str, sku: str, qty: int, cost: int | None, cause: str = "") -> int:
    return inventory.receive(
        desk, warehouse=warehouse, sku=sku, qty=qty, cost=cost, kind="purchase_in", document=derive("buy"), cause=cause
    )


@action("Bring back")
def bring_back(
    desk: Desk, *, warehouse: str, sku: str, qty: int, line: str, quality: inventory.Quality = "good"
) -> int:
    return inventory.give_back(
        desk, warehouse=warehouse, sku=sku, qty=qty, kind="sale_return_in", document=derive("back"), line=line,
        quality=quality,
    )  # fmt: skip


def one(sku: str, count: int = 1, line: str = "", cause: str = "") -> list[Wanted]:
    return [Wanted(sku, pieces(count), line and derive(line), cause)]


def shelf_of(desk: Desk, shelf: Shelf, sku: str) -> tuple[int, int]:
    ledger = standing(desk, Place(shelf.warehouse, sku))
    return ledger.qty, ledger.value


def test_t2_in_a_real_ledger_each_line_says_where_it_stands(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.teapot, qty=pieces(2), cost=10_000)
    buy(alice, warehouse=shelf.warehouse, sku=shelf.teapot, qty=pieces(1), cost=10_100)
    assert ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.teapot)) == [10_033]
    assert ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.teapot, 2)) == [20_067]
    rows = alice.rows(
        "select seq, qty, qty_before, qty_after, value, value_before, value_after from stock_card order by seq"
    )
    assert [tuple(row) for row in rows] == [
        (1, 20_000, 0, 20_000, 20_000, 0, 20_000),
        (2, 10_000, 20_000, 30_000, 10_100, 20_000, 30_100),
        (3, -10_000, 30_000, 20_000, -10_033, 30_100, 20_067),
        (4, -20_000, 20_000, 0, -20_067, 20_067, 0),
    ]
    assert inventory.verify(alice.journal.reading()) == []


def test_t3_in_a_real_ledger_the_guess_is_settled_and_the_variance_written_down(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.tea, qty=pieces(1), cost=30_000)
    ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.tea, 1))
    assert ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.tea, 2)) == [60_000]
    assert alice.value("select provisional from moved order by seq desc limit 1") == 1
    assert shelf_of(alice, shelf, shelf.tea) == (pieces(-2), -60_000)
    buy(alice, warehouse=shelf.warehouse, sku=shelf.tea, qty=pieces(20), cost=33_000)
    assert shelf_of(alice, shelf, shelf.tea) == (pieces(18), 594_000)
    assert alice.value("select sum(amount) from variance") == 6_000
    rows = alice.rows("select kind, value, value_after from moved order by seq desc limit 2")
    assert [tuple(row) for row in rows] == [("cost_correction", -6_000, 594_000), ("purchase_in", 660_000, 600_000)]
    assert alice.value("select cost from stock_level where sku = ?", shelf.tea) == 33_000
    assert inventory.verify(alice.journal.reading()) == []


def test_one_refusal_names_everything_that_is_short(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.teapot, qty=pieces(3), cost=10_000)
    wanted = [*one(shelf.teapot, 2), *one(shelf.teapot, 2), *one(shelf.cup, 1), *one(shelf.tea, 9)]
    said = refused(
        "Too little in stock (asked / there): {items}.", lambda: ship(alice, warehouse=shelf.warehouse, wanted=wanted)
    )
    assert said.code == "stock_short"
    assert said.params["items"] == "青瓷茶壶 4 / 3; 茶杯 1 / 0"
    assert shelf_of(alice, shelf, shelf.teapot) == (pieces(3), 30_000)
    assert ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.cup), forced=True) == [0]


def test_quantities_are_whole_and_more_than_nothing(alice: Desk, shelf: Shelf) -> None:
    def take(sku: str, qty: int) -> Callable[[], object]:
        return lambda: ship(alice, warehouse=shelf.warehouse, wanted=[Wanted(sku, qty)])

    refused("The quantity of {name} must be more than nothing.", take(shelf.tea, 0), "qty")
    refused("The quantity of {name} must be more than nothing.", take(shelf.tea, -ONE), "qty")
    refused("{name} is sold whole; {qty} is no whole number.", take(shelf.teapot, ONE // 2), "qty")
    refused("A SKU on this paper is not here any more. Look at the lines again.", take(derive("nothing"), ONE))
    buy(alice, warehouse=shelf.warehouse, sku=shelf.tea, qty=ONE // 2, cost=10_000)
    assert shelf_of(alice, shelf, shelf.tea) == (5_000, 5_000)
    refused(
        "A cost cannot be less than nothing.",
        lambda: buy(alice, warehouse=shelf.warehouse, sku=shelf.tea, qty=ONE, cost=-1), "cost",
    )  # fmt: skip


def test_only_a_box_of_the_branch_writes_its_ledger(alice: Desk, bob: Desk, shelf: Shelf) -> None:
    meet(alice, bob)
    sentence = "{branch} keeps the stock of {warehouse}. Move the goods by a transfer, or ask there."
    said = refused(sentence, lambda: buy(bob, warehouse=shelf.warehouse, sku=shelf.cup, qty=ONE, cost=1), "warehouse")
    assert said.code == "not_owner"
    assert said.params["branch"] == "总店"
    refused(sentence, lambda: ship(bob, warehouse=shelf.warehouse, wanted=one(shelf.cup)), "warehouse")
    refused("Choose a warehouse.", lambda: ship(alice, warehouse="", wanted=one(shelf.cup)), "warehouse")
    assert bob.value("select count(*) from moved") == 0


def test_goods_come_back_at_the_cost_they_left_with(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(3), cost=33_333)
    ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.cup, 3, "order-line"))
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(1), cost=90_000)
    line = derive("order-line")
    assert bring_back(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(1), line=line) == 33_333
    defective = bring_back(
        alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(2), line=line, quality="defective"
    )
    assert defective == 66_666
    assert shelf_of(alice, shelf, shelf.cup) == (pieces(2), 123_333)
    assert inventory.on_hand(alice, shelf.warehouse, shelf.cup, "defective") == pieces(2)
    # What nobody saw leaving comes back at the average of today.
    unseen = bring_back(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(1), line=derive("elsewhere"))
    assert unseen == 61_667


def test_telling_one_cause_twice_moves_goods_once(alice: Desk, shelf: Shelf) -> None:
    for _ in range(2):
        assert buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(4), cost=500, cause="receipt-1") == 2_000
        assert ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.cup, 1, "l", "parcel-1")) == [500]
    assert shelf_of(alice, shelf, shelf.cup) == (pieces(3), 1_500)


def test_two_boxes_of_a_branch_ship_the_same_parcel_and_the_goods_leave_once(
    alice: Desk, bella: Desk, shelf: Shelf
) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.teapot, qty=pieces(10), cost=10_000)
    meet(alice, bella)
    for desk in (alice, bella):
        ship(desk, warehouse=shelf.warehouse, wanted=one(shelf.teapot, 1, "l", "parcel-1"))
    meet(alice, bella)
    assert agree(alice, bella)
    assert inventory.on_hand(alice, shelf.warehouse, shelf.teapot) == pieces(9)
    assert alice.rows("select * from problem_ledger_disagrees") == []


def test_two_boxes_of_a_branch_write_one_ledger_apart_and_someone_is_told(
    alice: Desk, bella: Desk, shelf: Shelf
) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.teapot, qty=pieces(10), cost=10_000)
    meet(alice, bella)
    ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.teapot, 2, "x"))
    ship(bella, warehouse=shelf.warehouse, wanted=one(shelf.teapot, 3, "y"))
    meet(alice, bella)
    assert agree(alice, bella)
    for desk in (alice, bella):
        assert inventory.on_hand(desk, shelf.warehouse, shelf.teapot) == pieces(5)
        told = desk.rows("select id, name, warehouse from problem_ledger_disagrees")
        assert [tuple(row) for row in told] == [(f"{shelf.warehouse}.{shelf.teapot}", "青瓷茶壶", "总店仓")]
        assert inventory.verify(desk.journal.reading()) != []
        assert any(fault.sku for night in (0, 1) for fault in inventory.verify(desk.journal.reading(), night, 2))
        assert clean(desk) == []
    ship(alice, warehouse=shelf.warehouse, wanted=one(shelf.teapot, 1))
    assert alice.rows("select * from problem_ledger_disagrees") == []


def test_opening_stock_and_moves_reach_the_level_of_stock(alice: Desk, shelf: Shelf) -> None:
    inventory.opening_stock(
        alice, warehouse=shelf.warehouse,
        lines=[
            OpeningLine(sku=shelf.cup, qty=pieces(5), cost=20_000),
            OpeningLine(sku=shelf.cup, qty=pieces(1), quality="defective"),
        ],
    )  # fmt: skip
    inventory.set_low_stock(alice, warehouse=shelf.warehouse, sku=shelf.cup, low=pieces(6))
    row = alice.row("select * from stock_level where id = ?", f"{shelf.warehouse}.{shelf.cup}")
    assert row is not None
    assert (row.on_hand, row.defective, row.available, row.value) == (pieces(5), pieces(1), pieces(5), 100_000)
    assert (row.low, row.negative, row.name, row.warehouse_name) == (1, 0, "茶杯", "总店仓")
    found = alice.journal.search(alice.journal.reading(), "stock_level", "cb", 5)
    assert [alice.value("select name from stock_level where rowid = ?", rowid) for rowid in found] == ["茶杯"]
    assert clean(alice) == []


def test_a_box_that_hears_of_stock_before_goods_and_warehouse_shows_it_when_they_come(
    alice: Desk, bella: Desk, shelf: Shelf
) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(2), cost=20_000)
    entries = list(alice.journal.entries(bella.journal.vector()))
    bella.journal.merge([entry for entry in entries if entry.partition != "chain"]).result()
    assert bella.value("select name from stock_level") == ""
    meet(alice, bella)
    assert bella.value("select name from stock_level where sku = ?", shelf.cup) == "茶杯"
    assert agree(alice, bella)
    assert clean(bella) == []


def test_available_is_what_nobody_waits_for(alice: Desk, shelf: Shelf) -> None:
    buy(alice, warehouse=shelf.warehouse, sku=shelf.cup, qty=pieces(10), cost=20_000)
    assert inventory.available(alice, shelf.warehouse, shelf.cup) == pieces(10)
    assert inventory.reviewable(alice, shelf.warehouse, shelf.cup) == pieces(10)
    assert inventory.held(alice, shelf.warehouse, shelf.cup, "pending_ship", "unpaid") == 0


deeds = st.lists(
    st.tuples(
        st.sampled_from(["buy", "found", "ship", "convert", "back", "scrap"]),
        st.integers(0, 1), st.integers(1, 8), st.integers(0, 400_000),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@pytest.fixture
def fresh(new_box: Callable[..., Shop]) -> Callable[[], tuple[Desk, Shelf]]:
    def make() -> tuple[Desk, Shelf]:
        desk = new_box("A1", BRANCH_A, names=ROOMS).desk("alice")
        return desk, furnish(desk)

    return make


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_whatever_is_done_the_ledger_adds_up(
    fresh: Callable[[], tuple[Desk, Shelf]], deeds: list[tuple[str, int, int, int]]
) -> None:
    desk, shelf = fresh()
    for number, (kind, which, count, cost) in enumerate(deeds):
        sku = (shelf.cup, shelf.tea)[which]
        try:
            do(desk, shelf, kind, sku, count, cost, number)
        except Refusal:
            continue
    conn = desk.journal.reading()
    assert [fault for night in (0, 1) for fault in inventory.verify(conn, night, 2)] == inventory.verify(conn) == []
    assert desk.rows("select * from problem_ledger_disagrees") == []
    sums = desk.rows("select warehouse, sku, quality, sum(qty), sum(value) from moved group by warehouse, sku, quality")
    stock = desk.rows("select warehouse, sku, quality, qty, value from stock")
    assert {tuple(row) for row in sums} == {tuple(row) for row in stock}
    for row in desk.rows("select * from stock"):
        assert row.qty != 0 or row.value == 0
        assert row.qty >= 0 or row.sku == shelf.tea
    for row in desk.rows("select * from stock_level"):
        promised = inventory.held(desk, row.warehouse, row.sku, *inventory.HELD_BACK)
        assert row.available == inventory.available(desk, row.warehouse, row.sku) == row.on_hand - promised
    assert clean(desk) == []


def do(desk: Desk, shelf: Shelf, kind: str, sku: str, count: int, cost: int, number: int) -> None:
    place = shelf.warehouse
    if kind == "buy":
        buy(desk, warehouse=place, sku=sku, qty=pieces(count), cost=cost)
    elif kind == "found":
        inventory.other_in(desk, warehouse=place, reason="找到", lines=[InLine(sku=sku, qty=pieces(count))])
    elif kind == "ship":
        ship(desk, warehouse=place, wanted=one(sku, count, f"line-{number % 3}"))
    elif kind == "convert":
        lines = [inventory.OutLine(sku=sku, qty=pieces(count))]
        inventory.convert(desk, warehouse=place, to="defective" if cost % 2 else "good", reason="磕碰", lines=lines)
    elif kind == "back":
        bring_back(desk, warehouse=place, sku=sku, qty=pieces(count), line=derive(f"line-{number % 3}"))
    else:
        lines = [inventory.OutLine(sku=sku, qty=pieces(count))]
        inventory.scrap(desk, warehouse=place, reason="碎了", lines=lines)
