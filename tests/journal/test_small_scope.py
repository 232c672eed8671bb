"""Two boxes, three deeds, one message each way, one crash: every order in which that can happen, and no two ends differ.

The journal's core is driven without its threads, on databases in memory, so that all cases are tried in seconds
(spec/sync.md section 6, T6).
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.journal import Schema, derive
from appliance.journal.clock import Hybrid
from appliance.journal.digests import of_partitions
from appliance.journal.entry import Deed, pack, pack_id
from appliance.journal.merging import Merged, Merger, proven
from appliance.journal.retelling import write
from appliance.journal.schema import ground
from appliance.journal.segments import key_hash
from appliance.journal.sending import outgoing, seal_tips
from appliance.journal.shadow import Shadow
from appliance.journal.store import dressed
from tests.cast import TestClock
from tests.journal.toy import TOY

SCHEMA = Schema([TOY])
TICKET, BUYER, FACT = (pack_id(derive("small scope", name)) for name in ("ticket", "buyer", "fact"))
KEYS = {name: Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()) for name in "AB"}
PUBLIC = {name: key.public_key().public_bytes_raw() for name, key in KEYS.items()}


DEEDS: dict[str, list[list[Any]]] = {
    "opens it": [["p", "ticket", TICKET, {"number": "1", "total": 5}]],
    "ships it": [["t", "ticket", TICKET, "draft", "shipped", ""]],
    "cancels it": [["t", "ticket", TICKET, "draft", "cancelled", ""]],
    "corrects it": [["s", "ticket", TICKET, {"total": 7}, {}]],
    "removes it": [["s", "ticket", TICKET, {"deleted": True}, {}]],
    "tells 2": [["f", "moved", FACT, {"sku": "cup", "qty": 2}]],
    "tells 3": [["f", "moved", FACT, {"sku": "cup", "qty": 3}]],
    "trusts 5": [["s", "buyer", BUYER, {"credit": 5, "name": "张"}, {"credit": [1, b""]}]],
    "trusts 6": [["s", "buyer", BUYER, {"credit": 6}, {"credit": [1, b""]}]],
}
PLAYS = [
    (("opens it", "ships it"), ("cancels it",)),
    (("tells 2", "opens it"), ("tells 3",)),
    (("trusts 5", "removes it"), ("trusts 6",)),
    (("ships it", "corrects it"), ("opens it",)),
]


class Core:
    """A box's journal without its threads."""

    def __init__(self, name: str, saved: bytes) -> None:
        self.name = name
        self.author = key_hash(PUBLIC[name]) + bytes(8)
        self.conn = dressed(sqlite3.connect(":memory:", isolation_level=None))
        if saved:
            self.conn.deserialize(saved)
        else:
            ground(self.conn, "")
            Shadow(self.conn, SCHEMA, b"").create()
        self.shadow = Shadow(self.conn, SCHEMA, b"")
        self.hybrid = Hybrid(TestClock(), self.shadow.newest_hlc())
        self.merger = Merger(self.shadow, self.hybrid, self.author[:16])

    def saved(self) -> bytes:
        """The box as it lies on disk; the core is done with."""
        saved = self.conn.serialize()
        self.conn.close()
        return saved

    def do(self, name: str) -> None:
        """One deed."""
        self.conn.execute("begin")
        self.shadow.keeper.begin()
        deed = Deed(b"s" * 16, self.name, "", name, "", "2026-11-24", [], DEEDS[name])
        write(self.shadow, self.hybrid, self.author, "chain", [pack(deed)])
        self.shadow.keeper.flush()
        self.conn.execute("commit")

    def tell(self) -> list[bytes]:
        """Everything it knows, signed."""
        self.conn.execute("begin")
        seal_tips(self.shadow.log, KEYS[self.name].sign, PUBLIC[self.name])
        self.conn.execute("commit")
        log = self.shadow.log
        told = outgoing(log.seen_by(self.conn), self.shadow.controls, log.heads(), {}, None)
        return [packed for packed, _ in told]

    def hear(self, told: Sequence[bytes], most: int | None = None) -> None:
        """Take in what the other told, or only the first entries of it before the plug is pulled."""
        merged = Merged()
        self.conn.execute("begin")
        self.shadow.begin_taking()
        for _ in islice(self.merger.take(proven(told, None, merged), merged), most):
            pass
        self.shadow.end_taking()
        self.conn.execute("commit")

    def ends(self) -> tuple[object, ...]:
        """All that must be equal in the end, kept sums and views among it."""
        shelf = self.conn.execute("select * from shelf order by sku").fetchall()
        queue = self.conn.execute("select state, total, n from queue where n <> 0 order by state").fetchall()
        kept = [*SCHEMA.sums, *(view.name for view in SCHEMA.kept)]
        wrong = self.shadow.keeper.differences(SCHEMA.fact_feeds, kept)
        return of_partitions(self.conn, SCHEMA, b""), list(map(tuple, shelf)), list(map(tuple, queue)), wrong


