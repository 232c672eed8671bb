"""Customers' files: what is written, what is refused, and who sees it."""

from collections.abc import Callable

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import customers
from appliance.shop.customers import Customer, CustomerAddress, CustomerClass, CustomerPhone, actions
from tests.cast import agree, clean, meet


def refused(sentence: str, deed: Callable[[], object], field: str = "") -> Refusal:
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.sentence == sentence
    assert said.value.field == field
    return said.value


def listed(desk: Desk, customer: str) -> dict[str, object]:
    row = desk.row("select * from customer_list where id = ?", customer)
    assert row is not None
    return dict(row)


def test_a_name_and_a_phone_make_a_customer(alice: Desk, li_na: str) -> None:
    file = alice.get(Customer, li_na)
    assert file.no == "CU-A1-261124-0001"
    row = listed(alice, li_na)
    assert (row["name"], row["phone"], row["state"]) == ("李娜", "138 0000 2266", "active")
    assert clean(alice) == []


def test_a_customer_is_found_by_name_initials_and_phone_tail(alice: Desk, li_na: str) -> None:
    other = customers.create(alice, name="王伟", phone="13900001111")
    journal = alice.journal
    found = {
        asked: [
            alice.value("select id from customer_list where rowid = ?", rowid)
            for rowid in journal.search(journal.reading(), "customer_list", asked)
        ]
        for asked in ("李娜", "ln", "2266", "ww", "00001111")
    }
    assert found == {"李娜": [li_na], "ln": [li_na], "2266": [li_na], "ww": [other], "00001111": [other]}


def test_nobody_is_written_down_without_a_name_or_phone(alice: Desk) -> None:
    refused("Write a name or a phone number.", lambda: customers.create(alice), "name")
    nameless = customers.create(alice, phone="13700003333")
    assert alice.get(Customer, nameless).name == "13700003333"


def test_a_mistyped_phone_is_told(alice: Desk) -> None:
    refused(
        "{phone} is not a phone number. Check its digits.",
        lambda: customers.create(alice, name="李娜", phone="1380000226"),
        "phone",
    )


def test_a_known_phone_leads_to_the_file_unless_it_is_somebody_else(alice: Desk, li_na: str) -> None:
    said = refused(
        "{name} already has this phone. Open that file, or say that this is a different person.",
        lambda: customers.create(alice, name="小李", phone="+8613800002266"),
        "phone",
    )
    assert said.remedy == f"/customers/{li_na}"
    assert customers.create(alice, name="小李", phone="13800002266", different=True) != li_na


def test_what_a_platform_sends_is_kept_as_it_is(alice: Desk) -> None:
    made = customers.create(
        alice,
        name="李*",
        phone="138****2266",
        platform="taobao",
        nick="lina88",
        open_id="AAE1",
        street="某地",
        province="不存在省",
    )
    phone = alice.row("select * from customer_phone where customer = ?", made)
    assert phone is not None
    assert (phone.phone, phone.normal, phone.masked) == ("138****2266", "", 1)
    assert alice.value("select province from customer_address where customer = ?", made) == "不存在省"
    assert customers.match(alice, platform="taobao", open_id="AAE1") == made


def test_a_file_is_changed_and_its_history_tells_it(alice: Desk, li_na: str) -> None:
    actions.change(
        alice, customer=li_na, name=" 李 娜 ", email="lina@example.com", tags=["老客", "老客", " 茶 "], sex="female"
    )
    file = alice.get(Customer, li_na)
    assert (file.name, file.email, file.tags, file.sex) == ("李 娜", "lina@example.com", ["老客", "茶"], "female")
    told = alice.journal.history(alice.journal.reading(), li_na)
    assert [deed.action for _, deed in told] == ["customers.change", "customers.create"]
    assert all("lina@example.com" not in str(deed.changes) for _, deed in told), "what is personal is sealed"


def test_what_cannot_stand_in_a_file_is_refused(alice: Desk, li_na: str) -> None:
    refused("A customer needs a name.", lambda: actions.change(alice, customer=li_na, name=" "), "name")
    refused(
        "{email} is not an e-mail address.",
        lambda: actions.change(alice, customer=li_na, name="李娜", email="lina"),
        "email",
    )
    refused(
        "A birthday is not in the future.",
        lambda: actions.change(alice, customer=li_na, name="李娜", birthday="2027-01-01"),
        "birthday",
    )
    refused("Write the tag.", lambda: actions.tag(alice, customer=li_na, tag=" "), "tag")


