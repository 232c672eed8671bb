"""Roles: what they may do, see, and how far they may go; nobody gives what they do not have."""

from fnmatch import fnmatchcase

import pytest

from appliance.assembly import rooms
from appliance.journal import Desk, Refusal, Rights
from appliance.shop.staff import FIRST_ROLES, OWNER, Employee, Role, actions, rights_of, role_id
from appliance.shop.staff.matrix import RoomRights, matrix, not_ticked
from appliance.shop.staff.roles import FIELDS, LIMITS, FirstRole
from tests.cast import BRANCH_A, BRANCH_B, meet
from tests.staff.conftest import House


def test_the_first_roles_are_those_of_the_trade():
    assert [role.code for role in FIRST_ROLES] == [
        "owner", "manager", "reviewer", "cashier", "warehouse",
        "buyer", "accountant", "after_sales", "viewer", "device",
    ]  # fmt: skip
    for role in FIRST_ROLES:
        assert set(role.limits) <= set(LIMITS)
        assert set(role.fields) <= {*FIELDS, "*"}
        assert role.zh
        assert role.en
        assert role.grants


@pytest.mark.parametrize("role", FIRST_ROLES, ids=lambda role: role.code)
def test_every_right_of_a_first_role_gives_something_that_there_is(role: FirstRole):
    there = {"*": set()}
    for room in rooms():
        pages = getattr(room.pages(), "PAGES", ())
        there[room.name] = {f"{room.name}.{verb}" for verb in room.actions} | {one.see for one in pages}
    for pattern in role.grants:
        built = pattern.partition(".")[0] in there.keys() - {"*"}
        assert not built or any(fnmatchcase(one, pattern) for one in there[pattern.partition(".")[0]]), pattern


def test_forcing_a_review_and_giving_credit_are_not_for_everybody():
    def may(permission: str) -> set[str]:
        return {role.code for role in FIRST_ROLES if Rights(role.grants).may(permission)}

    assert may("orders.force_review") == {"owner", "manager"}
    assert may("orders.finance_review") == {"owner", "manager", "accountant"}
    assert may("customers.set_credit") == {"owner", "manager"}
    assert may("staff.change_role") == {"owner"}
    assert may("shipping.counter_sale") == {"owner", "manager", "cashier"}


def test_a_role_gives_rights_fields_and_limits(house: House, owner: Desk):
    role = actions.add_role(
        owner, name="夜班", grants=["orders.*", "orders.*"], fields=["phone"], discount=1_000, refund=0
    )
    actions.change_employee(owner, employee=house.cashier, name="小陈", role=role)
    rights = rights_of(owner, house.cashier)
    assert rights.may("orders.ship")
    assert not rights.may("accounts.see")
    assert rights.sees("phone")
    assert not rights.sees("cost")
    assert (rights.limit("discount"), rights.limit("refund"), rights.limit("top_up")) == (1_000, 0, None)


def test_a_changed_role_holds_at_once_and_shows_in_its_history(house: House, owner: Desk):
    cashier = role_id("cashier")
    actions.change_role(owner, role=cashier, name="收银员", grants=["orders.see"])
    rights = rights_of(owner, house.cashier)
    assert rights.grants == ("orders.see",)
    assert (rights.fields, rights.limits) == (frozenset(), {})
    told = owner.journal.history(owner.journal.reading(), cashier)
    assert told[0][1].action == "staff.change_role"


def test_the_owners_role_stays_as_it_is(owner: Desk):
    with pytest.raises(Refusal, match="that role stays as it is"):
        actions.change_role(owner, role=OWNER, name="老板", grants=[])
    with pytest.raises(Refusal, match="that role stays as it is"):
        actions.disable_role(owner, role=OWNER)
    assert owner.get(Role, OWNER).grants == ["*"]


def test_nobody_gives_rights_that_they_do_not_have(manager: Desk):
    with pytest.raises(Refusal, match=r"do not have yourself: staff\.\*"):
        actions.add_role(manager, name="夜班", grants=["staff.*"])
    with pytest.raises(Refusal, match=r"do not have yourself: \*"):
        actions.change_role(manager, role=role_id("cashier"), name="收银员", grants=["*"])
    viewer = Role(name="只看")
    assert viewer.fields == []
    actions.add_role(manager, name="夜班", grants=["orders.*", "shipping.see"], fields=["phone"])


