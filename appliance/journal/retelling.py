"""Retelling: what a box itself wrote, it writes once more, because its name or its clock proved false.

A box that learns it is a copy tells its own part again under a new name (spec/sync.md R7). An entry told again holds
the same parts and says when it was first written. It counts from that moment, so whoever had it before is told nothing
new, and nothing counts twice. What nobody has seen yet, stamped by a clock that ran ahead, is simply written anew (R10).
"""

from collections.abc import Mapping
from typing import Any

from appliance.journal import ids
from appliance.journal.clock import Hybrid, set_back
from appliance.journal.controls import Retire, Was, control, original
from appliance.journal.entry import (
    FORMAT,
    NO_HEAD,
    Deed,
    Entry,
    Erased,
    decode_parts,
    encode_parts,
    pack,
    pack_id,
    read_deed,
    read_sealed,
    show_id,
)
from appliance.journal.log import head_at, stretch
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


def set_clock_back(shadow: Shadow, author: bytes, minus_ms: int) -> int:
    """Write what an author wrote and nobody has seen anew, stamped so much earlier; returns how many entries."""
    conn, log = shadow.conn, shadow.log
    rows = conn.execute(
        "select l.* from log l join log_place p on p.n = l.place where p.author = ? and l.seq > "
        "(select ifnull(max(s.seq), 0) from seal s where s.place = l.place) order by l.hlc",
        (author,),
    ).fetchall()
    seen = conn.execute(
        "select max(l.hlc) from seal s join log l on l.place = s.place and l.seq = s.seq join log_place p on p.n = s.place "
        "where p.author = ?",
        (author,),
    ).fetchone()[0]
    stamps = set_back([row["hlc"] for row in rows], seen or 0, minus_ms)
    words = _Rewording(author, dict(zip((row["hlc"] for row in rows), stamps, strict=True)))
    for row, hlc in zip(rows, stamps, strict=True):
        known, partition = log.places.of(row["place"])
        previous = head_at(conn, row["place"], row["seq"] - 1) or NO_HEAD
        parts = words.parts(decode_parts(row["parts"]), row["hlc"])
        entry = Entry(FORMAT, known, partition, row["seq"], hlc, row["needs"], previous, parts)
        conn.execute(
            "update log set hlc = ?, head = ?, parts = ? where arrived = ?",
            (hlc, entry.head, encode_parts(parts), row["arrived"]),
        )
    log.rewritten({row["place"] for row in rows})
    return len(rows)


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
