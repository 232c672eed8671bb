"""Where to find things: couriers' outlets and web pages, and never a password."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.office import actions as office
from tests.orders.teahouse import House, refused


def test_an_outlet_says_whom_to_ring_and_until_when_parcels_are_fetched(alice: Desk, house: House) -> None:
    outlet = office.add_outlet(
        alice, courier=house.sf, name="余杭仓前点", phone="0571-88880001", area="仓前 未来科技城", cut_off="17:30",
        complaints_phone="95338",
    )  # fmt: skip
    row = alice.row("select * from outlet_list where id = ?", outlet)
    assert row and (row.courier_name, row.cut_off, row.complaints_phone) == ("顺丰", "17:30", "95338")
    office.change_outlet(alice, outlet=outlet, courier=house.sf, name="余杭仓前点", cut_off="18:00")
    office.disable_outlet(alice, outlet=outlet)
    office.enable_outlet(alice, outlet=outlet)
    refused("taken", lambda: office.add_outlet(alice, courier=house.sf, name="余杭仓前点"))
    office.add_outlet(alice, courier=house.post, name="余杭仓前点")
    for given, field in (({"name": ""}, "name"), ({"name": "x", "cut_off": "5pm"}, "cut_off")):
        with pytest.raises(Refusal) as said:
            office.add_outlet(alice, courier=house.sf, **given)
        assert said.value.field == field


def test_a_bookmark_holds_an_address_and_an_account(alice: Desk, house: House) -> None:
    mark = office.add_bookmark(alice, name="千牛", url="myseller.taobao.com/home", account="小满茶铺:客服1")
    assert alice.value("select url from bookmark_list where id = ?", mark) == "https://myseller.taobao.com/home"
    office.change_bookmark(alice, bookmark=mark, name="千牛", url="http://myseller.taobao.com", account="客服2")
    office.disable_bookmark(alice, bookmark=mark)
    office.enable_bookmark(alice, bookmark=mark)
    refused("taken", lambda: office.add_bookmark(alice, name="千牛", url="www.taobao.com"))
    with pytest.raises(Refusal):
        office.add_bookmark(alice, name=" ", url="www.taobao.com")


@pytest.mark.parametrize(
    "given",
    [
        {"url": "www.x.com", "account": "老板 密码 8888"}, {"url": "www.x.com", "account": "user/pwd"},
        {"url": "www.x.com", "remark": "Password: tea"}, {"url": "https://me:tea@www.x.com"},
    ],
)  # fmt: skip
def test_a_password_is_not_written_down(alice: Desk, house: House, given: dict[str, str]) -> None:
    refused("secret", lambda: office.add_bookmark(alice, name="x", **given))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "www", "http://a b.com", "ftp://x.com"])
def test_only_pages_of_the_web_are_led_to(alice: Desk, house: House, url: str) -> None:
    with pytest.raises(Refusal, match="not an address"):
        office.add_bookmark(alice, name="x", url=url)
