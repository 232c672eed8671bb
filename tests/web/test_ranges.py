"""Whoever works with some shops, warehouses or their own documents sees and does nothing beyond them, by whatever way."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from appliance.assembly import rooms
from appliance.journal import ONE, Desk, Range, Rights, action, derive
from appliance.serving import pages_of
from appliance.shop import inventory
from appliance.shop.inventory import OpeningLine, OutLine, TransferGoods
from appliance.shop.marketplace import Clerk
from appliance.shop.marketplace import actions as market
from appliance.shop.orders import NewLine
from appliance.shop.settings import Warehouse
from appliance.shop.settings.actions import add_warehouse
from appliance.shop.shipping import actions as floor
from appliance.shop.staff import Employee
from appliance.web.app import app
from appliance.web.front import WebConfig
from appliance.web.listing import Listing
from tests.cast import BRANCH_A, Shop, open_box
from tests.marketplace import files
from tests.orders.teahouse import House, approved, change, furnish, order
from tests.patience import until
from tests.staff.test_field_rights import crawled
from tests.web.conftest import ORIGIN, Tablet, ToyStaff
from tests.web.conftest import House as Front

SHOPS = [derive("shop", one) for one in ("counter", "taobao")]
WAREHOUSES = [derive("warehouse", one) for one in "ab"]
SELLERS = [derive("employee", one) for one in ("alice", "bob")]
EVERY = Rights(grants=("*",), fields=frozenset({"*"}))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    found = open_box(tmp_path_factory.mktemp("ranges"), "A1", BRANCH_A)
    yield found
    found.journal.close()


@pytest.fixture(scope="module")
def house(shop: Shop) -> House:
    """Forty orders, drawn by lot over two shops, two warehouses and two people who sell."""
    alice, chance = shop.desk("alice"), random.Random(20)
    house = furnish(alice)
    change(alice, Warehouse, WAREHOUSES[1], branch=BRANCH_A)
    for _ in range(40):
        seller = shop.desk(chance.choice(["alice", "bob"]))
        order(
            seller, house, NewLine(sku=chance.choice([house.teapot, house.cup])),
            shop=chance.choice(SHOPS), warehouse=chance.choice(WAREHOUSES),
            salesperson=chance.choice(SELLERS), remark=chance.choice(["包装", "急"]),
            delivery_term=chance.choice(["prepaid", "cod"]),
        )  # fmt: skip
    return house


@pytest.fixture(scope="module")
def asked() -> dict[str, None]:
    """Every question that confined people asked."""
    return {}


def listening(shop: Shop, asked: dict[str, None]) -> HTTPRouteHandler:
    """An address that lets us listen to the connection that a confined person's pages read on."""

    async def listen() -> None:
        shop.journal.reading_within(HERE).set_trace_callback(asked.setdefault)

    return get("/listen")(listen)


