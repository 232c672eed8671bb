"""The invariants of spec/sync.md section 6 that a simulation can see, by their numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from appliance.journal.check import check, digests, look_over
from appliance.journal.entry import read_deed, read_sealed
from appliance.journal.giving_back import beyond
from appliance.journal.merging import waiting
from tests.simulation.box import SimBox, Told

INBOX = ("fork", "conflict", "rival", "parked")


def always(box: SimBox, *, at_rest: bool = False) -> Iterator[str]:
    """What must hold at every box at every moment."""
    conn = box.journal.reading()
    # What held of a file holds until somebody writes to it.
    stands = (box.journal, conn.execute("pragma data_version").fetchone()[0])
    if box.held == stands and not at_rest:
        return
    box.held = stands
    unknown = conn.execute(
        "select t.buyer from ticket t where t.buyer <> '' and not exists (select 1 from buyer b where b.id = t.buyer)"
    ).fetchall()
    # Somebody erased is known to nobody, also before it is known why. Of a torn stick only the paper may have been good, and the disk that knew the person be lost.
    told = box.told
    unknown = [buyer for (buyer,) in unknown if told.people.get(buyer) not in told.gone and buyer not in told.forgotten]
    # Of two histories a paper may count and not the people it speaks of, until the box tells both again.
    if unknown and (at_rest or not (box.world.out_of_order or box.journal.controls.forks)):
        box.held = None
        yield f"6 causally closed: {box.name} has {len(unknown)} tickets of buyers it never heard of"
    hidden = conn.execute(
        "select t.id from ticket t where t.state = 'cancelled' and t.forked = 1 and exists (select 1 from step s where "
        "s.document = t.id and s.state = 'shipped' and not exists (select 1 from step n where n.parent = s.id))"
    ).fetchall()
    if hidden:
        box.held = None
        yield f"9 shipped is never shown cancelled: {box.name} hides {len(hidden)}"


def gapless(boxes: Iterable[SimBox], drawn: Container[SimBox]) -> Iterator[str]:
    """4, 7, 12: what `appliance check` proves: chains, clocks, kept sums; of some the shadow against the log."""
    for box in boxes:
        for line in check(box.journal) if box in drawn else look_over(box.journal):
            yield f"4/7/12 {box.name}: {line}"


def one_content(boxes: Iterable[SimBox], told: Told) -> Iterator[str]:
    """5: no (author, partition, sequence) has two contents, but beyond a proven fork, where nothing counts, nor a false one.

    3: nothing that was acknowledged is missing.
    """
    seen: dict[tuple[bytes, str, int], bytes] = {}
    held: list[tuple[SimBox, set[bytes]]] = []
    for box in boxes:
        mine, heads, log = set(), box.journal.heads(), box.journal.log.seen_by(box.journal.reading())
        for number in log.places:
            author, partition = log.places.of(number)
            counting = heads.get((author, partition), (0, b""))[0]
            for _, entry, head in log.stretch(number, 1, log.tip(number)[0]):
                deed, place = read_deed(entry.parts[0]), (author, partition, entry.seq)
                mine.add(deed.salt)
                if entry.seq > counting:
                    continue
                if seen.setdefault(place, head) != head:
                    yield f"5 one content: {box.name} differs at {_name(place)}"
                # What a box says of the log itself nobody was told.
                if deed.salt not in told.acknowledged and any(change[0] != "c" for change in deed.changes):
                    yield f"5 one content: {box.name} holds at {_name(place)} what nobody said"
        held.append((box, mine))
    anywhere = set[bytes]().union(*(mine for _, mine in held))
    for box, mine in held:
        here, begins = mine | told.trimmed, box.begins()
        # A snapshot stands for what others still hold as entries.
        missing = [
            place
            for salt, place in told.acknowledged.items()
            if salt not in here
            and salt not in told.gone
            and (salt not in anywhere or place[2] > begins.get(place[:2], 0))
        ]
        if missing:
            yield f"3 acknowledged: {box.name} lacks {len(missing)}, first {_name(missing[0])}"


def told_by_nobody(boxes: list[SimBox], lost: list[SimBox]) -> set[bytes]:
    """The salts of what only a burned box could tell again: its words beyond a fork, wherever others hold them."""
    gone = set[bytes]()
    for burned in {box.key.box for box in lost} - {box.key.box for box in boxes}:
        for box in boxes:
            log = box.journal.log
            for place, after in beyond(log, box.journal.controls, burned).items():
                gone |= {read_deed(entry.parts[0]).salt for _, entry, _ in log.stretch(place, after + 1, 2**62)}
    return gone


def agreement(boxes: list[SimBox]) -> Iterator[str]:
    """1, 2, 11, 13, 21: equal entries on all, equal state on all of one version, and the same cases in the inbox."""
    first = boxes[0]
    for box in boxes[1:]:
        if box.journal.digest() != first.journal.digest():
            yield f"2 equal op sets: {box.name} and {first.name} differ"
    by_version: dict[int, tuple[SimBox, dict[str, str], list[str]]] = {}
    for box in boxes:
        told = digests(box.journal)
        known = by_version.setdefault(box.version, (box, told, inbox(box)))
        if told != known[1]:
            wrong = [name for name in sorted(told.keys() | known[1]) if told.get(name) != known[1].get(name)]
            yield f"1 equal digests: {box.name} and {known[0].name} differ in {', '.join(wrong)}"
        if inbox(box) != known[2]:
            yield f"11 equal inboxes: {box.name} and {known[0].name} differ"


def inbox(box: SimBox) -> list[str]:
    """Every case that a person is told of, said without this box's own numbers."""
    conn = box.journal.reading()
    cases = [
        f"fork {r['kind']} {r['document']} {r['parent']} {r['branches']}" for r in conn.execute("select * from fork")
    ]
    cases += [
        f"conflict {r['kind']} {r['record']} {r['part']} {r['was_hlc']} {r['rivals']}"
        for r in conn.execute("select * from conflict")
    ]
    cases += [
        f"rival {r['kind']} {r['id']} {r['content']}" for r in conn.execute("select kind, id, content from rival")
    ]
    # A snapshot holds as one what was told in several changes, so how many wait for an update differs.
    parked = conn.execute("select exists (select 1 from parked)").fetchone()[0]
    return [*sorted(cases), f"parked {parked}"]