def test_a_tag_is_added_once(alice: Desk, li_na: str) -> None:
    actions.tag(alice, customer=li_na, tag="批发")
    actions.tag(alice, customer=li_na, tag="批发")
    assert alice.get(Customer, li_na).tags == ["批发"]


def test_credit_is_between_nothing_and_a_year(alice: Desk, li_na: str) -> None:
    actions.set_credit(alice, customer=li_na, credit=500_000, credit_days=30)
    assert (alice.get(Customer, li_na).credit, alice.get(Customer, li_na).credit_days) == (500_000, 30)
    refused(
        "What a customer may owe is never less than nothing.",
        lambda: actions.set_credit(alice, customer=li_na, credit=-1),
        "credit",
    )
    refused(
        "Days to pay are between 0 and {longest}.",
        lambda: actions.set_credit(alice, customer=li_na, credit_days=366),
        "credit_days",
    )


def test_two_credit_limits_given_apart_are_shown_as_a_conflict(alice: Desk, bob: Desk, li_na: str) -> None:
    meet(alice, bob)
    actions.set_credit(alice, customer=li_na, credit=100_000)
    actions.set_credit(bob, customer=li_na, credit=900_000)
    meet(alice, bob)
    assert [row.part for row in alice.rows("select part from conflict where record = ?", li_na)] == ["credit"]
    assert agree(alice, bob)


def test_the_blacklist_asks_for_a_reason_and_forgives(alice: Desk, li_na: str) -> None:
    refused(
        "Say why; the next one at the counter will want to know.",
        lambda: actions.blacklist(alice, customer=li_na, blacklist_reason=" "),
        "blacklist_reason",
    )
    actions.blacklist(alice, customer=li_na, blacklist_reason="三次拒收")
    assert listed(alice, li_na)["state"] == "blacklisted"
    actions.forgive(alice, customer=li_na)
    assert listed(alice, li_na)["state"] == "active"
    refused("This customer is not on the blacklist.", lambda: actions.forgive(alice, customer=li_na))


def test_a_customer_is_disabled_and_enabled_once(alice: Desk, li_na: str) -> None:
    refused("This customer is not disabled.", lambda: actions.enable(alice, customer=li_na))
    actions.disable(alice, customer=li_na)
    assert listed(alice, li_na)["disabled"] == 1
    refused("This customer is disabled already.", lambda: actions.disable(alice, customer=li_na))
    actions.enable(alice, customer=li_na)
    assert listed(alice, li_na)["disabled"] == 0


def test_the_first_phone_is_the_main_one_until_another_is(alice: Desk, li_na: str) -> None:
    office = actions.add_phone(alice, customer=li_na, phone="0571-88889999")
    assert listed(alice, li_na)["phone"] == "138 0000 2266"
    actions.change_phone(alice, customer_phone=office, phone="0571-88889999", main=True)
    assert listed(alice, li_na)["phone"] == "0571-88889999"
    actions.remove_phone(alice, customer_phone=office)
    assert listed(alice, li_na)["phone"] == "138 0000 2266"
    assert [row.main for row in alice.rows("select main from customer_phone where deleted = 0")] == [1]


def test_phones_that_cannot_be_added_are_refused(alice: Desk, li_na: str) -> None:
    refused(
        "This customer has that number already.",
        lambda: actions.add_phone(alice, customer=li_na, phone="+86 13800002266"),
        "phone",
    )
    refused(
        "{phone} is not a phone number. Check its digits.",
        lambda: actions.add_phone(alice, customer=li_na, phone="12345"[:4]),
        "phone",
    )
    for number in range(19):
        actions.add_phone(alice, customer=li_na, phone=f"139000000{number:02d}")
    refused(
        "A customer has at most {most} phone numbers. Remove one first.",
        lambda: actions.add_phone(alice, customer=li_na, phone="13900000099"),
    )


