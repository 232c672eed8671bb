"""A modem without its cable: bytes and a clock go in, events and bytes come out.

Whatever holds the cable calls `hear` with what it read, `tick` when `next_ms` has come, and `do` with what the shop
wants; then it sends `out` and hands on what `take` returns. The result does not depend on how the bytes are cut.
"""

from collections.abc import Callable
from typing import Any, Literal

from appliance.hardware.line import Clock, Command, Event, Lost, MessageWaiting, Played, Troubled
from appliance.hardware.modem import speaking, starting
from appliance.hardware.modem.calls import Call, Calls
from appliance.hardware.modem.collecting import Collecting
from appliance.hardware.modem.commands import Commands
from appliance.hardware.modem.dialogue import Dialogue, Script
from appliance.hardware.modem.reading import Reading
from appliance.hardware.modem.session import AS_MADE, Session, Settings
from appliance.hardware.modem.shielding import Wire, shield
from appliance.hardware.modem.telling import Teller

PROBE_MS = 60_000
PROBE_SOON_MS = 5_000
HUNG_AFTER = 3
"""So many commands without any answer: only closing the port, or pulling the plug, helps."""
LONGEST_CALL_MS = 2 * 3600 * 1000
IDLE_OFF_HOOK_MS = 60_000
"""Nobody speaks, records or dials: the line is not kept busy."""
VOICE_AGAIN_MS = 3600 * 1000
"""A modem that lost its voice is asked again after so long."""
LOSS = Literal["unplugged", "forbidden", "taken", "hung", "unsupported", "stopped"]


