"""The plug is pulled: at any moment, under load, again and again. What was acknowledged is there, and once."""

import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Seed
from tests.faults.load import Book, sell
from tests.faults.shop import Box, Tablet


def test_killed_again_and_again_under_load_every_acknowledged_deed_is_there_once(
    seed: Seed, shop: Box, request: pytest.FixtureRequest
):
    book, chance = Book(), random.Random(9)
    for round_ in range(request.config.getoption("kills")):
        if round_ % 7 == 3:
            # A box that dies while it opens must open all the same.
            shop.start()
            time.sleep(chance.random() * 1.5)
            shop.end(signal.SIGKILL)
        shop.open()
        tablet = Tablet(shop.address, seed.cookies)
        book.settle(tablet, again=5, chance=chance)
        sellers = sell(shop.address, seed.cookies, seed.goods, book, round_)
        time.sleep(0.05 + chance.random() * 0.6)
        shop.end(signal.SIGKILL)
        for seller in sellers:
            seller.join()
    shop.open()
    book.settle(Tablet(shop.address, seed.cookies), again=200, chance=chance)
    shop.end()
    assert book.wrong == []
    assert book.unsure == {}
    assert shop.check() == "All is well.\n"
    assert len(book.acknowledged) > 10
    _counts_agree(shop.folder, book)


def _counts_agree(folder: Path, book: Book) -> None:
    """Nothing is missing and nothing was done twice: orders, parcels, money and stock all say the same number."""
    conn = sqlite3.connect(folder / "shop.db")
    orders = {row[0] for row in conn.execute("select id from sales_order")}
    told = {book.acknowledged[key][2] for key in book.keys("shipping.counter_sale", "orders.create")}
    assert orders == told
    shipped = conn.execute("select count(*) from shipped").fetchone()[0]
    assert shipped == len(book.keys("shipping.ship"))
    paid = conn.execute("select ifnull(sum(amount), 0) from money_moved").fetchone()[0]
    sold = sum(given["lines"][0]["qty"] // 10_000 for given in _given(book, "shipping.counter_sale"))
    assert paid == 12_800 * sold + 7_600 * len(book.keys("orders.take_payment"))
    left = dict(conn.execute("select s.code, k.qty / 10000 from stock k join sku s on s.id = k.sku"))
    assert left == {"TEAPOT": 10_000 - sold, "CUP": 10_000 - 2 * shipped}
    conn.close()


def _given(book: Book, name: str) -> list[dict]:
    return [book.acknowledged[key][1] for key in book.keys(name)]
