"""Phone numbers, written as people write them and compared as machines must.

The normal form is what two writings of one number share: mainland numbers without the country's code
(`13800002266`, `057188889999`, `4008123123`, `95588`), foreign ones with it (`+85223456789`), and an extension of a
fixed line after a dash. A number whose normal form is empty is kept as it was written and never compared.
"""

import re

_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_MASKS = re.compile(r"[*•●xX]{2,}|\*")
_EXTENSION = re.compile(r"^(.*\d)\s*(?:转|ext\.?|#|,|-)\s*(\d{1,6})$", re.IGNORECASE)
_PLAIN = re.compile(r"[\s().\-/]")

_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}")
_SERVICE = re.compile(r"[48]00\d{7}|95\d{3,6}|96\d{3,6}|1[0-2]\d{3}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_FOREIGN = re.compile(r"\+[1-9]\d{6,14}")

_CARRIER = re.compile(r"1(?:[12]\d|79)\d\d(?=\d{7})")
"""A code that chooses who carries the call: 17951, 12593. Left before the number by whoever dialled through it."""
_MOBILE_FROM_AFAR = re.compile(r"01[3-9]\d{9}")
_WITHOUT_ZERO = re.compile(r"(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8}")

TAIL = 7
"""So many last digits find a fixed line whose area code was left out."""


def is_masked(text: str) -> bool:
    """Tell whether a platform has hidden part of the number."""
    return bool(_MASKS.search(text))


def normal_phone(text: str) -> str:
    """Return the normal form of a number, empty when it must not be compared.

    A mobile number with an extension is a platform's passing number: it belongs to the next buyer in a month.
    """
    text = text.translate(_FULL_WIDTH).strip()
    if is_masked(text):
        return ""
    if whole := _whole(text):
        return whole
    divided = _EXTENSION.match(text)
    number = _whole(divided[1]) if divided else ""
    return f"{number}-{divided[2]}" if divided and number and not _MOBILE.fullmatch(number) else ""


def calling_number(sent: str, area: str = "") -> str:
    """Return the normal form of a number as a telephone exchange sends it, empty when it must not be compared.

    Exchanges leave out the area code of the same town (`area`: "0755", is put before it), the 0 of other towns, put a
    0 before mobile numbers from afar, and show the code of the carrier (spec/modem.md 7.4).
    """
    digits = _PLAIN.sub("", sent.translate(_FULL_WIDTH))
    if _LOCAL.fullmatch(digits):
        return normal_phone(f"{area}{digits}")
    home = re.sub(r"^(?:\+|00)?86(?=0\d{9})", "", digits)
    for said in dict.fromkeys((home, _CARRIER.sub("", home, count=1))):
        if _MOBILE_FROM_AFAR.fullmatch(said):
            return said[1:]
        if _WITHOUT_ZERO.fullmatch(said) and not _SERVICE.fullmatch(said) and not _MOBILE.fullmatch(said):
            return f"0{said}"
        if normal := normal_phone(said):
            return normal
    return ""


def _whole(text: str) -> str:
    digits = _PLAIN.sub("", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    home = digits.removeprefix("+86")
    if home == digits and len(digits) > 11 and digits.startswith("86"):
        home = digits[2:]
    if home != digits and re.fullmatch(r"10\d{8}|[2-9]\d{8,10}", home) and not _SERVICE.fullmatch(home):
        home = f"0{home}"
    if any(kind.fullmatch(home) for kind in (_MOBILE, _FIXED, _SERVICE, _LOCAL)):
        return home
    return digits if _FOREIGN.fullmatch(digits) and not digits.startswith("+86") else ""


def is_phone(text: str) -> bool:
    """Tell whether a person could dial this, a platform's passing number included."""
    text = text.translate(_FULL_WIDTH).strip()
    divided = _EXTENSION.match(text)
    return bool(normal_phone(text) or (divided and _whole(divided[1])))


def tail(normal: str) -> str:
    """Return the last digits by which a fixed line is found, empty for numbers that are always dialled whole."""
    number = normal.split("-", maxsplit=1)[0]
    return number[-TAIL:] if _FIXED.fullmatch(number) or _LOCAL.fullmatch(number) else ""
