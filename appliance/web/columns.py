"""Columns of a listing: small values, never changed, that know how to write one cell of one row.

Rows are the hottest part of the product, so a cell is written by an f-string, never by a template, and says nothing that
its column says for all: within a cell `<b>` is what it is about, `<p>` the line under it, and the sheets know the rest by
the cell's place. End tags and needless quotes are left out, as HTML allows.
"""

from collections.abc import Callable, Mapping
from html import escape
from string import Formatter
from typing import Any, NamedTuple
from urllib.parse import quote

from appliance.web.cells import Seen, named_in, plain_value, second_line, show
from appliance.web.pieces import Ask, brief, deed, locked


class Column:
    """One column: the field it shows, its heading, the line under it, and the field right it asks for."""

    kind = "text"
    css = ""

    def __init__(
        self,
        name: str = "",
        title: str = "",
        sub: str = "",
        link: str = "",
        needs: str = "",
        wide: bool = False,
        css: str | None = None,
    ) -> None:
        self.name, self.title, self.sub, self.link = name, title, sub, link
        self.needs, self.wide = needs, wide
        self.css = self.css if css is None else css

    @property
    def heading(self) -> str:
        """The msgid over the column."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def reads(self) -> list[str]:
        """The columns of the view that it names."""
        linked = [name for _, name, _, _ in Formatter().parse(self.link) if name]
        return [*([self.name] if self.name else []), *named_in(self.sub), *linked]

    def cell(self, row: Any, seen: Seen) -> str:
        """Write the cell, from <td> on."""
        text, under = self.text(row, seen), self.under(row, seen)
        if self.link:
            href = escape(self.address(row))
            return f"<td><a href={href}>{text}{under}{'</p>' if under else ''}</a>"
        return f"<td>{text}{under}"

    def text(self, row: Any, seen: Seen) -> str:
        """Write the value as HTML."""
        return show(self.kind, row[self.name], seen)

    def under(self, row: Any, seen: Seen) -> str:
        """Write the second line."""
        line = second_line(self.sub, row, seen) if self.sub else ""
        return f"<p>{line}" if line else ""

    def address(self, row: Any) -> str:
        """Give the address that this cell leads to."""
        return self.link.format_map(_Quoted(row))

    def plain(self, row: Any, seen: Seen) -> Any:
        """Give the value for a sheet of an export."""
        return plain_value(self.kind, row[self.name], seen)

    @property
    def classes(self) -> list[str]:
        """What the sheets know its cells by; see `placing`."""
        return [*self.css.split(), *(["wide-only-c"] if self.wide else [])]


class Chosen(Column):
    """The tick box by which rows are gathered for a bulk action.

    `name` is the column with the version of what the action is about, where there is one: what somebody else changes
    after it was shown is then refused, row by row.
    """

    css = "c-chk"
    kind = ""

    def cell(self, row: Any, seen: Seen) -> str:
        """Write the tick box; what it chooses is the row's own id, and a script says so to who listens."""
        version = f" value={row[self.name]:x}" if self.name else ""
        return f"<td><input type=checkbox{version}>"


class Flag(Column):
    """One of the marketplace's five flags, or none."""

    css = "c-flag"

    def text(self, row: Any, seen: Seen) -> str:
        """Write the flag's name, for those who cannot see its colour; the sheet draws it, and an empty place for none."""
        colour = row[self.name] or "none"
        return "" if colour == "none" else f"<i class=fl-{escape(colour)}>{escape(seen.words.name(colour))}</i>"


class Number(Column):
    """A document's number: the way to its page."""

    css = "c-no"

    def text(self, row: Any, seen: Seen) -> str:
        """Write the number."""
        return escape(str(row[self.name] or "-"))


class Text(Column):
    """Plain text."""

    css = "c-who"


class Name(Text):
    """A name in the language of the trade: a code that the catalogues translate."""

    kind = "choice"


class Money(Column):
    """An amount in fen."""

    css = "c-money"
    kind = "money"

    def text(self, row: Any, seen: Seen) -> str:
        """Write the amount; the sheet makes its currency sign small."""
        return seen.words.money(row[self.name] or 0)


class Price(Column):
    """A unit price or cost."""

    css = "num"
    kind = "price"


class Worth(Column):
    """What goods are worth or cost on average: kept in ten-thousandths of a yuan, shown to the fen."""

    css = "num"
    kind = "worth"


class Qty(Column):
    """A quantity."""

    css = "num"
    kind = "qty"


class Weight(Column):
    """A weight."""

    css = "num"
    kind = "weight"


class Rate(Column):
    """A share."""

    css = "num"
    kind = "rate"


class Count(Column):
    """A bare number of things."""

    css = "num"
    kind = "count"


class Day(Column):
    """A day at the counter."""

    kind = "day"


