"""Where somebody works: a role may hold for some places only, a person's own file narrows it, nobody gives more than theirs."""

import pytest

from appliance.journal import EVERYWHERE, Desk, Range, Refusal
from appliance.shop.staff import Employee, Role, actions, rights_of, role_id
from appliance.shop.staff.confining import ranges_in
from tests.staff.conftest import House


@pytest.fixture
def counter(owner: Desk) -> str:
    return str(owner.value("select id from shop limit 1"))


def clerks(owner: Desk, **where: object) -> str:
    return actions.add_role(owner, name="店员", grants=["orders.*", "staff.*"], **where)  # type: ignore[arg-type]


def test_whoever_is_confined_to_the_shop_they_work_in_sees_that_one(house: House, owner: Desk, counter: str):
    role = clerks(owner, own_shop=True)
    new = actions.add_employee(owner, name="小何", role=role, shop=counter)
    assert rights_of(owner, new).range == Range((("shop", (counter,)),))
    actions.change_employee(owner, employee=new, name="小何", role=role, shop="")
    assert rights_of(owner, new).range == Range((("shop", ()),)), "whose file names no shop sees none"
    assert rights_of(owner, house.owner).range == EVERYWHERE


def test_a_persons_own_range_narrows_that_of_the_role_and_never_widens_it(owner: Desk, counter: str):
    other = owner.value("select warehouse from shop where id = ?", counter)
    new = actions.add_employee(owner, name="小何", role=clerks(owner, shops=[counter]))
    actions.confine(owner, employee=new, warehouses=[other], own_papers=True)
    assert rights_of(owner, new).range == Range((("shop", (counter,)), ("warehouse", (other,))), own=new)
    actions.confine(owner, employee=new, shops=["elsewhere"])
    assert rights_of(owner, new).range.places["shop"] == ()


def test_a_department_sees_what_its_people_write_unless_their_own_file_says_less(owner: Desk):
    role = clerks(owner, team_papers=True)
    he, she = (actions.add_employee(owner, name=name, role=role, department="柜台") for name in ("小何", "小林"))
    assert rights_of(owner, he).range == Range(own=he, team=True)
    actions.confine(owner, employee=she, own_papers=True)
    assert rights_of(owner, she).range == Range(own=she)
    assert ranges_in({"own": ["team"]})["team_papers"] is True
    confined = owner.journal.desk(who=he, branch=owner.branch, rights=rights_of(owner, he))
    with pytest.raises(Refusal) as said:
        actions.add_employee(confined, name="小王", role=role)
    assert said.value.code == "not_yours"


def test_an_owner_works_everywhere_whatever_their_file_says(house: House, owner: Desk, counter: str):
    with pytest.raises(Refusal) as said:
        actions.confine(owner, employee=house.owner, shops=[counter])
    assert said.value.code == "owner_role"
    new = actions.add_employee(owner, name="小何", role=clerks(owner))
    actions.confine(owner, employee=new, shops=[counter])
    actions.change_employee(owner, employee=new, name="小何", role=role_id("owner"))
    assert rights_of(owner, new).range == EVERYWHERE


def test_nobody_lets_others_see_more_than_they_see_themselves(house: House, owner: Desk, counter: str):
    head = actions.add_employee(owner, name="何组长", role=clerks(owner, shops=[counter]))
    confined = house.desk(head)
    wider = [
        lambda: actions.add_employee(confined, name="新人", role=role_id("viewer")),
        lambda: actions.add_role(confined, name="宽", grants=["orders.*"]),
        lambda: actions.change_role(confined, role=owner.get(Employee, head).role, name="店员", grants=["orders.*"]),
        lambda: actions.confine(confined, employee=head),
    ]
    for deed in wider:
        with pytest.raises(Refusal) as said:
            deed()
        assert said.value.code == "not_yours"
    assert owner.get(Role, owner.get(Employee, head).role).ranges == {"shop": [counter]}
    actions.add_role(confined, name="窄", grants=["orders.*"], shops=[counter])


def test_a_change_of_range_stands_in_the_history_and_holds_at_once(house: House, owner: Desk, counter: str):
    new = actions.add_employee(owner, name="小何", role=clerks(owner, own_shop=True), shop=counter)
    actions.confine(owner, employee=new, shops=[counter])
    deeds = owner.journal.history(owner.journal.reading(), new)
    assert next(deed.action for _, deed in deeds) == "staff.confine"
