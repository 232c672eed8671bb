"""Retelling: what a box itself wrote, it writes once more, because its name or its clock proved false.

A box that learns it is a copy tells its own part again under a new name (spec/sync.md R7). An entry told again holds
the same parts and says when it was first written. It counts from that moment, so whoever had it before is told nothing
new, and nothing counts twice. What nobody has seen yet, stamped by a clock that ran ahead, is simply written anew (R10).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec

from appliance.journal import ids
from appliance.journal.clock import Hybrid, set_back
from appliance.journal.cold import open_beyond
from appliance.journal.controls import Restamp, Retire, Was, control, original
from appliance.journal.entry import (
    FORMAT,
    NO_HEAD,
    Deed,
    Entry,
    Erased,
    pack,
    pack_id,
    read_deed,
    read_sealed,
    show_id,
)
from appliance.journal.log import Log
from appliance.journal.shadow import LEVEL, Shadow

MOST_HLC = 2**63 - 1


def retell(shadow: Shadow, hybrid: Hybrid, place: int, after: int, author: bytes) -> int:
    """Take what stands at a place after a sequence away, and write it as entries of `author`; returns how many."""
    told = _take_away(shadow.log, place, after)
    for entry in told:
        deed = read_deed(entry.parts[0])
        if not deed.changes or original(entry.author, deed.changes[0]) is None:
            was = Was(entry.author, entry.partition, entry.hlc)
            deed.changes.insert(0, control(was))
        write(shadow, hybrid, author, entry.partition, [pack(deed), *entry.parts[1:]], needs=LEVEL)
    return len(told)


def retire(shadow: Shadow, hybrid: Hybrid, gone: bytes, author: bytes, deed: Deed) -> None:
    """Say that an author of this box has written its last, where it stands now (R5)."""
    heads = [
        (partition, seq, head)
        for (known, partition), (seq, head) in sorted(shadow.controls.told(shadow.log.heads()).items())
        if known == gone
    ]
    deed.changes.append(control(Retire(gone, heads)))
    write(shadow, hybrid, author, "chain", [pack(deed)])


def write(
    shadow: Shadow, hybrid: Hybrid, author: bytes, partition: str, parts: list[bytes | Erased], *, needs: int = 0
) -> None:
    """Write an entry and let it count."""
    place = shadow.log.places.number(author, partition)
    seq, head = shadow.log.head(place)
    entry = Entry(FORMAT, author, partition, seq + 1, hybrid.next(), needs, head, parts)
    shadow.fold(entry, place, shadow.log.append(entry, entry.head, place))


def restamp(shadow: Shadow, hybrid: Hybrid, author: bytes, minus_ms: int, deed: Deed) -> None:
    """Say that an author's last stamps, this word's own among them, are so much too late (R12).

    They are meant from the jump on: the latest gap that is wider than what is taken away, so that their order stays.
    """
    minus = minus_ms << 16
    log = shadow.log
    own = [place for place in log.places if log.places.author(place) == author]
    stamps = sorted(entry.hlc for place in own for _, entry, _ in log.stretch(place, 1, 2**62))
    jumps = [later for earlier, later in pairwise(stamps) if later - earlier > minus]
    deed.changes.append(control(Restamp(author, jumps[-1] if jumps else stamps[0], MOST_HLC, minus)))
    write(shadow, hybrid, author, "chain", [pack(deed)])


def set_clock_back(shadow: Shadow, author: bytes, minus_ms: int) -> int:
    """Write what an author wrote and nobody has seen anew, stamped so much earlier; returns how many entries."""
    log, seen = shadow.log, 0
    unseen: list[tuple[int, int, Entry]] = []
    for place in log.places:
        if log.places.author(place) == author:
            (sealed,) = log.conn.execute("select ifnull(max(seq), 0) from seal where place = ?", (place,)).fetchone()
            open_beyond(log, place, sealed)
            seen = max([seen, *(entry.hlc for _, entry, _ in log.stretch(place, sealed, sealed))])
            unseen += [(arrived, place, entry) for arrived, entry, _ in log.stretch(place, sealed + 1, 2**62)]
    unseen.sort(key=lambda one: one[2].hlc)
    stamps = set_back([entry.hlc for _, _, entry in unseen], seen, minus_ms)
    words = _Rewording(author, {entry.hlc: hlc for (_, _, entry), hlc in zip(unseen, stamps, strict=True)})
    for (arrived, place, entry), hlc in zip(unseen, stamps, strict=True):
        previous = log.head_at(place, entry.seq - 1) or NO_HEAD
        parts = words.parts(entry.parts, entry.hlc)
        anew = msgspec.structs.replace(entry, hlc=hlc, previous=previous, parts=parts)
        log.conn.execute("update log set hlc = ?, head = ? where arrived = ?", (hlc, anew.head, arrived))
        log.write_parts(arrived, parts)
    log.rewritten({place for _, place, _ in unseen})
    return len(unseen)


def _take_away(log: Log, place: int, after: int) -> list[Entry]:
    """Take what stands at a place after a sequence out of the log."""
    open_beyond(log, place, after)
    told = list(log.stretch(place, after + 1, 2**62))
    for table in ("log", "history", "personal", "parked"):
        log.conn.executemany(f"delete from {table} where arrived = ?", [(arrived,) for arrived, _, _ in told])
    log.conn.execute("delete from seal where place = ? and seq > ?", (place, after))
    log.rewritten([place])
    return [entry for _, entry, _ in told]


class _Rewording:
    """Says the parts of entries anew where they speak of stamps that changed."""

    def __init__(self, author: bytes, stamps: Mapping[int, int]) -> None:
        self._author = author
        self._stamps = stamps
        self._steps: dict[str, str] = {}

    def parts(self, parts: list[bytes | Erased], hlc: int) -> list[bytes | Erased]:
        """Return the parts of an entry that had this stamp."""
        deed = read_deed(parts[0])
        self._reword(deed.changes, hlc)
        told: list[bytes | Erased] = [pack(deed)]
        for part in parts[1:]:
            if isinstance(part, Erased):
                told.append(part)
                continue
            sealed = read_sealed(part)
            self._reword(sealed.changes, hlc)
            told.append(pack(sealed))
        return told

    def _reword(self, changes: list[Any], hlc: int) -> None:
        for change in changes:
            match change:
                case ["s", _, _, _, dict(was)]:
                    change[4] = {group: self._stamp(*stamp) for group, stamp in was.items()}
                case ["t", _, document, _, str(to), parent]:
                    before, shown = str(show_id(parent)), str(show_id(document))
                    after = self._steps.get(before, before)
                    old, new = (
                        ids.derive("step", shown, known, to, str(stamp), self._author.hex())
                        for known, stamp in ((before, hlc), (after, self._stamps[hlc]))
                    )
                    self._steps[old] = new
                    change[5] = pack_id(after)

    def _stamp(self, hlc: int, author: bytes) -> list[Any]:
        return [self._stamps.get(hlc, hlc) if author == self._author else hlc, author]
