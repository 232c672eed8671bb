"""The shadow: the tables drawn from the log, and how one entry counts in them, whatever the box and the order.

An entry beyond its author's limit counts for nothing, one that another version wrote may be parked whole or in part,
and one told again by a later incarnation counts from the moment when it was first written.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from appliance.journal.apply import Applier
from appliance.journal.clock import driven
from appliance.journal.controls import MOST_HLC, Controls, Unfit, original
from appliance.journal.entry import (
    MOST_BYTES,
    MOST_CHANGES,
    Deed,
    Entry,
    Sealed,
    Stamp,
    Unreadable,
    read_deed,
    read_sealed,
    without,
)
from appliance.journal.keeper import Keeper
from appliance.journal.log import Log
from appliance.journal.reading import Reading
from appliance.journal.resting import Line
from appliance.journal.schema import Schema
from appliance.journal.store import dressed

if TYPE_CHECKING:
    from appliance.journal.state import State

LEVEL = 1
"""What this version understands; an entry that needs more waits for an update (spec/sync.md R21)."""
TOLD_AGAIN = 1_024
"""An entry told again says a little more than before, for the moment when it was first written."""
LOOK_BACK = 256
"""How many entries are looked at together, from the newest back."""
CACHE = "pragma cache_size = -64000"


class Shadow:
    """The tables on one connection, and what it takes to let entries count in them."""

    def __init__(self, conn: sqlite3.Connection, schema: Schema, root: bytes, *, frozen: bool = False) -> None:
        self.conn = conn
        self.schema = schema
        self.log = Log(conn)
        self.controls = Controls(conn, self.log.places, root, frozen=frozen)
        self.bind()
        self.arrived = 0
        self.kept_whole: list[Line] = []
        """Entries that are no more in the log."""
        self.unknown: list[State] = []
        """States of tables that only a later version knows; they are laid out again as they came."""

    def bind(self) -> None:
        """Look at the tables as they are now."""
        self.keeper = Keeper(self.conn, self.schema.kept, self.schema.sums)
        self.applier = Applier(self.conn, self.schema, self.keeper, self.log.places, self.controls)

    def begin_drawing(self) -> None:
        """The tables are empty: rows are held until all of them are drawn, and nothing is kept meanwhile."""
        self.keeper.paused = True
        self.applier.hold(whole=True)

    def end_drawing(self) -> None:
        """Put the rows into the tables."""
        self.applier.put_down()
        self.applier.let_go()

    def forget(self) -> None:
        """A transaction was given up: what was remembered beside it may not be true."""
        self.log.forget()
        self.controls.load()
        self.applier.let_go()
        self.keeper.paused = False
        self.keeper.begin()

    def newest_hlc(self, box: bytes = b"", log: Reading | None = None) -> int:
        """Return the greatest stamp that counts, of one box or of all, 0 for none; in each place it is the last, or nearly.

        `log` is the log as the caller's thread may read it.
        """
        log = log or self.log
        newest = 0 if box else int(self.meta("checkpoint_newest", log) or 0)
        for place in log.places:
            author = log.places.author(place)
            if author.startswith(box):
                seq = self._last_that_counts(place, log)
                # Who said of an author's stamps how much less they count may not have known all of them.
                first = max(1, seq - LOOK_BACK) if author in self.controls.restamps else seq
                for _, entry, _ in log.stretch(place, first, seq):
                    newest = max(newest, self.controls.stamp(entry.author, entry.hlc, place).hlc)
        return newest

    def _last_that_counts(self, place: int, log: Reading) -> int:
        limit = self.controls.limit(place)
        return min(log.tip(place)[0], limit.seq if limit else 2**62)

    def drove(self, box: bytes, beyond: int, log: Reading) -> bool:
        """Tell whether a box's own clock gave one of its stamps that count as more than `beyond`."""
        for place in log.places:
            seq = self._last_that_counts(place, log) if log.places.author(place).startswith(box) else 0
            while seq > 0:
                found = [entry for _, entry, _ in log.stretch(place, max(1, seq - LOOK_BACK), seq)]
                ahead = [one for one in found if self.controls.stamp(one.author, one.hlc, place).hlc > beyond]
                if any(driven(entry.hlc) for entry in ahead):
                    return True
                seq = ahead[0].seq - 1 if len(ahead) == len(found) > 0 else 0
        return False

    def runs_ahead(self, author: bytes) -> int:
        """Return by how much the stamps of an author count less than they say, from its newest on."""
        own = [place for place in self.log.places if self.log.places.author(place) == author]
        tips = [(place, self.log.tip(place)[0]) for place in own]
        said = [entry.hlc for place, seq in tips for _, entry, _ in self.log.stretch(place, seq, seq)]
        newest = max(said, default=MOST_HLC)
        return newest - self.controls.stamp(author, newest, 0).hlc

    def begin_taking(self) -> None:
        """Much may come at once: rows are held until it counts, or somebody has to look at them."""
        self.keeper.begin()
        self.applier.hold()

    def show(self) -> None:
        """Put the rows into the tables, and draw what is kept of them."""
        self.applier.put_down()
        self.keeper.flush()

    def end_taking(self) -> None:
        """Everything that came counts."""
        self.show()
        self.applier.let_go()

    @property
    def scrubbed(self) -> int:
        """How many erased persons the file was scrubbed of."""
        return int(self.meta("scrubbed") or 0)

    # ---- drawing

    def create(self) -> None:
        """Make the empty tables and views."""
        self.schema.create_tables(self.conn)
        self.schema.create_views(self.conn)
        self.bind()

    def go_on(self, most: int = -1, *, until: int = 2**62) -> int:
        """Let further entries of the log count; returns how many."""
        self.log.forget()
        count = 0
        for line in self.log.lines(self.arrived, most):
            if line.arrived > until:
                break
            self.fold(self.log.entry(line), line.place, line.arrived)
            self.arrived, count = line.arrived, count + 1
        return count

    def meta(self, name: str, log: Reading | None = None) -> str:
        """Return what is remembered under a name; empty when nothing is."""
        found = (log or self.log).conn.execute("select value from meta where name = ?", (name,)).fetchone()
        return found[0] if found else ""

    # ---- one entry

    def fold(self, entry: Entry, place: int, arrived: int) -> int:
        """Let an entry count; returns how many changes had to be parked."""
        try:
            deed, sealed, stamp, raw_hlc = self.read(entry, place)
        except (Unreadable, Unfit) as error:
            self._park(arrived, 0, 0, error)
            return 1
        if sealed:
            self.log.index_persons(arrived, [part.record for part in sealed])
        if not self.controls.counts(place, entry.seq):
            return 0
        if arrived > 0 and deed.about:
            self.log.index_history(stamp, arrived, deed.about)
        parked, self.applier.half_known = 0, False
        for part, changes in enumerate([deed.changes, *[seal.changes for seal in sealed]]):
            for number, change in enumerate(changes):
                try:
                    if part == 0 and type(change) is list and change[:1] == ["c"]:
                        self._control(entry, place, number, change)
                    else:
                        self.applier.apply(stamp, raw_hlc, deed.who, change)
                except Unfit as error:
                    self._park(arrived, part, number, error)
                    parked += 1
        if self.applier.half_known:
            self.conn.execute("insert or ignore into half_known values (?)", (arrived,))
        return parked

    def index(self, line: Line) -> None:
        """Note whose history an entry belongs to and of whom it speaks, where what it says counts already."""
        entry = self.log.entry(line)
        try:
            deed, sealed, stamp, _ = self.read(entry, line.place)
        except (Unreadable, Unfit):
            return
        self.log.index_persons(line.arrived, [part.record for part in sealed])
        if self.controls.counts(line.place, entry.seq):
            self.log.index_history(stamp, line.arrived, deed.about)

    def keep_whole(self, line: Line) -> None:
        """Let an entry count that is no more in the log, but that only a later version will wholly understand.

        States of two boxes may both hold it, and the log too, where all of it counts beside them.
        """
        if line.seq in self._kept_of(line.place) or (not self.arrived and self.log.holds(line.place, line.seq)):
            return
        line = line._replace(arrived=-1 - len(self.kept_whole))
        self.kept_whole.append(line)
        self.fold(self.log.entry(line), line.place, line.arrived)

    def keep_unknown(self, state: "State") -> None:
        """Keep a state of what this version does not know at all; each row of it waits for an update."""
        before = sum(len(known.rows) for known in self.unknown)
        self.unknown.append(state)
        for number in range(before, before + len(state.rows)):
            self._park(0, number, 0, Unfit(f"This version knows no {state.table}."))

    def _kept_of(self, place: int) -> set[int]:
        return {line.seq for line in self.kept_whole if line.place == place}

    def read(self, entry: Entry, place: int) -> tuple[Deed, list[Sealed], Stamp, int]:
        """Read an entry: what it says, the stamp it counts as, and the one its author gave it.

        Raises `Unreadable` or `Unfit` where it counts for nothing in this version.
        """
        deed, sealed = _read(entry)
        author, hlc = entry.author, entry.hlc
        was = original(author, deed.changes[0]) if deed.changes else None
        if was is not None:
            author, hlc, place = was.author, was.hlc, self.log.places.number(was.author, was.partition)
        return deed, sealed, self.controls.stamp(author, hlc, place), hlc

    def _control(self, entry: Entry, place: int, number: int, change: list[object]) -> None:
        if number or original(entry.author, change) is None:
            self.controls.obey(place, entry.seq, change)

    def _park(self, arrived: int, part: int, place: int, error: Exception) -> None:
        self.conn.execute("insert or ignore into parked values (?, ?, ?, ?)", (arrived, part, place, str(error)))

    def stripped(self, entry: Entry) -> Entry:
        """Return an entry without the parts that speak of erased persons; its head stays the same."""
        if not self.controls.all_erased or len(entry.parts) == 1:
            return entry
        parts = [entry.parts[0], *(without(part, self.controls.erased) for part in entry.parts[1:])]
        return msgspec.structs.replace(entry, parts=parts)


