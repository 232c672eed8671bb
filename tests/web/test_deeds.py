"""An action is a form, a deed and an answer; nothing that was typed is ever lost."""

import re
from typing import Any

from tests.web.conftest import House, Tablet
from tests.web.toyroom import actions


def count(house: House, table: str = "tea") -> int:
    return int(house.journal.reading().execute(f"select count(*) from {table}").fetchone()[0])


def field(page: str, name: str) -> str:
    found = re.search(rf'<(?:input|textarea)[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', page)
    assert found, f"{name} is not in the form"
    return found[1]


def test_a_form_is_made_from_the_actions_signature(alice_at: Tablet) -> None:
    page = alice_at.get("/do/toyroom/create").text
    assert "Put a tea on the shelf." in page
    for name in ("name", "price", "cost", "phone", "token", "key"):
        assert f'name="{name}"' in page
    assert re.search(r'<select[^>]*name="grade"', page) and re.search(r'<textarea[^>]*name="notes"', page)
    assert field(page, "token") == alice_at.token and field(page, "key")


def test_a_good_form_does_the_deed_and_leads_on(alice_at: Tablet, house: House) -> None:
    answer = alice_at.post(
        "/do/toyroom/create", key="k1", next="/teas?view=draft", name="龙井", grade="green", price="¥1,234.50",
        phone="138 0000 2266", notes="两行\r\n字",
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, "/teas?view=draft")
    row = house.journal.reading().execute("select * from tea").fetchone()
    assert (row.name, row.price, row.phone, row.notes) == ("龙井", 12_345_000, "13800002266", "两行\n字")
    assert "New tea: done." in alice_at.get("/teas").text
    assert "New tea: done." not in alice_at.get("/teas").text  # said once


def test_every_mistake_is_told_at_once_and_every_text_stands(alice_at: Tablet, house: House) -> None:
    answer = alice_at.post(
        "/do/toyroom/create", name="x" * 21, grade="red", price="twelve", phone="1380000226", notes="keep me"
    )
    page = answer.text
    assert answer.status_code == 422
    for sentence in ("At most 20 characters", "Choose one.", "This is not a number: twelve.", "1 missing"):
        assert sentence in page
    assert field(page, "name") == "x" * 21 and field(page, "price") == "twelve" and field(page, "phone") == "1380000226"
    assert "keep me" in page and page.count('aria-invalid="true"') == 4
    assert count(house) == 0


def test_a_refusal_stands_beside_its_field_with_what_was_typed(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="Longjing", grade="green", price=1)
    answer = alice_at.post("/do/toyroom/create", name="Longjing", grade="black", price="12.8")
    assert answer.status_code == 422
    assert "There is a tea called Longjing already." in answer.text and field(answer.text, "price") == "12.8"


def test_a_double_tap_sends_once(alice_at: Tablet, house: House) -> None:
    said: dict[str, Any] = {"name": "Longjing", "grade": "green", "price": "1", "next": "/teas"}
    first = alice_at.post("/do/toyroom/create", key="tap", **said)
    second = alice_at.post("/do/toyroom/create", key="tap", **said)
    assert first.status_code == second.status_code == 303 and first.headers["location"] == second.headers["location"]
    assert count(house) == 1
    assert alice_at.get("/teas").text.count("New tea: done.") == 1


def test_another_persons_key_answers_nobody_else(alice_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=1)
    alice_at.post("/do/toyroom/put_out", key="same", tea=tea)
    alice_at.sign_in("ben")
    assert alice_at.post("/do/toyroom/put_out", key="same", tea=tea).status_code == 422  # it is out already


