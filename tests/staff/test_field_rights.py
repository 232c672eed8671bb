"""What a person may not see is seen nowhere: on no page, in no form, sheet, search or answer to a program (crawled)."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import ONE, Desk, Rights
from appliance.serving import pages_of
from appliance.shop import customers, inventory
from appliance.shop.accounts import actions as money
from appliance.shop.inventory import InLine, OutLine
from appliance.shop.marketplace import Clerk
from appliance.shop.marketplace import actions as market
from appliance.shop.orders import NewLine
from appliance.shop.shipping import actions as floor
from appliance.shop.shipping.counter import counter_sale
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import Shop
from tests.marketplace import files
from tests.orders.teahouse import House, approved, furnish, order, pay
from tests.web.conftest import House as Front
from tests.web.conftest import Tablet, ToyStaff

COST = 73_913_713
"""7391.3713 yuan a teapot: a figure that nothing else in the shop comes to."""
PHONE = "13974185263"
MOST_PAGES = 700
OF_A_KIND = 2
KIND = re.compile(r"[?&](?:view=[\w-]*|\w+)")
"""Addresses are of a kind when they ask the same questions of the same page; each view is a page of its own."""
BLIND = Rights(grants=("*",), fields=frozenset())

SECRETS = {
    "cost": re.compile(r"7,?391[.]37|7391\.?37"),
    "phone": re.compile(r"139\s?7418\s?5263"),
    "address": re.compile("龙井路 1397 号"),
}


@pytest.fixture
def alice(box: Shop) -> Desk:
    """Alice at a box with every room."""
    return box.desk("alice")


@pytest.fixture
def tablet(box: Shop, tmp_path: Path) -> Iterator[Tablet]:
    staff = ToyStaff()
    told = WebConfig(tmp_path / "web", branch=box.branch)
    told.folder.mkdir()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, box.clock, staff)
    with TestClient(made, base_url="http://testserver.local") as client:
        found = Tablet(client, Front(box.journal, box.clock, staff, made)).enrol()
        yield found


@pytest.fixture
def busy(alice: Desk) -> House:
    """A shop in which everything has happened once, with a cost and a buyer that nobody shall know."""
    house = furnish(alice)
    buyer = customers.create(alice, name="赵敏", phone=PHONE, street="浙江省杭州市西湖区龙井路 1397 号")
    for sku in (house.teapot, house.cup):
        there = inventory.on_hand(alice, house.warehouse, sku)
        inventory.other_out(alice, warehouse=house.warehouse, lines=[OutLine(sku=sku, qty=there)], reason="换新")
        lines = [InLine(sku=sku, qty=10 * ONE, cost=COST)]
        inventory.other_in(alice, warehouse=house.warehouse, lines=lines, reason="新货")
    whose = {"customer": buyer, "name": "赵敏", "phone": PHONE, "street": "龙井路 1397 号", "district": "西湖区"}
    waiting = order(alice, house, NewLine(sku=house.teapot, price=9_000 * ONE), **whose)
    pay(alice, house, waiting)
    sent = approved(alice, house, NewLine(sku=house.cup, price=9_000 * ONE), **(whose | {"name": "赵敏敏"}))
    floor.ship(alice, order=sent, waybill="SF1")
    counter_sale(alice, shop=house.counter, lines=[NewLine(sku=house.teapot, price=9_000 * ONE)], customer=buyer)
    lines = [OutLine(sku=house.teapot, qty=ONE)]
    inventory.convert(alice, warehouse=house.warehouse, lines=lines, to="defective", reason="摔了")
    inventory.scrap(alice, warehouse=house.warehouse, lines=lines, reason="摔了")
    inventory.adjust_value(alice, warehouse=house.warehouse, sku=house.cup, amount=-COST, reason="降价")
    money.new_receipt(alice, account=house.till, customer=buyer, amount=900)
    twin = customers.create(alice, name="赵小敏", phone=PHONE, different=True)
    customers.actions.tag(alice, customer=twin, tag="双胞胎")
    row = files.order(0, 联系手机=PHONE, 收货地址="浙江省 杭州市 西湖区 龙井路 1397 号")
    for content in (
        files.orders_csv([row, files.order(1, 总金额="x", 联系手机=PHONE)]),
        files.items_csv([files.new_item(0)]),
    ):
        job = market.lay_in(alice, shop=house.taobao, file=alice.journal.blobs.keep(content))
        Clerk(alice.journal, alice.branch).work()
        market.take_in(alice, import_job=job)
        Clerk(alice.journal, alice.branch).work()
    return house


def test_what_nobody_told_a_person_is_on_no_page(busy: House, tablet: Tablet) -> None:
    tablet.house.staff.rights_by["alice"] = BLIND
    tablet.sign_in("alice")
    told = crawled(tablet)
    there = {re.sub(r"[\w-]{22}", "#", path.partition("?")[0]) for path in told}
    assert len(told) < MOST_PAGES
    assert there >= {
        "/orders/#",
        "/marketplace/orders/#",
        "/customers/#",
        "/skus/#",
        "/stock-papers/#",
        "/print/packing-slips",
    }
    assert [status for status in Counter(answer.status_code for answer in told.values()) if status >= 500] == []
    assert leaks(told) == []


def test_the_same_pages_do_tell_whoever_may_know(busy: House, tablet: Tablet) -> None:
    """Or the test above would prove nothing."""
    tablet.sign_in("alice")
    told = " ".join(html.unescape(answer.text) for answer in crawled(tablet).values())
    assert {name for name, secret in SECRETS.items() if secret.search(told)} == set(SECRETS)


def test_what_a_person_may_not_see_they_neither_wipe_nor_pass_on(busy: House, tablet: Tablet, alice: Desk) -> None:
    tablet.house.staff.rights_by["alice"] = BLIND
    tablet.sign_in("alice")
    address = alice.row("select * from customer_address where street <> ''")
    assert address is not None
    kept = {name: address[name] for name in ("province", "city", "district", "zip")}
    told = {"customer_address": address["id"], "name": "收发室", "street": "****", "phone": "", **kept}
    assert tablet.post("/do/customers/change_address", **told).status_code == 303
    stands = alice.row("select name, street from customer_address where id = ?", address["id"])
    assert stands is not None
    assert tuple(stands) == ("收发室", "龙井路 1397 号")
    passed_on = {
        "shop": busy.counter,
        "lines__0__sku": busy.cup,
        "lines__0__qty": "1",
        "street": "****",
        "phone": "139****5263",
    }
    answer = tablet.post("/do/orders/create", **passed_on)
    assert answer.status_code == 422
    assert answer.text.count("You may not see what stands here.") == 2


def crawled(tablet: Tablet) -> dict[str, object]:
    """Follow every address that a page names, so many of each kind; then every list as a sheet and for programs."""
    front = tablet.house.front
    views = [f"{path}?view={one.key}" for path, listing in front.listings.items() for one in listing.saved]
    waiting, seen, kinds = ["/", "/search?q=赵敏", *front.listings, *views], {}, Counter()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        page, _, asked = path.partition("?")
        kind = re.sub(r"[\w-]{22}|\d+", "#", page) + str(sorted(re.findall(KIND, path)))
        # A list narrowed further shows nothing new.
        narrowed = page in front.listings and not re.fullmatch(r"(view=[\w-]*)?", asked)
        if path in seen or narrowed or kinds[kind] >= (1 if page.startswith("/do/") else OF_A_KIND):
            continue
        kinds[kind] += 1
        seen[path] = tablet.get(path)
        waiting += _named(seen[path].text)
    for listing in front.listings.values():
        seen[f"api {listing.name}"] = tablet.get(f"/api/v1/list/{listing.name}")
    return seen


def _named(text: str) -> list[str]:
    # Rows of lists write their addresses without quotes.
    found = re.findall(r'(?:href|src|action|data-href|hx-get|data-get)="?([^"\s>]+)', text)
    inside = [html.unescape(one) for one in found if one.startswith("/")]
    return [
        one
        for one in inside
        if not urlsplit(one).path.startswith(("/static", "/blob", "/events", "/sign-out", "/habit", "/export", "/pick"))
    ]


def leaks(told: dict[str, object]) -> list[str]:
    return [
        f"{path}: {name} {found[0]}"
        for path, answer in told.items()
        for name, secret in SECRETS.items()
        if (found := secret.search(html.unescape(answer.text)))  # type: ignore[attr-defined]
    ]
