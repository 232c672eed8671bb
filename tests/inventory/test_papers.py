"""The warehouse's own papers: opening, other in and out, scrap, conversion, corrected values, and taking one back."""

from collections.abc import Callable

import pytest

from appliance.journal import ONE, Desk, Rights
from appliance.shop import inventory
from appliance.shop.inventory import InLine, OpeningLine, OutLine, actions
from appliance.shop.settings import Warehouse, close_to
from tests.cast import clean
from tests.inventory.conftest import Shelf, build, pieces, refused


@pytest.fixture
def stocked(alice: Desk, shelf: Shelf) -> Shelf:
    inventory.opening_stock(
        alice, warehouse=shelf.warehouse,
        lines=[
            OpeningLine(sku=shelf.teapot, qty=pieces(10), cost=128_000),
            OpeningLine(sku=shelf.cup, qty=pieces(4), cost=10_000),
        ],
    )  # fmt: skip
    return shelf


def out(sku: str, count: int) -> list[OutLine]:
    return [OutLine(sku=sku, qty=pieces(count))]


def stock(desk: Desk, sku: str, quality: str = "good") -> tuple[int, int]:
    row = desk.row("select qty, value from stock where sku = ? and quality = ?", sku, quality)
    return (row.qty, row.value) if row is not None else (0, 0)


def test_papers_have_numbers_a_history_and_lines(alice: Desk, stocked: Shelf) -> None:
    paper = inventory.other_out(
        alice, warehouse=stocked.warehouse, reason="样品", lines=[*out(stocked.teapot, 1), *out(stocked.cup, 2)]
    )
    row = alice.row("select * from stock_paper_list where id = ?", paper)
    assert row is not None
    assert (row.number, row.kind, row.lines, row.qty, row.value) == (
        "QH-A1-261124-0001", "other_out", 2, -3 * ONE, -148_000,
    )  # fmt: skip
    assert len(alice.journal.history(alice.journal.reading(), paper)) == 1
    assert clean(alice) == []


def test_every_paper_but_the_first_says_why(alice: Desk, stocked: Shelf) -> None:
    said = "Say why; somebody will ask."
    place = stocked.warehouse
    came = [InLine(sku=stocked.cup, qty=ONE)]
    refused(said, lambda: inventory.other_in(alice, warehouse=place, reason=" ", lines=came), "reason")
    refused(said, lambda: inventory.other_out(alice, warehouse=place, reason="", lines=out(stocked.cup, 1)), "reason")
    refused(said, lambda: inventory.scrap(alice, warehouse=place, reason="", lines=out(stocked.cup, 1)), "reason")
    refused(
        said,
        lambda: inventory.convert(alice, warehouse=place, to="defective", reason="", lines=out(stocked.cup, 1)),
        "reason",
    )
    refused(
        said, lambda: inventory.adjust_value(alice, warehouse=place, sku=stocked.cup, amount=1, reason=""), "reason"
    )


def test_a_paper_has_lines(alice: Desk, shelf: Shelf) -> None:
    said = "Add at least one line."
    place = shelf.warehouse
    refused(said, lambda: inventory.opening_stock(alice, warehouse=place, lines=[]), "lines")
    refused(said, lambda: inventory.other_in(alice, warehouse=place, reason="x", lines=[]), "lines")
    refused(said, lambda: inventory.other_out(alice, warehouse=place, reason="x", lines=[]), "lines")
    refused(said, lambda: inventory.scrap(alice, warehouse=place, reason="x", lines=[]), "lines")
    refused(said, lambda: inventory.convert(alice, warehouse=place, to="good", reason="x", lines=[]), "lines")


def test_opening_stock_is_written_once(alice: Desk, stocked: Shelf) -> None:
    twice = [OpeningLine(sku=stocked.tea, qty=ONE), OpeningLine(sku=stocked.tea, qty=ONE)]
    refused(
        "This SKU stands here twice.",
        lambda: inventory.opening_stock(alice, warehouse=stocked.warehouse, lines=twice), "lines.1.sku",
    )  # fmt: skip
    again = [OpeningLine(sku=stocked.teapot, qty=ONE), OpeningLine(sku=stocked.tea, qty=ONE)]
    said = refused(
        "These have moved here already, so they have no opening stock any more: {items}. Use other stock in.",
        lambda: inventory.opening_stock(alice, warehouse=stocked.warehouse, lines=again), "lines",
    )  # fmt: skip
    assert said.params["items"] == "青瓷茶壶"


