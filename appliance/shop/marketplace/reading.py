"""Reading: a seller's file becomes a sheet of rows, and every row that is damaged is named.

Nothing here knows orders. A file is either refused whole with one sentence, or becomes rows; a row is either whole, or
it is in `damaged` with the reason. No input raises anything but a `Refusal`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from appliance.journal import Refusal

MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 200_000
MOST_DAMAGED = 2_000
MOST_COLUMNS = 500

_DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a person finds it in the file, and its cells as they stand there."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Damage:
    """A row that cannot be used, and why (a message id)."""

    number: int
    sentence: str
    cells: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """A file, opened: its first row is the heading."""

    headers: list[str]
    rows: list[Row]
    encoding: str
    damaged: list[Damage] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    figures: frozenset[int] = frozenset()
    """Columns of a workbook that hold numbers, not text: what was a code in them has lost its leading zeros."""


def open_sheet(content: bytes, name: str = "") -> Sheet:
    """Open a CSV or XLSX file; refuses what is neither, what is too large, and what could do harm."""
    if len(content) > MOST_BYTES:
        raise Refusal("The file is larger than 200 MB. Export fewer days at a time.", field="file", code="too_large")
    if not content.strip(b"\x00 \r\n\t"):
        raise Refusal("The file is empty.", field="file", code="empty")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        from appliance.shop.marketplace.workbook import open_workbook

        return open_workbook(content, name)
    _refuse_foreign(content, name)
    return _open_csv(content)


def _refuse_foreign(content: bytes, name: str) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            sentence = "The workbook has a password. Take the password off and save it again."
            raise Refusal(sentence, field="file", code="encrypted")
        raise Refusal("This is an old .xls file. Save it as .xlsx or .csv.", field="file", code="wrong_type")
    suffix = name.lower().rpartition(".")[2]
    known = suffix in {"csv", "txt", "tsv", name.lower()}
    if not known or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Refusal("Only .csv and .xlsx files can be read.", field="file", code="wrong_type")


# ---- CSV


def _open_csv(content: bytes) -> Sheet:
    encoding, lines, mixed = _decoded(content)
    if "\x00" in (lines[0] if lines else ""):
        raise Refusal("Only .csv and .xlsx files can be read.", field="file", code="wrong_type")
    delimiter = max(_DELIMITERS, key=lines[0].count)
    sheet = Sheet([], [], encoding)
    for start, past, cells, torn in _records(lines, delimiter):
        sentence = torn or _foreign(mixed, start, past) or _uneven(cells, sheet.headers or cells)
        if not sheet.headers:
            if sentence:
                raise Refusal("The heading row of the file is damaged.", field="file", code="no_heading")
            sheet.headers = cells
            continue
        if not any(map(str.strip, cells)) and not sentence:
            continue
        if sentence:
            sheet.damaged.append(Damage(start + 1, sentence, cells))
        else:
            sheet.rows.append(Row(start + 1, cells[: len(sheet.headers)]))
        _refuse_endless(sheet)
    if not sheet.headers:
        raise Refusal("The file is empty.", field="file", code="empty")
    return sheet


def _foreign(mixed: set[int], start: int, past: int) -> str:
    if mixed and not mixed.isdisjoint(range(start, past)):
        return "The characters of this row are in another encoding than the rest of the file."
    return ""


def _uneven(cells: list[str], headers: list[str]) -> str:
    """Say what is wrong with a row of another length; a trailing comma alone is nothing wrong."""
    if len(cells) == len(headers):
        return ""
    if len(cells) > len(headers) and not any(map(str.strip, cells[len(headers) :])):
        return ""
    return "The row has another number of cells than the heading."


def _refuse_endless(sheet: Sheet) -> None:
    if len(sheet.rows) > MOST_ROWS:
        raise Refusal("The file has more than 200,000 rows. Export fewer days at a time.", field="file", code="rows")
    if len(sheet.damaged) > MOST_DAMAGED:
        sentence = "More than 2,000 rows of the file are damaged. Export it again and do not save it in Excel."
        raise Refusal(sentence, field="file", code="damaged")
    if len(sheet.headers) > MOST_COLUMNS:
        raise Refusal("The file has more than 500 columns.", field="file", code="columns")


def _decoded(content: bytes) -> tuple[str, list[str], set[int]]:
    """Return the encoding, the lines, and the places of lines that are in another encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:200]:
        return _utf16(content)
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return "utf-8", _lines(content.decode("utf-8")), set()
    except UnicodeDecodeError:
        pass
    raw = _raw_lines(content)
    base = "utf-8" if _reads(raw[0], "utf-8") and not raw[0].isascii() else "gb18030"
    try:
        lines, mixed = _lines(content.decode(base)), set[int]()
    except UnicodeDecodeError:
        lines = [piece.decode(base, "replace") for piece in raw]
        mixed = {place for place, piece in enumerate(raw) if not _reads(piece, base)}
    if base == "gb18030":
        mixed |= {place for place, piece in enumerate(raw) if not piece.isascii() and _is_utf8(piece)}
    return base, lines, mixed


def _utf16(content: bytes) -> tuple[str, list[str], set[int]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        # Without a mark, the heading's commas and quotes tell: their zero byte stands after or before them.
        encoding = "utf-16-le" if content[1:200:2].count(0) >= content[0:200:2].count(0) else "utf-16-be"
    try:
        return encoding, _lines(content.decode(encoding)), set()
    except UnicodeDecodeError:
        lines = _lines(content.decode(encoding, "replace"))
        return encoding, lines, {place for place, text in enumerate(lines) if "\ufffd" in text}


def _reads(piece: bytes, encoding: str) -> bool:
    try:
        piece.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(piece: bytes) -> bool:
    """Tell a line of UTF-8 in a GBK file; two stray bytes that happen to fit are no proof, four characters are."""
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(char > "\u2e7f" for char in text) >= 4


def _raw_lines(content: bytes) -> list[bytes]:
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return [piece + b"\n" for piece in content.removesuffix(b"\n").split(b"\n")]


def _lines(text: str) -> list[str]:
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return [piece + "\n" for piece in text.removeprefix("\ufeff").removesuffix("\n").split("\n")]


class _Feeder:
    """Hands lines to the csv reader and can be set back to a line when a quote was never closed."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, int, list[str], str]]:
    """Yield (first line, line past the last, cells, what is wrong) of each record.

    A quote that was never closed swallows the rows after it. So a record of several lines that does not fit the
    heading is given up at its first line, and reading begins anew at its second.
    """
    feeder = _Feeder(lines)
    reader = csv.reader(feeder, delimiter=delimiter, strict=True)
    width = 0
    while feeder.at < len(lines):
        start = feeder.at
        try:
            cells, sentence = next(reader), ""
        except StopIteration:
            return
        except csv.Error:
            cells, sentence = [lines[start].rstrip("\r\n")[:500]], "A quotation mark is missing or one too many."
        width = width or len(cells)
        torn = feeder.at - start > 1 and _uneven(cells, [""] * width)
        if sentence or torn:
            cells = cells if sentence else [lines[start].rstrip("\r\n")[:500]]
            sentence = "A quotation mark is missing or one too many."
            feeder.at = start + 1
            reader = csv.reader(feeder, delimiter=delimiter, strict=True)
        yield start, max(feeder.at, start + 1), cells, sentence
