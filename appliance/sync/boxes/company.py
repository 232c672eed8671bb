"""In company: everything that one box needs to live with the others, put together."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from appliance.journal import Clock, Journal, Refusal
from appliance.journal.certificate import EVERYWHERE, Certificate
from appliance.journal.controls import Control, Cut, Retire, Revoke
from appliance.sync.boxes.anchor import Anchor
from appliance.sync.boxes.circle import HUB, Circle, certify
from appliance.sync.boxes.courier import Courier
from appliance.sync.boxes.door import Door
from appliance.sync.boxes.keys import BoxKey, Random, RootKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.meetings import Meetings, Standing
from appliance.sync.boxes.near import Announced, Heard, Near, own_addresses, url_of
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.pairing import Host, Invitation, Newcomer, Welcome
from appliance.sync.boxes.pictures import Pictures
from appliance.sync.boxes.stick import Stick
from appliance.sync.boxes.swap import Heads, Swap

log = logging.getLogger("appliance.boxes")
MOST_URL = 200


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
        anew: Callable[[], bytes] | None = None,
        corrected: Callable[[int, bool], None] = lambda _by, _vouched: None,
        former: Sequence[bytes] = (),
    ) -> None:
        self.circle = circle
        self._journal = journal
        self._anew = anew
        """Begins a new incarnation on disk and returns its author."""
        self._set_clock = corrected
        self._former = former
        self._turn = threading.Lock()
        self._told = told
        self._folder = folder
        self._clock = clock
        self.admitted: Callable[[Certificate, str], None] = lambda _box, _address: None
        """Told of each box that was let in here, and where everybody finds it if it is a hub, so that the shop writes it
        down. May raise `Refusal`."""
        self.notebook = self._opened(folder, circle)
        self.swap = self._speaking(anchor, clock)
        self.post = Post(key, circle, random)
        self.meetings = Meetings(self.swap, self.notebook, clock, agreed=self._agreed)
        self.courier = Courier(self.swap, self.post, self.notebook, self.meetings, clock, random)
        self.host = Host(clock, random)
        self.stick = Stick(key, circle, self.swap, self.notebook, clock, random)
        self.door = Door(self.post, self.swap, heard=self.meetings.heard_from, pair=self.host.answer)
        me = Announced(key.box, circle.root, told.title, told.port, told.version)
        self.near = Near(me, heard=self.courier.heard)
        journal.listen(lambda _: self.courier.wrote())

    def _opened(self, folder: Path, circle: Circle) -> Notebook:
        """Open the notebook; whom it names is known from the start."""
        notebook = Notebook(folder / "sync.db")
        for raw in notebook.certificates():
            circle.learn(raw)
        circle.keep = self._learned
        circle.cut_off = self._journal.controls.cut_off
        self._journal.vouches = circle.vouches
        return notebook

    def _speaking(self, anchor: Anchor, clock: Clock) -> Swap:
        """Make the box's side of every talk. What leaves the box is told to the anchor first."""
        journal = self._journal

        def giving(heads: Heads) -> None:
            anchor.give(journal.author, heads)

        return Swap(
            journal,
            self.circle,
            clock,
            self._told.version,
            giving=giving,
            corrected=self._corrected,
            taken=self._taken,
            begin=self.keep_time,
            pictures=Pictures(journal),
        )

    @property
    def loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """The loops that keep a box in company, for whoever supervises them."""
        return {"courier": self.courier.run, "near": self.near.run}

    def standings(self) -> list[Standing]:
        """How it stands with every other box."""
        return self.meetings.standings()

    def agreed_ms(self, box: bytes) -> int:
        """When this box and another last held the same, by this box's clock; 0 for never."""
        return self.notebook.peer(box).agreed_ms

    # ---- keeping itself in order

    def _learned(self, found: Certificate) -> None:
        """There is a box that was not known: what waited for it may come now."""
        self.notebook.keep(found.box, found.raw)
        self.courier.unstick()

    def _taken(self) -> None:
        """Others told something: perhaps that this box is a copy, perhaps the tail of what it wrote before a restore."""
        self.keep_time()
        with self._turn:
            if self._journal.copied and self._anew is not None:
                self._journal.reincarnate(self._anew()).result()
                log.warning("This box is a copy: its part was told again under a new name.")

    def _agreed(self) -> None:
        """Somebody holds the same as this box: then what it wrote under earlier names is all there is (R5)."""
        if self._former:
            former, self._former = self._former, ()
            self._seal(former)

    def _seal(self, former: Sequence[bytes]) -> None:
        journal, heads = self._journal, self._journal.heads()
        retired = {author for (author,) in journal.reading().execute("select distinct author from retired")}
        for gone in former:
            ends = [(partition, seq, head) for (author, partition), (seq, head) in heads.items() if author == gone]
            if ends and gone not in retired:
                self._control("journal.retire", Retire(gone, ends))

    def _control(self, action: str, told: Control) -> None:
        desk = self._journal.desk(who="", device="sync")
        self._journal.do(desk, action, lambda at_work: at_work.control(told))

    def keep_time(self) -> None:
        """Look at the clock before anything is handed out: stamps that stand ahead of it are taken back (R10, R12).

        Whoever vouches for it, a time server, another box or the owner, may show that it ran ahead.
        """
        if not self._clock.trusted:
            return
        ahead_ms = self._journal.take_clock_back().result()
        if ahead_ms:
            log.warning(
                "The clock ran %s minutes ahead; what was written meanwhile counts earlier.", ahead_ms // 60_000
            )

    def _corrected(self, by_ms: int, vouched: bool) -> None:
        """Another box told the time."""
        self._set_clock(by_ms, vouched)
        self.keep_time()

    # ---- where others are

    def reach(self, box: bytes, url: str) -> None:
        """Somebody says where a box answers, perhaps across the internet: it is tried at once, and first from now on."""
        told = urlsplit(url.strip())
        if told.scheme not in {"http", "https"} or not told.hostname or len(url) > MOST_URL:
            raise Refusal("An address looks like http://192.168.1.20:8000 or https://shop.example.", field="address")
        self.notebook.reached(box, [f"{told.scheme}://{told.netloc}{told.path.rstrip('/')}"])
        self.courier.meet(box)

    def strangers(self) -> list[Heard]:
        """Boxes on this network that are not of the circle, for whoever wants to let one in or to join."""
        return [box for box in list(self.near.boxes.values()) if self.circle.named(bytes.fromhex(box.id)) is None]

    # ---- letting in and putting out

    def revocation(self, box: bytes, sheet: str = "") -> Revoke:
        """Put a box out, in the owner's name: nothing counts that it writes beyond what is known here now.

        The caller writes it down (`desk.control`); from then on nobody of the chain speaks with it.
        """
        root = self.root_key(sheet)
        cuts = [
            Cut(author, name, seq, head)
            for (author, name), (seq, head) in self._journal.heads().items()
            if author[:16] == box
        ]
        bare = Revoke(box, self._clock.now_ms(), cuts)
        return msgspec.structs.replace(bare, signature=root.sign(bare.message))

    def invite(
        self, *, code: str, branch: str, partitions: Sequence[str] = (EVERYWHERE,), sheet: str = ""
    ) -> Invitation:
        """Open the door to one box for five minutes; it will be `code` of `branch`.

        The owner's key signs: it lies on the box that founded the chain, elsewhere the recovery sheet is typed.
        """
        root = self.root_key(sheet)

        def admit(newcomer: Newcomer) -> Welcome:
            role = HUB if newcomer.role == HUB else "box"
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
            self.admitted(issued, next(iter(newcomer.urls), "") if role == HUB else "")
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