def test_goods_stand_in_a_paper_once(alice: Desk, stocked: Shelf) -> None:
    """Scanned twice by mistake; only what comes at two costs stands there twice."""
    leaving = [OutLine(sku=stocked.teapot, qty=ONE), OutLine(sku=stocked.teapot, qty=ONE)]
    coming = [InLine(sku=stocked.teapot, qty=ONE, cost=5), InLine(sku=stocked.teapot, qty=ONE, cost=5)]
    given = {"warehouse": stocked.warehouse, "reason": "试"}
    for deed in (
        lambda: inventory.other_out(alice, lines=leaving, **given),
        lambda: inventory.scrap(alice, lines=leaving, **given),
        lambda: inventory.convert(alice, lines=leaving, to="defective", **given),
        lambda: inventory.other_in(alice, lines=coming, **given),
    ):
        refused("This SKU stands here twice.", deed, "lines.1.sku")
    inventory.other_in(alice, lines=[coming[0], InLine(sku=stocked.teapot, qty=ONE, cost=6)], **given)


def test_what_came_without_a_cost_is_worth_the_average(alice: Desk, stocked: Shelf) -> None:
    lines = [
        InLine(sku=stocked.teapot, qty=ONE),
        InLine(sku=stocked.cup, qty=ONE, cost=20_000),
        InLine(sku=stocked.tea, qty=ONE),
    ]
    inventory.other_in(alice, warehouse=stocked.warehouse, reason="找到", lines=lines)
    assert stock(alice, stocked.teapot) == (pieces(11), 11 * 128_000)
    assert stock(alice, stocked.cup) == (pieces(5), 60_000)
    assert stock(alice, stocked.tea) == (ONE, 0)
    assert alice.value("select cost_missing from moved where sku = ?", stocked.tea) == 1
    assert alice.value("select cost_missing from stock_level where sku = ?", stocked.tea) == 1


def test_no_more_goes_out_than_is_there(alice: Desk, stocked: Shelf) -> None:
    said = "Too little in stock (asked / there): {items}."
    lines = [*out(stocked.cup, 5), *out(stocked.teapot, 11)]
    refusal = refused(said, lambda: inventory.other_out(alice, warehouse=stocked.warehouse, reason="x", lines=lines))
    assert refusal.params["items"] == "茶杯 5 / 4; 青瓷茶壶 11 / 10"
    refused(said, lambda: inventory.scrap(alice, warehouse=stocked.warehouse, reason="x", lines=out(stocked.cup, 1)))
    refused(
        said,
        lambda: inventory.convert(alice, warehouse=stocked.warehouse, to="good", reason="x", lines=out(stocked.tea, 1)),
    )
    assert stock(alice, stocked.cup) == (pieces(4), 40_000)


def test_a_broken_teapot_becomes_defective_keeps_its_value_and_is_scrapped(alice: Desk, stocked: Shelf) -> None:
    place = stocked.warehouse
    inventory.convert(alice, warehouse=place, to="defective", reason="磕碰", lines=out(stocked.teapot, 2))
    assert stock(alice, stocked.teapot) == (pieces(8), 8 * 128_000)
    assert stock(alice, stocked.teapot, "defective") == (pieces(2), 2 * 128_000)
    assert inventory.available(alice, place, stocked.teapot) == pieces(8)
    inventory.convert(alice, warehouse=place, to="good", reason="修好", lines=out(stocked.teapot, 1))
    inventory.scrap(alice, warehouse=place, reason="碎了", lines=out(stocked.teapot, 1))
    assert stock(alice, stocked.teapot, "defective") == (0, 0)
    assert stock(alice, stocked.teapot) == (pieces(9), 9 * 128_000)


def test_a_value_is_corrected_within_what_a_person_may(alice: Desk, stocked: Shelf) -> None:
    def adjust(amount: int, sku: str = stocked.cup, desk: Desk = alice) -> Callable[[], object]:
        return lambda: inventory.adjust_value(
            desk, warehouse=stocked.warehouse, sku=sku, amount=amount, reason="发票更正"
        )

    adjust(4_000)()
    assert stock(alice, stocked.cup) == (pieces(4), 44_000)
    assert alice.value("select cost from stock_level where sku = ?", stocked.cup) == 11_000
    refused("An adjustment changes something.", adjust(0), "amount")
    refused("The goods would be worth less than nothing.", adjust(-44_001), "amount")
    refused("Nothing is on the shelf, so there is no value to correct.", adjust(1, stocked.tea), "sku")
    careful = alice.journal.desk(
        who=alice.who, device="tablet", branch=alice.branch, rights=Rights(("*",), limits={"adjustment": 100})
    )
    adjust(10_000, desk=careful)()
    said = refused(
        "You may adjust by ¥{most} at most, and nobody here by so much. The owner sets it in the roles.",
        adjust(10_001, desk=careful),
        "amount",
    )
    assert said.params["most"] == "1"


