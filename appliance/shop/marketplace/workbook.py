"""Workbooks: an .xlsx file is a zip of XML, and both can be bombs. It is looked over before anything is unpacked.

Every part that will be read is first unpacked here in small pieces and thrown away, so a directory that lies about
its sizes is found out. Only then does the fast reader see the file, in a process of its own (`apart.py`): one cell that
says it stands in the last row of the last column makes it ask for a hundred gigabytes, and die.
"""

import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from appliance.journal import Refusal
from appliance.shop.marketplace.apart import Cells
from appliance.shop.marketplace.reading import MOST_COLUMNS, MOST_ROWS, Row, Sheet

MOST_PARTS = 2_000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 120
LONGEST_S = 300
APART = str(Path(__file__).with_name("apart.py"))
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
        raise (_refused("password") if "password" in str(error) else _broken()) from error
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
    """Have the cells read in a process of its own, which may die of what it reads."""
    try:
        told = subprocess.run(  # noqa: S603 - our own program, and nothing of the file stands in the command
            [sys.executable, "-I", APART, str(MOST_ROWS), str(MOST_COLUMNS)],
            input=content, capture_output=True, timeout=LONGEST_S, check=True,
        )  # fmt: skip
        found = msgspec.msgpack.decode(told.stdout, type=Cells)
    except (subprocess.SubprocessError, msgspec.DecodeError) as error:
        raise _broken() from error
    if found.refused:
        raise _refused(found.refused)
    if not found.table:
        raise Refusal("The file is empty.", field="file", code="empty")
    rows = [Row(found.above + place, cells) for place, cells in enumerate(found.table[1:], 2) if any(cells)]
    return Sheet(found.table[0], rows, "xlsx", warnings=warnings, figures=frozenset(found.figures))


def _refused(why: str) -> Refusal:
    if why == "password":
        sentence = "The workbook has a password. Take the password off and save it again."
        return Refusal(sentence, field="file", code="encrypted")
    if why == "rows":
        sentence = "The file has more than 200,000 rows. Export fewer days at a time."
        return Refusal(sentence, field="file", code="rows")
    return Refusal("The file has more than 500 columns.", field="file", code="columns")
