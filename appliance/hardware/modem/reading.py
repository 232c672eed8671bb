"""Sorting what a modem says: rings, reports and codes come at any time, even between a command and its OK."""

import re
from dataclasses import dataclass, field

from appliance.hardware.line import Dtmf, Handset, Tone, Troubled
from appliance.hardware.modem.codes import Codes, Sign
from appliance.hardware.modem.collecting import END_MS, Collecting
from appliance.hardware.modem.dialogue import Dialogue, final_of
from appliance.hardware.modem.packet import Tags, from_hex, missing, sound, tags
from appliance.hardware.modem.report import read_dtmf, read_foreign, read_line, read_ring
from appliance.hardware.modem.session import Session
from appliance.hardware.modem.shielding import ETX, Code, Heard, Line, Token, Wire

_PART_OF_RING = re.compile(rb"(DRON|DROF)[ ]*=[ ]*(\d{1,6})")
LOOP_SETTLES_MS = 1_500
"""Lifting shakes the loop; a break right after it is no hang-up."""


@dataclass
class Reading:
    """Reads the tokens of one modem."""

    session: Session
    dialogue: Dialogue
    wire: Wire
    collecting: Collecting
    codes: Codes = field(init=False)
    _packet: bytes = b""
    _packet_raw: bytes = b""
    _packet_ms: int = 0

    def __post_init__(self) -> None:
        self.codes = Codes(self.session.profile)

    @property
    def next_ms(self) -> int | None:
        """When `tick` has something to do next."""
        return self._packet_ms + END_MS if self._packet else None

    def tick(self) -> None:
        """Give up waiting for the rest of a packet."""
        if self._packet and self.session.clock.ticks_ms() - self._packet_ms >= END_MS:
            self._packet_done()

    def token(self, token: Token) -> None:
        """Take one token."""
        if isinstance(token, Heard):
            if self.session.recorder:
                self.session.recorder.hear(token.sound, self.session.clock.ticks_ms())
        elif isinstance(token, Code):
            self._code(token.mark)
        else:
            self._line(token)

    # ---- text

    def _line(self, line: Line) -> None:
        raw = line.text
        self.dialogue.note(f"< {raw.decode('latin-1')}")
        if self._packet and not self._continues(raw):
            self._packet_done()
        count, cadence, caller = read_ring(raw)
        if count:
            self._rings(count, cadence)
            self._report(caller, raw)
        elif part := _PART_OF_RING.fullmatch(raw):
            tenths = int(part[2])
            (self.session.calls.burst if part[1] == b"DRON" else self.session.calls.quiet)(tenths)
        elif not self._packet_line(raw) and not self._report(read_line(raw), raw):
            self._other(raw)

    def _rings(self, count: int, cadence: str = "") -> None:
        self.collecting.close()
        for _ in range(count):
            self.session.calls.ring(cadence)

    def _report(self, found: Tags, raw: bytes) -> bool:
        if found and found[0][0] == "RING":
            self._rings(1)
            found = found[1:]
        if found:
            self.collecting.take(found, raw)
        return bool(found)

    def _other(self, raw: bytes) -> None:
        text, open_report = raw.decode("latin-1"), self.collecting.report
        if self.dialogue.line(text):
            return
        announced = open_report is not None and "CIDM" in open_report.tags
        if self._report(read_dtmf(raw, announced=announced), raw):
            return
        final = final_of(text)
        if final:
            if final == "NO CARRIER" and self.session.off_hook:
                self.session.their_end()
        elif open_report and not self._report(read_foreign(raw), raw):
            self.collecting.noise(raw)

    # ---- raw packets

    def _continues(self, raw: bytes) -> bool:
        return bool(re.fullmatch(rb"(?:[0-9A-Fa-f]{2})+", raw))

    def _packet_line(self, raw: bytes) -> bool:
        """Take a line of a raw report; some manuals show it broken over two."""
        more = bytes.fromhex(raw.decode()) if self._packet else from_hex(raw)
        if not more:
            return False
        self._packet += more
        self._packet_raw += raw
        self._packet_ms = self.session.clock.ticks_ms()
        if not missing(self._packet):
            self._packet_done()
        return True

    def _packet_done(self) -> None:
        packet, raw = self._packet, self._packet_raw
        self._packet = self._packet_raw = b""
        self.collecting.close()
        self.collecting.take(tags(packet), raw, checksum_ok=sound(packet))
        self.collecting.close()

    # ---- codes

    def _code(self, mark: int) -> None:
        session, recorder = self.session, self.session.recorder
        if mark == ETX:
            if recorder:
                if not recorder.why:
                    session.their_end()
                recorder.over = True
                self.wire.streaming = False
        elif mark == ord("."):
            if left := self.wire.give_up_line().strip():
                self._line(Line(left))
            self.collecting.close()
        elif session.voice:
            # Elsewhere a code is noise.
            self.codes.profile = session.profile
            now = recorder.stream_ms if recorder else session.clock.ticks_ms()
            if meant := self.codes.read(mark, now):
                self._meant(*meant)

    def _meant(self, sign: Sign, key: str) -> None:
        session, call = self.session, self.session.calls.call
        if sign == "ring":
            self._rings(1)
        elif sign == "underrun" and session.player:
            session.player.ran_dry()
        elif sign == "overrun" and session.recorder:
            if not session.recorder.missing:
                session.teller.tell(Troubled, what="sound_lost")
            session.recorder.overrun(session.clock.ticks_ms())
        elif sign in {"lifted", "put_down"}:
            self._handset(lifted=sign == "lifted")
        elif call and session.off_hook:
            self._of_call(sign, key, call.id)

    def _handset(self, *, lifted: bool) -> None:
        session, call = self.session, self.session.calls.call
        session.teller.tell(Handset, call=call.id if call else "", lifted=lifted)
        if not lifted and session.listening_in:
            session.their_end()

    def _of_call(self, sign: Sign, key: str, call: str) -> None:
        session = self.session
        if sign == "key":
            session.teller.tell(Dtmf, call=call, key=key)
        elif sign == "knock":
            session.calls.knock()
        elif sign == "loop":
            if session.clock.ticks_ms() - session.off_hook_ms >= LOOP_SETTLES_MS:
                session.their_end()
        elif sign in {"busy", "congestion", "dial", "ringback", "silence", "fax", "data"}:
            session.teller.tell(Tone, call=call, what=sign, by="device")
            if sign in {"busy", "congestion"}:
                session.their_end()
