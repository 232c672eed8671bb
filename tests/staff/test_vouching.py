"""When a limit or a right stops a clerk, somebody who may approves on the spot with their own PIN, and both are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.doorkeeper import Doorkeeper
from appliance.journal import ONE, Desk, Rights
from appliance.serving import pages_of
from appliance.shop.orders import NewLine
from appliance.shop.staff import actions, check_limit, rights_of, role_id
from appliance.web.app import app
from appliance.web.front import WebConfig
from tests.cast import BRANCH_A, open_box
from tests.orders.teahouse import House, furnish, order, pay, refused
from tests.staff.conftest import House as Staff
from tests.staff.test_screens import Tablet

CHEAP = {"lines.0.qty": "1", "lines.0.price": "100", "delivery_term": "prepaid"}


@dataclass
class Tea:
    """A tea house with an owner, a manager, a cashier and a tablet."""

    house: House
    staff: Staff
    tablet: Tablet = field(repr=False)
    alice: Desk


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tea]:
    shop = open_box(tmp_path_factory.mktemp("vouching"), "A1", BRANCH_A)
    owner = actions.first_shop(shop.desk("nobody"), shop="李娜茶铺", owner="李娜", pin="258036")
    li_na = shop.journal.desk(who=owner, device="tablet", branch=BRANCH_A)
    house = furnish(li_na)
    people = {}
    for name, role, pin in (("马店长", "manager", "280042"), ("小陈", "cashier", "614827")):
        people[role] = actions.add_employee(li_na, name=name, role=role_id(role))
        actions.set_pin(li_na, employee=people[role], pin=pin)
    staff = Staff(shop, owner, people["manager"], people["cashier"])
    told = WebConfig(tmp_path_factory.mktemp("web"), branch=BRANCH_A)
    made = app(shop.journal, [pages_of(room) for room in rooms()], told, shop.clock, Doorkeeper(shop.journal, BRANCH_A))
    with TestClient(made, base_url="http://testserver.local") as client:
        tablet = Tablet(client, made.state.front, house=staff)
        client.cookies.set("lang", "en")
        yield Tea(house, staff, tablet, li_na)
    shop.journal.close()


@pytest.fixture
def cashier(tea: Tea) -> Tablet:
    return tea.tablet.sign_in(tea.staff.cashier)


def newest(tea: Tea) -> str:
    return str(tea.alice.value("select id from sales_order order by made_at desc limit 1"))


def history(tea: Tea, cashier: Tablet, placed: str) -> str:
    return str(cashier.get(f"/orders/{placed}", "en").text)


def test_a_limit_names_who_may_go_further_and_the_same_form_takes_their_pin(tea: Tea, cashier: Tablet):
    sale = CHEAP | {"shop": tea.house.counter, "lines.0.sku": tea.house.teapot, "customer": tea.house.li_na}
    answer = cashier.post("/do/orders/create", **sale)
    assert answer.status_code == 422
    assert "You may give 5 % off at most. 李娜、马店长 may give more." in answer.text
    assert 'name="supervisor_pin"' in answer.text
    offered = answer.text.partition('name="supervisor"')[2].partition("</select>")[0]
    assert ">马店长<" in offered and ">李娜<" in offered and ">小陈<" not in offered
    wrong = cashier.post("/do/orders/create", **sale, supervisor=tea.staff.manager, supervisor_pin="111119")
    assert wrong.status_code == 422 and "This PIN is wrong. 4 more tries." in wrong.text
    done = cashier.post("/do/orders/create", **sale, supervisor=tea.staff.manager, supervisor_pin="280042")
    assert done.status_code == 303, done.text
    assert "小陈, approved by 马店长" in history(tea, cashier, newest(tea))


def test_what_a_clerk_has_no_right_to_is_approved_in_its_own_form(tea: Tea, cashier: Tablet):
    placed = order(tea.alice, tea.house)
    form = cashier.get(f"/do/orders/freeze?order={placed}", "en")
    assert form.status_code == 200
    assert "You may not do this: " in form.text and 'name="supervisor_pin"' in form.text
    alone = cashier.post("/do/orders/freeze", order=placed, reason="等等")
    assert alone.status_code == 422
    assert tea.alice.value("select frozen_reason from sales_order where id = ?", placed) == ""
    done = cashier.post(
        "/do/orders/freeze", order=placed, reason="等等", supervisor=tea.staff.manager, supervisor_pin="280042"
    )
    assert done.status_code == 303
    assert tea.alice.value("select frozen_reason from sales_order where id = ?", placed) == "等等"
    assert "小陈, approved by 马店长" in history(tea, cashier, placed)
    assert cashier.post("/do/orders/unfreeze", order=placed).status_code == 422, "it was for once only"


def test_whoever_has_no_right_themselves_approves_nothing(tea: Tea, cashier: Tablet):
    placed = order(tea.alice, tea.house)
    answer = cashier.post(
        "/do/orders/freeze", order=placed, reason="等等", supervisor=tea.staff.cashier, supervisor_pin="614827"
    )
    assert answer.status_code == 422
    assert tea.alice.value("select frozen_reason from sales_order where id = ?", placed) == ""


def test_rights_themselves_are_never_approved_at_anothers_tablet(tea: Tea, cashier: Tablet):
    answer = cashier.post("/do/staff/add_role", name="新", supervisor=tea.staff.owner, supervisor_pin="258036")
    assert answer.status_code == 403
    assert "staff.add_role" in answer.text


def test_forcing_a_review_asks_for_a_pin_even_of_those_who_may(tea: Tea):
    manager = tea.tablet.sign_in(tea.staff.manager)
    placed = order(tea.alice, tea.house, NewLine(sku=tea.house.teapot, price=50 * ONE))
    pay(tea.alice, tea.house, placed)
    asked = {"order": placed, "reason": "老客户"}
    answer = manager.post("/do/orders/force_review", **asked)
    assert answer.status_code == 422 and "This asks for a PIN" in answer.text
    told = manager.http.post(
        "/api/v1/orders/force_review",
        json=asked,
        headers={"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-origin"},
    )
    assert (told.status_code, told.json()["error"]) == (422, "pin_needed")
    done = manager.post("/do/orders/force_review", **asked, supervisor=tea.staff.manager, supervisor_pin="280042")
    assert done.status_code == 303, done.text
    assert "马店长, with their PIN" in history(tea, manager, placed)


def test_guessing_a_supervisors_pin_is_locked_as_at_the_door(tea: Tea, cashier: Tablet):
    placed = order(tea.alice, tea.house)
    asked = {"order": placed, "reason": "等等", "supervisor": tea.staff.owner}
    tries = [cashier.post("/do/orders/freeze", **asked, supervisor_pin=f"90000{n}").text for n in range(5)]
    assert "Too many wrong tries." in tries[-1]
    right = cashier.post("/do/orders/freeze", **asked, supervisor_pin="258036")
    assert right.status_code == 422 and "Too many wrong tries." in right.text


def test_at_the_desk_itself_a_limit_says_how_far_and_who(tea: Tea):
    desk = tea.alice.journal.desk(
        who=tea.staff.cashier, device="tablet", branch=BRANCH_A, rights=rights_of(tea.alice, tea.staff.cashier)
    )
    said = refused("discount_limit", lambda: order(desk, tea.house, discount=1_000), "discount")
    assert said.exceeds is not None and said.exceeds[0] == "discount"
    assert said.params["who"] == "李娜、马店长"


def test_a_button_that_somebody_else_may_press_stands_there_with_a_lock(tea: Tea, cashier: Tablet) -> None:
    placed = order(tea.alice, tea.house, delivery_term="cod")
    page = cashier.get(f"/orders/{placed}", "en").text
    told = "Somebody who may approves it here with their PIN"
    assert told in page
    assert told in cashier.get("/orders?view=to-review", "en").text
    form = cashier.get(f"/do/orders/review?order={placed}", "en").text
    assert 'name="supervisor_pin"' in form
    # What nobody gives on the spot stays away, and so does what the role does not ask for.
    assert "/do/orders/freeze" not in page


def test_menus_and_the_bar_of_chosen_rows_offer_with_a_lock_what_somebody_else_approves(
    tea: Tea, cashier: Tablet
) -> None:
    placed = [order(tea.alice, tea.house, delivery_term="cod") for _ in range(2)]
    told = "Somebody who may approves it here with their PIN"
    more = cashier.get(f"/orders/{placed[0]}", "en").text.partition('<ul class="menu-list">')[2].partition("</ul>")[0]
    assert "/do/orders/cancel?order=" in more and told in more
    grants = ["*.see", "assistant.*", "?orders.freeze", "?orders.create", "?shipping.counter_sale"]
    learning = actions.add_role(tea.alice, name="学徒", grants=grants)
    learner = tea.tablet.sign_in(actions.add_employee(tea.alice, name="小吴", role=learning))
    bar = learner.get("/orders?view=to-review&menu=bulk", "en").text
    assert "/do/orders/freeze/many" in bar and told in bar
    assert "/do/orders/set_flag/many" not in bar
    page = learner.get("/orders", "en").text.partition('class="page-actions"')[2].partition("</main>")[0]
    for verb in ("orders/create", "shipping/counter_sale"):
        assert told in page.partition(f'href="/do/{verb}"')[2].partition("</a>")[0]
    chosen = {"ids": ",".join(placed), "next": "/orders"}
    assert 'name="supervisor_pin"' in learner.post("/do/orders/freeze/many", **chosen).text
    sent = chosen | {"go": "1", "reason": "等等"}
    assert learner.post("/do/orders/freeze/many", **sent).status_code == 422
    learner.post("/do/orders/freeze/many", **sent, supervisor=tea.staff.manager, supervisor_pin="280042")
    frozen = {tea.alice.value("select frozen_reason from sales_order where id = ?", one) for one in placed}
    assert frozen == {"等等"}
    assert "小吴, approved by 马店长" in history(tea, tea.tablet.sign_in(tea.staff.owner), placed[1])


def test_where_nobody_may_go_so_far_the_limit_says_so(alice: Desk) -> None:
    clerk = alice.journal.desk(who="x", branch=BRANCH_A, rights=Rights(grants=("*",), limits={"discount": 100}))
    said = refused(
        "discount_limit",
        lambda: clerk.journal.do(
            clerk, "orders.create", lambda at: check_limit(at, "discount", 5_000, field="discount")
        ),
    )
    assert said.sentence.startswith("You may give {most} % off at most, and nobody here may give so much.")
