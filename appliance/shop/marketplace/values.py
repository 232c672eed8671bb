"""Values: what stands in a cell of a seller's file, made clean and turned into integers; never guessed.

Files pass through Excel on their way to us, and Excel harms what it touches: order numbers become 1.23E+17, phones gain
an apostrophe, codes lose their leading zeros. What can be told apart is cleaned, what cannot is refused with a reason.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

BEIJING_MS = 8 * 3_600_000
"""Platform times carry no zone and mean UTC+8, all year since 1991."""

_DAY_MS = 86_400_000
_WRAPPED = re.compile(r'^="(.*)"$', re.DOTALL)
BLANKS = " \t\r\n\ufeff\u200b\u00a0\u3000"
SUSPECT = f"{BLANKS}='‘’nN"
"""How a cell begins that may have something wrapped around its value."""
_NUMBER = re.compile(r"^-?\d{1,15}(\.\d+)?$")
_SCIENTIFIC = re.compile(r"^\d+([.,]\d+)?[eE]\+?\d+$")
_WHOLE_ORDER = re.compile(r"^\d{6,30}$")
_MOMENT = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.\d+)?)?$"
)


class Unfit(ValueError):
    """A cell that cannot be read; `sentence` says why, as a message id."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def clean(cell: str) -> str:
    """Take off what Excel and the platform wrap around a value: blanks, ="…", a leading apostrophe, the word null."""
    text = cell.strip(BLANKS)
    if not text or text[0] not in SUSPECT:
        return text
    if text[0] == "=":
        wrapped = _WRAPPED.match(text)
        text = wrapped[1].strip(BLANKS) if wrapped else text
    if text[:1] in {"'", "‘", "’"}:
        text = text[1:].strip(BLANKS)
    return "" if text.lower() == "null" else text


def line(text: str) -> str:
    """Lay a value on one line."""
    return " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text


def number_of(text: str) -> str:
    """Read an order number; one that Excel has rounded is refused, for its last digits are gone."""
    if _WHOLE_ORDER.match(text):
        return text
    if not text:
        raise Unfit("There is no order number.")
    if _SCIENTIFIC.match(text):
        raise Unfit("Excel has cut the order number. Export the file again and do not save it in Excel.")
    raise Unfit("The order number is not a number.")


@lru_cache(maxsize=8_192)
def money(text: str) -> int:
    """Read an amount as fen: ¥1,234.50元, 12, 12.3000."""
    return _scaled(_bare(text), 2, "That is not an amount of money.")


@lru_cache(maxsize=8_192)
def price(text: str) -> int:
    """Read a unit price as ten-thousandths of a yuan."""
    return _scaled(_bare(text), 4, "That is not a price.")


@lru_cache(maxsize=1_024)
def qty(text: str) -> int:
    """Read a quantity as ten-thousandths of a unit; it is more than nothing."""
    found = _scaled(text, 4, "That is not a quantity.")
    if found <= 0:
        raise Unfit("The quantity is not more than nothing.")
    return found


def moment(text: str) -> int:
    """Read a date or a time of day in Beijing as milliseconds UTC; 0 when there is none."""
    if not text:
        return 0
    if len(text) == 19 and text[10] == " " and text[13] == ":" and text[16] == ":":
        try:
            day = _day(text[:10])
            return day + (int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])) * 1000
        except ValueError:
            pass
    return _any_moment(text)


def status_key(text: str) -> str:
    """Fold a status so that the platform's many ways to set a comma are one."""
    return text.replace("，", ",").replace("、", ",").replace(" ", "")


@lru_cache(maxsize=4_096)
def _day(text: str) -> int:
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000 - BEIJING_MS


def _any_moment(text: str) -> int:
    found = _MOMENT.match(text)
    if not found:
        raise Unfit("That is not a date.")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Unfit("That is not a date.") from None
    return int(whole.timestamp()) * 1000 - BEIJING_MS


def _bare(text: str) -> str:
    if text[:1] in {"¥", "￥"}:
        text = text[1:]
    return text.removesuffix("元").replace(",", "").strip()


def _scaled(text: str, places: int, sentence: str) -> int:
    """Turn decimal text into a scaled integer; digits beyond the scale must be zeros."""
    if not text:
        return 0
    if not text.isascii() or not _NUMBER.match(text):
        raise Unfit(sentence)
    whole, _, part = text.partition(".")
    if part[places:].strip("0"):
        raise Unfit(sentence)
    digits: int = 10**places
    size = int(whole.lstrip("-")) * digits + int(part[:places].ljust(places, "0"))
    if whole.startswith("-"):
        raise Unfit("It is less than nothing.") if size else Unfit(sentence)
    return size
