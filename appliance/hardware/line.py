"""A telephone line, whatever it hangs on: what happens on it, and what it can be told to do.

A voice modem is the first source of such a line; a SIP account, a GSM stick, a hands-free set or a phone in
somebody's pocket tell the same events and take the same commands (spec/modem.md 12).

Three promises hold for every source:

- A **call** has one id from its first sign, a ring or a caller's number, to its one `HungUp`. Everything between
  carries the id. The id is made of the line and the moment, so telling a call twice tells nothing new.
- Commands are done in the order in which they came. `HangUp`, `StopPlaying` and `StopRecording` jump the queue. Each
  command ends in one `Done` or one `Failed`, never in silence.
- Sound is 16-bit signed little-endian, 8000 samples a second, one channel (`PCM`), whatever the device speaks.
"""

from typing import Literal, Protocol

import msgspec

RATE = 8_000
"""Samples of sound a second."""
BYTES_A_SECOND = 2 * RATE
PCM = bytes
"""Sound: 16-bit signed little-endian samples, `RATE` a second, one channel."""

Presentation = Literal["allowed", "withheld", "unavailable", "absent"]
"""Whether a number or name is there: told; kept back by the caller; unknown to the network; nothing was said."""
Ending = Literal[
    "answered", "missed", "stopped", "rejected", "busy", "no_answer", "no_dial_tone", "failed", "interrupted"
]
"""How a call ended.

`answered`: it was talked on. `missed`: it rang and nobody took it. `stopped`: the ringing stopped, and this device
cannot tell whether a telephone beside it was lifted. `rejected`: the box turned it away. `interrupted`: the device
was lost in the middle. The rest is of calls that the box dialled itself.
"""
Heard = Literal["busy", "congestion", "dial", "ringback", "silence", "fax", "data"]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a device can do. The shop offers nothing that is not here."""

    caller_id: bool = False
    voice: bool = False
    """Answer, play, record."""
    listen_in: bool = False
    """Record a conversation that is held on the telephone plugged into the device."""
    hears_handset: bool = False
    """Tell, while nobody records, when that telephone is lifted, and so whether a call that stopped ringing was missed."""
    dial: bool = False
    dtmf: bool = False
    duplex: bool = False
    distinctive_ring: bool = False
    call_waiting: bool = False
    formats: tuple[str, ...] = ()
    """How sound travels between box and device, the chosen one first; for the diagnosis page."""


# ---- what happens


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something happened on a line."""

    line: str
    at_ms: int
    """When, UTC."""
    tick_ms: int
    """When, on a clock that never jumps."""
    raw: bytes = b""
    """The bytes that told it, where a person may have to look at them; personal digits included."""


class Found(Event, frozen=True, kw_only=True):
    """The device is there and ready."""

    model: str
    profile: str
    port: str
    can: Capabilities


class Lost(Event, frozen=True, kw_only=True):
    """The device is gone, or cannot be used. Told once for each change of reason, not for each try."""

    reason: Literal["unplugged", "forbidden", "taken", "hung", "unsupported", "stopped"]
    detail: str = ""
    """Who holds the port, which group is missing: for the diagnosis page and the log, not for translation."""


class Troubled(Event, frozen=True, kw_only=True):
    """The device works, but less than it should."""

    what: Literal["no_voice", "no_caller_id", "calls_without_number", "sound_lost", "slow", "recovered"]
    detail: str = ""


class Ring(Event, frozen=True, kw_only=True):
    """The bell rang, for the n-th time in this call. Cards wait for `Caller`: a single ring may be a line test."""

    call: str
    count: int
    cadence: str = ""
    """Which of several ring patterns, "" where the device or the line makes no difference."""


class Caller(Event, frozen=True, kw_only=True):
    """Who calls. A later `Caller` of the same call tells more and replaces the earlier.

    Comes as soon as the number is known, perhaps before the first ring, and at the second ring at the latest, then
    with `absent`.
    """

    call: str
    number: str = ""
    """The digits exactly as sent, "" unless `presentation` is `allowed`."""
    presentation: Presentation = "absent"
    doubtful: bool = False
    """The report was harmed on its way: show the number, never match a customer by it."""
    name: str = ""
    name_presentation: Presentation = "absent"
    sent_date: str = ""
    """MMDD by the exchange's own clock, which may be wrong; "" if not given or nonsense."""
    sent_time: str = ""
    """HHMM likewise."""
    called: str = ""
    """The number that was dialled, where several end on this line."""
    redirected_from: str = ""
    waiting: bool = False
    """The caller knocks while another call is on the line."""
    checksum_ok: bool | None = None
    """Whether the sum of a raw report is right; None where the report has none to check."""
    source: Literal["text", "packet", "dtmf", "clip", "network"] = "text"
    extras: tuple[tuple[str, str], ...] = ()
    """What else the network said, by tag: ("MESG", "110101")."""


class Dialled(Event, frozen=True, kw_only=True):
    """The box dialled; the call begins."""

    call: str
    number: str


class Answered(Event, frozen=True, kw_only=True):
    """Somebody took the call: the box, the telephone in the shop, or the far end of a call that was dialled."""

    call: str
    by: Literal["box", "handset", "them"]


