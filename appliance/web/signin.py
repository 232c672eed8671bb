"""Sign-in on shared tablets: the device is known once and for long, the person by a PIN and for a while.

A stolen PIN is worth nothing without an enrolled device; a stolen device is worth nothing without a PIN and is struck
from the list by disabling it. Tokens are kept as hashes only.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from appliance.journal.clock import Clock
from appliance.journal.desk import Desk
from appliance.journal.refusal import Refusal
from appliance.journal.rights import Rights
from appliance.web.local import Local

FREE_TRIES = 5
FIRST_WAIT_MS = 60_000
LONGEST_WAIT_MS = 3_600_000
CODE_LIVES_MS = 15 * 60_000
NOTED_EVERY_MS = 60_000


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in at this box."""

    id: str
    name: str
    job: str = ""


@dataclass(frozen=True)
class Device:
    """A tablet that an owner let in."""

    id: str
    name: str


class Staff(Protocol):
    """What the front of house must know of people; `main` gives it from whatever room keeps them."""

    tables: frozenset[str]
    """Tables whose change makes what was remembered of people stale."""

    enrolling: str
    """The permission to let a device in."""

    def people(self) -> Sequence[Person]:
        """Everybody who may sign in here now."""
        ...

    def person(self, employee: str) -> Person | None:
        """One of them; None for who has left or was disabled."""
        ...

    def rights(self, employee: str) -> Rights:
        """What they may do."""
        ...

    def check(self, employee: str, pin: str) -> bool:
        """Tell whether the PIN is right. Slow on purpose: called in a thread."""
        ...

    def device(self, key_hash: str) -> Device | None:
        """The device whose key has this hash, unless it was disabled."""
        ...

    vouching: str
    """The table of facts by which somebody put their PIN under what another did."""

    def may_vouch(self, permission: str) -> bool:
        """Whether somebody may approve such a thing at another's tablet; who may do what is not given away so."""
        ...

    def backers(self, permission: str, exceeds: tuple[str, int] | None) -> Sequence[Person]:
        """Who may do it, and may go as far."""
        ...

    def vouch(self, desk: Desk, supervisor: str) -> None:
        """Write beside what an action did who put their PIN under it."""
        ...

    def enrol(self, name: str, key_hash: str, who: str) -> str:
        """Let a device in; returns its id. Waits for the writer: called in a thread."""
        ...


@dataclass(slots=True)
class Session:
    """A person at a device."""

    hash: str
    employee: str
    device: str
    began: int
    seen: int
    noted: int
    token: str
    """The secret of its forms."""