def _read(entry: Entry) -> tuple[Deed, list[Sealed]]:
    if entry.needs > LEVEL:
        raise Unreadable("This needs a newer version.")
    if entry.size > MOST_BYTES + TOLD_AGAIN:
        raise Unreadable("It is larger than any box writes.")
    deed = read_deed(entry.parts[0])
    sealed = [read_sealed(part) for part in entry.parts[1:]] if len(entry.parts) > 1 else []
    if len(deed.changes) + sum([len(part.changes) for part in sealed]) > MOST_CHANGES + 1:
        raise Unreadable("It changes more than any box changes at once.")
    return deed, sealed


def beside(shop: Path, drawing: str, schema: Schema, root: bytes) -> Shadow:
    """Make an empty shadow in a file of its own (a temporary one without a name), fed from the log of a shop."""
    conn = dressed(
        sqlite3.connect(
            f"file:{drawing}", uri=True, isolation_level=None, check_same_thread=False, cached_statements=1024
        )
    )
    for pragma in ("pragma journal_mode = off", "pragma synchronous = off", CACHE):
        conn.execute(pragma)
    # The log and what was said of it are read where they stand; only the shadow has tables here.
    conn.execute("attach ? as shop", (f"file:{shop}?mode=ro",))
    conn.execute("begin")
    shadow = Shadow(conn, schema, root, frozen=True)
    shadow.create()
    conn.execute("commit")
    return shadow
