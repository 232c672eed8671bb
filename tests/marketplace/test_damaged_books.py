"""Workbooks made to harm, and those that a spreadsheet program has harmed: the box lives on and says what is wrong."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Refusal
from appliance.shop.marketplace import apart
from appliance.shop.marketplace.told import Told, understand
from tests.marketplace import files
from tests.marketplace.files import order, orders_csv, orders_xlsx

SHEET = "xl/worksheets/sheet1.xml"
PLAIN = orders_xlsx([order(n) for n in range(3)])


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        return archive.read(name)


def with_part(name: str, content: bytes) -> bytes:
    return files.repacked(PLAIN, {name: content})


def refused(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as said:
        understand(content, "orders.xlsx", "shop")
    return said.value


def told(content: bytes) -> Told:
    return understand(content, "", "shop")


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD4", "A1048576", "ZZZ9"])
def test_a_cell_at_the_end_of_the_world_does_not_take_the_box_along(cell: str) -> None:
    sheet = part(SHEET).replace(b'r="B4"', f'r="{cell}"'.encode())
    assert refused(with_part(SHEET, sheet)).code in {"damaged", "rows", "columns"}


def test_a_reader_that_asks_for_all_memory_dies_alone() -> None:
    rows = b"".join(b'<row r="%d"><c r="SF%d"><v>1</v></c></row>' % (n, n) for n in (2, 190_000))
    sheet = part(SHEET).replace(b"</sheetData>", rows.replace(b'r="2"', b'r="5"') + b"</sheetData>")
    assert refused(with_part(SHEET, sheet)).code == "damaged"


def test_a_workbook_as_wide_as_no_export_is_refused() -> None:
    assert refused(files.workbook([["订单编号"] + [f"列{n}" for n in range(600)]])).code == "columns"


def test_an_empty_workbook_is_refused() -> None:
    assert refused(files.workbook([])).code == "empty"


def test_a_workbook_with_a_password_in_its_zip_is_refused() -> None:
    locked = bytearray(PLAIN)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), PLAIN):
            locked[found.start() + flags] |= 1
    assert refused(bytes(locked)).code == "encrypted"


def test_a_date_that_became_a_serial_number_is_named_and_never_guessed() -> None:
    rows = [list(map(str.strip, files.ORDER_HEADINGS))]
    for n in range(2):
        row = order(n)
        rows.append([row[heading].removeprefix('="').removesuffix('"') for heading in rows[0]])
    rows[2][rows[0].index("订单创建时间")] = 46349.41667
    found = told(files.workbook(rows))
    assert [one.number for one in found.orders] == [2]
    assert [(bad.number, bad.column, bad.sentence) for bad in found.bad] == [(3, "订单创建时间", "That is not a date.")]
    in_text = told(orders_csv([order(0, 订单创建时间="46349.41667"), order(1)]))
    assert [bad.number for bad in in_text.bad] == [2]


def test_a_formula_is_read_as_the_value_it_showed_last() -> None:
    sheet = part(SHEET)
    cell = re.search(rb'<c r="A3"[^>]*>.*?</c>', sheet)
    assert cell is not None
    shown = b'<c r="A3" t="str"><f>"193"&amp;"0679858170699"</f><v>1930679858170699</v></c>'
    found = told(with_part(SHEET, sheet.replace(cell[0], shown)))
    assert "1930679858170699" in {one.order.tid for one in found.orders}
    assert "The workbook has formulas; the values they showed last were read." in found.warnings


def test_names_with_characters_that_only_gb18030_has_are_read() -> None:
    rare = "李䶮𠮷㐂"
    found = told(orders_csv([order(0, 收货人姓名=rare), order(1)], "gb18030"))
    assert [one.receiver.name for one in found.orders] == [rare, "李娜"]
    assert found.bad == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_mark_at_the_beginning_is_no_part_of_the_first_heading(encoding: str) -> None:
    found = told(orders_csv([order(0)], encoding))
    assert (len(found.orders), found.bad) == (1, [])
    assert found.headers[0] == "订单编号"


def test_a_file_of_blank_lines_or_of_endless_columns_is_refused() -> None:
    with pytest.raises(Refusal) as said:
        told(b",,\n,,\n")
    assert said.value.code == "headings"
    with pytest.raises(Refusal) as said:
        told(("订单编号" + ",列" * 600 + "\n").encode() * 2)
    assert said.value.code == "columns"


def test_headings_alone_are_a_file_without_orders() -> None:
    assert told(orders_csv([])).orders == []


PARTS = [name for name in zipfile.ZipFile(io.BytesIO(PLAIN)).namelist() if name.endswith(".xml")]
HARM = st.sampled_from([
    b'r="XFE1"', b'r="A0"', b'r="0"', b't="s"', b"<v>99999999999</v>", b"<v>-1</v>", b'<dimension ref="A1:XFD1048576"/>',
    b'ref="B2:A1"', b's="99999"', b'numFmtId="9999"', b"18446744073709551616", b"\xff\xfe", b"",
])  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(PARTS), places=st.lists(st.tuples(st.floats(0, 1), HARM, st.integers(0, 12)), max_size=4))
def test_whatever_stands_in_its_parts_a_workbook_is_refused_or_read(
    name: str, places: list[tuple[float, bytes, int]]
) -> None:
    content = part(name)
    for share, harm, cut in places:
        at = int(share * len(content))
        content = content[:at] + harm + content[at + cut :]
    try:
        found = told(with_part(name, content))
    except Refusal as refusal:
        found = refusal
    assert isinstance(found, Told) or (found.field == "file" and found.sentence)


def test_the_program_apart_reads_what_the_house_reads() -> None:
    cells = apart.read(PLAIN, 200_000, 500)
    assert (cells.refused, cells.above, len(cells.table)) == ("", 0, 4)
    assert apart.read(PLAIN, 2, 500).refused == "rows"
    assert apart.read(PLAIN, 200_000, 5).refused == "columns"
