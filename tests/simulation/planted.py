"""Faults planted on purpose, to see that the simulation finds each (spec/sync.md section 6, T8).

Each is a line of the product changed as a tired programmer might have written it. Two that no seed can show are found by
`tests/journal/test_segments.py` (a hash over what was read) and `tests/allowances/test_allowances.py` (rights looked at
before it is their turn).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from appliance.journal import drawing, merging, segments, sending, steps
from appliance.journal.apply import Applier
from appliance.journal.entry import Entry
from appliance.journal.exchange import Exchange
from appliance.journal.limits import Limits
from appliance.journal.log import Log
from appliance.journal.segments import Seal
from appliance.journal.shadow import Shadow
from appliance.journal.store import Store
from appliance.sync.boxes import swap, talk
from appliance.sync.boxes.anchor import Anchor

Plant = Callable[[Any], None]
"""Takes pytest's monkeypatch and spoils something with it."""


def last_to_arrive_wins(patch: Any) -> None:
    """Stamps are not compared."""
    patch.setattr(Applier, "_follows", lambda *_: True)


def first_to_arrive_counts(patch: Any) -> None:
    """Of two facts with one id the one that came first stays, whenever it was written."""
    patch.setattr(Applier, "_rivals", lambda *_: None)


def ranks_are_ignored(patch: Any) -> None:
    """A fork of steps goes to the earlier one, though the other shipped."""
    patch.setattr(steps, "_reach", lambda _flow, children: {row["id"]: 0 for rows in children.values() for row in rows})


def one_author_for_ever(patch: Any) -> None:
    """A restored or copied box goes on under its old name."""
    patch.setattr(Anchor, "disagrees", lambda *_: "")
    patch.setattr(Anchor, "lost", lambda *_: "")


def flushed_now_and_then(patch: Any) -> None:
    """NORMAL stands where FULL should."""
    opened = Store.__init__

    def spoilt(self: Store, *args: Any, **more: Any) -> None:
        opened(self, *args, **more)
        self.writing.execute("pragma synchronous = normal")

    patch.setattr(Store, "__init__", spoilt)


def branches_before_the_chain(patch: Any) -> None:
    """Papers go out before the people they speak of."""

    def spoilt(partitions: Collection[str]) -> list[str]:
        return sorted(partitions, key=lambda name: name == "chain")

    patch.setattr(sending, "in_order", spoilt)


def seals_are_believed(patch: Any) -> None:
    """A signature is not looked at."""
    patch.setattr(Seal, "holds", property(lambda _: True))
    patch.setattr(segments, "signed", lambda *_: True)


def sums_forget_what_was_taken_back(patch: Any) -> None:
    """When an older telling of a fact arrives, the younger stays in the sums."""
    feeds = Applier._fact_feeds
    patch.setattr(
        Applier, "_fact_feeds", lambda self, shape, row, sign: feeds(self, shape, row, sign) if sign > 0 else None
    )


def the_forgotten_come_back(patch: Any) -> None:
    """What arrives late is written down whole, whomever it speaks of."""
    patch.setattr(Shadow, "stripped", lambda _, entry: entry)


def parked_for_ever(patch: Any) -> None:
    """What an older version could not read stays unread after the update."""
    redraw = drawing.redraw

    def spoilt(shadow: Shadow) -> None:
        parked = {row[0] for row in shadow.conn.execute("select arrived from parked")} if shadow.meta("shadow") else ()
        with patch.context() as during:
            fold = shadow.fold
            during.setattr(shadow, "fold", lambda *told: 1 if told[2] in parked else fold(*told))
            redraw(shadow)

    patch.setattr(drawing, "redraw", spoilt)


def nothing_is_given_back(patch: Any) -> None:
    """What somebody wrote beyond a fork stays with whoever heard it."""
    patch.setattr(Exchange, "given_back", lambda *_: [])


def the_chain_is_not_checked(patch: Any) -> None:
    """What carries the next number is taken, whichever entry it says it follows."""
    patch.setattr(merging, "common", lambda *_: None)


def told_before_it_is_written(patch: Any) -> None:
    """The vector goes ahead of the entry, and stays there when the disk takes the entry back."""
    append, forget = Log.append, Log.forget

    def spoilt(self: Log, entry: Entry, head: bytes, place: int) -> int:
        self.told = self.told | {self.places.of(place): (entry.seq, head)}
        return append(self, entry, head, place)

    def remembers(self: Log) -> None:
        heads = dict(self._heads)
        forget(self)
        self._heads.update(heads)

    patch.setattr(Log, "append", spoilt)
    patch.setattr(Log, "forget", remembers)


def a_cut_is_not_obeyed(patch: Any) -> None:
    """What a box writes after the owner put it out counts on."""
    patch.setattr(Limits, "of", lambda self, author, partition: self._forked.get((author, partition)))


def a_fold_says_nothing(patch: Any) -> None:
    """Whoever knows of an end is thought to have all that came before it."""
    for side in (swap, talk):
        patch.setattr(side, "fold", lambda _ended: b"all of it")


PLANTED: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        last_to_arrive_wins, first_to_arrive_counts, ranks_are_ignored, one_author_for_ever, flushed_now_and_then,
        branches_before_the_chain, seals_are_believed, sums_forget_what_was_taken_back, the_forgotten_come_back,
        parked_for_ever, nothing_is_given_back, the_chain_is_not_checked, told_before_it_is_written,
        a_cut_is_not_obeyed, a_fold_says_nothing,
    )
}  # fmt: skip

FOUND_BY = {
    "last_to_arrive_wins": 13, "first_to_arrive_counts": 54, "ranks_are_ignored": 14, "one_author_for_ever": 42,
    "flushed_now_and_then": 1, "branches_before_the_chain": 8, "seals_are_believed": 20,
    "sums_forget_what_was_taken_back": 54, "the_forgotten_come_back": 44, "parked_for_ever": 31, "nothing_is_given_back": 184,
    "the_chain_is_not_checked": 14, "told_before_it_is_written": 25, "a_cut_is_not_obeyed": 59, "a_fold_says_nothing": 56,
}  # fmt: skip
"""A seed that finds each, and costs little; tried first, so that not all before it are played each time."""
