"""Rights: what a person may do, which fields they see, and how far they may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property


@dataclass(frozen=True)
class Range:
    """Where somebody sees and acts: by kind of place (branch, shop, warehouse) the ids of those they are confined to.

    A kind that is not named is not confined. `own` is the employee whose documents alone are seen, "" for everybody's.
    """

    within: tuple[tuple[str, tuple[str, ...]], ...] = ()
    own: str = ""
    team: bool = False
    """Whether the documents of those who work with that employee are seen, too."""

    def __bool__(self) -> bool:
        """Whether it confines at all."""
        return bool(self.within or self.own)

    @cached_property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The ids by kind of place."""
        return dict(self.within)


ASKING = "?"
"""Before a pattern: not granted, but worth asking somebody who may, with their PIN."""
EVERYWHERE = Range()
ADDED_UP = frozenset({"customer_totals"})
"""Guarded fields that add up over every place: nobody confined to some is told them."""


@dataclass(frozen=True)
class Rights:
    """Patterns of action names ("orders.*"), names of guarded fields, limits by name, and where they hold."""

    grants: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    range: Range = EVERYWHERE

    def may(self, permission: str) -> bool:
        """Tell whether an action's name is granted."""
        known = self._known
        if permission not in known:
            known[permission] = any(
                fnmatchcase(permission, pattern) for pattern in self.grants if not pattern.startswith(ASKING)
            )
        return known[permission]

    def asks(self, permission: str) -> bool:
        """Tell whether this person is to call somebody who may."""
        asked = [pattern.removeprefix(ASKING) for pattern in self.grants if pattern.startswith(ASKING)]
        return any(fnmatchcase(permission, pattern) for pattern in asked)

    @cached_property
    def _known(self) -> dict[str, bool]:
        """Answers given before; a page asks for dozens of permissions, there are a few hundred in all."""
        return {}

    def sees(self, guarded: str) -> bool:
        """Tell whether a guarded field (cost, profit, phone, customer_totals) may be shown."""
        if self.range and guarded in ADDED_UP:
            return False
        return "*" in self.fields or guarded in self.fields

    def limit(self, name: str) -> int | None:
        """Return how far this person may go, None for as far as they like."""
        return self.limits.get(name)


EVERYTHING = Rights(grants=("*",), fields=frozenset({"*"}))
NOTHING = Rights()
