"""The conversations of a call: take it, speak, record, dial, hang up (spec/modem.md 4.5).

Each returns why it failed, "" when it did not.
"""

import re

from appliance.hardware.line import Dial, Ending, Played, Record
from appliance.hardware.modem.calls import ABSENT
from appliance.hardware.modem.dialogue import CONNECTING, DIALLING, Ask, Pause, Script, Until
from appliance.hardware.modem.formats import encode
from appliance.hardware.modem.session import Session
from appliance.hardware.modem.shielding import ETX, code
from appliance.hardware.modem.sounding import A_MS, STALL_MS, Player, Recorder

PATH_OPENS_MS = 700
"""The way to the caller opens so long after the modem said that it has."""
WAIT_FOR_REPORT_MS = 8_000
SECOND_RING_MS = 500
SHORTEST_OFF_HOOK_MS = 1_500
"""An exchange does not see a shorter one."""
DIAL_MS = 60_000
MODEM_BUFFER_MS = 5_000
DONE = frozenset({"OK", "VCON", "ERROR", "NO CARRIER"})
_DIALLABLE = re.compile(r"[0-9*#,W!]{1,40}")
_ENDING: dict[str, Ending] = {"BUSY": "busy", "NO ANSWER": "no_answer", "NO DIALTONE": "no_dial_tone"}


def answer(session: Session) -> Script:
    """Take the call that is ringing, when its number has come."""
    calls, clock = session.calls, session.clock

    def told() -> bool:
        call = calls.call
        if call is None or session.ending:
            return True
        if call.told and call.told is not ABSENT and call.rings and not session.reporting():
            return True
        return call.rings > 1 and clock.ticks_ms() - call.last_ring_ms >= SECOND_RING_MS

    yield Until(told, WAIT_FOR_REPORT_MS)
    call = calls.call
    if call is None or not call.ringing or session.ending:
        return "no_call"
    entered = yield from enter(session)
    if not entered:
        return "refused"
    lifted = yield Ask("AT+VLS=1", session.profile.off_hook_ms, again=False, finals=DIALLING)
    if not lifted.ok:
        yield from _leave(session)
        return "refused" if lifted.final else "late"
    _lifted(session)
    calls.answered("box")
    yield Pause(PATH_OPENS_MS)
    return ""


def enter(session: Session) -> Script:
    """Go into voice mode; returns whether the modem went along."""
    if session.voice:
        return True
    entered = yield Ask("AT+FCLASS=8")
    session.unsettled = True
    if not entered.ok or session.format is None:
        session.lost_voice = session.format is not None
        return False
    for tail in session.profile.format_tails:
        chosen = yield Ask(f"AT+VSM={session.format.label}{tail}")
        if chosen.ok:
            break
    else:
        yield Ask("AT+FCLASS=0")
        return False
    session.voice = True
    yield Ask(session.profile.silence_off)
    yield Ask("AT+VIT=0")
    yield from set_gain(session)
    return True


def set_gain(session: Session) -> Script:
    """Set how loud to hear and to speak, within what the modem allows."""
    for order, wanted in (("VGR", session.hear), ("VGT", session.speak)):
        low, high = session.gains.get(order, (0, 255))
        if session.voice and (wanted != 128 or order in session.gains):
            yield Ask(f"AT+{order}={max(low, min(high, wanted))}")
    return ""


