"""The telephone: what happens on the lines becomes deeds of the office, and what the office asks is done on the lines.

News of the lines and wishes of the shop meet in one queue and are worked off by one thread, in the order in which they
came. Only sound goes another way: it is handed to the recorder where it arrives, so that nothing else can hold it up.
"""

import logging
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatchmethod
from queue import SimpleQueue
from typing import Protocol

from appliance.hardware import line as on
from appliance.hardware.recorder import Recorder, Taken, Taking
from appliance.journal import Desk, Journal, Refusal
from appliance.shop import office
from appliance.shop.office import Notice, Plan

log = logging.getLogger("appliance.telephone")
DEVICE = "telephone"
STALE_MS = 30_000
"""A wish that could not be granted at once is not granted later: nobody stands there any more."""
MESSAGE_MS, MESSAGE_QUIET_MS = 180_000, 8_000
ENDINGS = {"stopped": "unsure"}
"""Words of the lines that the office says otherwise."""


class Lines(Protocol):
    """All lines of a box: `hardware.modem.Switchboard`, or whatever brings calls."""

    def listen(self, heard: Callable[[on.Event], None]) -> None:
        """Have every event told."""
        ...

    def do(self, line: str, command: on.Command) -> bool:
        """Tell a line what to do."""
        ...

    def start(self) -> None:
        """Open the lines."""
        ...

    def stop(self) -> None:
        """Close them, when all is told."""
        ...

    def standings(self) -> list[on.Standing]:
        """Tell how each line stands."""
        ...


@dataclass(frozen=True)
class _Begun:
    """The first sound of a recording came."""

    call: str


@dataclass(frozen=True)
class _Ended:
    """A recording ended."""

    event: on.Recorded
    taking: Taking | None


@dataclass(frozen=True)
class _Touched:
    """Rows of the office changed."""

    table: str
    ids: tuple[str, ...]


News = on.Event | _Begun | _Ended | _Touched


@dataclass
class _Going:
    """A call on a line, as far as the telephone must remember it."""

    record: str
    line: str
    notice: Notice = "none"
    recording: bool = False
    """Whether the line was told to record."""
    message: bool = False
    """The box answered because nobody else did."""