def facts_once(boxes: Iterable[SimBox]) -> Iterator[str]:
    """7: stock is the sum of the facts, each counted once, told again from the log alone."""
    for box in boxes:
        conn = box.journal.reading()
        live = conn.execute("select sku, qty, value from stock where n <> 0 order by sku").fetchall()
        fresh = conn.execute(
            "select sku, sum(qty) as qty, sum(value) as value from moved group by sku order by sku"
        ).fetchall()
        if [tuple(row) for row in live] != [tuple(row) for row in fresh]:
            yield f"7 sums of facts: {box.name}"


def forgotten(boxes: Iterable[SimBox], *, put_out: bool) -> Iterator[str]:
    """15: of whom a box was told to forget nothing stands in its tables, its log or what waits; the same on all boxes.

    What a box says after it was put out counts nowhere: whoever had not heard that did as it said, others need not.
    """
    told = [box.journal.controls.all_erased for box in boxes]
    everybody = set[str].intersection(*told) if put_out else set[str]().union(*told)
    for box in boxes:
        conn = box.journal.reading()
        known = {buyer for (buyer,) in conn.execute("select id from buyer union select record from personal")}
        parts = [part for line in box.journal.log.seen_by(conn).lines() for part in line.parts[1:]]
        parts += [part for one in waiting(conn) for entry, _ in one.entries for part in entry.parts[1:]]
        known |= {read_sealed(part).record for part in parts if isinstance(part, bytes)}
        if left := everybody & known:
            yield f"15 forgotten: {box.name} still knows {len(left)}"


def _name(place: tuple[bytes, str, int]) -> str:
    return f"{place[0].hex()[:8]} {place[1]} {place[2]}"
