"""The files that the platform's seller desk would export for these sales: what staff import by hand."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from appliance.demo.goods import GoodsIdea, SkuIdea
from appliance.demo.people import Person
from appliance.demo.story import ZONE_MS, Sale
from appliance.journal import spread

ORDER_HEADINGS = (
    "订单编号", "买家会员名", "买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "订单状态",
    "买家留言", "收货人姓名", "收货地址", "运送方式", "联系电话", "联系手机", "订单创建时间", "订单付款时间",
    "宝贝标题", "宝贝种类", "物流单号", "物流公司", "订单备注", "宝贝总数量", "店铺名称", "订单关闭原因",
)  # fmt: skip
ITEM_HEADINGS = (
    "主订单编号", "子订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息",
    "订单状态", "退款状态", "退款金额", "买家应付货款",
)  # fmt: skip
Rows = list[list[str]]


class Desk:
    """The seller's desk: knows the shop's people and goods, and writes its sales down as the platform does."""

    def __init__(self, people: Sequence[Person], goods: Sequence[GoodsIdea], shop: str) -> None:
        self._people = people
        self._skus: list[tuple[GoodsIdea, SkuIdea]] = [(one, sku) for one in goods for sku in one.skus]
        self._shop = shop

    def orders(self, sales: Sequence[Sale]) -> Rows:
        """The order list: one row for each sale."""
        return [list(ORDER_HEADINGS), *(self._order(sale) for sale in sales)]

    def items(self, sales: Sequence[Sale]) -> Rows:
        """The item list: one row for each line."""
        return [list(ITEM_HEADINGS), *(row for sale in sales for row in self._items(sale))]

    def _order(self, sale: Sale) -> list[str]:
        goods = sale.goods_fen([sku for _, sku in self._skus])
        person = self._people[sale.customer]
        masked = sale.fate == "masked"
        place = person.address.whole
        whole = goods - sale.discount + sale.postage
        titles = [self._skus[place][0].title(self._skus[place][1]) for place, _ in sale.lines]
        return [
            f'="{sale.tid}"', person.nick, _yuan(goods - sale.discount), _yuan(sale.postage), _yuan(whole),
            _yuan(whole if sale.paid_ms else 0), _status(sale), sale.message,
            person.masked_name if masked else person.name,
            f"{place.partition('号')[0]}号****" if masked else f"{place}({person.address.zip})",
            "快递", "", "'" + (person.masked_phone if masked else person.phone), _moment(sale.placed_ms),
            _moment(sale.paid_ms), ", ".join(titles), str(len(sale.lines)), "", "", sale.memo,
            str(sum(pieces for _, pieces in sale.lines)), self._shop, "订单未关闭",
        ]  # fmt: skip

    def _items(self, sale: Sale) -> Rows:
        prices = [self._skus[place][1].retail * pieces // 100 for place, pieces in sale.lines]
        shares = spread(sum(prices) - sale.discount, prices)
        rows = []
        for number, ((place, pieces), share) in enumerate(zip(sale.lines, shares, strict=True), 1):
            goods, sku = self._skus[place]
            asked = "买家已经申请退款,等待卖家同意" if sale.fate == "refund" and number == 1 else "没有申请退款"
            rows.append([
                f'="{sale.tid}"', f'="{sale.tid}{number}"', goods.title(sku), _yuan(sku.retail // 100), str(pieces),
                sku.code, f"规格:{sku.spec}", "", _status(sale), asked, "无退款申请", _yuan(share),
            ])  # fmt: skip
        return rows


def to_csv(rows: Rows) -> bytes:
    """A file as the seller desk writes it: GBK, with commas."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("gb18030")


def to_workbook(rows: Rows) -> bytes:
    """The newer shape: a workbook, where numbers of orders are plain text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in rows:
        sheet.append([cell.removeprefix('="').removesuffix('"').removeprefix("'") for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_files(folder: Path, desk: Desk, sales: Sequence[Sale]) -> list[Path]:
    """Lay today's files into a folder: an order list and an item list as csv, and a later pair as workbooks."""
    folder.mkdir(parents=True, exist_ok=True)
    early, late = sales[: len(sales) * 2 // 3], sales[len(sales) * 2 // 3 :]
    files = {
        "订单报表-上午.csv": to_csv([*desk.orders(early), _damaged(desk, early)]),
        "宝贝报表-上午.csv": to_csv(desk.items(early)),
        "订单报表-下午.xlsx": to_workbook(desk.orders(late)),
        "宝贝报表-下午.csv": to_csv(desk.items(late)),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _damaged(desk: Desk, sales: Sequence[Sale]) -> list[str]:
    """A row that somebody opened in a spreadsheet: its number is rounded, and must never be guessed."""
    row = desk.orders(sales[:1])[1]
    return ["9.01795E+18", *row[1:]]


def _status(sale: Sale) -> str:
    return "买家已付款,等待卖家发货" if sale.paid_ms else "等待买家付款"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp((ms + ZONE_MS) / 1000, UTC):%Y-%m-%d %H:%M:%S}" if ms else ""
