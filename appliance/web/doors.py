"""The door pages: letting a device in, signing in with a PIN, changing who stands at the tablet, and its habits."""

import asyncio
from typing import Any

from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from appliance.journal import Refusal
from appliance.web.answer import Answer, WebRequest
from appliance.web.front import Front
from appliance.web.guard import same_origin
from appliance.web.routes import Address, Posted, doing, read_form, showing
from appliance.web.visit import Visit, local

DEVICE_S = 400 * 24 * 3600
HABITS = {"lang": ("zh", "en"), "theme": ("auto", "light", "dark"), "density": ("roomy", "compact")}


def routes(front: Front) -> list[Address]:
    """The addresses at the door."""
    return [
        *_enrolling(front),
        *_signing_in(front),
        doing("/sign-out", _sign_out),
        showing("/enrol/code", _code),
        doing("/enrol/code", _new_code),
        habits(),
    ]


def _enrolling(front: Front) -> list[Address]:
    def ask(request: WebRequest) -> Answer:
        return _door(front, request, step="enrol")

    async def enrol(request: WebRequest) -> Answer:
        same_origin(request)
        posted = await read_form(request)
        name = posted.one("name").strip()[:40]
        try:
            front.doors.use_code(posted.one("code"), request.client.host if request.client else "")
            key = await _in_thread(front, lambda: front.doors.enrol(name or "Tablet"))
        except Refusal as refusal:
            return _door(front, request, step="enrol", refusal=refusal, posted=posted)
        front.doors.forget()
        return with_cookie(
            Answer(None, status_code=303, headers={"Location": "/sign-in"}), request, "device", key, DEVICE_S
        )

    return [get("/enrol", sync_to_thread=False)(ask), post("/enrol", status_code=200)(enrol)]


def _signing_in(front: Front) -> list[Address]:
    def ask(request: WebRequest) -> Answer:
        front.device_of(request)
        return _door(front, request, step="sign-in")

    async def enter(request: WebRequest) -> Answer:
        same_origin(request)
        device = front.device_of(request)
        posted = await read_form(request)
        employee = posted.one("employee")
        try:
            await _in_thread(front, lambda: front.doors.check(employee, posted.one("pin"), device))
        except Refusal as refusal:
            return _door(front, request, step="sign-in", refusal=refusal, posted=posted)
        # Whoever stood here before is signed out: one tablet, one person.
        before = front.doors.session(request.cookies.get("desk", ""), device)
        if before is not None:
            front.doors.end(before)
        token = front.doors.begin(employee, device)
        there = local(posted.one("next")) if posted.one("next") else "/"
        return with_cookie(Answer(None, status_code=303, headers={"Location": there}), request, "desk", token)

    return [get("/sign-in", sync_to_thread=False)(ask), post("/sign-in", status_code=200)(enter)]


async def _sign_out(visit: Visit, posted: Posted) -> Answer:
    """End the session; the next one signs in at the same tablet."""
    del posted
    visit.front.doors.end(visit.session)
    return visit.go("/sign-in")


def _code(visit: Visit) -> Answer:
    visit.need(visit.front.staff.enrolling)
    return visit.show("login.html", title=visit.words("Let this device in"), step="code", code="", **_empty())


async def _new_code(visit: Visit, posted: Posted) -> Answer:
    del posted
    visit.need(visit.front.staff.enrolling)
    code = visit.front.doors.new_code()
    return visit.show("login.html", title=visit.words("Let this device in"), step="code", code=code, **_empty())


def habits() -> HTTPRouteHandler:
    """Keep a habit of the device: language, theme, density. It is no secret and needs no session."""

    async def keep(request: WebRequest) -> Answer:
        same_origin(request)
        posted = await read_form(request)
        answer = Answer(None, status_code=303, headers={"Location": local(posted.one("next") or "/")})
        for name, values in HABITS.items():
            if posted.one(name) in values:
                with_cookie(answer, request, name, posted.one(name), DEVICE_S)
        return answer

    return post("/habit", status_code=200)(keep)


def with_cookie(answer: Answer, request: WebRequest, name: str, value: str, lives_s: int | None = None) -> Answer:
    """Set a cookie that no script reads and no other site sends."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=lives_s, httponly=True, samesite="strict", secure=secure)
    return answer


async def _in_thread(front: Front, work: Any) -> Any:
    """Check a PIN or wait for the writer away from the loop."""
    return await asyncio.get_running_loop().run_in_executor(front.slow, work)


def _door(
    front: Front, request: WebRequest, *, step: str, refusal: Refusal | None = None, posted: Posted | None = None
) -> Answer:
    words = front.words_of(request)
    device = front.doors.device(request.cookies.get("device", ""))
    people = front.staff.people() if step == "sign-in" else []
    asked = dict(request.query_params.items())
    html = front.render(
        "login.html",
        words,
        step=step,
        title=words("Let this device in") if step == "enrol" else words("Sign in"),
        people=people,
        device=device,
        code="",
        typed_code=posted.one("code") if posted else asked.get("code", ""),
        chosen=posted.one("employee") if posted else asked.get("employee", ""),
        name=posted.one("name") if posted else "",
        next=local(posted.one("next") if posted else asked.get("next", "/")),
        error=words(refusal.sentence, **refusal.params) if refusal else "",
        error_field=refusal.field if refusal else "",
        theme=request.cookies.get("theme", "auto"),
        density=request.cookies.get("density", "roomy"),
        visit=None,
    )
    return Answer(html, media_type="text/html", status_code=422 if refusal else 200)


def _empty() -> dict[str, Any]:
    return {"people": [], "device": None, "chosen": "", "name": "", "next": "/", "error": "", "error_field": "",
            "theme": "auto", "density": "roomy"}  # fmt: skip
