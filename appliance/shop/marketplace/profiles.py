"""Profiles: which heading of a seller's file means what. Headings changed over the years; each shape has a version.

A file is matched by its headings' names, never by their place. A heading that nobody asks for is listed and left out;
a heading that must be there and is not refuses the whole file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from appliance.journal import Refusal
from appliance.shop.marketplace import values
from appliance.shop.marketplace.values import Unfit

Reader = Callable[[str], Any]

STATUSES = {
    "没有创建支付宝交易": "unconfirmed",
    "没有创建交易": "unconfirmed",
    "等待买家付款": "unconfirmed",
    "待付款": "unconfirmed",
    "付款确认中": "unconfirmed",
    "等待付款确认": "unconfirmed",
    "买家已付定金,等待买家付尾款": "await_balance",
    "定金已付,等待买家付尾款": "await_balance",
    "等待买家付尾款": "await_balance",
    "等待买家付余款": "await_balance",
    "已付款,暂不可发货": "await_balance",
    "拼团中订单,已付款": "await_balance",
    "买家已付款,等待卖家发货": "await_ship",
    "等待卖家发货": "await_ship",
    "待发货": "await_ship",
    "卖家部分发货": "part_shipped",
    "部分发货": "part_shipped",
    "卖家已发货,等待买家确认": "shipped",
    "卖家已发货,等待买家确认收货": "shipped",
    "等待买家确认收货": "shipped",
    "已发货": "shipped",
    "买家已签收": "signed",
    "已签收": "signed",
    "交易成功": "finished",
    "交易完成": "finished",
    "退款关闭交易": "refunded",
    "交易关闭": "closed",
    "已关闭": "closed",
    "TRADE_NO_CREATE_PAY": "unconfirmed",
    "WAIT_BUYER_PAY": "unconfirmed",
    "PAY_PENDING": "unconfirmed",
    "WAIT_PRE_AUTH_CONFIRM": "unconfirmed",
    "PAID_FORBID_CONSIGN": "await_balance",
    "WAIT_SELLER_SEND_GOODS": "await_ship",
    "SELLER_CONSIGNED_PART": "part_shipped",
    "WAIT_BUYER_CONFIRM_GOODS": "shipped",
    "TRADE_BUYER_SIGNED": "signed",
    "TRADE_FINISHED": "finished",
    "TRADE_CLOSED": "refunded",
    "TRADE_CLOSED_BY_TAOBAO": "closed",
}

REFUNDS = {
    "没有申请退款": "none",
    "无退款申请": "none",
    "无退款": "none",
    "未申请退款": "none",
    "退款关闭": "none",
    "退款已关闭": "none",
    "退款中": "requested",
    "申请退款": "requested",
    "买家已经申请退款,等待卖家同意": "requested",
    "买家已申请退款,等待卖家同意": "requested",
    "卖家已经同意退款,等待买家退货": "requested",
    "卖家已同意退款,等待买家退货": "requested",
    "买家已经退货,等待卖家确认收货": "requested",
    "买家已退货,等待卖家确认收货": "requested",
    "卖家拒绝退款": "requested",
    "卖家已拒绝退款": "requested",
    "部分退款": "part",
    "退款成功": "full",
    "已退款": "full",
    "全额退款": "full",
    "NO_REFUND": "none",
    "CLOSED": "none",
    "WAIT_SELLER_AGREE": "requested",
    "WAIT_BUYER_RETURN_GOODS": "requested",
    "WAIT_SELLER_CONFIRM_GOODS": "requested",
    "SELLER_REFUSE_BUYER": "requested",
    "SUCCESS": "full",
}


@lru_cache(maxsize=256)
def platform_status(text: str) -> str:
    """Read the state of an order; one we do not know is an error of its row, not a guess."""
    found = STATUSES.get(values.status_key(text))
    if found is None:
        raise Unfit("This order status is not known here.")
    return found


@lru_cache(maxsize=256)
def refund_status(text: str) -> str:
    """Read whether a refund was asked for."""
    found = REFUNDS.get(values.status_key(text))
    if found is None:
        raise Unfit("This refund status is not known here.")
    return found


def refunded(text: str) -> int:
    """Read what was given back; the platform writes words where nothing was."""
    return 0 if text in REFUNDS and REFUNDS[text] == "none" else values.money(text)


def delivery_term(text: str) -> str:
    """Cash on delivery hides in the way of transport."""
    return "cod" if "货到付款" in text else "prepaid"


def close_reason(text: str) -> str:
    """An order that is open says so where others give a reason."""
    return "" if text == "订单未关闭" else values.line(text)


def words(text: str) -> str:
    """Keep a message with its line breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Field:
    """One value of a row: where it goes, the headings it has had, how its cell is read."""

    name: str
    headings: tuple[str, ...]
    read: Reader = values.line
    required: bool = False
    of: str = "order"


