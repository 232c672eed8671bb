"""Goods, SKUs and their codes: a teapot in two colours, a carton of twelve, and two boxes that do not always agree."""

import pytest

from appliance.journal import ONE, Desk
from appliance.shop import catalog
from appliance.shop.catalog import Barcode, Goods, NewSku, Sku, actions
from tests.cast import agree, clean, meet
from tests.catalog.conftest import refused

TEAPOT = "6901234567892"
CARTON = "16901234567899"


@pytest.fixture
def teapot(alice: Desk) -> str:
    return catalog.add_goods(
        alice, name="青瓷茶壶", no="CH-01", brand="龙泉", unit="把",
        skus=[NewSku(spec="红", code="CH-01-R", barcode=TEAPOT, retail=1_280_000), NewSku(spec="白", retail=1_180_000)],
    )  # fmt: skip


def sku(desk: Desk, code: str) -> str:
    found = catalog.by_code(desk, code)
    assert found is not None
    return found


def test_goods_come_with_their_skus_and_each_has_a_code(alice: Desk, teapot: str) -> None:
    rows = alice.rows("select code, name, barcode, retail, unit from sku_list order by code")
    assert [tuple(row) for row in rows] == [
        ("CH-01-2", "青瓷茶壶 白", "", 1_180_000, "把"),
        ("CH-01-R", "青瓷茶壶 红", TEAPOT, 1_280_000, "把"),
    ]
    goods = alice.row("select * from goods_list where id = ?", teapot)
    assert goods is not None
    assert (goods.skus, goods.lowest, goods.highest) == (2, 1_180_000, 1_280_000)
    assert clean(alice) == []


def test_goods_without_sizes_need_no_row_and_no_number(alice: Desk) -> None:
    goods = catalog.add_goods(alice, name="茶巾")
    row = alice.row("select code, goods_no, name from sku_list where goods = ?", goods)
    assert row is not None
    assert row.code == row.goods_no == "G-A1-261124-0001"
    assert row.name == "茶巾"


def test_a_code_is_found_by_sku_code_by_barcode_and_by_the_carton(alice: Desk, teapot: str) -> None:
    red = sku(alice, "CH-01-R")
    catalog.add_barcode(alice, sku=red, code=CARTON, units=12 * ONE)
    assert catalog.by_code(alice, TEAPOT) == red
    assert catalog.scanned(alice, CARTON) == (red, 12 * ONE)
    assert catalog.scanned(alice, TEAPOT) == (red, ONE)
    assert catalog.by_code(alice, "unknown") is None


@pytest.mark.parametrize("text", ["青瓷", "茶", "qcch", "qingci", "CH-01", "龙泉", TEAPOT[-6:], "白"])
def test_goods_are_found_by_any_part_of_what_is_said_of_them(alice: Desk, teapot: str, text: str) -> None:
    catalog.add_goods(alice, name="毛巾", no="M-9")
    conn = alice.journal.reading()
    found = alice.journal.search(conn, "goods_list", text, 10)
    names = [alice.value("select name from goods_list where rowid = ?", rowid) for rowid in found]
    assert names == ["青瓷茶壶"]


def test_goods_need_a_name_and_a_number_of_their_own(alice: Desk, teapot: str) -> None:
    refused("Goods need a name.", lambda: catalog.add_goods(alice, name=""), "name")
    said = refused(
        "The number {typed} is already that of {name}.", lambda: catalog.add_goods(alice, name="杯", no="CH-01"), "no"
    )
    assert said.remedy == f"/goods/{teapot}"
    refused("A goods number has no blanks in it.", lambda: catalog.add_goods(alice, name="杯", no="CH 02"), "no")
    refused("Goods need a number.", lambda: actions.change_goods(alice, goods=teapot, name="壶", no=""), "no")
    assert alice.value("select count(*) from goods") == 1


def test_two_skus_of_the_same_goods_can_be_told_apart(alice: Desk, teapot: str) -> None:
    sentence = "Two SKUs of the same goods have the same specification. Write what makes them differ."
    twice = [NewSku(spec="大"), NewSku(spec="大")]
    refused(sentence, lambda: catalog.add_goods(alice, name="杯", skus=twice), "skus")
    refused(sentence, lambda: catalog.add_sku(alice, goods=teapot, spec="红"), "spec")
    refused(sentence, lambda: catalog.change_sku(alice, sku=sku(alice, "CH-01-2"), code="CH-01-2", spec="红"), "spec")


