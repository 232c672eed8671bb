"""The log is for ever: entries written by the first release always replay to the same tables."""

import base64
import hashlib
from pathlib import Path

from appliance.journal import Desk
from appliance.journal.entry import decode
from tests.cast import clean

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
