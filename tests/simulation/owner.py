"""The owner puts a box out of the chain; whoever has it now works on with it, and talks with all who have not heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from appliance.journal import Desk, Refusal
from appliance.journal.controls import Revoke
from appliance.journal.desk import action
from appliance.journal.entry import read_deed
from appliance.journal.refusal import Unable
from tests.simulation.box import ROOT, SimBox
from tests.simulation.world import World

LEAST_LEFT = 2
"""Of one box alone there is nothing to see."""


Place = tuple[bytes, str]


@action("Put the box out")
def put_out(desk: Desk, *, box: bytes, at: SimBox) -> Revoke:
    """Anywhere, with the recovery sheet in hand."""
    told = at.company.revocation(box, ROOT.sheet)
    desk.control(told)
    return told


class Owner:
    """Puts one box out in a run, perhaps twice at two places, each with what is known of it there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.stolen = b""
        """The name of the box that was put out."""
        self._told: dict[int, dict[Place, int]] = {}
        """By the number of the owner's word, how far each of its logs counts."""

    def put_out(self, boxes: list[SimBox]) -> None:
        """Choose a box to put out, and where this is written down."""
        chance = self._world.chance
        names = sorted({box.key.box for box in boxes})
        stolen = self.stolen or chance.choice(names)
        here = chance.choice([box for box in boxes if box.key.box != stolen])
        if not here.up or len(names) <= LEAST_LEFT:
            return
        try:
            told = put_out(here.desk, box=stolen, at=here)
        except (Refusal, Unable) as unable:
            self._world.say(f"{here.name} cannot put a box out: {unable.code}")
            return
        here.settle()
        self.stolen = stolen
        self._told[told.number] = {(cut.author, cut.partition): cut.seq for cut in told.cuts}
        self._world.out_of_order = True
        self._world.say(f"at {here.name} {', '.join(box.name for box in boxes if box.key.box == stolen)} is put out")
        self._world.mark("a box that was put out")

    def does_not_count(self, boxes: Iterable[SimBox]) -> set[bytes]:
        """The salts of what was written on it after that, as far as others took it in before they heard."""
        gone = set[bytes]()
        for box, place, cut in self._cuts(boxes):
            log = box.journal.log
            lines = log.stretch(log.places.number(*place), cut + 1, 2**62)
            gone |= {read_deed(entry.parts[0]).salt for _, entry, _ in lines}
        return gone

    def holds(self, boxes: Iterable[SimBox]) -> Iterator[str]:
        """14: what a box wrote that was put out counts up to the cut, and nowhere beyond."""
        for box, place, cut in self._cuts(boxes):
            counting = box.journal.heads().get(place, (0, b""))[0]
            if counting > cut:
                yield f"14 put out: {box.name} counts {counting - cut} entries beyond the cut"

    def _cuts(self, boxes: Iterable[SimBox]) -> Iterator[tuple[SimBox, Place, int]]:
        """Each log of the box that was put out, at each box that has heard of that, with how far it counts.

        Where nobody has, the disk that knew it was set back or burned.
        """
        for box in boxes:
            heard = box.journal.reading().execute("select number from cut_off where box = ?", (self.stolen,)).fetchone()
            cuts = self._told[heard[0]] if heard else {}
            for place in box.journal.log.places if heard else ():
                name = box.journal.log.places.of(place)
                if name[0][:16] == self.stolen:
                    yield box, name, cuts.get(name, 0)
