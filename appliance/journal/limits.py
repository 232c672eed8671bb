"""Limits: how far an author's log counts in a partition, since the owner cut the box off or it has two histories."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from appliance.journal.entry import NO_HEAD
from appliance.journal.forks import mark
from appliance.journal.reading import Heads


class Limit(NamedTuple):
    """How far an author's log counts in a partition."""

    seq: int
    head: bytes
    told: bytes
    """What is told for the head, where boxes compare: it differs while the other has not heard of a fork."""


def common_until(seq: int, head: bytes) -> Limit:
    """The limit of a log with two histories, from the last that both have in common."""
    return Limit(seq, head, mark(head))


class Limits:
    """All limits in force. A box that was cut off counts up to its cuts, nowhere else, and whatever else it did."""

    def __init__(self, cuts: Mapping[bytes, Heads], forked: Mapping[tuple[bytes, str], Limit]) -> None:
        self._cuts = cuts
        """By the name of a box, where it was cut off."""
        self._forked = forked
        self.any = bool(cuts or forked)
        """Whether there are any."""

    def of(self, author: bytes, partition: str) -> Limit | None:
        """Say how far a log counts; None without end."""
        if not self.any:
            return None
        cuts = self._cuts.get(author[:16])
        if cuts is None:
            return self._forked.get((author, partition))
        seq, head = cuts.get((author, partition), (0, NO_HEAD))
        return Limit(seq, head, head)

    def cut_off(self, author: bytes) -> bool:
        """Tell whether the owner cut the box of an author off."""
        return author[:16] in self._cuts

    def ended(self, told: Heads, retired: Container[tuple[bytes, str, int, bytes]]) -> Heads:
        """Return those of the heads that are told beyond which nothing counts any more: of boxes cut off, and `retired`."""
        return {
            name: head
            for name, head in told.items()
            if (*name, *head) in retired or (self.cut_off(name[0]) and self._cuts[name[0][:16]].get(name) == head)
        }

    def told(self, heads: Heads) -> Heads:
        """Turn the heads of the log into those that are told: none beyond its limit."""
        if not self.any:
            return heads
        # Where nothing is common to both histories there is no entry to tell of, but that there are two.
        told = {
            name: (0, limit.told) for name, limit in self._forked.items() if not limit.seq and not self.cut_off(name[0])
        }
        for (author, partition), (seq, head) in heads.items():
            limit = self.of(author, partition)
            if limit is None or seq < limit.seq:
                told[author, partition] = (seq, head)
            elif limit.seq:
                told[author, partition] = (limit.seq, limit.told)
        return told
