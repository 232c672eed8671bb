"""The front: what all visits share. Rooms as they declared themselves, the two languages, and what is remembered."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from markupsafe import Markup, escape

from appliance.journal import Action, Clock, Journal
from appliance.journal.entry import Deed, show_id
from appliance.web import words as words_of_web
from appliance.web.answer import WebRequest
from appliance.web.assets import STATIC, read_static, script, static_href
from appliance.web.fields import Field, read_fields
from appliance.web.jobs import Jobs
from appliance.web.labels import Labels
from appliance.web.listing import Listing
from appliance.web.live import Hub
from appliance.web.local import Local
from appliance.web.pages import Form, Page, RoomPages
from appliance.web.placing import found_by_place
from appliance.web.problems import Fork, Problem
from appliance.web.said import said
from appliance.web.signin import Device, Doors, Staff
from appliance.web.stage import Stage
from appliance.web.standing import Shown
from appliance.web.visit import RailItem, Toast, Turned, Visit
from appliance.web.words import Words

HERE = Path(__file__).parent
REMEMBERED_MS = 15_000
EVERYTHING: frozenset[str] = frozenset()
"""What is remembered follows every table unless it names some."""
MOST_REMEMBERED = 512
MOST_WRITTEN = 1_500
MOST_SHELLS = 200

TITLE = "\ue000"
"""Stands where a page's title will; a letter that no language has."""

T = TypeVar("T")


class Shell(NamedTuple):
    """What stands around a page, as HTML; between the pieces of what stands above it belongs its title."""

    pieces: list[str]
    below: Markup

    def above(self, title: str) -> Markup:
        """What stands above a page of this title."""
        return Markup(str(escape(title)).join(self.pieces))


@dataclass(frozen=True)
class WebConfig:
    """What the front of house must be told about this box."""

    folder: Path
    branch: str = ""
    shop_name: str = "掌柜"
    branch_name: str = ""
    idle_minutes: int = 60
    upload_bytes: int = 32 * 1024 * 1024
    counting: bool = False
    """Tell in a header how many statements a page took; for tests and the bench."""


