"""Ranges: who is confined to some branches, shops or warehouses, or to documents of their own, reads a smaller shop.

The one place is the connection that somebody reads on. On a confined person's connection every name of a room (table,
sum, view) is a temporary view over the real one that holds only their rows, so whatever is asked there, by whichever
page, list, count, total, search, card or sheet, is answered from these. No question has to be written with it in mind.

Which rows those are follows from the records, and a new record or list with such a column is confined by itself:

- a column that refers to a place that `confines` (a branch, a shop, a warehouse), or is called like it in a view or sum;
  `within` names others, "source|target" for either of two, and () for what everybody may know wherever they work
- `serves` says by which column a place names it: a till that some shop names is told of there, one that none names anywhere
- `owned_by` is the column with the employee whose document it is; `teams` of that employee's record is the column by which
  people work together, for whoever sees what their department does
- what belongs to a confined document by a column that refers to it follows that document; `under` names others
- a kept view follows the record that it lists, by its own columns where it has them
- a view that belongs to nobody but tells what adds up over everybody names such columns as `withheld`: they come empty
- a sum or kept view without any of these is added up anew from the confined rows. That is right for any single key, but
  lists and totals over all of it would read a whole table: those ask `lists` first and are told to nobody confined.
"""

import re
import sqlite3
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from appliance.journal.ids import is_id
from appliance.journal.kept import KeptView
from appliance.journal.rights import Range
from appliance.journal.rows import Row
from appliance.journal.schema import Schema
from appliance.journal.shapes import Shape

_READS = re.compile(r"\b(?:from|join)\s+(\w+)", re.IGNORECASE)
_VIEW = re.compile(r"create\s+view\s+(\w+)\s+as\s+(.*)", re.IGNORECASE | re.DOTALL)
BRANCH_OF = ("shop", "warehouse")
"""The places of a branch, the one that tells most surely whose something is first."""