class HungUp(Event, frozen=True, kw_only=True):
    """The call is over. Comes exactly once for each call."""

    call: str
    how: Ending
    rings: int = 0
    rang_ms: int = 0
    talked_ms: int = 0


class Handset(Event, frozen=True, kw_only=True):
    """The telephone plugged into the device was lifted or put down."""

    call: str = ""
    lifted: bool


class Dtmf(Event, frozen=True, kw_only=True):
    """The other side pressed a key: 0-9, *, #, A-D. One event a press, however long."""

    call: str
    key: str


class Tone(Event, frozen=True, kw_only=True):
    """The line says something by itself. `busy` after a talk means that the other side has hung up."""

    call: str
    what: Heard
    by: Literal["device", "box"]
    """Who heard it: the device's own ear, or the box in the sound."""


class Sound(Event, frozen=True, kw_only=True):
    """A piece of the recording, in order. Write it away at once."""

    call: str
    pcm: PCM
    missing: int = 0
    """So many samples before this piece were lost by the device."""


class Level(Event, frozen=True, kw_only=True):
    """How loud the last second was, of 32767."""

    call: str
    peak: int
    mean: int


class Recorded(Event, frozen=True, kw_only=True):
    """The recording ended; its sound came before."""

    call: str
    samples: int
    why: Literal["asked", "hung_up", "silence", "lost", "full"]
    missing: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing and nobody pulled a plug."""
        return self.why != "lost" and not self.missing


class Played(Event, frozen=True, kw_only=True):
    """What was to be played has been heard, or was cut short."""

    call: str
    whole: bool
    underruns: int = 0


class MessageWaiting(Event, frozen=True, kw_only=True):
    """The network's own answering service has messages, or no longer. It is no call."""

    on: bool
    count: int = 0


class Done(Event, frozen=True, kw_only=True):
    """A command was carried out."""

    command: "Command"


class Failed(Event, frozen=True, kw_only=True):
    """A command could not be carried out."""

    command: "Command"
    why: Literal["no_device", "no_call", "cannot", "refused", "late", "dropped"]


# ---- what it can be told


class Order(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something a line is told to do."""


class Answer(Order, frozen=True, kw_only=True):
    """Take the call that is ringing."""


class HangUp(Order, frozen=True, kw_only=True):
    """End the call, and whatever is being played or recorded."""


class Reject(Order, frozen=True, kw_only=True):
    """Turn a ringing call away: lift and put down."""


class Dial(Order, frozen=True, kw_only=True):
    """Call a number: for the shop's own telephone, which is then lifted, or for the box to speak itself."""

    number: str
    handset: bool = True


class Play(Order, frozen=True, kw_only=True):
    """Let the other side hear this."""

    pcm: PCM


class StopPlaying(Order, frozen=True, kw_only=True):
    """Fall silent within a second."""


class Record(Order, frozen=True, kw_only=True):
    """Record until told to stop, the other side hangs up, or a limit is reached."""

    handset: bool = False
    """Listen in on the conversation that is held on the shop's own telephone; else record the call that the box has."""
    beep: bool = False
    """Sound the tone that says "this is being recorded" first."""
    silence_ms: int = 0
    """Stop after so much silence; 0 is never, for a conversation may pause."""
    most_ms: int = 2 * 3600 * 1000


class StopRecording(Order, frozen=True, kw_only=True):
    """End the recording; the call goes on."""


class SendDtmf(Order, frozen=True, kw_only=True):
    """Press keys."""

    keys: str


class SetGain(Order, frozen=True, kw_only=True):
    """How loud to hear and to speak, 0-255, 128 as made; kept within what the device allows."""

    hear: int = 128
    speak: int = 128


class Check(Order, frozen=True, kw_only=True):
    """Ask the device who it is and whether it listens for numbers."""


class Restart(Order, frozen=True, kw_only=True):
    """Begin with the device from the beginning."""


Command = (
    Answer | HangUp | Reject | Dial | Play | StopPlaying | Record | StopRecording | SendDtmf | SetGain | Check | Restart
)


# ---- the line itself


class Clock(Protocol):
    """What a device knows of time; passed in."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since 1970, UTC."""
        ...

    def ticks_ms(self) -> int:
        """Milliseconds that only ever grow, from any origin."""
        ...


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a line stands, for the diagnosis page."""

    line: str
    port: str = ""
    model: str = ""
    profile: str = ""
    can: Capabilities = Capabilities()
    ready: bool = False
    lost: str = ""
    """The reason of the last `Lost` while the device is not ready."""
    detail: str = ""
    troubles: tuple[str, ...] = ()
    call: str = ""
    """The call that is on the line now."""
    last_report_at_ms: int = 0
    """When a caller's number or its absence was last told by the network."""
    without_number: int = 0
    """So many calls in a row came without any report; three call for the advice of spec/modem.md 7.5."""
    peak: int = 0
    mean: int = 0
    log: tuple[str, ...] = ()
    """The last lines of the dialogue with the device, digits of persons masked, to send to whoever helps."""


class Line(Protocol):
    """One telephone line. `do` may be called from any thread and returns at once; what comes of it is an event."""

    @property
    def id(self) -> str:
        """The same after a restart, a re-plug and a rename of the port."""
        ...

    def do(self, command: Command) -> None:
        """Queue a command."""
        ...

    def standing(self) -> Standing:
        """Tell how the line stands."""
        ...
