"""Boxes of one chain with real journals of the toy shop, that talk through sealed letters but no sockets."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from appliance.journal import CHAIN, Blob, Desk, Journal, Limit, Record, RoomShape, Schema, action
from appliance.sync.boxes.circle import Circle, certify
from appliance.sync.boxes.company import Company, Told
from appliance.sync.boxes.keys import BoxKey, RootKey
from appliance.sync.boxes.letters import Post
from appliance.sync.boxes.messages import MOST_TOGETHER
from appliance.sync.boxes.swap import Outcome, Swap
from appliance.sync.boxes.talk import Talk
from tests.cast import BRANCH_A, TestClock, box_of
from tests.journal.toy import QUEUE, VIEWS, Buyer, Moved, Ticket

ROOT = RootKey.made(random.Random("root").randbytes)
EVERYTHING = ("*",)


class Poster(Record, kw_only=True, frozen=True):
    """Something with a picture, known to the whole chain."""

    partition: ClassVar = CHAIN
    picture: Annotated[Blob, Limit(max=64)] = ""


class Slip(Record, kw_only=True, frozen=True):
    """A branch's own file."""

    file: Blob = ""


@action("Hang up")
def hang_up(desk: Desk, *, picture: str) -> str:
    return desk.put(Poster(picture=picture))


@action("File")
def file_away(desk: Desk, *, file: str) -> str:
    return desk.put(Slip(file=file))


@action("Put a box out")
def put_out(desk: Desk, *, told) -> None:
    desk.control(told)


@dataclass
class Kin:
    """One box among the others."""

    desk: Desk
    key: BoxKey
    circle: Circle
    clock: TestClock
    swap: Swap
    post: Post
    corrected: list[int]
    notebook: object = None
    stick: object = None
    anchor: object = None
    company: object = None

    @property
    def journal(self) -> Journal:
        return self.desk.journal

    @property
    def certificate(self):
        assert self.circle.own
        return self.circle.own


def kin(
    folder: Path,
    code: str,
    *,
    clock: TestClock | None = None,
    partitions: Sequence[str] = EVERYTHING,
    root: RootKey = ROOT,
    incarnation: str = "",
    branch: str = BRANCH_A,
) -> Kin:
    """Open a box of a chain, let in by its owner; it knows nobody else yet."""
    key = BoxKey(hashlib.sha256(code.encode()).digest())
    chance, clock = random.Random(folder.name + incarnation), clock or TestClock()
    circle = Circle(root.public, key.box)
    circle.learn(
        certify(
            root, public=key.public, exchange=key.exchange_public, code=code, branch=branch, partitions=partitions
        ).raw
    )
    schema = Schema([RoomShape("toy", [Buyer, Ticket, Moved, Poster, Slip], VIEWS, [QUEUE])])
    box = box_of(folder, code, incarnation=incarnation, root=root.public)
    journal = Journal(box, schema, clock=clock, random=chance.randbytes, trust=circle.trust)
    corrected: list[int] = []
    journal.vouches = circle.vouches
    swap = Swap(journal, circle, clock, "0.3.0", corrected=lambda by, _vouched: corrected.append(by))
    desk = journal.desk(who=f"worker-{code}", device="tablet", branch=branch)
    return Kin(desk, key, circle, clock, swap, Post(key, circle, chance.randbytes), corrected)


class Moored:
    """An anchor that only notes what left."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    def give(self, author: bytes, _heads) -> None:
        self.given.append(author)


def in_company(box: Kin, folder: Path, former: Sequence[bytes] = ()) -> Kin:
    """Let a box keep itself in order as a real one does: find that it is a copy, seal old names, take a date back."""
    chance = random.Random(folder.name).randbytes
    box.anchor = Moored()

    def corrected(by_ms: int, vouched: bool) -> None:
        box.clock.now += by_ms
        box.clock.trusted = vouched
        box.corrected.append(by_ms)

    box.company = Company(
        box.journal, box.key, box.circle, box.anchor, Told(box.journal.box_code, 8000, "0.3.0"), folder=folder,
        clock=box.clock, random=chance, anew=lambda: box.key.author(chance), corrected=corrected, former=former,
    )  # fmt: skip
    box.swap, box.post = box.company.swap, box.company.post
    return box


def introduce(*boxes: Kin) -> None:
    for one in boxes:
        for other in boxes:
            one.circle.learn(other.certificate.raw)


def talk(
    asking: Kin,
    answering: Kin,
    *,
    most: int = MOST_TOGETHER,
    rounds: int = 10_000,
    wire: Callable[[bytes], bytes] = bytes,
    sizes: list[int] | None = None,
    **told,
) -> Outcome:
    """Let one box ask another until nothing is left to say, or until the connection breaks after some rounds."""
    one = Talk(asking.swap, answering.certificate, most=most, **told)
    question: bytes | None = one.begin()
    while question is not None and rounds:
        rounds -= 1
        letter, seal = asking.post.write(answering.certificate, question)
        opened = answering.post.open(wire(letter))
        answer, _ = answering.swap.answer(opened.sender, opened.message)
        sealed = opened.answering.seal(answer)
        if sizes is not None:
            sizes += [len(letter), len(sealed)]
        question = one.go_on(seal.open(sealed))
    return one.outcome
