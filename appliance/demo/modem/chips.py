"""What real modems answer, as far as manuals and logs show it (spec/modem.md 4.2, 5, 10.2)."""

from dataclasses import dataclass, field

STANDARD_ROWS = ('0,"SIGNED PCM",8,0,8000,0,0', '1,"UNSIGNED PCM",8,0,8000,0,0')
VLS_ROWS = (
    '0,"",B0800000,B0800000,B0800000',
    '1,"T",0B8433C1,0FE431C1,0B8431C1',
    '2,"L",00800000,00800000,00800000',
    '3,"LT",0B8433C1,0FE431C1,0B8431C1',
    '4,"S",00000000,00000000,00000000',
)


@dataclass(frozen=True)
class Chip:
    """One kind of modem."""

    name: str
    says: dict[str, tuple[str, ...]]
    """Its answers to questions about itself, by command."""
    classes: str = "0,1,1.0,2,8"
    rows: tuple[str, ...] = STANDARD_ROWS
    codings: dict[int, str] = field(default_factory=lambda: {0: "signed", 1: "unsigned"})
    usual: int = 1
    """The coding after a reset."""
    states: tuple[str, ...] = VLS_ROWS
    numbers: str = "+VCID"
    """The command that switches reports on, "" for a modem that has none."""
    numbers_range: str = "(0-2)"
    tells_mode: bool = True
    blanks: bool = True
    """DATE = 0302, not DATE=0302."""
    announces: bool = False
    """CIDM stands before each report."""
    etx_after_play: bool = True
    lifted: str = "P"
    put_down: str = "p"
    hook_resets_class: bool = False
    knows_flow: bool = True
    lifts_ms: int = 300
    gains: str = "(0-255)"
    knows: tuple[str, ...] = ()
    """Commands of its own that it answers with OK."""


CONEXANT = Chip(
    "conexant",
    {"I": ("56000",), "I0": ("56000",), "I3": ("CX93001-EIS_V0.2013-V92",), "I9": (), "+GMI": ("CONEXANT",)},
    rows=(
        *STANDARD_ROWS,
        '129,"IMA ADPCM",4,0,8000,0,0',
        '130,"UNSIGNED PCM",8,0,8000,0,0',
        '131,"Mu-Law",8,0,8000,0,0',
        '132,"A-Law",8,0,8000,0,0',
        '133,"14 bit PCM",14,0,8000,0,0',
    ),
    codings={0: "signed", 1: "unsigned", 129: "adpcm", 130: "unsigned", 131: "mu-law", 132: "a-law"},
    usual=129,
    knows=("-STE", "-SCID", "-SDR", "-PV"),
    knows_flow=False,
)
USR = Chip(
    "usr",
    {
        "I": ("5601",),
        "I0": ("5601",),
        "I3": ("U.S. Robotics 56K FAX USB V1.2.23",),
        "+GMI": ("U.S. Robotics",),
        "+GMM": ("U.S. Robotics 56K FAX USB",),
    },
    classes="0,1,2,8",
    rows=(
        '128,"8-BIT LINEAR",(7200,8000,11025)',
        '129,"16-BIT LINEAR",(7200,8000,11025)',
        '130,"8-BIT ALAW",(8000)',
        '131,"8-BIT ULAW",(8000)',
        '132,"IMA ADPCM",(7200,8000,11025)',
    ),
    codings={128: "unsigned", 130: "a-law", 131: "mu-law", 132: "adpcm"},
    usual=128,
    numbers_range="(0-16)",
    blanks=False,
    etx_after_play=False,
    lifted="H",
    put_down="h",
    lifts_ms=900,
    gains="(112-144)",
)
AGERE = Chip(
    "agere",
    {"I": ("LT V.92 Data+Fax Modem",), "I0": ("",), "I3": ("LT V.92 1.0 MT5634ZBA",), "I9": ("Lucent Technologies",)},
    classes="0,1,2,8",
    rows=tuple(f"+VSM: {row}" for row in USR.rows),
    codings=USR.codings,
    usual=128,
    blanks=False,
    etx_after_play=False,
    lifted="H",
    put_down="h",
    hook_resets_class=True,
    knows=("+VDR",),
)
SILABS = Chip(
    "silabs",
    {"I": ("2494",), "I0": ("2494",), "I3": ("Si2494 revision C",), "+GMI": ("Silicon Labs",), "+GMM": ("Si2494",)},
    classes="0,1,8",
    rows=(
        *STANDARD_ROWS,
        '4,"G.711 U-LAW",8,0,8000,0,0',
        '5,"G.711 A-LAW",8,0,8000,0,0',
        '129,"G.726 ADPCM",2,0,8000,0,0',
        '131,"G.726 ADPCM",4,0,8000,0,0',
    ),
    codings={0: "signed", 1: "unsigned", 4: "mu-law", 5: "a-law"},
    usual=4,
    blanks=False,
    announces=True,
    lifted="H",
    put_down="h",
    gains="(112-134)",
    knows=("+VCDT", "+VDR"),
)
V253 = Chip("v253", {"I": ("V.253 modem",), "I0": ("V.253 modem",), "I3": ("1.0",)}, usual=1, lifted="H", put_down="h")
MU_LAW = Chip(
    "mu-law",
    {"I": ("MU",), "I0": ("MU",), "I3": ("MU 1.0",)},
    rows=('4,"MU-LAW",8,0,8000,0,0', '129,"IMA ADPCM",4,0,8000,0,0'),
    codings={4: "mu-law", 129: "adpcm"},
    usual=129,
    states=("(0-4)",),
)
DATA = Chip(
    "data", {"I": ("56K",), "I0": ("56K",), "I3": ("V.90 data modem",)}, classes="0,1", numbers="#CID", tells_mode=False
)

CHIPS = {chip.name: chip for chip in (CONEXANT, USR, AGERE, SILABS, V253, MU_LAW, DATA)}
