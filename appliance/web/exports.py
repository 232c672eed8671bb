"""Exports: any list as a sheet, with the columns and rows that this person sees on the screen and no others."""

import csv
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from appliance.web.answer import Answer
from appliance.web.front import Front
from appliance.web.jobs import Job
from appliance.web.listing import Listing
from appliance.web.listpages import exporting
from appliance.web.lists import ListPage
from appliance.web.routes import Address, Posted, doing
from appliance.web.visit import Missing, Visit

log = logging.getLogger("appliance.web")
MOST_ROWS = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def routes(front: Front) -> list[Address]:
    """One address per list: POST /export/orders?…the list's own questions…, with `as` csv or xlsx."""
    return [doing(f"/export{path}", _exporter(listing)) for path, listing in front.listings.items()]


def _exporter(listing: Listing) -> Any:
    async def export(visit: Visit, posted: Posted) -> Answer:
        visit.need(listing.see)
        visit.need(exporting(listing))
        kind = posted.one("as") or "xlsx"
        if kind not in {"csv", "xlsx"} or not listing.export:
            raise Missing("page")
        page = ListPage(visit, listing)
        heads = [visit.words(one.heading) for one in page.sheet]

        def work(job: Job) -> dict[str, str]:
            path = job.path(f"{listing.name}-{visit.day}.{kind}")
            count = write(path, kind, heads, page.export_rows(), job)
            # Who carried away how much of what is worth a line; what stood in it is not.
            log.info("export of %s: %s rows as %s by %s", listing.name, count, kind, visit.who)
            return {"message": "The sheet is ready.", "result": str(path)}

        return visit.go("/jobs/" + visit.front.jobs.start(visit.who, listing.title, work))

    return export


def write(path: Path, kind: str, heads: list[str], rows: Iterable[list[Any]], job: Job) -> int:
    """Write a sheet; returns how many rows it has."""
    return _write_csv(path, heads, rows, job) if kind == "csv" else _write_xlsx(path, heads, rows, job)


def _write_csv(path: Path, heads: list[str], rows: Iterable[list[Any]], job: Job) -> int:
    count = 0
    # The mark at the beginning makes the office programs of our users read Chinese as Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(heads)
        for count, row in enumerate(rows, 1):
            sheet.writerow([harmless(value) for value in row])
            if count % 500 == 0:
                job.progress(count)
            if count >= MOST_ROWS:
                break
    job.progress(count, count)
    return count


def _write_xlsx(path: Path, heads: list[str], rows: Iterable[list[Any]], job: Job) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(heads)
    count = 0
    for count, row in enumerate(rows, 1):
        sheet.append([harmless(value) for value in row])
        if count % 500 == 0:
            job.progress(count)
        if count >= MOST_ROWS:
            break
    book.save(path)
    job.progress(count, count)
    return count


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is kept a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
