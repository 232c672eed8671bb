"""Pieces: what stands on a page by the dozen. Like the cells of a list they are written by f-strings, not by templates.

The kit hands them to the templates under the same names (`kit.button`), so a template need not know which is which.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

import markupsafe
from markupsafe import Markup, escape

from appliance.journal.blobs import BRIEF
from appliance.journal.numbers import yuan

_escaped = vars(markupsafe)["_escape_inner"]
"""What `escape` does before it wraps: a plain string comes back. The lock names the version it is found in."""


def marked(html: str) -> Markup:
    """Say that a text is HTML already; `Markup(html)` would ask it first whether it knows."""
    made: Markup = _as_is(Markup, html)
    return made


_as_is: Callable[[type[str], str], Any] = str.__new__


def written(value: Any) -> str:
    """Write a value into a page."""
    if value.__class__ is str:
        return _escaped(value)  # type: ignore[no-any-return]
    return value if value.__class__ is Markup else escape(value)


def joined(*parts: Any, by: str = " · ") -> str:
    """Say several things in one line; what is empty leaves no gap."""
    return marked(by.join([written(part) for part in parts if part]))


def deed(action: str, args: Mapping[str, Any] | None = None) -> str:
    """Give the address of an action's form with what is known already."""
    href = f"/do/{action.replace('.', '/', 1)}"
    if not args:
        return href
    return f"{href}?{'&'.join([f'{name}={quoted(str(value))}' for name, value in args.items()])}"


@lru_cache(1_000)
def quoted(value: str) -> str:
    """Write a value into an address; a page names its own record a dozen times."""
    return quote(value, safe=_PLAIN)


def brief(blob: str) -> str:
    """Name a blob as shortly as it can be found: so much of its hash that nobody guesses or meets another's."""
    return blob[:BRIEF]


class Ask:
    """A no to whether somebody may: they may call somebody who does. It is false, and its text stands on the button."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said = said

    def __bool__(self) -> bool:
        """Not without them."""
        return False


def locked(label: str, href: str, css: str, may: Ask, marks: str = " data-do") -> str:
    """A button with a lock: its form asks for the PIN of somebody who may."""
    said = written(may.said)
    return f'<a class="{css}"{marks} href="{href}" title="{said}">{_pictured("lock")}{label}<span class="vh"> {said}</span></a>'


@cache
def icon(name: str, css: str = "") -> Markup:
    """A picture of the set, without a word of its own."""
    dressed = f'"i {css}"' if css else "i"
    return marked(f"<svg class={dressed} aria-hidden=true><use href=/static/icons.svg#i-{name} /></svg>")


def button(
    label: Any, href: str = "", action: str = "", kind: str = "plain", icon: str = "",
    args: Mapping[str, Any] | None = None, may: Any = True, why: str = "", name: str = "", value: str = "",
    big: bool = False, small: bool = False, wide: bool = False, page: bool = False, download: bool = False,
    key: str = "",
) -> str:  # fmt: skip
    """A button: a deed of the shop, a way, or the press of a form; `why` says why it cannot be pressed now.

    `key` is the letter that presses it, where a page is worked through by keys.
    """
    keyed = f' data-key="{key}"' if key else ""
    css, inner = _css(kind, big, small, wide), f"{_pictured(icon)}{written(label)}"
    if why:
        said = written(why)
        html = f'<button class="{css}" type="button" aria-disabled="true" title="{said}">{inner}<span class="vh"> {said}</span></button>'
    elif not may:
        asks = isinstance(may, Ask) and action
        html = locked(written(label), written(deed(action, args)), _css("plain", big, small, wide), may) if asks else ""
    elif action:
        html = f'<a class="{css}"{"" if page else " data-do"}{keyed} href="{written(deed(action, args))}">{inner}</a>'
    elif href:
        html = f'<a class="{css}" href="{written(href)}"{_DOWNLOAD if download else ""}>{inner}</a>'
    else:
        named = f' name="{written(name)}" value="{written(value)}"' if name else ""
        html = f'<button class="{css}"{named}>{inner}</button>'
    return marked(html)


def item(label: Any, action: str, args: Mapping[str, Any] | None = None, may: Any = True) -> str:
    """A line of a menu that is a deed of the shop; with a lock where somebody else has to approve it."""
    href = written(deed(action, args))
    if may:
        return marked(f'<li><a class="menu-item" data-do href="{href}">{written(label)}</a></li>')
    return marked(f"<li>{locked(written(label), href, 'menu-item', may)}</li>" if isinstance(may, Ask) else "")


def iconbutton(
    picture: str, label: Any, href: str = "", css: str = "", behaviour: str = "", name: str = "", value: str = "",
    action: str = "", args: Mapping[str, Any] | None = None, key: str = "",
) -> str:  # fmt: skip
    """A button that is a picture; its word is for those who listen or wait over it."""
    keyed = f' data-key="{key}"' if key else ""
    said = written(label)
    told = f'aria-label="{said}" title="{said}">{_pictured(picture)}'
    dressed = f"ib {css}" if css else "ib"
    if action:
        html = f'<a class="{dressed}" data-do href="{written(deed(action, args))}" {told}</a>'
    elif href:
        html = f'<a class="{dressed}"{keyed} href="{written(href)}" {told}</a>'
    else:
        named = f'name="{written(name)}" value="{written(value)}"' if name else 'type="button"'
        does = f' data-behaviour="{behaviour}"' if behaviour else ""
        html = f'<button class="{dressed}" {named}{does} {told}</button>'
    return marked(html)


def status(tone: str, word: Any, note: Any = "") -> str:
    """A state by word, shape and colour: `way` is the guide's word for "on its way"."""
    under = f' <small class="sub">{written(note)}</small>' if note else ""
    html = f'<span class="st st-{"go" if tone == "way" else tone}">{written(word)}</span>{under}'
    return marked(html)


def tag(text: Any, tone: str = "") -> str:
    """A word in a frame."""
    return marked(f'<span class="tag{f" tag-{tone}" if tone else ""}">{written(text)}</span>')


def money(fen: int) -> str:
    """An amount with a small currency sign."""
    sign, _, figures = yuan(fen).partition("¥")
    return marked(f'<span class="money">{sign}<i>¥</i>{figures}</span>')


def thumb(blob: str = "", count: Any = "", alt: str = "") -> str:
    """The small picture of goods, and on it how many there are."""
    shown = (
        f'<img src="/blob/{brief(blob)}" alt="{written(alt)}" loading="lazy" width="42" height="42">'
        if blob
        else icon("box")
    )
    many = f'<span class="n">{written(count)}</span>' if count else ""
    return marked(f'<span class="th">{shown}{many}</span>')


_PLAIN = ""
_DOWNLOAD = ' download hx-boost="false"'


def _pictured(name: str) -> str:
    return icon(name) if name else ""


@cache
def _css(kind: str, big: bool, small: bool, wide: bool) -> str:
    marks = (f"btn-{kind}", kind != "plain"), ("btn-lg", big), ("btn-sm", small), ("wide-only", wide)
    return " ".join(["btn", *[name for name, borne in marks if borne]])
