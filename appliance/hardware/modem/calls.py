"""Which rings and reports make one call, when it is known who calls, and when the ringing is over.

The rules are those of spec/modem.md 1 (decisions 2 and 3), 3.6 and 3.7: a report may come before, between or after the
rings and opens a call where none is; at the second ring at the latest it is told that nobody knows who calls; a call
is given up when no ring comes for one and a half periods.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from typing import Literal

from appliance.hardware.line import Answered, Caller, Dialled, Ending, HungUp, Ring, Troubled
from appliance.hardware.modem.report import Report, Told
from appliance.hardware.modem.telling import Teller

RING_GAP_MS = (7_000, 10_000)
"""The least and the most time without a ring after which the caller has given up; between them 1.5 periods."""
USUAL_PERIOD_MS = 6_000
"""The longest of the common ones, until it is measured."""
SAME_BURST_MS = 1_500
"""Rings closer than this are one pattern, or waited in the modem; they do not make a second ring."""
AWAIT_RING_MS = 10_000
"""So long after a report the first ring may come."""
BELL_MS = 600
"""A modem that tells the parts of a ring says RING within so much time, or leaves counting to us."""
LONG_BURST = 9
"""Tenths of a second; longer is a long ring (mgetty's rule)."""
NEW_PATTERN = 20
STILL_QUEUED_MS = 3_000
"""A modem that takes a call may still print rings that waited in it."""
ABSENT = Told(presentation="absent")
CALLS_FOR_HELP = 3


@dataclass
class Call:
    """One call, from its first sign to its end."""

    id: str
    begun_ms: int
    rings: int = 0
    first_ring_ms: int = 0
    last_ring_ms: int = 0
    period_ms: int = USUAL_PERIOD_MS
    told: Told | None = None
    reported_ms: int = 0
    answered_ms: int = 0
    dialled: bool = False

    @property
    def gives_up_ms(self) -> int:
        """When the caller has given up, unless a ring comes before."""
        if not self.rings:
            return self.begun_ms + AWAIT_RING_MS
        least, most = RING_GAP_MS
        return self.last_ring_ms + max(least, min(most, self.period_ms * 3 // 2))

    @property
    def ringing(self) -> bool:
        """Whether nobody has taken it yet."""
        return not self.answered_ms and not self.dialled


class Calls:
    """The calls of one line: the one at hand, and one that knocks while that is talked on."""

    def __init__(self, teller: Teller, ended: Callable[[Call], None]) -> None:
        self.teller = teller
        self.clock = teller.clock
        self.call: Call | None = None
        self.waiting: Call | None = None
        self.without_number = 0
        self.last_report_at_ms = 0
        self._ended = ended
        self._pending: tuple[int, Told, bytes] | None = None
        self._pattern = ""
        self._bell_ms = 0

    @property
    def next_ms(self) -> int | None:
        """When `tick` has something to do next."""
        due = [one.gives_up_ms for one in (self.call, self.waiting) if one and one.ringing]
        if self._bell_ms:
            due.append(self._bell_ms)
        return min(due, default=None)

    def tick(self) -> None:
        """Do what is due."""
        now = self.clock.ticks_ms()
        if self._bell_ms and now >= self._bell_ms:
            self.ring(self._pattern)
        for one in (self.waiting, self.call):
            if one and one.ringing and now >= one.gives_up_ms:
                self.end("stopped", one)

    # ---- rings

    def ring(self, cadence: str = "") -> None:
        """The bell rings."""
        now, self._bell_ms = self.clock.ticks_ms(), 0
        taken = self.call if self.call and now - self.call.answered_ms < STILL_QUEUED_MS else None
        call = taken or self._at_hand()
        if call.rings and now - call.last_ring_ms >= SAME_BURST_MS:
            call.period_ms = now - call.last_ring_ms
        call.rings += 1
        call.first_ring_ms = call.first_ring_ms if call.rings > 1 else now
        call.last_ring_ms = now
        self.teller.tell(Ring, call=call.id, count=call.rings, cadence=cadence or self._pattern)
        pending, self._pending = self._pending, None
        if pending and now < pending[0]:
            self._tell(call, pending[1], pending[2])
        if call.told is None and now - call.first_ring_ms >= SAME_BURST_MS:
            self._tell(call, ABSENT, b"")

    def burst(self, tenths: int) -> None:
        """A part of a ring is over."""
        self._pattern += "L" if tenths > LONG_BURST else "S"
        self._bell_ms = self.clock.ticks_ms() + BELL_MS

    def quiet(self, tenths: int) -> None:
        """The quiet before a part of a ring is over."""
        if tenths >= NEW_PATTERN:
            self._pattern = ""

    def knock(self) -> None:
        """The tone of a second caller is heard; his number may follow."""
        if self.call and not self.call.ringing and not self.waiting:
            self.waiting = self._new()
            self._tell(self.waiting, ABSENT, b"")

    def _at_hand(self) -> Call:
        """Return the call to which a ring or a report belongs, opened if it is not."""
        if self.call and not self.call.ringing:
            self.waiting = self.waiting or self._new()
            return self.waiting
        self.call = self.call or self._new()
        return self.call

    def _new(self) -> Call:
        return Call(f"{self.teller.line}/{self.clock.now_ms()}", begun_ms=self.clock.ticks_ms())

    # ---- who calls

    def told(self, report: Report, told: Told) -> None:
        """A report says who calls."""
        ringing = self.call if self.call and self.call.ringing else None
        if not report.names_caller and not ringing:
            # A date without a number before the first ring: only a ring makes a call of it. A lone name makes none.
            if "DATE" in report.tags or report.harmed:
                self._pending = (self.clock.ticks_ms() + AWAIT_RING_MS, told, bytes(report.raw))
            return
        if ringing and _is_another(ringing, told):
            self.end("stopped", ringing)
            self.call = replace(
                self._new(), rings=1, first_ring_ms=ringing.last_ring_ms, last_ring_ms=ringing.last_ring_ms
            )
        self.last_report_at_ms, self.without_number = self.clock.now_ms(), 0
        self._tell(self._at_hand(), told, bytes(report.raw))

    def _tell(self, call: Call, told: Told, raw: bytes) -> None:
        call.reported_ms = self.clock.ticks_ms()
        before, call.told = call.told, _better(call.told, told)
        if call.told != before:
            fields = {field.name: getattr(call.told, field.name) for field in dataclass_fields(Told)}
            self.teller.tell(Caller, call=call.id, raw=raw, waiting=call is self.waiting, **fields)

    # ---- beginning and end

    def dialled(self, number: str) -> None:
        """The box dials."""
        self.call = replace(self._new(), dialled=True)
        self.teller.tell(Dialled, call=self.call.id, number=number)

    def answered(self, by: Literal["box", "handset", "them"]) -> None:
        """Somebody took the call at hand."""
        if self.call and not self.call.answered_ms:
            self.call.answered_ms = self.clock.ticks_ms()
            self.teller.tell(Answered, call=self.call.id, by=by)

    def overheard(self) -> None:
        """Somebody talks on the shop's own telephone: it took the call that rang, or began one."""
        self.call = self.call or self._new()
        self.answered("handset")

    def end(self, how: Ending, call: Call | None = None) -> None:
        """A call is over: the given one, or the one at hand."""
        call = call or self.call
        if call is None:
            return
        now = self.clock.ticks_ms()
        if call is self.waiting:
            self.waiting = None
        else:
            # Who knocked while it was talked on rings on by himself.
            self.call, self.waiting, self._pattern = self.waiting, None, ""
        rang_until = call.answered_ms or call.last_ring_ms
        self.teller.tell(
            HungUp,
            call=call.id,
            how=how,
            rings=call.rings,
            rang_ms=max(0, rang_until - call.first_ring_ms) if call.rings else 0,
            talked_ms=now - call.answered_ms if call.answered_ms else 0,
        )
        if call.rings > 1 and (call.told is None or call.told is ABSENT):
            self.without_number += 1
            if self.without_number == CALLS_FOR_HELP:
                self.teller.tell(Troubled, what="calls_without_number")
        self._ended(call)


def _is_another(call: Call, told: Told) -> bool:
    """Whether this report is of somebody who called right after the other had given up: a ring stands between them."""
    before = call.told
    if before is None or before.doubtful or told.doubtful or call.last_ring_ms <= call.reported_ms:
        return False
    return before.presentation == told.presentation == "allowed" and before.number != told.number


def _better(before: Told | None, told: Told) -> Told:
    """Return what is known of a caller after one more report: lines repeat them, mask the number, or lose a part."""
    if before is None or not before.number:
        return told
    if told.number and told.number != before.number and (before.doubtful or not told.doubtful):
        return told
    if told.number == before.number and not told.doubtful:
        before = replace(before, doubtful=False)
    if told.name and not before.name:
        before = replace(before, name=told.name, name_presentation=told.name_presentation)
    return before
