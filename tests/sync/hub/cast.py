"""A hub among the boxes of `kin`: its log in PostgreSQL, its talks through sealed letters, no sockets."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.keys import BoxKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.swap import Swap
from appliance.sync.hub.base import Base
from appliance.sync.hub.log import HubLog
from appliance.sync.hub.opening import in_circle
from tests.cast import TestClock
from tests.sync.kin import ROOT

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
        with self.base.conn() as conn:
            return conn.execute(query, told).fetchall()  # type: ignore[arg-type]


def hub_of(dsn: str, *, clock: TestClock | None = None) -> Hub:
    base, circle, clock = Base(dsn), Circle(ROOT.public, KEY.box), clock or TestClock()
    base.settle(circle.chain)
    circle.learn(OWN.raw)
    log = in_circle(HubLog(base, ROOT.public, clock, trust=circle.trust), circle)
    swap = Swap(log, circle, clock, "0.3.0", begin=lambda: log.refresh() and None)
    return Hub(base, log, circle, swap, Post(KEY, circle, random.Random("hub").randbytes), clock)
