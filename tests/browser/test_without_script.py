"""An old tablet whose browser runs no script: links are links, forms post, and every answer has an address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.boxes import Box
from tests.browser.living import to_review
from tests.browser.tablet import Tablet


@pytest.fixture
def plain(box: Box, new_tablet: Callable[..., Tablet]) -> Page:
    """The owner's page in a browser that runs no script."""
    return new_tablet(box, java_script_enabled=False).page


def test_a_tablet_is_let_in_and_a_person_signs_in(empty_box: Box, new_tablet: Callable[..., Tablet]) -> None:
    page = new_tablet(empty_box, "", java_script_enabled=False).page
    page.goto(empty_box.address)
    page.fill("#name", "旧平板")
    page.fill("#code", empty_box.front.doors.new_code())
    page.get_by_role("button", name="让这台平板进来").or_(page.locator("form .btn-primary")).first.click()
    page.get_by_role("link", name="沈小满").click()
    page.fill("#pin", "000000")
    page.locator(".btn-primary").click()
    expect(page.locator("#door-e")).to_contain_text("PIN")
    page.fill("#pin", "260521")
    page.locator(".btn-primary").click()
    expect(page.locator("h1")).to_have_text("今天")


def test_lists_filter_turn_pages_and_open_by_links(box: Box, plain: Page) -> None:
    plain.goto(f"{box.address}/orders?view=all")
    plain.locator("summary.chip", has_text="快递公司").click()
    plain.locator("details[open] a.menu-list").click()
    plain.locator(".offered .menu-list a").first.click()
    plain.wait_for_url(re.compile("courier="))
    plain.goto(f"{box.address}/orders?view=all")
    plain.locator(".list-foot a[rel=next]").click()
    plain.wait_for_url(re.compile("after="))
    plain.locator("#list td > a:not(.btn)").first.click()
    expect(plain.locator(".steps")).to_be_visible()
    plain.locator(".ord-head a[data-back]").click()
    expect(plain.locator("#list")).to_be_visible()
    plain.locator("#q").fill("茶")
    plain.locator("#q").press("Enter")
    expect(plain.locator(".found-groups")).to_be_visible()


def test_a_form_comes_back_with_its_mistakes_and_then_leads_on(box: Box, plain: Page) -> None:
    plain.goto(f"{box.address}/customers")
    plain.locator(".page-actions .btn-primary").click()
    plain.fill("#f-name", "没有脚本")
    plain.fill("#f-phone", "139")
    plain.locator(".deed-end .btn-primary").click()
    expect(plain.locator("#f-phone-e")).to_be_visible()
    expect(plain.locator("#f-name")).to_have_value("没有脚本")
    plain.fill("#f-phone", "13900007777")
    plain.locator(".deed-end .btn-primary").click()
    expect(plain.locator("h1")).to_contain_text("没有脚本")
    expect(plain.locator(".toast")).to_contain_text("新建客户好了")
    plain.reload()
    expect(plain.locator(".toast")).to_have_count(0)
    assert box.value("select count(*) from customer where name = '没有脚本'") == 1


def test_lines_are_added_by_the_box_and_a_code_counts_them(box: Box, plain: Page) -> None:
    code = box.value("select barcode from sku_list where barcode <> '' limit 1")
    plain.goto(f"{box.address}/do/orders/create")
    for count in ("1", "2"):
        plain.fill("#f-scan", code)
        plain.press("#f-scan", "Enter")
        expect(plain.locator("#f-lines-0-qty")).to_have_value(count)
    plain.locator("button[name=_add]").last.click()
    expect(plain.locator(".rows-one")).to_have_count(2)
    plain.locator("button[name=_drop]").last.click()
    expect(plain.locator(".rows-one")).to_have_count(1)
    expect(plain.locator("#f-lines-0-qty")).to_have_value("2")


def test_a_next_step_asks_on_a_page_of_its_own_and_returns(box: Box, plain: Page) -> None:
    order = to_review(box, easy=True)[0]
    plain.goto(f"{box.address}/orders")
    plain.locator(f"[id='{order}']").get_by_role("link", name="审核通过", exact=True).click()
    plain.locator(".deed-end .btn-primary").click()
    plain.wait_for_url(re.compile("/orders$"))
    expect(plain.locator(".toast")).to_contain_text("审核通过好了")
    assert box.value("select state from order_list where id = ?", order) == "approved"
