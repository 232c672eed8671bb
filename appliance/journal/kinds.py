"""Kinds: what a field means, kept in its annotation so that forms, columns and the log agree.

At run time every kind is a plain `int` or `str`; the unit is in the kind, so the name of a field stays clean.
"""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Kind:
    """The unit of a value; forms, listings and exports choose their widget and format by it."""

    name: str


@dataclass(frozen=True)
class Ref:
    """The value is the id of a row of this table."""

    table: str


@dataclass(frozen=True)
class Group:
    """Fields of one group change together and belong to one writer (an address, a price with its currency)."""

    name: str


@dataclass(frozen=True)
class Watched:
    """Two corrections made apart are shown to a person instead of one vanishing."""


@dataclass(frozen=True)
class Anywhere:
    """The row may lie beyond the range of whoever names it: goods are asked for from another's warehouse."""


@dataclass(frozen=True)
class Label:
    """The English msgid shown instead of the field's own name."""

    text: str


@dataclass(frozen=True)
class Hint:
    """The English msgid shown under the field of a form."""

    text: str


@dataclass(frozen=True)
class Limit:
    """Bounds of a typed value: length for text, size for numbers."""

    max: int | None = None
    min: int | None = None


Money = Annotated[int, Kind("money")]
Price = Annotated[int, Kind("price")]
Qty = Annotated[int, Kind("qty")]
Weight = Annotated[int, Kind("weight")]
Rate = Annotated[int, Kind("rate")]
Day = Annotated[str, Kind("day")]
Moment = Annotated[int, Kind("moment")]
Text = Annotated[str, Kind("text")]
Words = Annotated[str, Kind("words")]
Phone = Annotated[str, Kind("phone")]
Secret = Annotated[str, Kind("secret")]
Code = Annotated[str, Kind("code")]
Blob = Annotated[str, Kind("blob")]
Id = Annotated[str, Ref("")]
