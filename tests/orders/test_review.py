"""Review: every check alone, with the sentence it says, whether it may be forced, and the switch that turns it off."""

import pytest
from msgspec.structs import replace

from appliance.journal import ONE
from appliance.shop.orders.known import Facts, Goods, Rival
from appliance.shop.orders.records import Exceptions
from appliance.shop.orders.review import CHECKS, GATES, findings, gates
from appliance.shop.settings import Values

TEAPOT = Goods(
    line="l1",
    sku="teapot",
    name="茶壶",
    qty=ONE,
    amount=12800,
    on_hand=10 * ONE,
    stock_value=800 * ONE,
    minimum=100 * ONE,
)
FINE = Facts(
    order="o", state="to_review", name="李娜", phone="13800002266", area="浙江省 杭州市 余杭区", street="文一西路",
    customer="li-na", courier="sf", receivable=12800, paid=12800, goods=[TEAPOT],
)  # fmt: skip
OFF = {"no_customer": "0", "finance": "0"}

WRONG = {
    "state": {"state": "approved"},
    "shop": {"shop_ok": False},
    "warehouse": {"warehouse_ok": False},
    "lines": {"goods": [replace(TEAPOT, qty=0)]},
    "adds_up": {"uneven": 1},
    "mapped": {"goods": [replace(TEAPOT, sku="")]},
    "receiver": {"name": ""},
    "address": {"area": ""},
    "paid": {"paid": 12799},
    "instalments": {"delivery_term": "instalment", "instalments": 12799, "credit": 12800},
    "frozen": {"frozen_reason": "等买家"},
    "refund": {"goods": [replace(TEAPOT, refund_status="requested")]},
    "cod": {"delivery_term": "cod"},
    "reverted": {"revert_reason": "地址不全"},
    "rights": {"goods": [replace(TEAPOT, pool="pool", rights=ONE // 2)]},
    "blacklisted": {"blacklisted": True},
    "no_phone": {"phone": ""},
    "no_courier": {"courier": ""},
    "no_customer": {"customer": "", "switches": Values({"review.no_customer": "1"})},
    "exceptions": {"exceptions": int(Exceptions.ADDRESS)},
    "already_shipped": {"exceptions": int(Exceptions.SHIPPED)},
    "overweight": {"weight": 30_001},
    "unreachable": {"not_served": "西藏\n浙江 杭州"},
    "return_missing": {"kind": "exchange"},
    "unprintable": {"name": "李娜🌸"},
    "stock_short": {"goods": [replace(TEAPOT, qty=11 * ONE, amount=140800)]},
    "below_minimum": {"goods": [replace(TEAPOT, amount=9999)]},
    "below_cost": {"goods": [replace(TEAPOT, amount=7999, minimum=0)]},
    "credit": {"delivery_term": "on_account", "credit": 20000, "owed": 7201},
    "source_refunded": {"goods": [TEAPOT, replace(TEAPOT, line="l2", refund_status="full")]},
    "only_gifts": {"goods": [replace(TEAPOT, gift=True)]},
    "unmerged": {"rivals": [Rival("SO-2", "to_review", frozen=False, same_place=True)]},
}


def codes(facts: Facts, **more: bool) -> list[str]:
    return [one.code for one in findings(facts, **more)]


def test_an_order_without_fault_passes():
    assert codes(FINE) == []
    assert gates(FINE) == []


def test_every_check_is_tried():
    assert set(WRONG) == {check.code for check in CHECKS}


@pytest.mark.parametrize("code", WRONG)
def test_each_check_finds_its_fault_and_no_other(code: str):
    found = findings(replace(FINE, **WRONG[code]))
    assert [one.code for one in found] == [code]
    assert found[0].sentence.format(**found[0].params)
    assert "{" not in found[0].remedy


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_soft_checks_can_be_forced_and_turned_off_hard_ones_never(check):
    facts = replace(FINE, **WRONG[check.code])
    forced = codes(facts, forced=True)
    assert forced == ([check.code] if check.hard else [])
    if check.switch and not check.hard:
        off = replace(facts, switches=Values({f"review.{check.code}": "0"}))
        assert codes(off) == []


def test_quick_review_stops_at_the_first_objection():
    both = replace(FINE, name="", phone="", paid=0)
    assert codes(both) == ["receiver", "paid", "no_phone"]
    assert codes(both, first=True) == ["receiver"]


def test_two_lines_of_one_sku_are_short_together_and_all_short_goods_are_named():
    """A line of six and one of five are eleven of ten teapots."""
    lines = [
        replace(TEAPOT, qty=6 * ONE, amount=76800),
        replace(TEAPOT, line="l2", qty=5 * ONE, amount=64000),
        replace(TEAPOT, line="l3", sku="cup", name="茶杯", qty=3 * ONE, on_hand=2 * ONE, stock_value=0, amount=38400),
    ]
    found = findings(replace(FINE, goods=lines))
    assert [one.params for one in found] == [{"goods": "茶壶 ×1, 茶杯 ×1"}]


def test_goods_promised_to_approved_orders_are_not_there_any_more_but_waiting_ones_do_not_count():
    assert codes(replace(FINE, goods=[replace(TEAPOT, pending_ship=10 * ONE)])) == ["stock_short"]
    assert codes(replace(FINE, goods=[replace(TEAPOT, pending_ship=9 * ONE)])) == []


def test_goods_that_may_fall_below_zero_are_never_short():
    assert codes(replace(FINE, goods=[replace(TEAPOT, on_hand=0, stock_value=0, allow_negative=True)])) == []


def test_gifts_may_cost_nothing():
    lines = [TEAPOT, replace(TEAPOT, line="l2", gift=True, amount=0)]
    assert codes(replace(FINE, goods=lines)) == []


def test_a_courier_stays_away_from_areas_and_not_from_streets_that_are_called_like_them():
    for not_served in ("西藏,新疆 喀什", "浙江 宁波", "文一西路", "", " \n"):
        assert codes(replace(FINE, not_served=not_served)) == [], not_served
    assert codes(replace(FINE, not_served="新疆 喀什、余杭区")) == ["unreachable"]


def test_what_is_sent_in_exchange_may_cost_nothing_once_the_other_came_back():
    facts = replace(FINE, kind="exchange", goods=[replace(TEAPOT, amount=0)], returned_on="2026-11-24")
    assert codes(facts) == []


def test_a_masked_receiver_counts_as_named():
    assert codes(replace(FINE, name="周**", masked=True)) == []


def test_who_fetches_at_the_counter_needs_no_address():
    assert codes(replace(FINE, has_receiver=False, name="", area="", street="", phone="", courier="")) == []


@pytest.mark.parametrize(
    ("rival", "switch"),
    [
        (Rival("SO-2", "approved", frozen=False, same_place=True), "review.unmerged_approved"),
        (Rival("SO-2", "to_review", frozen=True, same_place=True), "review.unmerged_frozen"),
        (Rival("SO-2", "to_review", frozen=False, same_place=False), "review.unmerged_other_address"),
        (Rival("SO-2", "awaiting_payment", frozen=False, same_place=True), "review.unmerged_unpaid"),
    ],
)
def test_further_orders_of_the_same_person_count_only_if_the_shop_says_so(rival: Rival, switch: str):
    facts = replace(FINE, rivals=[rival])
    assert codes(facts) == []
    assert codes(replace(facts, switches=Values({switch: "1"}))) == ["unmerged"]


GATED = {
    "discount": ({"discount": 500}, {"finance.discount": "500"}),
    "receivable": ({"receivable": 12800}, {"finance.receivable": "12799"}),
    "import": ({"origin": "import"}, {"finance.import": "1"}),
    "manual": ({"origin": "manual"}, {"finance.manual": "1"}),
    "all_gifts": ({"goods": [replace(TEAPOT, gift=True)], "origin": "api"}, {}),
    "below_cost": ({"goods": [replace(TEAPOT, amount=7999)], "origin": "api"}, {"finance.below_cost": "1"}),
}


@pytest.mark.parametrize("code", GATED)
def test_each_gate_sends_the_order_by_the_accountant(code: str):
    fields, switches = GATED[code]
    told = gates(replace(FINE, **fields, switches=Values(switches)))
    assert [one.code for one in told] == [code]
    assert told[0].sentence.format(**told[0].params)


def test_every_gate_is_tried_and_all_reasons_are_told():
    assert set(GATED) == {gate.code for gate in GATES}
    switches = Values({"finance.discount": "1", "finance.receivable": "1", "finance.manual": "1"})
    told = gates(replace(FINE, discount=5, switches=switches))
    assert [one.code for one in told] == ["discount", "receivable", "manual"]
