"""What the codes of a stream mean: keys pressed, tones heard, handset lifted (spec/modem.md 4.6).

Modems repeat a key while it is held and hear tones in voices. A key counts once a press; a busy tone counts when it
comes twice in the rhythm of one.
"""

from dataclasses import dataclass
from typing import Literal

from appliance.hardware.modem.profiles import Profile

KEYS = frozenset(b"0123456789*#ABCD")
SAME_PRESS_MS = 150
LOST_END_MS = 500
"""A held key is repeated faster than this; after so long the end of its frame was lost."""
BUSY_BEAT_MS = (300, 1_500)
LONG_AGO_MS = -1 << 40
Sign = Literal[
    "key", "ring", "busy", "congestion", "dial", "ringback", "silence", "fax", "data", "lifted", "put_down", "loop",
    "knock", "underrun", "overrun",
]  # fmt: skip

_PLAIN: dict[int, Sign] = {
    ord("R"): "ring",
    ord("r"): "ringback",
    ord("d"): "dial",
    ord("i"): "dial",
    ord("s"): "silence",
    ord("q"): "silence",
    ord("a"): "fax",
    ord("c"): "fax",
    ord("m"): "fax",
    ord("e"): "data",
    ord("f"): "data",
    ord("l"): "loop",
    ord("w"): "knock",
    ord("u"): "underrun",
    ord("o"): "overrun",
    ord("Y"): "overrun",
}


@dataclass
class Codes:
    """Reads the codes of one line. Times are those of the stream, so that a late reader hears the same."""

    profile: Profile
    _key: str = ""
    _key_ms: int = LONG_AGO_MS
    _framed: bool = False
    _busy_ms: int = LONG_AGO_MS

    def read(self, mark: int, at_ms: int) -> tuple[Sign, str] | None:
        """Return what a code means now, and which key; None for one that means nothing, or nothing new."""
        if mark in KEYS:
            return self._pressed(chr(mark), at_ms)
        if mark in b"/~":
            # Between / and ~ a key is held; each such frame is one press.
            self._framed, self._key = mark == ord("/"), ""
            return None
        if mark in self.profile.false:
            return None
        if mark in b"bK":
            return self._busy("busy" if mark == ord("b") else "congestion", at_ms)
        if mark in self.profile.lifted:
            return "lifted", ""
        if mark in self.profile.put_down:
            return "put_down", ""
        sign = _PLAIN.get(mark)
        return (sign, "") if sign else None

    def _pressed(self, key: str, at_ms: int) -> tuple[Sign, str] | None:
        held = key == self._key and at_ms - self._key_ms < (LOST_END_MS if self._framed else SAME_PRESS_MS)
        self._key, self._key_ms = key, at_ms
        return None if held else ("key", key)

    def _busy(self, sign: Sign, at_ms: int) -> tuple[Sign, str] | None:
        since, self._busy_ms = at_ms - self._busy_ms, at_ms
        return (sign, "") if BUSY_BEAT_MS[0] <= since <= BUSY_BEAT_MS[1] else None
