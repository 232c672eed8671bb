"""Pages that live: news arrives without moving anything, and a box that is slow or gone loses nothing of anybody's work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from appliance.shop.orders.actions import change_remark, freeze, review
from appliance.shop.orders.records import NewLine
from tests.browser.boxes import Box, until
from tests.browser.living import to_review
from tests.browser.tablet import Tablet

GONE = ("Failed to fetch", "net::ERR_", "htmx:error", "htmx:sse:error", "network error")
"""What a browser says of a box that is not there."""


def take(box: Box) -> str:
    from appliance.shop.orders.actions import create

    sku = box.value("select id from sku_list limit 1")
    shop = box.value("select id from shop where platform = 'phone'")
    return str(box.do(create, shop=shop, lines=[NewLine(sku=sku, qty=10_000)], name="新客人", delivery_term="on_account",
                      customer=box.value("select id from customer_list limit 1")))  # fmt: skip


def connected(box: Box, streams: int = 1) -> None:
    until(lambda: len(box.front.hub.streams) == streams, f"{streams} live pages")


def test_new_rows_wait_behind_a_word_and_nothing_jumps(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders").page
    connected(box)
    first = page.locator("#list tbody tr").first.get_attribute("id")
    made = [take(box) for _ in range(3)]
    news = page.locator("#news")
    expect(news).to_have_text("有 3 条新的")
    assert page.locator("#list tbody tr").first.get_attribute("id") == first
    assert tablet.violations() == []
    news.click()
    expect(page.locator(f"#{made[0]}")).to_be_visible()
    expect(news).to_be_hidden()


def test_a_row_that_changed_elsewhere_changes_in_its_place_and_what_is_ticked_stays(box: Box, tablet: Tablet) -> None:
    order, other = to_review(box, easy=True)[:2]
    page = tablet.go("/orders").page
    connected(box)
    page.locator(f"#{other} input").click()
    place = page.evaluate(
        f"() => [...document.querySelectorAll('#list tbody tr')].findIndex((row) => row.id === '{order}')"
    )
    box.do(review, order=order)
    expect(page.locator(f"#{order}")).to_contain_text("待发货")
    assert (
        page.evaluate(
            f"() => [...document.querySelectorAll('#list tbody tr')].findIndex((row) => row.id === '{order}')"
        )
        == place
    )
    expect(page.locator(f"#{other} input")).to_be_checked()
    expect(page.locator("#rail a.rail-item", has_text="发货").locator(".dot-count")).to_contain_text(
        str(box.value("select count(*) from order_list where state = 'approved' and frozen = 0"))
    )


def test_a_page_shows_what_was_done_to_it_but_a_form_that_is_being_filled_stands_still(
    box: Box, tablet: Tablet
) -> None:
    order = to_review(box, easy=True)[0]
    page = tablet.go("/customers").page
    customer = box.value("select customer from order_list where id = ?", order)
    tablet.go(f"/customers/{customer}")
    tablet.tap("修改", inside=".ord-head")
    page.locator("dialog[open] #f-name").fill("正在改")
    box.do(freeze, order=order, reason="等客户")
    page.wait_for_timeout(2_000)
    expect(page.locator("dialog[open] #f-name")).to_have_value("正在改")


def test_pages_that_come_and_go_let_go_of_their_streams(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders").page
    for _ in range(3):
        for title in ("客户", "库存", "货品", "账目", "订单"):
            page.locator("#rail").get_by_role("link", name=re.compile(f"^{title}")).click()
            expect(page).to_have_title(f"{title} · 小满茶铺")
    connected(box)
    page.close()
    connected(box, 0)


def test_whoever_signs_out_elsewhere_is_led_to_the_door(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders").page
    tablet.expected = ("status of 401",)
    connected(box)
    doors = box.front.doors
    doors.end(next(iter(doors._sessions.values())))
    take(box)
    page.wait_for_url(re.compile("/sign-in"))


# ---- a slow box


def slow(page: Page, latency_ms: int = 1_000) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    told = {"offline": False, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", told)


def test_a_slow_box_keeps_the_old_page_until_the_new_one_is_there(box: Box, tablet: Tablet) -> None:
    page = tablet.go("/orders").page
    slow(page)
    page.locator("#rail").get_by_role("link", name=re.compile("^客户")).click()
    expect(page.locator("#list")).to_be_visible()
    expect(page).to_have_title("客户 · 小满茶铺")
    order = box.value("select id from order_list where state = 'to_review' and customer <> '' limit 1")
    page.goto(f"{box.address}/orders/{order}")
    expect(page.locator(".panel-in .late").first).to_be_attached()
    tablet.ready()
    assert tablet.sideways(1180) == []


# ---- a box that is gone


@pytest.fixture
def offline(box: Box, new_tablet: Callable[..., Tablet]) -> Tablet:
    """The owner's tablet, which will be out of reach for a while."""
    tablet = new_tablet(box)
    tablet.expected = GONE
    return tablet


