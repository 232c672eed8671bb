"""A log that can be sent to whoever helps: what belongs to persons is covered."""

import re

_LONG = re.compile(r"\d{7,}")
_NUMBER = re.compile(r"((?:NMBR|NBR|NUMBER|CALLERID|CLIP|DDN\w*|REDIRECT|CALLED|FM|TO)\s*[=:]\s*)(.*)", re.IGNORECASE)
_NAME = re.compile(r"(NAME\s*[=:]\s*)\S.*", re.IGNORECASE)
_PACKET = re.compile(r"(?<![0-9A-F])(80|04|06|82)([0-9A-F]{2})[0-9A-F]{12,}(?![0-9A-F])", re.IGNORECASE)
_MESSAGE = re.compile(r"(MESG\s*[=:]\s*[0-9A-F]{4})[0-9A-F]{6,}", re.IGNORECASE)
_DIGIT_BEFORE_LAST_TWO = re.compile(r"\d(?=\D*\d\D*\d)")


def masked(line: str) -> str:
    """Cover names, what a raw packet holds, and all but the last two digits of a number."""
    line = _PACKET.sub(r"\1\2***", line)
    line = _MESSAGE.sub(r"\1***", line)
    line = _NUMBER.sub(lambda found: found[1] + _covered(found[2]), line)
    line = _NAME.sub(r"\1***", line)
    return _LONG.sub(lambda found: _covered(found[0]), line)


def _covered(number: str) -> str:
    return _DIGIT_BEFORE_LAST_TWO.sub("*", number)
