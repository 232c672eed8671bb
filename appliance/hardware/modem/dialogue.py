"""Asking a modem one thing at a time and waiting for the answer, a bounded while (spec/modem.md 2.2).

What is to be said stands in a script: a generator that yields what to ask, how long to rest or what to wait for, and
is handed the answer. It reads like the conversation that it holds. No bytes are read or written here.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, cast

from appliance.hardware.line import Clock
from appliance.hardware.modem.masking import masked

GAP_MS = 50
"""So long a modem rests between its answer and the next command; older ones lose characters otherwise."""
WAIT_MS = 2_000
LOOK_MS = 100
LOG_LINES = 300
MOST_LINES = 64
"""An answer with more lines than this is noise."""

SIMPLE = frozenset({"OK", "ERROR"})
CONNECTING = frozenset({"OK", "ERROR", "CONNECT", "VCON", "NO CARRIER"})
DIALLING = CONNECTING | {"BUSY", "NO ANSWER", "NO DIALTONE", "BLACKLISTED", "DELAYED", "LINE-IN-USE"}
_FINALS = DIALLING | {"NO DIAL TONE"}
_DIGITS = {
    "0": "OK",
    "1": "CONNECT",
    "3": "NO CARRIER",
    "4": "ERROR",
    "6": "NO DIALTONE",
    "7": "BUSY",
    "8": "NO ANSWER",
}


@dataclass(frozen=True)
class Ask:
    """Send a command and wait for its final result. Without a command, only wait."""

    command: str = ""
    wait_ms: int = WAIT_MS
    finals: frozenset[str] = SIMPLE
    again: bool = True
    """Say it once more when nothing comes: a modem that was just writing RING may have missed it."""
    digits: bool = False
    """The modem may still answer in digits."""
    unless: Callable[[], bool] | None = None
    """Give up as soon as this is so."""


@dataclass(frozen=True)
class Pause:
    """Rest."""

    ms: int


@dataclass(frozen=True)
class Until:
    """Wait until something is so, looking after every byte and ten times a second; the answer is "so" or ""."""

    so: Callable[[], bool]
    wait_ms: int


@dataclass(frozen=True)
class Reply:
    """The final result, "" when none came in time, and the lines before it."""

    final: str = ""
    lines: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the modem agreed."""
        return self.final == "OK"


Step = Ask | Pause | Until
Script = Generator[Step, Reply, Any]


def final_of(line: str, *, digits: bool = False) -> str:
    """Return the final result that a line is, "" for any other line."""
    text = line.upper().strip()
    if digits and text in _DIGITS:
        return _DIGITS[text]
    if text.startswith("CONNECT ") and len(text) < 40:
        return "CONNECT"
    if text.startswith(("+CME ERROR", "+CMS ERROR")):
        return "ERROR"
    return text.replace("DIAL TONE", "DIALTONE") if text in _FINALS else ""


@dataclass
class Dialogue:
    """Holds one conversation after the other."""

    clock: Clock
    send: Callable[[bytes], None]
    unanswered: int = 0
    """So many commands in a row had no answer at all."""
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    _script: Script | None = None
    _step: Step | None = None
    _due_ms: int = 0
    _sent: bool = False
    _repeated: bool = False
    _free_ms: int = 0
    _lines: list[str] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether a conversation is going on."""
        return self._script is not None

    @property
    def next_ms(self) -> int | None:
        """When `tick` has something to do next."""
        step = self._step
        if step is None:
            return None
        if isinstance(step, Ask) and not self._sent:
            return self._free_ms
        looks = isinstance(step, Until) or (isinstance(step, Ask) and step.unless is not None)
        return min(self._due_ms, self.clock.ticks_ms() + LOOK_MS) if looks else self._due_ms

    def begin(self, script: Script) -> None:
        """Begin a conversation; an earlier one is broken off."""
        self.stop()
        self._script = script
        self._go(None)

    def stop(self) -> None:
        """Break off the conversation."""
        script, self._script, self._step = self._script, None, None
        if script:
            script.close()

    def line(self, text: str) -> bool:
        """Take a line that is no event by itself; returns whether it belonged to the conversation."""
        step = self._step
        if not isinstance(step, Ask) or not self._sent:
            return False
        if text == step.command:
            return True
        final = final_of(text, digits=step.digits)
        if final in step.finals:
            self.unanswered = 0
            self._free_ms = self.clock.ticks_ms() + GAP_MS
            self._go(Reply(final, tuple(self._lines)))
            return True
        if final:
            return False
        if len(self._lines) < MOST_LINES:
            self._lines.append(text)
        return True

    def tick(self) -> None:
        """Do what is due: send, repeat, give up, look whether it is so."""
        now, step = self.clock.ticks_ms(), self._step
        if isinstance(step, Until):
            if step.so():
                self._go(Reply("so"))
            elif now >= self._due_ms:
                self._go(Reply())
        elif isinstance(step, Pause):
            if now >= self._due_ms:
                self._go(Reply())
        elif isinstance(step, Ask):
            if not self._sent:
                if now >= self._free_ms:
                    self._say(step)
            elif step.unless and step.unless():
                self._go(Reply())
            elif now >= self._due_ms:
                self._late(step)

    def _late(self, step: Ask) -> None:
        if step.again and not self._repeated and step.command:
            self._repeated = True
            self._say(step)
            return
        self.unanswered += 1
        self._go(Reply("", tuple(self._lines)))

    def _say(self, step: Ask) -> None:
        self._sent = True
        self._lines.clear()
        self._due_ms = self.clock.ticks_ms() + step.wait_ms
        if step.command:
            self.note(f"> {step.command}")
            self.send(step.command.encode() + b"\r")

    def _go(self, reply: Reply | None) -> None:
        """Hand the answer to the script and take its next step, as long as that needs no waiting."""
        # Only a script's own step ends in an answer.
        script = cast("Script", self._script)
        try:
            step: Step = next(script) if reply is None else script.send(reply)
        except StopIteration:
            self._script, self._step = None, None
            return
        self._step, self._sent, self._repeated = step, False, False
        now = self.clock.ticks_ms()
        self._due_ms = now + (step.ms if isinstance(step, Pause) else step.wait_ms)
        self.tick()

    def note(self, line: str) -> None:
        """Write a line into the log, without what belongs to persons."""
        self.log.append(masked(line))