def lose(tablet: Tablet) -> None:
    tablet.context.set_offline(True)
    expect(tablet.page.locator("#lost")).to_be_visible()


def find_again(tablet: Tablet) -> None:
    tablet.context.set_offline(False)
    expect(tablet.page.locator("#lost")).to_be_hidden()


def test_a_note_waits_on_the_tablet_and_goes_once_the_box_is_back(box: Box, offline: Tablet) -> None:
    order = box.value("select id from order_list where state = 'approved' limit 1")
    with offline.page.expect_response(re.compile("change_remark")):
        offline.go(f"/orders/{order}")
    page = offline.page
    lose(offline)
    assert offline.violations() == []
    offline.tap("写备注")
    page.locator("dialog[open] #f-remark").fill("断线时写的备注")
    page.locator("dialog[open] .deed-end .btn-primary").click()
    offline.toast("先记在这台平板上")
    expect(page.locator("#waiting-here")).to_contain_text("1")
    assert box.value("select remark from sales_order where id = ?", order) != "断线时写的备注"
    find_again(offline)
    until(lambda: box.value("select remark from sales_order where id = ?", order) == "断线时写的备注", "the note")
    expect(page.locator("#waiting-here")).to_be_hidden()
    assert page.evaluate("() => JSON.parse(localStorage.outbox).length") == 0


def test_a_note_that_the_box_refuses_is_a_draft_again(box: Box, offline: Tablet) -> None:
    order = box.value("select id from order_list where state = 'approved' limit 1")
    with offline.page.expect_response(re.compile("change_remark")):
        offline.go(f"/orders/{order}")
    page = offline.page
    lose(offline)
    offline.tap("写备注")
    page.locator("dialog[open] #f-remark").fill("我写的")
    page.locator("dialog[open] .deed-end .btn-primary").click()
    box.do(change_remark, order=order, remark="别人写的")
    find_again(offline)
    offline.toast("写备注")
    assert box.value("select remark from sales_order where id = ?", order) == "别人写的"
    offline.tap("写备注")
    expect(page.locator("dialog[open] #f-remark")).to_have_value("我写的")


def test_money_and_parcels_do_not_wait_and_say_so(box: Box, offline: Tablet) -> None:
    order = box.value("select id from order_list where state = 'approved' limit 1")
    page = offline.go(f"/orders/{order}").page
    lose(offline)
    offline.tap("发货", inside=".actbar")
    offline.toast("连不上盒子,这一步要等恢复。")
    assert page.url.endswith(order)
    find_again(offline)
    offline.tap("发货", inside=".actbar")
    page.locator("dialog[open] #f-waybill").fill("SF123456")
    lose(offline)
    page.locator("dialog[open] .deed-end .btn-primary").click()
    offline.toast("写好的都留着")
    expect(page.locator("dialog[open] #f-waybill")).to_have_value("SF123456")
    assert box.value("select state from order_list where id = ?", order) == "approved"
    find_again(offline)
    page.locator("dialog[open] .deed-end .btn-primary").click()
    until(lambda: box.value("select state from order_list where id = ?", order) == "shipped", "the parcel to leave")


def test_what_was_read_can_be_read_again_while_the_box_is_gone(box: Box, offline: Tablet) -> None:
    page = offline.go("/orders?view=all").page
    row = page.locator("#list tbody tr").nth(3)
    order = row.get_attribute("id")
    row.locator("td > a:not(.btn)").click()
    page.wait_for_url(re.compile(str(order)))
    lose(offline)
    page.locator(".ord-head a[data-back]").click()
    expect(page.locator(f"#{order}")).to_be_visible()
    expect(page).to_have_title("订单 · 小满茶铺")
    page.locator("#rail").get_by_role("link", name=re.compile("^客户")).click()
    offline.toast("盒子没有回答")
    expect(page.locator(f"#{order}")).to_be_visible()
    find_again(offline)


def test_a_box_that_was_started_again_is_found_by_itself(box: Box, offline: Tablet) -> None:
    page = offline.go("/orders").page
    connected(box)
    box.stop()
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#link-state")).to_have_text("连不上盒子")
    box.start()
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#link-state")).to_have_text("已同步")
    made = take(box)
    expect(page.locator("#news")).to_be_visible()
    page.locator("#news").click()
    expect(page.locator(f"#{made}")).to_be_visible()
