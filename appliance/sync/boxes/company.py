"""In company: everything that one box needs to live with the others, put together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.journal import Clock, Journal
from appliance.sync.boxes.anchor import Anchor
from appliance.sync.boxes.circle import Circle
from appliance.sync.boxes.courier import Courier
from appliance.sync.boxes.door import Door
from appliance.sync.boxes.keys import BoxKey, Random
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.meetings import Meetings, Standing
from appliance.sync.boxes.near import Announced, Near
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.swap import Heads, Swap


@dataclass(frozen=True)
class Told:
    """What a box says of itself to others."""

    title: str
    port: int
    version: str


class Company:
    """This box among the others: the door they knock at, the courier who visits them, the voice on the network."""

    def __init__(
        self,
        journal: Journal,
        key: BoxKey,
        circle: Circle,
        anchor: Anchor,
        told: Told,
        *,
        folder: Path,
        clock: Clock,
        random: Random,
    ) -> None:
        self.circle = circle
        self.notebook = Notebook(folder / "sync.db")
        for raw in self.notebook.certificates():
            circle.learn(raw)
        circle.keep = lambda found: self.notebook.keep(found.box, found.raw)

        def giving(heads: Heads) -> None:
            anchor.give(journal.author, heads)

        self.swap = Swap(journal, circle, clock, told.version, giving=giving)
        self.post = Post(key, circle, random)
        self.meetings = Meetings(self.swap, self.notebook, clock)
        self.courier = Courier(self.swap, self.post, self.notebook, self.meetings, clock, random)
        self.door = Door(self.post, self.swap, heard=self.meetings.heard_from)
        me = Announced(key.box, circle.root, told.title, told.port, told.version)
        self.near = Near(me, heard=self.courier.heard)
        journal.listen(lambda _: self.courier.wrote())

    @property
    def loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """The loops that keep a box in company, for whoever supervises them."""
        return {"courier": self.courier.run, "near": self.near.run}

    def standings(self) -> list[Standing]:
        """How it stands with every other box."""
        return self.meetings.standings()

    async def close(self) -> None:
        """Let go of everything; the loops have ended by now."""
        await asyncio.to_thread(self.courier.close)
        await asyncio.to_thread(self.door.close)
        self.notebook.close()
