"""The same boxes under rules that hypothesis draws and shortens: what fails comes back as the few steps it takes.

`make search` tries hundreds of times as many.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.simulation import laws, shop
from tests.simulation.box import SimBox
from tests.simulation.network import Network, Stick, Weather
from tests.simulation.play import MEMORY, Play
from tests.simulation.swarm import CALM
from tests.simulation.world import DAY, HOUR, MINUTE

WHO = st.integers(0, 3)
LUCK = st.integers(0, 999)
MOST_LETTERS = 8


class Cable(Network):
    """A network whose cable is pulled after some letters."""

    left = MOST_LETTERS

    def carry(self, frm: SimBox, to: SimBox, letter: bytes) -> list[tuple[int, bytes]]:
        self.left -= 1
        return super().carry(frm, to, letter) if self.left >= 0 else []


class Boxes(RuleBasedStateMachine):
    """Two or three boxes of one chain, and whatever may happen to them."""

    @initialize(boxes=st.integers(2, 3))
    def begin(self, boxes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="machine-", dir=MEMORY if MEMORY.is_dir() else None))
        self.play = Play(0, self.folder, replace(CALM, boxes=boxes))
        self.play.network = Cable(self.play.world, Weather())
        self.play.network.looked = lambda box: self.play.report.wrong.extend(laws.always(box))
        self.play.open()
        self.sticks: list[Stick] = []

    def box(self, who: int) -> SimBox:
        return self.play.boxes[who % len(self.play.boxes)]

    @rule(who=WHO, what=st.sampled_from(sorted(shop.deeds(2))), luck=LUCK)
    def work(self, who: int, what: str, luck: int) -> None:
        box = self.box(who)
        if box.up and what in shop.deeds(box.version):
            self.play.world.chance = random.Random(luck)
            self.play.work(box, what)

    @rule(who=WHO, other=WHO, letters=st.sampled_from([1, 2, 3, MOST_LETTERS, 99]), portion=st.sampled_from([1, 10**6]))
    def talk(self, who: int, other: int, letters: int, portion: int) -> None:
        network = self.play.network
        network.left, network.weather.portion = letters, portion
        network.talk(self.box(who), self.box(other))
        self.play.world.run(self.play.world.now + MINUTE)

    @rule(who=WHO)
    def write_a_stick(self, who: int) -> None:
        if self.box(who).up:
            self.sticks.append(Stick(self.play.world, self.box(who), self.play.boxes, 0.0))

    @precondition(lambda self: self.sticks)
    @rule(which=WHO, who=WHO, spoilt=st.sampled_from([0.0, 0.0, 1.0]), luck=LUCK)
    def read_a_stick(self, which: int, who: int, spoilt: float, luck: int) -> None:
        stick, self.play.world.chance = self.sticks[which % len(self.sticks)], random.Random(luck)
        stick.spoilt = spoilt
        stick.read(self.box(who))

    @rule(who=WHO, luck=LUCK)
    def pull_the_plug(self, who: int, luck: int) -> None:
        self.play.world.chance = random.Random(luck)
        if self.box(who).up:
            self.box(who).crash()

    @rule(who=WHO)
    def start(self, who: int) -> None:
        self.play.restart(self.box(who))

    @rule(who=WHO)
    def back_up(self, who: int) -> None:
        if self.box(who).up:
            self.box(who).back_up()

    @rule(who=WHO, luck=LUCK)
    def restore(self, who: int, luck: int) -> None:
        box, self.play.world.chance = self.box(who), random.Random(luck)
        if box.up and box.backups:
            box.restore()
            self.play.restart(box)
            self.play.write_off()

    @rule(who=WHO)
    def copy_the_card(self, who: int) -> None:
        if len(self.play.boxes) < 4:
            self.play.clone(self.box(who))

    @rule(who=WHO)
    def update(self, who: int) -> None:
        self.play.upgrade(self.box(who))

    @rule(who=WHO, by=st.sampled_from([-3 * DAY, -20 * MINUTE, 20 * MINUTE, 20 * HOUR, 3 * DAY]))
    def set_the_clock(self, who: int, by: int) -> None:
        watch = self.box(who).watch
        watch.kind, watch.size, watch.trusted = "ahead", by, False

    @rule(who=WHO)
    def set_the_clock_right(self, who: int) -> None:
        self.box(who).watch.set_right()

    @rule(ms=st.sampled_from([MINUTE, HOUR, DAY]))
    def wait(self, ms: int) -> None:
        self.play.world.run(self.play.world.now + ms)

    @invariant()
    def the_laws_hold(self) -> None:
        assert self.play.report.wrong == []

    def teardown(self) -> None:
        play = self.play
        try:
            play.network.left = 10**9
            play.heal()
            play.agree()
            play.judge()
            assert play.report.wrong == []
        finally:
            for box in play.boxes:
                box.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


TestBoxes = Boxes.TestCase
TestBoxes.settings = settings(
    max_examples=settings().max_examples // 4,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
