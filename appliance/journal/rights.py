"""Rights: what a person may do, which fields they see, and how far they may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Rights:
    """Patterns of action names ("orders.*"), names of guarded fields, and limits by name."""

    grants: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)

    def may(self, permission: str) -> bool:
        """Tell whether an action's name is granted."""
        return any(fnmatchcase(permission, pattern) for pattern in self.grants)

    def sees(self, guarded: str) -> bool:
        """Tell whether a guarded field (cost, profit, phone, customer_totals) may be shown."""
        return "*" in self.fields or guarded in self.fields

    def limit(self, name: str) -> int | None:
        """Return how far this person may go, None for as far as they like."""
        return self.limits.get(name)


EVERYTHING = Rights(grants=("*",), fields=frozenset({"*"}))
NOTHING = Rights()
