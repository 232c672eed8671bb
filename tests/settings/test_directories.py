"""The directories: what stands in them once, what can be disabled, and what must stay open."""

from typing import Any

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import settings
from appliance.shop.settings import Branch, MoneyItem, Shop, Warehouse, actions
from tests.settings.conftest import Chain


def test_a_new_courier_can_be_chosen_and_found(desk: Desk):
    sf = actions.add_courier(desk, name="顺丰速运", code="SF", cod=True, max_weight=30_000, volume_ratio=6_000)
    row = desk.row("select * from courier_list where id = ?", sf)
    assert row is not None
    assert (row["name"], row["code"], row["cod"], row["max_weight"], row["disabled"]) == (
        "顺丰速运",
        "SF",
        1,
        30_000,
        0,
    )
    assert desk.journal.search(desk.journal.reading(), "courier_list", "sfsy") != []


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("branch", {}),
        ("courier", {}),
        ("packaging", {}),
        ("unit", {}),
        ("money_item", {"direction": "out"}),
        ("reason", {"kind": "freeze"}),
        ("currency", {"code": "USD"}),
    ],
)
def test_a_name_stands_once(desk: Desk, verb: str, given: dict[str, Any]):
    add, change = getattr(actions, f"add_{verb}"), getattr(actions, f"change_{verb}")
    add(desk, name="Tea", **given)
    again = given | ({"code": "HKD"} if verb == "currency" else {})
    with pytest.raises(Refusal, match="already something called tea"):
        add(desk, name="tea", **again)
    other = add(desk, name="Coffee", **again)
    changed = {name: value for name, value in again.items() if name == "code"}
    with pytest.raises(Refusal, match="already something called Tea"):
        change(desk, **{verb: other}, name="Tea", **changed)
    with pytest.raises(Refusal, match="A name is needed"):
        change(desk, **{verb: other}, name="  ", **changed)
    change(desk, **{verb: other}, name="Coffee", **changed)


def test_a_code_stands_once_and_has_letters_and_digits_only(desk: Desk):
    actions.add_courier(desk, name="顺丰", code="SF")
    with pytest.raises(Refusal, match="The code sf is taken") as refused:
        actions.add_courier(desk, name="Sifang", code="sf")
    assert refused.value.field == "code"
    with pytest.raises(Refusal, match="only letters and digits"):
        actions.add_courier(desk, name="Sifang", code="S F")
    actions.add_courier(desk, name="Sifang", code="S-F")


def test_the_same_reason_may_stand_for_two_things(desk: Desk):
    actions.add_reason(desk, kind="freeze", name="下雨")
    assert actions.add_reason(desk, kind="return", name="下雨")


def test_what_is_disabled_leaves_the_pickers_and_stays_known(desk: Desk):
    unit = actions.add_unit(desk, name="篓")
    actions.disable(desk, entry=unit)
    actions.disable(desk, entry=unit)
    assert desk.value("select disabled from unit_list where id = ?", unit) == 1
    actions.enable(desk, entry=unit)
    assert desk.value("select disabled from unit_list where id = ?", unit) == 0
    with pytest.raises(Refusal, match="not here any more"):
        actions.disable(desk, entry="nothing-of-ours")


# ---- measures


@pytest.mark.parametrize(
    ("verb", "given", "sentence"),
    [
        ("courier", {"max_weight": -1}, "A weight cannot be less than nothing"),
        ("courier", {"volume_ratio": -1}, "A volume ratio cannot be less than nothing"),
        ("packaging", {"weight": -1}, "A weight cannot be less than nothing"),
        ("packaging", {"cost": -1}, "A cost cannot be less than nothing"),
    ],
)
def test_nothing_weighs_or_costs_less_than_nothing(desk: Desk, verb: str, given: dict[str, Any], sentence: str):
    with pytest.raises(Refusal, match=sentence):
        getattr(actions, f"add_{verb}")(desk, name="Tea", **given)


# ---- the tree of income and expenses


def test_items_stand_in_a_tree_and_are_told_with_their_path(desk: Desk):
    cars = actions.add_money_item(desk, name="交通", direction="out")
    taxi = actions.add_money_item(desk, name="打车", direction="out", parent=cars)
    night = actions.add_money_item(desk, name="夜里", direction="out", parent=taxi)
    assert desk.value("select path from money_item_list where id = ?", night) == "交通 › 打车 › 夜里"
    actions.change_money_item(desk, money_item=cars, name="出行")
    assert desk.value("select path from money_item_list where id = ?", night) == "出行 › 打车 › 夜里"