@dataclass(frozen=True)
class Moment:
    """Where a case stands: both boxes as they lie on disk, what is on its way, and what is still to come."""

    boxes: dict[str, bytes]
    to_do: dict[str, tuple[str, ...]]
    on_its_way: dict[str, tuple[bytes, ...] | None] = field(default_factory=dict)
    may_crash: bool = True

    @property
    def key(self) -> bytes:
        """Equal for moments from which the same follows."""
        told = (self.boxes, sorted(self.to_do.items()), sorted(self.on_its_way.items()), self.may_crash)
        return hashlib.sha256(repr(told).encode()).digest()

    def events(self) -> Iterator[str]:
        """Whatever may happen next."""
        for name in "AB":
            if self.to_do[name]:
                yield f"{name} does"
            if name not in self.on_its_way:
                yield f"{name} tells"
            elif self.on_its_way[name]:
                yield f"{name} is heard"
                yield f"{name} is lost"
                if self.may_crash:
                    yield f"{name} is half heard"


def after(moment: Moment, event: str) -> Moment:
    """Let something happen."""
    name, what = event[0], event[2:]
    if what == "does":
        core = Core(name, moment.boxes[name])
        core.do(moment.to_do[name][0])
        to_do = moment.to_do | {name: moment.to_do[name][1:]}
        return replace(moment, boxes=moment.boxes | {name: core.saved()}, to_do=to_do)
    if what == "tells":
        core = Core(name, moment.boxes[name])
        told = tuple(core.tell())
        boxes = moment.boxes | {name: core.saved()}
        return replace(moment, boxes=boxes, on_its_way=moment.on_its_way | {name: told or None})
    other, crashed = "AB".replace(name, ""), what == "is half heard"
    heard = replace(moment, on_its_way=moment.on_its_way | {name: None}, may_crash=moment.may_crash and not crashed)
    if what == "is lost":
        return heard
    core = Core(other, moment.boxes[other])
    core.hear(moment.on_its_way[name] or (), most=1 if crashed else None)
    return replace(heard, boxes=moment.boxes | {other: core.saved()})


def every_end(moment: Moment, seen: set[bytes]) -> Iterator[Moment]:
    """Yield every moment at which nothing more happens."""
    if moment.key in seen:
        return
    seen.add(moment.key)
    events = list(moment.events())
    for event in events:
        yield from every_end(after(moment, event), seen)
    if not events:
        yield moment


@pytest.mark.parametrize(("at_a", "at_b"), PLAYS, ids="+".join)
def test_whatever_the_order_two_boxes_that_talked_agree(at_a: tuple[str, ...], at_b: tuple[str, ...]):
    """Invariants 1, 2, 5, 7, 9 and 11, in the small."""
    boxes = {name: Core(name, b"").saved() for name in "AB"}
    seen: set[bytes] = set()
    ends = 0
    for end in every_end(Moment(boxes, {"A": at_a, "B": at_b}), seen):
        a, b = Core("A", end.boxes["A"]), Core("B", end.boxes["B"])
        b.hear(a.tell())
        a.hear(b.tell())
        assert a.ends() == b.ends()
        assert a.ends()[-1] == []
        ends += 1
    assert ends > 30
    assert len(seen) > 200
