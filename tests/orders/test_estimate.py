"""What an order leaves: every part of its cost is counted, and what nobody knows is not taken for nothing."""

import pytest

from appliance.journal import ONE, Desk, Refusal
from appliance.shop.catalog.actions import change_sku
from appliance.shop.orders import NewLine, SalesOrder
from appliance.shop.orders import actions as act
from appliance.shop.orders.estimate import Estimate, estimate
from appliance.shop.settings.actions import add_freight_rule, add_packaging, add_tax_rate, change_courier, disable
from appliance.shop.settings.freight import Band
from tests.orders.teahouse import House, order


def of(desk: Desk, placed: str) -> Estimate:
    found = estimate(desk, placed)
    assert found is not None
    return found


def test_what_is_left_of_a_teapot_and_two_cups(alice: Desk, house: House):
    tax = add_tax_rate(alice, name="13%", rate=1_300)
    teapot = alice.row("select code, spec, weight from sku where id = ?", house.teapot)
    assert teapot is not None
    change_sku(alice, sku=house.teapot, code=teapot.code, spec=teapot.spec, weight=100, tax_rate=tax)
    placed = order(alice, house, NewLine(sku=house.teapot), NewLine(sku=house.cup, qty=2 * ONE), postage=1_000)
    assert of(alice, placed).freight is None and of(alice, placed).profit is None
    add_freight_rule(alice, courier=house.sf, province="浙江省", first_price=800, bands=[Band(unit=1_000, price=200)])
    box = add_packaging(alice, name="中号纸箱", length_cm=30, width_cm=20, height_cm=20, weight=220, cost=15_000)
    act.change_packaging(alice, order=placed, packaging=box)
    change_courier(alice, courier=house.sf, name="顺丰", code="SF", cod=True, volume_ratio=6_000)
    alice.journal.perform(alice, "orders.take", lambda desk: desk.change(SalesOrder, placed, commission=500)).result()
    found = of(alice, placed)
    # 128.00 holds 14.73 of tax; two kilograms of volume cost 8.00 + 2.00; the box costs 1.50.
    assert (found.receivable, found.goods, found.freight) == (21_400, 12_000, 1_000)
    assert (found.packaging, found.commission, found.tax, found.charged_weight) == (150, 500, 1_473, 2_000)
    assert found.profit == 21_400 - 12_000 - 1_000 - 150 - 500 - 1_473


def test_goods_that_never_lay_here_have_no_cost_yet(alice: Desk, house: House):
    act.change_courier(alice, order=(placed := order(alice, house, NewLine(sku=house.teapot))), courier="")
    assert of(alice, placed).freight == 0
    alice.journal.perform(
        alice, "orders.take", lambda desk: desk.change(SalesOrder, placed, warehouse="elsewhere")
    ).result()
    assert of(alice, placed).goods is None and of(alice, placed).profit is None


def test_a_disabled_box_packs_nothing(alice: Desk, house: House):
    box = add_packaging(alice, name="旧纸箱")
    disable(alice, entry=box)
    placed = order(alice, house, NewLine(sku=house.teapot))
    with pytest.raises(Refusal, match="is disabled") as told:
        act.change_packaging(alice, order=placed, packaging=box)
    assert told.value.field == "packaging"
