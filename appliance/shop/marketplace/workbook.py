"""Workbooks: an .xlsx file is a zip of XML, and both can be bombs. It is looked over before anything is unpacked.

Every part that will be read is first unpacked here in small pieces and thrown away, so a directory that lies about
its sizes is found out. Only then does the fast reader see the file.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from appliance.journal import Refusal
from appliance.shop.marketplace.reading import MOST_COLUMNS, MOST_ROWS, Row, Sheet

MOST_PARTS = 2_000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 120
EXACT = 10**15
"""Excel keeps fifteen digits; of a longer number the last ones are made up."""
_SMALL = 4 * 1024 * 1024
_PIECE = 1024 * 1024
_OVERLAP = 4 * 1024

_SIGNS = {
    "The workbook has hidden rows; they were read too.": re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"'),
    "The workbook has hidden columns; they were read too.": re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"'),
    "The workbook has formulas; the values they showed last were read.": re.compile(rb"<f[\s>/]"),
}
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_workbook(content: bytes, name: str = "") -> Sheet:
    """Open the first sheet of a workbook."""
    if name.lower().endswith((".xlsm", ".xlsb", ".xltm")):
        _refuse_macros()
    warnings = _looked_over(content)
    return _read(content, warnings)


def _refuse_macros() -> None:
    raise Refusal("The workbook holds macros. Save it as .xlsx without macros.", field="file", code="macros")


def _looked_over(content: bytes) -> list[str]:
    """Refuse bombs, macros and foreign zips; return what a person should know."""
    found: dict[str, None] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    for sentence in _signs(archive, part):
                        found[sentence] = None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, RuntimeError) and "password" in str(error):
            sentence = "The workbook has a password. Take the password off and save it again."
            raise Refusal(sentence, field="file", code="encrypted") from error
        raise _broken() from error
    return list(found)


def _broken() -> Refusal:
    return Refusal("The workbook is damaged. Export it again.", field="file", code="damaged")


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
        _refuse_macros()
    if "xl/workbook.xml" not in names:
        raise Refusal("Only .csv and .xlsx files can be read.", field="file", code="wrong_type")
    unpacked = sum(part.file_size for part in parts)
    blown = any(part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or blown:
        sentence = "The workbook unpacks to far more than an export ever holds, so it was not opened."
        raise Refusal(sentence, field="file", code="bomb")


def _signs(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[str]:
    """Unpack a part piece by piece and look for what must be refused or told."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    before = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            seen = before + piece
            if _DECLARES.search(seen.replace(b"\x00", b"")):
                sentence = "The workbook declares XML entities, as no export does, so it was not opened."
                raise Refusal(sentence, field="file", code="bomb")
            if is_sheet:
                yield from (sentence for sentence, sign in _SIGNS.items() if sign.search(seen))
            elif part.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                _refuse_macros()
            before = seen[-_OVERLAP:]


def _read(content: bytes, warnings: list[str]) -> Sheet:
    # Imported where used: only a box that imports workbooks pays for it.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        first = book.get_sheet_by_index(0)
        if first.height > MOST_ROWS + 1:
            sentence = "The file has more than 200,000 rows. Export fewer days at a time."
            raise Refusal(sentence, field="file", code="rows")
        if first.width > MOST_COLUMNS:
            raise Refusal("The file has more than 500 columns.", field="file", code="columns")
        above = first.start[0] if first.start else 0
        values = first.to_python(skip_empty_area=True)
    except PasswordError as error:
        sentence = "The workbook has a password. Take the password off and save it again."
        raise Refusal(sentence, field="file", code="encrypted") from error
    except (CalamineError, WorksheetNotFound, ValueError, OverflowError) as error:
        raise _broken() from error
    return _sheet(values, above, warnings)


def _sheet(values: Sequence[Sequence[object]], above: int, warnings: list[str]) -> Sheet:
    figures = frozenset(
        place for cells in values[1:] for place, value in enumerate(cells) if type(value) in {int, float}
    )
    table = [[_text(value) for value in cells] for cells in values]
    if not table:
        raise Refusal("The file is empty.", field="file", code="empty")
    rows = [Row(above + place, cells) for place, cells in enumerate(table[1:], 2) if any(cells)]
    return Sheet(table[0], rows, "xlsx", warnings=warnings, figures=figures)


def _text(value: object) -> str:
    """Write a cell as text; a number too long for Excel is written as Excel shows it, so that it is found out."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _figures(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.strftime("%Y-%m-%d 00:00:00")
    return str(value) if isinstance(value, time | timedelta) else ""


def _figures(value: float) -> str:
    if abs(value) >= EXACT:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else repr(value)
