"""Retelling: a box that learns it is a copy tells its own part again under a new name (spec/sync.md R7).

An entry told again holds the same parts and says when it was first written. It counts from that moment, so whoever
had it before is told nothing new, and nothing counts twice.
"""

from appliance.journal.clock import Hybrid
from appliance.journal.controls import Retire, Was, control, original
from appliance.journal.entry import FORMAT, Deed, Entry, Erased, pack, read_deed
from appliance.journal.log import stretch
from appliance.journal.shadow import LEVEL, Shadow


def retell(shadow: Shadow, hybrid: Hybrid, place: int, after: int, author: bytes) -> int:
    """Take what stands at a place after a sequence away, and write it as entries of `author`; returns how many."""
    log = shadow.log
    last, _ = log.head(place)
    told = [entry for entry, _ in stretch(shadow.conn, log.places, place, after + 1, last)]
    log.cut(place, after)
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
        for (known, partition), (seq, head) in sorted(shadow.controls.told(shadow.log.all_heads()).items())
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
