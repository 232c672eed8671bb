"""Guests: which boxes came to the hub, when, and what was in the way; for whoever looks after it."""

from dataclasses import dataclass

from appliance.journal import Clock
from appliance.sync.boxes.circle import Circle
from appliance.sync.boxes.meetings import STRANGE, TROUBLES, why
from appliance.sync.boxes.swap import Outcome
from appliance.sync.hub.base import Base

QUIET_MS = 60_000
"""How often it is noted that a box came, as long as nothing about it changes."""


@dataclass(frozen=True)
class Guest:
    """A box of the chain, as the hub saw it last. The moment is milliseconds since 1970, 0 for never."""

    code: str
    met_ms: int
    version: str
    trouble: str
    revoked: bool


class Guests:
    """The visitors' book; each process writes into it."""

    def __init__(self, base: Base, circle: Circle, clock: Clock) -> None:
        self._base = base
        self._circle = circle
        self._clock = clock
        self._noted: dict[bytes, tuple[int, str]] = {}

    def heard(self, box: bytes, outcome: Outcome) -> None:
        """A box asked, and was answered."""
        now, trouble = self._clock.now_ms(), self._trouble(box, outcome)
        last, said = self._noted.get(box, (0, ""))
        if now - last < QUIET_MS and said == trouble:
            return
        version = outcome.peer.version.replace("\0", "") if outcome.peer else ""
        with self._base.conn() as conn:
            conn.execute(
                "insert into seen values (%s, %s, %s, %s) on conflict (box) do update "
                "set met_ms = excluded.met_ms, version = excluded.version, trouble = excluded.trouble",
                (box, now, version, trouble),
            )
        self._noted[box] = (now, trouble)

    def _trouble(self, box: bytes, outcome: Outcome) -> str:
        word, peer = why(outcome), self._circle.member(box)
        if not word:
            return ""
        told = {"code": peer.code if peer else "", "minutes": abs(outcome.ahead_ms) // 60_000}
        return TROUBLES.get(word, STRANGE).sentence.format(**told)

    def listed(self) -> list[Guest]:
        """Every other box of the chain, by its code."""
        with self._base.conn() as conn:
            rows = conn.execute("select box, met_ms, version, trouble from seen", binary=True).fetchall()
        seen = {box: (met_ms, version, trouble) for box, met_ms, version, trouble in rows}
        found = []
        for one in self._circle.everybody:
            if one != self._circle.own:
                met_ms, version, trouble = seen.get(one.box, (0, "", ""))
                found.append(Guest(one.code, met_ms, version, trouble, self._circle.revoked(one.box)))
        return sorted(found, key=lambda guest: (guest.revoked, guest.code))
