"""What a parcel will cost: golden vector T5, and the rule that holds for an address."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.settings import FreightRule, actions, freight
from appliance.shop.settings.freight import Band, Tier
from tests.settings.conftest import Chain

KG = 1_000


def rule(rounding: str) -> FreightRule:
    """First kilogram 8.00; up to 5 kg 2.00 each; beyond it 1.00 for each half."""
    return FreightRule(first_weight=KG, first_price=800, bands=[(5 * KG, KG, 200, rounding), (0, 500, 100, rounding)])


@pytest.mark.parametrize(("rounding", "fen"), [("up", 1_900), ("down", 1_800), ("half_up", 1_800), ("exact", 1_840)])
def test_a_parcel_of_six_kilograms_and_two_hundred_grams_costs_what_t5_says(rounding: str, fen: int):
    assert freight.fee(rule(rounding), 6_200) == fen


def test_the_rest_of_t5_and_the_edges_of_a_band():
    assert freight.fee(rule("up"), 3_010) == 1_400
    assert freight.chargeable(8 * KG, 60 * 40 * 30, 6_000) == 12 * KG
    assert freight.chargeable(13 * KG, 60 * 40 * 30, 6_000) == 13 * KG
    assert [freight.fee(rule("up"), grams) for grams in (1, KG, KG + 1, 5 * KG, 5 * KG + 1)] == [
        800, 800, 1_000, 1_600, 1_700,
    ]  # fmt: skip
    small = FreightRule(first_weight=KG, first_price=800, tiers=[(300, 350), (500, 420)])
    assert [freight.fee(small, grams) for grams in (300, 301, 500, 501)] == [350, 420, 420, 800]
    assert freight.chargeable(500, 72_000, 0) == 500


def test_the_nearest_rule_holds_and_the_shops_own_before_it(desk: Desk, chain: Chain):
    sf = actions.add_courier(desk, name="顺丰")

    def add(**given: str) -> str:
        return actions.add_freight_rule(desk, courier=sf, first_price=800, **given)

    everywhere, province = add(), add(province="浙江")
    city, district = add(province="浙江省", city="杭州"), add(province="浙江省", city="杭州市", district="西湖区")
    own = add(shop=chain.river_shop)
    rows = desk.rows("select * from freight_rule where courier = ?", sf)

    def held(shop: str, *area: str) -> str:
        found = freight.best(rows, shop, *area)
        return found["id"] if found is not None else ""

    assert held(chain.counter, "浙江省", "杭州市", "西湖区") == district
    assert held(chain.counter, "浙江省", "杭州市", "余杭区") == city
    assert held(chain.counter, "浙江省", "宁波市", "鄞州区") == province
    assert held(chain.counter, "广东省", "广州市", "天河区") == everywhere
    assert held(chain.river_shop, "浙江省", "杭州市", "西湖区") == own
    with pytest.raises(Refusal, match="There is a rule for this area already"):
        add(province="浙江")
    with pytest.raises(Refusal, match="There is no such area"):
        add(province="月球")
    actions.remove_freight_rule(desk, freight_rule=own)
    assert freight.best([], chain.counter, "浙江省", "", "") is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bands": [Band(until=0), Band(until=0)]}, "only the last has no end"),
        ({"bands": [Band(until=5 * KG), Band(until=4 * KG)]}, "only the last has no end"),
        ({"bands": [Band(unit=0)]}, "A unit is more than nothing"),
        ({"bands": [Band(price=-1)]}, "cannot be less than nothing"),
        ({"bands": [Band(until=n * KG) for n in range(2, 7)]}, "at most 4 bands"),
        ({"tiers": [Tier(until=500), Tier(until=500)]}, "Each weight is more than the one before"),
        ({"tiers": [Tier(until=n) for n in range(1, 8)]}, "at most 6 small-parcel fees"),
        ({"first_price": -1}, "cannot be less than nothing"),
    ],
)
def test_bands_follow_each_other(desk: Desk, given: dict, sentence: str):
    sf = actions.add_courier(desk, name="顺丰")
    made = actions.add_freight_rule(desk, courier=sf, first_price=800)
    with pytest.raises(Refusal, match=sentence):
        actions.change_freight_rule(desk, freight_rule=made, **{"first_price": 800, **given})
