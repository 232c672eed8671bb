"""What people see of imports, raw orders and goods to match, through the real front of house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import Desk
from appliance.serving import pages_of
from appliance.shop.marketplace import Clerk, actions
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import Shop
from tests.marketplace import files
from tests.marketplace.files import new_item, order
from tests.marketplace.test_importing import open_shop, take_in
from tests.marketplace.test_submitting import raw, sku, taken
from tests.web.conftest import House, Tablet, ToyStaff

MOST_STATEMENTS = 6


@pytest.fixture
def tablet(box: Shop, tmp_path: Path) -> Iterator[Tablet]:
    staff = ToyStaff()
    told = WebConfig(tmp_path / "web", branch=box.branch, counting=True)
    told.folder.mkdir()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, box.clock, staff)
    with TestClient(made, base_url="http://testserver.local") as client:
        found = Tablet(client, House(box.journal, box.clock, staff, made)).enrol()
        found.sign_in("alice")
        yield found


def seen(tablet: Tablet, path: str) -> Any:
    answer = tablet.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    assert int(answer.headers.get("x-statements", 0)) <= MOST_STATEMENTS
    return answer


def test_a_file_goes_from_the_form_to_its_preview_and_into_the_shop(alice: Desk, tablet: Tablet) -> None:
    shop = open_shop(alice)
    content = files.orders_csv([order(0), order(1, 订单编号="1.9E+15")])
    answer = tablet.post("/do/marketplace/lay_in", shop=shop, files={"file": ("orders.csv", content)})
    assert answer.status_code == 303
    page = answer.headers["location"]
    assert "Looking at the file" in seen(tablet, page).text
    Clerk(alice.journal, alice.branch).work()
    preview = seen(tablet, page).text
    assert "Take in 1 orders" in preview
    assert "Excel has cut the order number" in preview
    assert "Nothing is written yet." in preview

    job = page.rpartition("/")[2]
    assert tablet.post("/do/marketplace/take_in", import_job=job, submits="").status_code == 303
    assert "Taking the orders in" in seen(tablet, page).text
    Clerk(alice.journal, alice.branch).work()
    assert "After the import" in seen(tablet, page).text
    sheet = seen(tablet, f"{page}/errors")
    assert "attachment" in sheet.headers["content-disposition"]
    assert "1.9E+15" in sheet.content.decode("utf-8-sig")


def test_the_error_file_can_be_mended_and_laid_in_again(alice: Desk, tablet: Tablet) -> None:
    shop = open_shop(alice)
    evil = order(1, 总金额="ten", 买家留言="=cmd()")
    job = take_in(alice, shop, files.orders_csv([order(0), evil]))
    sheet = seen(tablet, f"/marketplace/imports/{job}/errors").content.decode("utf-8-sig")
    assert "'=cmd()" in sheet
    take_in(alice, shop, sheet.replace("ten", "128.00").encode("utf-8"))
    assert alice.value("select buyer_message from raw_order where tid = ?", str(files.FIRST + 1)) == "=cmd()"


def test_every_list_and_detail_shows_in_few_statements(alice: Desk, tablet: Tablet) -> None:
    shop = open_shop(alice)
    sku(alice, "紫砂壶", "TEAPOT")
    first = taken(alice, shop, order(0), order(1), lines=[new_item(0), new_item(1, 外部系统编号="X-9")])
    actions.submit(alice, raw_order=first)
    assert str(files.FIRST + 1) in seen(tablet, "/marketplace?view=to-submit").text
    assert str(files.FIRST) in seen(tablet, "/marketplace?view=all-orders").text
    assert "X-9" in seen(tablet, "/marketplace/unmatched").text
    assert "Order file" in seen(tablet, "/marketplace/imports").text
    goods = alice.value("select id from unmatched_goods")
    actions.match(alice, shop_goods=goods, sku=alice.value("select id from sku"))
    assert "X-9" in seen(tablet, "/marketplace/mappings").text
    detail = seen(tablet, f"/marketplace/orders/{first}").text
    assert "李娜" in detail
    assert "SO-A1-" in detail
    assert "Submit order" in seen(tablet, f"/marketplace/orders/{raw(alice, 1)}").text
    for missing in ("/marketplace/orders/none", "/marketplace/imports/none", "/marketplace/imports/none/errors"):
        assert tablet.get(missing).status_code == 404


def test_many_orders_are_submitted_at_once_and_each_says_what_came_of_it(alice: Desk, tablet: Tablet) -> None:
    shop = open_shop(alice)
    sku(alice, "紫砂壶", "TEAPOT")
    taken(alice, shop, order(0), order(1), lines=[new_item(0), new_item(1, 外部系统编号="X-9")])
    ids = f"{raw(alice)},{raw(alice, 1)}"
    answer = tablet.post("/do/marketplace/submit/many", ids=ids)
    assert answer.status_code == 303, answer.text
    told = tablet.get(answer.headers["location"]).text
    assert "Say first which of our goods 紫砂壶 is." in told
    assert alice.value("select count(*) from sales_order") == 1
