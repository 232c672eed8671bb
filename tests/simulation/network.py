"""The network of a simulation: letters are lost, doubled, held up and overtaken, and sticks are carried by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from appliance.journal.entry import Unreadable
from appliance.journal.refusal import Unable
from appliance.journal.segments import pack_segment, read_segment
from appliance.sync.boxes.channel import Asking
from appliance.sync.boxes.letters import SentBack
from appliance.sync.boxes.swap import Outcome
from appliance.sync.boxes.talk import Talk
from tests.simulation.box import SimBox
from tests.simulation.world import World


@dataclass
class Weather:
    """How bad the network and the sticks are; drawn for each run."""

    loss: float = 0.0
    doubling: float = 0.0
    harm: float = 0.0
    slow: int = 200
    """The longest delay of a letter, in milliseconds."""
    portion: int = 256 * 1024
    spoilt: float = 0.0
    """How many sticks come torn, shuffled or forged."""


class Network:
    """Carries letters between boxes that can reach each other."""

    def __init__(self, world: World, weather: Weather) -> None:
        self.world = world
        self.weather = weather
        self.cut: set[tuple[str, str]] = set()
        """(from, to) that nothing passes; one way may be cut alone."""
        self.clogged: dict[tuple[str, str], int] = {}
        """(from, to) -> until when everything is held up; then it comes at once, in any order."""
        self.outcomes: list[Outcome] = []
        self.looked: Callable[[SimBox], None] = lambda _: None
        """Called after each letter that a box took in."""

    def talk(self, one: SimBox, other: SimBox) -> None:
        """Let a box begin a talk with another."""
        if one.up and other.up and one.key.box != other.key.box:
            try:
                Conversation(self, one, other).begin()
            except Unable as unable:
                self.world.say(f"{one.name} cannot begin to talk: {unable.code}")

    def clog(self, one: SimBox, other: SimBox, ms: int) -> None:
        """Hold up what one box says to another."""
        self.clogged[one.name, other.name] = self.world.now + ms

    def carry(self, frm: SimBox, to: SimBox, letter: bytes) -> list[tuple[int, bytes]]:
        """Say when, how often and in what shape a letter arrives."""
        weather, world = self.weather, self.world
        if (frm.name, to.name) in self.cut or world.happens(weather.loss):
            world.mark("a lost letter")
            return []
        if world.happens(weather.harm):
            place = world.chance.randrange(len(letter))
            letter = letter[:place] + bytes([letter[place] ^ 1 << world.chance.randrange(8)]) + letter[place + 1 :]
            world.mark("a harmed letter")
        copies = 2 if world.happens(weather.doubling) else 1
        if copies == 2:
            world.mark("a doubled letter")
        held = max(0, self.clogged.get((frm.name, to.name), 0) - world.now)
        if held:
            world.mark("a clogged line")
        return [(held + world.chance.randint(1, weather.slow), letter) for _ in range(copies)]


class Conversation:
    """One talk, letter by letter. What does not come back in time ends it; nothing needs to be undone."""

    def __init__(self, network: Network, one: SimBox, other: SimBox) -> None:
        self._network = network
        self._world = network.world
        self._one = one
        self._other = other
        self._life = one.life
        self._disks = other.disks
        self._asked = 0

    def begin(self) -> None:
        """Ask the first question."""
        self._unsent = self._own_unsent()
        self._talk = Talk(self._one.swap, self._certificate(self._other), most=self._network.weather.portion)
        self._ask(self._talk.begin())

    def _ask(self, question: bytes) -> None:
        self._asked += 1
        letter, asking = self._one.post.write(self._certificate(self._other), question, introduce=self._asked == 1)
        for delay, copy in self._network.carry(self._one, self._other, letter):
            self._world.after(delay, lambda copy=copy, number=self._asked: self._arrive(copy, asking, number))

    def _arrive(self, letter: bytes, asking: Asking, number: int) -> None:
        other = self._other
        if not other.up or other.disks != self._disks:
            return
        try:
            opened = other.post.open(letter)
            answer, outcome = other.swap.answer(opened.sender, opened.message)
        except SentBack as back:
            self._world.mark(f"sent back: {back.why}")
            return
        except Unreadable:
            self._world.mark("an unreadable question")
            return
        except Unable as unable:
            self._world.say(f"{other.name} cannot answer: {unable.code}")
            return
        other.settle()
        self._network.looked(other)
        self._network.outcomes.append(outcome)
        sealed = opened.answering.seal(answer)
        for delay, copy in self._network.carry(other, self._one, sealed):
            self._world.after(delay, lambda copy=copy: self._hear(copy, asking, number))

    def _hear(self, sealed: bytes, asking: Asking, number: int) -> None:
        if not self._one.up or self._one.life != self._life or number != self._asked:
            return
        try:
            question = self._talk.go_on(asking.open(sealed))
        except Unreadable:
            self._world.mark("an unreadable answer")
            self._asked += 1
            return
        except Unable as unable:
            self._world.say(f"{self._one.name} cannot take an answer in: {unable.code}")
            self._asked += 1
            return
        self._one.settle()
        if question is not None and self._talk._folded:
            self._world.mark("a vector that was folded")
        self._network.looked(self._one)
        if question is None:
            self._end()
        else:
            self._ask(question)

    def _own_unsent(self) -> bool:
        """Whether the asker wrote something that the other has not heard of."""
        theirs = self._other.journal.heads()
        return any(
            seq > theirs.get(place, (0, b""))[0]
            for place, (seq, _) in self._one.journal.heads().items()
            if place[0].startswith(self._one.key.box)
        )

    def _end(self) -> None:
        outcome = self._talk.outcome
        self._asked += 1
        self._network.outcomes.append(outcome)
        self._world.say(
            f"{self._one.name} talked with {self._other.name}: agreed {outcome.agreed}, applied {outcome.applied}, "
            f"turned {outcome.turned or 'no'}, forks {len(outcome.forks)}"
        )
        if outcome.began:
            self._world.mark("a snapshot that was taken")
            if self._unsent:
                self._world.mark("a lapsed box that returns with what it never sent")
        if outcome.forks:
            self._world.mark("a fork that was seen")

    def _certificate(self, box: SimBox):
        own = box.circle.own
        assert own
        return own


class Stick:
    """A stick: what a box knew when it was written, read later, perhaps twice, perhaps torn."""

    def __init__(self, world: World, writer: SimBox, readers: Collection[SimBox], spoilt: float) -> None:
        self._world = world
        self.spoilt = spoilt
        writer.swap.giving(writer.journal.heads())
        self.segments = list(writer.journal.segments({}))
        for box in sorted({one.key.box for one in readers} - {writer.key.box}):
            self.segments += writer.journal.given_back(box)
        self.standing = writer.journal.snapshot() if writer.journal.lapsed({}) else []
        """What stands for a log that was trimmed; it comes first on the stick."""
        world.say(f"{writer.name} writes a stick of {len(self.segments)} segments")
        world.mark("a stick")

    def read(self, reader: SimBox) -> None:
        """Read it at another box."""
        if not reader.up:
            return
        chance = self._world.chance
        segments = list(self.segments)
        if segments and chance.random() < self.spoilt:
            torn = chance.randrange(len(segments))
            segments[torn] = segments[torn][: chance.randrange(len(segments[torn]))]
            self._world.mark("a torn stick")
            self._world.out_of_order = True
        if chance.random() < self.spoilt / 2:
            chance.shuffle(segments)
            self._world.out_of_order = True
        if segments and chance.random() < self.spoilt:
            forged = chance.randrange(len(segments))
            segments[forged] = self._forge(segments[forged])
            self._world.out_of_order = True
        try:
            self._begin_with(reader)
            merged = reader.journal.take(segments).result().value
        except Unable as unable:
            self._world.say(f"{reader.name} cannot read a stick: {unable.code}")
            return
        reader.settle()
        self._world.say(f"{reader.name} reads a stick: {merged}")
        if merged.early:
            self._world.mark("entries before their turn")

    def _begin_with(self, reader: SimBox) -> None:
        try:
            if self.standing:
                reader.swap.begin_with(self.standing)
        except Unreadable as unfit:
            self._world.say(f"{reader.name} cannot begin with a stick: {unfit}")
            self._world.out_of_order = True

    def _forge(self, packed: bytes) -> bytes:
        """Change what somebody said, and leave the signature under it."""
        try:
            segment = read_segment(packed)
        except Unreadable:
            return packed
        part = segment.parts[-1][0]
        if not isinstance(part, bytes):
            return packed
        salted = part[:3] + bytes([part[3] ^ 1]) + part[4:]
        parts = [*segment.parts[:-1], [salted, *segment.parts[-1][1:]]]
        self._world.mark("a forged stick")
        return pack_segment(msgspec.structs.replace(segment, parts=parts))
