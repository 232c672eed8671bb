"""Shapes: how a room says what it writes. Records are, facts happened, flows are walked step by step."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import itemgetter
from typing import Annotated, Any, ClassVar, Final, cast, get_args, get_origin

import msgspec

from appliance.journal import ids
from appliance.journal.kinds import Group, Ref, Watched
from appliance.journal.rows import Row

_ID_BYTES = 16


@dataclass(frozen=True)
class Partition:
    """Where entries about a record travel: to the whole chain, or to one branch and the hub."""

    name: str

    def of(self, branch: str) -> str:
        """Name the partition for a box of this branch, as it stands in an entry."""
        return f"branch/{branch}" if self.name == "branch" else self.name


CHAIN: Final = Partition("chain")
BRANCH: Final = Partition("branch")
SUMMARY: Final = Partition("summary")


@dataclass(frozen=True)
class Sum:
    """A kept sum: the table `name` holds, for each `by`, the total of each `of` over all rows that feed it."""

    name: str
    by: tuple[str, ...]
    of: tuple[str, ...]
    common: bool = field(default=False, repr=False)
    """Told whole to whoever sees its place, whoever's rows it adds up: what is promised of a shelf is promised to all."""
    loose: bool = field(default=False, repr=False)
    """Whoever reads it adds up what they find, so a confined person may be given the rows themselves, by their index."""


@dataclass(frozen=True)
class Flow:
    """The states of a document and the steps between them.

    `rank` settles a fork until a person does: of two steps from one parent the branch that reached the higher rank
    stands (shipped beats cancelled beats edited).
    """

    start: str
    steps: Mapping[str, tuple[str, ...]]
    rank: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Every state, the start first."""
        found = dict.fromkeys([self.start, *self.steps])
        for following in self.steps.values():
            found.update(dict.fromkeys(following))
        return tuple(found)


class Record(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """Something that is, and may be corrected. Every field has a default, for a merge may bring half of it."""

    partition: ClassVar[Partition] = BRANCH
    personal: ClassVar[bool] = False
    carried: ClassVar[bool] = False
    """Whether the files that it shows are fetched by the other boxes that hold it; those of the chain's records are."""
    history: ClassVar[bool] = False
    flow: ClassVar[Flow | None] = None
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    confines: ClassVar[bool] = False
    """Whether people may be confined to some of these: to a branch, a shop, a warehouse (see `ranges`)."""
    within: ClassVar[tuple[str, ...] | None] = None
    owned_by: ClassVar[str] = ""
    teams: ClassVar[str] = ""
    under: ClassVar[Mapping[str, str] | None] = None
    serves: ClassVar[Mapping[str, str]] = {}

    id: Annotated[str, Ref("")] = ""


