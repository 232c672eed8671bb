"""Sheets, pictures and our own files."""

import csv
import io
import time
from typing import Any

import pytest

from appliance.web.exports import harmless
from tests.patience import until
from tests.web.conftest import House, Tablet
from tests.web.toyroom import actions

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def finished(house: House) -> Any:
    ended = "select * from job where state <> 'running' and began = (select max(began) from job)"
    return until(lambda: house.front.local.row(ended), "the job to end")


def exported(tablet: Tablet, house: House, kind: str, query: str = "") -> bytes:
    answer = tablet.post(f"/export/teas{query}", **{"as": kind})
    assert answer.status_code == 303, answer.text
    assert finished(house)["state"] == "done"
    sheet = tablet.get(answer.headers["location"] + "/result")
    assert "attachment" in sheet.headers["content-disposition"]
    return bytes(sheet.content)


def test_a_list_is_carried_away_as_it_is_seen(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="龙井", grade="green", price=1, cost=98_765, phone="13800002266")
    house.do(actions.create, name="=1+1", grade="black", price=1)
    text = exported(alice_at, house, "csv", "?sort=name-asc").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Name", "Phone", "Cost", "Worth", "State"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "龙井"]
    assert rows[2][1:4] == ["13800002266", "9.8765", "1.28"]


def test_only_the_rows_of_the_filter_are_carried_away(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="A", grade="green", price=1)
    house.do(actions.create, name="B", grade="black", price=1)
    text = exported(alice_at, house, "csv", "?grade=black").decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text))][1:] == ["B"]


def test_who_sees_no_cost_carries_none_away(ben_at: Tablet, house: House) -> None:
    from appliance.journal import Rights

    house.staff.rights_by["ben"] = Rights(grants=("toyroom.see", "toyroom.export"))
    house.front.doors.forget()
    house.do(actions.create, name="A", grade="green", price=1, cost=98_765, phone="13800002266")
    text = exported(ben_at, house, "csv").decode("utf-8-sig")
    assert "9.8765" not in text and "138****2266" in text


def test_a_sheet_for_the_office_program_opens_and_holds_figures(alice_at: Tablet, house: House) -> None:
    from openpyxl import load_workbook

    house.do(actions.create, name="@SUM(A1)", grade="green", price=1)
    sheet = load_workbook(io.BytesIO(exported(alice_at, house, "xlsx"))).active
    assert sheet is not None
    values = [[cell.value for cell in row] for row in sheet.rows]
    assert values[1][0] == "'@SUM(A1)" and float(values[1][3]) == 1.28
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "inlineStr"}


def test_nobody_fetches_the_sheet_of_another(alice_at: Tablet, house: House) -> None:
    answer = alice_at.post("/export/teas", **{"as": "csv"})
    finished(house)
    alice_at.sign_in("ben")
    assert alice_at.get(answer.headers["location"] + "/result").status_code == 404
    assert alice_at.get(answer.headers["location"]).status_code == 404


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_text_is_never_a_formula(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless("plain") == "plain" and harmless(-1) == -1


def test_a_job_can_be_stopped_and_says_so(alice_at: Tablet, house: House) -> None:
    import threading

    going = threading.Event()

    def work(job: Any) -> dict[str, str]:
        while True:
            going.set()
            time.sleep(0.005)
            job.progress(job.done + 1, 1_000_000)

    job = house.front.jobs.start("alice", "Endless", work)
    going.wait()
    assert "Endless" in alice_at.get("/jobs").text and 'hx-trigger="every' in alice_at.get(f"/jobs/{job}").text
    alice_at.post(f"/jobs/{job}/cancel")
    assert finished(house)["state"] == "cancelled"
    assert not house.front.jobs.running


def test_a_job_that_breaks_says_so_and_is_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def work(job: Any) -> dict[str, str]:
        raise KeyError(job.id)

    house.front.jobs.start("alice", "Broken", work)
    assert finished(house)["state"] == "broken"
    until(lambda: "a job broke" in caplog.text, "the log to say so")


def test_a_picture_opens_in_the_page_and_anything_else_only_as_a_file(alice_at: Tablet, house: House) -> None:
    picture = house.journal.blobs.keep(PNG)
    page = house.journal.blobs.keep(b"<script>alert(1)</script>")
    shown = alice_at.get(f"/blob/{picture}?w=320")
    assert shown.headers["content-type"] == "image/png" and "immutable" in shown.headers["cache-control"]
    saved = alice_at.get(f"/blob/{page}")
    assert saved.headers["content-type"].startswith("application/octet-stream")
    assert "attachment" in saved.headers["content-disposition"] and saved.headers["x-content-type-options"] == "nosniff"
    for name in ("../front.db", "0" * 64, "..%2F..%2Fetc%2Fpasswd"):
        assert alice_at.get(f"/blob/{name}").status_code in {400, 404}
    alice_at.post("/sign-out")
    assert alice_at.get(f"/blob/{picture}").status_code == 303


def test_our_own_files_are_kept_for_ever_by_their_content(alice_at: Tablet, house: House) -> None:
    href = house.front.static_href("favicon.svg")
    answer = alice_at.get(href)
    assert "immutable" in answer.headers["cache-control"] and answer.headers["content-encoding"] == "gzip"
    again = alice_at.get("/static/favicon.svg", **{"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and "max-age=600" in again.headers["cache-control"]
    for path in ("/static/../app.py", "/static/nothing.js", "/static/%2e%2e/app.py"):
        assert alice_at.get(path).status_code == 404


def test_a_habit_of_the_tablet_is_kept(alice_at: Tablet) -> None:
    answer = alice_at.post("/habit", lang="en", theme="dark", density="compact", next="/teas")
    assert answer.headers["location"] == "/teas"
    page = alice_at.get("/teas").text
    assert 'lang="en"' in page and 'data-theme="dark"' in page and 'data-density="compact"' in page
    alice_at.post("/habit", lang="xx", theme="<script>", next="//evil")
    assert 'data-theme="dark"' in alice_at.get("/teas").text
