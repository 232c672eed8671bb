"""The log is for ever: entries written by the first release always replay to the same tables."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from appliance.journal import Desk
from appliance.journal.entry import decode, pack
from appliance.journal.forks import read_item
from appliance.journal.segments import MOST_INFLATED, MOST_PACKED, Segment, inflate
from appliance.journal.snapshots import read_manifest
from appliance.journal.state import read_state
from tests.cast import MORNING, clean
from tests.journal.test_forks import OWNER

GOLDEN = Path(__file__).parent / "golden"


def test_entries_of_the_first_release_replay(lina: Desk):
    told = [base64.b64decode(line) for line in (GOLDEN / "entries-1.txt").read_text().split()]
    outcome = lina.journal.merge(told).result().value
    assert (outcome.applied, outcome.parked, outcome.refused) == (len(told), 0, 0)
    rows = [
        tuple(row) for row in lina.rows("select number, state, total, name, phone from ticket_list order by number")
    ]
    assert rows == [
        ("SO-G1-261124-0001", "shipped", 12_800, "张大伟", "13800007731"),
        ("SO-G1-261124-0002", "cancelled", 5_000, "李娜", ""),
    ]
    assert tuple(lina.row("select qty, value from stock where sku = 'teapot'")) == (-20_000, -17_800)
    assert clean(lina) == []


def test_the_heads_of_the_first_release_are_the_same_bytes():
    told = [base64.b64decode(line) for line in (GOLDEN / "entries-1.txt").read_text().split()]
    digest = hashlib.sha256(b"".join(decode(raw).head for raw in told)).hexdigest()
    assert digest == (GOLDEN / "heads-1.txt").read_text().strip()


SHOWN = [
    ("SO-G1-261124-0002", "draft", 300, "原来的人", ""),
    ("SO-G1-261124-0002", "draft", 700, "复制的人", ""),
    ("SO-G2-271229-0001", "draft", 5_000, "未来的人", ""),
    ("SO-G1-261124-0001", "shipped", 12_800, "张大伟", ""),
]
HEADS = "42b7b79900919c61ee14671f5550a5029ee8f07551a330d318706096959d75cb"


def _told(name: str) -> list[bytes]:
    return [base64.b64decode(line) for line in (GOLDEN / name).read_text().split()]


def _shown(desk: Desk) -> list[tuple[object, ...]]:
    rows = desk.rows("select number, state, total, name, phone from ticket_list order by total")
    return [tuple(row) for row in rows]


def test_segments_with_every_control_of_the_first_release_replay(toy: Callable[..., Desk]):
    """A sale, a person erased, a date set right, a fork proven and told again, a box cut off, a milestone."""
    desk = toy("A1", root=OWNER)
    outcome = desk.journal.take(_told("segments-1.txt")).result().value
    assert (outcome.parked, outcome.refused, outcome.ahead) == (0, 0, [])
    assert _shown(desk) == SHOWN
    assert tuple(desk.row("select qty, value from stock")) == (-40_000, -18_800)
    for table, count in (("forked", 2), ("cut_off", 1), ("restamped", 1), ("erased", 1), ("milestone", 1)):
        assert desk.value(f"select count(*) from {table}") == count
    assert desk.value("select max(changed) from ticket") >> 16 < MORNING + 86_400_000
    assert desk.journal.digest().hex() == HEADS
    assert clean(desk) == []


def test_a_snapshot_of_the_first_release_stands_for_those_segments(toy: Callable[..., Desk]):
    desk = toy("A1", root=OWNER)
    desk.journal.install(_told("snapshot-1.txt")).result()
    assert _shown(desk) == SHOWN
    assert desk.journal.digest().hex() == HEADS
    outcome = desk.journal.take(_told("segments-1.txt")).result().value
    assert (outcome.applied, outcome.parked) == (0, 0)
    assert clean(desk) == []


def test_what_travelled_in_the_first_release_is_laid_out_the_same_today():
    for raw in _told("segments-1.txt"):
        item = read_item(raw)
        assert pack(item) == inflate(raw, MOST_PACKED, MOST_INFLATED)
        if isinstance(item, Segment):
            assert not item.signature or item.seal(list(item.chained())[-1][1]).holds
        else:
            assert item.holds
    manifest, *states = _told("snapshot-1.txt")
    assert read_manifest(manifest).holds
    assert pack(read_manifest(manifest)) == inflate(manifest, MOST_PACKED, MOST_INFLATED)
    for raw in states:
        assert pack(read_state(raw)) == inflate(raw, MOST_PACKED, MOST_INFLATED)
