"""What can be seen of the stick: which ones are in, what lies on them, and what came of writing and reading."""

import asyncio
from pathlib import Path

from appliance.journal import Refusal
from appliance.shop.branches.chain.pages import neighbours
from appliance.shop.branches.neighbours import Bundle, Carried, Neighbours
from appliance.web import Answer, Posted, Visit, errand, page
from appliance.web.jobs import Job, Work

SHOWN = 20
WRITTEN = "It is on the stick and was read again. Pull the stick out and take it to the other box."
TAKEN = "All of it was taken in. The stick can be pulled out."
TORN = "What was whole was taken in; some parts were damaged on the way. Let the other box write it again."


@page("/branches/stick", see="branches.see")
def stick(visit: Visit) -> Answer:
    """What to do, in order; each stick with what lies on it."""
    knows = neighbours(visit)
    found = [(one, *_lying(visit, knows, one)) for one in knows.sticks()] if knows else []
    return visit.show("branches/stick/stick.html", title=visit.words("Carry by stick"), sticks=found)


def _lying(visit: Visit, knows: Neighbours, where: Path) -> tuple[list[Bundle], str]:
    """What lies on a stick, or why nobody can tell."""
    try:
        return list(knows.bundles(where))[:SHOWN], ""
    except Refusal as refusal:
        return [], visit.words(refusal.sentence, **dict(refusal.params))


@errand("/branches/stick/write", may="branches.see")
async def write(visit: Visit, posted: Posted) -> Answer:
    """Write what the others lack; the page of the work says when the stick may be pulled out."""
    knows, where = neighbours(visit) or visit.missing("page"), Path(posted.one("stick"))

    def work(job: Job) -> dict[str, str]:
        knows.write_stick(where, job.progress)
        return {"message": WRITTEN}

    return await _begin(visit, "Write for the other boxes", work)


@errand("/branches/stick/read", may="branches.see")
async def read(visit: Visit, posted: Posted) -> Answer:
    """Take in what somebody carried here."""
    knows, where = neighbours(visit) or visit.missing("page"), Path(posted.one("stick"))

    def work(job: Job) -> dict[str, str]:
        done: Carried = knows.read_stick(where, posted.one("bundle"), job.progress)
        return {"message": TAKEN if done.whole and not done.damaged else TORN}

    return await _begin(visit, "Take in what was carried here", work)


async def _begin(visit: Visit, title: str, work: Work) -> Answer:
    job = await asyncio.to_thread(visit.front.jobs.start, visit.who, title, work)
    return visit.go(f"/jobs/{job}")


PAGES = [stick, write, read]
