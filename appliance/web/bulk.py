"""Bulk: one action for many rows. Each row is a deed of its own: done or refused with its reason, never all or nothing."""

import asyncio
import re
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from appliance.journal import Desk, Done, Refusal, Stale
from appliance.web.acting import running
from appliance.web.answer import Answer
from appliance.web.deeds import Deed, last_hand, page_of, read, undo_address, vouched
from appliance.web.fields import Field
from appliance.web.front import Front
from appliance.web.jobs import Job
from appliance.web.routes import Address, Posted, doing, showing
from appliance.web.visit import Missing, Visit, local
from appliance.web.vouching import with_backing

MOST = 1_000
AT_ONCE = 100
"""Up to so many rows are done while the person waits; more become a job."""


MOST_OUTCOMES = 64


@dataclass(frozen=True)
class Outcome:
    """What came of a bulk action that was not wholly done, for the person who asked for it."""

    session: str
    title: str
    done: int
    refused: list[dict[str, Any]]
    next: str


def routes(_front: Front) -> list[Address]:
    """POST /do/<room>/<verb>/many with `ids`, and the page that tells what came of it."""
    return [doing("/do/{room}/{verb}/many", _many), showing("/done/{key}", _outcome)]


async def _many(visit: Visit, posted: Posted, room: str, verb: str) -> Answer:
    chosen = _chosen(posted.texts.pop("ids", []))
    ids = list(chosen)
    going = posted.texts.pop("go", None)
    deed = await vouched(visit, f"{room}.{verb}", posted.texts)
    first = visit.front.fields(deed.name)[0]
    if first.kind != "ref" or not ids:
        raise Missing("page")
    if len(ids) > MOST:
        raise Refusal("At most {most} rows at once; these are {count}.", code="too_many", most=MOST, count=len(ids))
    deed.texts[first.name] = [ids[0]]
    typed = read(deed)
    if not going and (deed.asks or deed.action.confirm or len(deed.fields) > 1):
        return _ask(deed, chosen, first.table)
    if typed.errors or deed.asks:
        deed.errors, deed.status = typed.errors, 422
        return _ask(deed, chosen, first.table)
    if len(ids) > AT_ONCE:
        return visit.go("/jobs/" + _as_job(deed, chosen, typed.values))
    results = await asyncio.gather(*(_one(deed, id, version, typed.values) for id, version in chosen.items()))
    return _told(deed, list(results), first.table)


def _chosen(texts: list[str]) -> dict[str, int]:
    """Read `id` or `id~version`, the version in hexadecimal as its row showed it; 0 where a row showed none."""
    told = [one.partition("~") for text in texts for one in text.split(",") if one]
    return {id: int(version, 16) if _VERSION.fullmatch(version) else 0 for id, _, version in told if id}


_VERSION = re.compile(r"[0-9a-f]{1,16}")


def _ask(deed: Deed, chosen: Mapping[str, int], table: str) -> Answer:
    """Ask what all rows have in common, naming how many there are and which."""
    names = [deed.visit.pick(table, id) or id for id in list(chosen)[:5]]
    told = [f"{id}~{version:x}" if version else id for id, version in chosen.items()]
    deed.notes = {}
    answer = page_of(deed, address=f"/do/{deed.name.replace('.', '/')}/many", ids=told, names=names, count=len(told))
    # The question has no address of its own: whoever loads the page again stands in the list, with the choice kept.
    answer.headers["HX-Push-Url"] = "false"
    return answer


async def _one(deed: Deed, id: str, version: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Do one row, if nobody changed it since it was chosen."""
    visit, act = deed.visit, deed.action
    try:
        done = await asyncio.wrap_future(_performed(deed, id, version, values))
    except Stale as stale:
        reason = visit.words("{who} changed this {when}. Look at it again.", **last_hand(visit, stale.record))
        return {"id": id, "done": False, "code": stale.code, "reason": reason, "remedy": ""}
    except Refusal as refusal:
        return refused(visit, id, refusal)
    return {"id": id, "done": True, "undo": undo_address(visit, act, {**values, _about(deed).name: id}, done.value)}


def _performed(deed: Deed, id: str, version: int, values: Mapping[str, Any]) -> Future[Done[Any]]:
    """Hand one row to the writer; the key is the form's with the row's, so that a double tap does no row twice."""
    visit, first = deed.visit, _about(deed)
    desk, act = with_backing(visit, running(visit, deed.name, {**values, first.name: id}), deed.backing)
    key = f"{visit.who}:{deed.name}:{deed.key}:{id}" if deed.key else ""
    shape = visit.front.journal.schema.shapes.get(first.table)

    def run(at: Desk) -> Any:
        if version and shape is not None and not shape.is_fact:
            at.unchanged(shape.kind, id, version)  # type: ignore[arg-type]
        return act(at)

    return visit.front.journal.perform(desk, deed.name, run, key=key)


def _about(deed: Deed) -> Field:
    """The parameter that is the row."""
    return deed.visit.front.fields(deed.name)[0]


def refused(visit: Visit, id: str, refusal: Refusal) -> dict[str, Any]:
    """A row that the shop refused, with why and where to go."""
    return {
        "id": id,
        "done": False,
        "code": refusal.code,
        "reason": visit.words(refusal.sentence, **refusal.params),
        "remedy": local(refusal.remedy) if refusal.remedy else "",
    }


def _told(deed: Deed, results: list[dict[str, Any]], table: str) -> Answer:
    visit = deed.visit
    done = [one for one in results if one["done"]]
    if len(done) == len(results):
        title = visit.words(deed.action.title)
        visit.say(visit.words("{title}: {count} done.", title=title, count=len(done)))
        return visit.go(deed.next or "/")
    for one in results:
        one["name"] = visit.pick(table, one["id"]) or one["id"]
    refused = [one for one in results if not one["done"]]
    key, outcomes = visit.front.fresh_key(), visit.front.outcomes
    outcomes[key] = Outcome(visit.session.hash, visit.words(deed.action.title), len(done), refused, deed.next or "/")
    if len(outcomes) > MOST_OUTCOMES:
        outcomes.pop(next(iter(outcomes)))
    return visit.go(f"/done/{key}")


def _outcome(visit: Visit, key: str) -> Answer:
    found = visit.front.outcomes.get(key)
    if found is None or found.session != visit.session.hash:
        raise Missing("page")
    return visit.show("bulk.html", title=found.title, done=found.done, refused=found.refused, next=found.next)


def _as_job(deed: Deed, chosen: Mapping[str, int], values: Mapping[str, Any]) -> str:
    """Do many rows in the background; those refused are listed in a sheet."""
    visit, act = deed.visit, deed.action

    def work(job: Job) -> dict[str, str]:
        wrong: list[str] = []
        for number, (id, version) in enumerate(chosen.items(), 1):
            try:
                _performed(deed, id, version, values).result()
            except Refusal as refusal:
                wrong.append(f"{id}\t{visit.words(refusal.sentence, **refusal.params)}")
            job.progress(number, len(chosen), len(wrong))
        if not wrong:
            return {"message": "Everything was done."}
        path = job.path("refused.tsv")
        path.write_text("\n".join(wrong), "utf-8")
        return {"message": "Some rows were refused; the reasons are in the sheet.", "errors": str(path)}

    return visit.front.jobs.start(visit.who, act.title, work)
