"""A hub among the boxes of `kin`: its log in PostgreSQL, its talks through sealed letters, no sockets."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from appliance.journal.segments import read_segment
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.keys import BoxKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.swap import Swap
from appliance.sync.hub.base import Base
from appliance.sync.hub.gallery import HubPictures
from appliance.sync.hub.log import HubLog
from appliance.sync.hub.opening import in_circle
from appliance.sync.hub.shelf import Giver, Shelf
from tests.cast import TestClock, agree, clean
from tests.journal.toy import sell
from tests.sync.kin import ROOT, Kin, talk

KEY = BoxKey(hashlib.sha256(b"hub").digest())
OWN = certify(ROOT, public=KEY.public, exchange=KEY.exchange_public, code="H1", branch="", role="hub")


@dataclass
class Hub:
    """One process of the hub, as far as it speaks with boxes."""

    base: Base
    log: HubLog
    circle: Circle
    swap: Swap
    post: Post
    clock: TestClock

    @property
    def certificate(self):
        return OWN

    @property
    def digest(self) -> bytes:
        return self.log.digest()

    def rows(self, query: str, *told: object) -> list[tuple]:
        return rows(self.base, query, *told)


def hub_of(dsn: str, *, clock: TestClock | None = None) -> Hub:
    base, circle, clock = Base(dsn), Circle(ROOT.public, KEY.box), clock or TestClock()
    base.settle(circle.chain)
    circle.learn(OWN.raw)
    shelf = Shelf(base, ROOT.public, circle.trust, Giver(KEY.box + bytes(8), KEY.public, KEY.sign))
    log = in_circle(HubLog(base, ROOT.public, clock, trust=circle.trust, shelf=shelf), circle)
    swap, post = (
        Swap(log, circle, clock, "0.3.0", pictures=HubPictures(base), shelf=shelf),
        Post(KEY, circle, random.Random("hub").randbytes, look=log.refresh),
    )
    return Hub(base, log, circle, swap, post, clock)


# ---- what is said of boxes and of a meeting point, whichever it is


def trade(box: Kin, times: int = 1, name: str = "张伟") -> None:
    for _ in range(times):
        sell(box.desk, name=name, total=12_800)


def names(box: Kin) -> list[str]:
    return sorted(row.name for row in box.desk.rows("select name from buyer where made_at > 0"))


def log_of(point: Hub | Kin):
    return point.log if isinstance(point, Hub) else point.journal


def gather(point: Hub | Kin, *boxes: Kin, times: int = 4) -> None:
    """Let everybody ask at the meeting point, some times."""
    for _ in range(times):
        for one in boxes:
            if talk(one, point).agreed and one.company:
                one.company._agreed()


def same(point: Hub | Kin, *boxes: Kin) -> bool:
    assert [clean(one.desk) for one in boxes] == [[]] * len(boxes)
    assert not isinstance(point, Hub) or flaws(point.base) == []
    return {one.journal.digest() for one in boxes} == {log_of(point).digest()} and agree(*(one.desk for one in boxes))


def rows(base: Base, query: str, *told: object) -> list[tuple]:
    with base.conn() as conn:
        done = conn.execute(query, told)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []


def flaws(base: Base) -> list[str]:
    """What is wrong with the log in the database: a gap, a doubled entry, a broken chain, an end that is not the head."""
    wrong, heads = [], dict[int, tuple[int, bytes]]()
    begins = {place: (seq, head) for place, seq, head in rows(base, "select * from base")}
    for place, first, last, head, raw in rows(
        base, "select place, first, last, head, segment from piece order by place, last"
    ):
        seq, before = heads.get(place) or begins.get(place) or (0, bytes(32))
        if last <= seq:
            continue
        segment = read_segment(raw)
        chained = [found for _, found in segment.chained()]
        if (first, segment.first, segment.last, segment.previous, chained[-1]) != (seq + 1, first, last, before, head):
            wrong.append(f"place {place}: {first} to {last} does not follow {seq}")
        if segment.signature and not segment.seal(head).holds:
            wrong.append(f"place {place}: the seal at {last} does not hold")
        heads[place] = (last, head)
    told = {n: (seq, head) for n, seq, head in rows(base, "select n, seq, head from place where seq > 0")}
    return wrong if told == begins | heads else [*wrong, "heads do not stand at the ends"]
