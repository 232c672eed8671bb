"""Meetings: what came of each talk, and what a person is told of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from appliance.journal import Clock
from appliance.journal.certificate import Certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.notebook import Notebook, Peer
from appliance.sync.boxes.swap import Outcome, Swap
from appliance.sync.boxes.vectors import Shorts, behind, pack_shorts, read_heads, shortened

IN_TOUCH_MS = 3 * 60_000


class Trouble(NamedTuple):
    """What is in the way, as an English sentence with its named parts."""

    sentence: str
    params: Mapping[str, object] = {}


TROUBLES = {
    "unreachable": Trouble("{code} does not answer at any address this box knows."),
    "stalled": Trouble("{code} stopped in the middle of an answer. It will be tried again."),
    "endless": Trouble("{code} sends more than any box may; the connection was cut and nothing of it was taken in."),
    "nonsense": Trouble("{code} answered with something that is no answer. Nothing of it was taken in."),
    "another": Trouble("Something answers at the address of {code}, but it is not {code}."),
    "unknown": Trouble("{code} does not know this box. Pair the two again."),
    "revoked": Trouble("{code} says that this box was put out of the chain."),
    "unreadable": Trouble("{code} could not open what this box sent. Pair the two again."),
    "repeated": Trouble("{code} got the same message twice and answered once."),
    "busy": Trouble("{code} is busy. It will be tried again."),
    "disk": Trouble(
        "What {code} sent could not be written down here: the disk of this box is full or takes no writes. Nothing was lost."
    ),
    "disk there": Trouble(
        "{code} cannot write down what this box sends: its disk is full or takes no writes. Nothing was lost."
    ),
    "clock": Trouble(
        "The clocks of this box and {code} are {minutes} minutes apart. Nothing is exchanged until they are set right."
    ),
    "version": Trouble("{code} runs a version that this one cannot speak with. Update the older of the two."),
    "ahead": Trouble(
        "{code} sent what is dated more than a day ahead. It was refused; set the clock of that box right."
    ),
    "refused": Trouble(
        "Entries that came from {code} were refused: their author may not write there or did not sign them."
    ),
    "refused there": Trouble("{code} refuses some of what this box sends: it does not know all the boxes yet."),
    "fork": Trouble("{code} brought a second history of one box. Was a card copied, or a backup restored?"),
}
STRANGE = Trouble("{code} could not be spoken with.")


@dataclass(frozen=True)
class Standing:
    """How it stands with one box, for a screen."""

    box: str
    """The box's name among boxes, in hex."""
    code: str
    branch: str
    role: str
    revoked: bool
    in_touch: bool
    """There was a word from it within the last minutes."""
    met_ms: int
    agreed_ms: int
    waiting_here: int
    """Entries here that it lacks, as far as is known."""
    waiting_there: int
    """Entries there that this box lacks, as far as is known."""
    oldest_ms: int
    """When the oldest unsent entry was written, 0 when none waits."""
    ahead_ms: int
    trusted: bool
    version: str
    urls: tuple[str, ...]
    trouble: Trouble | None
    trouble_ms: int


class Meetings:
    """Keeps the notebook, and reads from it."""

    def __init__(
        self, swap: Swap, notebook: Notebook, clock: Clock, *, agreed: Callable[[], None] = lambda: None
    ) -> None:
        self._agreed = agreed
        self._swap = swap
        self._notebook = notebook
        self._clock = clock

    def met(self, peer: Certificate, outcome: Outcome) -> None:
        """There was a talk, whoever began it."""
        now, told, word = self._clock.now_ms(), outcome.peer, why(outcome)

        def change(page: Peer) -> Peer:
            agreed = now if outcome.agreed else page.agreed_ms
            return replace(
                page,
                met_ms=now,
                agreed_ms=agreed,
                since_ms=0 if outcome.agreed else page.since_ms,
                version=told.version if told else page.version,
                trusted=told.trusted if told else page.trusted,
                ahead_ms=outcome.ahead_ms,
                heads=page.heads if outcome.heads is None else pack_shorts(outcome.heads),
                partitions=None if outcome.partitions is None else tuple(outcome.partitions),
                trouble=word,
                trouble_ms=now if word else 0,
            )

        self._notebook.change(peer.box, change)
        if outcome.agreed:
            self._agreed()

    def heard_from(self, box: bytes, outcome: Outcome) -> None:
        """Another box asked, and was answered."""
        peer = self._swap.circle.member(box)
        if peer is not None:
            self.met(peer, outcome)

    def missed(self, peer: Certificate, word: str) -> None:
        """There was no talk."""
        self._notebook.note(peer.box, trouble=word, trouble_ms=self._clock.now_ms())

    def written(self, others: Iterable[Certificate]) -> None:
        """Something was written here: from now on it waits for whoever was level."""
        now = self._clock.now_ms()
        for peer in others:
            if not self._notebook.peer(peer.box).since_ms:
                self._notebook.note(peer.box, since_ms=now)

    def standings(self) -> list[Standing]:
        """How it stands with every other box of the chain, put-out ones last."""
        ours: dict[tuple[str, ...] | None, Shorts] = {}
        heads, now = self._swap.log.heads(), self._clock.now_ms()
        told = []
        for peer in self._swap.circle.everybody:
            if peer == self._swap.circle.own:
                continue
            page = self._notebook.peer(peer.box)
            if page.partitions not in ours:
                ours[page.partitions] = shortened(heads, page.partitions)
            told.append(self._standing(peer, page, ours[page.partitions], now))
        return sorted(told, key=lambda one: (one.revoked, one.code, one.box))

    def _standing(self, peer: Certificate, page: Peer, here: Shorts, now: int) -> Standing:
        there = _vector(page.heads)
        waiting_here = behind(there, here)
        named = {"code": peer.code, "minutes": abs(page.ahead_ms) // 60_000}
        trouble = TROUBLES.get(page.trouble, STRANGE) if page.trouble else None
        return Standing(
            box=peer.box.hex(),
            code=peer.code,
            branch=peer.branch,
            role=peer.role,
            revoked=self._swap.circle.revoked(peer.box),
            in_touch=0 <= now - page.met_ms < IN_TOUCH_MS,
            met_ms=page.met_ms,
            agreed_ms=page.agreed_ms,
            waiting_here=waiting_here,
            waiting_there=behind(here, there),
            oldest_ms=page.since_ms if waiting_here else 0,
            ahead_ms=page.ahead_ms,
            trusted=page.trusted,
            version=page.version,
            urls=page.urls,
            trouble=trouble._replace(params=named) if trouble else None,
            trouble_ms=page.trouble_ms,
        )


def why(outcome: Outcome) -> str:
    """Say in one word what was in the way; nothing when nothing was."""
    if outcome.turned:
        return outcome.turned
    if outcome.ahead:
        return "ahead"
    if outcome.forks:
        return "fork"
    if outcome.refused:
        return "refused"
    return "refused there" if outcome.refused_there else ""


def _vector(raw: bytes) -> Shorts:
    try:
        return read_heads(raw) if raw else {}
    except Unreadable:
        return {}
