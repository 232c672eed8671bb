"""The modem itself: it hears characters, answers after a while, rings, and streams sound by the clock.

No file is touched here. Whoever plugs it in hands over bytes with `hear`, calls `tick` when `next_ms` has come, and
takes `out`; so the same modem stands behind a pty in real time and in a test with a clock of its own.
"""

import heapq
import random
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Literal, Protocol, cast

from appliance.demo.modem.answers import DIGITS, ERROR, LATER, OK, Switches, answer, split
from appliance.demo.modem.calls import CADENCES, Incoming, as_packet, as_text
from appliance.demo.modem.chips import CONEXANT, Chip
from appliance.demo.modem.sounds import BUSY, rhythm
from appliance.demo.modem.stream import A_MS, LineSound, Loudspeaker
from appliance.hardware.modem.formats import Coding

DLE, ETX, CR, LF, BACKSPACE = 0x10, 0x03, 0x0D, 0x0A, 0x08
STOPS = frozenset(b"!\x1b^")
PRINTING_MS = 10
"""While it prints RING it does not listen."""
CHUNK_MS = 20
BUFFER = 8_000
"""Recorded sound that the box does not fetch is lost beyond this."""
Mode = Literal["command", "recording", "playing", "dialling"]
FarEnd = Literal["answers", "busy", "silent", "no_tone"]


class Clock(Protocol):
    """Milliseconds that only grow."""

    def ticks_ms(self) -> int:
        """Return them."""
        ...