class Doors:
    """Who is in: sessions, wrong tries and one-time codes."""

    def __init__(self, local: Local, staff: Staff, clock: Clock, idle_minutes: int = 60) -> None:
        self.local = local
        self.staff = staff
        self.clock = clock
        self.idle_ms = idle_minutes * 60_000
        self._sessions: dict[str, Session] = {}
        self._devices: dict[str, Device | None] = {}
        self._people: dict[str, tuple[Person, Rights] | None] = {}
        for row in local.rows("select * from session"):
            self._sessions[row["hash"]] = self._made(row["hash"], row["employee"], row["device"], row["seen"])

    # ---- what is remembered of the staff

    def forget(self) -> None:
        """Something about people or devices changed: ask the staff again."""
        self._devices.clear()
        self._people.clear()

    def device(self, key: str) -> Device | None:
        """The device of a cookie."""
        if not key:
            return None
        hashed = digest(key)
        if hashed not in self._devices:
            if len(self._devices) > 1_000:
                self._devices.clear()
            self._devices[hashed] = self.staff.device(hashed)
        return self._devices[hashed]

    def known(self, employee: str) -> tuple[Person, Rights] | None:
        """A person with their rights; None once they left."""
        if employee not in self._people:
            person = self.staff.person(employee)
            self._people[employee] = (person, self.staff.rights(employee)) if person else None
        return self._people[employee]

    # ---- devices

    def new_code(self) -> str:
        """Make a one-time code by which one device may be let in."""
        return new_code(self.local, self.clock)

    def use_code(self, code: str, device: str) -> None:
        """Take a one-time code; refuses a wrong or an old one, and makes guessing slow."""
        self._not_locked("code", device)
        hashed = digest("".join(code.split()))
        found = self.local.row(
            "delete from code where hash = ? and until >= ? returning hash", hashed, self.clock.now_ms()
        )
        if found is None:
            self._count("code", device)
            raise Refusal("This code is wrong or too old. Ask for a new one.", field="code", code="wrong_code")

    def enrol(self, name: str, who: str = "") -> str:
        """Let a device in; returns the key for its cookie. Called in a thread."""
        key = secrets.token_urlsafe(32)
        self.staff.enrol(name, digest(key), who)
        return key

    # ---- people

    def check(self, employee: str, pin: str, device: Device) -> None:
        """Check a PIN; refuses and counts wrong tries. Called in a thread."""
        self._not_locked(employee, device.id)
        if self.known(employee) is None or not self.staff.check(employee, pin):
            left = self._count(employee, device.id)
            if left > 0:
                raise Refusal("This PIN is wrong. {left} more tries.", field="pin", code="wrong_pin", left=left)
            self._not_locked(employee, device.id)
        self.local.rows("delete from trial where employee = ? and device = ?", employee, device.id)

    def begin(self, employee: str, device: Device) -> str:
        """Begin a session; returns the token for its cookie."""
        token = secrets.token_urlsafe(32)
        now = self.clock.now_ms()
        session = self._made(digest(token), employee, device.id, now)
        self._sessions[session.hash] = session
        self.local.spare("insert into session values (?, ?, ?, ?, ?)", session.hash, employee, device.id, now, now)
        return token

    def session(self, token: str, device: Device) -> Session | None:
        """The live session of a cookie on the device it was begun at."""
        session = self._sessions.get(digest(token)) if token else None
        if session is None or session.device != device.id:
            return None
        if not self.live(session):
            self.end(session)
            return None
        now = self.clock.now_ms()
        session.seen = now
        if now - session.noted > NOTED_EVERY_MS:
            session.noted = now
            self.local.spare("update session set seen = ? where hash = ?", now, session.hash)
        return session

    def live(self, session: Session) -> bool:
        """Whether a session has neither been ended nor fallen asleep; looking does not keep it awake."""
        fresh = self.clock.now_ms() - session.seen <= self.idle_ms
        return session.hash in self._sessions and fresh and self.known(session.employee) is not None

    def end(self, session: Session) -> None:
        """End a session."""
        self._sessions.pop(session.hash, None)
        self.local.spare("delete from session where hash = ?", session.hash)

    def _made(self, hashed: str, employee: str, device: str, seen: int) -> Session:
        token = hmac.new(hashed.encode(), b"form", hashlib.sha256).hexdigest()[:32]
        return Session(hashed, employee, device, seen, seen, seen, token)

    # ---- wrong tries

    def _not_locked(self, employee: str, device: str) -> None:
        row = self.local.row("select until from trial where employee = ? and device = ?", employee, device)
        waits = (row["until"] if row else 0) - self.clock.now_ms()
        if waits > 0:
            raise Refusal(
                "Too many wrong tries. Wait {minutes} min, then try again.",
                field="pin" if employee != "code" else "code",
                code="locked",
                minutes=-(-waits // 60_000),
            )

    def _count(self, employee: str, device: str) -> int:
        """Count a wrong try; returns how many are left before the next wait, which doubles each time."""
        row = self.local.row(
            "insert into trial values (?, ?, 1, 0) on conflict do update set wrong = wrong + 1 returning wrong",
            employee,
            device,
        )
        wrong = int(row["wrong"]) if row else 1
        if wrong >= FREE_TRIES:
            wait = min(FIRST_WAIT_MS << (wrong - FREE_TRIES), LONGEST_WAIT_MS)
            self.local.rows(
                "update trial set until = ? where employee = ? and device = ?",
                self.clock.now_ms() + wait,
                employee,
                device,
            )
        return FREE_TRIES - wrong


def new_code(local: Local, clock: Clock) -> str:
    """Make a one-time code by which one device may be let in."""
    code = f"{secrets.randbelow(10**8):08d}"
    local.rows("delete from code where until < ?", clock.now_ms())
    local.rows("insert into code values (?, ?)", digest(code), clock.now_ms() + CODE_LIVES_MS)
    return code


def digest(token: str) -> str:
    """Hash of a token; tokens are long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
