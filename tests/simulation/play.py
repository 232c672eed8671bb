"""One run: a seed draws its own faults, a safety phase allows everything, a liveness phase must end in agreement."""

from __future__ import annotations

import random
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

from appliance.journal import Refusal, cold
from appliance.journal.entry import read_deed, read_sealed
from appliance.journal.refusal import Unable
from appliance.journal.resting import read_chunk
from tests.simulation import laws, shop
from tests.simulation.box import SimBox, Told
from tests.simulation.network import Network, Stick
from tests.simulation.owner import Owner
from tests.simulation.swarm import Swarm
from tests.simulation.world import DAY, HOUR, MINUTE, MORNING, SECOND, Watch, World

MEMORY = Path("/dev/shm")
MOST_ROUNDS = 12
CASES = {
    "a shipped order that was cancelled elsewhere": "select 1 from fork f where exists (select 1 from step s where "
    "s.document = f.document and s.state = 'shipped') and exists (select 1 from step s where s.document = f.document "
    "and s.state = 'cancelled')",
    "one fact told in two ways": "select 1 from rival",
    "two prices at once": "select 1 from conflict",
}
"""What a person is told of, and how to see it."""


@dataclass
class Report:
    """What came of a run."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    trace: str = ""
    lines: list[str] = field(default_factory=list)
    entries: int = 0


class Play:
    """One run of the simulation."""

    def __init__(self, seed: int, folder: Path, swarm: Swarm | None = None) -> None:
        self.world = World(seed)
        self.told = Told()
        self.swarm = swarm or Swarm.drawn(self.world)
        self.world.imports = self.swarm.imports
        self.network = Network(self.world, self.swarm.weather)
        self.folder = folder
        self.boxes: list[SimBox] = []
        self.lost: list[SimBox] = []
        self.owner = Owner(self.world)
        self.report = Report(seed)
        self.network.looked = lambda box: self.report.wrong.extend(laws.always(box))
        self.end = MORNING + self.swarm.hours * HOUR

    def run(self) -> Report:
        """Play both phases."""
        usual, cold.CHUNK_ENTRIES = cold.CHUNK_ENTRIES, 20 if self.swarm.nights else cold.CHUNK_ENTRIES
        try:
            self.open()
            self._plan()
            self.world.run(self.end)
            self.heal()
            self.agree()
            self.judge()
        finally:
            cold.CHUNK_ENTRIES = usual
            for box in self.boxes:
                box.stop()
            world, report = self.world, self.report
            report.marks, report.trace, report.lines = world.marks, world.trace, world.lines
        return self.report

    # ---- the safety phase

    def open(self) -> None:
        """Open all boxes, and let them know each other."""
        for number in range(self.swarm.boxes):
            version = 2 if self.world.happens(self.swarm.newer / 2) else 1
            box = SimBox(self.world, self.told, self.folder, "ABCDE"[number] + "1", self._watch(), version=version)
            self.boxes.append(box)
        for box in self.boxes:
            for other in self.boxes:
                box.circle.learn(other.introduction())
            box.start()

    def _watch(self) -> Watch:
        chance = self.world.chance
        if not self.world.happens(self.swarm.bad_clocks):
            return Watch(self.world, "right", 0, trusted=True)
        kind = chance.choice(Watch.KINDS[1:])
        return Watch(self.world, kind, chance.choice((30 * SECOND, 20 * MINUTE, 3 * DAY)), trusted=False)

    def _plan(self) -> None:
        every, end, swarm = self.world.every, self.end, self.swarm
        quick = 1 if swarm.hours <= 2 else 4
        every(10 * SECOND * quick, 200 * SECOND * quick, self._work, end)
        every(30 * SECOND * quick, 300 * SECOND * quick, self._perhaps(swarm.talks, self._talk), end)
        every(20 * MINUTE, 60 * MINUTE, self._watch_over, end)
        for chance, what in (
            (swarm.crash, self._crash), (swarm.sticks, self._stick), (swarm.partitions, self._part),
            (swarm.backups, self._back_up), (swarm.restores, self._restore), (swarm.clones, self._clone),
            (swarm.upgrades, self._upgrade), (swarm.nights, self._tidy), (swarm.clogs, self._clog),
            (swarm.full_disks, self._fill_up), (swarm.erasures, self._forget), (swarm.images, self._put_image_back),
            (swarm.thefts, lambda: self.owner.put_out(self.boxes)),
        ):  # fmt: skip
            if chance:
                every(5 * MINUTE, 40 * MINUTE, self._perhaps(chance, what), end)

    def _perhaps(self, chance: float, what: Callable[[], None]) -> Callable[[], None]:
        return lambda: what() if self.world.happens(chance) else None

    def _work(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up:
            deeds = shop.deeds(box.version)
            self.work(box, self.world.chance.choices(list(deeds), [weight for weight, _ in deeds.values()])[0])

    def work(self, box: SimBox, name: str) -> None:
        """Let somebody at a box do what people do."""
        deeds, before = shop.deeds(box.version), box.wrote()
        try:
            answer = deeds[name][1](box.desk, self.world)
        except Refusal as refusal:
            # Of several deeds the first may have been done.
            self._acknowledge(box, before)
            self.world.say(f"{box.name} cannot {name}: {refusal.code or refusal}")
            return
        if name == "forget":
            self.told.forgotten.add(str(answer))
            self.world.mark("a person who was forgotten")
        self._acknowledge(box, before)
        self.world.say(f"{box.name} does {name}")

    def _acknowledge(self, box: SimBox, before: dict[int, int]) -> None:
        log = box.journal.log
        for place, seq in box.wrote().items():
            author, partition = log.places.of(place)
            for _, entry, _ in log.stretch(place, before.get(place, 0) + 1, seq) if seq > before.get(place, 0) else ():
                salt = read_deed(entry.parts[0]).salt
                self.told.acknowledged.setdefault(salt, (author, partition, entry.seq))
                for part in entry.parts[1:]:
                    self.told.people.setdefault(read_sealed(part).record, salt)

    def _forget(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up:
            self.work(box, "forget")

    def _talk(self) -> None:
        if len(self.boxes) > 1:
            one, other = self.world.chance.sample(self.boxes, 2)
            self.network.talk(one, other)

    def _crash(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up:
            box.crash()
            self.world.after(self.world.chance.randint(SECOND, HOUR), lambda: self.restart(box))

    def restart(self, box: SimBox) -> None:
        """Start a box that is down."""
        if not box.up:
            box.start()
            self.world.say(f"{box.name} is back")

    def _stick(self) -> None:
        one, other = self.world.chance.sample(self.boxes, 2)
        if one.up:
            try:
                stick = Stick(self.world, one, self.boxes, self.swarm.weather.spoilt)
            except Unable as unable:
                self.world.say(f"{one.name} cannot write a stick: {unable.code}")
                return
            for _ in range(self.world.chance.choice((1, 1, 2))):
                self.world.after(self.world.chance.randint(MINUTE, 6 * HOUR), lambda: stick.read(other))

    def _part(self) -> None:
        one, other = self.world.chance.sample(self.boxes, 2)
        ways = {(one.name, other.name)} | ({(other.name, one.name)} if self.world.happens(0.7) else set())
        self.network.cut |= ways
        self.world.mark("a cut cable")
        self.world.after(self.world.chance.randint(MINUTE, 4 * HOUR), lambda: self.network.cut.difference_update(ways))

    def _clog(self) -> None:
        one, other = self.world.chance.sample(self.boxes, 2)
        self.network.clog(one, other, self.world.chance.randint(MINUTE, 3 * HOUR))

    def _fill_up(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up:
            box.fill_up()
            self.world.after(self.world.chance.randint(MINUTE, 2 * HOUR), box.make_room)

    def _back_up(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up:
            box.back_up()

    def _restore(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up and box.backups:
            box.restore()
            self.restart(box)
            self.write_off()

    def _put_image_back(self) -> None:
        box = self.world.chance.choice(self.boxes)
        if box.up and box.backups:
            box.put_image_back()
            self.restart(box)
            self.write_off()

    def write_off(self) -> None:
        """What no disk holds any more went with the one that was set back; no design can bring it again."""
        held = set[bytes]().union(*(box.holds() for box in self.boxes))
        self.told.gone |= self.told.acknowledged.keys() - held

    def _clone(self) -> None:
        self.clone(self.world.chance.choice(self.boxes))

    def clone(self, box: SimBox) -> None:
        """Copy a box's card into another machine, once."""
        name = f"{box.name}'"
        if box.up and len(self.boxes) < 6 and box.name == box.code and all(one.name != name for one in self.boxes):
            twin = box.clone(name)
            self.boxes.append(twin)
            twin.start()

    def _upgrade(self) -> None:
        self.upgrade(self.world.chance.choice(self.boxes))

    def upgrade(self, box: SimBox) -> None:
        """Bring the newer version to a box of the older one."""
        if box.up and box.version == 1:
            box.crash()
            box.version = 2
            self.restart(box)
            self.world.mark("an update")

    def _watch_over(self) -> None:
        for box in self.boxes:
            if box.up:
                self.report.wrong += laws.always(box)

    def _tidy(self) -> None:
        self.tidy(self.world.chance.choice(self.boxes))

    def tidy(self, box: SimBox) -> None:
        """Let a night pass at a box, as if it were weeks."""
        if not box.up:
            return
        before: dict[int, bytes] = {}
        try:
            box.journal.put_away(stay_hot=20)
            before = box.chunks()
            box.journal.tidy(stay_hot=20, every_ms=20 * MINUTE, lapsed_ms=self.swarm.lapse, keep_ms=10 * MINUTE)
        except Unable as unable:
            self.world.say(f"{box.name} cannot tidy up: {unable.code}")
        self._acknowledge_trimmed(box, before)

    def _acknowledge_trimmed(self, box: SimBox, before: dict[int, bytes]) -> None:
        after = box.chunks()
        trimmed = [line for first, chunk in before.items() if first not in after for line in read_chunk(chunk)]
        gone = {read_deed(line.parts[0]).salt for line in trimmed}
        if gone:
            self.told.trimmed |= gone
            self.world.say(f"{box.name} trims {len(gone)} entries")
            self.world.mark("a log that was trimmed")

    # ---- the liveness phase

    def heal(self) -> None:
        """Everything is mended: power, cables, clocks."""
        self.world.forget()
        self.network.cut.clear()
        self.network.clogged.clear()
        self.network.weather.loss = self.network.weather.doubling = self.network.weather.harm = 0.0
        self.network.weather.slow = 100
        self.network.weather.portion = 256 * 1024
        self._leave([box for box in self.boxes if box.key.box == self.owner.stolen])
        if self.swarm.last_breath and len(self.boxes) > 2:
            self._lose(random.Random(f"lost {self.world.seed}").choice(self.boxes))
        for box in self.boxes:
            box.make_room()
            self.restart(box)
            box.watch.set_right()
        self.world.say("everything is mended")

    def _forget_again(self) -> bool:
        """Whom a disk that was set back forgot to forget asks once more; False where a clock lets nobody write yet."""
        heard = set[str]().union(*(box.journal.controls.all_erased for box in self.boxes))
        if self.lost:
            # Some may have heard it in a history that counts nowhere, and that nobody is left to tell again.
            heard.intersection_update(*(box.journal.controls.all_erased for box in self.boxes))
        done = True
        for buyer in sorted(self.told.forgotten - heard):
            knowing = [box for box in self.boxes if box.knows(buyer)]
            done &= not knowing or any(shop.may_forget(box.desk, buyer) for box in knowing)
        return done

    def _lose(self, box: SimBox) -> None:
        """A box burns: what it had told nobody is gone with it. Twins of one card, left alone, would never talk."""
        if len({one.key.box for one in self.boxes if one is not box}) == 1:
            return
        self._leave([box])
        self.world.say(f"{box.name} never comes back")
        self.world.mark("a box that never came back")

    def _leave(self, leaving: list[SimBox]) -> None:
        for box in leaving:
            self.told.trimmed |= box.stood_for()
            box.stop()
            self.boxes.remove(box)
            self.lost.append(box)
        if leaving:
            self.write_off()

    def agree(self) -> None:
        """Let everybody talk with everybody until nothing is new; it must not take long."""
        for _ in range(MOST_ROUNDS):
            told, asked = len(self.network.outcomes), self._forget_again()
            self._talk_round()
            if asked and len({box.journal.digest() for box in self.boxes}) == 1:
                return
            if not asked or (self.lost and any(outcome.ahead for outcome in self.network.outcomes[told:])):
                # Whoever stamped it does not come back to take that back: it is believed when its day has come (R11).
                self.world.run(self.world.now + DAY)

    def _talk_round(self) -> None:
        for one, other in permutations(self.boxes, 2):
            self.network.talk(one, other)
            self.world.run(self.world.now + MINUTE)

    def _grow_quiet(self) -> None:
        """18: whoever agreed seals the names it wrote under before; that is news, once. Then talks write nothing."""
        for _ in range(MOST_ROUNDS):
            before = [box.journal.commits for box in self.boxes]
            self._talk_round()
            if before == [box.journal.commits for box in self.boxes]:
                return
        self.report.wrong.append("18 nothing new: talks with nothing new write to disk for ever")

    def _mark_cases(self) -> None:
        conn = self.boxes[0].journal.reading()
        for case, sql in CASES.items():
            if conn.execute(sql).fetchone():
                self.world.mark(case)

    def _to_be_drawn(self) -> list[SimBox]:
        """Choose one box of each version, and all that trimmed; where those agree whose tables are drawn again, all do."""
        chosen = [
            self.world.chance.choice(alike) for v in (1, 2) if (alike := [b for b in self.boxes if b.version == v])
        ]
        return self.boxes if self.told.trimmed else chosen

    def judge(self) -> None:
        """Hold every law against what came of it."""
        self._mark_cases()
        self.told.gone |= laws.told_by_nobody(self.boxes, self.lost) | self.owner.does_not_count(self.boxes)
        wrong = self.report.wrong
        wrong += laws.agreement(self.boxes)
        wrong += laws.gapless(self.boxes, self._to_be_drawn())
        wrong += laws.one_content(self.boxes, self.told)
        wrong += laws.facts_once(self.boxes)
        wrong += laws.forgotten(self.boxes, put_out=bool(self.owner.stolen))
        wrong += self.owner.holds(self.boxes)
        for box in self.boxes:
            wrong += laws.always(box, at_rest=True)
        if not wrong:
            self._grow_quiet()
        self.report.entries = sum(seq for seq, _ in self.boxes[0].journal.heads().values())


def play(seed: int) -> Report:
    """Play one seed in a folder of its own, in memory where the machine offers it."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=MEMORY if MEMORY.is_dir() else None))
    run = Play(seed, folder)
    try:
        return run.run()
    # A bug that stops a run is told with its seed, like a law that was broken.
    except Exception:  # noqa: BLE001
        run.report.wrong.append(traceback.format_exc(limit=-6))
        return run.report
    finally:
        shutil.rmtree(folder, ignore_errors=True)
