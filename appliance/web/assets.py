"""Assets: the style sheets, scripts and pictures of ours as browsers get them, held in memory."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"
SHEETS = ("tokens", "base", "parts", "lists", "forms", "phone", "corner", "print")
"""The style sheets in the order in which they speak; a browser asks for them as one."""
HTMX = ("js/settings.js", "vendor/htmx.min.js", "vendor/hx-sse.min.js")
"""What browsers ask for as htmx: our settings first."""
KINDS = {
    ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
"""What browsers are told a file is, whatever the machine thinks its name says."""
_REMARK = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class StaticFile:
    """A file of ours, held in memory with the tag of its content."""

    content: bytes
    kind: str
    tag: str


def read_static(folder: Path) -> dict[str, StaticFile]:
    """Read everything; together it weighs less than a photo. The style sheets are one, so is htmx, and nothing carries remarks."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.suffix != ".css":
            content = path.read_bytes()
            kind = KINDS.get(path.suffix, "application/octet-stream")
            ours = path.suffix == ".js" and path.parent.name != "vendor"
            found[path.relative_to(folder).as_posix()] = held(lean(content) if ours else content, kind)
    sheets = [path.read_bytes() for path in (folder / "css" / f"{name}.css" for name in SHEETS) if path.is_file()]
    htmx = [found.pop(name).content for name in HTMX if name in found]
    return found | {"front.css": held(lean(b"\n".join(sheets)), "text/css"), "htmx.js": script(b"\n;".join(htmx))}


def script(content: bytes) -> StaticFile:
    """A script as a browser gets it."""
    return held(content, KINDS[".js"])


def lean(content: bytes) -> bytes:
    """Leave out remarks on lines of their own, indentation and empty lines: what is for whoever reads the source."""
    lines = map(str.strip, _REMARK.sub("", content.decode()).splitlines())
    return "\n".join(line for line in lines if line).encode()


def static_href(static: Mapping[str, StaticFile], name: str) -> str:
    """The address of a file of ours; it names the content, so that a browser may keep it for ever."""
    found = static.get(name)
    return f"/static/{name}?v={found.tag}" if found else f"/static/{name}"


def held(content: bytes, kind: str) -> StaticFile:
    """A file as it is held, with the tag of its content."""
    return StaticFile(content, kind, sha256(content).hexdigest()[:12])
