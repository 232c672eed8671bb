"""Retelling: what a box says of what it wrote before, because its name or its clock proved false.

A box that learns it is a copy tells its own part again under a new name (spec/sync.md R7). An entry told again holds
the same parts and says when it was first written. It counts from that moment, so whoever had it before is told nothing
new, and nothing counts twice.

A box whose clock ran ahead never writes its entries anew: a backup, a copied card or a stick may hold them, though no
box has shown them yet, and would then hold a second history. It says in one further entry how much less they count
(R10, R12), and all who hold them fold alike.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby, pairwise

from appliance.journal.clock import TOLERANCE_MS, Hybrid
from appliance.journal.cold import open_beyond
from appliance.journal.controls import MOST_HLC, Restamp, Retire, Unfit, Was, control, original
from appliance.journal.entry import FORMAT, Deed, Entry, Erased, Unreadable, pack, read_deed
from appliance.journal.log import Log
from appliance.journal.shadow import LEVEL, Shadow

MOST_GAPS = 16


def retell(shadow: Shadow, hybrid: Hybrid, place: int, after: int, author: bytes) -> int:
    """Take what stands at a place after a sequence away, and write it as entries of `author`; returns how many."""
    told = take_away(shadow.log, place, after)
    for entry in told:
        tell_again(shadow, hybrid, entry, author)
    return len(told)


def tell_again(shadow: Shadow, hybrid: Hybrid, entry: Entry, author: bytes) -> None:
    """Write an entry of an earlier name as one of `author`; it says when it was first written, and counts from then."""
    deed = read_deed(entry.parts[0])
    if not deed.changes or original(entry.author, deed.changes[0]) is None:
        was = Was(entry.author, entry.partition, entry.hlc)
        deed.changes.insert(0, control(was))
    write(shadow, hybrid, author, entry.partition, [pack(deed), *entry.parts[1:]], needs=LEVEL)


def retire(shadow: Shadow, hybrid: Hybrid, gone: bytes, author: bytes, deed: Deed) -> None:
    """Say that an author of this box has written its last, where it stands now (R5)."""
    heads = [
        (partition, seq, head)
        for (known, partition), (seq, head) in sorted(shadow.controls.told(shadow.log.heads()).items())
        if known == gone and seq
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


def restamp(shadow: Shadow, hybrid: Hybrid, author: bytes, deed: Deed) -> None:
    """Say by how much too late the last stamps are that this box gave, under any of its names (R12)."""
    now_ms = hybrid.clock.now_ms()
    for name, said in sorted(_given(shadow, author[:16]).items()):
        if (max(counted for _, counted in said) >> 16) - now_ms > TOLERANCE_MS:
            deed.changes.extend(control(told) for told in taken_back(name, sorted(said), now_ms))
    write(shadow, hybrid, author, "chain", [pack(deed)])


def _given(shadow: Shadow, box: bytes) -> dict[bytes, set[tuple[int, int]]]:
    """Return what stamps a box gave, by author, each with what it counts as; an entry told again bears two of them."""
    log, given = shadow.log, dict[bytes, set[tuple[int, int]]]()
    for place in log.places:
        if log.places.author(place)[:16] != box:
            continue
        for _, entry, _ in log.stretch(place, 1, 2**62):
            if shadow.controls.counts(place, entry.seq):
                for author, hlc in {(entry.author, entry.hlc), _first_written(entry)}:
                    given.setdefault(author, set()).add((hlc, shadow.controls.stamp(author, hlc, place).hlc))
    return given


def _first_written(entry: Entry) -> tuple[bytes, int]:
    with suppress(Unreadable, Unfit):
        deed = read_deed(entry.parts[0])
        was = original(entry.author, deed.changes[0]) if deed.changes else None
        if was is not None:
            return was.author, was.hlc
    return entry.author, entry.hlc


def taken_back(author: bytes, said: Sequence[tuple[int, int]], now_ms: int) -> list[Restamp]:
    """Take from an author's stamps (given, counted), in their order, until none counts as ahead.

    What counts as earlier stays, and so does the order: what goes are the widest gaps between those ahead, for a clock
    that leapt left one. It goes by whole milliseconds, so that it can still be told which stamps a clock gave.
    """
    closed, less, runs = dict(_gaps([counted for _, counted in said], now_ms << 16)), 0, list[tuple[int, int]]()
    for n, (given, counted) in enumerate(said):
        less += closed.get(n, 0)
        if less:
            # Where some count less already, they count that much less besides.
            runs.append((given, given - counted + less))
    told = [(next(run)[0], minus) for minus, run in groupby(runs, key=lambda one: one[1])]
    ends = [*(first - 1 for first, _ in told[1:]), MOST_HLC]
    return [Restamp(author, first, last, minus) for (first, minus), last in zip(told, ends, strict=True)]


def _gaps(counted: Sequence[int], now: int) -> list[tuple[int, int]]:
    """Choose (place of the stamp after it, how much of it goes) of the gaps to be closed; the whole past if they are many."""
    # The last is mostly the newest; not where somebody who did not know all of them took some back before.
    newest = max(range(len(counted)), key=counted.__getitem__)
    over = counted[newest] - now >> 16 << 16
    before = list(pairwise([0, *counted]))[: newest + 1]
    gaps = [(later - earlier - 1 >> 16 << 16, n) for n, (earlier, later) in enumerate(before) if later > now]
    chosen, left = [], over
    for gap, n in sorted(gaps, key=lambda one: (-one[0], one[1]))[:MOST_GAPS]:
        if left > 0:
            chosen.append((n, min(gap, left)))
            left -= min(gap, left)
    return [(0, over)] if left > 0 else sorted(chosen)


def take_away(log: Log, place: int, after: int) -> list[Entry]:
    """Take what stands at a place after a sequence out of the log."""
    open_beyond(log, place, after)
    told = list(log.stretch(place, after + 1, 2**62))
    for table in ("log", "history", "personal", "parked"):
        log.conn.executemany(f"delete from {table} where arrived = ?", [(arrived,) for arrived, _, _ in told])
    log.conn.execute("delete from seal where place = ? and seq > ?", (place, after))
    log.rewritten([place])
    return [entry for _, entry, _ in told]
