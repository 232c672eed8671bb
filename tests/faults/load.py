"""Load: people who sell at several tablets at once and write down what the box acknowledged."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.shop import PIN, Goods, Tablet

ADDRESS = {"name": "李娜", "province": "浙江省", "city": "杭州市", "district": "余杭区", "street": "文一西路 969 号"}


@dataclass
class Book:
    """What was asked for, by key: what was answered, and what is not known because nobody answered."""

    acknowledged: dict[str, tuple[str, dict[str, Any], Any]] = field(default_factory=dict)
    unsure: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, key: str, name: str, given: dict[str, Any], answer: httpx.Response) -> Any:
        """Write an answer down and return its id."""
        self.unsure.pop(key, None)
        if answer.status_code != 200:
            self.wrong.append(f"{name} {key}: {answer.status_code} {answer.text[:300]}")
            return None
        told = answer.json()["id"]
        before = self.acknowledged.setdefault(key, (name, given, told))
        if before[2] != told:
            self.wrong.append(f"{name} {key}: {before[2]} became {told}")
        return told

    def keys(self, *names: str) -> list[str]:
        """The keys under which these were acknowledged."""
        return [key for key, (name, _, _) in self.acknowledged.items() if name in names]

    def settle(self, tablet: Tablet, *, again: int = 0, chance: random.Random | None = None) -> None:
        """Ask once more what nobody answered, and some of what was answered: each is one deed all the same."""
        for key, (name, given) in list(self.unsure.items()):
            self.note(key, name, given, tablet.do(name, key, **given))
        known = sorted(self.acknowledged)
        for key in chance.sample(known, min(again, len(known))) if chance else []:
            name, given, _ = self.acknowledged[key]
            answer = tablet.do(name, key, **given)
            self.note(key, name, given, answer)
            if answer.status_code == 200 and not answer.json()["repeated"]:
                self.wrong.append(f"{name} {key} was acknowledged and is done anew")


class Seller(threading.Thread):
    """One person at one tablet, who sells until the box is gone."""

    def __init__(self, tablet: Tablet, goods: Goods, book: Book, name: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._tablet, self._goods, self._book = tablet, goods, book
        self._mark, self._chance, self._count = name, random.Random(seed), 0

    def run(self) -> None:
        try:
            while True:
                for name, given in self._deeds():
                    self._do(name, given)
        except httpx.TransportError:
            return

    def _deeds(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if self._chance.random() < 0.5:
            yield "shipping.counter_sale", self._goods.sale(self._chance.randint(1, 3))
            return
        placed = {"shop": self._goods.shop, "lines": [{"sku": self._goods.cup, "qty": 20_000}], "phone": "13800002266"}
        yield "orders.create", placed | ADDRESS
        order = self._last
        yield "orders.take_payment", {"order": order, "account": self._goods.till, "amount": 7_600}
        vouched = {"supervisor": self._goods.owner, "supervisor_pin": PIN}
        yield "orders.force_review", {"order": order, "reason": "老客户"} | vouched
        yield "shipping.ship", {"order": order}

    def _do(self, name: str, given: dict[str, Any]) -> None:
        self._count += 1
        key = f"{self._mark}-{self._count}"
        # Written down before it is sent: if the box dies in between, nobody knows whether it was done.
        self._book.unsure[key] = (name, given)
        self._last = self._book.note(key, name, given, self._tablet.do(name, key, **given))


def sell(address: str, cookies: dict[str, str], goods: Goods, book: Book, seed: int, people: int = 4) -> list[Seller]:
    """Let several people sell at once; they stop when the box does."""
    sellers = []
    for place in range(people):
        seller = Seller(Tablet(address, cookies), goods, book, f"{seed}-{place}", seed * 100 + place)
        seller.start()
        sellers.append(seller)
    return sellers
