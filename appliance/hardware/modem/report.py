"""A caller's report as modems print it: a tag and a value on each line, in many dialects (spec/modem.md 3.2).

There is no end mark, and no rule that every maker keeps. So a report is a heap of tags: `read_line` finds them,
`Report` says what they mean so far, and whoever collects them decides when a report is complete.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from appliance.hardware.line import Presentation
from appliance.hardware.modem.packet import Tags, of_message

_SAME = {
    "NBR": "NMBR",
    "CALLER NUMBER": "NMBR",
    "CALLERID": "NMBR",
    "FM": "NMBR",
    "DDN_NMBR": "DDN",
    "CALLER NAME": "NAME",
    "TO": "CALLED",
    "REASON FOR NO CALLER NUMBER": "NO NMBR",
    "REASON FOR NO CALLER NAME": "NO NAME",
}
_OWN = ("DATE TIME", "DATE", "TIME", "NMBR", "NAME", "MESG", "DDN", "QUAL", "REDIRECT", "LOOKUP NAME", "CALLBACK NMBR")
_BARE = {b"CALLING MSG", b"END MSG", b"CIDM", b"CID", b"ERRM"}
"""Lines without a value that belong to a report."""
_KNOWN = b"|".join(re.escape(tag.encode()) for tag in sorted([*_OWN, *_SAME], key=len, reverse=True))
_EQUALS = re.compile(rb"(" + _KNOWN + rb")[ \t]*=[ \t]*", re.IGNORECASE)
_COLON = re.compile(rb"(?:^|(?<=[ \t]))(" + _KNOWN + rb")[ \t]*:[ \t]*", re.IGNORECASE)
_FOREIGN = re.compile(rb"([A-Z][A-Z0-9_ ]{1,24}?)[ \t]*[=:][ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_CLIP = re.compile(rb'\+CLIP:[ ]*"([^"]*)"(?:,(\d*))?(?:,[^,]*,[^,]*,(?:"([^"]*)")?(?:,(\d*))?)?')
_DTMF = re.compile(rb"([ABCD]?)(\d{2,20})([CD#]?)")
_RING = re.compile(rb"((?:RING)+)(?:[ ]*[ :][ ]*([1-9A-D](?: ?DN\d)?)|((?:;[0-9*#]*){1,2}))?", re.IGNORECASE)

_WITHHELD = {"P", "A", "PRIVATE", "PRIVATE NUMBER", "PRIVATE CALLER", "RESTRICTED", "WITHHELD", "ANONYMOUS", "BLOCKED"}
_UNAVAILABLE = {"", "O", "OUT OF AREA", "OUT-OF-AREA", "UNAVAILABLE", "UNKNOWN", "UNKNOWN NUMBER", "-"}
_PUNCTUATION = re.compile(r"[\s().\-/]")
_NUMBER = re.compile(r"\+?[0-9*#]{1,20}")


def read_line(line: bytes) -> Tags:
    """Return the tags that a line holds, [] for a line that belongs to no report.

    Lines that lost their ends on the way hold several; a bell that ran into them is told as RING.
    """
    if clip := _CLIP.match(line):
        return _clip(*clip.groups())
    if line.upper() in _BARE:
        return [(line.decode().upper(), b"")]
    found = list(_EQUALS.finditer(line)) or list(_COLON.finditer(line))
    # What stands before the first tag was another line; anything but a bell there makes the whole a stranger.
    before = line[: found[0].start()].strip() if found else b"?"
    if before.upper() not in {b"", b"RING"}:
        return []
    told: Tags = [("RING", b"")] if before else []
    ends = [one.start() for one in found[1:]] + [len(line)]
    for one, end in zip(found, ends, strict=True):
        told += _tag(one[1].decode().upper(), line[one.end() : end].strip(b" \t\x00"))
    return told


def read_ring(line: bytes) -> tuple[int, str, Tags]:
    """Return how often a line says RING, in which pattern, and what ISDN adapters add; (0, "", []) for another line."""
    ring = _RING.fullmatch(line)
    if not ring:
        return 0, "", []
    _, caller, called = ((ring[3] or b"") + b";;").split(b";")[:3]
    told = [(tag, value) for tag, value in (("NMBR", caller), ("CALLED", called)) if value]
    return len(ring[1]) // 4, (ring[2] or b"").decode().upper(), told


def read_dtmf(line: bytes, *, announced: bool = False) -> Tags:
    """Return what a caller ID sent in DTMF keys says: a start letter, digits, a stop letter (spec/modem.md 7.1).

    Bare digits count only when `announced` by CIDM. "B00C" and "B10C" say why there is no number.
    """
    keys = _DTMF.fullmatch(line)
    if not keys or not (announced or keys[1] or keys[3]):
        return []
    if keys[1] == b"B" and len(keys[2]) == 2:
        return [("NO NMBR", b"P" if keys[2] == b"10" else b"O"), ("DTMF", b"")]
    return [("NMBR", keys[2]), ("DTMF", b"")]


def read_foreign(line: bytes) -> Tags:
    """Return a tag that no table knows; inside a report it is kept, elsewhere it means nothing."""
    found = _FOREIGN.fullmatch(line)
    return [(found[1].decode().upper(), found[2])] if found else []


def _tag(name: str, value: bytes) -> Tags:
    if name == "DATE TIME":
        date, _, time = value.partition(b" ")
        return [("DATE", date), ("TIME", time)]
    plain = _SAME.get(name, name)
    return [(plain, value), *(of_message(value) if plain == "MESG" else [])]


def _clip(number: bytes, kind: bytes | None, name: bytes | None, validity: bytes | None) -> Tags:
    abroad = b"+" if kind == b"145" and number[:1] not in {b"+", b""} else b""
    told: Tags = [("CLIP", b""), ("NMBR", abroad + number)]
    if name:
        told.append(("NAME", name))
    reason = {b"1": b"P", b"2": b"O"}.get(validity or b"")
    return [*told, ("NO NMBR", reason)] if reason else told


@dataclass(frozen=True)
class Told:
    """What one report says; two that are equal tell nothing new."""

    number: str = ""
    presentation: Presentation = "unavailable"
    doubtful: bool = False
    name: str = ""
    name_presentation: Presentation = "absent"
    sent_date: str = ""
    sent_time: str = ""
    called: str = ""
    redirected_from: str = ""
    checksum_ok: bool | None = None
    source: Literal["text", "packet", "dtmf", "clip"] = "text"
    extras: tuple[tuple[str, str], ...] = ()


@dataclass
class Report:
    """The tags of one report. Of a tag that comes twice the first counts: the second is often there to mask it."""

    gbk: bool = True
    tags: dict[str, bytes] = field(default_factory=dict)
    extras: list[tuple[str, bytes]] = field(default_factory=list)
    harmed: bool = False
    """Something was in it that nobody can read, or a sum is wrong."""
    checksum_ok: bool | None = None
    raw: bytearray = field(default_factory=bytearray)

    def add(self, tag: str, value: bytes) -> None:
        """Take one more tag."""
        if tag in {"MESG", "QUAL", "LOOKUP NAME", "CALLBACK NMBR", "REDIRECT REASON"}:
            self.extras.append((tag, value))
        else:
            self.tags.setdefault(tag, value)

    @property
    def names_caller(self) -> bool:
        """Whether the number, or the reason for its absence, is there."""
        return bool({"NMBR", "NO NMBR"} & self.tags.keys())

    @property
    def complete(self) -> bool:
        """Whether nothing is left to wait for: number and name are there."""
        return self.names_caller and bool({"NAME", "NO NAME"} & self.tags.keys())

    @property
    def lamp(self) -> tuple[bool, int] | None:
        """Whether it only switches a message lamp: (on, how many messages)."""
        if "LAMP" not in self.tags or self.names_caller:
            return None
        count = self.tags.get("MESSAGES", b"")
        return self.tags["LAMP"] != b"off", int(count) if count.isdigit() else 0

    def told(self) -> Told:
        """Say what the tags mean."""
        number, presentation, doubtful = self._number()
        name, name_presentation = self._name()
        return Told(
            number=number,
            presentation=presentation,
            doubtful=doubtful or self.harmed or "ERRM" in self.tags,
            name=name,
            name_presentation=name_presentation,
            sent_date=_moment(self.tags.get("DATE", b""), 1, 12, 1, 31),
            sent_time=_moment(self.tags.get("TIME", b""), 0, 23, 0, 59),
            called=_digits(self.tags.get("CALLED", b"") or (self.tags.get("DDN", b"") if number else b"")),
            redirected_from=_digits(self.tags.get("REDIRECT", b"")),
            checksum_ok=self.checksum_ok,
            source=self._source(),
            extras=tuple((tag, readable(value, gbk=self.gbk)) for tag, value in self.extras),
        )

    def _source(self) -> Literal["text", "packet", "dtmf", "clip"]:
        if self.checksum_ok is not None:
            return "packet"
        return "dtmf" if "DTMF" in self.tags else "clip" if "CLIP" in self.tags else "text"

    def _number(self) -> tuple[str, Presentation, bool]:
        number, presentation, doubtful = _caller(self.tags.get("NMBR", b""))
        if number:
            return number, presentation, doubtful
        if "NO NMBR" in self.tags:
            presentation = _caller(self.tags["NO NMBR"])[1]
        # Parts of North America put the caller's own number where others put the number dialled; the choice of a caller
        # who keeps his number back stands above that.
        dialable = _caller(self.tags.get("DDN", b""))
        return dialable if presentation == "unavailable" and dialable[0] else ("", presentation, doubtful)

    def _name(self) -> tuple[str, Presentation]:
        value = self.tags.get("NAME", b"") or self.tags.get("NO NAME", b"")
        letter: dict[bytes, Presentation] = {b"P": "withheld", b"O": "unavailable", b"": "absent"}
        presentation = letter.get(value.strip(), "allowed")
        return (readable(value, gbk=self.gbk) if presentation == "allowed" else ""), presentation


def _caller(value: bytes) -> tuple[str, Presentation, bool]:
    """Read a number's value: (digits, presentation, doubtful)."""
    text = value.decode("latin-1").strip().upper()
    if text in _WITHHELD:
        return "", "withheld", False
    if text in _UNAVAILABLE or not text.strip("0"):
        return "", "unavailable", False
    bare = _PUNCTUATION.sub("", text)
    if _NUMBER.fullmatch(bare):
        return bare, "allowed", False
    digits = re.sub(r"[^0-9]", "", bare)
    return (digits, "allowed", True) if len(digits) >= 3 else ("", "unavailable", True)


def _digits(value: bytes) -> str:
    number, _, doubtful = _caller(value)
    return "" if doubtful else number


def _moment(value: bytes, *bounds: int) -> str:
    """Return four digits of two bounded parts, "" where an exchange sends nonsense."""
    digits = re.sub(rb"[/: \-]", b"", value)
    if not re.fullmatch(rb"[0-9]{4}", digits):
        return ""
    low, high, low_of_second, high_of_second = bounds
    first, second = int(digits[:2]), int(digits[2:])
    return digits.decode() if low <= first <= high and low_of_second <= second <= high_of_second else ""


def readable(value: bytes, *, gbk: bool = True) -> str:
    """Return a name as text: UTF-8, else the Chinese GB18030, else what the bytes are in Latin letters."""
    for encoding in ("utf-8", "gb18030") if gbk else ("utf-8",):
        try:
            text = value.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = value.decode("latin-1")
    return "".join(letter if letter.isprintable() else "�" for letter in text).strip()