def test_who_saves_over_another_sees_who_when_and_both_values(alice_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=10_000)
    form = alice_at.get(f"/do/toyroom/change?tea={tea}").text
    version = field(form, "version")
    alice_at.sign_in("ben")
    alice_at.post("/do/toyroom/change", tea=tea, version=version, name="Biluochun", price="1", phone="")
    alice_at.sign_in("alice")
    answer = alice_at.post("/do/toyroom/change", tea=tea, version=version, name="Maofeng", price="1", cost="2")
    assert answer.status_code == 409
    assert "Ben changed this" in answer.text and "Now it is: Biluochun" in answer.text
    assert field(answer.text, "name") == "Maofeng"
    again = field(answer.text, "version")
    assert again != version
    assert alice_at.post("/do/toyroom/change", tea=tea, version=again, name="Maofeng", price="1").status_code == 303
    assert house.journal.reading().execute("select name from tea").fetchone()[0] == "Maofeng"


def test_a_deed_that_can_be_undone_offers_it(alice_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=1)
    alice_at.post("/do/toyroom/put_out", tea=tea, next="/teas")
    undo = f"/do/toyroom/take_in?tea={tea}"
    looked = alice_at.get("/teas", **{"HX-Request": "true", "X-Look": "true"}).text
    assert undo not in looked, "a list that only looks again, because something changed, takes no word away"
    assert undo in alice_at.get("/teas").text


def test_an_irreversible_deed_says_so_before(alice_at: Tablet) -> None:
    assert "What is sold cannot be taken back." in alice_at.get("/do/toyroom/sell").text


def test_lines_are_added_removed_and_read_by_number(alice_at: Tablet, house: House) -> None:
    green = house.do(actions.create, name="Longjing", grade="green", price=1)
    black = house.do(actions.create, name="Keemun", grade="black", price=1)
    more = alice_at.post("/do/toyroom/sell", lines__0__tea=green, lines__0__qty="2", _add="lines")
    assert more.status_code == 200 and 'name="lines.1.qty"' in more.text and field(more.text, "lines.0.qty") == "2"
    less = alice_at.post(
        "/do/toyroom/sell", lines__0__tea=green, lines__1__tea=black, lines__1__qty="3", _drop="lines.0"
    )
    assert 'name="lines.0.qty"' not in less.text and field(less.text, "lines.1.qty") == "3"
    wrong = alice_at.post("/do/toyroom/sell", lines__0__tea=green, lines__0__qty="x", lines__3__tea=black)
    assert wrong.status_code == 422 and "not a number: x" in wrong.text and "This is needed." in wrong.text
    done = alice_at.post(
        "/do/toyroom/sell", lines__0__tea=green, lines__0__qty="1.5", lines__0__gift="1", lines__2__tea="",
        lines__2__qty="", lines__7__tea=black, lines__7__qty="2",
    )  # fmt: skip
    assert done.headers["location"] == "/teas"
    sold = house.journal.reading().execute("select qty from sold order by qty").fetchall()
    assert [row[0] for row in sold] == [15_000, 20_000]


def test_a_form_without_a_line_asks_for_one(alice_at: Tablet) -> None:
    assert "Add at least one line." in alice_at.post("/do/toyroom/sell").text


def test_a_refusal_about_one_line_stands_in_that_line_with_its_remedy(alice_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=1)
    answer = alice_at.post(
        "/do/toyroom/sell", lines__0__tea=tea, lines__0__qty="1", lines__1__tea=tea, lines__1__qty="11"
    )
    assert answer.status_code == 422 and 'id="f-lines-1-qty-e"' in answer.text and 'href="/teas"' in answer.text


def test_a_secret_is_never_echoed(alice_at: Tablet) -> None:
    assert "hunter22" not in alice_at.post("/do/toyroom/sell", word="hunter22").text


def test_a_reference_is_found_by_what_was_typed(alice_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="西湖龙井", grade="green", price=1)
    house.do(actions.create, name="大佛龙井", grade="green", price=1)
    two = alice_at.post("/do/toyroom/put_out", **{"tea.text": "龙井"})
    assert two.status_code == 422 and "2 fit" in two.text
    none = alice_at.post("/do/toyroom/put_out", **{"tea.text": "普洱"})
    assert none.status_code == 422 and "Nothing is called" in none.text
    assert alice_at.post("/do/toyroom/put_out", **{"tea.text": "西湖"}).status_code == 303
    assert house.journal.reading().execute("select state from tea where id = ?", (tea,)).fetchone()[0] == "open"


