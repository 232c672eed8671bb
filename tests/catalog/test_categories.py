"""Categories lie in each other: five deep, never in a circle, and only an empty one can go."""

import pytest

from appliance.journal import Desk
from appliance.shop import catalog
from appliance.shop.catalog import actions
from tests.cast import agree, clean, meet
from tests.catalog.conftest import refused


def chain(desk: Desk, *names: str) -> list[str]:
    made: list[str] = []
    for name in names:
        made.append(catalog.add_category(desk, name=name, parent=made[-1] if made else ""))
    return made


def paths(desk: Desk) -> list[str]:
    return [row.path for row in desk.rows("select path from category_list order by path")]


def test_a_category_tells_the_way_to_it(alice: Desk) -> None:
    tea, green, _ = chain(alice, "茶叶", "绿茶", "龙井")
    assert paths(alice) == ["茶叶", "茶叶 / 绿茶", "茶叶 / 绿茶 / 龙井"]
    actions.change_category(alice, category=tea, name="茶")
    assert paths(alice) == ["茶", "茶 / 绿茶", "茶 / 绿茶 / 龙井"]
    goods = catalog.add_goods(alice, name="明前龙井", category=green)
    assert alice.value("select category_path from goods_list where id = ?", goods) == "茶 / 绿茶"
    actions.change_category(alice, category=green, name="绿", parent=tea)
    assert alice.value("select category_path from goods_list where id = ?", goods) == "茶 / 绿"
    assert clean(alice) == []


def test_five_levels_are_deep_enough(alice: Desk) -> None:
    made = chain(alice, "一", "二", "三", "四", "五")
    too_deep = "Categories are at most {deepest} deep."
    refused(too_deep, lambda: catalog.add_category(alice, name="六", parent=made[-1]), "parent")
    top = catalog.add_category(alice, name="零")
    refused(too_deep, lambda: actions.change_category(alice, category=made[0], name="一", parent=top), "parent")
    assert alice.rows("select * from problem_category_too_deep") == []


def test_no_category_lies_in_itself(alice: Desk) -> None:
    made = chain(alice, "一", "二", "三")
    said = "A category cannot lie in itself."
    for parent in made:
        refused(said, lambda p=parent: actions.change_category(alice, category=made[0], name="一", parent=p), "parent")


def test_a_category_has_a_name_that_is_not_taken_beside_it(alice: Desk) -> None:
    tea = catalog.add_category(alice, name="茶")
    refused("A category needs a name.", lambda: catalog.add_category(alice, name=""), "name")
    refused("There is already a category of this name here.", lambda: catalog.add_category(alice, name="茶"), "name")
    catalog.add_category(alice, name="茶", parent=tea)


def test_only_an_empty_category_can_go(alice: Desk) -> None:
    tea, green = chain(alice, "茶", "绿茶")
    goods = catalog.add_goods(alice, name="龙井", category=green)
    refused(
        "There are categories in this category. Move them first.",
        lambda: actions.remove_category(alice, category=tea),
    )
    refused("There are goods in this category. Move them first.",
            lambda: actions.remove_category(alice, category=green))  # fmt: skip
    actions.change_goods(alice, goods=goods, name="龙井", no="L")
    actions.remove_category(alice, category=green)
    actions.remove_category(alice, category=tea)
    assert paths(alice) == []


def test_two_boxes_put_categories_into_each_other_and_someone_is_told(alice: Desk, bob: Desk) -> None:
    one, other = catalog.add_category(alice, name="茶"), catalog.add_category(alice, name="礼盒")
    meet(alice, bob)
    actions.change_category(alice, category=one, name="茶", parent=other)
    actions.change_category(bob, category=other, name="礼盒", parent=one)
    meet(alice, bob)
    assert agree(alice, bob)
    for desk in (alice, bob):
        assert {row.name for row in desk.rows("select name from problem_category_too_deep")} == {"茶", "礼盒"}
        assert clean(desk) == []
    actions.change_category(bob, category=one, name="茶", parent="")
    assert bob.rows("select * from problem_category_too_deep") == []


@pytest.mark.parametrize("text", ["绿茶", "lc", "cy"])
def test_categories_are_found_by_any_part_of_their_way(alice: Desk, text: str) -> None:
    chain(alice, "茶叶", "绿茶")
    found = alice.journal.search(alice.journal.reading(), "category_list", text, 5)
    assert "茶叶 / 绿茶" in [alice.value("select path from category_list where rowid = ?", rowid) for rowid in found]
