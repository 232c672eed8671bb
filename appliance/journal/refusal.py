"""Refusals: a full sentence that tells a person what to do. Anything else that is raised is a bug."""

from collections.abc import Mapping


class Refusal(Exception):
    """An action says no, and why.

    The sentence is an English message id with named places for `params`; `field` is the form field it is about,
    `code` a stable name for programs, `remedy` the address of the page that helps. Where somebody else might do it, it
    says what they need: `needs` a permission, `exceeds` the limit and how far it was to go.
    """

    def __init__(
        self,
        sentence: str,
        *,
        field: str = "",
        code: str = "",
        remedy: str = "",
        needs: str = "",
        exceeds: tuple[str, int] | None = None,
        **params: object,
    ) -> None:
        self.sentence = sentence
        self.field = field
        self.code = code
        self.remedy = remedy
        self.needs = needs
        self.exceeds = exceeds
        self.params: Mapping[str, object] = params
        super().__init__(sentence.format(**params) if params else sentence)


class Unable(Refusal):
    """The box itself cannot write now, whoever asks for whatever: its disk is full, its clock stands wrong."""


class Stale(Refusal):
    """Somebody changed the record since this person looked at it."""

    def __init__(self, *, table: str, record: str, seen: int, now: int) -> None:
        super().__init__("Somebody changed this meanwhile. Look at both values, then decide.", code="stale")
        self.table = table
        self.record = record
        self.seen = seen
        self.now = now
