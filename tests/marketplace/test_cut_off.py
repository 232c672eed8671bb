"""An import that is cut off, stopped, or meets what it cannot store: it goes on where it was, and its count is true."""

from __future__ import annotations

import json

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.marketplace import Clerk, actions
from appliance.shop.marketplace.records import ImportJob
from tests.cast import clean
from tests.marketplace import files
from tests.marketplace.files import new_item, order, orders_csv
from tests.marketplace.test_importing import lay_in, open_shop, take_in, tids, told
from tests.marketplace.test_submitting import sku

TOO_MUCH = "That is too much for one step. Do it in smaller portions."


@pytest.fixture
def shop(alice: Desk) -> str:
    return open_shop(alice)


def work(desk: Desk, looks: int = 10**6) -> None:
    """Let the clerk work, and pull the plug when he looks up for the so-manieth time."""
    left = iter(range(looks))
    Clerk(desk.journal, desk.branch, stopping=lambda: next(left, None) is None).work()


def begun(desk: Desk, shop: str, content: bytes, *, submits: bool = True) -> str:
    job = lay_in(desk, shop, content)
    actions.take_in(desk, import_job=job, submits=submits)
    return job


def test_an_import_cut_off_while_it_submits_counts_every_order_once(alice: Desk, shop: str) -> None:
    sku(alice, "紫砂壶", "TEAPOT")
    take_in(alice, shop, orders_csv([order(n) for n in range(20)]))
    unknown = new_item(19, 外部系统编号="NOBODY")
    job = begun(alice, shop, files.items_csv([*(new_item(n) for n in range(19)), unknown]))
    work(alice, looks=9)
    assert alice.state(ImportJob, job) == "running"
    assert 0 < told(alice, job).submitted < 19
    work(alice)
    found = told(alice, job)
    assert (found.submitted, found.not_submitted, found.taken) == (19, 1, 20)
    assert alice.value("select count(*) from sales_order") == 19
    assert clean(alice) == []


def test_an_import_stopped_while_it_submits_keeps_its_file_and_goes_on(alice: Desk, shop: str) -> None:
    sku(alice, "紫砂壶", "TEAPOT")
    take_in(alice, shop, orders_csv([order(n) for n in range(10)]))
    job = begun(alice, shop, files.items_csv([new_item(n) for n in range(10)]))
    work(alice, looks=6)
    actions.stop_import(alice, import_job=job)
    work(alice)
    half = alice.value("select count(*) from sales_order")
    assert 0 < half < 10
    assert alice.journal.blobs.path(told(alice, job).file).exists()
    actions.take_in(alice, import_job=job)
    work(alice)
    assert (alice.state(ImportJob, job), told(alice, job).submitted) == ("done", 10)


def test_an_order_that_never_fits_is_named_even_if_the_import_is_cut_off_after_it(alice: Desk, shop: str) -> None:
    endless = dict.fromkeys(
        ("宝贝标题", "买家留言", "订单备注", "订单关闭原因", "物流单号", "物流公司", "买家会员名", "收货人姓名", "收货地址",
         "联系电话", "联系手机", "发票抬头"), "长" * 2_000,
    )  # fmt: skip
    job = begun(alice, shop, orders_csv([order(0, **endless), *(order(n) for n in range(1, 90))]), submits=False)
    work(alice, looks=2)
    assert told(alice, job).late == [(2, str(files.FIRST), TOO_MUCH)]
    work(alice)
    found = told(alice, job)
    assert (found.taken, found.added, found.bad) == (90, 89, 1)
    errors = json.loads(alice.journal.blobs.path(found.errors).read_bytes())
    assert [(row[0], row[1], row[3]) for row in errors["rows"]] == [(2, str(files.FIRST), TOO_MUCH)]


def test_on_a_full_disk_an_import_waits_and_leaves_no_order_out(alice: Desk, shop: str) -> None:
    job = begun(alice, shop, orders_csv([order(n) for n in range(400)]), submits=False)
    work(alice, looks=5)
    there = len(tids(alice))
    assert 0 < there < 400
    writing = alice.journal.writing
    pages = writing.execute("pragma page_count").fetchone()[0]
    writing.execute(f"pragma max_page_count = {pages + 20}").fetchall()
    with pytest.raises(Refusal, match="disk of the box is full"):
        work(alice)
    assert len(tids(alice)) == there
    assert alice.state(ImportJob, job) == "running"
    writing.execute("pragma max_page_count = 1000000").fetchall()
    work(alice)
    found = told(alice, job)
    assert (found.taken, found.added, found.bad, found.late) == (400, 400, 0, [])
    assert clean(alice) == []


def test_an_order_of_tomorrow_is_named(alice: Desk, shop: str) -> None:
    job = lay_in(alice, shop, orders_csv([order(0), order(1, 订单创建时间="2027-11-24 10:00:00")]))
    found = told(alice, job)
    assert (found.added, found.bad) == (1, 1)
    errors = json.loads(alice.journal.blobs.path(found.errors).read_bytes())
    assert errors["rows"][0][3] == "It was placed after today. Is the date of the box right?"