@pytest.fixture(scope="module")
def tablet(
    shop: Shop, house: House, asked: dict[str, None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tablet]:
    staff = ToyStaff()
    told = WebConfig(tmp_path_factory.mktemp("web"), branch=shop.branch, counting=True)
    made = app(shop.journal, [pages_of(room) for room in rooms()], told, shop.clock, staff, [listening(shop, asked)])
    with TestClient(made, base_url="http://testserver.local") as client:
        found = Tablet(client, Front(shop.journal, shop.clock, staff, made)).enrol()
        found.sign_in("alice")
        yield found


def confine(tablet: Tablet, told: Range) -> None:
    tablet.house.staff.rights_by["alice"] = Rights(EVERY.grants, EVERY.fields, range=told)
    tablet.house.front.doors.forget()


def inside(told: Range) -> str:
    """The same in words of our own: which orders lie within."""
    places = [f"{kind} in ({', '.join(repr(one) for one in ids)})" for kind, ids in told.within]
    return " and ".join([*places, *([f"salesperson = '{told.own}'"] if told.own else []), "true"])


some = st.lists(st.sampled_from([0, 1]), min_size=1, unique=True)
ranges = st.builds(
    lambda shops, places, own: Range(
        tuple(
            (kind, tuple(ids[one] for one in chosen))
            for kind, ids, chosen in (("shop", SHOPS, shops), ("warehouse", WAREHOUSES, places))
            if chosen
        ),
        own,
    ),
    st.none() | some,
    st.none() | some,
    st.sampled_from(["", *SELLERS]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=ranges, remark=st.sampled_from(["", "SO"]), sort=st.sampled_from(["placed_at-desc", "receivable-desc"]))
def test_a_list_its_totals_its_search_and_its_sheet_show_exactly_what_lies_within(
    shop: Shop, tablet: Tablet, told: Range, remark: str, sort: str
) -> None:
    confine(tablet, told)
    whole = shop.journal.reading()
    waits = whole.execute(f"select count(*) from order_list where state = 'to_review' and {inside(told)}").fetchone()[0]
    rail = re.search(r'<a class="rail-item" href="/orders".*?</a>', tablet.get("/").text, re.DOTALL)
    assert rail and re.findall(r"<span>(\d+)</span>", rail[0]) == ([str(waits)] if waits else [])
    rows = whole.execute(f"select id, number, receivable from order_list where {inside(told)}").fetchall()
    asked = f"view=all&sort={sort}&q={remark}"
    listed = tablet.get(f"/api/v1/list/orders?{asked}").json()["rows"]
    assert sorted(row["id"] for row in listed) == sorted(row["id"] for row in rows)
    page = tablet.get(f"/orders?{asked}").text
    assert f"<b>{len(rows)}</b> in all" in page
    assert f"{sum(row['receivable'] for row in rows) / 100:,.2f}</b>" in page
    found = re.findall(r'href="/orders/([\w-]{22})"', tablet.get("/search?q=SO").text)
    newest = sorted((row["id"] for row in rows), reverse=True)[:6]
    assert set(found) <= {row["id"] for row in rows} and len(set(found)) == len(newest)
    assert sheet(tablet, f"/export/orders?{asked}") == sorted(row["number"] for row in rows)
    unpaid = whole.execute(f"select count(*) from order_list where state = 'awaiting_payment' and {inside(told)}")
    home = tablet.get("/").text
    card = re.search(r">Not paid yet</span><b>(\d+)</b>", home)
    assert int(card[1] if card else 0) == unpaid.fetchone()[0]


def sheet(tablet: Tablet, address: str) -> list[str]:
    """The numbers in the exported sheet."""
    job = tablet.post(address, **{"as": "csv"}).headers["location"]
    until(lambda: not tablet.house.front.jobs.running, "the sheet")
    told = tablet.get(f"{job}/result").content.decode("utf-8-sig")
    return sorted(re.findall(r"SO-[\w-]+", told))


# ---- everything else


@pytest.fixture(scope="module")
def away(shop: Shop, house: House) -> str:
    """A day's work in the Taobao shop and its warehouse, all of it marked, and none of it the counter's."""
    alice = shop.desk("alice")
    there = {"shop": SHOPS[1], "warehouse": WAREHOUSES[1], "salesperson": SELLERS[1]}
    inventory.opening_stock(alice, warehouse=WAREHOUSES[1], lines=[OpeningLine(sku=house.cup, qty=50 * ONE, cost=ONE)])
    line, to = NewLine(sku=house.cup), {"name": f"王{AWAY}", "phone": "13700001111"}
    order(alice, house, line, **there, **to, remark=AWAY)
    sent = approved(alice, house, line, **there, **to)
    floor.ship(alice, order=sent, waybill=AWAY)
    inventory.other_out(alice, warehouse=WAREHOUSES[1], lines=[OutLine(sku=house.cup, qty=ONE)], reason=AWAY)
    third = add_warehouse(alice, name="仓c", code="C", branch=BRANCH_A)
    inventory.request_transfer(
        alice, source=WAREHOUSES[1], target=third, lines=[TransferGoods(sku=house.cup)], note=AWAY
    )
    rows = [files.order(0, 订单编号=AWAY_TID, 买家留言=AWAY), files.order(1, 总金额="x")]
    for content in (files.orders_csv(rows), files.items_csv([files.new_item(0, 商品标题=AWAY)])):
        job = market.lay_in(alice, shop=SHOPS[1], file=alice.journal.blobs.keep(content))
        Clerk(alice.journal, alice.branch).work()
        market.take_in(alice, import_job=job)
        Clerk(alice.journal, alice.branch).work()
    return sent


HERE = Range((("shop", (SHOPS[0],)), ("warehouse", (WAREHOUSES[0],))))
AWAY, AWAY_TID = "城西的事", "9876543210123456"
GROWS = {
    "order_list", "sales_order", "sales_order_line", "parcel_list", "parcel", "parcel_line", "raw_order", "raw_order_line",
    "moved", "stock_level", "stock_paper", "transfer_list", "money_paper", "money_paper_list", "money_moved", "charged",
    "received", "party_balance", "party_open", "party_charged", "order_day", "held",
}  # fmt: skip
SCAN = re.compile(r"^SCAN (?:main\.)?(\w+)\b(?! USING)")


def test_what_lies_beyond_is_on_no_page(tablet: Tablet, shop: Shop, away: str, asked: dict[str, None]) -> None:
    confine(tablet, Range())
    told = crawled(tablet)
    assert sum(AWAY in html.unescape(answer.text) for answer in told.values()) > 10
    confine(tablet, HERE)
    tablet.get("/listen")
    told = crawled(tablet)
    assert [path for path, answer in told.items() if answer.status_code >= 500] == []
    assert [
        path for path, answer in told.items() if AWAY in html.unescape(answer.text) or AWAY_TID in answer.text
    ] == []
    assert len(told) > 100
    confined = shop.journal.reading_within(HERE)
    plans = {
        sql: confined.execute(f"explain query plan {sql}").fetchall()
        for sql in asked
        if sql.startswith(("select", "with"))
    }
    scanned = {
        (row["detail"], sql)
        for sql, plan in plans.items()
        for row in plan
        if (found := SCAN.match(row["detail"])) and found[1] in GROWS
    }
    assert len(plans) > 50
    assert scanned == set()


def test_a_page_or_a_deed_beyond_says_which_place_is_missing(tablet: Tablet, shop: Shop, away: str) -> None:
    confine(tablet, HERE)
    says = "This belongs to taobao, and you work with counter only."
    for page in (f"/orders/{away}", f"/print/packing-slips?ids={away}", f"/do/orders/set_flag?order={away}"):
        answer = tablet.get(page)
        assert (answer.status_code, says in answer.text) == (403, True), page
    whole = shop.journal.reading()
    before = whole.execute("select flag, remark from sales_order where id = ?", (away,)).fetchone()
    assert says in tablet.post("/do/orders/set_flag", order=away, flag="red").text
    told = tablet.http.post("/api/v1/orders/set_flag", json={"order": away, "flag": "red"}, headers=ORIGIN).json()
    assert (told["error"], says in told["sentence"]) == ("out_of_range", True)
    mine = tablet.get("/api/v1/list/orders?view=all").json()["rows"][0]["id"]
    many = tablet.post("/do/orders/set_flag/many", ids=f"{mine},{away}", flag="red", go="1")
    assert says in tablet.get(many.headers["location"]).text
    assert tuple(whole.execute("select flag, remark from sales_order where id = ?", (away,)).fetchone()) == tuple(
        before
    )
    assert whole.execute("select flag from sales_order where id = ?", (mine,)).fetchone()[0] == "red"
    confine(tablet, Range(own=SELLERS[0]))
    assert "you work with your own only" in tablet.get(f"/orders/{away}").text


def test_a_department_reads_what_its_people_wrote_and_nobody_elses(shop: Shop, house: House) -> None:
    conn, told = shop.journal.reading(), Range(own=SELLERS[0], team=True)
    asked = "select salesperson, count(*) from order_list group by 1"
    everybody = dict(conn.execute(asked))

    def seen() -> dict[str, int]:
        return dict(shop.journal.reading_within(told).execute(asked))

    assert seen() == {SELLERS[0]: everybody[SELLERS[0]]}, "who stands in no department sees their own"
    desk = shop.desk("alice")
    hire(desk, *SELLERS)
    assert seen() == {one: everybody[one] for one in SELLERS}
    theirs = desk.value("select id from order_list where salesperson = ? limit 1", SELLERS[1])
    assert shop.journal.ranges.beyond(desk, told, "sales_order", theirs) is None
    change(desk, Employee, SELLERS[1], department="仓库")
    assert seen() == {SELLERS[0]: everybody[SELLERS[0]]}
    assert shop.journal.ranges.beyond(desk, told, "sales_order", theirs) == ("employee", SELLERS[1])


@action("Hire")
def hire(desk: Desk, *people: str) -> None:
    for one in people:
        desk.put(Employee(id=one, name=one[:4], department="柜台"))


def test_what_adds_up_over_everybody_is_not_listed_for_who_sees_a_part(tablet: Tablet, away: str) -> None:
    confine(tablet, HERE)
    answer = tablet.get("/accounts/parties")
    assert (answer.status_code, "This adds up over more than you may see." in answer.text) == (403, True)
    assert "Customers and partners owe us" not in tablet.get("/accounts").text
    confine(tablet, Range())
    assert tablet.get("/accounts/parties").status_code == 200


def test_every_list_that_names_a_place_is_confined_by_it_or_says_why_not(shop: Shop) -> None:
    """A new list with such a column is confined by itself; this fails when it is not."""
    ranges, conn = shop.journal.ranges, shop.journal.reading()
    common = {
        # Whoever works anywhere may know every customer, every colleague and every box of the chain.
        "customer_list", "customer_double", "employee_list", "member_list", "call_list", "recording_list",
    }  # fmt: skip
    here = Range((("branch", (BRANCH_A,)), ("shop", (SHOPS[0],)), ("warehouse", (WAREHOUSES[0],))), own=SELLERS[0])
    views = {page.view for room in rooms() for page in pages_of(room).pages if isinstance(page, Listing)}
    telling = {"shop", "warehouse", "branch", "source", "target", "salesperson", "maker", "sales_order"}
    bare = [
        view
        for view in views - common
        if telling & {row[1] for row in conn.execute(f"pragma table_info({view})")} and view not in ranges.views(here)
    ]
    assert bare == []
    assert {view for view in views if not ranges.lists(here, view)} == {"party_balance"}, "the rest can be listed"


def test_news_of_what_lies_beyond_reaches_nobody(shop: Shop, house: House, away: str) -> None:
    ranges, eyes = shop.journal.ranges, shop.journal.reading_within(HERE)
    inside = str(eyes.execute("select id from order_list limit 1").fetchone()[0])
    assert ranges.within(eyes, HERE, "order_list", [away, inside]) == [inside]
    assert ranges.within(eyes, HERE, "stock_level", WAREHOUSES) == [WAREHOUSES[0]]
    assert ranges.within(eyes, HERE, "party_balance", [away]) == []
    assert ranges.within(eyes, HERE, "customer_list", [house.li_na]) == [house.li_na], "customers are everybody's"
