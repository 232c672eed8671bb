"""A file is looked at, then taken in: everything once, nothing lost, whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from appliance.journal import Desk, Refusal, action
from appliance.shop.marketplace import Clerk, actions, clerk
from appliance.shop.marketplace.records import ImportJob, RawOrder, RawReceiver
from appliance.shop.settings import Shop, Warehouse
from tests.cast import BRANCH_A, agree, clean, meet
from tests.marketplace import files
from tests.marketplace.files import item, items_csv, new_item, order, orders_csv


@action("Open shop")
def open_shop(desk: Desk) -> str:
    warehouse = desk.put(Warehouse(name="主仓", code="W1", branch=desk.branch))
    return desk.put(
        Shop(id="", name="茶山淘宝店", code="TB", platform="taobao", branch=desk.branch, warehouse=warehouse)
    )


@pytest.fixture
def shop(alice: Desk) -> str:
    return open_shop(alice)


def lay_in(desk: Desk, shop: str, content: bytes) -> str:
    job = actions.lay_in(desk, shop=shop, file=desk.journal.blobs.keep(content))
    Clerk(desk.journal, desk.branch).work()
    return job


def take_in(desk: Desk, shop: str, content: bytes, *, submits: bool = False) -> str:
    job = lay_in(desk, shop, content)
    actions.take_in(desk, import_job=job, submits=submits)
    Clerk(desk.journal, desk.branch).work()
    return job


def told(desk: Desk, job: str) -> ImportJob:
    return desk.get(ImportJob, job)


def tids(desk: Desk) -> list[str]:
    return [row["tid"] for row in desk.rows("select tid from raw_order order by tid")]


def entries(desk: Desk) -> int:
    return int(desk.value("select count(*) from log"))


def test_looking_at_a_file_writes_no_order(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(0), order(1), order(2, 总金额="ten")]))
    assert alice.state(ImportJob, job) == "checked"
    found = told(alice, job)
    assert (found.total, found.added, found.same, found.bad) == (2, 2, 0, 1)
    assert (found.kind, found.profile, found.encoding) == ("orders", "taobao-orders-1", "gb18030")
    assert tids(alice) == []


def test_a_file_is_taken_in_and_the_receiver_stands_apart(alice: Desk, shop: str) -> None:
    job = take_in(alice, shop, orders_csv([order(n) for n in range(100)]))
    found = told(alice, job)
    assert alice.state(ImportJob, job) == "done"
    assert (found.total, found.taken, found.added, found.bad) == (100, 100, 100, 0)
    assert len(tids(alice)) == 100
    raw = alice.get(RawOrder, alice.value("select id from raw_order where tid = ?", str(files.FIRST)))
    assert (raw.receivable, raw.platform_status, raw.shop) == (12_800, "await_ship", shop)
    assert alice.get(RawReceiver, raw.raw_receiver).name == "李娜"
    assert clean(alice) == []


def test_the_file_is_put_away_when_it_is_done_with(alice: Desk, shop: str) -> None:
    job = take_in(alice, shop, orders_csv([order(0)]))
    assert not alice.journal.blobs.path(told(alice, job).file).exists()


def test_the_same_file_again_changes_nothing(alice: Desk, shop: str) -> None:
    rows = [order(n) for n in range(60)]
    take_in(alice, shop, orders_csv(rows))
    take_in(alice, shop, items_csv([item(n) for n in range(60)]))
    before = alice.value("select max(changed) from raw_order"), alice.value("select max(changed) from raw_order_line")
    again = told(alice, take_in(alice, shop, orders_csv(rows, "utf-16")))
    lines = told(alice, take_in(alice, shop, items_csv([item(n) for n in range(60)], "utf-8")))
    assert (again.added, again.changed_orders, again.same) == (0, 0, 60)
    assert (lines.added, lines.changed_orders, lines.same) == (0, 0, 60)
    assert before == (
        alice.value("select max(changed) from raw_order"),
        alice.value("select max(changed) from raw_order_line"),
    )


def test_two_boxes_that_read_the_same_file_hold_one_order(alice: Desk, bella: Desk, shop: str) -> None:
    meet(alice, bella)
    for desk in (alice, bella):
        take_in(desk, shop, orders_csv([order(n) for n in range(5)]))
        take_in(desk, shop, items_csv([item(n) for n in range(5)]))
    meet(alice, bella)
    assert agree(alice, bella)
    assert tids(bella) == [str(files.FIRST + n) for n in range(5)]
    assert bella.value("select count(*) from raw_order_line") == 5
    assert clean(bella) == []


def test_an_import_killed_in_the_middle_is_finished_by_doing_it_again(alice: Desk, shop: str) -> None:
    rows = [order(n) for n in range(200)]
    job = lay_in(alice, shop, orders_csv(rows))
    actions.take_in(alice, import_job=job, submits=False)
    looks = iter(range(4))
    Clerk(alice.journal, alice.branch, stopping=lambda: next(looks, None) is None).work()
    half = len(tids(alice))
    assert 0 < half < 200
    assert alice.state(ImportJob, job) == "running"
    assert told(alice, job).taken == half

    Clerk(alice.journal, alice.branch).work()  # the box starts again
    assert len(tids(alice)) == 200
    found = told(alice, job)
    assert alice.state(ImportJob, job) == "done"
    assert (found.taken, found.added, found.same) == (200, 200, 0)
    assert clean(alice) == []


def test_a_stopped_import_keeps_what_it_took_and_goes_on_later(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(n) for n in range(100)]))
    actions.take_in(alice, import_job=job, submits=False)
    actions.stop_import(alice, import_job=job)
    assert Clerk(alice.journal, alice.branch).work() == 0
    assert tids(alice) == []
    actions.take_in(alice, import_job=job, submits=False)
    Clerk(alice.journal, alice.branch).work()
    assert len(tids(alice)) == 100


def test_a_portion_is_one_entry(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(n) for n in range(clerk.MOST_ORDERS * 3)]))
    actions.take_in(alice, import_job=job, submits=False)
    before = entries(alice)
    Clerk(alice.journal, alice.branch).work()
    assert entries(alice) == before + 4  # three portions and the end


def test_orders_too_large_for_one_entry_are_stored_in_smaller_portions(alice: Desk, shop: str) -> None:
    wordy = [order(n, 买家留言="好" * 1_900, 订单备注="妙" * 1_900) for n in range(40)]
    found = told(alice, take_in(alice, shop, orders_csv(wordy)))
    assert (found.added, found.bad) == (40, 0)
    assert len(tids(alice)) == 40


def test_a_later_file_changes_only_what_it_tells(alice: Desk, shop: str) -> None:
    take_in(alice, shop, orders_csv([order(0), order(1)]))
    found = told(alice, take_in(alice, shop, orders_csv([order(0), order(1, 订单状态=files.SENT, 物流单号="SF1")])))
    assert (found.added, found.changed_orders, found.same) == (0, 1, 1)
    row = alice.row("select platform_status, waybill from raw_order where tid = ?", str(files.FIRST + 1))
    assert row is not None
    assert tuple(row) == ("shipped", "SF1")


def test_an_older_file_does_not_turn_time_back(alice: Desk, shop: str) -> None:
    take_in(alice, shop, orders_csv([order(0, 订单状态=files.DONE)]))
    take_in(alice, shop, items_csv([new_item(0, 订单状态=files.DONE)]))
    found = told(alice, take_in(alice, shop, orders_csv([order(0)])))
    lines = told(alice, take_in(alice, shop, items_csv([new_item(0)])))
    assert (found.older, found.changed_orders, lines.older) == (1, 0, 1)
    assert alice.value("select platform_status from raw_order") == "finished"
    assert alice.value("select platform_status from raw_order_line") == "finished"


def test_an_old_item_file_and_a_new_one_mean_the_same_lines(alice: Desk, shop: str) -> None:
    old = [item(0, 标题="紫砂壶"), item(0, 标题="茶杯", 外部系统编号="CUP", 购买数量="2", 价格="20")]
    new = [
        new_item(0, 1, 商品标题="紫砂壶", 商品ID=""),
        new_item(0, 2, 商品标题="茶杯", 外部系统编号="CUP", 购买数量="2", 商品价格="20", 买家应付货款="40", 商品ID=""),
    ]
    take_in(alice, shop, items_csv(old))
    take_in(alice, shop, items_csv(new))
    assert alice.value("select count(*) from raw_order_line") == 2


def test_a_file_that_cannot_be_read_says_why_and_goes_away(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, b"%PDF-1.7")
    assert alice.state(ImportJob, job) == "unreadable"
    assert told(alice, job).message == "Only .csv and .xlsx files can be read."
    job = lay_in(alice, shop, "订单编号,标题\n1,2\n".encode())
    assert "missing" in told(alice, job).params


def test_a_file_that_is_gone_from_the_box_says_so(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(0)]))
    alice.journal.blobs.path(told(alice, job).file).unlink()
    actions.take_in(alice, import_job=job)
    Clerk(alice.journal, alice.branch).work()
    assert told(alice, job).message == "The file is not on this box any more. Lay it in again."


def test_rows_left_out_wait_in_the_error_file_with_their_cells(alice: Desk, shop: str) -> None:
    job = take_in(alice, shop, orders_csv([order(0), order(1, 订单编号="1.93E+15")]))
    kept = json.loads(alice.journal.blobs.path(told(alice, job).errors).read_bytes())
    [[number, _, column, sentence, cells]] = kept["rows"]
    assert (number, column) == (3, "订单编号")
    assert sentence.startswith("Excel has cut the order number.")
    assert "1.93E+15" in cells
    assert kept["headers"][0] == "订单编号"


def test_goods_of_a_shop_are_listed_once(alice: Desk, shop: str) -> None:
    take_in(alice, shop, items_csv([item(n) for n in range(50)] + [item(50, 标题="茶杯", 外部系统编号="CUP")]))
    assert alice.value("select count(*) from shop_goods") == 2


def test_an_import_is_refused_for_a_disabled_shop_or_without_a_file(alice: Desk, shop: str) -> None:
    @action("Close shop")
    def close(desk: Desk) -> None:
        desk.change(Shop, shop, disabled=True)

    with pytest.raises(Refusal, match="Choose a file"):
        actions.lay_in(alice, shop=shop, file="")
    close(alice)
    with pytest.raises(Refusal, match="茶山淘宝店 is disabled"):
        actions.lay_in(alice, shop=shop, file=alice.journal.blobs.keep(b"x"))


def test_a_file_is_taken_in_where_it_lies(alice: Desk, bella: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(0)]))
    meet(alice, bella)
    assert Clerk(bella.journal, BRANCH_A).work() == 0
    with pytest.raises(Refusal, match="laid in at box A1"):
        actions.take_in(bella, import_job=job)


def test_an_import_that_ended_is_not_begun_again(alice: Desk, shop: str) -> None:
    job = take_in(alice, shop, orders_csv([order(0)]))
    for verb in (actions.take_in, actions.stop_import, actions.drop_import):
        with pytest.raises(Refusal):
            verb(alice, import_job=job)


def test_a_dropped_file_takes_nothing_in(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(0)]))
    actions.drop_import(alice, import_job=job)
    assert Clerk(alice.journal, alice.branch).work() == 0
    assert tids(alice) == []


def statements(desk: Desk, run: Callable[[], object]) -> int:
    seen: list[str] = []
    desk.journal.writing.set_trace_callback(seen.append)
    try:
        run()
    finally:
        desk.journal.writing.set_trace_callback(None)
    return len(seen)


def test_storing_an_order_costs_no_more_when_many_are_known(alice: Desk, shop: str) -> None:
    def cost(first: int) -> int:
        rows: Sequence[dict[str, str]] = [order(n) for n in range(first, first + 40)]
        job = lay_in(alice, shop, orders_csv(rows))
        actions.take_in(alice, import_job=job, submits=False)
        return statements(alice, Clerk(alice.journal, alice.branch).work)

    early = cost(0)
    take_in(alice, shop, orders_csv([order(n) for n in range(100, 900)]))
    assert cost(1_000) <= early
