"""People come, change their work and leave; the last owner stays."""

import pytest

from appliance.journal import NOTHING, Desk, Refusal
from appliance.shop.staff import OWNER, Employee, actions, rights_of, role_id
from tests.cast import BRANCH_A
from tests.staff.conftest import House


def test_a_new_employee_gets_the_next_number_and_begins_today(house: House, owner: Desk):
    chen = owner.get(Employee, house.cashier)
    assert (chen.no, chen.joined, chen.jobs, chen.disabled) == ("003", "2026-11-24", ["salesperson"], False)
    row = owner.row("select role_name, standing from employee_list where id = ?", house.cashier)
    assert row is not None
    assert tuple(row) == ("收银员", "works_here")


def test_a_number_stands_once_and_a_name_is_needed(house: House, owner: Desk):
    with pytest.raises(Refusal, match="number 003 is taken") as refused:
        actions.add_employee(owner, name="小李", role=role_id("cashier"), no="003")
    assert refused.value.field == "no"
    with pytest.raises(Refusal, match="A name is needed"):
        actions.add_employee(owner, name=" ", role=role_id("cashier"))
    with pytest.raises(Refusal, match="number 002 is taken"):
        actions.change_employee(owner, employee=house.cashier, name="小陈", role=role_id("cashier"), no="002")
    actions.change_employee(owner, employee=house.cashier, name="陈姐", role=role_id("cashier"))
    assert owner.get(Employee, house.cashier).no == "003"


def test_a_disabled_role_is_not_given(house: House, owner: Desk):
    actions.disable_role(owner, role=role_id("viewer"))
    with pytest.raises(Refusal, match="只看 is disabled"):
        actions.add_employee(owner, name="小李", role=role_id("viewer"))


def test_who_leaves_has_no_rights_and_their_history_stays(house: House, owner: Desk):
    assert rights_of(owner, house.cashier).may("orders.see")
    actions.leave(owner, employee=house.cashier)
    assert rights_of(owner, house.cashier) == NOTHING
    assert owner.get(Employee, house.cashier).left_on == "2026-11-24"
    assert owner.value("select standing from employee_list where id = ?", house.cashier) == "has_left"
    told = owner.journal.history(owner.journal.reading(), house.cashier)
    assert [deed.action for _, deed in told] == ["staff.leave", "staff.add_employee"]
    actions.come_back(owner, employee=house.cashier)
    assert rights_of(owner, house.cashier).may("orders.see")


def test_leaving_has_a_day_that_makes_sense(house: House, owner: Desk):
    with pytest.raises(Refusal, match="still to come"):
        actions.leave(owner, employee=house.cashier, left_on="2026-11-25")
    with pytest.raises(Refusal, match="They began on 2026-11-24"):
        actions.leave(owner, employee=house.cashier, left_on="2026-11-01")
    actions.leave(owner, employee=house.cashier)
    with pytest.raises(Refusal, match="小陈 has left already"):
        actions.leave(owner, employee=house.cashier)


def test_the_last_owner_neither_leaves_nor_becomes_something_else(house: House, owner: Desk):
    with pytest.raises(Refusal, match="李娜 is the only owner"):
        actions.leave(owner, employee=house.owner)
    with pytest.raises(Refusal, match="李娜 is the only owner"):
        actions.change_employee(owner, employee=house.owner, name="李娜", role=role_id("manager"))
    actions.change_employee(owner, employee=house.manager, name="马店长", role=OWNER)
    actions.change_employee(owner, employee=house.owner, name="李娜", role=role_id("manager"))
    with pytest.raises(Refusal, match="马店长 is the only owner"):
        actions.leave(house.desk(house.manager), employee=house.manager)


def test_nobody_makes_themselves_an_owner(house: House, manager: Desk):
    with pytest.raises(Refusal, match="a right that you do not have yourself"):
        actions.change_employee(manager, employee=house.manager, name="马店长", role=OWNER)
    with pytest.raises(Refusal, match="a right that you do not have yourself"):
        actions.add_employee(manager, name="小李", role=OWNER)
    assert manager.get(Employee, house.manager).role == role_id("manager")


def test_nobody_dismisses_or_changes_who_may_do_more(house: House, manager: Desk):
    with pytest.raises(Refusal, match="They may do more than you"):
        actions.leave(manager, employee=house.owner)
    with pytest.raises(Refusal, match="They may do more than you"):
        actions.change_employee(manager, employee=house.owner, name="谁", role=role_id("cashier"))
    actions.leave(manager, employee=house.cashier)
    actions.come_back(manager, employee=house.cashier)


def test_an_owner_who_left_is_brought_back_by_an_owner_only(house: House, owner: Desk, manager: Desk):
    actions.change_employee(owner, employee=house.cashier, name="小陈", role=OWNER)
    actions.leave(owner, employee=house.cashier)
    with pytest.raises(Refusal, match="a right that you do not have yourself"):
        actions.come_back(manager, employee=house.cashier)
    actions.come_back(owner, employee=house.cashier)


def test_a_shop_is_opened_once(house: House, owner: Desk):
    with pytest.raises(Refusal, match="open already"):
        actions.first_shop(owner, shop="茶铺", owner="谁", pin="258036")


def test_opening_a_shop_makes_all_it_needs(house: House, owner: Desk):
    row = owner.row("select * from shop_list")
    assert row is not None
    assert (row["name"], row["branch"], row["branch_name"], row["platform"]) == (
        "李娜茶铺",
        BRANCH_A,
        "总店",
        "counter",
    )
    assert owner.value("select count(*) from role_list") == 10
    assert rights_of(owner, house.owner).may("anything.at_all")
    assert owner.value("select count(*) from reason_list where kind = 'freeze'") == 3
    assert owner.value("select count(*) from unit_list") == 7


@pytest.mark.parametrize("given", [{"shop": ""}, {"owner": " "}])
def test_a_shop_and_its_owner_have_names(house: House, given: dict[str, str], new_box):
    fresh = new_box("B1", BRANCH_A, ["settings", "staff"]).desk("nobody")
    with pytest.raises(Refusal, match="A name is needed"):
        actions.first_shop(fresh, **({"shop": "茶铺", "owner": "李娜", "pin": "258036"} | given))
    with pytest.raises(Refusal, match="too easy"):
        actions.first_shop(fresh, shop="茶铺", owner="李娜", pin="123456")
    assert fresh.value("select count(*) from employee") == 0
    actions.first_shop(fresh, shop="Tea", owner="Li Na", pin="258036", language="en")
    assert fresh.value("select role_name from employee_list") == "Owner"