def test_a_pane_alone_is_sent_to_htmx(alice_at: Tablet) -> None:
    page = alice_at.get("/do/toyroom/create", **{"HX-Request": "true"}).text
    assert "<!doctype" not in page and 'class="deed"' in page
    asleep = alice_at
    asleep.post("/sign-out")
    answer = asleep.get("/teas", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/teas")


def test_a_bulk_deed_answers_for_every_row_on_a_page_that_can_be_loaded_again(alice_at: Tablet, house: House) -> None:
    ids = [house.do(actions.create, name=f"Tea {n}", grade="green", price=1) for n in range(4)]
    house.do(actions.put_out, tea=ids[0])
    answer = alice_at.post("/do/toyroom/put_out/many", key="bulk", ids=",".join(ids), next="/teas")
    assert answer.status_code == 303
    for _ in range(2):
        told = alice_at.get(answer.headers["location"])
        assert told.status_code == 200 and "3 done." in told.text and "Tea 0" in told.text
    states = house.journal.reading().execute("select distinct state from tea").fetchall()
    assert [row[0] for row in states] == ["open"]
    again = alice_at.post("/do/toyroom/put_out/many", key="bulk", ids=",".join(ids[1:]), next="/teas")
    assert again.status_code == 303  # the same tap twice is answered alike and does nothing


def test_more_rows_than_a_person_waits_for_become_a_job(alice_at: Tablet, house: House) -> None:
    ids = [house.do(actions.create, name=f"Tea {n}", grade="green", price=1) for n in range(105)]
    answer = alice_at.post("/do/toyroom/put_out/many", key="bulk", ids=",".join(ids), next="/teas")
    assert answer.headers["location"].startswith("/jobs/")
    house.front.slow.submit(lambda: None).result()
    for _ in range(200):
        row = house.front.local.row("select * from job")
        if row and row["state"] != "running":
            break
        house.front.slow.submit(lambda: __import__("time").sleep(0.02)).result()
    assert row and (row["state"], row["done"], row["total"], row["refused"]) == ("done", 105, 105, 0)
    assert "Everything was done." in alice_at.get(answer.headers["location"]).text


def test_too_many_rows_are_refused(alice_at: Tablet) -> None:
    ids = ",".join(f"A{n:021d}" for n in range(1001))
    assert alice_at.post("/do/toyroom/put_out/many", ids=ids).status_code == 422


def test_a_program_does_the_same_deed_by_json(alice_at: Tablet, house: House) -> None:
    origin = {"Origin": "http://testserver.local", "Idempotency-Key": "a"}
    post = alice_at.http.post
    said = {"name": "Longjing", "grade": "green", "price": 1}
    first = post("/api/v1/toyroom/create", json=said, headers=origin).json()
    assert post("/api/v1/toyroom/create", json=said, headers=origin).json() == {"id": first["id"], "repeated": True}
    twice = post("/api/v1/toyroom/create", json=said, headers=origin | {"Idempotency-Key": "b"})
    assert (twice.status_code, twice.json()["error"], twice.json()["field"]) == (422, "twice", "name")
    wrong = post("/api/v1/toyroom/create", json={"name": 1, "grade": "red", "colour": "x"}, headers=origin).json()
    assert wrong["errors"].keys() == {"name", "grade", "price", "colour"}
    form = post("/api/v1/toyroom/create", data={"name": "x"}, headers=origin)
    assert form.status_code == 403
    assert count(house) == 1
    rows = alice_at.http.get("/api/v1/list/teas").json()["rows"]
    assert [row["name"] for row in rows] == ["Longjing"]