@dataclass(frozen=True)
class Profile:
    """One shape of file, with its version."""

    name: str
    kind: str
    marks: frozenset[str]
    """Headings that only this version has."""


ORDER_FIELDS = (
    Field("tid", ("订单编号", "主订单编号", "订单号"), values.number_of, required=True),
    Field("platform_status", ("订单状态", "交易状态"), platform_status, required=True),
    Field("placed_at", ("订单创建时间", "买家下单时间", "下单时间"), values.moment, required=True),
    Field("goods_amount", ("买家应付货款", "应付货款"), values.money, required=True),
    Field("name", ("收货人姓名", "收货人", "收件人姓名", "收件人"), required=True, of="receiver"),
    Field("address", ("收货地址", "详细地址", "收件地址"), required=True, of="receiver"),
    Field("postage", ("买家应付邮费", "应付邮费", "邮费"), values.money),
    Field("receivable", ("总金额", "订单总金额"), values.money),
    Field("paid", ("买家实际支付金额", "买家实付金额", "实付金额"), values.money),
    Field("received", ("打款商家金额", "确认收货打款金额"), values.money),
    Field("refunded", ("退款金额",), refunded),
    Field("paid_at", ("订单付款时间", "买家付款时间", "付款时间"), values.moment),
    Field("ship_by", ("应发货时间", "最晚发货时间"), values.moment),
    Field("shipped_at", ("发货时间",), values.moment),
    Field("ended_at", ("确认收货时间", "订单完成时间"), values.moment),
    Field("commission", ("卖家服务费", "商家服务费", "平台佣金"), values.money),
    Field("payment_no", ("支付单号", "支付宝交易号")),
    Field("presale", ("分阶段订单信息", "预售信息")),
    Field("goods_count", ("宝贝总数量", "商品总数量"), values.qty),
    Field("title", ("宝贝标题", "商品标题")),
    Field("buyer_message", ("买家留言",), words),
    Field("seller_memo", ("订单备注", "商家备注", "卖家备注"), words),
    Field("seller_label", ("备注标签",)),
    Field("close_reason", ("订单关闭原因",), close_reason),
    Field("waybill", ("物流单号", "运单号")),
    Field("courier_name", ("物流公司",)),
    Field("delivery_term", ("运送方式",), delivery_term),
    Field("nick", ("买家会员名", "买家昵称", "买家旺旺"), of="receiver"),
    Field("phone", ("联系手机", "手机", "收货人手机"), of="receiver"),
    Field("telephone", ("联系电话", "电话"), of="receiver"),
    Field("new_address", ("修改后的收货地址",), of="receiver"),
    Field("invoice_title", ("发票抬头",), of="receiver"),
    Field("alipay", ("买家支付宝账号",), of="receiver"),
    Field("oaid", ("收件人ID", "OAID", "oaid"), of="receiver"),
)

