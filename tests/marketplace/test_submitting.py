"""A raw order becomes an order of ours: its goods matched, every fen accounted for, later news told to the staff."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.shop import catalog
from appliance.shop.catalog import NewSku
from appliance.shop.marketplace import actions
from appliance.shop.marketplace.records import Mapping
from appliance.shop.orders import Exceptions, SalesOrder
from tests.cast import agree, clean, meet
from tests.marketplace import files
from tests.marketplace.files import item, items_csv, new_item, order, orders_csv
from tests.marketplace.test_importing import open_shop, take_in, told


@pytest.fixture
def shop(alice: Desk) -> str:
    return open_shop(alice)


@pytest.fixture
def teapot(alice: Desk) -> str:
    return sku(alice, "紫砂壶", "TEAPOT")


def sku(desk: Desk, name: str, code: str) -> str:
    goods = catalog.add_goods(desk, name=name, unit="个", skus=[NewSku(code=code, retail=1_280_000)])
    return str(desk.value("select id from sku where goods = ?", goods))


def raw(desk: Desk, n: int = 0) -> str:
    return str(desk.value("select id from raw_order where tid = ?", str(files.FIRST + n)))


def taken(desk: Desk, shop: str, *rows: dict[str, str], lines: list[dict[str, str]] | None = None) -> str:
    """Take in an order file and its item file; returns the first raw order."""
    take_in(desk, shop, orders_csv(list(rows) or [order(0)]))
    take_in(desk, shop, items_csv(lines if lines is not None else [new_item(0)]))
    return raw(desk)


def refused(desk: Desk, raw_order: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        actions.submit(desk, raw_order=raw_order)
    return caught.value


def list_row(desk: Desk, order_id: str):
    return desk.row("select * from order_list where id = ?", order_id)


def test_a_paid_order_goes_to_review_with_its_goods_and_receiver(alice: Desk, shop: str, teapot: str) -> None:
    mine = actions.submit(alice, raw_order=taken(alice, shop))
    row = list_row(alice, mine)
    assert (row.state, row.receivable, row.paid, row.platform_number) == ("to_review", 12_800, 12_800, str(files.FIRST))
    assert (row.receiver, row.phone, row.province, row.city, row.district, row.street, row.zip) == (
        "李娜", "13800130000", "浙江省", "杭州市", "西湖区", "茶山巷 8 号", "310012",
    )  # fmt: skip
    [line] = alice.rows("select * from sales_order_line where sales_order = ?", mine)
    assert (line.sku, line.qty, line.amount) == (teapot, 10_000, 12_800)
    assert alice.value("select process_status from raw_order_list where id = ?", raw(alice)) == "submitted"
    assert clean(alice) == []


def test_the_sellers_label_becomes_the_mark_of_the_order(alice: Desk, shop: str, teapot: str) -> None:
    take_in(alice, shop, files.csv_text([order(0, 备注标签="加急单")], [*files.ORDER_HEADINGS, "备注标签"]).encode())
    take_in(alice, shop, items_csv([new_item(0)]))
    assert list_row(alice, actions.submit(alice, raw_order=raw(alice))).mark == "加急单"


def test_an_unpaid_order_waits_for_its_payment_and_goes_on_when_a_file_tells_it(
    alice: Desk, shop: str, teapot: str
) -> None:
    unpaid = order(0, 订单状态=files.UNPAID, 订单付款时间="", 买家实际支付金额="0.00")
    mine = actions.submit(alice, raw_order=taken(alice, shop, unpaid))
    assert alice.state(SalesOrder, mine) == "awaiting_payment"
    take_in(alice, shop, orders_csv([order(0)]))
    row = list_row(alice, mine)
    assert (row.state, row.paid, row.exceptions) == ("to_review", 12_800, 0)


def test_an_order_closed_before_payment_is_cancelled(alice: Desk, shop: str, teapot: str) -> None:
    unpaid = order(0, 订单状态=files.UNPAID, 订单付款时间="", 买家实际支付金额="0.00")
    mine = actions.submit(alice, raw_order=taken(alice, shop, unpaid))
    closed = unpaid | {"订单状态": files.CLOSED, "订单关闭原因": "买家未付款"}
    take_in(alice, shop, orders_csv([closed]))
    assert alice.state(SalesOrder, mine) == "cancelled"
    assert alice.get(SalesOrder, mine).cancel_reason == "买家未付款"


def test_submitting_after_the_import_takes_what_is_ready(alice: Desk, shop: str, teapot: str) -> None:
    lines = [item(0), item(1), item(2, 外部系统编号="NEW"), item(3)]
    take_in(alice, shop, items_csv(lines))
    rows = [order(0), order(1, 订单状态=files.SENT), order(2), order(3)]
    found = told(alice, take_in(alice, shop, orders_csv(rows), submits=True))
    assert (found.submitted, found.not_submitted) == (2, 1)
    states = dict(alice.rows("select tid, process_status from raw_order_list"))
    assert [states[str(files.FIRST + n)] for n in range(4)] == ["submitted", "history", "waiting", "submitted"]


def test_an_order_is_submitted_once(alice: Desk, shop: str, teapot: str) -> None:
    first = taken(alice, shop)
    actions.submit(alice, raw_order=first)
    assert refused(alice, first).code == "wrong_state"
    assert alice.value("select count(*) from sales_order") == 1


def test_what_is_over_on_the_platform_is_not_submitted(alice: Desk, shop: str, teapot: str) -> None:
    assert refused(alice, taken(alice, shop, order(0, 订单状态=files.SENT))).code == "history"
    take_in(alice, shop, orders_csv([order(1, 订单状态=files.CLOSED)]))
    assert refused(alice, raw(alice, 1)).code == "closed"


def test_an_order_without_its_goods_waits_for_the_item_file(alice: Desk, shop: str, teapot: str) -> None:
    take_in(alice, shop, orders_csv([order(0)]))
    refusal = refused(alice, raw(alice))
    assert (refusal.code, refusal.remedy) == ("no_lines", "/do/marketplace/lay_in")


def test_lines_that_are_refunded_or_sent_already_stay_out(alice: Desk, shop: str, teapot: str) -> None:
    sku(alice, "茶杯", "CUP")
    lines = [
        new_item(0, 1),
        new_item(0, 2, 外部系统编号="CUP", 退款状态="退款成功", 退款金额="60.00", 买家应付货款="60.00"),
        new_item(0, 3, 外部系统编号="CUP", 订单状态=files.SENT, 买家应付货款="12.00"),
    ]
    first = taken(alice, shop, order(0, 买家应付货款="200.00", 总金额="200.00", 买家实际支付金额="200.00"), lines=lines)
    mine = actions.submit(alice, raw_order=first)
    assert list_row(alice, mine).receivable == 12_800
    all_back = [new_item(1, 1, 退款状态="退款成功")]
    take_in(alice, shop, orders_csv([order(1)]))
    take_in(alice, shop, items_csv(all_back))
    assert refused(alice, raw(alice, 1)).code == "closed"


def test_a_set_aside_order_comes_back(alice: Desk, shop: str, teapot: str) -> None:
    first = taken(alice, shop)
    actions.set_aside(alice, raw_order=first)
    assert refused(alice, first).code == "wrong_state"
    actions.bring_back(alice, raw_order=first)
    with pytest.raises(Refusal, match="was not set aside"):
        actions.bring_back(alice, raw_order=first)
    actions.submit(alice, raw_order=first)
    with pytest.raises(Refusal):
        actions.set_aside(alice, raw_order=first)


# ---- matching


def test_goods_nobody_knows_wait_to_be_matched_and_are_remembered(alice: Desk, shop: str, teapot: str) -> None:
    first = taken(
        alice, shop, order(0), order(1), lines=[new_item(0, 外部系统编号="X-9"), new_item(1, 外部系统编号="X-9")]
    )
    [waiting] = alice.rows("select * from unmatched_goods_list")
    assert (waiting.title, waiting.outer_code, waiting.waiting) == ("紫砂壶", "X-9", 2)
    refusal = refused(alice, first)
    assert (refusal.code, refusal.remedy) == ("unmatched", f"/do/marketplace/match?shop_goods={waiting.id}")

    actions.match(alice, shop_goods=waiting.id, sku=teapot)
    assert alice.rows("select * from unmatched_goods") == []
    actions.submit(alice, raw_order=first)
    actions.submit(alice, raw_order=raw(alice, 1))


def test_a_match_holds_for_the_platforms_own_number_and_for_the_code(alice: Desk, shop: str, teapot: str) -> None:
    lines = [
        new_item(0, 外部系统编号="X-9", 商品ID="111"),
        new_item(1, 外部系统编号="", 商品ID="111"),
        new_item(2, 外部系统编号="X-9", 商品ID="222"),
        new_item(3, 外部系统编号="", 商品ID="333"),
    ]
    take_in(alice, shop, items_csv(lines))
    first = alice.value("select id from shop_goods where outer_code = 'X-9' and goods_key = '111'")
    actions.match(alice, shop_goods=first, sku=teapot)
    assert [row.goods_key for row in alice.rows("select goods_key from unmatched_goods")] == ["333"]


def test_a_code_in_the_catalogue_goes_before_a_match_and_empties_the_queue(alice: Desk, shop: str, teapot: str) -> None:
    take_in(alice, shop, items_csv([new_item(0, 外部系统编号="CUP")]))
    goods = alice.value("select id from unmatched_goods")
    actions.match(alice, shop_goods=goods, sku=teapot)
    cup = sku(alice, "茶杯", "CUP")
    assert alice.value("select sku from shop_goods_match where id = ?", goods) == cup
    actions.unmatch(alice, shop_goods=goods)
    assert alice.value("select count(*) from unmatched_goods") == 0


def test_a_new_code_in_the_catalogue_empties_the_queue_by_itself(alice: Desk, shop: str) -> None:
    take_in(alice, shop, items_csv([new_item(0, 外部系统编号="LATER")]))
    assert alice.value("select count(*) from unmatched_goods") == 1
    sku(alice, "茶盘", "LATER")
    assert alice.value("select count(*) from unmatched_goods") == 0
    assert clean(alice) == []


def test_matching_again_corrects_and_forgetting_asks_again(alice: Desk, shop: str, teapot: str) -> None:
    take_in(alice, shop, items_csv([new_item(0, 外部系统编号="X-9")]))
    goods = alice.value("select id from unmatched_goods")
    actions.match(alice, shop_goods=goods, sku=sku(alice, "茶杯", "CUP"))
    actions.match(alice, shop_goods=goods, sku=teapot)
    assert alice.get(Mapping, goods).sku == teapot
    actions.unmatch(alice, shop_goods=goods)
    assert alice.value("select count(*) from unmatched_goods") == 1


def test_goods_that_are_not_sold_any_more_are_no_match(alice: Desk, shop: str, teapot: str) -> None:
    take_in(alice, shop, items_csv([new_item(0, 外部系统编号="X-9")]))
    catalog.disable_sku(alice, sku=teapot)
    goods = alice.value("select id from unmatched_goods")
    with pytest.raises(Refusal, match="TEAPOT is not sold any more"):
        actions.match(alice, shop_goods=goods, sku=teapot)
    with pytest.raises(Refusal):
        actions.unmatch(alice, shop_goods=goods)


# ---- what the platform tells later


@pytest.mark.parametrize(
    ("now", "bit"),
    [
        ({"收货地址": "浙江省 杭州市 上城区 河坊街 1 号"}, Exceptions.ADDRESS),
        ({"修改后的收货地址": "浙江省 杭州市 上城区 河坊街 1 号"}, Exceptions.ADDRESS),
        ({"发票抬头": "茶山公司"}, Exceptions.INVOICE),
        ({"买家留言": "快点"}, Exceptions.MESSAGE),
        ({"订单备注": "送一个杯子"}, Exceptions.NOTE),
        ({"备注标签": "加急单"}, Exceptions.NOTE),
        ({"订单状态": files.SENT}, Exceptions.SHIPPED),
        ({"订单状态": files.CLOSED, "退款金额": "128.00"}, Exceptions.REFUND),
    ],
)
def test_what_the_platform_changes_later_stops_the_order(
    alice: Desk, shop: str, teapot: str, now: dict[str, str], bit: Exceptions
) -> None:
    mine = actions.submit(alice, raw_order=taken(alice, shop))
    headings = [*files.ORDER_HEADINGS, "退款金额", "修改后的收货地址", "备注标签"]
    take_in(alice, shop, files.csv_text([order(0, **now)], headings).encode())
    assert alice.get(SalesOrder, mine).exceptions == int(bit)
    take_in(alice, shop, files.csv_text([order(0, **now)], headings).encode())
    assert alice.get(SalesOrder, mine).exceptions == int(bit)


def test_changed_goods_and_refunds_of_a_line_are_told(alice: Desk, shop: str, teapot: str) -> None:
    mine = actions.submit(alice, raw_order=taken(alice, shop))
    take_in(alice, shop, items_csv([new_item(0, 退款状态="买家已经申请退款，等待卖家同意")]))
    assert alice.get(SalesOrder, mine).exceptions == int(Exceptions.REFUND)
    assert alice.value("select refund_status from sales_order_line where sales_order = ?", mine) == "requested"
    take_in(alice, shop, items_csv([new_item(0, 退款状态="退款关闭", 购买数量="2")]))
    assert alice.get(SalesOrder, mine).exceptions == int(Exceptions.REFUND | Exceptions.GOODS)


# ---- two boxes


def test_an_order_submitted_on_two_boxes_is_one_order(alice: Desk, bella: Desk, shop: str, teapot: str) -> None:
    first = taken(alice, shop)
    meet(alice, bella)
    one = actions.submit(alice, raw_order=first)
    other = actions.submit(bella, raw_order=first)
    assert one == other
    meet(alice, bella)
    assert agree(alice, bella)
    assert bella.value("select count(*) from sales_order") == 1
    assert bella.rows("select * from problem_raw_order_submitted_twice") == []
    assert clean(alice) == []


# ---- every fen and every piece


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    orders_=st.lists(
        st.lists(st.tuples(st.integers(1, 5), st.integers(0, 50_000)), min_size=1, max_size=4), min_size=1, max_size=4
    ),
    postage=st.integers(0, 2_000),
    discount=st.integers(0, 5_000),
)
def test_no_piece_and_no_fen_is_lost_between_raw_and_system_orders(
    new_box, orders_: list[list[tuple[int, int]]], postage: int, discount: int
) -> None:
    alice = new_box().desk("alice")
    shop, _ = open_shop(alice), sku(alice, "紫砂壶", "TEAPOT")
    rows, lines = [], []
    for n, sold in enumerate(orders_):
        whole = sum(qty * price for qty, price in sold)
        goods = max(whole - discount, 0)
        yuan = f"{goods / 100:.2f}", f"{postage / 100:.2f}", f"{(goods + postage) / 100:.2f}"
        rows.append(order(n, 买家应付货款=yuan[0], 买家应付邮费=yuan[1], 总金额=yuan[2], 买家实际支付金额=yuan[2]))
        lines += [item(n, 购买数量=str(qty), 价格=f"{price / 100:.2f}") for qty, price in sold]
    take_in(alice, shop, items_csv(lines))
    take_in(alice, shop, orders_csv(rows), submits=True)
    told_by_platform = alice.rows(
        "select o.id, o.receivable, o.postage, "
        "(select sum(qty) from raw_order_line l where l.raw_order = o.id) as pieces from raw_order o order by o.id"
    )
    ours = alice.rows(
        "select s.raw_order as id, sum(b.amount) + s.postage + s.other as receivable, s.postage, sum(b.qty) as pieces "
        "from sales_order s join sales_order_line b on b.sales_order = s.id group by s.id order by s.raw_order"
    )
    assert [tuple(row) for row in told_by_platform] == [tuple(row) for row in ours]
    assert (
        alice.rows(
            "select s.id from sales_order s where s.receivable <> s.postage + s.other + "
            "(select sum(amount) from sales_order_line b where b.sales_order = s.id)"
        )
        == []
    )
    numbers = [row[0] for row in alice.rows("select number from sales_order")]
    assert len(numbers) == len(set(numbers)) == len(rows)
    assert clean(alice) == []
