"""Seller's files as the platform writes them, and as Excel leaves them; made by the tests, never found."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

ORDER_HEADINGS = [
    "订单编号",
    "买家会员名",
    "买家支付宝账号",
    "买家应付货款",
    "买家应付邮费",
    "买家支付积分",
    "总金额",
    "返点积分",
    "买家实际支付金额",
    "买家实际支付积分",
    "订单状态",
    "买家留言",
    "收货人姓名",
    "收货地址 ",
    "运送方式",
    "联系电话 ",
    "联系手机",
    "订单创建时间",
    "订单付款时间 ",
    "宝贝标题 ",
    "宝贝种类 ",
    "物流单号 ",
    "物流公司",
    "订单备注",
    "宝贝总数量",
    "店铺Id",
    "店铺名称",
    "订单关闭原因",
    "卖家服务费",
    "买家服务费",
    "发票抬头",
    "是否手机订单",
]

ITEM_HEADINGS = [
    "订单编号",
    "标题",
    "价格",
    "购买数量",
    "外部系统编号",
    "商品属性",
    "套餐信息",
    "备注",
    "订单状态",
    "商家编码",
]

NEW_ITEM_HEADINGS = [
    "子订单编号",
    "主订单编号",
    "商品标题",
    "商品价格",
    "购买数量",
    "外部系统编号",
    "商品属性",
    "套餐信息",
    "订单状态",
    "商家编码",
    "买家应付货款",
    "买家实付金额",
    "退款状态",
    "退款金额",
    "商品ID",
]

PAID = "买家已付款，等待卖家发货"
UNPAID = "等待买家付款"
SENT = "卖家已发货，等待买家确认"
DONE = "交易成功"
CLOSED = "交易关闭"

FIRST = 1930679858170600


def order(n: int = 0, **other: str) -> dict[str, str]:
    """One row of an order file: a teapot for 128.00, paid, to a lane in Hangzhou."""
    row = dict.fromkeys((heading.strip() for heading in ORDER_HEADINGS), "")
    row |= {
        "订单编号": f'="{FIRST + n}"',
        "买家会员名": f"喝茶的人{n}",
        "买家应付货款": "128.00",
        "买家应付邮费": "0.00",
        "总金额": "128.00",
        "买家实际支付金额": "128.00",
        "订单状态": PAID,
        "收货人姓名": "李娜",
        "收货地址": "浙江省 杭州市 西湖区 茶山巷 8 号(310012)",
        "运送方式": "快递",
        "联系手机": f"'1380013{n % 10000:04d}",
        "订单创建时间": "2026-11-23 10:00:00",
        "订单付款时间": "2026-11-23 10:01:00",
        "宝贝标题": "紫砂壶",
        "订单备注": "'null",
        "宝贝总数量": "1",
        "订单关闭原因": "订单未关闭",
        "发票抬头": "null",
    }
    return row | other


def item(n: int = 0, **other: str) -> dict[str, str]:
    """One row of an old item file, without numbers of its own."""
    row = dict.fromkeys(ITEM_HEADINGS, "")
    row |= {
        "订单编号": f'="{FIRST + n}"',
        "标题": "紫砂壶",
        "价格": "128.00",
        "购买数量": "1",
        "外部系统编号": "TEAPOT",
        "商品属性": "颜色：红",
        "订单状态": PAID,
    }
    return row | other


def new_item(n: int = 0, place: int = 1, **other: str) -> dict[str, str]:
    """One row of a newer item file, with a number for each line."""
    row = dict.fromkeys(NEW_ITEM_HEADINGS, "")
    row |= {
        "子订单编号": str(FIRST * 10 + n * 10 + place),
        "主订单编号": str(FIRST + n),
        "商品标题": "紫砂壶",
        "商品价格": "128.00",
        "购买数量": "1",
        "外部系统编号": "TEAPOT",
        "商品属性": "颜色：红",
        "订单状态": PAID,
        "买家应付货款": "128.00",
        "买家实付金额": "128.00",
        "退款状态": "没有申请退款",
        "退款金额": "无退款申请",
        "商品ID": "612345678901",
    }
    return row | other


def csv_text(rows: Sequence[dict[str, str]], headings: Sequence[str] = ()) -> str:
    """Lay rows out as the platform does: \\r\\n, quotes where they are needed."""
    headings = headings or list(rows[0])
    lines = [",".join(headings)]
    lines += [",".join(_quoted(row.get(heading.strip(), "")) for heading in headings) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def orders_csv(rows: Sequence[dict[str, str]], encoding: str = "gb18030") -> bytes:
    """An order file."""
    return csv_text(rows, ORDER_HEADINGS).encode(encoding)


def items_csv(rows: Sequence[dict[str, str]], encoding: str = "gb18030") -> bytes:
    """An item file, old or new by its rows."""
    return csv_text(rows, list(rows[0])).encode(encoding)


def workbook(rows: Sequence[Sequence[object]], prepare: object = None) -> bytes:
    """A workbook with these rows; `prepare(sheet)` may hide, format or write formulas."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if callable(prepare):
        prepare(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def orders_xlsx(rows: Sequence[dict[str, str]], prepare: object = None) -> bytes:
    """An order file as a workbook; numbers as text, as the platform writes them."""
    headings = [heading.strip() for heading in ORDER_HEADINGS]
    bare = [[row[heading].removeprefix('="').removesuffix('"') for heading in headings] for row in rows]
    return workbook([headings, *bare], prepare)


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    """A zip with some of its parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in changed:
                new.writestr(part, old.read(part))
        for name, content_ in changed.items():
            new.writestr(name, content_)
    return out.getvalue()


def _quoted(cell: str) -> str:
    if cell.startswith('="'):
        return cell
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\n\r') else cell