ITEM_FIELDS = (
    Field("tid", ("主订单编号", "订单编号", "订单号"), values.number_of, required=True),
    Field("title", ("标题", "商品标题", "宝贝标题"), required=True, of="line"),
    Field("price", ("价格", "商品价格", "单价"), values.price, required=True, of="line"),
    Field("qty", ("购买数量", "数量"), values.qty, required=True, of="line"),
    Field("oid", ("子订单编号", "子订单号"), values.number_of, of="line"),
    Field("outer_code", ("外部系统编号", "SKU商家编码", "规格商家编码"), of="goods"),
    Field("item_code", ("商家编码", "货号"), of="goods"),
    Field("goods_key", ("商品ID", "商品id", "商品Id", "宝贝ID", "宝贝id"), of="goods"),
    Field("spec_key", ("SKUID", "SKU ID", "SkuID", "sku_id", "规格ID"), of="goods"),
    Field("spec", ("商品属性", "销售属性", "宝贝规格"), of="line"),
    Field("payable", ("买家应付货款", "应付货款"), values.money, of="line"),
    Field("paid", ("买家实际支付金额", "买家实付金额", "实付金额"), values.money, of="line"),
    Field("platform_status", ("订单状态", "交易状态"), platform_status, of="line"),
    Field("refund_status", ("退款状态",), refund_status, of="line"),
    Field("refund_amount", ("退款金额",), refunded, of="line"),
    Field("bundle", ("套餐信息",), of="line"),
    Field("memo", ("备注", "商家备注"), of="line"),
    Field("waybill", ("物流单号", "运单号"), of="line"),
)

FIELDS = {"orders": ORDER_FIELDS, "items": ITEM_FIELDS}

PROFILES = (
    Profile("taobao-items-2", "items", frozenset({"子订单编号", "子订单号"})),
    Profile("taobao-items-1", "items", frozenset()),
    Profile("taobao-orders-2", "orders", frozenset({"买家实付金额", "商家备注", "确认收货打款金额"})),
    Profile("taobao-orders-1", "orders", frozenset()),
)


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read: for each field its column."""

    profile: Profile
    columns: tuple[tuple[Field, int], ...]
    ignored: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Orders or items."""
        return self.profile.kind

    @property
    def steps(self) -> list[tuple[int, str, str, Reader]]:
        """The same, laid out for a loop over many rows: column, part, name, reader."""
        return [(place, field.of, field.name, field.read) for field, place in self.columns]

    def others(self, headers: Sequence[str]) -> list[tuple[int, str]]:
        """The columns that nobody asks for, which are kept as they are told."""
        known = {place for _, place in self.columns}
        return [
            (place, name) for place, one in enumerate(headers) if place not in known and (name := values.clean(one))
        ]


def plan(headers: Sequence[str]) -> Plan:
    """Match the headings of a file; refuses it when one that must be there is missing."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(_bare(header), place)
    missing = {kind: _missing(fields, places) for kind, fields in FIELDS.items()}
    kind = min(missing, key=lambda one: len(missing[one]))
    if missing[kind]:
        raise Refusal(
            "The file lacks these headings: {missing}. Export it again with all columns.",
            field="file",
            code="headings",
            missing="、".join(missing[kind]),
        )
    columns = [(field, _place(field, places)) for field in FIELDS[kind]]
    known = {place for _, place in columns}
    ignored = [header.strip() for place, header in enumerate(headers) if place not in known and header.strip()]
    profile = next(one for one in PROFILES if one.kind == kind and (not one.marks or one.marks & places.keys()))
    return Plan(profile, tuple((field, place) for field, place in columns if place >= 0), tuple(ignored))


def _missing(fields: Sequence[Field], places: dict[str, int]) -> list[str]:
    return [field.headings[0] for field in fields if field.required and _place(field, places) < 0]


def _place(field: Field, places: dict[str, int]) -> int:
    return next((places[heading] for heading in field.headings if heading in places), -1)


def _bare(header: str) -> str:
    text = values.clean(header).replace("（", "(").replace("）", ")").replace("(元)", "")
    return "".join(text.split()) if not text.isascii() else text.strip()