class Fact(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """Something that happened: written once, never edited, summed. A mistake is answered by a reversing fact."""

    partition: ClassVar[Partition] = BRANCH
    personal: ClassVar[bool] = False
    carried: ClassVar[bool] = False
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    feeds: ClassVar[tuple[Sum, ...]] = ()
    confines: ClassVar[bool] = False
    within: ClassVar[tuple[str, ...] | None] = None
    owned_by: ClassVar[str] = ""
    teams: ClassVar[str] = ""
    under: ClassVar[Mapping[str, str] | None] = None
    serves: ClassVar[Mapping[str, str]] = {}

    id: Annotated[str, Ref("")] = ""


@dataclass(frozen=True)
class Column:
    """One field of a shape as it is stored."""

    name: str
    hint: Any
    base: type
    default: Any
    group: str
    watched: bool
    is_id: bool
    table: str = ""
    """The table whose rows it names."""

    @cached_property
    def is_json(self) -> bool:
        """Lists and structs are stored as JSON text."""
        return self.base not in {int, str, bool}

    def fits(self, value: object) -> bool:
        """Tell whether a value from elsewhere can stand in this column."""
        try:
            self.read(value)
        except ValueError:
            return False
        return True

    @cached_property
    def read(self) -> Callable[[Any], Any]:
        """Turn a value from elsewhere, ids as bytes or shown, into what SQLite holds; raises `ValueError`."""
        if self.base is str:
            return _read_id if self.is_id else _read_text
        if self.base is int:
            return _read_int
        return _read_bool if self.base is bool else self._read_json

    def _read_json(self, value: Any) -> str:
        msgspec.convert(value, self.hint)
        return _read_text(msgspec.json.encode(value).decode())

    def stored(self, value: Any) -> Any:
        """Turn a field's value into what SQLite holds."""
        return msgspec.json.encode(value).decode() if self.is_json else value

    def loaded(self, value: Any) -> Any:
        """Turn what SQLite holds into the field's value."""
        if self.is_json:
            return msgspec.json.decode(value, type=self.hint) if value else self.default
        return bool(value) if self.base is bool else value


def _read_text(value: Any) -> str:
    if isinstance(value, str) and storable(value):
        return value
    raise ValueError("not a text")


def _read_id(value: Any) -> str:
    if isinstance(value, bytes) and len(value) == _ID_BYTES:
        return ids.show(value)
    return _read_text(value)


def _read_int(value: Any) -> int:
    whole = type(value) is int or (isinstance(value, int) and not isinstance(value, bool))
    if whole and -(2**63) <= value < 2**63:
        return cast("int", value)
    raise ValueError("not a number that can be stored")


def _read_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a yes or no")  # noqa: TRY004 - what comes from elsewhere is wrong, not our program
    return value


def storable(text: str) -> bool:
    """Refuse NUL and lone surrogates: SQLite would cut or reject them (spec/sync.md R24)."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Shape:
    """A record or fact class, looked at once: its table, columns, groups and defaults."""

    def __init__(self, kind: type[Record] | type[Fact]) -> None:
        self.kind = kind
        self.table = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        self.is_fact = issubclass(kind, Fact)
        self.personal = kind.personal
        self.partition = kind.partition
        self.history = issubclass(kind, Record) and kind.history
        self.feeds = tuple(kept.name for kept in kind.feeds) if issubclass(kind, Fact) else ()
        self.flow = kind.flow if issubclass(kind, Record) else None
        self.unmoved: tuple[Any, ...] = (self.flow.start, 0, "", 0) if self.flow else ()
        """What a row says of a document that took no step."""
        self.columns = tuple(_columns(kind))
        self.by_name = {column.name: column for column in self.columns}
        self.names = tuple(column.name for column in self.columns)
        flow = ("state", "state_at", "step", "forked") if self.flow else ()
        self.row_names = ("id", *self.names, "deleted", "made_at", "changed", *flow, "_hlc", "_place", "_later")
        """What a record's row consists of."""
        self.blank = tuple(column.stored(column.default) for column in self.columns)
        """What SQLite holds of a row of which nothing was said."""
        self.readers = {column.name: (place, column.read) for place, column in enumerate(self.columns)}
        groups = {column.name: column.group for column in self.columns} | {"deleted": "deleted"}
        self.group_of: Callable[[str], str] = groups.__getitem__
        """Names the group a field belongs to."""
        self._together: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.defaults = tuple(column.default for column in self.columns)
        self.id_columns = tuple(column.name for column in self.columns if column.is_id)
        self._converted = tuple(column for column in self.columns if column.base not in {int, str})
        self.plain = tuple(column.base for column in self.columns if not column.is_json)
        self.scalars = _picking(self.columns, (str, int, bool))
        self.texts, self.figures = _picking(self.columns, (str,)), _picking(self.columns, (int,))
        self.json_columns = tuple((place, column) for place, column in enumerate(self.columns) if column.is_json)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Each group with its fields; a field without a group is a group of its own."""
        found: dict[str, list[str]] = {"deleted": ["deleted"]}
        for column in self.columns:
            found.setdefault(column.group, []).append(column.name)
        return {name: tuple(fields) for name, fields in found.items()}

    @cached_property
    def watched(self) -> frozenset[str]:
        """The groups whose rival corrections are shown to a person."""
        return frozenset(column.group for column in self.columns if column.watched)

    def together(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Name the fields that travel when these do: those of their groups."""
        found = self._together.get(names)
        if found is None:
            members = [member for name in names for member in self.groups[self.group_of(name)]]
            found = self._together[names] = tuple(dict.fromkeys(members))
        return found

    def travelling(self, name: str, stored: Any) -> Any:
        """Turn what SQLite holds back into what an entry carries."""
        if name == "deleted":
            return bool(stored)
        column = self.by_name[name]
        if column.is_json:
            return msgspec.json.decode(stored)
        if column.base is bool:
            return bool(stored)
        return ids.read(stored) if column.is_id and ids.is_id(stored) else stored

    def load(self, row: Row) -> Any:
        """Make the record of a whole row of its shadow table."""
        fields = dict(zip(self.names, tuple(row)[1:], strict=False))
        for column in self._converted:
            fields[column.name] = column.loaded(fields[column.name])
        return self.kind(id=row["id"], **fields)


shape_of = cache(Shape)
"""The shape of a class is the same wherever it is asked for."""


def _picking(columns: Sequence[Column], bases: Collection[type]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what picks the values of these bases out of a row."""
    places = [place for place, column in enumerate(columns) if column.base in bases]
    return itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]


def _columns(kind: type[Record] | type[Fact]) -> list[Column]:
    columns = []
    for info in msgspec.structs.fields(kind):
        if info.name == "id":
            continue
        base, marks = _strip(info.type)
        if info.default is not msgspec.NODEFAULT:
            default = info.default
        elif info.default_factory is not msgspec.NODEFAULT:
            default = info.default_factory()
        else:
            raise TypeError(f"{kind.__name__}.{info.name} needs a default: a merge may bring half of a record.")
        group = next((mark.name for mark in marks if isinstance(mark, Group)), info.name)
        columns.append(
            Column(
                name=info.name,
                hint=info.type,
                base=base,
                default=default,
                group=group,
                watched=any(isinstance(mark, Watched) for mark in marks),
                is_id=any(isinstance(mark, Ref) for mark in marks),
                table=next((mark.table for mark in marks if isinstance(mark, Ref)), ""),
            )
        )
    _check_groups(kind, columns)
    return columns


def _check_groups(kind: type, columns: Sequence[Column]) -> None:
    """Refuse a group that has the name of a field outside of it: that field is a group of that name already.

    Such a group would have grown by the fields added to it, and boxes that hear old and new corrections in another order
    would differ.
    """
    alone = {column.name for column in columns if not any(isinstance(mark, Group) for mark in _strip(column.hint)[1])}
    if grown := alone & {column.group for column in columns if column.group != column.name}:
        raise TypeError(f"{kind.__name__}: a group has the name of a field outside of it: {', '.join(sorted(grown))}.")


def _strip(hint: Any) -> tuple[type, tuple[Any, ...]]:
    """Divide an annotation into the bare type and its marks; a Literal of texts is a text."""
    marks: tuple[Any, ...] = ()
    while get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        marks = (*marks, *more)
    if hint in {int, str, bool}:
        return hint, marks
    choices = get_args(hint)
    if choices and all(isinstance(choice, str) for choice in choices):
        return str, marks
    return object, marks