@pytest.mark.parametrize("kind", ["in", "out", "scrap", "convert", "value"])
def test_a_paper_is_taken_back_by_another_and_only_once(alice: Desk, stocked: Shelf, kind: str) -> None:
    place, before = stocked.warehouse, stock(alice, stocked.cup)
    if kind == "in":
        lines = [InLine(sku=stocked.cup, qty=ONE, cost=10_000)]
        paper = inventory.other_in(alice, warehouse=place, reason="找到", lines=lines)
    elif kind == "out":
        paper = inventory.other_out(alice, warehouse=place, reason="样品", lines=out(stocked.cup, 4))
    elif kind == "scrap":
        paper = inventory.scrap(alice, warehouse=place, reason="碎", lines=out(stocked.cup, 3), quality="good")
    elif kind == "convert":
        paper = inventory.convert(alice, warehouse=place, to="defective", reason="碎", lines=out(stocked.cup, 3))
    else:
        paper = inventory.adjust_value(alice, warehouse=place, sku=stocked.cup, amount=-333, reason="更正")
    assert stock(alice, stocked.cup) != before
    mirror = inventory.reverse(alice, paper=paper)
    assert stock(alice, stocked.cup) == before
    assert alice.value("select reversed_by from stock_paper_list where id = ?", paper) == mirror
    refused("This paper was reversed already.", lambda: inventory.reverse(alice, paper=paper))
    refused("A reversal is not reversed. Write a new paper.", lambda: inventory.reverse(alice, paper=mirror))
    assert inventory.verify(alice.journal.reading()) == []
    assert clean(alice) == []


def test_what_came_and_was_sold_cannot_be_taken_back(alice: Desk, stocked: Shelf) -> None:
    lines = [InLine(sku=stocked.cup, qty=pieces(3), cost=10_000)]
    paper = inventory.other_in(alice, warehouse=stocked.warehouse, reason="找到", lines=lines)
    inventory.other_out(alice, warehouse=stocked.warehouse, reason="样品", lines=out(stocked.cup, 6))
    refused("Too little in stock (asked / there): {items}.", lambda: inventory.reverse(alice, paper=paper))


def test_a_disabled_warehouse_gets_no_papers(alice: Desk, stocked: Shelf) -> None:
    from appliance.journal.desk import action

    @action("Close")
    def close(desk: Desk) -> None:
        desk.change(Warehouse, stocked.warehouse, disabled=True)

    close(alice)
    refused(
        "{warehouse} is disabled.",
        lambda: inventory.other_out(alice, warehouse=stocked.warehouse, reason="x", lines=out(stocked.cup, 1)),
        "warehouse",
    )


def test_a_limit_makes_low_stock_show(alice: Desk, stocked: Shelf) -> None:
    def low() -> list[str]:
        return [row.name for row in alice.rows("select name from stock_level where low = 1")]

    inventory.set_low_stock(alice, warehouse=stocked.warehouse, sku=stocked.cup, low=pieces(5))
    assert low() == ["茶杯"]
    inventory.set_low_stock(alice, warehouse=stocked.warehouse, sku=stocked.cup, low=pieces(4))
    assert low() == []
    refused(
        "A limit cannot be less than nothing.",
        lambda: inventory.set_low_stock(alice, warehouse=stocked.warehouse, sku=stocked.cup, low=-1), "low",
    )  # fmt: skip


def test_building_twice_changes_nothing(alice: Desk, shelf: Shelf) -> None:
    build(alice)
    assert alice.value("select count(*) from warehouse") == 2


def test_a_paper_of_an_earlier_day_is_written_now_and_no_closed_day_takes_it(alice: Desk, stocked: Shelf) -> None:
    place, day = stocked.warehouse, "2026-01-05"
    paper = actions.other_in(
        alice, reason="补记", warehouse=place, lines=[InLine(sku=stocked.cup, qty=pieces(1), cost=90_000)], day=day
    )
    move = alice.row("select * from moved where document = ? and kind = 'other_in'", paper)
    newest = alice.value("select max(seq) from moved where warehouse = ?", place)
    assert move is not None and (move["day"], move["seq"]) == (day, newest)
    alice.journal.perform(alice, "accounts.close_books", lambda desk: close_to(desk, day)).result()

    def break_one(on: str) -> str:
        return actions.scrap(alice, reason="碎了", warehouse=place, lines=out(stocked.cup, 1), quality="good", day=on)

    refused("The books are closed up to {closed}. Take a later day.", lambda: break_one(day), field="day")
    refused("{day} has not come yet.", lambda: break_one("2999-01-01"), field="day")
    assert clean(alice) == []