def test_nobody_shows_figures_that_they_do_not_see(house: House, owner: Desk):
    keeper = actions.add_role(owner, name="管角色", grants=["staff.*", "orders.*"], fields=["phone"])
    actions.change_employee(owner, employee=house.cashier, name="小陈", role=keeper)
    chen = house.desk(house.cashier)
    with pytest.raises(Refusal, match="do not have yourself: cost"):
        actions.add_role(chen, name="看成本", grants=["orders.see"], fields=["cost"])


def test_nobody_weakens_a_role_that_may_do_more(house: House, owner: Desk):
    keeper = actions.add_role(owner, name="管角色", grants=["staff.*"])
    actions.change_employee(owner, employee=house.cashier, name="小陈", role=keeper)
    with pytest.raises(Refusal, match="do not have yourself"):
        actions.change_role(house.desk(house.cashier), role=role_id("manager"), name="店长", grants=[])


def test_names_stand_once_and_limits_are_not_below_nothing(owner: Desk):
    with pytest.raises(Refusal, match="already something called 收银员"):
        actions.add_role(owner, name="收银员")
    with pytest.raises(Refusal, match="A name is needed"):
        actions.add_role(owner, name=" ")
    with pytest.raises(Refusal, match="cannot be less than nothing") as refused:
        actions.add_role(owner, name="夜班", refund=-1)
    assert refused.value.field == "refund"


def test_a_role_that_somebody_has_stays(house: House, owner: Desk):
    with pytest.raises(Refusal, match="小陈 has this role"):
        actions.disable_role(owner, role=role_id("cashier"))
    actions.leave(owner, employee=house.cashier)
    actions.disable_role(owner, role=role_id("cashier"))
    assert owner.get(Role, role_id("cashier")).disabled
    actions.enable_role(owner, role=role_id("cashier"))
    assert not owner.get(Role, role_id("cashier")).disabled


def test_a_disabled_role_gives_nothing(house: House, owner: Desk):
    def straight(desk: Desk) -> None:
        desk.change(Role, role_id("cashier"), disabled=True)

    owner.journal.perform(owner, "staff.disable_role", straight).result()
    assert not rights_of(owner, house.cashier).may("orders.see")


def test_the_list_counts_who_has_a_role(house: House, owner: Desk):
    def having(code: str) -> int:
        return int(owner.value("select people from role_list where id = ?", role_id(code)))

    assert (having("owner"), having("cashier"), having("viewer")) == (1, 1, 0)
    actions.change_employee(owner, employee=house.cashier, name="小陈", role=role_id("viewer"))
    assert (having("cashier"), having("viewer")) == (0, 1)
    actions.leave(owner, employee=house.cashier)
    assert having("viewer") == 0


def test_two_rival_changes_of_rights_are_shown_as_a_conflict(new_box):
    names = ["settings", "staff"]
    here, there = new_box("A1", BRANCH_A, names), new_box("B1", BRANCH_B, names)
    li_na = actions.first_shop(here.desk("nobody"), shop="茶铺", owner="李娜", pin="258036")
    one = here.journal.desk(who=li_na, branch=BRANCH_A)
    other = there.journal.desk(who=li_na, branch=BRANCH_B)
    meet(one, other)
    actions.change_role(one, role=role_id("viewer"), name="只看", grants=["orders.see"])
    actions.change_role(other, role=role_id("viewer"), name="只看", grants=["catalog.see"])
    meet(one, other)
    for desk in (one, other):
        assert desk.value("select count(*) from conflict where record = ? and part = 'rights'", role_id("viewer")) == 1
    assert one.get(Role, role_id("viewer")) == other.get(Role, role_id("viewer"))
    assert one.get(Employee, li_na) == other.get(Employee, li_na)


ROOM = RoomRights("tea", "茶", {"tea.see": "看"}, {"tea.pour": "倒茶", "tea.brew": "泡茶"})


def test_rights_are_told_room_by_room(owner: Desk):
    def told(*grants: str) -> tuple[bool, bool, list[str]]:
        role = Role(grants=list(grants))
        line = matrix([ROOM], type(owner.rights)(tuple(role.grants)))[0]
        return line.looks, line.everything, list(line.deeds)

    assert told("*") == (True, True, ["倒茶", "泡茶"])
    assert told("tea.see") == (True, False, [])
    assert told("tea.p*") == (False, False, ["倒茶"])
    assert not_ticked([ROOM], ["tea.*", "tea.see", "tea.pour", "tea.p*", "milk.*"]) == ["tea.p*", "milk.*"]