def test_an_item_cannot_stand_below_itself(desk: Desk):
    cars = actions.add_money_item(desk, name="交通", direction="out")
    taxi = actions.add_money_item(desk, name="打车", direction="out", parent=cars)
    with pytest.raises(Refusal, match="below itself"):
        actions.change_money_item(desk, money_item=cars, name="交通", parent=taxi)
    with pytest.raises(Refusal, match="below itself"):
        actions.change_money_item(desk, money_item=cars, name="交通", parent=cars)
    assert desk.get(MoneyItem, cars).parent == ""


def test_income_and_expenses_do_not_mix_and_trees_are_not_deep(desk: Desk):
    above = actions.add_money_item(desk, name="1", direction="out")
    with pytest.raises(Refusal, match="trees of their own"):
        actions.add_money_item(desk, name="租出", direction="in", parent=above)
    for depth in "2345":
        above = actions.add_money_item(desk, name=depth, direction="out", parent=above)
    with pytest.raises(Refusal, match="at most 5 deep"):
        actions.add_money_item(desk, name="6", direction="out", parent=above)


def test_an_item_with_others_below_it_stays(desk: Desk):
    cars = actions.add_money_item(desk, name="交通", direction="out")
    taxi = actions.add_money_item(desk, name="打车", direction="out", parent=cars)
    with pytest.raises(Refusal, match="打车 belongs to 交通"):
        actions.disable(desk, entry=cars)
    actions.disable(desk, entry=taxi)
    actions.disable(desk, entry=cars)
    with pytest.raises(Refusal, match="交通 is disabled"):
        actions.enable(desk, entry=taxi)
    with pytest.raises(Refusal, match="交通 is disabled"):
        actions.add_money_item(desk, name="公交", direction="out", parent=cars)


def test_a_circle_made_by_two_boxes_harms_no_list(desk: Desk):
    one = actions.add_money_item(desk, name="一", direction="out")
    two = actions.add_money_item(desk, name="二", direction="out", parent=one)

    def circle(at_work: Desk) -> None:
        at_work.change(MoneyItem, one, parent=two)

    desk.journal.perform(desk, "settings.change_money_item", circle).result()
    assert desk.value("select count(*) from money_item_list where id in (?, ?)", one, two) == 2


# ---- places


def test_a_shop_sells_from_a_warehouse_of_its_own_branch(desk: Desk, chain: Chain):
    with pytest.raises(Refusal, match="belongs to another branch"):
        actions.add_shop(desk, name="淘宝店", platform="taobao", branch=chain.main, warehouse=chain.river_store)
    with pytest.raises(Refusal, match="belongs to another branch"):
        actions.change_shop(desk, shop=chain.counter, name="门店", warehouse=chain.river_store)
    courier = actions.add_courier(desk, name="顺丰")
    actions.disable(desk, entry=courier)
    with pytest.raises(Refusal, match="顺丰 is disabled"):
        actions.change_shop(desk, shop=chain.counter, name="门店", warehouse=chain.main_store, courier=courier)
    actions.change_shop(desk, shop=chain.counter, name="门店", warehouse=chain.main_store, complete_days=10)
    assert desk.get(Shop, chain.counter).complete_days == 10


def test_the_last_shop_and_the_last_warehouse_of_a_branch_stay_open(desk: Desk, chain: Chain):
    with pytest.raises(Refusal, match="last shop of its branch"):
        actions.disable(desk, entry=chain.river_shop)
    with pytest.raises(Refusal, match="河对岸店 sells from 河对岸仓"):
        actions.disable(desk, entry=chain.river_store)
    spare = actions.add_warehouse(desk, name="备用仓", branch=chain.river, kind="transit")
    actions.change_shop(desk, shop=chain.river_shop, name="河对岸店", warehouse=spare)
    with pytest.raises(Refusal, match="last warehouse of its branch that sells"):
        actions.disable(desk, entry=chain.river_store)
    with pytest.raises(Refusal, match="last warehouse of its branch that sells"):
        actions.change_warehouse(desk, warehouse=chain.river_store, name="河对岸仓", kind="defective")
    actions.change_warehouse(desk, warehouse=spare, name="备用仓", kind="store")
    actions.disable(desk, entry=chain.river_store)
    assert desk.get(Warehouse, chain.river_store).disabled


