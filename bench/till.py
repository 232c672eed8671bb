"""The till: everything that an order of three lines needs, for whoever writes orders to measure."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance import config
from appliance.assembly import WallClock, open_journal, rooms
from appliance.journal import Box, Desk
from bench.shops import PLENTY

LINES = 3


class Till:
    """Everything that an order of three lines needs, and no two orders by one person."""

    def __init__(self, folder: Path) -> None:
        conn = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
        self.shop, warehouse = conn.execute("select id, warehouse from shop where platform = 'phone'").fetchone()
        self.courier = conn.execute("select id from courier where cod = 1 limit 1").fetchone()[0]
        self.who = conn.execute("select id from employee order by made_at limit 1").fetchone()[0]
        self.customers = conn.execute(
            "select c.id, a.province, a.city, a.district, a.street from customer c join customer_address a "
            "on a.customer = c.id where a.main = 1 and c.blacklisted = 0 order by c.id limit 900"
        ).fetchall()
        self.skus = [
            row[0] for row in conn.execute(
                "select s.sku from stock s join sku k on k.id = s.sku where s.warehouse = ? and s.qty >= ? "
                "and k.fraction = 0 order by s.sku", (warehouse, PLENTY // 2),
            )
        ]  # fmt: skip
        conn.close()
        self._numbers = itertools.count(1)

    def order(self) -> dict[str, Any]:
        """What the next order is opened with."""
        number = next(self._numbers)
        customer, province, city, district, street = self.customers[number % len(self.customers)]
        return {
            "shop": self.shop, "customer": customer, "name": "张伟", "phone": f"137{number:08d}", "province": province,
            "city": city, "district": district, "street": street, "delivery_term": "cod", "courier": self.courier,
            "lines": [self.skus[(number * LINES + line) % len(self.skus)] for line in range(LINES)],
        }  # fmt: skip


@contextmanager
def standing(folder: Path, box: Box | None = None) -> Iterator[tuple[Desk, Till]]:
    """Open a box in this process, under another name if one is given, and stand at its till."""
    told, till = config.read(folder), Till(folder)
    journal = open_journal(box or told.box, rooms(), clock=WallClock())
    try:
        yield journal.desk(who=till.who, device="bench", branch=told.branch), till
    finally:
        journal.close()
