"""The whole trip: a shopkeeper starts an empty box, lets a tablet in, brings in goods and orders, ships, and is paid.

On a tablet in Chinese and on a phone in English, by hand as it were: nothing is typed into an address after the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.journal.check import check
from tests.browser.boxes import Box, until
from tests.browser.tablet import Tablet
from tests.marketplace import files

PIN = "260521"
TEAPOT, CUP = "紫砂壶", "白瓷盖碗"
BARCODE = "6900000000012"


@dataclass
class Shopkeeper:
    """Whoever goes through it all, in a language, at a tablet or a phone."""

    box: Box
    at: Tablet
    lang: str
    phone: bool

    def say(self, msgid: str, **named: object) -> str:
        return self.box.front.languages[self.lang](msgid, **named)

    # ---- moving about

    def room(self, title: str) -> None:
        """Go to a room by the toolbar; on a phone the rarer ones are under More."""
        page, called = self.at.page, re.compile(rf"^{re.escape(self.say(title))}")
        bar = page.locator("#rail")
        if not bar.is_visible():
            # A page with buttons of its own has them where the rooms were; the way back leads to the rooms.
            page.locator("#phone-back").click()
            expect(bar).to_be_visible()
        link = bar.get_by_role("link", name=called).first
        if not link.is_visible():
            bar.locator("summary").click()
        href = link.get_attribute("href") or ""
        link.click()
        expect(page).to_have_url(self.box.address + href)
        self.at.ready()

    def new(self) -> None:
        """Press the button by which a list begins something new."""
        self.at.page.locator(".page-actions > .btn-primary").click()
        self.at.page.locator("form.deed").wait_for()

    def pick(self, field: str, name: str) -> None:
        """Choose goods by name: a short list is a plain one."""
        plain = self.at.page.locator(f"{field} option", has_text=name)
        self.at.page.locator(field).select_option(value=plain.get_attribute("value"))

    def send(self) -> None:
        """Press the form's own button, and see it go."""
        form = self.at.page.locator("form.deed").last
        form.locator(".deed-end .btn-primary").click()
        self.at.page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")

    def step(self, label: str) -> None:
        """Press the next step of the first row, or of the page."""
        self.at.called(self.say(label), "#main").first.click()

    def done(self, title: str) -> None:
        """Read what was said, and put it away."""
        said = self.at.toast(self.say("{title}: done.", title=self.say(title)))
        said.locator("[data-close]").click()
        expect(said).to_have_count(0)


@pytest.mark.parametrize(("size", "lang"), [("tablet", "zh"), ("phone", "en")])
def test_a_shop_opens_and_an_order_goes_all_the_way(
    size: str, lang: str, empty_box: Box, new_tablet: Callable[..., Tablet], tmp_path: Path
) -> None:
    who = Shopkeeper(empty_box, new_tablet(empty_box, "", size=size, lang=lang), lang, phone=size == "phone")
    comes_in(who)
    brings_in_goods(who)
    opens_the_taobao_shop(who)
    imports_the_files(who, tmp_path)
    matches_what_is_unknown_and_submits(who)
    approves_and_ships(who)
    takes_an_order_by_phone_and_is_paid(who)
    everything_agrees(who)


def comes_in(who: Shopkeeper) -> None:
    page = who.at.page
    page.goto(who.box.address + "/")
    expect(page).to_have_url(re.compile("/enrol$"))
    page.fill("#name", "Counter")
    page.fill("#code", who.box.front.doors.new_code())
    who.at.tap(who.say("Let this tablet in"))
    page.get_by_role("link", name="沈小满").click()
    for digit in PIN:
        page.locator(f'.pad-key[value="{digit}"]').click()
    who.at.tap(who.say("Sign in"))
    expect(page.locator("#guide")).to_contain_text(who.say("First steps"))


def brings_in_goods(who: Shopkeeper) -> None:
    page, at = who.at.page, who.at
    page.get_by_role("link", name=who.say("Add goods")).click()
    for name, code, barcode, price in ((TEAPOT, "TEAPOT", BARCODE, "128"), (CUP, "CUP", "", "38.5")):
        page.locator("#f-name").fill(name)
        page.locator("#f-skus-0-code").fill(code)
        page.locator("#f-skus-0-barcode").fill(barcode)
        page.locator("#f-skus-0-retail").fill(price)
        who.send()
        expect(page.locator("h1")).to_contain_text(name)
        if name == TEAPOT:
            who.room("Goods")
            who.new()
    who.room("Stock")
    page.locator(f'.page-actions summary[aria-label="{who.say("More")}"]').click()
    page.get_by_role("link", name=who.say("Opening stock"), exact=True).click()
    for row, (name, count, cost) in enumerate(((TEAPOT, "10", "80"), (CUP, "20", "20"))):
        if row:
            at.tap(who.say("Add a line"))
        who.pick(f"#f-lines-{row}-sku", name)
        page.locator(f"#f-lines-{row}-qty").fill(count)
        page.locator(f"#f-lines-{row}-cost").fill(cost)
    who.send()
    who.done("Opening stock")
    who.room("Stock")
    expect(page.locator("#list")).to_contain_text(TEAPOT)