@dataclass
class Telephone:
    """Stands between the lines and the office."""

    journal: Journal
    branch: str
    lines: Lines
    recorder: Recorder
    _news: "SimpleQueue[News | None]" = field(default_factory=SimpleQueue)
    _takings: dict[str, Taking | None] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    """The record of each line, by the device's own name for it."""
    _calls: dict[str, _Going] = field(default_factory=dict)
    """The calls that are going on, by the device's own name for them."""
    _joining: dict[str, str] = field(default_factory=dict)
    """The call that somebody wants recorded, by its line: the device may know nothing of it any more."""
    _joined: dict[str, str] = field(default_factory=dict)
    """Calls that are continued under another name of the device's."""
    _dialling: dict[str, str] = field(default_factory=dict)
    _notices: dict[str, Notice] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether somebody is on a line."""
        return bool(self._calls)

    def start(self) -> None:
        """Put in order what a stop left behind, then open the lines."""
        self.mend()
        self.journal.listen(self._heard_of_shop)
        self.lines.listen(self.heard)
        self.lines.start()

    def stop(self) -> None:
        """Close the lines; `work` returns when everything that happened is written down."""
        self.lines.stop()
        self._news.put(None)

    def heard(self, event: on.Event) -> None:
        """Take news of a line, in whatever thread brings it; returns at once."""
        match event:
            case on.Sound():
                self._take(event)
            case on.Recorded():
                self._news.put(_Ended(event, self._takings.pop(event.line, None)))
            case on.Answered():
                if event.call not in self._calls and (record := self._joining.pop(event.line, "")):
                    self._joined[event.call] = record
                self._news.put(event)
            case on.Level() | on.Dtmf() | on.Handset():
                pass
            case _:
                self._news.put(event)

    def work(self) -> None:
        """Work off what happens, until `stop`."""
        while (news := self._news.get()) is not None:
            try:
                self._deal(news)
            except Refusal as refusal:
                # A full disk or a clock set back: the line goes on, and whoever looks at the box sees why.
                log.warning("The telephone could not write %s down: %s", type(news).__name__, refusal)

    # ---- sound

    def _take(self, sound: on.Sound) -> None:
        """Hand sound to the recorder; a disk that refuses costs the recording, never the call."""
        if sound.line not in self._takings:
            call = self._record_of(sound.call)
            try:
                self._takings[sound.line] = self.recorder.begin(f"{call}.{self.recorder.random(4).hex()}")
            except OSError:
                log.exception("A recording could not begin.")
                self._takings[sound.line] = None
            else:
                self._news.put(_Begun(call))
        if taking := self._takings[sound.line]:
            taking.add(sound.pcm, sound.missing)

    def _record_of(self, call: str) -> str:
        return self._joined.get(call) or office.call_id(self._desk(), call)

    def mend(self) -> None:
        """After a start nothing is on the line; recordings that a stop or a power cut left lying are tied to their calls."""
        office.close_cut_off(self._desk())
        for name in self.recorder.interrupted():
            if taken := self.recorder.repair(name):
                log.warning("A recording was cut off after %s s and is kept as it is.", taken.samples // on.RATE)
                self._keep(taken, whole=False, notice="none")
        for name in self.recorder.finished():
            self._keep(self.recorder.taken(name), whole=False, notice="none")

    def _keep(self, taken: Taken, *, whole: bool, notice: Notice) -> None:
        size = taken.path.stat().st_size
        blob = self.journal.blobs.adopt(taken.path)
        try:
            office.keep_recording(
                self._desk(), call=taken.name.partition(".")[0], take=taken.name, blob=blob, size=size,
                length_ms=taken.samples * 1_000 // on.RATE, peaks=taken.peaks, whole=whole and not taken.missing,
                notice=notice,
            )  # fmt: skip
        except Refusal:
            # Without its call nobody may ever hear it, so nobody may keep it.
            self.journal.blobs.drop(blob)
            raise

    # ---- dealing with what happens

    @singledispatchmethod
    def _deal(self, news: object) -> None:
        """Do what a kind of news asks for; most kinds ask for nothing here."""

    @_deal.register
    def _found(self, found: on.Found) -> None:
        can = _abilities(found.can)
        self._known[found.line] = office.line_found(self._desk(), place=found.line, model=found.model, can=can)

    @_deal.register
    def _lost(self, lost: on.Lost) -> None:
        """A line that never was there is nobody's loss, and one that the box itself closed is not lost."""
        if lost.reason != "stopped" and lost.line in self._known:
            office.line_lost(self._desk(), line=self._known[lost.line], reason=lost.reason)

    @_deal.register
    def _failed(self, failed: on.Failed) -> None:
        log.warning("Line %s could not %s: %s", failed.line, type(failed.command).__name__, failed.why)
        if isinstance(failed.command, on.Record):
            self._joining.pop(failed.line, None)
            for going in self._calls.values():
                going.recording = going.recording and going.line != failed.line

    @_deal.register
    def _begun(self, begun: _Begun) -> None:
        office.begin_recording(self._desk(), call=begun.call)

    @_deal.register
    def _rings(self, caller: on.Caller) -> None:
        record = office.ring(
            self._desk(), line=self._line(caller.line), call=caller.call, number=caller.number,
            presentation=caller.presentation, name=caller.name, doubtful=caller.doubtful, called=caller.called,
            redirected_from=caller.redirected_from, waiting=caller.waiting,
        )  # fmt: skip
        self._calls.setdefault(caller.call, _Going(record, caller.line))

    @_deal.register
    def _rang(self, ring: on.Ring) -> None:
        """After so many rings as the owner said, the box answers by itself."""
        going = self._calls.get(ring.call)
        if going and not going.message and office.answers_itself(self._desk(), self._line(ring.line), ring.count):
            going.message = True
            self.lines.do(ring.line, on.Answer())

    @_deal.register
    def _dialled(self, dialled: on.Dialled) -> None:
        asked = self._dialling.pop(dialled.line, "")
        line = self._line(dialled.line)
        record = office.dialled(self._desk(), line=line, call=dialled.call, number=dialled.number, asked=asked)
        self._calls[dialled.call] = _Going(record, dialled.line)

    @_deal.register
    def _answered(self, answered: on.Answered) -> None:
        joined = self._joined.get(answered.call)
        going = self._calls.get(answered.call)
        if going is None and joined:
            going = self._calls[answered.call] = _Going(joined, answered.line, self._notices.pop(joined, "none"))
        if going is None:
            return
        office.pick_up(self._desk(), call=going.record)
        if joined:
            return
        plan = office.plan(self._desk(), going.record, by_box=answered.by == "box", asked=going.message)
        if plan.record and not going.recording:
            self._record(going, plan, handset=answered.by == "handset")

    def _record(self, going: _Going, plan: Plan, *, handset: bool) -> None:
        """Say what is to be said, then record."""
        going.notice, going.recording = plan.notice, True
        if plan.greeting:
            self.lines.do(going.line, on.Play(pcm=self._greeting(plan.greeting)))
        if going.message:
            order = on.Record(beep=True, silence_ms=MESSAGE_QUIET_MS, most_ms=MESSAGE_MS)
        else:
            order = on.Record(handset=handset, beep=plan.beep)
        self.lines.do(going.line, order)

    def _greeting(self, blob: str) -> on.PCM:
        with wave.open(str(self.journal.blobs.path(blob))) as file:
            return bytes(file.readframes(file.getnframes()))

    @_deal.register
    def _hung_up(self, hung_up: on.HungUp) -> None:
        going = self._calls.pop(hung_up.call, None)
        self._joined.pop(hung_up.call, None)
        if going is None:
            office.rang_once(self._desk(), line=self._line(hung_up.line), call=hung_up.call)
            return
        how = "voicemail" if going.message and hung_up.how == "answered" else ENDINGS.get(hung_up.how, hung_up.how)
        office.hang_up(self._desk(), call=going.record, how=how, rings=hung_up.rings, talked_ms=hung_up.talked_ms)  # type: ignore[arg-type]

    @_deal.register
    def _recorded(self, ended: _Ended) -> None:
        going = self._calls.get(ended.event.call)
        record = going.record if going else self._record_of(ended.event.call)
        taken = ended.taking.finish() if ended.taking else None
        if taken is None:
            office.end_recording(self._desk(), call=record)
        else:
            self._keep(taken, whole=ended.event.whole, notice=going.notice if going else "none")
        if going:
            going.recording = False
        if going and going.message:
            self.lines.do(ended.event.line, on.HangUp())

    # ---- what the shop wishes

    def _heard_of_shop(self, touched: frozenset[tuple[str, str]]) -> None:
        """Called in the writer's thread after each commit: only what concerns lines and recordings is queued."""
        for table in ("line_asked", "recording", "customer", "call"):
            if ids := tuple(key for name, key in touched if name == table):
                self._news.put(_Touched(table, ids))

    @_deal.register
    def _wished(self, touched: _Touched) -> None:
        desk = self._desk()
        if touched.table == "line_asked":
            for wish in office.wishes(desk, touched.ids, since=desk.at - STALE_MS):
                self._grant(wish)
        elif touched.table == "recording":
            for blob in office.blobs_to_drop(desk, touched.ids):
                self.journal.blobs.drop(blob)
        elif office.anything_left(desk, touched.table, touched.ids):
            office.finish_erasing(desk)
            office.retire_recordings(desk)
        elif touched.table == "customer" and office.anybody_gone(desk, touched.ids):
            office.retire_recordings(desk)

    def _grant(self, wish: office.Wish) -> None:
        if wish.asked == "dial":
            self._dialling[wish.place] = wish.id
        if wish.asked == "record":
            self._join(wish)
            return
        self.lines.do(wish.place, _command(wish))

    def _join(self, wish: office.Wish) -> None:
        """Record a call that somebody has on the telephone, whether the device still knows of it or not."""
        plan = office.plan(self._desk(), wish.call, by_box=False, asked=True)
        if not plan.record or wish.place in self._takings:
            return
        going = next((one for one in self._calls.values() if one.record == wish.call), None)
        if going is None:
            self._joining[wish.place] = wish.call
            self._notices[wish.call] = plan.notice
        else:
            going.notice, going.recording = plan.notice, True
        self.lines.do(wish.place, on.Record(handset=True, beep=plan.beep))

    def _line(self, place: str) -> str:
        """The record of a line; one that speaks before it was found is found hereby."""
        if place not in self._known:
            self._known[place] = office.line_found(self._desk(), place=place)
        return self._known[place]

    def _desk(self) -> Desk:
        return self.journal.desk(who="", device=DEVICE, branch=self.branch)


def _abilities(can: on.Capabilities) -> list[str]:
    return [name for name in can.__struct_fields__ if getattr(can, name) is True]


def _command(wish: office.Wish) -> on.Command:
    match wish.asked:
        case "answer":
            return on.Answer()
        case "reject":
            return on.Reject()
        case "hang_up":
            return on.HangUp()
        case "stop_recording":
            return on.StopRecording()
        case "dial":
            return on.Dial(number=wish.number)
        case "restart":
            return on.Restart()
        case _:
            return on.Check()
