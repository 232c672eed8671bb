"""Who is let in, and who is not."""

from collections.abc import Callable
from typing import Any

from litestar._parsers import parse_url_encoded_form_data

from tests.web.conftest import ORIGIN, House, Tablet

MINUTE = 60_000


def test_an_unknown_tablet_is_sent_to_the_enrolment(new_tablet: Callable[[], Tablet]) -> None:
    answer = new_tablet().get("/teas")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enrol")


def test_a_tablet_is_let_in_by_a_code_that_works_once(new_tablet: Callable[[], Tablet], house: House) -> None:
    tablet, code = new_tablet(), house.front.doors.new_code()
    said = {"code": f"{code[:4]} {code[4:]}", "name": "Counter"}
    first = tablet.http.post("/enrol", data=said, headers=ORIGIN, follow_redirects=False)
    assert first.headers["location"] == "/sign-in"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert cookie.split("=", 1)[1].split(";")[0] not in str(house.staff.devices)
    again = new_tablet().http.post("/enrol", data=said, headers=ORIGIN, follow_redirects=False)
    assert again.status_code == 422


def test_an_old_code_lets_nobody_in(new_tablet: Callable[[], Tablet], house: House) -> None:
    tablet, code = new_tablet(), house.front.doors.new_code()
    house.clock.now += 16 * MINUTE
    answer = tablet.http.post("/enrol", data={"code": code, "name": "x"}, headers=ORIGIN, follow_redirects=False)
    assert answer.status_code == 422 and "wrong or too old" in answer.text


def test_a_person_signs_in_with_a_pin_and_stands_where_they_wanted_to_go(tablet: Tablet) -> None:
    answer = tablet.get("/teas?view=open")
    assert answer.headers["location"] == "/sign-in?next=/teas%3Fview%3Dopen"
    said = {"employee": "alice", "pin": "135790", "next": "/teas?view=open"}
    inside = tablet.http.post("/sign-in", data=said, headers=ORIGIN, follow_redirects=False)
    assert inside.headers["location"] == "/teas?view=open"
    assert tablet.get("/teas").status_code == 200


def test_the_way_after_sign_in_never_leads_out_of_the_house(tablet: Tablet) -> None:
    for there in ("//evil.example/x", "https://evil.example", "/\\evil.example"):
        said = {"employee": "alice", "pin": "135790", "next": there}
        answer = tablet.http.post("/sign-in", data=said, headers=ORIGIN, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_nothing_remembers_the_pin_that_was_typed(tablet: Tablet) -> None:
    parse_url_encoded_form_data.cache_clear()
    tablet.sign_in("alice")
    assert parse_url_encoded_form_data.cache_info().currsize == 0


def test_five_wrong_pins_lock_the_person_at_this_tablet_and_each_wait_is_longer(tablet: Tablet, house: House) -> None:
    for left in (4, 3, 2, 1):
        answer = tablet.sign_in("alice", "000000")
        assert answer.status_code == 422 and f"{left} more" in answer.text
    assert "Wait 1 min" in tablet.sign_in("alice", "000000").text
    assert "Wait 1 min" in tablet.sign_in("alice").text  # the right PIN does not help either
    house.clock.now += 61_000
    assert "Wait 2 min" in tablet.sign_in("alice", "000000").text
    assert tablet.sign_in("ben").status_code == 303  # others are not locked out with her
    house.clock.now += 121_000
    assert tablet.sign_in("alice").status_code == 303


def test_a_session_falls_asleep_and_belongs_to_its_tablet(
    alice_at: Tablet, house: House, new_tablet: Callable[[], Tablet]
) -> None:
    stolen = new_tablet().enrol()
    stolen.http.cookies.set("desk", alice_at.http.cookies["desk"], domain="testserver.local")
    assert stolen.get("/teas").headers["location"].startswith("/sign-in")
    assert alice_at.get("/teas").status_code == 200
    house.clock.now += 61 * MINUTE
    assert alice_at.get("/teas").headers["location"].startswith("/sign-in")


def test_a_session_ends_when_its_person_leaves(alice_at: Tablet, house: House) -> None:
    del house.staff.pins["alice"]
    house.front.doors.forget()
    assert alice_at.get("/teas").status_code == 303


def test_a_session_survives_a_restart_of_the_box(alice_at: Tablet, house: House) -> None:
    from appliance.web.signin import Doors

    doors = Doors(house.front.local, house.staff, house.clock)
    device = next(iter(house.staff.devices.values()))
    assert doors.session(alice_at.http.cookies["desk"], device) is not None


def test_someone_else_takes_the_tablet_and_the_first_is_signed_out(alice_at: Tablet, house: House) -> None:
    assert alice_at.sign_in("ben").status_code == 303
    assert {s.employee for s in house.front.doors._sessions.values()} == {"ben"}
    alice_at.post("/sign-out")
    assert alice_at.get("/teas").headers["location"].startswith("/sign-in")


def test_a_struck_tablet_is_out_at_once(alice_at: Tablet, house: House) -> None:
    house.staff.devices.clear()
    house.front.doors.forget()
    assert alice_at.get("/teas").headers["location"] == "/enrol"


def test_no_token_is_kept_as_it_is(alice_at: Tablet, house: House) -> None:
    told: list[Any] = [tuple(row) for row in house.front.local.rows("select * from session")]
    assert alice_at.http.cookies["desk"] not in str(told)