class Modem:
    """One modem, from the first byte after opening its port to the last before closing it."""

    def __init__(
        self,
        line: str,
        clock: Clock,
        *,
        port: str = "",
        settings: Settings = AS_MADE,
        usb: tuple[int, int] | None = None,
    ) -> None:
        self.clock = clock
        self.port = port
        self.out = bytearray()
        """What is to be sent; whoever holds the cable empties it."""
        self.hung = False
        """It does not answer any more: the port has to be closed and opened again."""
        self.wire = Wire()
        self.teller = Teller(line, clock)
        self.calls = Calls(self.teller, self._call_ended)
        self.dialogue = Dialogue(clock, self.out.extend)
        self.collecting = Collecting(
            clock,
            self.calls.told,
            lambda on, count: self.teller.tell(MessageWaiting, on=on, count=count),
            lambda: self.wire.unfinished if not self.wire.streaming else b"",
            self.wire.give_up_line,
            gbk=settings.gbk,
        )
        self.session = Session(
            clock,
            self.teller,
            self.calls,
            self.out.extend,
            self._stream,
            lambda: self.collecting.report is not None,
            settings,
            usb,
        )
        self.reading = Reading(self.session, self.dialogue, self.wire, self.collecting)
        self.commands = Commands(self.session)
        self._probe_ms = 0
        self._voice_again_ms = 0
        self._quiet_since_ms = 0

    # ---- what the cable brings

    def start(self) -> None:
        """Begin: find out who it is and make it ready."""
        self.commands.restart = False
        self._run(starting.start(self.session), self._started)

    def do(self, command: Command) -> None:
        """Take a command of the shop; what comes of it is told."""
        self.commands.do(command)
        self.tick()

    def hear(self, data: bytes) -> None:
        """Take what was read."""
        self.tick()
        self.collecting.stir()
        for token in self.wire.hear(data):
            self.reading.token(token)
            self.dialogue.tick()
        self.tick()

    def tick(self) -> None:
        """Do what is due."""
        if player := self.session.player:
            self.out += shield(player.due(self.clock.ticks_ms()))
        self.collecting.tick()
        self.reading.tick()
        self.calls.tick()
        self.dialogue.tick()
        if self.session.awake and self.dialogue.unanswered >= HUNG_AFTER:
            self.hung = True
        if self.session.off_hook and (call := self.calls.call):
            self.session.ending = self.session.ending or self.clock.ticks_ms() - call.begun_ms >= LONGEST_CALL_MS
        if not self.hung and not self.dialogue.busy:
            self._next()

    @property
    def next_ms(self) -> int:
        """When `tick` has something to do next, by the clock's ticks."""
        if self.hung:
            return self.clock.ticks_ms() + PROBE_MS
        parts = (self.dialogue, self.collecting, self.reading, self.calls, self.session.player)
        due = [at for part in parts if part and (at := part.next_ms) is not None]
        return min(due) if self.dialogue.busy else min([*due, self._rests_until_ms()])

    def take(self) -> list[Event]:
        """Take what has happened since the last time."""
        return self.teller.take()

    def lost(self, reason: LOSS, detail: str = "") -> None:
        """The cable is gone: end whatever was going on, keeping what was recorded."""
        self.dialogue.stop()
        self.collecting.close()
        session, call = self.session, self.calls.call
        session.ready = False
        if session.recorder:
            session.recorder.why = "lost"
            session.recorder.end()
        if session.player and call:
            self.teller.tell(Played, call=call.id, whole=False, underruns=session.player.underruns)
        session.player = session.recorder = None
        while self.calls.call:
            self.calls.end("interrupted")
        self.commands.lost()
        self.teller.tell(Lost, reason=reason, detail=detail)

    # ---- what is done when nothing is being said

    def _next(self) -> None:
        """Begin the next conversation, if there is reason for one."""
        session, now, call = self.session, self.clock.ticks_ms(), self.calls.call
        if not session.ready:
            return
        if session.off_hook:
            too_long = call is not None and now - call.begun_ms >= LONGEST_CALL_MS
            if (
                session.ending
                or too_long
                or (not self.commands.waiting and now - self._quiet_since_ms >= IDLE_OFF_HOOK_MS)
            ):
                self._run(speaking.hang_up(session, "answered"), lambda _: self.commands.ended())
                return
        else:
            session.ending = False
        if script := self.commands.next():
            self._run(script, self._obeyed)
        elif call is None and not session.off_hook:
            self._idle(now)

    def _idle(self, now: int) -> None:
        session = self.session
        if self.commands.restart or (self._voice_again_ms and now >= self._voice_again_ms):
            self.start()
        elif session.unsettled:
            self._run(starting.settle(session), self._answered)
        elif now >= self._probe_ms:
            self._run(starting.probe(session), self._answered)

    def _rests_until_ms(self) -> int:
        """Until when nothing has to be begun, if nothing happens."""
        if self.session.off_hook:
            return self._quiet_since_ms + IDLE_OFF_HOOK_MS
        due = [self._probe_ms, *([self._voice_again_ms] if self._voice_again_ms else [])]
        return min(due) if self.calls.call is None else self.clock.ticks_ms() + PROBE_MS

    def _run(self, script: Script, then: Callable[[Any], None]) -> None:
        def whole() -> Script:
            then((yield from script))

        self.dialogue.begin(whole())

    def _started(self, ready: object) -> None:
        session, now = self.session, self.clock.ticks_ms()
        if not ready:
            self.hung = True
            return
        self._probe_ms = now + PROBE_MS
        if self._voice_again_ms and session.can.voice:
            self.teller.tell(Troubled, what="recovered")
        self._voice_again_ms = now + VOICE_AGAIN_MS if session.lost_voice else 0
        starting.found(session, self.port)

    def _answered(self, there: object) -> None:
        self._probe_ms = self.clock.ticks_ms() + (PROBE_MS if there else PROBE_SOON_MS)

    def _obeyed(self, _: object) -> None:
        self._quiet_since_ms = self.clock.ticks_ms()
        if self.session.lost_voice:
            self.commands.restart = True

    def _call_ended(self, call: Call) -> None:
        if call.told is None or call.told.presentation == "absent":
            # It may have forgotten that it is to report numbers.
            self.session.unsettled = True

    def _stream(self, on: bool) -> None:
        self.wire.streaming = on