@dataclass(frozen=True)
class Rule:
    """How rows of one table tell whose they are."""

    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By kind of place the columns that name one; any of several will do."""
    owned_by: str = ""
    parents: tuple[tuple[str, str], ...] = ()
    """(column, table) of the documents it belongs to."""
    serves: tuple[tuple[str, str], ...] = ()
    """(kind of place, column) by which places name it."""

    def __bool__(self) -> bool:
        """Whether it confines at all."""
        return bool(self.places or self.owned_by or self.parents or self.serves)

    def covered_by(self, other: "Rule") -> bool:
        """Whether whoever is kept out by this one is kept out by the other anyway."""
        return not self.serves and (
            self.places.keys() <= other.places.keys()
            and (not self.owned_by or bool(other.owned_by))
            and set(self.parents) <= set(other.parents)
        )


class Reader(Protocol):
    """Whoever may ask."""

    def row(self, sql: str, *args: object) -> Row | None:
        """Ask for one row."""
        ...


class Ranges:
    """The rules of a schema, read once."""

    def __init__(self, schema: Schema, conn: sqlite3.Connection) -> None:
        self.schema = schema
        self._views: dict[Range, dict[str, str]] = {}
        self.kinds = tuple(name for name, shape in schema.shapes.items() if shape.kind.confines)
        self.rules: dict[str, Rule] = {}
        for name, shape in schema.shapes.items():
            self._keep(name, self._of_record(shape))
        self._withheld: dict[str, str] = {}
        for view in schema.kept:
            told = conn.execute(f"pragma table_info({view.name})")
            columns = [row[1] for row in told]
            self._keep(view.name, self._of_view(view, frozenset(columns)))
            if view.withheld:
                shown = (f"null as {one}" if one in view.withheld else one for one in columns)
                self._withheld[view.name] = ", ".join(("rowid as rowid", *shown))
        for name in schema.sums:
            self._keep(name, self._of_sum(name))

    def _keep(self, name: str, rule: Rule) -> None:
        if rule:
            self.rules[name] = rule

    # ---- reading the rules

    def _of_record(self, shape: Shape) -> Rule:
        kind, refers = shape.kind, {one.name: one.table for one in shape.columns if one.table}
        if kind.confines:
            own = {shape.table: ("id",)}
            return Rule(own | ({"branch": ("branch",)} if "branch" in shape.names else {}))
        told = kind.within if kind.within is not None else tuple(one for one in refers if refers[one] in self.kinds)
        places = {refers[alternatives.split("|")[0]]: tuple(alternatives.split("|")) for alternatives in told}
        if kind.under is not None:
            return Rule(places, kind.owned_by, tuple(kind.under.items()), tuple(kind.serves.items()))
        if kind.within == ():
            return Rule()
        return self._under(Rule(places, kind.owned_by, serves=tuple(kind.serves.items())), refers, shape.table)

    def _under(self, rule: Rule, refers: Mapping[str, str], table: str) -> Rule:
        """Add the documents that something belongs to, leaving out whoever adds nothing to the others."""
        over = {
            column: self.rules[other]
            for column, other in refers.items()
            if other in self.rules and other not in (*self.kinds, table)
        }
        direct = {column: found for column, found in over.items() if found.places or found.owned_by or found.serves}
        added = [(column, refers[column]) for column in direct or over if not over[column].covered_by(rule)]
        return replace(rule, parents=tuple(added))

    def _of_view(self, view: KeptView, columns: frozenset[str]) -> Rule:
        if "nothing" in view.within:
            return Rule()
        if "about" in view.within:
            papers = [name for name, shape in self.schema.shapes.items() if shape.flow and name in self.rules]
            return Rule(parents=tuple(("about", one) for one in papers))
        listed = {
            touch.table: view.key[0]
            for touch in view.touches
            if touch.columns == ("id",) and touch.table in self.schema.shapes
        }
        found = Rule()
        for table, key in listed.items():
            found = self._joined(found, self._through(table, key, columns))
        if listed and not any(table in self.rules for table in listed):
            return Rule()
        if found:
            return found
        return self._under(Rule(self._named(columns)), {name: name for name in columns}, view.name)

    def _through(self, table: str, key: str, columns: frozenset[str]) -> Rule:
        """The rule of the record that a view lists: by the view's own columns, else by the record itself."""
        rule = self.rules.get(table, Rule())
        if rule.serves:
            return Rule(parents=((key, table),))
        needed = {one for names in rule.places.values() for one in names} | ({rule.owned_by} - {""})
        if needed - {"id"} <= columns and {column for column, _ in rule.parents} <= columns:
            return Rule({kind: tuple(key if one == "id" else one for one in names) for kind, names in rule.places.items()},
                        rule.owned_by, rule.parents)  # fmt: skip
        return Rule(parents=((key, table),)) if rule else Rule()

    def _joined(self, one: Rule, other: Rule) -> Rule:
        parents = dict.fromkeys((*one.parents, *other.parents))
        return Rule({**one.places, **other.places}, one.owned_by or other.owned_by, tuple(parents))

    def _named(self, columns: frozenset[str]) -> dict[str, tuple[str, ...]]:
        return {kind: (kind,) for kind in self.kinds if kind in columns}

    def _of_sum(self, name: str) -> Rule:
        columns = frozenset(self.schema.sums[name].by)
        fed = [self.rules[feeder] for feeder in self._feeders(name) if feeder in self.rules]
        parents = {pair: None for rule in fed for pair in rule.parents if pair[0] in columns}
        return Rule(self._named(columns), parents=tuple(parents))

    def _feeders(self, name: str) -> list[str]:
        facts = [shape.table for shape in self.schema.shapes.values() if name in shape.feeds]
        return [*facts, *(view.name for view in self.schema.kept if name in view.feeds)]

    def _people(self, column: str) -> str:
        """The table of those to whom rows belong by this column."""
        owned = (shape for shape in self.schema.shapes.values() if shape.kind.owned_by == column)
        return next(shape.by_name[column].table for shape in owned)

    # ---- the condition

    def condition(self, told: Range, table: str, alias: str) -> str:
        """The condition on rows of a table that somebody sees; empty where they see all of them."""
        rule = self.rules.get(table)
        return " and ".join(self._parts(told, rule, alias)) if rule and told else ""

    def _parts(self, told: Range, rule: Rule, alias: str) -> Iterator[str]:
        for kind, columns in rule.places.items():
            if kind in told.places:
                # One place is found by its index; for several the rows are walked in the order that the list asks for.
                ids = told.places[kind]
                sign = "" if len(ids) == 1 else "+"
                yield _any(f"{sign}{alias}.{one} in ({_listed(ids)})" for one in columns)
        if "branch" in told.places and "branch" not in rule.places:
            kind = next((kind for kind in BRANCH_OF if kind in rule.places), "")
            if kind:
                there = f"(select z.id from main.{kind} z where z.branch in ({_listed(told.places['branch'])}))"
                yield _any(f"{alias}.{one} in {there}" for one in rule.places[kind])
        if told.own and rule.owned_by:
            yield self._owned(told, rule, alias)
        for kind, column in rule.serves:
            if kind in told.places:
                named = f"select 1 from main.{kind} z where z.{column} = {alias}.id"
                yield f"(not exists ({named}) or exists ({named} and z.id in ({_listed(told.places[kind])})))"
        for column, parent in rule.parents:
            over = f"{parent}_of_{alias}"
            if inner := self.condition(told, parent, over):
                yield (
                    f"not exists (select 1 from main.{parent} {over} where {over}.id = {alias}.{column}"
                    f" and ({inner}) is not true)"
                )

    def _owned(self, told: Range, rule: Rule, alias: str) -> str:
        """Whose documents are one's own: one's own, or those of whoever works in the same department."""
        owner, me = f"{alias}.{rule.owned_by}", _listed((told.own,))
        people = self._people(rule.owned_by)
        team = self.schema.shapes[people].kind.teams if told.team else ""
        if not team:
            return f"{owner} = {me}"
        mine = f"select y.{team} from main.{people} y where y.id = {me} and y.{team} <> ''"
        return f"({owner} = {me} or {owner} in (select z.id from main.{people} z where z.{team} = ({mine})))"

    def beyond(self, asked: Reader, told: Range, table: str, record: str) -> tuple[str, str] | None:
        """Say what keeps a record from somebody: (the table of that place or person, its id); None when nothing does.

        A table that is no record's is some view of them, and the record is looked for in all.
        """
        tables = [table] if table in self.rules or table in self.schema.shapes else list(self.schema.shapes)
        for one in tables:
            if (condition := self.condition(told, one, "a")) and (
                row := asked.row(
                    f"select ({condition}) is true as inside, a.* from main.{one} a where a.id = ?", record
                )
            ):
                return None if row["inside"] else self._why(asked, told, one, row)
        return None

    def _why(self, asked: Reader, told: Range, table: str, row: Row) -> tuple[str, str] | None:
        rule = self.rules[table]
        for kind, columns in rule.places.items():
            if kind in told.places and not any(row[one] in told.places[kind] for one in columns):
                return kind, row[columns[0]]
        if told.own and rule.owned_by and not self._is_own(asked, told, rule, table, row):
            return self._people(rule.owned_by), row[rule.owned_by]
        for kind, column in rule.serves:
            if kind in told.places and (
                place := asked.row(f"select id from main.{kind} where {column} = ?", row["id"])
            ):
                return kind, place["id"]
        for column, parent in rule.parents:
            if found := self.beyond(asked, told, parent, row[column]):
                return found
        for kind in BRANCH_OF:
            if kind in rule.places and "branch" in told.places:
                place = asked.row(f"select branch from main.{kind} where id = ?", row[rule.places[kind][0]])
                return "branch", place["branch"] if place else ""
        return None

    def _is_own(self, asked: Reader, told: Range, rule: Rule, table: str, row: Row) -> bool:
        own = self._owned(told, rule, "a")
        return asked.row(f"select 1 from main.{table} a where a.id = ? and {own}", row["id"]) is not None

    # ---- a person's own view of everything

    def views(self, told: Range) -> dict[str, str]:
        """By name, what a confined person reads in place of the real table, sum or view."""
        if told not in self._views:
            found = {name: own for name in self._ways if (own := self._own_rows(told, name))}
            while more := {name: how for name, how in self._ways.items() if name not in found and _reads(how, found)}:
                found |= more
            self._views[told] = found
        return self._views[told]

    def dress(self, conn: sqlite3.Connection, told: Range) -> None:
        """Let a fresh connection show what is within a range."""
        for name, select in self.views(told).items():
            conn.execute(f"create temp view {name} as {select}")

    def within(self, conn: sqlite3.Connection, told: Range, name: str, keys: list[str]) -> list[str]:
        """Those of the touched rows of a table that somebody may hear of; `conn` is theirs."""
        if name not in self.views(told):
            return keys
        if not self.lists(told, name):
            return []
        key, marks = self._keys.get(name, "id"), ", ".join("?" * len(keys))
        return [row[0] for row in conn.execute(f"select distinct {key} from {name} where {key} in ({marks})", keys)]

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The column by which touched rows are told, where it is not the id."""
        return {view.name: view.key[0] for view in self.schema.kept} | {
            name: kept.by[0] for name, kept in self.schema.sums.items()
        }

    def lists(self, told: Range, name: str) -> bool:
        """Whether all of a table, sum or view may be asked for at once, or it would have to be added up anew."""
        return not told or name not in self._anew(told)

    def _own_rows(self, told: Range, name: str) -> str:
        if name in self.kinds:
            # What a place is called is no secret: papers name where they went. Whoever picks one picks from its list.
            return ""
        if name in self._withheld:
            return f"select {self._withheld[name]} from main.{name}"
        condition = self.condition(told, name, name)
        # A view has no row numbers of its own, and search goes by them.
        place = f"{name}.rowid as rowid, " if name in self._searched else ""
        return f"select {place}{name}.* from main.{name} where {condition}" if condition else ""

    def _anew(self, told: Range) -> set[str]:
        if told not in self._summed:
            views = self.views(told)
            own = self._kept - self._withheld.keys()
            found = {name for name in views.keys() & own if not self.condition(told, name, "a")}
            while more := {name for name in views.keys() - self._kept - found if _reads(self._ways[name], found)}:
                found |= more
            self._summed[told] = found
        return self._summed[told]

    @cached_property
    def _summed(self) -> dict[Range, set[str]]:
        return {}

    @cached_property
    def _kept(self) -> frozenset[str]:
        return frozenset({*self.schema.sums, *(view.name for view in self.schema.kept)})

    @cached_property
    def _searched(self) -> frozenset[str]:
        return frozenset(view.name for view in self.schema.kept if view.search)

    @cached_property
    def _ways(self) -> dict[str, str]:
        """Everything that has a name, and how it is asked of the rest; "" for what stands by itself."""
        found = dict.fromkeys(self.schema.shapes, "")
        # A list of records that know their places is whole as it stands; what else it tells of them was kept with it.
        found |= {
            view.name: "" if "nothing" in view.within or view.name in self.rules else view.select
            for view in self.schema.kept
        }
        for statement in self.schema.statements:
            if (match := _VIEW.match(statement)) and not match[1].endswith("_plain"):
                found[match[1]] = match[2]
        return found | {name: self._added_up(name) for name in self.schema.sums}

    def _added_up(self, name: str) -> str:
        kept = self.schema.sums[name]
        if kept.common:
            return ""
        by = ", ".join(kept.by)
        rows = " union all ".join(f"select {', '.join((*kept.by, *kept.of))} from {one}" for one in self._feeders(name))
        if kept.loose:
            return f"select {', '.join((*kept.by, *kept.of))}, 1 as n from ({rows})"
        totals = "".join(f", sum({one}) as {one}" for one in kept.of)
        return f"select {by}{totals}, count(*) as n from ({rows}) group by {by}"


def _reads(how: str, names: Container[str]) -> bool:
    return any(name in names for name in _READS.findall(how))


def _any(parts: Iterator[str]) -> str:
    told = list(parts)
    return f"({' or '.join(told)})" if len(told) > 1 else told[0]


def _listed(ids: tuple[str, ...]) -> str:
    """Ids as SQL; they are of an alphabet that needs no escaping. Nobody is confined to what is no id."""
    return ", ".join(f"'{one}'" for one in ids if is_id(one)) or "null"
