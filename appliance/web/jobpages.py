"""The pages of jobs: found again, watched, stopped, and what they left behind."""

from pathlib import Path
from typing import Any

from litestar.response import File

from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.routes import Address, Posted, doing, showing
from appliance.web.visit import Missing, Visit


def routes(_front: Front) -> list[Address]:
    """The addresses of jobs."""
    return [
        showing("/jobs", _all),
        showing("/jobs/{id}", _one),
        showing("/jobs/{id}/{file}", _file),
        doing("/jobs/{id}/cancel", _cancel),
    ]


def _all(visit: Visit) -> Answer:
    rows = visit.front.local.rows("select * from job where who = ? order by began desc limit 50", visit.who)
    return visit.show("jobs.html", title=visit.words("Long work"), jobs=[_told(visit, row) for row in rows])


def _one(visit: Visit, id: str) -> Answer:
    return visit.show("job.html", title=visit.words("Long work"), job=_told(visit, _own(visit, id)))


def _file(visit: Visit, id: str, file: str) -> File:
    path = Path(str(_own(visit, id)[file] if file in {"result", "errors"} else ""))
    if not path.is_file():
        raise Missing("file")
    return File(path, filename=path.name.removeprefix(f"{id}-"), content_disposition_type="attachment")


async def _cancel(visit: Visit, posted: Posted, id: str) -> Answer:
    del posted
    _own(visit, id)
    visit.front.jobs.cancel(id)
    return visit.go(f"/jobs/{id}")


def _own(visit: Visit, id: str) -> Any:
    """A job of this person; others' lists and files are not theirs to see."""
    row = visit.front.local.row("select * from job where id = ? and who = ?", id, visit.who)
    if row is None:
        raise Missing("job")
    return row


def _told(visit: Visit, row: Any) -> dict[str, Any]:
    return {
        **dict(row),
        "title": visit.words(row["title"]),
        "message": visit.words(row["message"]),
        "began_said": visit.words.moment(row["began"], visit.at),
    }
