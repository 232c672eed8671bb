"""What is true of one modem while it is plugged in: who it is, what it can do, what it is doing."""

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.hardware.line import Capabilities, Clock
from appliance.hardware.modem.calls import Calls
from appliance.hardware.modem.formats import Format
from appliance.hardware.modem.profiles import V253, Profile
from appliance.hardware.modem.sounding import Player, Recorder
from appliance.hardware.modem.telling import Teller


@dataclass(frozen=True)
class Settings:
    """What a shop may choose for a line."""

    country: str = "26"
    """T.35 code in hex for +GCI; 26 is China, B5 the United States."""
    raw_reports: bool = False
    """Ask for whole packets: shows what the modem would filter, names in GBK for one."""
    gbk: bool = True
    """Names that are not UTF-8 are Chinese."""
    distinctive: bool = False
    call_waiting: bool = False
    blind: bool = True
    """Dial without waiting for a dial tone: a modem set to another country does not know ours."""
    beep: str = "[950,0,40]"
    """The tone that says "this is being recorded": frequency, second frequency, length in 10 ms."""
    handset_wait_ms: int = 8_000
    """So long the line is held after dialling until the clerk has lifted his telephone."""


AS_MADE = Settings()
NOTHING = Capabilities()


@dataclass
class Session:
    """The state that the conversations with a modem share."""

    clock: Clock
    teller: Teller
    calls: Calls
    send: Callable[[bytes], None]
    stream: Callable[[bool], None]
    """Switches the reader between text and sound."""
    reporting: Callable[[], bool]
    """Whether a caller's report is being printed."""
    settings: Settings = AS_MADE
    usb: tuple[int, int] | None = None
    profile: Profile = V253
    model: str = ""
    can: Capabilities = NOTHING
    format: Format | None = None
    numbers_on: str = ""
    gains: dict[str, tuple[int, int]] = field(default_factory=dict)
    hear: int = 128
    speak: int = 128
    tells_mode: bool = True
    """Whether it answers +VCID?."""
    awake: bool = False
    """It has answered since the port was opened; from then on silence is a fault."""
    ready: bool = False
    voice: bool = False
    """It is in voice mode, where codes count."""
    off_hook_ms: int = 0
    """Since when the box is on the line; 0 is on hook."""
    listening_in: bool = False
    """The box only listens to the shop's own telephone."""
    lost_voice: bool = False
    """It offers voice and refuses it: some do after weeks."""
    hush: bool = False
    """What is played is to stop."""
    cut: bool = False
    """The recording is to stop."""
    ending: bool = False
    """The call is to be ended as soon as what is going on has come to a stop."""
    ended_by_them: bool = False
    unsettled: bool = False
    """Something may have switched the reports off."""
    player: Player | None = None
    recorder: Recorder | None = None

    @property
    def off_hook(self) -> bool:
        """Whether the box is on the line."""
        return bool(self.off_hook_ms)

    def their_end(self) -> None:
        """The other side has hung up."""
        self.ending = self.ended_by_them = True
