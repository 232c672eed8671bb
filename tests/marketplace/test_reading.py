"""Files are read as sellers have them: in any encoding, and with what Excel did to them named row by row."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Refusal
from appliance.shop.marketplace import reading, workbook
from appliance.shop.marketplace.told import Told, understand
from tests.marketplace import files
from tests.marketplace.files import item, new_item, order, orders_csv, orders_xlsx

SHOP = "shop"


def told(content: bytes, name: str = "") -> Told:
    return understand(content, name, SHOP)


def refused(content: bytes, name: str = "") -> Refusal:
    with pytest.raises(Refusal) as caught:
        understand(content, name, SHOP)
    return caught.value


def told_or_refused(content: bytes) -> Told | Refusal:
    try:
        return told(content)
    except Refusal as refusal:
        return refusal


def sentences(found: Told) -> list[tuple[int, str]]:
    return [(bad.number, bad.sentence) for bad in found.bad]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_order_file_reads_the_same_in_every_encoding(encoding: str) -> None:
    found = told(orders_csv([order(0), order(1, 买家留言="早点发货,\n谢谢")], encoding))
    assert found.bad == []
    assert [one.order.tid for one in found.orders] == ["1930679858170600", "1930679858170601"]
    assert found.orders == told(orders_csv([order(0), order(1, 买家留言="早点发货,\n谢谢")])).orders


def test_a_row_becomes_an_order_with_its_receiver() -> None:
    found = told(orders_csv([order(0, 买家应付邮费="8.50元", 总金额="¥1,136.50", 买家应付货款="1,128.00")])).orders[0]
    assert (found.order.goods_amount, found.order.postage, found.order.receivable) == (112_800, 850, 113_650)
    assert found.order.platform_status == "await_ship"
    assert found.order.placed_at == 1_795_399_200_000  # ten o'clock in Beijing
    assert found.order.seller_memo == ""
    assert (found.receiver.name, found.receiver.phone, found.receiver.masked) == ("李娜", "13800130000", False)
    assert found.receiver.invoice_title == ""


def test_a_masked_receiver_stays_masked() -> None:
    found = told(orders_csv([order(收货人姓名="李**", 联系手机="138****0000")])).orders[0]
    assert (found.receiver.masked, found.receiver.name, found.receiver.phone) == (True, "李**", "138****0000")


def test_a_workbook_says_the_same_as_the_old_file() -> None:
    rows = [order(0), order(1)]
    assert told(orders_xlsx(rows)).orders[1].order == told(orders_csv(rows)).orders[1].order


def test_dates_of_a_workbook_may_be_dates_or_text() -> None:
    from datetime import datetime

    headings = ["订单编号", "订单状态", "订单创建时间", "买家应付货款", "收货人姓名", "收货地址"]
    rows = [
        ["1930679858170600", files.PAID, datetime(2026, 11, 23, 10, 0, 0), 128, "李娜", "杭州"],  # noqa: DTZ001
        ["1930679858170601", files.PAID, "2026/11/23 10:00", 128.5, "李娜", "杭州"],
        ["1930679858170602", files.PAID, "2026年11月23日", "128.50元", "李娜", "杭州"],
        ["1930679858170603", files.PAID, "yesterday", "128.50", "李娜", "杭州"],
        ["1930679858170604", files.PAID, "2026-02-30", "128.50", "李娜", "杭州"],
    ]
    found = told(files.workbook([headings, *rows]))
    assert [one.order.placed_at for one in found.orders] == [1_795_399_200_000, 1_795_399_200_000, 1_795_363_200_000]
    assert [one.order.goods_amount for one in found.orders] == [12_800, 12_850, 12_850]
    assert sentences(found) == [(5, "That is not a date."), (6, "That is not a date.")]


@pytest.mark.parametrize("number", ["1.93068E+15", "1.93067985817E+17", "1.9e15"])
def test_an_order_number_that_excel_cut_is_refused_and_the_others_are_read(number: str) -> None:
    found = told(orders_csv([order(0, 订单编号=number), order(1)]))
    assert [one.order.tid for one in found.orders] == ["1930679858170601"]
    assert sentences(found) == [
        (2, "Excel has cut the order number. Export the file again and do not save it in Excel.")
    ]
    assert found.bad[0].column == "订单编号"


def test_a_number_stored_as_a_number_in_a_workbook_is_never_guessed() -> None:
    headings = ["订单编号", "订单状态", "订单创建时间", "买家应付货款", "收货人姓名", "收货地址"]
    row = [1_930_679_858_170_600_123, files.PAID, "2026-11-23 10:00:00", 128, "李娜", "杭州"]
    found = told(files.workbook([headings, row]))
    assert found.orders == []
    assert [bad.column for bad in found.bad] == ["订单编号"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ({"订单编号": ""}, "There is no order number."),
        ({"订单编号": "abc"}, "The order number is not a number."),
        ({"订单状态": "外星人已发货"}, "This order status is not known here."),
        ({"总金额": "十块"}, "That is not an amount of money."),
        ({"总金额": "12.345"}, "That is not an amount of money."),
        ({"总金额": "-12"}, "It is less than nothing."),
        ({"宝贝总数量": "0"}, "The quantity is not more than nothing."),
        ({"宝贝总数量": "many"}, "That is not a quantity."),
        ({"订单付款时间": "soon"}, "That is not a date."),
        ({"买家留言": "好" * 2_001}, "The cell is longer than 2,000 letters."),
    ],
)
def test_a_cell_that_cannot_be_read_leaves_out_its_row_only(cell: dict[str, str], sentence: str) -> None:
    found = told(orders_csv([order(0), order(1, **cell), order(2)]))
    assert [one.number for one in found.orders] == [2, 4]
    assert sentences(found) == [(3, sentence)]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"商品标题": ""}, "There is no title of goods."),
        ({"购买数量": ""}, "The quantity is not more than nothing."),
        ({"子订单编号": ""}, "There is no sub-order number."),
        ({"商品价格": "free"}, "That is not a price."),
        ({"退款状态": "也许"}, "This refund status is not known here."),
    ],
)
def test_a_line_that_cannot_be_read_is_left_out(cells: dict[str, str], sentence: str) -> None:
    found = told(files.items_csv([new_item(0), new_item(1, **cells)]))
    assert (len(found.lines), sentences(found)) == (1, [(3, sentence)])


def test_lines_of_an_order_stand_together_and_old_files_get_numbers() -> None:
    found = told(files.items_csv([item(0), item(1), item(0, 标题="茶杯", 购买数量="2", 价格="20")]))
    assert [[line.oid for line in group.lines] for group in found.lines] == [
        ["1930679858170600-1", "1930679858170600-2"],
        ["1930679858170601"],
    ]
    assert [line.payable for line in found.lines[0].lines] == [12_800, 4_000]


def test_refunds_and_states_of_lines_are_read() -> None:
    rows = [
        new_item(0, 1, 退款状态="买家已经申请退款，等待卖家同意"),
        new_item(0, 2, 退款状态="退款成功", 退款金额="128.00"),
    ]
    lines = told(files.items_csv(rows)).lines[0].lines
    assert [line.refund_status for line in lines] == ["requested", "full"]
    assert [line.refund_amount for line in lines] == [0, 12_800]


def test_an_order_closed_after_payment_was_refunded_and_before_it_was_closed() -> None:
    paid = order(0, 订单状态=files.CLOSED)
    unpaid = order(1, 订单状态=files.CLOSED, 订单付款时间="", 买家实际支付金额="0.00")
    assert [one.order.platform_status for one in told(orders_csv([paid, unpaid])).orders] == ["refunded", "closed"]


def test_a_row_told_twice_is_counted_once_and_a_contradiction_is_named() -> None:
    found = told(orders_csv([order(0), order(0), order(0, 总金额="1.00")]))
    assert (len(found.orders), found.repeated) == (1, 1)
    assert sentences(found) == [(4, "This order stands in the file twice and not the same; the first was taken.")]
    lines = told(files.items_csv([new_item(0), new_item(0), new_item(0, 购买数量="9")]))
    assert (len(lines.lines[0].lines), lines.repeated) == (1, 1)
    assert sentences(lines) == [(4, "This sub-order stands in the file twice and not the same; the first was taken.")]


def test_an_order_with_endless_lines_is_cut_off() -> None:
    found = told(files.items_csv([new_item(0, place) for place in range(201)]))
    assert len(found.lines[0].lines) == 200
    assert sentences(found) == [(202, "An order cannot have more than 200 lines.")]


def test_headings_are_found_wherever_they_stand_and_unknown_ones_are_listed() -> None:
    rows = [{"暗号": "x", **dict(reversed(order(0).items())), "卖家服务费": "1.50"}]
    found = told(files.csv_text(rows).encode())
    assert len(found.orders) == 1
    assert "暗号" in found.ignored
    assert "店铺名称" in found.ignored
    assert (found.orders[0].receiver.told["暗号"], found.orders[0].order.commission) == ("x", 150)


def test_a_file_without_a_heading_it_needs_is_refused_with_the_list() -> None:
    row = order(0)
    del row["收货地址"], row["订单状态"]
    refusal = refused(files.csv_text([row]).encode())
    assert refusal.code == "headings"
    assert refusal.params["missing"] == "订单状态、收货地址"


def test_every_profile_has_its_version() -> None:
    profiles = [
        told(orders_csv([order(0)])).profile,
        told(files.items_csv([item(0)])).profile,
        told(files.items_csv([new_item(0)])).profile,
        told(files.csv_text([{**order(0), "商家备注": "x"}]).encode()).profile,
    ]
    assert profiles == ["taobao-orders-1", "taobao-items-1", "taobao-items-2", "taobao-orders-2"]


# ---- what breaks on the way


def test_a_row_in_another_encoding_is_named_and_the_rest_is_read() -> None:
    lines = files.csv_text([order(0), order(1), order(2)], files.ORDER_HEADINGS).split("\r\n")
    in_gbk = [line.encode("gb18030") for line in lines]
    in_gbk[2] = lines[2].encode("utf-8")
    found = told(b"\r\n".join(in_gbk))
    sentence = "The characters of this row are in another encoding than the rest of the file."
    assert sentences(found) == [(3, sentence)]
    in_utf8 = [line.encode("utf-8") for line in lines]
    in_utf8[2] = lines[2].encode("gb18030")
    found = told(b"\r\n".join(in_utf8))
    assert sentences(found) == [(3, sentence)]
    assert [one.number for one in found.orders] == [2, 4]


def test_a_quote_that_never_closes_costs_its_own_row_only() -> None:
    lines = files.csv_text([order(0), order(1, 买家留言="快,点"), order(2)], files.ORDER_HEADINGS).split("\r\n")
    lines[2] = lines[2].replace('"快,点"', '"快,点')
    found = told("\r\n".join(lines).encode())
    assert [one.number for one in found.orders] == [2, 4]
    assert sentences(found) == [(3, "A quotation mark is missing or one too many.")]


def test_a_row_cut_off_in_the_middle_is_named() -> None:
    content = orders_csv([order(0), order(1)], "utf-8")
    found = told(content[: len(content) - 60])
    assert [one.number for one in found.orders] == [2]
    assert [bad.number for bad in found.bad] == [3]


def test_hidden_rows_and_formulas_are_read_and_told() -> None:
    def hide(sheet: object) -> None:
        sheet.row_dimensions[3].hidden = True  # type: ignore[attr-defined]
        sheet.column_dimensions["B"].hidden = True  # type: ignore[attr-defined]
        sheet["AF2"] = "=1+1"  # type: ignore[index]

    found = told(orders_xlsx([order(0), order(1)], hide))
    assert len(found.orders) == 2
    assert set(found.warnings) == {
        "The workbook has hidden columns; they were read too.",
        "The workbook has hidden rows; they were read too.",
        "The workbook has formulas; the values they showed last were read.",
    }


def test_codes_that_stand_as_numbers_are_warned_of() -> None:
    headings = ["订单编号", "标题", "价格", "购买数量", "商家编码"]
    warning = "Codes or phones stand as numbers in the workbook; leading zeros are lost. Look at them."
    as_number = told(files.workbook([headings, ["1930679858170600", "紫砂壶", 128, 1, 123]]))
    as_text = told(files.workbook([headings, ["1930679858170600", "紫砂壶", 128, 1, "00123"]]))
    assert (as_number.warnings, as_text.warnings) == ([warning], [])
    assert as_text.lines[0].goods[0].outer_code == "00123"


def test_a_workbook_with_macros_is_refused() -> None:
    plain = orders_xlsx([order(0)])
    assert refused(files.repacked(plain, {"xl/vbaProject.bin": b"x"})).code == "macros"
    assert refused(plain, "orders.xlsm").code == "macros"


def test_an_encrypted_or_old_workbook_is_refused() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refused(head + "EncryptedPackage".encode("utf-16-le")).code == "encrypted"
    assert refused(head).code == "wrong_type"


def test_a_zip_bomb_is_not_opened() -> None:
    plain = orders_xlsx([order(0)])
    bomb = files.repacked(plain, {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 30_000_000})
    assert refused(bomb).code == "bomb"


def test_a_zip_that_lies_about_its_sizes_is_found_out() -> None:
    plain = orders_xlsx([order(0)])
    bomb = bytearray(files.repacked(plain, {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 30_000_000}))
    size = struct.pack("<I", len(b"<worksheet>") + 30_000_000)
    assert bytes(bomb).count(size) >= 1
    lying = bytes(bomb).replace(size, struct.pack("<I", 1_000))
    assert refused(lying).code == "damaged"


def test_an_xml_bomb_is_not_opened() -> None:
    plain = orders_xlsx([order(0)])
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet/>'
    assert refused(files.repacked(plain, {"xl/worksheets/sheet1.xml": entities})).code == "bomb"


def test_foreign_files_are_refused() -> None:
    assert refused(b"%PDF-1.7 ....").code == "wrong_type"
    assert refused(b"a,b\n1,2\n", "orders.doc").code == "wrong_type"
    assert refused(b"").code == "empty"
    assert refused("\ufeff".encode()).code == "empty"
    assert refused(b"PK\x03\x04 nothing else").code == "damaged"
    assert refused(
        files.repacked(orders_xlsx([order(0)]), {}).replace(b"xl/workbook.xml", b"xl/workbonk.xml")
    ).code in {
        "wrong_type",
        "damaged",
    }


def test_a_file_past_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = orders_csv([order(n) for n in range(5)])
    monkeypatch.setattr(reading, "MOST_BYTES", len(content) - 1)
    assert refused(content).code == "too_large"
    monkeypatch.undo()
    assert reading.MOST_BYTES == 200 * 1024 * 1024
    monkeypatch.setattr(reading, "MOST_ROWS", 4)
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    assert refused(content).code == "rows"
    assert refused(orders_xlsx([order(n) for n in range(5)])).code == "rows"
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_DAMAGED", 3)
    assert refused(content + b'"x",\n' * 5).code == "damaged"


# ---- any damage at all


WHOLE = orders_csv([order(n, 买家留言=f'说"{n}",\n好') for n in range(6)])
BOOK = orders_xlsx([order(n) for n in range(3)])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    start=st.integers(0, len(WHOLE)),
    length=st.integers(0, 400),
    filling=st.binary(max_size=40),
)
def test_any_damage_to_a_file_ends_in_a_refusal_or_in_named_rows(start: int, length: int, filling: bytes) -> None:
    damaged = WHOLE[:start] + filling + WHOLE[start + length :]
    found = told_or_refused(damaged)
    if isinstance(found, Refusal):
        return
    assert all(bad.sentence for bad in found.bad)
    # Whatever stands before the damage is read as if nothing had happened.
    before = WHOLE[:start].count(b'\r\n="')
    safe = [one.order for one in told(WHOLE).orders[: max(before - 1, 0)]]
    assert [one.order for one in found.orders[: len(safe)]] == safe


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.integers(0, len(BOOK)), length=st.integers(0, 300), filling=st.binary(max_size=30))
def test_any_damage_to_a_workbook_ends_in_a_refusal_or_in_rows(start: int, length: int, filling: bytes) -> None:
    found = told_or_refused(BOOK[:start] + filling + BOOK[start + length :])
    assert isinstance(found, Refusal) or all(bad.sentence for bad in found.bad)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=600))
def test_any_bytes_at_all_are_refused_or_read(content: bytes) -> None:
    found = told_or_refused(content)
    assert isinstance(found, Told) or (found.field == "file" and found.sentence)