class EmulatedModem:
    """One modem on one line."""

    def __init__(self, clock: Clock, chip: Chip = CONEXANT, *, seed: int = 1) -> None:
        self.clock = clock
        self.chip = chip
        self.chance = random.Random(seed)
        self.out = bytearray()
        """What it has to say; whoever plugs it in takes it."""
        self.mode: Mode = "command"
        self.off_hook = False
        self.incoming: Incoming | None = None
        self.sound = LineSound()
        self.speaker = Loudspeaker(clock.ticks_ms())
        self.commands: list[str] = []
        """Every command it was given."""
        self.pressed: list[str] = []
        self.dialled: list[str] = []
        self.far_end: FarEnd = "answers"
        self.lost_samples = 0
        """So much the box did not fetch in time."""
        # Faults, switched by whoever wants them.
        self.deaf = False
        self.refuses_voice = False
        self.refuses: set[str] = set()
        """Commands to which it says ERROR: "+VRX"."""
        self.late_ms = 0
        self.switches = Switches()
        self.reset()
        self._line = bytearray()
        self._last = ""
        self._escaped = False
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()
        self._printing_until = 0
        self._owes_overrun = False
        self._streamed_ms = 0

    # ---- what the cable brings

    @property
    def wants_input(self) -> bool:
        """Whether it takes more bytes now; it holds the box back while its buffer is full."""
        return not (self.mode == "playing" and self.speaker.full)

    @property
    def next_ms(self) -> int | None:
        """When `tick` has something to do next."""
        due = [self._due[0][0]] if self._due else []
        if self.mode in {"recording", "playing"}:
            due.append(self._streamed_ms + CHUNK_MS)
        return min(due, default=None)

    def hear(self, data: bytes) -> None:
        """Take bytes from the box."""
        if self.deaf:
            return
        for letter in data:
            if self.mode == "playing":
                self._play(letter)
            elif self.mode == "recording":
                self._while_recording(letter)
            elif self.clock.ticks_ms() >= self._printing_until:
                self._type(letter)

    def tick(self) -> None:
        """Do what is due."""
        now = self.clock.ticks_ms()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()
        if now - self._streamed_ms >= CHUNK_MS:
            if self.mode == "recording":
                self._record(now)
            elif self.mode == "playing":
                self._streamed_ms = now
                if self.speaker.play(now):
                    self.code("u")
                self._played_out()

    def after(self, ms: int, run: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._due, (self.clock.ticks_ms() + ms, next(self._number), run))

    # ---- commands

    def _type(self, letter: int) -> None:
        if self._escaped:
            self._escaped = False
            return
        if letter == DLE:
            self._escaped = True
            return
        if self.mode == "dialling":
            # Any key breaks dialling off.
            self._dialled("NO CARRIER")
            return
        if self.switches.echo:
            self.out.append(letter)
        if letter == CR:
            line, self._line = self._line.decode("latin-1"), bytearray()
            self._command(line)
        elif letter == BACKSPACE:
            del self._line[-1:]
        elif letter != LF:
            self._line.append(letter)
            if self._line[-2:].upper() == b"A/":
                self._line.clear()
                self._command(f"AT{self._last}")

    def _command(self, line: str) -> None:
        at = line.upper().rfind("AT")
        if at < 0:
            return
        body = line[at + 2 :].strip()
        self._last = body
        self.commands.append(f"AT{body}")
        resets = any(command.upper() in {"Z", "Z0", "&F"} for command in split(body) or [])
        wait = self.chance.randint(200, 500) if resets else self.chance.randint(5, 30)
        self.after(wait + self.late_ms, lambda: self._carry_out(body))

    def _carry_out(self, body: str) -> None:
        commands, lines = split(body), list[str]()
        result = OK if commands is not None else ERROR
        for command in commands or []:
            said, result = answer(self, command)
            lines += said
            if result != OK:
                break
        for line in lines:
            self.say(line.encode())
        if result != LATER:
            self.result(result)

    def say(self, line: bytes) -> None:
        """Print a line."""
        self.out += b"\r\n" + line + b"\r\n"

    def result(self, text: str) -> None:
        """Print a result, as the box wants results printed."""
        if self.switches.quiet:
            return
        if self.switches.verbose:
            self.say(text.encode())
        else:
            self.out += DIGITS.get(text, "0").encode() + b"\r"

    def reset(self) -> None:
        """ATZ: forget all settings, caller ID among them."""
        self.switches = Switches(coding=self.chip.usual)
        self.hook(off=False)

    def power_cycle(self) -> None:
        """The plug is pulled: whatever was going on is over."""
        self.mode, self.incoming = "command", None
        self._due.clear()
        self._line.clear()
        self.out.clear()
        self.reset()

    def hook(self, *, off: bool, tell: bool = False) -> None:
        """Go off hook or on hook; with `tell`, say OK when it is done."""
        if not off:
            self.off_hook = False
            self.sound.clear()
            if self.chip.hook_resets_class and not tell:
                self.switches.service = "0"
            if tell:
                self.result(OK)
            return
        self.after(self.chip.lifts_ms, lambda: self._lifted(tell=tell))

    def _lifted(self, *, tell: bool) -> None:
        self.off_hook = True
        self.incoming = None
        if tell:
            self.result(OK)

    # ---- calls

    def ring(self, call: Incoming | None = None) -> None:
        """Somebody calls."""
        call = self.incoming = call or Incoming()
        on, off = CADENCES[call.country]
        begin = call.report_after_ms if call.report == "before" else 0
        if begin:
            self.after(0, lambda: self._report(call))
        for n in range(call.rings):
            start = begin + n * (on + off)
            self.after(start if call.at_start_of_burst else start + on, lambda: self._bell(call, on // 100, off // 100))
            if call.repeats or n == {"between": 0, "after": 1}.get(call.report):
                self.after(start + on + call.report_after_ms, lambda: self._report(call))
        self.after(begin + call.rings * (on + off) - off // 2, lambda: self._gives_up(call))

    def _gives_up(self, call: Incoming) -> None:
        if self.incoming is call:
            self.incoming = None

    def _bell(self, call: Incoming, on: int, off: int) -> None:
        if self.incoming is not call or self.mode not in {"command", "dialling"}:
            return
        if self.switches.service == "8":
            self.code("R")
            return
        if self.switches.parts or call.parts:
            self.say(f"DROF={off}".encode())
            self.say(f"DRON={on}".encode())
        self._printing_until = self.clock.ticks_ms() + PRINTING_MS
        self.result("RING")

    def _report(self, call: Incoming) -> None:
        if self.incoming is not call or not self.switches.numbers or not (call.number or call.keys):
            return
        if self.switches.service == "8":
            text = as_text(call, blanks=self.chip.blanks, announces=True)
            told = bytes((DLE,)) + b"X" + text.strip() + bytes((DLE,)) + b"."
        elif self.switches.numbers == 2:
            told = b"\r\n" + as_packet(call).hex().upper().encode() + b"\r\n"
        else:
            told = as_text(call, blanks=self.chip.blanks, announces=self.chip.announces)
        told = call.harm(told)
        cuts = sorted(self.chance.sample(range(1, max(2, len(told))), min(call.pieces, len(told)) - 1))
        for n, (low, high) in enumerate(zip([0, *cuts], [*cuts, len(told)], strict=True)):
            self.after(n * call.gap_ms, partial(self.out.extend, told[low:high]))

    def caller_hangs_up(self, *, loop: bool = False, codes: bool = False) -> None:
        """The other side puts down: the exchange sends busy tone, and perhaps the modem notices."""
        self.incoming = None
        if not self.off_hook:
            return
        if loop:
            self.code("l")
        self.sound.clear()
        self.sound.feed_endless(rhythm(*BUSY))
        for n in range(6 if codes else 0):
            self.after(n * 700, lambda: self.code("b"))

    def press(self, keys: str, *, framed: bool = True, held_ms: int = 210, every_ms: int = 400) -> None:
        """The other side presses keys."""
        for n, key in enumerate(keys):
            start = n * every_ms
            if framed:
                self.after(start, lambda: self.code("/"))
            for held in range(0, held_ms, 70):
                self.after(start + held, partial(self.code, key))
            if framed:
                self.after(start + held_ms, lambda: self.code("~"))

    def handset(self, *, lifted: bool) -> None:
        """The telephone plugged into the modem is lifted or put down."""
        self.code(self.chip.lifted if lifted else self.chip.put_down)

    def dial(self, number: str) -> None:
        """The box dials."""
        self.dialled.append(number)
        if number.endswith(";"):
            self.off_hook = True
            self.after(100 * len(number), lambda: self.result(OK))
            return
        self.mode, self.off_hook = "dialling", True
        result = {"answers": OK, "busy": "BUSY", "silent": "NO ANSWER", "no_tone": "NO DIALTONE"}[self.far_end]
        self.after(3_000, lambda: self._dialled(result))

    def _dialled(self, result: str) -> None:
        if self.mode == "dialling":
            self.mode, self.off_hook = "command", result == OK
            self.result(result)

    # ---- streams

    @property
    def coding(self) -> Coding:
        """How sound is coded now."""
        return cast("Coding", self.chip.codings[self.switches.coding])

    def code(self, mark: str) -> None:
        """Tell an event, in voice mode."""
        if self.switches.service == "8" and not self.deaf:
            self.out += bytes((DLE, ord(mark)))

    def connect(self, mode: Mode) -> None:
        """Begin to record or to play."""
        now = self.clock.ticks_ms()
        self.result("CONNECT")
        self.mode, self._streamed_ms, self._escaped = mode, now, False
        if mode == "playing":
            self.speaker = Loudspeaker(now)

    def _record(self, now: int) -> None:
        count, self._streamed_ms = (now - self._streamed_ms) * A_MS, now
        sound = self.sound.take(count, self.coding)
        if self.deaf:
            return
        if len(self.out) > BUFFER:
            self.lost_samples += count
            self._owes_overrun = True
            return
        if self._owes_overrun:
            self._owes_overrun = False
            self.code("o")
        self.out += sound.replace(b"\x10", b"\x10\x10")

    def _while_recording(self, letter: int) -> None:
        if self._escaped and letter in STOPS:
            self._record(self.clock.ticks_ms())
            self.mode = "command"
            self.out += bytes((DLE, ETX))
            self.after(self.chance.randint(5, 30), lambda: self.result(OK))
        self._escaped = letter == DLE

    def _play(self, letter: int) -> None:
        if self.speaker.take(letter) == ETX:
            self.speaker.ending = True
        self._played_out()

    def _played_out(self) -> None:
        if self.mode == "playing" and self.speaker.ending and self.speaker.empty:
            self.mode = "command"
            if self.chip.etx_after_play:
                self.out += bytes((DLE, ETX))
            self.result(OK)
