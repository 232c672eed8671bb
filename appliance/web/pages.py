"""What a room shows: pages, panels, its place in the rail, and the words that belong to its forms and problems."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from appliance.web.listing import Listing
from appliance.web.problems import Fork, Problem

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Page:
    """A page written by hand, or a panel that other rooms' pages fetch by its address."""

    path: str
    see: str
    handler: Handler
    beside: str = ""
    title: str = ""
    posts: bool = False


def page(path: str, *, see: str) -> Callable[[Handler], Page]:
    """Show this function's answer at an address to everyone who has the permission."""
    return lambda handler: Page(path, see, handler)


def errand(path: str, *, may: str) -> Callable[[Handler], Page]:
    """Answer a form that is no deed of the shop alone: it wants something of the world outside.

    The function is awaited with the visit and what was posted; what takes long it does in a thread.
    """
    return lambda handler: Page(path, may, handler, posts=True)


def panel(path: str, *, see: str, beside: str = "", title: str = "") -> Callable[[Handler], Page]:
    """Offer a fragment to other rooms' pages.

    `beside` names the record whose pages show it (`beside="customer"`); its address then ends in `{id}`.
    """
    if not path.startswith("/panel/"):
        raise ValueError(f"A panel's address begins with /panel/, not {path}.")
    return lambda handler: Page(path, see, handler, beside, title)


@dataclass(frozen=True)
class Rail:
    """A room's place in the user's toolbar; `badge` is SQL for one small number of things that wait."""

    title: str
    icon: str
    href: str
    badge: str = ""
    hot: bool = False
    see: str = ""
    place: int = 50
    """Smaller stands higher; daily work above what is set up once."""


@dataclass(frozen=True)
class Corner:
    """What comes up by itself in a corner of every page: its address, and the tables whose change makes it look again."""

    path: str
    tables: tuple[str, ...]
    see: str


@dataclass(frozen=True)
class Form:
    """What differs from the form that an action's signature gives.

    `prefill(visit, args) -> dict` gives first values by field name; `next` is where a person stands afterwards,
    with `{id}` for what the action returned; `more(visit) -> dict` is what its template needs besides the fields.
    """

    template: str = ""
    prefill: Callable[[Any, dict[str, str]], Mapping[str, Any]] | None = None
    next: str = ""
    more: Callable[[Any], Mapping[str, Any]] | None = None
    waits: bool = False
    """Whether it may wait on the tablet while the box does not answer: a note, a flag; never money, goods or parcels."""
    guard: Callable[[Any, dict[str, str]], None] | None = None
    """Raises `Missing` where this person may not touch what the form is about, before anything of it is shown."""


@dataclass(frozen=True)
class RoomPages:
    """A room as the front of house sees it."""

    name: str
    folder: Path
    pages: Sequence[Listing | Page] = ()
    rail: Rail | None = None
    actions: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    forks: Mapping[str, Fork] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Mapping[Any, Form] = field(default_factory=dict)
    corner: Corner | None = None


def read_room(name: str, folder: Path, actions: Mapping[str, Any], pages: ModuleType | None) -> RoomPages:
    """Read what a room declares in its pages.py."""
    return RoomPages(
        name=name,
        folder=folder,
        pages=getattr(pages, "PAGES", ()),
        rail=getattr(pages, "RAIL", None),
        actions=actions,
        problems=getattr(pages, "PROBLEMS", {}),
        forks=getattr(pages, "FORKS", {}),
        labels=getattr(pages, "LABELS", {}),
        forms=getattr(pages, "FORMS", {}),
        corner=getattr(pages, "CORNER", None),
    )
