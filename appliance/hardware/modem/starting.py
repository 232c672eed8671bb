"""The conversations that make a modem ready and keep it so (spec/modem.md 2.2, 2.3)."""

import re

from appliance.hardware.line import Capabilities, Found, Troubled
from appliance.hardware.modem.dialogue import Ask, Pause, Reply, Script
from appliance.hardware.modem.formats import choose
from appliance.hardware.modem.profiles import recognise
from appliance.hardware.modem.session import Session
from appliance.hardware.modem.shielding import ETX, code

ATTENTION_MS = 1_000
RESET_MS = 5_000
AFTER_RESET_MS = 500
LEAVE_STREAM = code("!") + code(ETX) + code(0x18)
"""Ends a recording, a play-back, and drops what was queued."""


def start(session: Session) -> Script:
    """Make a modem ready, whatever state it was left in; returns whether it is."""
    session.ready = session.voice = session.awake = False
    session.off_hook_ms = 0
    session.awake = yield from _wake(session)
    if not session.awake:
        return False
    yield Ask("ATZ", RESET_MS, digits=True)
    yield Pause(AFTER_RESET_MS)
    plain = yield Ask("ATE0V1Q0", digits=True)
    if not plain.ok:
        return False
    # Never answer by itself: a modem would whistle at the customer.
    yield Ask("ATS0=0")
    said = yield from _identity()
    classes = yield Ask("AT+FCLASS=?")
    offers_voice = any(re.search(r"(?<![\d.])8(?![\d.])", line) for line in classes.lines)
    session.profile = recognise(said, voice=offers_voice, usb=session.usb)
    session.model = next((line for line in said[1:] if re.search("[A-Z]", line.upper())), session.profile.title)
    flow = yield Ask("AT+IFC=2,2")
    if not flow.ok:
        yield Ask("AT&K3")
    yield Ask(f"AT+GCI={session.settings.country}")
    for order in session.profile.before:
        yield Ask(order)
    yield from _numbers_on(session)
    if session.settings.distinctive and session.profile.distinctive:
        yield Ask(session.profile.distinctive)
    if session.settings.call_waiting and session.profile.call_waiting:
        yield Ask(session.profile.call_waiting)
    session.can = yield from _abilities(session, offers_voice=offers_voice)
    if session.can.voice:
        # The change of class may have switched it off.
        yield Ask(session.numbers_on or "AT")
    session.ready = True
    return True


def settle(session: Session) -> Script:
    """After a call: wait for the next one in class 0, reports on (decision 4: some forget it)."""
    if session.voice:
        yield Ask("AT+FCLASS=0")
        session.voice = False
    yield Ask(session.numbers_on or "AT")
    session.unsettled = False
    return True


def probe(session: Session) -> Script:
    """Is it there, and does it still report numbers? Returns whether it answered."""
    told = Reply()
    if session.tells_mode and session.numbers_on.startswith("AT+VCID"):
        told = yield Ask("AT+VCID?")
        session.tells_mode = told.final != "ERROR"
    if not told.ok:
        told = yield Ask("AT")
    elif told.lines and re.fullmatch(r"(?:\+VCID:\s*)?0", told.lines[-1]):
        yield Ask(session.numbers_on)
    return told.ok


def check(session: Session) -> Script:
    """Ask it who it is, and set the reports again."""
    told = yield Ask("ATI3")
    there = yield from probe(session)
    yield from settle(session)
    return "" if told.final and there else "late"


def _wake(session: Session) -> Script:
    """Get any answer at all; from a stream, from a data call, from a modem told to be quiet."""
    for leave in (b"", LEAVE_STREAM):
        if leave:
            session.send(leave)
            yield Pause(AFTER_RESET_MS)
        session.send(b"\r")
        yield Pause(100)
        heard = yield Ask("AT", ATTENTION_MS, again=False, digits=True)
        if heard.final:
            return True
    yield Pause(1_000)
    session.send(b"+++")
    yield Pause(1_000)
    yield Ask("ATH", ATTENTION_MS, again=False, digits=True)
    reset = yield Ask("ATZ", 2_000, again=False, digits=True)
    loud = yield Ask("ATQ0V1", ATTENTION_MS, again=False, digits=True)
    return bool(reset.final or loud.final)


def _identity() -> Script:
    said: list[str] = []
    for question in ("ATI0", "ATI3", "AT+GMI", "AT+GMM"):
        told = yield Ask(question)
        said += [line.strip() for line in told.lines] if told.ok else []
    return said


def _numbers_on(session: Session) -> Script:
    """Switch the reports on, in the way that this family understands."""
    session.numbers_on = ""
    for plain in session.profile.numbers_on:
        order = re.sub(r"(CID=)1$", r"\g<1>2", plain) if session.settings.raw_reports else plain
        told = yield Ask(order)
        if told.ok:
            session.numbers_on = order
            return
    session.teller.tell(Troubled, what="no_caller_id")


def _abilities(session: Session, *, offers_voice: bool) -> Script:
    """Find out what it can do; a modem without voice is still a good source of numbers."""
    numbers, profile = bool(session.numbers_on), session.profile
    plain = Capabilities(
        caller_id=numbers,
        dial=True,
        distinctive_ring=session.settings.distinctive and bool(profile.distinctive),
        call_waiting=session.settings.call_waiting and bool(profile.call_waiting),
    )
    session.lost_voice, session.format = False, None
    if not offers_voice or not profile.voice:
        return plain
    entered = yield Ask("AT+FCLASS=8")
    rows = yield Ask("AT+VSM=?")
    states = yield Ask("AT+VLS=?")
    for order in ("VGR", "VGT"):
        told = yield Ask(f"AT+{order}=?")
        if span := re.search(r"(\d+)\s*-\s*(\d+)", " ".join(told.lines)):
            session.gains[order] = (int(span[1]), int(span[2]))
    yield Ask("AT+FCLASS=0")
    session.format = choose(rows.lines) if entered.ok else None
    session.lost_voice = not entered.ok
    if session.format is None:
        session.teller.tell(Troubled, what="no_voice", detail="+FCLASS=8" if not entered.ok else "+VSM=?")
        return plain
    return Capabilities(
        caller_id=numbers,
        dial=True,
        distinctive_ring=plain.distinctive_ring,
        call_waiting=plain.call_waiting,
        voice=True,
        dtmf=True,
        listen_in=3 in _labels(states.lines),
        formats=(str(session.format), *rows.lines),
    )


def _labels(rows: tuple[str, ...]) -> set[int]:
    """The states of the line that a modem offers, from rows or from a list in brackets."""
    found = (re.match(r'(?:\+VLS:\s*)?(\d+)\s*,\s*"', row) for row in rows)
    labels = {int(row[1]) for row in found if row}
    if labels:
        return labels
    listed = re.search(r"\(([\d,\- ]+)\)", " ".join(rows))
    spans = [span.partition("-") for span in listed[1].split(",")] if listed else []
    return {n for low, _, high in spans if low.strip() for n in range(int(low), int(high or low) + 1)}


def found(session: Session, port: str) -> None:
    """Tell that the modem is ready."""
    session.teller.tell(Found, model=session.model, profile=session.profile.name, port=port, can=session.can)
