"""Reads a workbook's cells apart, as a program of its own: bytes come in, cells go out as MessagePack.

The fast reader is written in another language, and a workbook made to harm takes the whole process along. So this one
holds nothing that would be missed, and may take no more memory than a real export needs.
"""

import io
import resource
import sys
from datetime import date, datetime, time, timedelta

import msgspec

MOST_MEMORY = 1_500 * 1024 * 1024
EXACT = 10**15
"""Excel keeps fifteen digits; of a longer number the last ones are made up."""


class Cells(msgspec.Struct):
    """What stands in the first sheet, or why it was not read: "rows", "columns" or "password"."""

    refused: str = ""
    above: int = 0
    """So many empty rows stand above the first."""
    table: list[list[str]] = msgspec.field(default_factory=list)
    figures: list[int] = msgspec.field(default_factory=list)
    """Columns that hold numbers, not text."""


def main() -> None:
    """Read from standard input, write to standard output; dies of what cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most_rows, most_columns = map(int, sys.argv[1:])
    cells = read(sys.stdin.buffer.read(), most_rows, most_columns)
    sys.stdout.buffer.write(msgspec.msgpack.encode(cells))


def read(content: bytes, most_rows: int, most_columns: int) -> Cells:
    """Read the first sheet of a workbook; raises whatever the reader raises."""
    # Imported where used: only a box that imports workbooks pays for it.
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        first = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except PasswordError:
        return Cells(refused="password")
    if first.height > most_rows + 1:
        return Cells(refused="rows")
    if first.width > most_columns:
        return Cells(refused="columns")
    values = first.to_python(skip_empty_area=True)
    figures = {place for cells in values[1:] for place, value in enumerate(cells) if type(value) in {int, float}}
    return Cells(
        above=first.start[0] if first.start else 0,
        table=[[_text(value) for value in cells] for cells in values],
        figures=sorted(figures),
    )


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


if __name__ == "__main__":
    main()
