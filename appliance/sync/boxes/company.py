"""In company: everything that one box needs to live with the others, put together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from appliance.journal import Clock, Journal, Refusal
from appliance.journal.certificate import EVERYWHERE, Certificate
from appliance.sync.boxes.anchor import Anchor
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.courier import Courier
from appliance.sync.boxes.door import Door
from appliance.sync.boxes.keys import BoxKey, Random, RootKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.meetings import Meetings, Standing
from appliance.sync.boxes.near import Announced, Near, own_addresses, url_of
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.pairing import Host, Invitation, Newcomer, Welcome
from appliance.sync.boxes.swap import Heads, Swap


@dataclass(frozen=True)
class Told:
    """What a box says of itself to others."""

    title: str
    port: int
    version: str
    zone_minutes: int = 480

    @property
    def urls(self) -> list[str]:
        """Where it may be reached on the shop's network."""
        return [url_of(address, self.port) for address in own_addresses()]


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
        self._told = told
        self._folder = folder
        self._clock = clock
        self.admitted: Callable[[Certificate], None] = lambda _: None
        """Told of each box that was let in here, so that the shop writes it down. May raise `Refusal`."""
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
        self.host = Host(clock, random)
        self.door = Door(self.post, self.swap, heard=self.meetings.heard_from, pair=self.host.answer)
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

    # ---- letting in

    def invite(
        self, *, code: str, branch: str, partitions: Sequence[str] = (EVERYWHERE,), role: str = "box", sheet: str = ""
    ) -> Invitation:
        """Open the door to one box for five minutes; it will be `code` of `branch`.

        The owner's key signs: it lies on the box that founded the chain, elsewhere the recovery sheet is typed.
        """
        root = self.root_key(sheet)

        def admit(newcomer: Newcomer) -> Welcome:
            known = self.circle.member(sha256(newcomer.public).digest()[:16])
            issued = certify(
                root,
                public=newcomer.public,
                exchange=newcomer.exchange,
                code=code,
                branch=branch,
                role=role,
                partitions=partitions,
                number=known.number + 1 if known else 1,
            )
            self.admitted(issued)
            self.circle.learn(issued.raw)
            self.notebook.reached(issued.box, newcomer.urls)
            return self._welcome(issued)

        return self.host.invite(admit)

    def root_key(self, sheet: str = "") -> RootKey:
        """The owner's key, from this box or from the sheet; refuses where neither is."""
        try:
            root = RootKey.from_sheet(sheet) if sheet else RootKey.read(self._folder / "root.key")
        except FileNotFoundError as error:
            raise Refusal(
                "The owner's key lies on the box that founded the chain. Do this there, or type the recovery sheet.",
                field="sheet",
            ) from error
        if root.public != self.circle.root:
            raise Refusal("That recovery sheet is of another chain.", field="sheet")
        return root

    def _welcome(self, issued: Certificate) -> Welcome:
        own = self.circle.own
        others = [own] if own else []
        others += [one for one in self.circle.everybody if one not in (own, issued)]
        return Welcome(
            root=self.circle.root,
            certificate=issued.raw,
            others=[one.raw for one in others],
            urls=self._told.urls,
            code=issued.code,
            branch=issued.branch,
            title=self._told.title,
            zone_minutes=self._told.zone_minutes,
            now_ms=self._clock.now_ms(),
        )

    async def close(self) -> None:
        """Let go of everything; the loops have ended by now."""
        await asyncio.to_thread(self.courier.close)
        await asyncio.to_thread(self.door.close)
        self.notebook.close()