class Moment(Column):
    """A moment, told from now."""

    kind = "moment"


class Phone(Column):
    """A phone number, masked where the role may not see it."""

    kind = "phone"


class YesNo(Column):
    """A yes or nothing at all."""

    kind = "flag"


class Tags(Column):
    """A list of words kept as JSON."""

    kind = "tags"


class Goods(Column):
    """Goods with their picture and, on it, how many there are (`count` is a Qty unless told otherwise)."""

    css = "c-goods"

    def __init__(self, name: str, picture: str = "", count: str = "", **more: Any) -> None:
        super().__init__(name, **more)
        self.picture, self.count = picture, count

    @property
    def reads(self) -> list[str]:
        """What it names, the picture and the count too."""
        return [*super().reads, *filter(None, (self.picture, self.count))]

    def text(self, row: Any, seen: Seen) -> str:
        """Write the picture and the title beside it."""
        amount = row[self.count] if self.count else 0
        return pictured(
            row[self.picture] if self.picture else "", seen.words.qty(amount) if amount and amount > 10_000 else "",
            escape(str(row[self.name] or "")),
        )  # fmt: skip


def pictured(blob: str, count: str, title: str) -> str:
    """Write goods with their picture and, on it, how many there are; the title is HTML already."""
    image = f"<img src=/blob/{brief(blob)} alt loading=lazy>" if blob else _BOX
    badge = f"<b>{count}</b>" if count else ""
    return f"<i>{image}{badge}</i><b>{title}</b>"


_BOX = "<svg class=i aria-hidden=true><use href=/static/icons.svg#i-box /></svg>"


class Status(Column):
    """A state: word, shape and colour. Tones: bad, wait, do, way, done."""

    css = "c-st"
    kind = "choice"

    def __init__(self, name: str, tones: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(name, **more)
        self.tones = tones or {}

    def text(self, row: Any, seen: Seen) -> str:
        """Write the state's word in the tone of who must act."""
        state = row[self.name] or ""
        tone = self.tones.get(state) or TONES.get(state, "do")
        return state_html(tone, seen.words.name(state))


def state_html(tone: str, word: str) -> str:
    """Write a state in the tone of who must act."""
    return f"<b class=st-{_CLASS.get(tone, tone)}>{escape(word)}</b>"


TONES = {
    "draft": "wait", "to_review": "wait", "unpaid": "wait", "frozen": "wait", "preorder": "wait",
    "approved": "do", "pending_ship": "do", "to_ship": "do", "open": "do", "active": "done",
    "shipped": "way", "in_transit": "way", "sent": "way",
    "completed": "done", "cancelled": "done", "void": "done", "closed": "done", "archived": "done", "merged": "done",
    "returned": "bad", "late": "bad", "refused": "bad", "failed": "bad", "exception": "bad",
}  # fmt: skip
"""The tone a state has in every room, unless a column says otherwise."""

_CLASS = {"way": "go"}


class Do:
    """A next step that does an action with what the row already knows; the form opens if something is missing."""

    __slots__ = ("action", "args", "label")

    @property
    def href(self) -> str:
        """The address of its form."""
        return deed(self.action, self.args)

    def __init__(self, label: str, action: str, **args: str) -> None:
        self.label, self.action, self.args = label, action, args


class Decide(Do):
    """One that is decided by what the row shows: the version on the row's tick box is written where its address asks."""

    __slots__ = ()

    @property
    def href(self) -> str:
        """The address of its form, with room for the version."""
        return f"{deed(self.action, self.args)}&version"


class Go(NamedTuple):
    """A next step that only leads somewhere."""

    label: str
    href: str


class Next(Column):
    """The row's next step as a button: `step(row)` gives a `Do`, a `Go` or nothing."""

    css = "c-act"
    kind = ""

    def __init__(self, step: Callable[[Any], Do | Go | None]) -> None:
        super().__init__()
        self.step = step

    def cell(self, row: Any, seen: Seen) -> str:
        """Write the button, if this person may press it."""
        return f"<td>{button(self.step(row), seen)}"


def button(step: Do | Go | None, seen: Seen) -> str:
    """Write a small button for a step, or nothing if this person may not take it."""
    if isinstance(step, Go):
        return f'<a class=btn href="{escape(step.href)}">{escape(seen.words(step.label))}</a>'
    if step is None:
        return ""
    address = step.href.replace("&", "&amp;")
    may: object = seen.may(step.action)
    if not may:
        label = escape(seen.words(step.label))
        return locked(label, address, "btn", may, "") if isinstance(may, Ask) else ""
    return f"<a class=btn href={address}>{escape(seen.words(step.label))}</a>"


class _Quoted:
    """Looks a link's named parts up in the row, made safe for an address."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getitem__(self, name: str) -> str:
        return quote(str(self.row[name] or ""), safe="")