class Front:
    """What all visits share."""

    def __init__(
        self,
        journal: Journal,
        rooms: Iterable[RoomPages],
        staff: Staff,
        config: WebConfig,
        clock: Clock,
    ) -> None:
        self.journal = journal
        self.rooms = list(rooms)
        self.config = config
        self.clock = clock
        self.languages = words_of_web.load(journal.zone_minutes)
        self.local = Local(config.folder / "front.db")
        self.doors = Doors(self.local, staff, clock, config.idle_minutes)
        self.staff = staff
        self.hub = Hub()
        self.slow = ThreadPoolExecutor(2, "slow")
        self.toasts: dict[str, list[Toast]] = {}
        self.csp_reports: list[str] = []
        self.gauges: dict[str, Callable[[], Any]] = {}
        """What the box's devices say of themselves right now, by name; whoever serves the box fills it."""
        self.outcomes: dict[str, Any] = {}
        """What came of bulk actions, until newer ones push it out."""
        self._memory: dict[Any, tuple[int, Any, frozenset[str]]] = {}
        self.shown = Shown()
        self._written: dict[Any, dict[Any, str]] = {}
        self._written_in = 0
        self._shells: dict[Any, Shell] = {}
        self._changed: set[str] = set()
        """The tables that were written since somebody last asked; the writer's thread adds, the loop takes out."""
        self._staff_stale = False
        self._gather()
        self.static = read_static(STATIC)
        self.static |= {"front.css": found_by_place(self.static["front.css"], self.listings.values())}
        self.jobs = Jobs(self)
        folders = {room.name: room.folder for room in self.rooms}
        told = {"static": self.static_href, "config": self.config}
        self._stages = {lang: Stage(spoken, folders, told) for lang, spoken in self.languages.items()}
        self.static |= {
            f"said.{lang}.js": script(said(spoken, self.waiting)) for lang, spoken in self.languages.items()
        }
        journal.listen(self._heard)

    def _gather(self) -> None:
        self.actions: dict[str, Action[Any, Any]] = {}
        self.forms: dict[str, Form] = {}
        self.listings: dict[str, Listing] = {}
        self.panels: dict[str, list[Page]] = {}
        self.problems: dict[str, Problem] = {}
        self.forks: dict[str, Fork] = {}
        self.homes: dict[str, str] = {}
        named: dict[str, tuple[str, ...]] = {}
        for room in self.rooms:
            self.actions |= {f"{room.name}.{verb}": act for verb, act in room.actions.items()}
            self.forms |= {key if isinstance(key, str) else key.name: form for key, form in room.forms.items()}
            self.problems |= {
                view: replace(problem, see=problem.see or f"{room.name}.see") for view, problem in room.problems.items()
            }
            self.forks |= room.forks
            named |= room.labels
            if room.rail:
                self.homes |= {_first(page.path): room.rail.href for page in room.pages} | {room.name: room.rail.href}
            for page in room.pages:
                if isinstance(page, Listing):
                    self.listings[page.path] = page
                elif page.beside:
                    self.panels.setdefault(page.beside, []).append(page)
        self.corner = next((room.corner for room in self.rooms if room.corner), None)
        self.labels = Labels(self, named)
        self.waiting = " ".join(
            sorted(f"/do/{name.replace('.', '/')}" for name, form in self.forms.items() if form.waits)
        )
        self._fields: dict[str, tuple[Field, ...]] = {}

    def fields(self, name: str) -> tuple[Field, ...]:
        """What an action's form asks for; read from its signature once."""
        if name not in self._fields:
            self._fields[name] = read_fields(self.actions[name].run)
        return self._fields[name]

    # ---- templates

    def render(self, template: str, spoken: Words, **context: Any) -> str:
        """Render a template in one language."""
        return self._stages[spoken.lang].get_template(template).render(context)

    def static_href(self, name: str) -> str:
        """The address of a file of ours; it names the content, so that a browser may keep it for ever."""
        return static_href(self.static, name)

    # ---- visits

    def words_of(self, request: WebRequest) -> Words:
        """The language of a device; Chinese unless it chose another."""
        return self.languages.get(request.cookies.get("lang", ""), self.languages["zh"])

    def device_of(self, request: WebRequest) -> Device:
        """The enrolled device of a request."""
        device = self.doors.device(request.cookies.get("device", ""))
        if device is None:
            raise Turned("/enrol")
        return device

    def enter(self, request: WebRequest) -> Visit:
        """Let a request in: an enrolled device and a live session on it."""
        if self._staff_stale:
            self._staff_stale = False
            self.doors.forget()
        cookies = request.cookies
        device = self.doors.device(cookies.get("device", ""))
        if device is None:
            raise Turned("/enrol")
        session = self.doors.session(cookies.get("desk", ""), device)
        known = self.doors.known(session.employee) if session else None
        if session is None or known is None:
            raise Turned("/sign-in")
        return Visit(self, request, device, session, *known)

    def fresh_key(self) -> str:
        """The key of one form shown once."""
        return secrets.token_urlsafe(12)

    # ---- what is remembered between visits

    def remember(
        self, key: Any, make: Callable[[], T], *, follows: frozenset[str] = EVERYTHING, most_ms: int = REMEMBERED_MS
    ) -> T:
        """Keep an answer until something in the shop changes, or in the tables it `follows`, and never for long."""
        self._forget()
        now = self.clock.now_ms()
        found = self._memory.get(key)
        if found is not None and now - found[0] < most_ms:
            return found[1]  # type: ignore[no-any-return]
        made = make()
        self._memory[key] = (now, made, follows)
        return made

    def _forget(self) -> None:
        changed: set[str] = set()
        while self._changed:
            changed.add(self._changed.pop())
        if len(self._memory) > MOST_REMEMBERED:
            self._memory.clear()
        elif changed:
            self._memory = {key: one for key, one in self._memory.items() if one[2] and not one[2] & changed}

    def written_rows(self, path: str, visit: Visit) -> dict[Any, str]:
        """Rows of a list already written this minute for the same language, day and rights, by what they say.

        What a cell tells of the hour ("3 h left") is never older than that.
        """
        minute = visit.at // 60_000
        if minute != self._written_in:
            self._written_in = minute
            self._written.clear()
        eyes = (path, visit.lang, visit.day, visit.rights.grants, visit.rights.fields)
        # Beside its HTML each row is kept as it was read, some kilobytes: what is held is held for all lists together.
        if sum(map(len, self._written.values())) > MOST_WRITTEN:
            self._written.clear()
        written: dict[Any, str] = self._written.setdefault(eyes, {})
        return written

    def shell(self, visit: Visit) -> Shell:
        """What stands around a page; it changes seldom, so it is written once for each who sees it."""
        key = (visit.session.hash, visit.lang, visit.theme, visit.density, visit.rail, visit.link)
        shell = self._shells.get(key)
        if shell is None:
            if len(self._shells) > MOST_SHELLS:
                self._shells.clear()
            above, below = (
                self.render(name, visit.words, visit=visit, title=TITLE) for name in ("shell.html", "below.html")
            )
            shell = self._shells[key] = Shell(above.split(TITLE), Markup(below))
        return shell

    def _heard(self, touched: frozenset[tuple[str, str]]) -> None:
        """Called in the writer's thread after each commit."""
        self._changed.update({table for table, _ in touched})
        if any(table in self.staff.tables for table, _ in touched):
            self._staff_stale = True
        self.hub.publish(touched)

    def rail(self, visit: Visit) -> tuple[RailItem, ...]:
        """The toolbar of a person, its badges counted in one statement."""
        here = self.homes.get(_first(visit.path), "")
        return visit.remember(("rail", here, visit.lang, visit.rights.grants), lambda: self._rail(visit, here))

    def _rail(self, visit: Visit, here: str) -> tuple[RailItem, ...]:
        rails = [(room.rail, room.rail.see or f"{room.name}.see") for room in self.rooms if room.rail]
        shown = sorted((one for one, see in rails if visit.may(see)), key=lambda one: one.place)
        counted = [one.badge for one in shown if one.badge]
        counts: Mapping[str, Any] = {}
        if counted:
            sql = "select " + ", ".join(f"({badge})" for badge in counted)
            counts = dict(zip(counted, visit.remembered(sql)[0], strict=True))
        return tuple(
            RailItem(
                visit.words(one.title), one.icon, one.href, capped(counts.get(one.badge) or 0), one.hot,
                one.href == here,
            )
            for one in shown
        )  # fmt: skip

    def told(self, visit: Visit, record: str) -> list[dict[str, Any]]:
        """The history of a record as sentences: what, who, when."""
        entries = self.journal.history(self.journal.reading(), record)
        told, said = [], set[str]()
        backers = {deed.action_id: found for _, deed in entries if (found := self._backer(deed))}
        names = self._names(visit, {*(deed.who for _, deed in entries), *backers.values()})
        for stamp, deed in entries:
            # An action that touched two partitions is two entries and one deed.
            if deed.action_id and deed.action_id in said:
                continue
            said.add(deed.action_id)
            act = self.actions.get(deed.action)
            told.append(
                {
                    "title": visit.words(act.title) if act else deed.action,
                    "action": deed.action,
                    "changes": deed.changes,
                    "who": self._hands(visit, names, deed.who, backers.get(deed.action_id, "")),
                    "at": stamp.at,
                    "when": visit.words.moment(stamp.at, visit.at),
                    "full": visit.words.full(stamp.at),
                }
            )
        return told

    def _backer(self, deed: Deed) -> str:
        """Who put their PIN under a deed."""
        vouched = (one[3] for one in deed.changes if one[:2] == ["f", self.staff.vouching])
        return next((show_id(told["supervisor"]) for told in vouched if "supervisor" in told), "")

    def _names(self, visit: Visit, people: set[str]) -> dict[str, str]:
        """The names of people, also of those who have left: asked in one statement."""
        here = {one: found[0].name for one in people if (found := self.doors.known(one))}
        gone = self.labels.names(visit, [("employee", one) for one in sorted(people - set(here))])
        return {one: here.get(one) or gone.get(("employee", one), "") for one in people}

    def _hands(self, visit: Visit, names: Mapping[str, str], who: str, backer: str) -> str:
        """Who did something, and who put their PIN under it."""
        if not backer:
            return names[who]
        said = "{who}, with their PIN" if who == backer else "{who}, approved by {other}"
        return visit.words(said, who=names[who], other=names[backer])

    def called(self, shop: str, branch: str) -> None:
        """The shop or its branch got another name: every page says so from now on."""
        self.config = replace(self.config, shop_name=shop, branch_name=branch)
        for stage in self._stages.values():
            stage.globals["config"] = self.config
        self._shells.clear()

    def close(self) -> None:
        """Let go of everything."""
        self.hub.close()
        self.slow.shutdown(wait=True, cancel_futures=True)
        self.local.close()


def _first(path: str) -> str:
    """The part of an address that tells the room: "orders" of /orders/x, and of its form /do/orders/create."""
    parts = path.split("/")
    return parts[2] if parts[1] == "do" and len(parts) > 2 else parts[1]


def capped(count: int, most: int = 100) -> str:
    """A small number that may have been counted only so far: 99+."""
    return "" if not count else f"{most - 1}+" if count >= most else str(count)
