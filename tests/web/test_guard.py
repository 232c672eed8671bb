"""What comes from elsewhere stays out, and what the browser is told."""

import pytest

from tests.web.conftest import House, Tablet
from tests.web.toyroom import actions


def test_every_answer_carries_the_houses_headers(alice_at: Tablet) -> None:
    for path in ("/teas", "/nowhere", "/static/favicon.svg", "/do/toyroom/create"):
        headers = alice_at.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "report-uri" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver.local", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver.local", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_form_of_another_site_does_nothing(alice_at: Tablet, house: House, headers: dict[str, str]) -> None:
    answer = alice_at.post("/do/toyroom/create", name="Longjing", grade="green", price="1", headers=headers)
    assert answer.status_code == 403
    assert house.journal.reading().execute("select count(*) from tea").fetchone()[0] == 0


def test_a_form_without_origin_or_token_does_nothing(alice_at: Tablet, house: House) -> None:
    said = {"name": "Longjing", "grade": "green", "price": "1", "token": alice_at.token}
    assert alice_at.http.post("/do/toyroom/create", data=said).status_code == 403
    said["token"] = "0" * 32
    assert alice_at.post("/do/toyroom/create", **said | {"token": "0" * 32}).status_code == 403
    assert house.journal.reading().execute("select count(*) from tea").fetchone()[0] == 0


def test_what_is_typed_is_never_markup(alice_at: Tablet, house: House) -> None:
    nasty = "<img src=x onerror=alert(1)>\"'&"
    tea = house.do(actions.create, name=nasty, grade="green", price=1, phone=nasty)
    for path in (
        "/teas",
        f"/teas/{tea}",
        "/search?q=img",
        f"/do/toyroom/change?tea={tea}",
        f"/teas?q={nasty}",
        "/pick/tea?q=img",
    ):
        page = alice_at.get(path).text
        assert "<img src=x" not in page, path


def test_who_may_not_is_told_which_permission_is_missing(ben_at: Tablet, house: House) -> None:
    answer = ben_at.get("/do/toyroom/create")
    assert answer.status_code == 403 and "toyroom.create" in answer.text and "New tea" in answer.text
    assert ben_at.post("/do/toyroom/create", name="x", grade="green", price="1").status_code == 403
    assert ben_at.post("/export/teas").status_code == 403
    api = ben_at.http.post("/api/v1/toyroom/create", json={}, headers={"Origin": "http://testserver.local"})
    assert (api.status_code, api.json()["permission"]) == (403, "toyroom.create")


def test_a_field_right_holds_on_screen_in_search_export_and_api(ben_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=20_000, cost=98_765, phone="13800002266")
    seen = [ben_at.get(path).text for path in (
        "/teas", "/teas?sort=cost-desc", "/search?q=Longjing", "/api/v1/list/teas", f"/do/toyroom/change?tea={tea}",
    )]  # fmt: skip
    for page in seen:
        assert "9.8765" not in page and "13800002266" not in page and "138 0000 2266" not in page
    assert "138****2266" in seen[0]


def test_who_does_not_see_a_field_does_not_wipe_it_by_saving(ben_at: Tablet, house: House) -> None:
    tea = house.do(actions.create, name="Longjing", grade="green", price=20_000, cost=98_765, phone="13800002266")
    answer = ben_at.post("/do/toyroom/change", tea=tea, name="Longjing 2", price="2", phone="138****2266")
    assert answer.status_code == 303, answer.text
    row = house.journal.reading().execute("select name, cost, phone from tea").fetchone()
    assert tuple(row) == ("Longjing 2", 98_765, "13800002266")


def test_a_bug_is_told_with_a_number_and_logged_without_names(
    alice_at: Tablet, caplog: pytest.LogCaptureFixture
) -> None:
    answer = alice_at.post("/do/toyroom/smash", pot="李娜")
    assert answer.status_code == 500
    number = answer.headers["x-request-id"]
    assert number in answer.text
    assert number in caplog.text and "actions.py" in caplog.text
    assert "李娜" not in caplog.text and "13800002266" not in caplog.text


def test_a_policy_report_is_kept_where_a_test_can_see_it(alice_at: Tablet, house: House) -> None:
    assert house.front.csp_reports == []
    alice_at.http.post("/csp-report", content=b'{"csp-report": {}}')
    assert house.front.csp_reports == ['{"csp-report": {}}']