def play(session: Session, pcm: bytes) -> Script:
    """Let the other side hear something."""
    call = session.calls.call
    if not session.off_hook or call is None or session.format is None:
        return "no_call"
    begun = yield Ask("AT+VTX", 3_000, finals=CONNECTING, again=False)
    if begun.final not in {"CONNECT", "VCON"}:
        return "refused" if begun.final else "late"
    player = session.player = Player(encode(pcm, session.format.coding), session.clock.ticks_ms())
    yield Until(lambda: player.done or session.hush or session.ending, len(player.sound) // A_MS + MODEM_BUFFER_MS)
    cut = not player.done or session.hush or session.ending
    session.player = None
    session.send((code(0x18) if cut else b"") + code(ETX))
    done = yield Ask("", 1_000 if cut else MODEM_BUFFER_MS, finals=DONE)
    if not done.final:
        session.send(code(0x18) + code(ETX))
        yield Ask("AT")
    session.teller.tell(Played, call=call.id, whole=not cut, underruns=max(0, player.underruns - 1))
    return ""


def record(session: Session, order: Record) -> Script:
    """Record the call, or the conversation on the shop's own telephone."""
    if order.handset and not session.off_hook:
        failed = yield from _listen_in(session)
        if failed:
            return failed
    call = session.calls.call
    if not session.off_hook or call is None or session.format is None:
        return "no_call"
    if order.beep:
        yield Ask(f"AT+VTS={session.settings.beep}", 4_000)
    begun = yield Ask("AT+VRX", 3_000, finals=CONNECTING, again=False)
    if begun.final not in {"CONNECT", "VCON"}:
        return "refused" if begun.final else "late"
    now = session.clock.ticks_ms()
    recorder = session.recorder = Recorder(
        session.teller, call.id, session.format.coding, now, order.silence_ms, dial_ends=call.rings > 0
    )
    session.stream(True)
    yield from _recording(session, recorder, now + order.most_ms)
    session.stream(False)
    session.recorder = None
    recorder.end()
    yield Ask("", finals=DONE)
    if recorder.why == "lost":
        # Nobody hears the caller any more: better no call than a line that is never put down.
        session.ending = True
    return ""


def _recording(session: Session, recorder: Recorder, full_ms: int) -> Script:
    """Wait until the recording is over; what lies between the order to stop and its end still belongs to it."""
    clock = session.clock

    def to_end() -> bool:
        now = clock.ticks_ms()
        if recorder.their_end:
            session.their_end()
        if recorder.why or recorder.over:
            return True
        if session.cut:
            recorder.why = "asked"
        elif session.ending:
            recorder.why = "hung_up" if session.ended_by_them else "asked"
        elif now >= full_ms:
            recorder.why = "full"
        elif now >= recorder.stalls_ms:
            recorder.why = "lost"
        return bool(recorder.why)

    yield Until(to_end, full_ms - clock.ticks_ms() + STALL_MS)
    for mark in (session.profile.stop, b"!", b"^"):
        if recorder.over:
            return
        session.send(code(mark[0]))
        yield Until(lambda: recorder.over, STALL_MS)


def _listen_in(session: Session) -> Script:
    """Join the conversation that is held on the shop's own telephone."""
    entered = yield from enter(session)
    if not entered:
        return "refused"
    joined = yield Ask(session.profile.listen_in if session.can.listen_in else "AT+VLS=1", session.profile.off_hook_ms)
    if not joined.ok:
        yield from _leave(session)
        return "refused" if joined.final else "late"
    _lifted(session)
    session.listening_in = True
    session.calls.overheard()
    return ""


def dial(session: Session, order: Dial) -> Script:
    """Call a number."""
    number = re.sub(r"[\s().\-/]", "", order.number.upper())
    number = re.sub(r"^\+", "00", number)
    if not _DIALLABLE.fullmatch(number):
        return "refused"
    if session.calls.call:
        return "cannot"
    if not order.handset:
        entered = yield from enter(session)
        if not entered:
            return "refused"
        yield Ask("AT+VRA=70;+VRN=10")
    session.unsettled = True
    yield Ask("ATX3" if session.settings.blind else "ATX4")
    session.calls.dialled(order.number)
    _lifted(session)
    told = yield Ask(
        f"ATDT{number}" + (";" if order.handset else ""),
        DIAL_MS,
        finals=DIALLING,
        again=False,
        unless=lambda: session.ending,
    )
    if not told.ok:
        if not told.final:
            session.send(b"\r")
        yield from hang_up(session, _ENDING.get(told.final, "no_answer" if session.ending else "failed"))
        return "" if told.final in _ENDING or session.ending else "refused"
    if order.handset:
        # The clerk lifts his telephone meanwhile; what becomes of the call the box cannot hear.
        yield Until(lambda: session.ending, session.settings.handset_wait_ms)
        yield from hang_up(session, "stopped")
    else:
        session.calls.answered("them")
    return ""


def reject(session: Session) -> Script:
    """Turn a ringing call away."""
    call = session.calls.call
    if call is None or not call.ringing:
        return "no_call"
    lifted = yield Ask("ATH1")
    yield Pause(SHORTEST_OFF_HOOK_MS)
    yield Ask("ATH")
    session.calls.end("rejected", call)
    session.unsettled = True
    return "" if lifted.ok else "refused"


def send_keys(session: Session, keys: str) -> Script:
    """Press keys."""
    if not session.off_hook:
        return "no_call"
    if not re.fullmatch(r"[0-9*#A-D]{1,64}", keys.upper()):
        return "refused"
    told = yield Ask(f"AT+VTS={','.join(keys.upper())}", 2_000 + 400 * len(keys), again=False)
    return "" if told.ok else "refused"


def hang_up(session: Session, how: Ending) -> Script:
    """Put down, end the call, wait for the next one."""
    yield Until(lambda: session.clock.ticks_ms() - session.off_hook_ms >= SHORTEST_OFF_HOOK_MS, SHORTEST_OFF_HOOK_MS)
    if session.voice:
        yield Ask("AT+VLS=0", 3_000)
    # Some need the second as well.
    yield Ask("ATH")
    yield from _leave(session)
    session.ending = session.ended_by_them = False
    session.calls.end(how)
    return ""


def _leave(session: Session) -> Script:
    session.off_hook_ms = 0
    session.listening_in = False
    session.unsettled = True
    yield Ask("AT+FCLASS=0")
    session.voice = False


def _lifted(session: Session) -> None:
    session.off_hook_ms = session.clock.ticks_ms()
