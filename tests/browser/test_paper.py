"""Paper: what is printed has no buttons, names its flags, and begins a page where it should."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from appliance.shop.orders.actions import set_flag
from tests.browser.boxes import Box
from tests.browser.tablet import Tablet

CHROME = ".rail, .bar, .actbar, .bulk, .page-actions, .filters, .toasts, .list :is(input, .btn), .paper-bar"


def pages_of(tablet: Tablet) -> int:
    """How many sheets of paper the browser would print."""
    return len(re.findall(rb"/Type\s*/Page\b", tablet.page.pdf(format="A4")))


def test_a_list_and_an_order_print_without_what_is_pressed(box: Box, tablet: Tablet) -> None:
    flagged = box.value("select id from order_list order by placed_at desc limit 1")
    box.do(set_flag, order=flagged, flag="red")
    page = tablet.go("/orders?view=all").page
    page.emulate_media(media="print")
    assert [one.evaluate("(el) => el.className") for one in page.locator(CHROME).all() if one.is_visible()] == []
    expect(page.locator(f"#{flagged} td:nth-child(2)")).to_have_text("红")
    expect(page.locator(f"#{flagged} td:nth-child(2) > i")).to_have_css("font-size", re.compile(r"^1\d"))
    assert pages_of(tablet) > 1
    order = box.value("select id from order_list where state = 'approved' limit 1")
    page.emulate_media(media="screen")
    tablet.go(f"/orders/{order}")
    page.emulate_media(media="print")
    assert [one.evaluate("(el) => el.className") for one in page.locator(CHROME).all() if one.is_visible()] == []
    expect(page.locator("h1")).to_be_visible()
    assert pages_of(tablet) <= 2


def test_packing_slips_print_one_to_a_page_without_a_price(box: Box, tablet: Tablet) -> None:
    orders = [row["id"] for row in box.rows("select id from order_list where state = 'approved' limit 3")]
    page = tablet.go(f"/orders/{orders[0]}").page
    tablet.tap("发货单", inside=".actbar")
    expect(page.locator(".sheet")).to_have_count(1)
    assert tablet.violations() == []
    tablet.tap("返回", inside=".paper-bar")
    expect(page).to_have_url(re.compile(orders[0]))
    page.goto(f"{box.address}/print/packing-slips?ids={','.join(orders)}")
    expect(page.locator(".sheet")).to_have_count(3)
    assert "¥" not in page.locator("#main").inner_text()
    assert pages_of(tablet) == 3


def test_a_dark_tablet_prints_black_on_white(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders").page
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    page.emulate_media(media="print", color_scheme="dark")
    told = page.evaluate(
        "() => { const s = getComputedStyle(document.querySelector('.list td:nth-child(4)')); return [s.color, getComputedStyle(document.documentElement).backgroundColor]; }"
    )
    assert told == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