def test_a_code_means_one_sku_only(alice: Desk, teapot: str) -> None:
    white = sku(alice, "CH-01-2")
    taken = "{typed} already means {name}."
    refused(taken, lambda: catalog.add_barcode(alice, sku=white, code=TEAPOT), "code")
    refused(taken, lambda: catalog.add_barcode(alice, sku=white, code="CH-01-R"), "code")
    refused(taken, lambda: catalog.change_sku(alice, sku=white, code=TEAPOT), "code")
    refused(taken, lambda: catalog.add_goods(alice, name="杯", skus=[NewSku(code="CH-01-R")]), "skus.0.code")
    refused(taken, lambda: catalog.add_goods(alice, name="杯", skus=[NewSku(barcode=TEAPOT)]), "skus.0.barcode")
    rows = [NewSku(spec="大", code="K1"), NewSku(spec="小", code="K1")]
    refused("{typed} stands here twice.", lambda: catalog.add_goods(alice, name="杯", skus=rows), "skus")
    assert alice.rows("select * from problem_code_claimed_twice") == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("123", "A barcode has {shortest} to {longest} characters; this one has {length}."),
        ("1" * 41, "A barcode has {shortest} to {longest} characters; this one has {length}."),
        ("69 0123", "A barcode has letters, digits and signs only, and no blanks."),
        ("条码1234", "A barcode has letters, digits and signs only, and no blanks."),
        ("6901\x07234", "A barcode has letters, digits and signs only, and no blanks."),
    ],
)
def test_a_barcode_is_something_a_scanner_can_send(alice: Desk, teapot: str, code: str, sentence: str) -> None:
    refused(sentence, lambda: catalog.add_barcode(alice, sku=sku(alice, "CH-01-2"), code=code), "code")


def test_the_shortest_and_longest_barcodes_are_taken(alice: Desk, teapot: str) -> None:
    white = sku(alice, "CH-01-2")
    for code in ("1234", "9" * 40):
        catalog.add_barcode(alice, sku=white, code=code)
        assert catalog.by_code(alice, code) == white


def test_a_barcode_stands_for_more_than_nothing(alice: Desk, teapot: str) -> None:
    white = sku(alice, "CH-01-2")
    refused(
        "A barcode stands for more than nothing.",
        lambda: catalog.add_barcode(alice, sku=white, code=CARTON, units=0), "units",
    )  # fmt: skip


def test_a_sku_code_is_needed_and_has_no_blanks(alice: Desk, teapot: str) -> None:
    white = sku(alice, "CH-01-2")
    refused("A SKU needs a code.", lambda: catalog.change_sku(alice, sku=white, code=""), "code")
    refused("A SKU code has no blanks in it.", lambda: catalog.change_sku(alice, sku=white, code="a b"), "code")
    refused(
        "A SKU code has at most {longest} characters.",
        lambda: catalog.change_sku(alice, sku=white, code="a" * 41), "code",
    )  # fmt: skip
    refused("A weight cannot be less than nothing.",
            lambda: catalog.change_sku(alice, sku=white, code="CH-01-2", weight=-1), "weight")  # fmt: skip
    refused("A length cannot be less than nothing.",
            lambda: catalog.change_sku(alice, sku=white, code="CH-01-2", width_cm=-1), "length_cm")  # fmt: skip
    refused("A weight cannot be less than nothing.",
            lambda: catalog.add_sku(alice, goods=teapot, spec="蓝", weight=-1), "weight")  # fmt: skip
    refused("A price cannot be less than nothing.",
            lambda: catalog.add_sku(alice, goods=teapot, spec="蓝", retail=-1), "retail")  # fmt: skip


def test_a_removed_barcode_is_free_again_and_can_come_back(alice: Desk, teapot: str) -> None:
    red, white = sku(alice, "CH-01-R"), sku(alice, "CH-01-2")
    first = alice.value("select id from barcode where code = ?", TEAPOT)
    actions.remove_barcode(alice, barcode=first)
    assert catalog.by_code(alice, TEAPOT) is None
    catalog.add_barcode(alice, sku=white, code=TEAPOT)
    assert catalog.by_code(alice, TEAPOT) == white
    actions.remove_barcode(alice, barcode=alice.value("select id from barcode where sku = ?", white))
    assert catalog.add_barcode(alice, sku=red, code=TEAPOT) == first
    assert catalog.by_code(alice, TEAPOT) == red
    assert alice.get(Barcode, first).main


