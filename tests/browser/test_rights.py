"""What a role may never do is absent; what it may not do now is there and says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.boxes import Box
from tests.browser.tablet import Tablet


def test_a_cashier_sees_neither_costs_nor_what_others_do(box: Box, new_tablet: Callable[..., Tablet]) -> None:
    tablet = new_tablet(box, "cashier")
    page = tablet.go("/").page
    rooms = page.locator("#rail .rail-item > span:not(.dot-count)").all_inner_texts()
    assert "设置" not in rooms and "员工" not in rooms and "订单" in rooms
    order = box.value("select id from order_list where state = 'to_review' and frozen = 0 limit 1")
    tablet.go(f"/orders/{order}")
    expect(tablet.called("审核通过")).to_have_count(0)
    expect(page.get_by_text("毛利")).to_have_count(0)
    tablet.expected = ("status of 403",)
    tablet.go("/settings", status=403)
    expect(page.locator(".empty")).to_contain_text("没有")
    assert tablet.violations() == []


def test_a_phone_number_is_veiled_from_who_may_not_see_it(box: Box, new_tablet: Callable[..., Tablet]) -> None:
    customer = box.rows("select id, phone from customer_list where length(phone) = 11 limit 1")[0]
    owner = new_tablet(box).go(f"/customers/{customer['id']}").page
    whole = f"{customer['phone'][:3]} {customer['phone'][3:7]} {customer['phone'][7:]}"
    expect(owner.locator("#main")).to_contain_text(whole)
    expect(owner.locator("a[href^='tel:']").first).to_be_attached()
    veiled = new_tablet(box, "warehouse")
    veiled.expected = ("status of 403",)
    page = veiled.page
    page.goto(f"{box.address}/shipping")
    expect(page.locator("#main")).not_to_contain_text(whole)
    assert customer["phone"] not in page.content()


def test_a_clerk_of_one_shop_sees_that_shop_and_has_others_approve(
    box: Box, new_tablet: Callable[..., Tablet], monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = box.rows("select id, shop from employee where name = '小何'")[0]
    monkeypatch.setattr(box, "employee", lambda _role: clerk["id"])
    tablet = new_tablet(box, "clerk", size="phone")
    page = tablet.go("/orders?view=all").page
    mine = box.value("select count(*) from order_list where shop = ?", clerk["shop"])
    expect(page.locator(".list-foot")).to_contain_text(f"共 {mine}")
    far = box.value("select id from order_list where shop <> ? limit 1", clerk["shop"])
    tablet.expected = ("status of 403",)
    tablet.go(f"/orders/{far}", status=403)
    expect(page.locator("#main")).to_contain_text("这是「小满茶铺淘宝店」的")
    customer = box.value("select id from customer_list where state = 'active' limit 1")
    page = tablet.go(f"/do/customers/blacklist?customer={customer}").page
    assert tablet.violations() == []
    tablet.write("原因", "总是拒收")
    tablet.choose("批准人", "周店长")
    tablet.write("批准人的 PIN", "280042")
    page.locator(".deed-end .btn-primary").click()
    page.wait_for_url(lambda url: "/do/" not in url)
    tablet.go(f"/customers/{customer}")
    expect(page.locator("#main")).to_contain_text("小何(周店长批准)")


@pytest.mark.parametrize("role", ["manager", "reviewer", "cashier", "warehouse", "accountant"])
def test_every_role_can_open_every_room_of_its_toolbar(role: str, box: Box, new_tablet: Callable[..., Tablet]) -> None:
    tablet = new_tablet(box, role)
    page = tablet.go("/").page
    for href in page.evaluate(
        "() => [...document.querySelectorAll('#rail a')].map((link) => link.getAttribute('href'))"
    ):
        tablet.go(href)
        for link in page.locator(".page-actions > a.btn").all():
            answer = tablet.context.request.get(box.address + str(link.get_attribute("href")))
            assert answer.status == 200, (
                f"{role} may press {link.get_attribute('href')} but is answered {answer.status}"
            )


def test_what_cannot_be_done_now_is_there_and_says_why(tablet: Tablet) -> None:
    page = tablet.go("/gallery").page
    button = page.locator("button[aria-disabled=true]").first
    expect(button).to_have_attribute("title", "还没配好货。")
    button.click(force=True)
    expect(page).to_have_url(tablet.box.address + "/gallery")