def test_a_branch_closes_with_all_that_is_in_it(desk: Desk, chain: Chain):
    with pytest.raises(Refusal, match="This box stands in 总店"):
        actions.disable(desk, entry=chain.main)
    actions.disable(desk, entry=chain.river)
    assert desk.get(Shop, chain.river_shop).disabled
    assert desk.get(Warehouse, chain.river_store).disabled
    with pytest.raises(Refusal, match="河对岸 is disabled"):
        actions.enable(desk, entry=chain.river_store)
    with pytest.raises(Refusal, match="河对岸 is disabled"):
        actions.add_warehouse(desk, name="新仓", branch=chain.river)
    actions.enable(desk, entry=chain.river)
    actions.enable(desk, entry=chain.river_store)
    actions.enable(desk, entry=chain.river_shop)
    assert not desk.get(Shop, chain.river_shop).disabled


def test_the_last_branch_stays_open(desk: Desk, chain: Chain):
    across = desk.journal.desk(who=desk.who, device="tablet", branch=chain.river)
    actions.disable(across, entry=chain.main)
    assert desk.get(Branch, chain.main).disabled
    stranger = desk.journal.desk(who=desk.who, device="tablet", branch="elsewhere")
    with pytest.raises(Refusal, match="河对岸 is the only branch"):
        actions.disable(stranger, entry=chain.river)


def test_lists_name_what_they_point_at_and_follow_a_new_name(desk: Desk, chain: Chain):
    row = desk.row("select branch_name, warehouse_name from shop_list where id = ?", chain.river_shop)
    assert row is not None
    assert tuple(row) == ("河对岸", "河对岸仓")
    actions.change_branch(desk, branch=chain.river, name="江北", code="B1")
    actions.change_warehouse(desk, warehouse=chain.river_store, name="江北仓")
    row = desk.row("select branch_name, warehouse_name from shop_list where id = ?", chain.river_shop)
    assert row is not None
    assert tuple(row) == ("江北", "江北仓")
    assert desk.value("select branch_name from warehouse_list where id = ?", chain.river_store) == "江北"


# ---- what the directories say of parcels, tax and days


def test_a_box_that_lies_in_stock_has_its_three_measures(desk: Desk):
    box = actions.add_packaging(desk, name="中号纸箱", length_cm=30, width_cm=20, height_cm=15, weight=220, cost=15_000)
    assert desk.value("select size from packaging_list where id = ?", box) == "30 × 20 × 15 cm"
    with pytest.raises(Refusal, match="or none of them"):
        actions.add_packaging(desk, name="小号纸箱", length_cm=30)
    with pytest.raises(Refusal, match="A length cannot be less than nothing"):
        actions.change_packaging(desk, packaging=box, name="中号纸箱", length_cm=-1, width_cm=20, height_cm=15)


def test_a_tax_rate_keeps_its_share(desk: Desk):
    rate = actions.add_tax_rate(desk, name="增值税 13%", rate=1_300)
    actions.change_tax_rate(desk, tax_rate=rate, name="一般税率")
    assert tuple(desk.rows("select name, rate from tax_rate_list")[0]) == ("一般税率", 1_300)
    with pytest.raises(Refusal, match="between nothing and the whole price"):
        actions.add_tax_rate(desk, name="全部", rate=10_000)


def test_working_days_leave_out_weekends_and_holidays_but_not_the_weekend_worked_for_them(desk: Desk):
    assert settings.working_day(desk, "2026-09-25", 1) == "2026-09-28"
    actions.add_holiday(desk, name="国庆", day="2026-10-01", until="2026-10-08")
    actions.add_holiday(desk, name="国庆调休", day="2026-10-10", kind="workday")
    assert settings.working_day(desk, "2026-10-03", 0) == "2026-10-09"
    assert settings.working_day(desk, "2026-09-30", 2) == "2026-10-10"
    mistake = actions.add_holiday(desk, name="国庆", day="2026-10-09")
    actions.disable(desk, entry=mistake)
    assert settings.working_day(desk, "2026-09-30", 1) == "2026-10-09"
    for given, sentence in (
        ({"day": "2026-10-02", "until": "2026-10-01"}, "comes before the first"),
        ({"day": "2026-01-01", "until": "2026-12-31"}, "longer than any holiday"),
        ({"day": ""}, "which day it is"),
    ):
        with pytest.raises(Refusal, match=sentence):
            actions.add_holiday(desk, name="假", **given)
    with pytest.raises(Refusal, match="A name is needed"):
        actions.change_holiday(desk, holiday=mistake, name=" ")


def test_every_paper_takes_the_prefix_that_the_shop_chose(desk: Desk):
    actions.turn_switches(desk, number_QR="RK")
    run = desk.journal.perform(desk, "inventory.other_in", lambda at: settings.paper_number(at, "QR")).result()
    assert str(run.value).startswith("RK-A1-")


def test_a_holiday_has_a_name(desk: Desk):
    with pytest.raises(Refusal, match="A name is needed"):
        actions.add_holiday(desk, name=" ", day="2026-10-01")
