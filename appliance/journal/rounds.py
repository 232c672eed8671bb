"""The night's round: what was written since the last one, and a slice of everything else, is looked at again.

A full check draws every table a second time; with a million orders that is no work for a night. A round reads some
entries, the newest and then those where the last round stopped, and asks of each whether its chain holds, whether what
it says stands in the tables or something later does, and whether what is kept of the rows it speaks of is what the
definitions say. Each night a few sums are added up from zero, and a few tables of the file looked through; in time
everything comes round. A small shop is still checked whole.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from appliance.journal import ids
from appliance.journal.apply import read_id
from appliance.journal.check import Chains, Say, arrived, check, silent
from appliance.journal.controls import Unfit
from appliance.journal.entry import Stamp, Unreadable
from appliance.journal.held import later
from appliance.journal.journal import Journal
from appliance.journal.refusal import Refusal
from appliance.journal.resting import Line
from appliance.journal.shadow import Shadow
from appliance.journal.shapes import Shape

ENTRIES = 20_000
"""So many of the newest entries a round looks at, and as many of the others; a log of no more is checked whole."""
REMEMBERED = 50_000
"""So many things are remembered as looked at, so that each is looked at about once."""
NIGHTS = 28
"""In so many nights every sum is added up and every table of the file looked through."""


class Reached(NamedTuple):
    """How far the rounds came."""

    newest: int = 0
    """The newest entry that was there last night."""
    old: int = 0
    """Where the slice of the others begins tonight."""
    night: int = 0

    def __str__(self) -> str:
        """As it is remembered."""
        return " ".join(map(str, self))


def walk(journal: Journal, *, entries: int = ENTRIES) -> list[str]:
    """Go the round of this night; what it finds is kept for the screens, and returned."""
    if tonight(journal, entries) == (0, 1):
        return check_whole(journal)
    wrong, reached = look(journal, _before(journal), entries)
    now = journal.clock.now_ms()

    def keep(conn: sqlite3.Connection) -> None:
        _remember(conn, wrong, now)
        conn.execute("insert or replace into meta values ('round', ?)", (str(reached),))

    journal.local(keep).result()
    return wrong


def tonight(journal: Journal, entries: int = ENTRIES) -> tuple[int, int]:
    """Tell which night of how many it is, for whoever has books of its own to go through; a small shop has but one."""
    return (0, 1) if arrived(journal.reading()) <= entries else (_before(journal).night, NIGHTS)


def check_whole(journal: Journal, say: Say = silent) -> list[str]:
    """Check everything, and let what was found in other nights go where it is right again."""
    wrong, now = check(journal, say), journal.clock.now_ms()

    def keep(conn: sqlite3.Connection) -> None:
        conn.execute("delete from found_wrong")
        _remember(conn, wrong, now)

    # A disk that takes no writes is looked at all the same.
    with suppress(Refusal, sqlite3.OperationalError):
        journal.local(keep).result()
    return wrong


def _before(journal: Journal) -> Reached:
    found = journal.reading().execute("select value from meta where name = 'round'").fetchone()
    return Reached(*map(int, found[0].split())) if found else Reached()


def _remember(conn: sqlite3.Connection, wrong: Iterable[str], now_ms: int) -> None:
    conn.executemany("insert or ignore into found_wrong values (?, ?)", [(line, now_ms) for line in wrong])


def look(journal: Journal, reached: Reached, entries: int) -> tuple[list[str], Reached]:
    """Look at what a night can afford; returns what is wrong, and how far the rounds came."""
    conn = journal.reader()
    try:
        conn.execute("begin")
        newest = arrived(conn)
        shadow = Shadow(conn, journal.schema, journal.box.root, frozen=True)
        wrong, old = _entries(shadow, reached, newest, entries)
        wrong += shadow.keeper.differences(
            journal.schema.fact_feeds, sorted(journal.schema.sums)[reached.night :: NIGHTS]
        )
        wrong += _pages(conn, journal.schema.drawn, reached.night)
    finally:
        conn.close()
    return wrong, Reached(newest, old, (reached.night + 1) % NIGHTS)


# ---- entries


def _entries(shadow: Shadow, reached: Reached, newest: int, most: int) -> tuple[list[str], int]:
    """Look at the newest entries, and at a slice of the others; returns what is wrong and where the next begins."""
    since = max(reached.newest, newest - most)
    old = reached.old if reached.old < since else 0
    looking = Looking(shadow)
    wrong = dict[str, None]()
    for line in shadow.log.lines(old, most):
        if line.arrived <= since:
            old = line.arrived
            wrong |= dict.fromkeys(looking.at(line))
    looking = Looking(shadow)
    for line in shadow.log.lines(since):
        wrong |= dict.fromkeys(looking.at(line))
    return list(wrong), old if old < since else 0


class Looking:
    """Looks at entries one after another."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._conn = shadow.conn
        self._chains = Chains(shadow.log)
        self._seen: set[tuple[str, Any]] = set()
        """Documents and kept keys that were looked at."""

    def at(self, line: Line) -> Iterator[str]:
        """Tell what is wrong with an entry, its rows, and what is kept of them."""
        self._chains.begin_at(line)
        yield from self._chains.follow(line)
        entry = self._shadow.log.entry(line)
        try:
            deed, sealed, stamp, raw_hlc = self._shadow.read(entry, line.place)
        except (Unreadable, Unfit):
            return
        if not self._shadow.controls.counts(line.place, line.seq):
            return
        said: dict[tuple[str, str], dict[str, Any]] = {}
        for change in (*deed.changes, *(change for seal in sealed for change in seal.changes)):
            try:
                yield from self._change(stamp, raw_hlc, deed.who, change, said)
            except Unfit:
                continue  # It was parked when it came, and is told as such.
        for (table, record), fields in said.items():
            yield from self._record(self._shadow.schema.shapes[table], record, stamp, fields)

    def _change(
        self, stamp: Stamp, raw_hlc: int, who: str, change: Any, said: dict[tuple[str, str], dict[str, Any]]
    ) -> Iterator[str]:
        shapes, applier = self._shadow.schema.shapes, self._shadow.applier
        match change:
            case ["p", str(table), record, dict(fields)] if table in shapes:
                whole = dict(zip(shapes[table].names, applier.whole_row(shapes[table], fields), strict=True))
                said.setdefault((table, read_id(record)), {}).update(whole, deleted=0)
            case ["s", str(table), record, dict(fields), _] if table in shapes:
                said.setdefault((table, read_id(record)), {}).update(applier.corrections(shapes[table], fields))
            case ["f", str(table), fact, dict(fields)] if table in shapes:
                told = (*applier.whole_row(shapes[table], fields), stamp.at, who)
                yield from self._fact(shapes[table], read_id(fact), stamp, told)
            case ["t", str(table), document, str(origin), str(to), parent] if _takes(shapes.get(table), to):
                names = read_id(document), read_id(parent) if parent else ""
                step = ids.derive("step", *names, to, str(raw_hlc), stamp.author.hex())
                yield from self._step(
                    shapes[table], names[0], step, (table, *names, origin, to, stamp.hlc, stamp.place, who)
                )

    def _record(self, shape: Shape, record: str, stamp: Stamp, fields: Mapping[str, Any]) -> Iterator[str]:
        """What an entry says of a record stands there, or something later does."""
        row = self._row(shape.table, record)
        if row is None:
            yield f"{shape.table} {record} is missing"
            return
        marks, base = later(row), (row["_hlc"], row["_place"])
        for name, value in fields.items():
            hlc, place = marks.get(shape.group_of(name), base)
            if (hlc, place) == (stamp.hlc, stamp.place):
                if row[name] != value:
                    yield f"{shape.table} {record} says another {name} than its entry"
            elif hlc < stamp.hlc:
                yield f"{shape.table} {record} lacks the {name} of an entry"
        yield from self._kept(shape.table, row, shape.feeds)

    def _fact(self, shape: Shape, fact: str, stamp: Stamp, told: tuple[Any, ...]) -> Iterator[str]:
        row = self._row(shape.table, fact)
        if row is None:
            yield f"{shape.table} {fact} is missing"
            return
        if (row["_hlc"], row["_place"]) != (stamp.hlc, stamp.place):
            asked = "select 1 from rival where kind = ? and id = ? and hlc = ? and place = ?"
            if not self._conn.execute(asked, (shape.table, fact, stamp.hlc, stamp.place)).fetchone():
                yield f"{shape.table} {fact} was told twice, and one telling is missing"
        elif tuple(row)[1:-2] != told:
            yield f"{shape.table} {fact} says something else than its entry"
        yield from self._kept(shape.table, row, shape.feeds)

    def _step(self, shape: Shape, document: str, step: str, told: tuple[Any, ...]) -> Iterator[str]:
        asked = "select kind, document, parent, origin, state, hlc, place, who from step where id = ?"
        found = self._conn.execute(asked, (step,)).fetchone()
        if found is None or tuple(found) != told:
            yield f"a step of {shape.table} {document} is missing or another"
        if not self._new(shape.table, document):
            return
        row = self._row(shape.table, document)
        standing = row and (row["step"], row["state"], row["state_at"] >> 0, row["forked"])
        tip, state, hlc, forked = self._shadow.applier.end_of(shape, document)
        if standing != (tip, state, hlc >> 16, forked):
            yield f"{shape.table} {document} does not stand where its steps lead"

    def _kept(self, table: str, row: Any, feeds: Iterable[str]) -> Iterator[str]:
        """What is kept of a row, directly or by way of sums and of other kept rows, is what the definitions say."""
        keeper, sums = self._shadow.keeper, self._shadow.schema.sums
        for name in feeds:
            yield from self._kept(name, {column: row[column] for column in sums[name].by}, ())
        for view, key in keeper.looked_at(table, row):
            if self._new(view.name, key):
                live, fresh = keeper.twice(view, key)
                if Counter(map(tuple, live)) != Counter(map(tuple, fresh)):
                    yield f"kept view {view.name}, {' '.join(map(str, key))}"
                for one in live:
                    yield from self._kept(view.name, one, view.feeds)

    def _new(self, table: str, key: Any) -> bool:
        """Whether something was not looked at lately."""
        if (table, key) in self._seen:
            return False
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen.add((table, key))
        return True

    def _row(self, table: str, record: str) -> Any:
        return self._conn.execute(f"select * from {table} where id = ?", (record,)).fetchone()


def _takes(shape: Shape | None, to: str) -> bool:
    """Whether this version knows such a step; another was parked when it came."""
    return shape is not None and shape.flow is not None and to in shape.flow.states


def _pages(conn: sqlite3.Connection, drawn: Iterable[str], night: int) -> Iterator[str]:
    """Look some tables of the file through, with their indexes."""
    tables = sorted({*drawn, "log", "cold", "span"} - {name for name in drawn if name.endswith("_words")})
    for table in tables[night::NIGHTS]:
        yield from (str(row[0]) for row in conn.execute(f"pragma integrity_check({table})") if row[0] != "ok")
