"""Lists in hand: what was chosen stays chosen, Back leads to the same row, and everything goes by keyboard too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.boxes import Box, until
from tests.browser.living import to_review
from tests.browser.tablet import Tablet


def ids(tablet: Tablet) -> list[str]:
    found: list[str] = tablet.page.evaluate(
        "() => [...document.querySelectorAll('#list tbody tr')].map((row) => row.id)"
    )
    return found


def test_a_choice_survives_the_turn_of_a_page_and_tells_how_many_and_how_much(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all").page
    chosen = [ids(tablet)[0], ids(tablet)[2]]
    for order in chosen:
        page.locator(f"#{order} input").click()
    page.locator(".list-foot a[rel=next]").click()
    page.wait_for_url(re.compile("after="))
    chosen.append(ids(tablet)[1])
    page.locator(f"#{chosen[2]} input").click()
    marks = ", ".join("?" * 3)
    fen = box.value(f"select sum(receivable) from order_list where id in ({marks})", *chosen)
    expect(page.locator(".bulk .sum")).to_contain_text("已选 3")
    expect(page.locator(".bulk .sum")).to_contain_text(f"{fen // 100:,}.{fen % 100:02d}")
    page.locator(".list-foot a[rel=prev]").click()
    expect(page.locator(f"#{chosen[0]}")).to_have_class(re.compile("sel"))
    assert tablet.violations() == []

    tablet.tap("冻结", inside=".bulk")
    deed = page.locator("form.deed")
    for order in chosen:
        expect(deed).to_contain_text(box.value("select number from order_list where id = ?", order))


def test_all_that_fit_are_chosen_by_a_step_of_their_own(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all").page
    whole = box.value("select count(*) from order_list")
    expect(page.locator("[data-everything]")).to_have_count(0)
    page.locator("thead [data-all]").check()
    expect(page.locator(".bulk .sum")).to_contain_text("已选 50")
    page.locator("[data-everything]").click()
    expect(page.locator(".bulk .sum")).to_contain_text(f"已选 {whole}")
    page.locator(".bulk [data-clear]").click()
    expect(page.locator(".bulk")).to_be_hidden()


def test_many_are_done_each_for_itself_and_each_refusal_says_why(box: Box, tablet: Tablet) -> None:
    easy, hard = to_review(box, easy=True)[:2], to_review(box, easy=False)[:1]
    page = tablet.go("/orders").page
    for order in (*easy, *hard):
        page.locator(f"#{order} input").click()
    tablet.tap("快速审核", inside=".bulk")
    row = page.locator(f"#{hard[0]}")
    expect(row).to_contain_text(box.value("select number from order_list where id = ?", hard[0]))
    expect(page.locator("#main")).to_contain_text("2 项办好了")
    assert len(row.locator("td").nth(1).inner_text()) > 4
    assert [box.value("select state from order_list where id = ?", one) for one in (*easy, *hard)] == [
        "approved",
        "approved",
        "to_review",
    ]
    assert tablet.violations() == []
    tablet.tap("回到列表")
    expect(page.locator(".bulk")).to_be_hidden()


def test_the_address_tells_what_is_shown_and_back_leads_to_the_same_row(tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all&sort=receivable-desc").page
    page.locator(".list-foot a[rel=next]").click()
    page.wait_for_url(re.compile("view=all.*after="))
    there, row = page.url, ids(tablet)[30]
    page.locator(f"#{row} td > a:not(.btn)").click()
    expect(page.locator(".ord-head")).to_be_visible()
    page.locator(".ord-head a[data-back]").click()
    page.wait_for_url(there)
    expect(page.locator(f"#{row}")).to_have_class(re.compile("here"))
    expect(page.locator(f"#{row}")).to_be_in_viewport()
    page.locator(f"#{row} td > a:not(.btn)").click()
    expect(page.locator(".ord-head")).to_be_visible()
    page.go_back()
    page.wait_for_url(there)
    expect(page.locator(f"#{row}")).to_be_in_viewport()


def test_a_page_walks_the_list_that_it_was_opened_from(tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all").page
    rows = ids(tablet)
    page.locator(f"#{rows[48]} td > a:not(.btn)").click()
    page.wait_for_url(re.compile(rows[48]))
    expect(page.locator(".walk")).to_contain_text(re.compile(r"49 / \d+"))
    page.locator("a[data-walk=next]").click()
    page.wait_for_url(re.compile(rows[49]))
    # The list's next page was fetched for whoever walks on.
    expect(page.locator("a[data-walk=next]")).to_have_count(1)
    page.keyboard.press("j")
    page.wait_for_function(f"() => !location.pathname.includes('{rows[49]}')")
    assert page.url.rpartition("/")[2] not in rows
    page.keyboard.press("k")
    page.wait_for_url(re.compile(rows[49]))
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/orders\?view=all$"))
    expect(page.locator(f"#{rows[49]}")).to_have_class(re.compile("here"))


def test_everything_goes_by_keyboard(tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all").page
    rows = ids(tablet)
    for key in "jjjk":
        page.keyboard.press(key)
    expect(page.locator(f"#{rows[1]}")).to_have_class(re.compile("here"))
    page.keyboard.press("x")
    expect(page.locator(".bulk .sum")).to_contain_text("已选 1")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rows[1]))
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("view=all"))
    expect(page.locator(f"#{rows[1]}")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#dlg")).to_contain_text("Ctrl K")
    page.keyboard.press("Escape")
    expect(page.locator("#dlg")).to_be_hidden()
    for keys in ("/", "Control+k"):
        page.keyboard.press(keys)
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#q")).not_to_be_focused()


def test_search_finds_people_goods_and_numbers_by_any_part(box: Box, tablet: Tablet) -> None:
    person = box.rows(
        "select name, phone from customer_list where name like '张%' and phone <> '' order by id limit 1"
    )[0]
    order = box.rows("select number from order_list order by id limit 1")[0]["number"]
    page = tablet.go("/stock").page
    initials = box.front.journal.reading().execute("select 1").fetchone() and "z"
    for text, wanted in (
        (person["name"], person["name"]), ("茶", "茶"), (person["phone"][-4:], person["name"]),
        (order[-11:], order), (order[3:9], order[3:9]), (initials, ""),
    ):  # fmt: skip
        page.locator("#q").fill(text)
        first = page.locator("#q-results [role=option]").first
        expect(first).to_have_attribute("aria-selected", "true")
        expect(page.locator("#q-results")).to_contain_text(wanted)
    page.locator("#q").fill(person["name"])
    expect(page.locator("#q-results")).to_contain_text(person["name"])
    assert tablet.violations() == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.locator("#q").press("Enter")
    page.wait_for_url(re.compile("/(customers|orders)/"))
    expect(page.locator("#q-results")).to_be_hidden()


@pytest.mark.parametrize(("text", "name"), [("zw", "张伟"), ("张伟", "张伟"), ("zhangwei", "张伟")])
def test_initials_and_pinyin_find_a_name(text: str, name: str, box: Box, tablet: Tablet) -> None:
    from appliance.shop.customers.actions import create

    box.do(create, name="张伟", phone="13700001234")
    page = tablet.go("/").page
    page.keyboard.press("/")
    page.keyboard.type(text)
    option = page.locator("#q-results [role=option]", has_text=name).first
    expect(option).to_be_visible()
    option.click()
    expect(page.locator("h1")).to_contain_text(name)


def test_filters_narrow_the_list_and_stand_in_the_address(box: Box, new_tablet: Callable[..., Tablet]) -> None:
    tablet = new_tablet(box, lang="en")
    page = tablet.go("/orders?view=all").page
    page.locator("summary.chip", has_text="Courier").click()
    menu = page.locator("details[open] .menu-list")
    option = menu.get_by_role("link").first
    name = option.inner_text()
    option.click()
    page.wait_for_url(re.compile("courier="))
    expect(page.locator("summary.chip.on")).to_contain_text(name)
    page.locator("#sift").fill("zzzz")
    page.locator("#sift").press("Enter")
    expect(page.locator(".empty")).to_be_visible()
    tablet.tap("Show all", inside=".empty")
    until(lambda: page.locator("#list tbody tr").count() > 0, "the rows to be back")


def test_a_menu_brings_what_it_offers_when_it_is_opened(tablet: Tablet) -> None:
    page = tablet.go("/orders?view=all").page
    page.locator("summary.chip").first.focus()
    page.keyboard.press("Enter")
    offered = page.locator("details[open] .menu-list a")
    expect(offered).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(offered.first).to_be_focused()
    assert tablet.violations() == []
    page.keyboard.press("Escape")
    page.locator("summary.me").click()
    page.get_by_role("button", name="暗").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert tablet.violations() == []
    page.keyboard.press("Escape")
    page.locator(".page-actions summary[aria-label=导出]").click()
    expect(page.get_by_role("button", name="导出 CSV")).to_be_visible()


def test_one_tap_on_a_phone_opens_any_filter(box: Box, new_tablet: Callable[..., Tablet]) -> None:
    tablet = new_tablet(box, size="phone")
    page = tablet.go("/orders?view=all").page
    page.locator("summary.chip").nth(2).tap()
    expect(page.locator("details[open] .menu-list a").first).to_be_visible()
    assert tablet.sideways(390) == []