def opens_the_taobao_shop(who: Shopkeeper) -> None:
    page = who.at.page
    who.room("Accounts")
    for name, kind in (("抽屉", "cash"), ("支付宝", "alipay")):
        page.locator(f'.page-actions summary[aria-label="{who.say("More")}"]').click()
        page.locator(".menu-list").get_by_role("link", name=who.say("Open account"), exact=True).click()
        page.locator("#f-name").fill(name)
        page.locator("#f-kind").select_option(kind)
        who.send()
        who.room("Accounts")
    who.room("Settings")
    page.get_by_role("link", name=re.compile(who.say("Couriers"))).click()
    who.new()
    page.locator("#f-name").fill("顺丰")
    page.locator("#f-code").fill("SF")
    who.send()
    who.room("Settings")
    page.locator("#main").get_by_role("link", name=re.compile(f"^{who.say('Shops')}")).click()
    who.new()
    page.locator("#f-name").fill("小满淘宝店")
    page.locator("#f-platform").select_option("taobao")
    for field in ("branch", "warehouse"):
        page.locator(f"#f-{field}").select_option(index=page.locator(f"#f-{field} option").count() - 1)
    page.locator("#f-courier").select_option(label="顺丰")
    page.locator("#f-account").select_option(label="支付宝")
    who.send()
    who.done("Add a shop")


def imports_the_files(who: Shopkeeper, folder: Path) -> None:
    page = who.at.page
    orders = folder / "订单.csv"
    orders.write_bytes(
        files.orders_csv([files.order(0), files.order(1, 收货人姓名="王芳"), files.order(2, 订单编号="1.9E+15")])
    )
    items = folder / "宝贝.csv"
    items.write_bytes(
        files.items_csv([files.new_item(0), files.new_item(1, 外部系统编号="UNKNOWN", 商品标题="青花盖碗")])
    )
    who.room("Platform")
    for file, count in ((orders, 2), (items, 2)):
        page.goto(who.box.address + "/marketplace")
        who.new()
        page.locator("#f-file").set_input_files(file)
        who.send()
        take = page.get_by_role("link", name=who.say("Take in {count} orders", count=count))
        take.wait_for()
        if file == orders:
            expect(page.locator("#main")).to_contain_text(who.say("Rows that were left out"))
        take.click()
        who.send()
        page.get_by_role("link", name=who.say("Platform orders"), exact=True).last.wait_for()


def matches_what_is_unknown_and_submits(who: Shopkeeper) -> None:
    page = who.at.page
    who.room("Home")
    page.locator("#waiting").get_by_text(who.say("Goods to match")).click()
    expect(page.locator("#list")).to_contain_text("青花盖碗")
    who.step("Match goods")
    who.pick("dialog[open] #f-sku", CUP)
    who.send()
    who.done("Match goods")
    who.room("Platform")
    who.step("Submit order")
    who.done("Submit order")


def approves_and_ships(who: Shopkeeper) -> None:
    page = who.at.page
    for number, receiver in enumerate(("李娜", "王芳")):
        who.room("Orders")
        row = page.locator("#list tbody tr", has_text=receiver)
        row.get_by_role("link", name=who.say("Approve"), exact=True).click()
        who.done("Approve")
        page.get_by_role("navigation", name=who.say("Saved views")).get_by_role(
            "link", name=re.compile(f"^{who.say('To ship')}")
        ).click()
        row.get_by_role("link", name=who.say("Ship"), exact=True).click()
        page.locator("dialog[open] #f-waybill").wait_for()
        who.at.scan(f"SF100000000{number}")
        who.done("Ship")
        expect(row).to_have_count(0)


def takes_an_order_by_phone_and_is_paid(who: Shopkeeper) -> None:
    page = who.at.page
    who.room("Orders")
    who.new()
    who.at.scan(BARCODE)
    page.locator("#f-lines-0-qty").wait_for()
    who.at.scan(BARCODE)
    expect(page.locator("#f-lines-0-qty")).to_have_value("2")
    page.locator("#f-name").fill("赵敏")
    page.locator("#f-phone").fill("13800009999")
    page.locator("#f-street").fill("浙江省杭州市西湖区茶山巷9号")
    page.locator("#f-courier").select_option(label="顺丰")
    who.send()
    expect(page.locator(".actbar .due")).to_contain_text("256.00")
    who.at.called(who.say("Take payment"), ".actbar").click()
    amount = page.locator("dialog[open] #f-amount")
    expect(amount).to_have_value("256.00")
    page.locator("dialog[open] #f-account").select_option(label="抽屉")
    who.send()
    who.done("Take payment")
    who.at.called(who.say("Approve"), ".actbar").click()
    who.done("Approve")
    who.at.called(who.say("Ship"), ".actbar").click()
    page.locator("dialog[open] #f-waybill").fill("SF1000000009")
    who.send()
    who.done("Ship")
    for title in ("New order", "Take payment", "Approve", "Ship"):
        expect(page.locator(".tl").last).to_contain_text(who.say(title))


def everything_agrees(who: Shopkeeper) -> None:
    page, box = who.at.page, who.box
    who.room("Stock")
    left = {row["name"]: row["on_hand"] // 10_000 for row in box.rows("select name, on_hand from stock_level")}
    assert left == {TEAPOT: 7, CUP: 19}
    row = page.locator("#list tbody tr", has_text=TEAPOT)
    expect(row).to_contain_text("7")
    who.room("Accounts")
    expect(page.locator("tr", has_text="抽屉")).to_contain_text("256.00")
    assert box.value("select sum(balance) from money_account_list") == 25_600
    assert box.rows("select * from party_balance where balance <> 0") == []
    assert box.value("select count(*) from order_list where state = 'shipped'") == 3
    until(lambda: check(box.journal) == [], "the books to agree")
