"""What is known of modem chips, as data (spec/modem.md 3.1, 4 and 5). A modem is asked first; this fills what it cannot say.

Recognised by USB id, then by what it says of itself, then by what it can do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NUMBERS_ON = ("AT+VCID=1", "AT#CID=1", "AT+FCLASS=8;+VCID=1", "AT%CCID=1", "AT*ID1", "AT#CC1")
"""How families are told to report numbers; the first that is accepted is kept."""


@dataclass(frozen=True)
class Profile:
    """One family of chips."""

    name: str
    title: str
    says: str = ""
    """A pattern of what it says of itself in answer to ATI and +GMM."""
    voice: bool = True
    numbers_on: tuple[str, ...] = NUMBERS_ON
    before: tuple[str, ...] = ()
    """Orders of its own before the first call; an ERROR is fine."""
    distinctive: str = ""
    """Tells ring patterns apart."""
    call_waiting: str = ""
    """Listens for the number of a second caller, on a line that sends it."""
    silence_off: str = "AT+VSD=128,0"
    """Keeps the modem from judging silence: the box does."""
    format_tails: tuple[str, ...] = (",8000,0,0", ",8000", "")
    """What follows the label in +VSM=; shorter ones are tried after an ERROR."""
    stop: bytes = b"!"
    """The code that ends a recording."""
    lifted: bytes = b"H"
    put_down: bytes = b"h"
    """Codes of the telephone plugged into the modem."""
    false: bytes = b""
    """Codes that this family sends without cause."""
    off_hook_ms: int = 5_000
    """The answer to +VLS=1 comes so late at most."""
    listen_in: str = "AT+VLS=3"
    duplex: bool = False
    dtmf_numbers: bool = False


CONEXANT = Profile(
    name="conexant",
    title="Conexant CX93001/CX93010",
    says=r"CX9\d{4}|CONEXANT",
    distinctive="AT-SDR=7",
    call_waiting="AT-SCID=1",
    silence_off="AT+VSD=0,0",
    lifted=b"PH",
    put_down=b"ph",
    duplex=True,
)
USR = Profile(
    name="usr",
    title="U.S. Robotics 5637",
    says=r"U\.?S\.? ?ROBOTICS|\b56\d\d\b.*USR|^5601$",
    distinctive="ATS41=1",
    format_tails=(",8000", ""),
    false=b"di",
)
AGERE = Profile(
    name="agere",
    title="Agere/Lucent",
    says=r"LUCENT|AGERE|\bLT\b|LSI",
    distinctive="AT+VDR=1,1",
    format_tails=(",8000", ",8000,0,0", ""),
)
SILABS = Profile(
    name="silabs",
    title="Silicon Labs Si24xx",
    says=r"SI ?24\d\d|SILICON LAB|^24\d\d",
    before=("AT+VCDT=1",),
    distinctive="AT+VDR=1,1",
    silence_off="AT+VSD=0,0",
    format_tails=("", ",8000"),
    duplex=True,
    dtmf_numbers=True,
)
ROCKWELL = Profile(
    name="rockwell",
    title="Rockwell RC56",
    says=r"RC56|ROCKWELL",
    distinctive="AT-SDR=7",
    silence_off="AT+VSD=0,0",
    lifted=b"Ht",
)
V253 = Profile(name="v253", title="Voice modem (V.253)", listen_in="AT+VLS=3", distinctive="AT+VDR=1,1")
DATA = Profile(name="data", title="Data modem", voice=False)

PROFILES = {one.name: one for one in (CONEXANT, USR, AGERE, SILABS, ROCKWELL, V253, DATA)}


def recognise(said: Sequence[str], *, voice: bool, usb: tuple[int, int] | None = None) -> Profile:
    """Return the family of a modem that answered so; `voice` is whether it offers class 8."""
    if usb in USB and USB[usb].profile:
        return PROFILES[USB[usb].profile]
    for line in said:
        for profile in PROFILES.values():
            if profile.says and re.search(profile.says, line.upper()):
                return profile
    return V253 if voice else DATA


# ---- devices on USB


@dataclass(frozen=True)
class Device:
    """A device by its USB id."""

    title: str
    profile: str = ""
    """The family, "" where only asking tells."""
    usable: bool = True
    """Whether it has a port that speaks AT; soft modems have none."""


def _devices(
    title: str, vendor: int, *products: int, profile: str = "", usable: bool = True
) -> dict[tuple[int, int], Device]:
    return {(vendor, product): Device(title, profile, usable) for product in products}


USB = {
    **_devices("USR 5637", 0x0BAF, 0x0303, profile="usr"),
    **_devices("USR 56K", 0x0BAF, 0x00EC, 0x6112, profile="usr"),
    **_devices("Conexant CX93010", 0x0572, 0x1340, 0x1321, profile="conexant"),
    **_devices("Dell RD02-D400", 0x0572, 0x1324, profile="conexant"),
    **_devices("TRENDnet TFM-561U", 0x0572, 0x1328, profile="conexant"),
    **_devices("Hummingbird huc56s", 0x0572, 0x1329, profile="conexant"),
    **_devices("Zoom V.92", 0x0572, 0x1253),
    **_devices("Zoom 3095", 0x0803, 0x3095),
    **_devices("Zoom V.92 fax modem", 0x0803, 0x1300),
    **_devices("Zoom 2986L", 0x0803, 0x9700),
    **_devices("Multi-Tech MT5634", 0x06E0, 0xF101, 0xF103, 0xF104, 0xF107),
    **_devices("Multi-Tech MT9234ZBA", 0x06E0, 0x0319, 0xF120),
    **_devices("3Com 56K voice", 0x04C1, 0x3021),
    **_devices("3Com 56K voice", 0x0506, 0x3021),
    **_devices("ZyXEL Omni", 0x0ACE, 0x1602, 0x1608, 0x1611),
    **_devices("SupraMax", 0x045A, 0x07DA, 0x0B4A, 0x0B68),
    **_devices("Digicom Palladio", 0x07A1, 0xD952),
    **_devices("Trust 56K", 0x145F, 0x0106),
    **_devices("Askey 56K", 0x1690, *range(0x0102, 0x010A)),
    **_devices("Conexant SoftK56", 0x0572, 0x1232, 0x1234, 0x1252, 0x1300, usable=False),
    **_devices("Lucent/Agere soft modem", 0x047E, 0xBAD1, 0x2892, usable=False),
    **_devices("ST soft modem", 0x0483, 0x7554, usable=False),
}
"""Modems by (vendor, product). Sources: usb.ids, the kernel's cdc-acm table (spec/modem.md 6)."""
