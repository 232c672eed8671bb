"""The screens of directories and staff, through the real front of house: who sees them and what they cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.doorkeeper import Doorkeeper
from appliance.journal import derive
from appliance.serving import pages_of
from appliance.shop import settings
from appliance.shop.settings import actions as directories
from appliance.shop.staff import Device, Role, actions, check_pin, role_id
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import BRANCH_A
from tests.staff.conftest import House

NAMES = ["settings", "staff"]
ORIGIN = {"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"}
MOST_STATEMENTS = 6
LISTS = [
    "/settings", "/settings/rules", "/settings/regions", "/settings/shops", "/settings/warehouses",
    "/settings/branches", "/settings/couriers", "/settings/packaging", "/settings/money-items", "/settings/reasons",
    "/settings/currencies", "/settings/units", "/staff", "/staff/people", "/staff/roles", "/staff/devices",
]  # fmt: skip
FORMS = [
    "/do/settings/turn_switches", "/do/settings/add_shop", "/do/settings/add_money_item", "/do/staff/add_employee",
    "/do/staff/add_role", "/do/staff/enrol_device", "/do/staff/change_my_pin",
]  # fmt: skip


@dataclass
class Tablet:
    """A tablet at which somebody is signed in."""

    http: Any
    front: Any
    session: Any = None
    house: House = field(repr=False, default=None)  # type: ignore[assignment]

    def sign_in(self, who: str) -> Tablet:
        doors = self.front.doors
        key = doors.enrol("前台", self.house.owner)
        token = doors.begin(who, doors.device(key))
        self.session = doors.session(token, doors.device(key))
        self.http.cookies.update({"device": key, "desk": token})
        return self

    def get(self, path: str, lang: str = "zh") -> Any:
        self.http.cookies.set("lang", lang)
        return self.http.get(path, follow_redirects=False)

    def post(self, path: str, **given: Any) -> Any:
        body = urlencode({"token": self.session.token, **given}, doseq=True)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post(path, content=body, headers=ORIGIN | kind, follow_redirects=False)


@pytest.fixture
def tablet(house: House, tmp_path) -> Iterator[Tablet]:
    journal = house.shop.journal
    told = WebConfig(tmp_path, branch=BRANCH_A, counting=True)
    made = app(
        journal, [pages_of(room) for room in rooms(NAMES)], told, house.shop.clock, Doorkeeper(journal, BRANCH_A)
    )
    with TestClient(made, base_url="http://testserver.local") as client:
        yield Tablet(client, made.state.front, house=house)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [*LISTS, *FORMS])
def test_every_screen_opens_with_few_questions(tablet: Tablet, house: House, path: str, lang: str):
    answer = tablet.sign_in(house.owner).get(path, lang)
    assert answer.status_code == 200, answer.text[:500]
    assert int(answer.headers.get("x-statements", "0")) <= MOST_STATEMENTS


def test_the_page_of_every_entry_opens(tablet: Tablet, house: House):
    owner = house.desk(house.owner)
    courier = directories.add_courier(owner, name="顺丰速运", code="SF")
    currency = directories.add_currency(owner, name="美元", code="USD")
    directories.set_rate(owner, currency=currency, day="2026-11-24", rate=71_000)
    item = owner.value("select id from money_item limit 1")
    shop = owner.value("select id from shop limit 1")
    tablet.sign_in(house.owner)
    for path in (
        f"/settings/couriers/{courier}", f"/settings/currencies/{currency}", f"/settings/money-items/{item}",
        f"/settings/shops/{shop}", f"/settings/branches/{BRANCH_A}", f"/staff/people/{house.cashier}",
        f"/staff/roles/{role_id('cashier')}", f"/do/staff/change_role?role={role_id('cashier')}",
        f"/do/settings/change_shop?shop={shop}",
    ):  # fmt: skip
        answer = tablet.get(path)
        assert answer.status_code == 200, path
        assert int(answer.headers.get("x-statements", "0")) <= MOST_STATEMENTS, path
    assert "¥7.10" in tablet.get(f"/settings/currencies/{currency}").text
    for path in ("/settings/couriers/nobody", "/staff/people/nobody", "/staff/roles/nobody", "/staff/devices/nobody"):
        assert tablet.get(path).status_code == 404, path


def test_an_address_is_read_on_the_areas_page(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    assert "西湖区" in tablet.get("/settings/regions?q=杭州西湖区文三路9号").text
    assert "写全" in tablet.get("/settings/regions?q=人民路").text
    assert "余杭区" in tablet.get("/settings/regions?province=浙江省&city=杭州市").text


def test_who_may_not_look_is_told_so(tablet: Tablet, house: House):
    tablet.sign_in(house.cashier)
    for path in ("/settings", "/staff/people", f"/staff/people/{house.owner}", "/do/staff/change_role"):
        assert tablet.get(path).status_code == 403, path


def test_all_rules_go_along_in_one_form(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    desk = house.desk(house.owner)
    shop = desk.value("select id from shop limit 1")
    page = tablet.get("/do/settings/turn_switches").text
    ticked = re.findall(r'type="checkbox" value="1"[^>]*name="([a-z_]+)"[^>]*checked', page)
    assert "review_stock_short" in ticked
    kinds = re.findall(r'name="(number_([A-Z]+))"', page)
    typed = dict(kinds) | {
        "finance_discount": "500", "review_weight_limit": "", "auto_minutes": "10", "auto_from": "09:00",
        "auto_until": "21:00", "promise_until": "17:00", "auto_risky_words": "", "auto_shops": ["", shop],
        "number_SO": "XS", "number_CK": "CK", "number_MP": "MP", "number_CU": "CU",
    }  # fmt: skip
    answer = tablet.post("/do/settings/turn_switches", review_blacklisted="1", **typed)
    assert answer.status_code == 303, answer.text[:2000]
    standing = settings.values(desk)
    assert standing.number("finance.discount") == 50_000
    assert standing.number("review.weight_limit") == 0, "an empty field clears the limit"
    assert standing.names("auto.risky_words") == []
    assert standing.names("auto.shops") == [shop]
    assert standing.on("review.blacklisted")
    assert not standing.on("review.stock_short")


def test_a_wrong_rule_comes_back_beside_its_field_and_nothing_is_written(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    answer = tablet.post("/do/settings/turn_switches", auto_minutes="5", auto_from="8 Uhr", auto_until="21:00")
    assert answer.status_code == 422
    assert "时间这样写" in answer.text
    assert "8 Uhr" in answer.text
    assert house.desk(house.owner).value("select count(*) from setting") == 0


def test_the_role_editor_keeps_patterns_that_have_no_tick_box(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    cashier = role_id("cashier")
    before = house.desk(house.owner).get(Role, cashier)
    page = tablet.get(f"/do/staff/change_role?role={cashier}").text
    more = re.search(r'id="f-more" name="grants" value="([^"]*)"', page)
    assert more is not None
    ticked = re.findall(r'name="grants" value="([^"]+)" checked', page)
    answer = tablet.post(
        "/do/staff/change_role", role=cashier, name="收银员", grants=[*ticked, more[1]], fields=["phone"],
        discount="5", refund="0",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[:2000]
    after = house.desk(house.owner).get(Role, cashier)
    assert sorted(after.grants) == sorted(before.grants)
    assert (after.fields, after.limits) == (["phone"], {"discount": 500, "refund": 0})
    again = tablet.get(f"/do/staff/change_role?role={cashier}").text
    assert re.search(r'name="refund"[^>]*value="0"', again), "a limit of nothing is not the same as no limit"


def test_a_pin_is_set_through_the_web_as_a_hash(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    weak = tablet.post("/do/staff/set_pin", employee=house.cashier, pin="1234")
    assert weak.status_code == 422
    assert "太好猜" in weak.text
    assert tablet.post("/do/staff/set_pin", employee=house.cashier, pin="1470").status_code == 303
    assert check_pin(house.desk(house.owner), house.cashier, "1470")


def test_who_leaves_is_signed_out_at_once(tablet: Tablet, house: House):
    tablet.sign_in(house.cashier)
    assert tablet.get("/do/staff/change_my_pin").status_code == 200
    actions.leave(house.desk(house.owner), employee=house.cashier)
    answer = tablet.get("/do/staff/change_my_pin")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


def test_a_device_that_was_shut_out_is_sent_to_the_door(tablet: Tablet, house: House):
    tablet.sign_in(house.owner)
    owner = house.desk(house.owner)
    device = owner.value("select id from device")
    actions.disable_device(owner, device=device)
    assert owner.get(Device, device).disabled
    answer = tablet.get("/staff")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enrol")


def test_an_entry_is_disabled_by_one_tap(tablet: Tablet, house: House):
    unit = derive("unit", "0")
    tablet.sign_in(house.owner)
    assert "data-ready" in tablet.get(f"/do/settings/disable?entry={unit}").text
    assert tablet.post("/do/settings/disable", entry=unit).status_code == 303
    assert house.desk(house.owner).value("select disabled from unit where id = ?", unit) == 1
