"""A visit: one request by one person at one device, and everything a page may ask of it.

Templates find it as `visit`; `_` is its language. `visit.fragment` says that htmx asked, so the shell stays away.
"""

import gzip
import sqlite3
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, cast
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from appliance.journal import ASKING, Desk, Rights, Row, business_day, is_id
from appliance.web import problems
from appliance.web.answer import Answer, WebRequest
from appliance.web.cells import Seen, masked
from appliance.web.live import Link
from appliance.web.pieces import Ask
from appliance.web.problems import Found
from appliance.web.signin import Device, Person, Session
from appliance.web.words import Words

if TYPE_CHECKING:
    from appliance.web.front import Front, Shell
    from appliance.web.pages import Corner

T = TypeVar("T")
ONE_PACKET = 1_400
"""Bytes that travel at once anyway."""
LIGHTLY = 3
"""A tenth more bytes than the tightest, for half its time."""


class Turned(Exception):
    """The visit ends elsewhere: at the sign-in, or at the enrolment of the device."""

    def __init__(self, href: str) -> None:
        self.href = href
        super().__init__(href)


class Denied(Exception):
    """A permission is missing; says which."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(permission)


class Beyond(Exception):
    """What was asked for tells of more than lies within this person's range."""


class Missing(Exception):
    """What the address names is not here."""

    def __init__(self, noun: str = "page") -> None:
        self.noun = noun
        super().__init__(noun)


class Toast(NamedTuple):
    """What was done, said once, with the way back where there is one."""

    text: str
    tone: str = "ok"
    undo: str = ""


class RailItem(NamedTuple):
    """A room in the toolbar, as this person sees it."""

    title: str
    icon: str
    href: str
    badge: str
    hot: bool
    current: bool


