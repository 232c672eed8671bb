from datetime import UTC, datetime

from appliance.demo import exports, goods, people, story
from appliance.shop.marketplace.told import understand
from appliance.shop.settings import regions
from tests.cast import MORNING

GOODS = goods.all_goods()


def test_the_same_day_tells_the_same_year():
    assert story.year(MORNING, GOODS) == story.year(MORNING, GOODS)


def test_a_year_has_six_thousand_sales_and_todays_queue_holds_something_of_everything():
    sales = story.year(MORNING, GOODS)
    assert len(sales) == 6_000
    assert [sale.placed_ms for sale in sales] == sorted(sale.placed_ms for sale in sales)
    assert MORNING - 366 * story.DAY_MS < sales[0].placed_ms < sales[-1].placed_ms < MORNING
    today = sales[-sum(story.TODAY.values()) :]
    assert {sale.fate for sale in today} == set(story.TODAY)
    assert all(sale.fate in {"done", "cancelled", "to_ship"} for sale in sales[: -len(today)])


def test_nothing_is_shipped_before_it_was_ordered_or_after_now():
    for sale in story.year(MORNING, GOODS):
        assert not sale.shipped_ms or sale.placed_ms < sale.shipped_ms < MORNING
        assert not sale.done_ms or sale.shipped_ms < sale.done_ms < MORNING


def test_numbers_of_orders_are_as_long_as_the_platforms_and_each_stands_once():
    sales = story.year(MORNING, GOODS)
    assert {len(sale.tid) for sale in sales} == {19}
    assert len({sale.tid for sale in sales}) == len(sales)


def test_november_is_busier_than_february():
    months = [datetime.fromtimestamp(sale.placed_ms / 1000, UTC).month for sale in story.year(MORNING, GOODS)]
    assert months.count(11) > 2 * months.count(2)


def test_every_address_agrees_with_the_regions():
    assert [place for place in people.PLACES if not regions.consistent(*place[:3])] == []
    for person in people.customers(50):
        split = regions.split(person.address.whole)
        assert split.ok
        assert (split.province, split.district) == (person.address.province, person.address.district)


def test_the_shop_reads_the_files_it_would_export():
    desk = exports.Desk(people.customers(2_000), GOODS, "小满茶铺淘宝店")
    sales = [sale for sale in story.year(MORNING, GOODS) if sale.channel == "taobao"][-40:]
    for content, name in (
        (exports.to_csv(desk.orders(sales)), "orders.csv"),
        (exports.to_workbook(desk.orders(sales)), "orders.xlsx"),
    ):
        told = understand(content, name, "shop")
        assert told.bad == []
        assert [one.order.tid for one in told.orders] == [sale.tid for sale in sales]
        assert sum(one.receiver.masked for one in told.orders) == sum(sale.fate == "masked" for sale in sales)
    lines = understand(exports.to_csv(desk.items(sales)), "items.csv", "shop")
    assert lines.bad == []
    for group, sale in zip(lines.lines, sales, strict=True):
        goods_fen = sale.goods_fen([sku for one in GOODS for sku in one.skus])
        assert sum(line.payable for line in group.lines) == goods_fen - sale.discount
        assert len(group.lines) == len(sale.lines)


def test_a_number_spoilt_by_a_spreadsheet_is_told_and_never_guessed(tmp_path):
    desk = exports.Desk(people.customers(2_000), GOODS, "小满茶铺淘宝店")
    sales = [sale for sale in story.year(MORNING, GOODS) if sale.channel == "taobao"][-30:]
    written = exports.write_files(tmp_path, desk, sales)
    told = understand(written[0].read_bytes(), written[0].name, "shop")
    assert len(told.bad) == 1
    assert len(told.orders) == 20