def test_one_barcode_is_the_main_one(alice: Desk, teapot: str) -> None:
    red = sku(alice, "CH-01-R")
    carton = catalog.add_barcode(alice, sku=red, code=CARTON, units=12 * ONE)
    assert alice.value("select barcode from sku_list where id = ?", red) == TEAPOT
    actions.make_main_barcode(alice, barcode=carton)
    assert alice.value("select barcode from sku_list where id = ?", red) == CARTON
    assert alice.value("select count(*) from barcode where sku = ? and main = 1", red) == 1


def test_a_new_colour_gets_the_next_free_code(alice: Desk, teapot: str) -> None:
    blue = catalog.add_sku(alice, goods=teapot, spec="蓝")
    assert alice.get(Sku, blue).code == "CH-01-1"
    green = catalog.add_sku(alice, goods=teapot, spec="绿")
    assert alice.get(Sku, green).code == "CH-01-3"


def test_disabled_goods_disable_their_skus_until_they_are_enabled(alice: Desk, teapot: str) -> None:
    actions.disable_goods(alice, goods=teapot)
    assert [row.disabled for row in alice.rows("select disabled from sku_list")] == [1, 1]
    actions.enable_goods(alice, goods=teapot)
    catalog.disable_sku(alice, sku=sku(alice, "CH-01-R"))
    assert alice.value("select disabled from sku_list where code = 'CH-01-R'") == 1
    actions.enable_sku(alice, sku=sku(alice, "CH-01-R"))
    assert alice.value("select count(*) from sku_list where disabled = 1") == 0


def test_changed_goods_are_called_so_everywhere(alice: Desk, teapot: str) -> None:
    actions.change_goods(alice, goods=teapot, name="青瓷提梁壶", no="CH-01", unit="只")
    assert {row.name for row in alice.rows("select name from sku_list")} == {"青瓷提梁壶 红", "青瓷提梁壶 白"}
    assert alice.get(Goods, teapot).brand == ""
    assert len(alice.journal.history(alice.journal.reading(), teapot)) == 2
    assert clean(alice) == []


def test_two_boxes_give_one_barcode_to_two_skus_and_someone_is_told(alice: Desk, bob: Desk) -> None:
    catalog.add_goods(alice, name="青瓷茶壶", no="A-1", skus=[NewSku(barcode=TEAPOT)])
    catalog.add_goods(bob, name="紫砂壶", no="B-1", skus=[NewSku(barcode=TEAPOT)])
    meet(alice, bob)
    assert agree(alice, bob)
    for desk in (alice, bob):
        rows = desk.rows("select code, one, other from problem_code_claimed_twice")
        assert [(row.code, {row.one, row.other}) for row in rows] == [(TEAPOT, {"青瓷茶壶", "紫砂壶"})]
        assert clean(desk) == []
    assert catalog.by_code(alice, TEAPOT) == catalog.by_code(bob, TEAPOT)
    loser = alice.value("select b.id from barcode b where b.sku = ?", sku(alice, "B-1"))
    actions.remove_barcode(alice, barcode=loser)
    assert alice.rows("select * from problem_code_claimed_twice") == []


def test_who_claimed_a_code_first_holds_it_and_the_other_is_given_a_new_one(alice: Desk, bob: Desk) -> None:
    catalog.add_goods(alice, name="青瓷茶壶", no="A-1")
    older = sku(alice, "A-1")
    meet(alice, bob)
    # Bob's pot is the younger record, and it has the code; Alice gives it to hers later, apart from him.
    catalog.add_goods(bob, name="紫砂壶", no="X-9")
    younger = sku(bob, "X-9")
    alice.journal.clock.now += 3_600_000  # type: ignore[attr-defined]
    catalog.change_sku(alice, sku=older, code="X-9")
    meet(alice, bob)
    assert agree(alice, bob)
    for desk in (alice, bob):
        assert catalog.by_code(desk, "X-9") == younger
        rows = desk.rows("select one, other, doubtful from problem_code_claimed_twice")
        assert [tuple(row) for row in rows] == [("紫砂壶", "青瓷茶壶", older)]
        assert clean(desk) == []
    catalog.change_sku(bob, sku=older, code="A-2")
    meet(alice, bob)
    assert alice.rows("select * from problem_code_claimed_twice") == []


def test_two_boxes_change_one_price_and_both_values_are_kept_for_a_person(alice: Desk, bob: Desk) -> None:
    catalog.add_goods(alice, name="青瓷茶壶", no="A-1")
    meet(alice, bob)
    one = sku(alice, "A-1")
    catalog.set_prices(alice, sku=one, retail=1_280_000)
    catalog.set_prices(bob, sku=one, retail=1_380_000)
    meet(alice, bob)
    assert agree(alice, bob)
    assert alice.value("select count(*) from conflict where record = ?", one) == 1
