"""The rules: every switch has a default, can be turned by its kind only, and is read in one question."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import settings
from appliance.shop.settings import actions
from appliance.shop.settings.switches import SECTIONS, SWITCHES, setting_id, whole


def test_every_switch_has_a_name_a_section_and_a_default_of_its_kind():
    names = [one.name for one in SWITCHES]
    assert len(names) == len(set(names))
    for one in SWITCHES:
        assert one.section in SECTIONS, one.name
        assert one.sentence, one.name
        if one.kind in {"flag", "always"}:
            assert one.default in {"0", "1"}, one.name
        if one.kind in {"money", "weight", "count"}:
            assert one.default.isdecimal(), one.name


def test_the_form_asks_for_every_switch_that_can_be_turned():
    asked = set(actions.turn_switches.parameters)
    assert asked == {one.parameter for one in SWITCHES if one.kind != "always"}


def test_a_switch_stands_at_its_default_until_it_is_turned(desk: Desk):
    assert settings.on(desk, "review.stock_short")
    assert settings.number(desk, "finance.discount") == 0
    actions.turn_switches(desk, review_stock_short=False, finance_discount=50_000)
    assert not settings.on(desk, "review.stock_short")
    assert settings.number(desk, "finance.discount") == 50_000
    standing = settings.values(desk)
    assert (standing.on("review.stock_short"), standing.number("finance.discount")) == (False, 50_000)
    assert standing.on("review.blacklisted")
    assert len(standing) == len(list(standing)) == len(SWITCHES)


def test_turning_one_switch_leaves_the_others_and_writes_only_that(desk: Desk):
    actions.turn_switches(desk, auto_from="09:30")
    assert desk.rows("select name, value from setting")[0]["value"] == "09:30"
    assert desk.value("select count(*) from setting") == 1
    actions.turn_switches(desk, auto_until="21:00")
    assert settings.value(desk, "auto.from") == "09:30"


def test_what_is_always_checked_cannot_be_turned(desk: Desk):
    with pytest.raises(KeyError):
        actions.turn_switches(desk, hard_paid=False)

    def sneak(at_work: Desk) -> None:
        at_work.put(settings.Setting(id=setting_id("hard.paid"), name="hard.paid", value="0"))

    desk.journal.perform(desk, "settings.turn_switches", sneak).result()
    assert settings.on(desk, "hard.paid")
    assert settings.values(desk).on("hard.paid")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"finance_discount": -1}, "cannot be less than nothing"),
        ({"review_weight_limit": -5}, "cannot be less than nothing"),
        ({"auto_minutes": 0}, "Between 1 and 1440"),
        ({"auto_minutes": 1_441}, "Between 1 and 1440"),
        ({"auto_from": "8:00"}, "like 08:30"),
        ({"auto_until": "24:00"}, "like 08:30"),
        ({"number_SO": "so"}, "capital letters"),
        ({"number_SO": "ORDER"}, "capital letters"),
        ({"number_SO": "CK"}, "used for other papers"),
        ({"auto_shops": ["nowhere"]}, "not known"),
    ],
)
def test_a_value_fits_its_kind(desk: Desk, given: dict[str, object], sentence: str):
    with pytest.raises(Refusal, match=sentence) as refused:
        actions.turn_switches(desk, **given)
    # Two papers with one prefix are told at the second of them; everything else at the field itself.
    assert refused.value.field in {*given, "number_CK"}
    assert desk.value("select count(*) from setting") == 0


def test_automatic_review_keeps_to_chosen_shops(desk: Desk):
    shop = desk.value("select id from shop limit 1")
    actions.turn_switches(desk, auto_shops=[shop], auto_risky_words="村,组")
    standing = settings.values(desk)
    assert standing.names("auto.shops") == [shop]
    assert standing.names("auto.risky_words") == ["村", "组"]


def test_papers_are_numbered_with_the_prefix_that_the_shop_chose(desk: Desk):
    def take(at_work: Desk) -> str:
        return settings.paper_number(at_work, "SO")

    def number() -> str:
        return desk.journal.perform(desk, "settings.take", take).result().value

    assert number() == "SO-A1-261124-0001"
    actions.turn_switches(desk, number_SO="XS")
    assert number() == "XS-A1-261124-0001"
    actions.turn_switches(desk, number_SO="SO")
    assert number() == "SO-A1-261124-0002"


def test_an_unreadable_number_counts_as_nothing():
    assert [whole(text) for text in ("12", "-3", "", "many", "1.5")] == [12, -3, 0, 0, 0]


def test_two_boxes_that_turn_one_switch_mean_the_same_switch():
    assert setting_id("review.stock_short") == setting_id("review.stock_short") != setting_id("review.no_phone")


@pytest.mark.parametrize("days", [-1, 61])
def test_nothing_is_promised_for_years(desk: Desk, days: int):
    with pytest.raises(Refusal, match="Between 0 and 60 days"):
        actions.turn_switches(desk, promise_days=days)
