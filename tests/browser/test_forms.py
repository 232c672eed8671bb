"""Forms in a hurry: a double tap, a mistake, two people at once, a tablet put down and taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from appliance.shop.customers.actions import change as change_customer
from tests.browser.boxes import Box, until
from tests.browser.living import to_review
from tests.browser.tablet import Tablet


def customer(box: Box, place: int = 0) -> Any:
    return box.rows("select * from customer_list order by id limit 1 offset ?", place)[0]


def deed(page: Page) -> Any:
    return page.locator("form.deed")


def slowly(page: Page, path: str) -> list[str]:
    """Let what is sent to a path take a while; tells what was sent."""
    sent: list[str] = []

    def wait(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
        page.wait_for_timeout(300)
        route.continue_()

    page.route(f"**{path}*", wait)
    return sent


def test_a_double_tap_is_one_deed(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/do/customers/create").page
    before = box.value("select count(*) from customer")
    page.locator("#f-name").fill("双击")
    page.evaluate(
        """() => { const button = document.querySelector(".deed-end .btn-primary"); button.click(); button.click(); }"""
    )
    expect(page.locator("h1")).to_contain_text("双击")
    assert box.value("select count(*) from customer") == before + 1


def test_a_button_that_was_pressed_is_busy_until_the_answer_comes(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/do/customers/create").page
    sent = slowly(page, "/do/customers/create")
    page.locator("#f-name").fill("慢一点")
    button = page.locator(".deed-end .btn-primary")
    button.click(no_wait_after=True)
    expect(button).to_have_attribute("aria-busy", "true")
    page.evaluate("document.querySelector('.deed-end .btn-primary')?.click()")
    expect(page.locator("h1")).to_contain_text("慢一点")
    assert len(sent) == 1


def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(tablet: Tablet) -> None:
    page = tablet.go("/do/customers/create").page
    page.locator("#f-name").fill("周小燕")
    page.locator("#f-phone").fill("1391111226")
    page.locator("#f-street").fill("浙江省杭州市余杭区文一西路 969 号")
    page.locator("#f-customer_class").select_option(index=1)
    chosen = page.locator("#f-customer_class").input_value()
    page.locator(".deed-end .btn-primary").click()
    expect(page.locator("#f-phone-e")).to_contain_text("手机号是 11 位,现在少 1 位")
    expect(page.locator("#f-phone")).to_be_focused()
    expect(page.locator("#f-phone")).to_have_attribute("aria-invalid", "true")
    for field, typed in (
        ("name", "周小燕"),
        ("phone", "1391111226"),
        ("street", "浙江省杭州市余杭区文一西路 969 号"),
        ("customer_class", chosen),
    ):
        expect(page.locator(f"#f-{field}")).to_have_value(typed)
    assert tablet.violations() == []
    page.locator("#f-phone").fill("13911112260")
    page.locator(".deed-end .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("周小燕")


def test_who_else_changed_it_is_told_with_both_values(box: Box, tablet: Tablet) -> None:
    found = customer(box)
    page = tablet.go(f"/customers/{found['id']}").page
    tablet.tap("修改", inside=".ord-head")
    name = page.locator("dialog[open] #f-name")
    name.fill("我改的名字")
    box.do(change_customer, customer=found["id"], name="别人改的名字")
    page.locator("dialog[open] .deed-end .btn-primary").click()
    banner = page.locator("dialog[open] .banner-bad")
    expect(banner).to_contain_text("沈小满")
    expect(name).to_have_value("我改的名字")
    expect(page.locator("dialog[open]")).to_contain_text("别人改的名字")
    page.locator("dialog[open] .deed-end .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("我改的名字")
    assert box.value("select name from customer where id = ?", found["id"]) == "我改的名字"


def test_what_was_typed_waits_for_who_comes_back_and_goes_when_let_go(tablet: Tablet) -> None:
    page = tablet.go("/do/customers/create").page
    page.locator("#f-name").fill("写到一半")
    page.wait_for_function("() => JSON.stringify(sessionStorage).includes('写到一半')")
    page.locator("#rail").get_by_role("link", name="订单").click()
    expect(page).to_have_title("订单 · 小满茶铺")
    tablet.go("/do/customers/create")
    expect(page.locator("#f-name")).to_have_value("写到一半")
    expect(page.locator(".banner-info")).to_contain_text("上次")
    tablet.tap("先不")
    tablet.go("/do/customers/create")
    expect(page.locator("#f-name")).to_have_value("")


def test_a_dialog_closes_by_its_key_and_gives_the_focus_back(box: Box, tablet: Tablet) -> None:
    page = tablet.go(f"/customers/{customer(box)['id']}").page
    button = tablet.called("修改", ".ord-head")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#dlg")
    expect(dialog).to_be_visible()
    expect(dialog.locator("#f-name")).to_be_focused()
    assert tablet.violations() == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_lines_are_added_and_taken_away_and_a_code_counts_them(box: Box, tablet: Tablet) -> None:
    codes = [
        row["barcode"] for row in box.rows("select barcode from sku_list where barcode <> '' order by code limit 2")
    ]
    page = tablet.go("/do/orders/create").page
    expect(page.locator("#f-scan")).to_be_focused()
    for code in (codes[0], codes[0], codes[1]):
        tablet.scan(code)
        page.wait_for_function(
            "() => !document.getElementById('f-scan').value && !document.querySelector('[aria-busy=true]')"
        )
    first, second = page.locator("#f-lines-0-qty"), page.locator("#f-lines-1-qty")
    expect(first).to_have_value("2")
    expect(second).to_have_value("1")
    # Five were typed over the two, and somewhere else has the focus: the next one makes six.
    first.fill("5")
    page.locator("#f-phone").fill("138")
    tablet.scan(codes[0])
    expect(first).to_have_value("6")
    expect(page.locator("#f-phone")).to_have_value("138")
    page.locator(".rows-one").nth(1).get_by_role("button", name="删掉这一行").click()
    expect(page.locator(".rows-one")).to_have_count(1)
    tablet.scan("9999999999999")
    expect(page.locator("#f-scan-e")).to_be_visible()
    expect(page.locator("#f-scan")).to_have_value("9999999999999")
    expect(first).to_have_value("6")


def test_enter_in_a_field_sends_the_form_and_takes_no_line_away(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/do/catalog/add_goods").page
    page.locator("#f-skus-0-code").fill("ENTER-1")
    page.locator("#f-skus-0-retail").fill("12")
    page.locator("#f-name").fill("回车茶")
    page.locator("#f-name").press("Enter")
    expect(page.locator("h1")).to_contain_text("回车茶")
    assert box.value("select count(*) from sku where code = 'ENTER-1'") == 1


def test_a_scan_finds_what_it_means_on_every_screen(box: Box, tablet: Tablet) -> None:
    sku = box.rows("select id, barcode from sku_list where barcode <> '' order by code limit 1")[0]
    page = tablet.go("/customers").page
    tablet.scan(sku["barcode"])
    until(
        lambda: "/customers" not in page.url or page.locator("#q-results [role=option]").count() > 0,
        "what the code means",
    )
    if page.locator("#q-results [role=option]").count():
        expect(page.locator("#q")).to_have_value(sku["barcode"])
        page.locator("#q").press("Enter")
    page.wait_for_url(re.compile(r"/(skus|stock|goods)/"))
    tablet.go("/customers")
    tablet.scan("0000000000000")
    expect(page.locator("#q")).to_have_value("0000000000000")


@pytest.mark.parametrize("size", ["tablet", "phone"])
def test_undo_stands_in_the_message_for_as_long_as_it_can_be_read(
    size: str, box: Box, new_tablet: Callable[..., Tablet]
) -> None:
    tablet = new_tablet(box, size=size)
    order = to_review(box, easy=True)[0]
    page = tablet.go("/orders").page
    page.locator(f"#{order}").get_by_role("link", name="审核通过", exact=True).click()
    said = tablet.toast("审核通过好了")
    assert box.value("select state from order_list where id = ?", order) == "approved"
    said.get_by_role("link", name="撤销").click()
    until(lambda: box.value("select state from order_list where id = ?", order) == "to_review", "the order to be back")