class Visit:
    """One request by one person."""

    asking: Sequence[Any] = ()
    """Fields in which somebody else approves what this person's form asks for; see `vouching`."""

    def __init__(
        self, front: "Front", request: WebRequest, device: Device, session: Session, person: Person, rights: Rights
    ) -> None:
        self.front = front
        self.request = request
        self.device = device
        self.session = session
        self.person = person
        self.rights = rights
        self.words: Words = front.words_of(request)
        self.at = front.clock.now_ms()
        self.day = business_day(self.at, front.journal.zone_minutes)
        self.statements = 0
        self.may = self._may if any(one.startswith(ASKING) for one in rights.grants) else rights.may
        self.sees = rights.sees
        self.seen = Seen(self.words, self.at, self.day, self.may, rights.sees, front.config.branch)

    # ---- who and where

    @property
    def who(self) -> str:
        """The employee's id."""
        return self.person.id

    @property
    def branch(self) -> str:
        """The branch of this box."""
        return self.front.config.branch

    @property
    def lang(self) -> str:
        """Zh or en."""
        return self.words.lang

    @property
    def path(self) -> str:
        """The path of the address."""
        return self.request.url.path

    @cached_property
    def query(self) -> dict[str, str]:
        """The questions of the address; the last of several with one name."""
        return dict(self.request.query_params.items())

    @property
    def back(self) -> str:
        """The page that a press was on, within the box; a form's own page leads nowhere."""
        parts = urlsplit(self.request.header("referer"))
        if not parts.path or parts.path.startswith("/do/"):
            return "/"
        return local(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    @property
    def fragment(self) -> bool:
        """Whether htmx asked for a part of a page."""
        asked = self.request.header
        return asked("hx-request") == "true" and asked("hx-history-restore-request") != "true"

    @property
    def _(self) -> Words:
        """This visit's language."""
        return self.words

    # ---- reading

    @property
    def reading(self) -> sqlite3.Connection:
        """The shop as this person may see it: on this connection there is nothing beyond their range."""
        return self.front.journal.reading_within(self.rights.range)

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask the shop."""
        self.statements += 1
        return self.reading.execute(sql, args).fetchall()

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""
        self.statements += 1
        found: Row | None = self.reading.execute(sql, args).fetchone()
        return found

    def value(self, sql: str, *args: object) -> Any:
        """Ask for one value; None when there is no row."""
        found = self.row(sql, *args)
        return found[0] if found is not None else None

    def remembered(self, sql: str, *args: object) -> list[Row]:
        """Ask once for all visits with the same range, until something in the shop changes."""
        return self.remember((sql, args), lambda: self.rows(sql, *args))

    def remembered_anywhere(self, sql: str, *args: object) -> list[Row]:
        """The same of the whole shop, for the few questions that a person's range must not narrow."""
        reading = self.front.journal.reading()
        return self.front.remember((sql, args), lambda: reading.execute(sql, args).fetchall())

    def remember(self, key: Any, make: Callable[[], T], **how: Any) -> T:
        """Keep an answer for all visits with the same range, until something in the shop changes (`Front.remember`)."""
        return self.front.remember((self.rights.range, key), make, **how)

    def search(self, view: str, text: str, limit: int) -> list[int]:
        """Find rows of a searchable view by their words; returns their row numbers, newest first."""
        self.statements += 1
        return self.front.journal.search(self.reading, view, text, limit)

    def whole(self, name: str) -> None:
        """Go on only if a view or sum can be listed for this person."""
        if not self.lists(name):
            raise Beyond

    def lists(self, name: str) -> bool:
        """Whether a view or sum can be listed for this person, or tells of more than is within their range."""
        return self.front.journal.ranges.lists(self.rights.range, name)

    def desk(self) -> Desk:
        """This person's desk, for actions and for functions of the rooms that read."""
        return self.front.journal.desk(who=self.who, device=self.device.id, branch=self.branch, rights=self.rights)

    def pick(self, table: str, record: str) -> str:
        """Say the name of a row of another table."""
        return self.front.labels.name(self, table, record)

    def history(self, record: str) -> list[dict[str, Any]]:
        """Say what was done to a record, newest first."""
        self.statements += 1
        return self.front.told(self, record)

    # ---- rights

    def _may(self, permission: str) -> bool:
        """Whether this person may do something; a no that is worth asking for says so on the button (`pieces.Ask`)."""
        if self.rights.may(permission):
            return True
        if not self.rights.asks(permission) or not self.front.staff.may_vouch(permission):
            return False
        return cast("bool", Ask(self.words("Somebody who may approves it here with their PIN")))

    def may_ask(self, permission: str) -> bool:
        """Whether this person may do something, or somebody may approve it at their tablet."""
        return self.may(permission) or self.front.staff.may_vouch(permission)

    def need(self, permission: str) -> None:
        """Go on only with this permission."""
        if permission and not self.may(permission):
            raise Denied(permission)

    def mask(self, phone: str) -> str:
        """A phone number as this person may see it."""
        return self.words.phone(phone) if self.sees("phone") else masked(phone)

    def street(self, text: str) -> str:
        """A street as this person may see it; whoever may not see phones is told the region only."""
        return text if self.sees("phone") else "****" if text else ""

    # ---- answering

    def show(self, template: str, *, title: str = "", status: int = 200, **context: Any) -> Answer:
        """Answer with a page."""
        return self.html(self.front.render(template, self.words, visit=self, title=title, **context), status)

    def html(self, html: str, status: int = 200) -> Answer:
        """Answer with HTML, squeezed where the browser can unpack it: a shop's Wi-Fi is slower than the box.

        That is safe beside the secret of the forms because no other site can ask in a person's name: cookies are strict.
        """
        content, headers = html.encode(), self._counted() | {"Vary": "Accept-Encoding"}
        if len(content) > ONE_PACKET and "gzip" in self.request.header("accept-encoding"):
            content, headers["Content-Encoding"] = gzip.compress(content, LIGHTLY, mtime=0), "gzip"
        return Answer(content, media_type="text/html", status_code=status, headers=headers)

    def print(self, template: str, *, title: str = "", **context: Any) -> Answer:
        """Answer with a page that is made to be printed: no rail, no bar."""
        if self.fragment:
            # Paper has no rail to stand beside: the browser goes there as to any other page.
            asked = self.request.url
            here = asked.path + (f"?{asked.query}" if asked.query else "")
            return Answer(None, status_code=204, headers={"HX-Redirect": here})
        return self.show(template, title=title, printing=True, **context)

    def go(self, href: str) -> Answer:
        """Answer by leading elsewhere, within the box."""
        return Answer(None, status_code=303, headers={"Location": local(href)})

    def missing(self, noun: str = "page") -> NoReturn:
        """There is no such thing here."""
        raise Missing(noun)

    def say(self, text: str, *, tone: str = "ok", undo: str = "") -> None:
        """Say something on the next page this person sees."""
        self.front.toasts.setdefault(self.session.hash, []).append(Toast(text, tone, undo))

    @cached_property
    def toasts(self) -> list[Toast]:
        """What is to be said; said once, and not to a script that only looks for a piece of a page."""
        if self.request.header("x-look") == "true":
            return []
        return self.front.toasts.pop(self.session.hash, [])

    def _counted(self) -> dict[str, str]:
        return {"X-Statements": str(self.statements)} if self.front.config.counting else {}

    # ---- what the shell asks

    @property
    def token(self) -> str:
        """The secret that every form of this session carries."""
        return self.session.token

    def hidden(self) -> Markup:
        """The two hidden fields of every form: the session's token, and the key by which a double tap is one deed."""
        return Markup(
            '<input type="hidden" name="token" value="{}"><input type="hidden" name="key" value="{}">'
        ).format(self.token, self.front.fresh_key())

    @property
    def date_doubtful(self) -> bool:
        """Whether the box's date wants a person's word, or stands before the newest entry."""
        hybrid = self.front.journal.hybrid
        return hybrid.doubtful or hybrid.set_back

    @property
    def theme(self) -> str:
        """light, dark or auto."""
        return _one_of(self.request.cookies.get("theme"), ("auto", "light", "dark"))

    @property
    def density(self) -> str:
        """Roomy or compact."""
        return _one_of(self.request.cookies.get("density"), ("roomy", "compact"))

    @property
    def link(self) -> Link:
        """How this box stands with the others."""
        return self.front.hub.link

    @property
    def shell(self) -> "Shell":
        """What stands around a page."""
        return self.front.shell(self)

    @cached_property
    def rail(self) -> tuple[RailItem, ...]:
        """The rooms this person may see, in order, with what waits in them."""
        return self.front.rail(self)

    @property
    def badges(self) -> dict[str, str]:
        """What waits in each room, for a toolbar that stands already."""
        return {item.href: item.badge for item in self.rail}

    def panels(self, record: str, id: str) -> list[dict[str, str]]:
        """The panels that lower rooms offer beside a record: title and address."""
        return [
            {"title": self.words(offered.title), "href": offered.path.replace("{id}", id)}
            for offered in self.front.panels.get(record, ())
            if self.may(offered.see)
        ]

    @property
    def corner(self) -> "Corner | None":
        """What comes up by itself in the corner of this person's pages."""
        corner = self.front.corner
        return corner if corner and self.may(corner.see) else None

    def problems(self, each: int) -> list[Found]:
        """What ought not to be, as far as this person may see it: the first rows of every problem view."""
        seen = {
            view: problem for view, problem in self.front.problems.items() if self.may(problem.see) and self.lists(view)
        }
        found = problems.find(self, seen, self.front.forks, each)
        names = self.front.labels.names(self, [one.about for one in found if one.problem.named])
        if self.rights.range:
            # What has no name for them is beyond their range.
            found = [one for one in found if not one.problem.named or one.about in names]
        return [one.called(names.get(one.about, "")) if one.problem.named else one for one in found]


def local(href: str) -> str:
    """Keep an address within the box: a form must not be a way to lead people elsewhere."""
    inside = href.startswith("/") and not href.startswith(("//", "/\\"))
    return quote(href, safe="/?&=%#.,:;+-_~!*'()@$") if inside else "/"


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def plausible_id(text: str) -> bool:
    """Whether a text may be an id at all."""
    return is_id(text)
