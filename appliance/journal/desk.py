"""The desk: one person at work. It reads the shop, collects changes, and becomes an entry.

A *standing* desk belongs to a person and a device; calling an action with it opens an entry, commits and returns.
Inside an action the desk is *at work*: other actions called with it join the same entry.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import msgspec

from appliance.journal import values
from appliance.journal.clock import business_day
from appliance.journal.controls import Control, Erase, control
from appliance.journal.entry import Stamp, pack_id
from appliance.journal.refusal import Refusal, Stale
from appliance.journal.rights import EVERYTHING, Rights
from appliance.journal.rows import Row
from appliance.journal.shapes import CHAIN, Fact, Record, Shape

if TYPE_CHECKING:
    from appliance.journal.journal import Journal

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K", bound=Record)
Before = Callable[[dict[str, Any]], dict[str, Any]] | None


@dataclass
class Draft:
    """What an action wrote into one partition so far."""

    hlc: int
    """What the clock gave."""
    stamp: Stamp
    """What that counts as."""
    changes: list[Any] = field(default_factory=list)
    personal: dict[str, list[Any]] = field(default_factory=dict)
    about: dict[str, None] = field(default_factory=dict)


@dataclass
class Work:
    """An action under way."""

    action: str
    action_id: str
    at: int
    drafts: dict[str, Draft] = field(default_factory=dict)


class Desk:
    """One person at work; the first argument of every action."""

    def __init__(self, journal: "Journal", *, who: str, device: str, branch: str, rights: Rights = EVERYTHING) -> None:
        self.journal = journal
        self.who = who
        self.device = device
        self.branch = branch
        self.rights = rights
        self._work: Work | None = None

    def at_work(self, work: Work) -> "Desk":
        """Return this person's desk with an action on it."""
        desk = Desk(self.journal, who=self.who, device=self.device, branch=self.branch, rights=self.rights)
        desk._work = work
        return desk

    # ---- the moment

    @property
    def working(self) -> bool:
        """Whether an action is under way."""
        return self._work is not None

    @property
    def action(self) -> str:
        """The name of the action under way; empty for none."""
        return self._work.action if self._work else ""

    @property
    def at(self) -> int:
        """The moment at the counter, in milliseconds UTC."""
        return self._work.at if self._work else self.journal.clock.now_ms()

    @property
    def day(self) -> str:
        """The business day, "2026-11-24"."""
        return business_day(self.at, self.journal.zone_minutes)

    @property
    def box(self) -> str:
        """The code of this box, as it stands in document numbers."""
        return self.journal.box_code

    def may(self, permission: str) -> bool:
        """Tell whether this person has a right."""
        return self.rights.may(permission)

    def limit(self, name: str) -> int | None:
        """How far this person may go, None for as far as they like."""
        return self.rights.limit(name)

    # ---- reading

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask; inside an action the answer includes what it has written to tables and sums."""
        return cast("list[Row]", self._conn.execute(sql, args).fetchall())

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""
        return cast("Row | None", self._conn.execute(sql, args).fetchone())

    def value(self, sql: str, *args: object) -> Any:
        """Ask for one value; None when there is no row."""
        found = self._conn.execute(sql, args).fetchone()
        return found[0] if found else None

    def find(self, kind: type[K], record: str) -> K | None:
        """Return a record, removed ones too; None when there is none."""
        shape = self.journal.shape(kind)
        row = self.row(f"select * from {shape.table} where id = ?", record)
        return cast("K", shape.load(row)) if row is not None and row["made_at"] else None

    def get(self, kind: type[K], record: str) -> K:
        """Return a record; a refusal when there is none or it was removed."""
        shape = self.journal.shape(kind)
        return cast("K", shape.load(self._standing(shape, record)))

    def _standing(self, shape: Shape, record: str) -> Row:
        return _there(self.row(f"select * from {shape.table} where id = ?", record))

    def state(self, kind: type[Record], document: str) -> str:
        """Return the state a document is in."""
        shape = self.journal.shape(kind)
        found = self.value(f"select state from {shape.table} where id = ?", document)
        if found is None:
            raise Refusal("That is not here any more. Look at the list again.", code="missing")
        return str(found)

    def unchanged(self, kind: type[Record], record: str, version: int) -> None:
        """Refuse as `Stale` when somebody changed the record since `version`, its `changed` as it was shown."""
        table = self.journal.shape(kind).table
        now = self.value(f"select changed from {table} where id = ?", record)
        if now is not None and int(now) != version:
            raise Stale(table=table, record=record, seen=version, now=int(now))

    @property
    def _conn(self) -> Any:
        """An action reads what is; whoever only looks reads what is within their range."""
        return self.journal.writing if self._work else self.journal.reading_within(self.rights.range)

    # ---- writing

    def put(self, record: Record) -> str:
        """Write a new record and return its id, made here unless the record brings one that follows from a cause."""
        shape = self.journal.shape(type(record))
        name = record.id or self.journal.new_id(self.at)
        if self._erased(shape, name):
            return name
        told = msgspec.structs.astuple(record)[1:]
        stored = values.stored(shape, told)
        draft = self._draft(shape)
        self.journal.applier.put(shape, draft.stamp, name, stored)
        self._note(shape, draft, name, ["p", shape.table, pack_id(name), values.sent(shape, told)])
        return name

    def change(self, kind: type[K], record: str, /, **fields: Any) -> None:
        """Correct fields of a record; groups travel whole, and what does not differ is not written."""
        shape = self.journal.shape(kind)
        row = self._part(shape, record, shape.together(tuple(fields)))
        stored = {}
        for name, value in fields.items():
            values.check(shape, name, value)
            held = shape.by_name[name].stored(value)
            if row[name] != held:
                stored[name] = held
        if stored:
            names = shape.together(tuple(stored))
            self._set(shape, record, row, {name: stored[name] if name in stored else row[name] for name in names})

    def remove(self, kind: type[Record], record: str) -> None:
        """Remove a record; it stays in the log and in history."""
        shape = self.journal.shape(kind)
        self._set(shape, record, self._part(shape, record), {"deleted": 1})

    def restore(self, kind: type[Record], record: str) -> None:
        """Bring a removed record back."""
        shape = self.journal.shape(kind)
        row = self.journal.applier.before(shape, record, _STANDING)
        if row is not None and row["deleted"]:
            self._set(shape, record, row, {"deleted": 0})

    def add(self, fact: Fact) -> str:
        """Write down what happened, and return its id."""
        shape = self.journal.shape(type(fact))
        name = fact.id or self.journal.new_id(self.at)
        if self._erased(shape, name):
            return name
        told = msgspec.structs.astuple(fact)[1:]
        stored = values.stored(shape, told)
        draft = self._draft(shape)
        self.journal.applier.fact(shape, draft.stamp, self.who, name, stored)
        self._note(shape, draft, name, ["f", shape.table, pack_id(name), values.sent(shape, told)])
        return name

    def step(self, kind: type[Record], document: str, *, to: str) -> None:
        """Take a document to its next state; refuses what its flow does not allow."""
        shape = self.journal.shape(kind)
        row = self.journal.applier.before(shape, document)
        if row is None or shape.flow is None:
            raise Refusal("That is not here any more. Look at the list again.", code="missing")
        if to not in shape.flow.steps.get(row["state"], ()):
            raise Refusal("It is {state} now, so it cannot become {to}.", code="wrong_state", state=row["state"], to=to)
        draft = self._draft(shape)
        self.journal.applier.step(shape, draft.stamp, draft.hlc, self.who, document, row["state"], to, row["step"], row)
        parent = pack_id(row["step"])
        self._note(shape, draft, document, ["t", shape.table, pack_id(document), row["state"], to, parent])

    def erase(self, record: str) -> None:
        """Forget a person, here and on every box that has heard of them; nothing brings them back."""
        log = self.journal.log
        spoken = log.at(row.arrived for row in self.rows("select arrived from personal where record = ?", record))
        for partition in sorted({log.places.of(line.place)[1] for line in spoken.values()} or {CHAIN.name}):
            self._control(Erase(pack_id(record)), partition)

    def _erased(self, shape: Shape, record: str) -> bool:
        """Whether a personal record was erased: then what is said of it is not written, here as on every box."""
        return shape.personal and self.journal.controls.erased(record)

    def control(self, told: Control) -> None:
        """Say something of the log itself, which holds for everything before and after it."""
        self._control(told, CHAIN.name)

    def _control(self, told: Control, partition: str) -> None:
        draft = self._draft_in(partition)
        seq, _ = self.journal.log.head(draft.stamp.place)
        change = control(told)
        self.journal.controls.obey(draft.stamp.place, seq + 1, change)
        draft.changes.append(change)

    def about(self, record: str = "") -> None:
        """Show this entry in the history of a further record; of none, all its parts in those of all its records."""
        if self._work is None:
            raise RuntimeError("Only an action can be about something.")
        drafts = self._work.drafts.values()
        records = {record: None} if record else {one: None for draft in drafts for one in draft.about}
        for draft in drafts:
            draft.about |= records

    def keep(self, content: bytes) -> str:
        """Keep a picture or a recording; returns its hash."""
        return self.journal.blobs.keep(content)

    def number(self, kind: str) -> str:
        """Give the next document number of this box: "SO-A1-261124-0001"; never the same twice."""
        if self._work is None:
            raise RuntimeError("Only an action takes a number.")
        short = self.day[2:].replace("-", "")
        taken = self.value(
            "insert into numbering values (?, ?, 1) on conflict do update set last = last + 1 returning last",
            kind,
            short,
        )
        return f"{kind}-{self.box}-{short}-{taken:04d}"

    def _part(self, shape: Shape, record: str, names: tuple[str, ...] = ()) -> Row:
        """As much of a record as it takes to correct these fields."""
        return _there(self.journal.applier.before(shape, record, _STANDING + names))

    def _set(self, shape: Shape, record: str, row: Row, stored: dict[str, Any]) -> None:
        draft = self._draft(shape)
        applier = self.journal.applier
        was = applier.stamps(row, shape.watched.intersection(map(shape.group_of, stored))) if shape.watched else {}
        applier.correct(shape, draft.stamp, self.who, record, stored, was, row)
        sent = {name: shape.travelling(name, value) for name, value in stored.items()}
        replaced = {group: [self.journal.controls.said(stamp), stamp.author] for group, stamp in was.items()}
        self._note(shape, draft, record, ["s", shape.table, pack_id(record), sent, replaced])

    def _draft(self, shape: Shape) -> Draft:
        return self._draft_in(shape.partition.of(self.branch))

    def _draft_in(self, partition: str) -> Draft:
        if self._work is None:
            raise RuntimeError("A desk writes only inside an action.")
        draft = self._work.drafts.get(partition)
        if draft is None:
            place = self.journal.log.places.number(self.journal.author, partition)
            hlc = self.journal.hybrid.next()
            stamp = self.journal.controls.stamp(self.journal.author, hlc, place)
            draft = self._work.drafts[partition] = Draft(hlc, stamp)
        return draft

    def _note(self, shape: Shape, draft: Draft, record: str, change: list[Any]) -> None:
        if shape.personal:
            draft.personal.setdefault(record, []).append(change)
        else:
            draft.changes.append(change)
        if shape.history:
            draft.about[record] = None


class Action(Generic[P, R]):
    """A verb of the trade: one permission, one form, one address, one line in the history."""

    def __init__(
        self,
        run: Callable[Concatenate[Desk, P], R],
        title: str,
        undo: str,
        confirm: str,
        before: Before = None,
        *,
        pin: bool = False,
    ) -> None:
        self.run, self.before, self.pin = run, before, pin
        self.title = title
        self.undo = undo
        self.confirm = confirm
        self.room = run.__module__.split(".")[-2:][0]
        self.verb = run.__name__
        self.name = f"{self.room}.{self.verb}"
        self.__doc__ = run.__doc__
        self.__name__ = run.__name__
        self.__module__ = run.__module__
        self.__wrapped__ = run

    def __call__(self, desk: Desk, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it: inside an action it joins the entry, with a standing desk it makes one."""
        if self.before:
            kwargs.update(self.before(dict(kwargs)))
        if desk.working:
            return self.run(desk, *args, **kwargs)
        return desk.journal.do(desk, self.name, lambda at_work: self.run(at_work, *args, **kwargs))

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """What the form asks for, in order."""
        return dict(list(inspect.signature(self.run).parameters.items())[1:])


def action(
    title: str, *, undo: str = "", confirm: str = "", before: Before = None, pin: bool = False
) -> Callable[[Callable[Concatenate[Desk, P], R]], Action[P, R]]:
    """Declare an action: its title, the name of the action that undoes it, and what to ask before it is done.

    `before` turns what was given into what the action takes, outside the writer: for work too slow to let others wait.
    With `pin` its form asks for a PIN each time, of who does it or of somebody who may.
    """

    def declare(run: Callable[Concatenate[Desk, P], R]) -> Action[P, R]:
        return Action(run, title, undo, confirm, before, pin=pin)

    return declare


_STANDING = ("deleted", "made_at")


def _there(row: Row | None) -> Row:
    if row is None or not row["made_at"] or row["deleted"]:
        raise Refusal("That is not here any more. Look at the list again.", code="missing")
    return row
