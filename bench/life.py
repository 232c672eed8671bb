"""The life of a log: drawing all tables anew from many field changes, and three boxes coming to the same, against the floor.

The floors are those of spec/sync.md section 5: a plain log that keeps a chain and the latest cell of each field, whose
cells are drawn again from its rows with a large page cache; and the same log carried from box to box in zstd batches.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.assembly import WallClock
from appliance.journal import Box, Desk, Journal, RoomShape, Schema
from appliance.journal.segments import key_hash
from bench.floor import LogFloor
from bench.ground import FIELDS, Product, correct, put
from bench.report import Figure, median_ratio

USUAL = 200_000
"""Field changes; `python -m bench ten_million` draws as many as its name says."""
EACH = 20_000
"""Field changes that each of three boxes brings."""
TOGETHER = 5
BATCH = 1_000
NUMBERS = [field for field in FIELDS if field not in {"name", "remark"}]
Change = tuple[str, str, int]


def figures() -> Iterator[Figure]:
    """Measure."""
    yield rebuilt(USUAL)
    yield _converged()


def _desk(folder: Path, code: str) -> Desk:
    key = Ed25519PrivateKey.from_private_bytes(code.encode().ljust(32))
    public = key.public_key().public_bytes_raw()
    box = Box(folder / code, key_hash(public) + bytes(8), code, sign=key.sign, public=public)
    schema = Schema([RoomShape("bench", [Product])])
    journal = Journal(box, schema, clock=WallClock(), random=random.Random(code).randbytes)
    journal.writing.execute("pragma synchronous = off")
    return journal.desk(who="bench", branch="b")


def _changes(products: list[str], count: int, seed: str) -> Iterator[list[Change]]:
    chance = random.Random(seed)
    for _ in range(count // TOGETHER):
        yield [(chance.choice(products), chance.choice(NUMBERS), chance.randrange(10**6)) for _ in range(TOGETHER)]


def _cpu(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


# ---- drawing anew


def rebuilt(count: int) -> Figure:
    """Draw every table anew from so many field changes, of which a hundred fall on each product."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desk = _desk(folder, "A1")
        products = [product for _ in range(max(1, count // 50_000)) for product in put(desk, count=500)]
        floor = LogFloor(folder / "floor.db", 1, "off")
        for number, changes in enumerate(_changes(products, count, "history")):
            correct(desk, changes=changes)
            floor.write(list(changes), number)
        desk.journal.put_away()
        ours, theirs = [], []
        for _ in range(3):
            ours.append(_cpu(desk.journal.rebuild().result))
            theirs.append(_cpu(floor.draw))
        desk.journal.close()
        note = f"{min(ours) / count * 1e6:.1f} us a change, the floor {min(theirs) / count * 1e6:.1f}"
        told = f"{count:,} field changes drawn anew, CPU against the floor"
        return Figure(told, median_ratio(ours, theirs), 2, note=note)


# ---- three boxes


def _converged() -> Figure:
    ours, theirs = [], []
    for round_ in range(3):
        with tempfile.TemporaryDirectory() as name:
            ours.append(_boxes_meet(Path(name), round_))
            theirs.append(_floors_meet(Path(name), round_))
    note = f"{min(ours) / (6 * EACH) * 1e6:.1f} us a change taken in"
    return Figure("three boxes converge through one, CPU against the floor", median_ratio(ours, theirs), 2, note=note)


def _boxes_meet(folder: Path, round_: int) -> float:
    desks = [_desk(folder, code) for code in ("A1", "B1", "C1")]
    first, *others = desks
    products = [product for _ in range(4) for product in put(first, count=500)]
    for one in others:
        one.journal.take(list(first.journal.segments({}))).result()
    for desk in desks:
        for changes in _changes(products, EACH, f"{round_} {desk.box}"):
            correct(desk, changes=changes)

    def meet() -> None:
        for one in others:
            first.journal.take(list(one.journal.segments(first.journal.heads()))).result()
        for one in others:
            one.journal.take(list(first.journal.segments(one.journal.heads()))).result()

    spent = _cpu(meet)
    same = {desk.journal.digest() for desk in desks}
    for desk in desks:
        desk.journal.close()
    if len(same) > 1:
        raise RuntimeError("The boxes did not come to the same.")
    return spent


def _floors_meet(folder: Path, round_: int) -> float:
    floors = [LogFloor(folder / f"{number}.db", number, "off") for number in range(3)]
    products = [f"product-{number:012d}" for number in range(2_000)]
    for floor in floors:
        for number, changes in enumerate(_changes(products, EACH, f"{round_} {floor.author}")):
            floor.write(list(changes), number)
    heads: list[dict[int, bytes]] = [{} for _ in floors]

    def give(one: int, other: int) -> None:
        rows = floors[one].conn.execute("select * from oplog where author <> ? order by author, seq", (other,))
        while batch := rows.fetchmany(BATCH):
            raw = zstandard.compress(msgspec.msgpack.encode(batch))
            floors[other].take(msgspec.msgpack.decode(zstandard.decompress(raw)), heads[other])

    def meet() -> None:
        for one in (1, 2):
            give(one, 0)
        for one in (1, 2):
            give(0, one)

    return _cpu(meet)