def test_an_address_in_one_line_is_divided(alice: Desk, li_na: str) -> None:
    made = actions.add_address(alice, customer=li_na, street="浙江省杭州市余杭区文一西路969号3幢")
    found = alice.get(CustomerAddress, made)
    assert (found.province, found.city, found.district, found.street) == (
        "浙江省",
        "杭州市",
        "余杭区",
        "文一西路969号3幢",
    )
    assert found.main
    assert listed(alice, li_na)["place"] == "浙江省 杭州市"


def test_an_address_that_does_not_hold_together_is_refused(alice: Desk, li_na: str) -> None:
    refused(
        "{district} does not lie in {city}, {province}.",
        lambda: actions.add_address(
            alice, customer=li_na, street="文一西路", province="浙江省", city="杭州市", district="浦东新区"
        ),
        "district",
    )
    refused(
        "Write the street and number.",
        lambda: actions.add_address(alice, customer=li_na, street=" ", province="浙江省", city="杭州市"),
        "street",
    )
    refused(
        "The province or city is not clear from this. Write it before the street.",
        lambda: actions.add_address(alice, customer=li_na, street="三楼左手边"),
        "street",
    )


def test_one_address_is_the_main_one(alice: Desk, li_na: str) -> None:
    home = actions.add_address(alice, customer=li_na, street="浙江省杭州市余杭区文一西路969号")
    shop = actions.add_address(alice, customer=li_na, street="浙江省杭州市西湖区龙井路1号", main=True)
    assert (alice.get(CustomerAddress, home).main, alice.get(CustomerAddress, shop).main) == (False, True)
    actions.change_address(
        alice,
        customer_address=home,
        province="浙江省",
        city="杭州市",
        district="余杭区",
        street="文一西路1号",
        main=True,
    )
    assert (alice.get(CustomerAddress, home).main, alice.get(CustomerAddress, shop).main) == (True, False)
    actions.remove_address(alice, customer_address=home)
    assert alice.get(CustomerAddress, shop).main


def test_accounts_on_platforms_are_added_once(alice: Desk, li_na: str) -> None:
    refused(
        "Write the name on the platform, or the open id.",
        lambda: actions.add_account(alice, customer=li_na, platform="taobao"),
        "nick",
    )
    account = actions.add_account(alice, customer=li_na, platform="taobao", nick="lina88")
    refused(
        "This customer has that account already.",
        lambda: actions.add_account(alice, customer=li_na, platform="taobao", nick="lina88"),
        "nick",
    )
    assert customers.match(alice, platform="taobao", nick="lina88") == li_na
    actions.remove_account(alice, customer_account=account)
    assert customers.match(alice, platform="taobao", nick="lina88") == ""


def test_classes_have_one_name_and_a_share_of_the_price(alice: Desk, li_na: str) -> None:
    gold = actions.create_class(alice, name="金卡", discount=9_500)
    refused("A class needs a name.", lambda: actions.create_class(alice, name=" "), "name")
    refused("There is a class called {name} already.", lambda: actions.create_class(alice, name="金卡"), "name")
    refused(
        "The share of the price is between 0 and 100 %.",
        lambda: actions.change_class(alice, customer_class=gold, name="金卡", discount=10_001),
        "discount",
    )
    actions.change(alice, customer=li_na, name="李娜", customer_class=gold)
    actions.change_class(alice, customer_class=gold, name="金卡会员", discount=9_000)
    assert listed(alice, li_na)["class_name"] == "金卡会员"
    actions.disable_class(alice, customer_class=gold)
    assert alice.get(CustomerClass, gold).disabled
    actions.enable_class(alice, customer_class=gold)
    assert not alice.get(CustomerClass, gold).disabled


def test_everything_about_a_person_is_sealed_in_parts_of_its_own(alice: Desk, li_na: str) -> None:
    actions.add_address(alice, customer=li_na, street="浙江省杭州市余杭区文一西路969号")
    open_parts = b"".join(entry.parts[0] for entry in alice.journal.entries() if isinstance(entry.parts[0], bytes))
    for told in ("李娜", "13800002266", "138 0000 2266", "文一西路"):
        assert told.encode() not in open_parts
    assert alice.find(CustomerPhone, "nobody") is None
