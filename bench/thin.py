"""Boxes as thin as they can be: a key, a chain of entries, heads. Five hundred of them fit into one process.

They speak with a hub by the same talks and letters as real boxes and write entries of a real sale's size. What they are
given they chain and believe; nothing is drawn from it.
"""

import random
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from hashlib import sha256

from appliance.journal import Done, Merged
from appliance.journal.certificate import Certificate
from appliance.journal.entry import NO_HEAD, Entry, pack
from appliance.journal.forks import Proof, read_item
from appliance.journal.segments import pack_segment, seal_message, segment_of
from appliance.journal.sending import digest
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.swap import Swap

SKUS = [sha256(f"sku {number}".encode()).digest()[:16] for number in range(300)]
BEGAN_MS = 1_795_485_600_000
Heads = dict[tuple[bytes, str], tuple[int, bytes]]


class Clock:
    """The simulated day's clock."""

    trusted = True

    def __init__(self) -> None:
        self.now = BEGAN_MS

    def now_ms(self) -> int:
        """Where the day stands."""
        return self.now

    def ticks_ms(self) -> int:
        """The same."""
        return self.now


class Thin:
    """One box's log, in memory: what `swap.Log` asks for."""

    def __init__(self, key: BoxKey, branch: str, clock: Clock, chance: random.Random) -> None:
        self._key, self._branch, self._clock, self._chance = key, branch, clock, chance
        self._author = key.author(chance.randbytes)
        self._heads: Heads = {}
        self._unsent: dict[str, list[Entry]] = {}
        self._hlc = self._number = 0

    # ---- writing

    def write(self, partition: str) -> int:
        """Write an entry: somebody sold something here, or set a price for everybody; returns how many fields."""
        told = self._receipt() if partition == self._branch else self._price()
        seq, head = self._heads.get((self._author, partition), (0, NO_HEAD))
        self._hlc = max(self._hlc + 1, self._clock.now << 16)
        entry = Entry(1, self._author, partition, seq + 1, self._hlc, 0, head, [self._deed(told)])
        self._heads[self._author, partition] = (seq + 1, entry.head)
        self._unsent.setdefault(partition, []).append(entry)
        return sum(len(change[3]) if change[0] != "t" else 1 for change in told)

    def _receipt(self) -> list[list[object]]:
        """What a sale of one thing writes: twelve fields."""
        make, total = self._chance.randbytes, self._chance.randrange(100, 100_000)
        order, sku = make(16), self._chance.choice(SKUS)
        self._number += 1
        number = f"SO-B1-261126-{self._number:04}"
        return [
            ["p", "sale_order", order, {"number": number, "total": total, "buyer": make(16)}],
            ["p", "order_line", make(16), {"order": order, "sku": sku, "qty": 10_000, "price": total * 100}],
            ["f", "movement", make(16), {"sku": sku, "qty": -10_000, "value": -total * 60}],
            ["f", "payment", make(16), {"amount": total}],
            ["t", "sale_order", order, "draft", "done", b""],
        ]

    def _price(self) -> list[list[object]]:
        """What a correction writes: one field."""
        return [["s", "price", self._chance.choice(SKUS), {"price": self._chance.randrange(100, 100_000)}, {}]]

    def _deed(self, told: list[list[object]]) -> bytes:
        make = self._chance.randbytes
        return pack(
            (make(16), "6YyVbWb1Q0qyq0b3u5w0aA", "tablet", "orders.sell", make(16), "2026-11-26", [told[0][2]], told)
        )

    # ---- what a swap asks for

    def heads(self) -> Heads:
        """How far each log is known."""
        return dict(self._heads)

    wants = heads

    def digest(self, partitions: Collection[str] | None = None) -> bytes:
        """32 bytes over the heads."""
        return digest(self._heads, partitions)

    def compare(self, _theirs: Heads) -> list[tuple[bytes, str, int]]:
        """Nobody lies here."""
        return []

    def suspect(self, _forks: list[tuple[bytes, str, int]]) -> None:
        """Nobody lies here."""

    def lapsed(self, _have: Heads, _partitions: Collection[str] | None = None) -> bool:
        """Nothing is trimmed here."""
        return False

    def segments(
        self, have: Heads, *, partitions: Collection[str] | None = None, most_bytes: int | None = None
    ) -> Iterator[bytes]:
        """What this box wrote and the hub lacks; it passes nothing on."""
        for partition, entries in self._unsent.items():
            known = have.get((self._author, partition), (0, b""))[0]
            told = [entry for entry in entries if entry.seq > known]
            self._unsent[partition] = told
            if told:
                message = seal_message(self._author, partition, told[-1].seq, told[-1].head)
                yield pack_segment(segment_of(told, self._key.public, self._key.sign(message)))

    def take(self, segments: list[bytes]) -> "Future[Done[Merged]]":
        """Chain what came."""
        merged, done = Merged(), Future[Done[Merged]]()
        for raw in segments:
            item = read_item(raw)
            if isinstance(item, Proof):
                continue
            place = (item.author, item.partition)
            seq, _ = self._heads.get(place, (0, NO_HEAD))
            fresh = [(entry.seq, head) for entry, head in item.chained() if entry.seq > seq]
            if fresh and item.first <= seq + 1:
                self._heads[place] = fresh[-1]
                merged.applied += len(fresh)
        done.set_result(Done(merged, frozenset()))
        return done


class Box:
    """A thin box, and what it needs to speak."""

    def __init__(self, number: int, root: RootKey, hub: Certificate, clock: Clock) -> None:
        chance = random.Random(number)
        key = BoxKey(sha256(b"bench" + number.to_bytes(2, "big")).digest())
        self.branch = f"branch/{number}"
        partitions = ["chain", "summary", self.branch]
        self.own = certify(
            root, public=key.public, exchange=key.exchange_public, code=f"B{number}", branch=str(number), partitions=partitions
        )  # fmt: skip
        circle = Circle(root.public, key.box)
        for one in (self.own, hub):
            circle.learn(one.raw)
        self.log = Thin(key, self.branch, clock, chance)
        self.swap = Swap(self.log, circle, clock, "bench")
        self.post = Post(key, circle, chance.randbytes)
